"""``wekelijks.toml`` as a new installation finds it: what was chosen, and every other setting with its meaning.

What it says is read back by `settings.installation`. The file is for its owner's eyes from its first byte on, because
a relay's password may stand in it.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from wekelijks.settings.installation import FILE_NAME

_OWNER_ONLY = 0o600
Value = str | Sequence[str]

_INTRODUCTION = """\
# The settings of this installation of wekelijks.
#
# A variable of the environment is stronger than a line here: WEKELIJKS_BASE_URL for base_url, and so on. A secret may
# come from a file of its own: WEKELIJKS_SMTP_URL_FILE=/run/secrets/relay. Stop and start `wekelijks serve` after a
# change. A newsletter's name, sender and weekly moment are not here but in the database.
"""

# Key, what it means (lines), an example. The order is the order of the file.
_SETTINGS: tuple[tuple[str, tuple[str, ...], Value | int | Mapping[str, str]], ...] = (
    (
        "base_url",
        ("Where readers reach the pages: every link in a letter begins with it. https, outside this machine.",),
        "https://brief.example.org",
    ),
    (
        "smtp_url",
        (
            "The relay that takes the letters: smtp://user:password@host:587?tls=required|opportunistic|none or",
            "smtps://user:password@host. A sign such as @ or / in the password is written as %40 or %2F.",
        ),
        "smtp://127.0.0.1:25",
    ),
    (
        "database_url",
        ("PostgreSQL instead of the SQLite file in this directory.",),
        "postgresql+psycopg://user:password@host/wekelijks",
    ),
    (
        "operator",
        (
            "Who is to be told when something needs a person. Not by mail yet: until a version that does, look at",
            "`wekelijks status` and watch /health.",
        ),
        ["you@example.org"],
    ),
    ("smtp_connections", ("How many connections to the relay at once.",), 10),
    ("letters_per_second", ("The relay's limits, where it has them; 0 is no limit.",), 0),
    ("letters_per_hour", (), 0),
    ("letters_per_day", (), 0),
    ("smtp_headers", ("Headers that the relay's owner wants on each letter.",), {"X-Example": "yes"}),
    (
        "trusted_proxies",
        ("Proxies in front of this service whose word about a visitor's address is believed.",),
        ["127.0.0.1"],
    ),
    (
        "ping_url",
        (
            "An address to call while all is well, so that somebody else notices when it is not. Not called yet:",
            "until a version that does, let a monitor ask /health.",
        ),
        "https://ping.example.org/…",
    ),
    (
        "log_format",
        ("How log lines look: auto (colours on a terminal, else plain), console, plain or json.",),
        "auto",
    ),
    ("log_level", ("From which weight on: debug, info, warning or error.",), "info"),
)


def write(directory: Path, chosen: Mapping[str, Value]) -> None:
    """Make the file in `directory`, readable by its owner only. FileExistsError where there is one."""
    descriptor = os.open(directory / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(render(chosen))
        file.flush()
        os.fsync(file.fileno())


def render(chosen: Mapping[str, Value]) -> str:
    """The file's text; a setting that was not chosen stands there as a comment."""
    parts = [_INTRODUCTION]
    for key, meaning, example in _SETTINGS:
        mark, value = ("", chosen[key]) if key in chosen else ("#", example)
        parts += ["\n" if meaning else "", *(f"# {line}\n" for line in meaning), f"{mark}{key} = {_toml(value)}\n"]
    return "".join(parts)


def _toml(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's as well; a table on one line has equal signs."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, str | int):
        # The one character that JSON leaves alone and TOML refuses.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(list(value) if isinstance(value, Sequence) else value, ensure_ascii=False)
