"""What a sender is given and what it tells.

Everything that reads a clock, a key or chance comes in here, so that a test or another process can give its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from wekelijks.delivery.connection import Timeouts
from wekelijks.delivery.relay import Relay
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer
from wekelijks.store.database import Database
from wekelijks.store.pace import Limits
from wekelijks.store.senders import Place


class Blueprint(Protocol):
    """What the sender asks of a frozen letter (`mail.blueprint.Blueprint`)."""

    def fill(self, reader: Reader, *, signer: Signer, hashing_key: str) -> bytes:
        """The whole message for one reader, CRLF, not dot-stuffed."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to carry. `first_wait` is where the sender's own back-off begins, doubling to an hour."""

    relay: Relay
    connections: int = 10
    limits: Limits = field(default_factory=Limits)
    headers: bytes = b""
    """Header lines that a provider wants on each letter (`wire.header_lines`)."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    first_wait: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a sender works with: everything that reads a clock, a key or chance is given."""

    database: Database
    place: Place
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    """A number from 0 to 1: spreads retries."""
    signer: Signer
    hashing_key: str
    read_blueprint: Callable[[bytes], Blueprint]


@dataclass(kw_only=True)
class Summary:
    """What one run of a sender did."""

    accepted: int = 0
    refused: int = 0
    put_off: int = 0
    in_doubt: int = 0
    paused: list[str] = field(default_factory=list)
    unable: str = ""
