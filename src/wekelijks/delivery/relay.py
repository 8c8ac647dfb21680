"""The relay's address: where letters are handed over, and how well that conversation is protected.

A password never leaves unencrypted, except to this machine itself. Where encryption is required, certificates are
verified.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from wekelijks.domain.errors import BadInput

_EXPECTED = "expected smtp://user:password@host:587?tls=required|opportunistic|none or smtps://…"


class Tls(StrEnum):
    """How the conversation is encrypted. IMPLICIT: from the first byte (smtps, RFC 8314)."""

    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Relay:
    """Where we hand letters over."""

    host: str
    port: int
    tls: Tls
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What logs and alarms call it; no secret."""
        return f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """True when nothing leaves this machine."""
        return _is_loopback(self.host)

    def context(self) -> ssl.SSLContext:
        """Verifying, except where encryption is merely better than none and no secret crosses a network."""
        context = ssl.create_default_context()
        if self.tls is Tls.OPPORTUNISTIC and (self.is_loopback or not self.username):
            # Opportunistic TLS (RFC 7435) takes any certificate: the alternative is no encryption at all.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def read(url: str) -> Relay:
    """The relay behind `SMTP_URL`. Raises BadInput, without repeating the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInput(f"SMTP_URL cannot be read: {_EXPECTED}.") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadInput(f"SMTP_URL cannot be read: {_EXPECTED}.")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    tls = _tls(parts.scheme, parts.query, parts.hostname, has_login=bool(username))
    default_port = 465 if tls is Tls.IMPLICIT else 25
    return Relay(parts.hostname, port or default_port, tls, username, password)


def _tls(scheme: str, query: str, host: str, *, has_login: bool) -> Tls:
    options = parse_qs(query, keep_blank_values=True)
    unknown = set(options) - {"tls"}
    asked = options.get("tls", [""])[-1]
    if unknown or asked not in ("", Tls.REQUIRED, Tls.OPPORTUNISTIC, Tls.NONE):
        raise BadInput(f"SMTP_URL has an unknown option: {_EXPECTED}.")
    if scheme == "smtps":
        return Tls.IMPLICIT
    exposed = has_login and not _is_loopback(host)
    if not asked:
        return Tls.REQUIRED if exposed else Tls.OPPORTUNISTIC
    if exposed and asked != Tls.REQUIRED:
        raise BadInput("SMTP_URL would send a password without sure encryption: use tls=required or smtps://.")
    return Tls(asked)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
