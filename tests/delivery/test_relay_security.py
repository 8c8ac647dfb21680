"""TLS, login and the relay's address: a password is never sent in the clear over a network."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from wekelijks.delivery import relay, wire
from wekelijks.delivery.connection import Connection, Timeouts, Unreachable
from wekelijks.delivery.relay import Relay, Tls
from wekelijks.domain.errors import BadInput
from wekelijks.domain.outcome import Verdict

TIMEOUTS = Timeouts(connect=5, command=5, dot=6)


class Catcher:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.was_encrypted = False

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name.
        """Keep a letter."""
        self.letters.append(envelope.content)
        self.was_encrypted = session.ssl is not None
        return "250 kept"


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    """One user with one password."""
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"marijke", b"geheim")
    return AuthResult(success=right)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    words = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(["openssl", *words, "-keyout", key, "-out", chain], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(key.read_text() + chain.read_text())
    return both


@asynccontextmanager
async def a_server(certificate: Path, catcher: Catcher, *, implicit: bool) -> AsyncIterator[int]:
    """A relay that wants a login and encrypts; its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    starttls = None if implicit else context
    # aiosmtpd sees no encryption of its own with implicit TLS, and warns when it must insist on a login then.
    options: dict[str, Any] = {"auth_required": not implicit, "auth_require_tls": not implicit}

    def protocol() -> Any:
        return SMTP(catcher, hostname="relay.example", tls_context=starttls, authenticator=authenticate, **options)

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if implicit else None
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def sent(certificate: Path, tls: Tls, *, password: str) -> Catcher:
    """One letter through such a relay."""
    catcher = Catcher()

    async def run() -> None:
        async with a_server(certificate, catcher, implicit=tls is Tls.IMPLICIT) as port:
            connection = await Connection.open(Relay("127.0.0.1", port, tls, "marijke", password), TIMEOUTS)
            assert await connection.offer("marijke@stilte.example", "anneke@example.nl") is None
            outcome = await connection.deliver(wire.data(b"Subject: rust\r\n\r\n.\r\nDag\r\n"))
            await connection.close()
            assert outcome.verdict is Verdict.ACCEPTED

    asyncio.run(run())
    return catcher


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.IMPLICIT])
def test_a_letter_travels_encrypted_after_login(certificate: Path, monkeypatch: pytest.MonkeyPatch, tls: Tls) -> None:
    """STARTTLS and implicit TLS with a certificate that is trusted, and a login."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    catcher = sent(certificate, tls, password="geheim")

    assert catcher.letters == [b"Subject: rust\r\n\r\n.\r\nDag\r\n"]
    assert catcher.was_encrypted or tls is Tls.IMPLICIT


def test_an_unknown_certificate_or_a_wrong_password_is_unreachable(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are the relay's trouble, never the end of a letter."""
    with pytest.raises(Unreachable):
        sent(certificate, Tls.REQUIRED, password="geheim")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(Unreachable):
        sent(certificate, Tls.REQUIRED, password="fout")


def test_a_password_needs_sure_encryption_outside_this_machine() -> None:
    """Required by default with a login; anything less is refused, except on loopback."""
    assert relay.read("smtp://u:p@mail.example:587").tls is Tls.REQUIRED
    assert relay.read("smtp://mail.example").tls is Tls.OPPORTUNISTIC
    assert relay.read("smtp://u:p@127.0.0.1?tls=none").tls is Tls.NONE
    assert relay.read("smtps://u:p%40q@mail.example").password == "p@q"
    with pytest.raises(BadInput, match="without sure encryption"):
        relay.read("smtp://u:p@mail.example?tls=opportunistic")


@pytest.mark.parametrize("letter", [b"a\rb\r\n", b"a\nb\r\n", b"a\0b\r\n", b"a" * 999 + b"\r\n", b"a\r\n.\n\r\n"])
def test_what_could_end_a_letter_early_never_leaves(letter: bytes) -> None:
    """Bare CR, bare LF, NUL and over-long lines are refused (SMTP smuggling)."""
    with pytest.raises(BadInput):
        wire.data(letter)
