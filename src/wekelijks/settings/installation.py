"""The installation's settings: the environment over ``wekelijks.toml`` over defaults, read once.

An unknown or wrong key stops the start with its name and what was expected. A newsletter's identity and rhythm are
not here but in the database.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from wekelijks.domain import addresses, identity
from wekelijks.domain.errors import BadInput

PREFIX = "WEKELIJKS_"
FILE_NAME = "wekelijks.toml"
DATABASE_NAME = "wekelijks.sqlite3"

_ORCHESTRATOR_SUFFIXES = ("_SERVICE_HOST",)
_ORCHESTRATOR_MARK = "_PORT"
_MOST_LETTERS = 10**9  # Far above any relay, and far below where counting in microseconds would end.
T = TypeVar("T")


_HEADER_NAME = re.compile(r"[!-9;-~]+")
_OURS = frozenset(
    {
        "archived-at",
        "auto-submitted",
        "bcc",
        "cc",
        "content-language",
        "content-transfer-encoding",
        "content-type",
        "date",
        "feedback-id",
        "from",
        "list-archive",
        "list-help",
        "list-id",
        "list-owner",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "mime-version",
        "reply-to",
        "sender",
        "subject",
        "to",
    }
)
"""Headers that a letter has from us, or must never have."""


def _base_url(text: str) -> str:
    return _or_value_error(identity.base_url, text)


def _relay(secret: SecretStr) -> SecretStr:
    """Only its shape: what the relay's address means, the sender judges. Never repeated: it may hold a password."""
    parts = urlsplit(secret.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("expected smtp://user:password@host:587?tls=required|opportunistic|none or smtps://…")
    return secret


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and value and value.isascii() and value.isprintable()):
            raise ValueError(f"“{name}” is no header that can be sent: expected Name: value, separated by semicolons")
        if name.lower() in _OURS:
            raise ValueError(f"“{name}” is a header that letters have from wekelijks, or never")
    return headers


def _mailbox(text: str) -> str:
    return _or_value_error(addresses.read, text).typed


def _ping(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise ValueError("expected an address that begins with https://")
    return url


def _proxy(text: str) -> str:
    if text != "*":
        ipaddress.ip_network(text, strict=False)
    return text


def _or_value_error(read: Callable[[str], T], text: str) -> T:
    """What pydantic wants: a rule of the domain, failing as ValueError."""
    try:
        return read(text)
    except BadInput as error:
        raise ValueError(str(error).rstrip(".")) from error


class Settings(BaseModel):
    """Everything that an installation may be told. Field names in upper case after ``WEKELIJKS_`` are variables."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    data: Path
    """The data directory: database, keys, ``wekelijks.toml``, the operator's own templates."""
    database_url: str = ""
    """``postgresql+psycopg://…``; empty: the SQLite file in the data directory."""
    base_url: Annotated[str, AfterValidator(_base_url)] = "http://127.0.0.1:8000"
    """Where readers reach the pages, without a slash at the end."""
    smtp_url: Annotated[SecretStr, AfterValidator(_relay)] = SecretStr("smtp://127.0.0.1:25")
    """``smtp://user:password@host:587?tls=required|opportunistic|none`` or ``smtps://…``."""
    smtp_connections: int = Field(default=10, ge=1, le=500)
    letters_per_second: float = Field(default=0, ge=0, le=_MOST_LETTERS)
    """0: no limit of ours."""
    letters_per_hour: int = Field(default=0, ge=0, le=_MOST_LETTERS)
    letters_per_day: int = Field(default=0, ge=0, le=_MOST_LETTERS)
    smtp_headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict)
    """Headers that a provider wants on each letter."""
    operator: list[Annotated[str, AfterValidator(_mailbox)]] = Field(default_factory=list)
    """Addresses that proofs and alarms go to."""
    ping_url: Annotated[str, AfterValidator(_ping)] = ""
    trusted_proxies: list[Annotated[str, AfterValidator(_proxy)]] = Field(default_factory=list)
    log_format: Literal["auto", "console", "plain", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def database(self) -> str:
        """The database's address as SQLAlchemy reads it."""
        return self.database_url or f"sqlite:///{(self.data / DATABASE_NAME).absolute()}"


def load(data: Path, environment: dict[str, str] | None = None) -> Settings:
    """Read the settings of the installation in `data`. Raises BadInput with the place and what was expected."""
    environment = dict(os.environ) if environment is None else environment
    values: dict[str, Any] = {**_from_file(data / FILE_NAME), **_from_environment(environment)}
    try:
        return Settings(**{**values, "data": data})
    except ValidationError as error:
        raise BadInput(_explain(error.errors()[0], environment, data / FILE_NAME)) from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def _from_environment(environment: dict[str, str]) -> dict[str, Any]:
    for key in Settings.model_fields:
        twice = [name for name in (f"{PREFIX}{key.upper()}", f"{PREFIX}{key.upper()}_FILE") if name in environment]
        if len(twice) > 1:
            raise BadInput(f"{twice[0]} and {twice[1]} are both set: which of the two is meant?")
    return {
        key: value
        for variable, text in sorted(environment.items())
        if variable.startswith(PREFIX) and not _is_injected(variable)
        for key, value in [_one_variable(variable, text)]
        if key != "data"
    }


def _is_injected(variable: str) -> bool:
    """Variables that Kubernetes and Docker links put in every container beside a service called `wekelijks`."""
    name = variable.removeprefix(PREFIX)
    return variable.endswith(_ORCHESTRATOR_SUFFIXES) or name.startswith("PORT") or _ORCHESTRATOR_MARK in name


def _one_variable(variable: str, text: str) -> tuple[str, Any]:
    key = variable.removeprefix(PREFIX).lower()
    if key.endswith("_file") and key.removesuffix("_file") in Settings.model_fields.keys() - {"data"}:
        key = key.removesuffix("_file")
        try:
            text = Path(text).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{variable}: the file cannot be read ({error}).") from error
    return key, _structured(key, text)


def _structured(key: str, text: str) -> Any:
    """Lists are separated by commas; tables are `Name: value` pairs separated by semicolons."""
    field = Settings.model_fields.get(key)
    if field is None or field.default_factory is None:
        return text
    if field.default_factory is dict:
        pairs = (pair.partition(":") for pair in text.split(";") if pair.strip())
        return {name.strip(): value.strip() for name, _colon, value in pairs}
    return [item.strip() for item in text.split(",") if item.strip()]


def _explain(error: ErrorDetails, environment: dict[str, str], path: Path) -> str:
    key = str(error["loc"][0])
    variable = PREFIX + key.upper()
    place = next((name for name in (variable, f"{variable}_FILE") if name in environment), f"{path}: {key}")
    if error["type"] == "extra_forbidden":
        known = ", ".join(sorted(name.upper() for name in Settings.model_fields if name != "data"))
        return f"{place}: there is no such setting. The settings are {known}."
    return f"{place}: {error['msg'].removeprefix('Value error, ')}."
