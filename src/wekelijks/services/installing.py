"""Installing: a new installation, whole or not at all, and further newsletters in it.

Nothing that exists is ever overwritten: neither by a second `init`, nor by two at once, nor by one that fails.
"""

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from wekelijks.domain.identity import Sender
from wekelijks.domain.newsletter import Newsletter
from wekelijks.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A newsletter as somebody wants it; every value is one that `domain.identity` has read."""

    slug: str
    name: str
    sender: Sender
    language: str
    timezone: str
    weekday: int
    moment: time
    postal_address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An installation as somebody wants it; what is empty is left to the environment and the defaults."""

    identity: Identity
    base_url: str = ""
    smtp_url: str = ""
    database_url: str = ""
    operator: tuple[str, ...] = ()


def install(data: Path, plan: Plan, *, secrets: tuple[str, str], now: datetime) -> Newsletter:
    """Make the installation in `data`: keys, `wekelijks.toml`, the database with its first newsletter.

    `secrets` are the first signing key and the hashing key. Raises NotAllowed where something is installed already.
    """
    raise NotImplementedError


def add_newsletter(database: Database, identity: Identity, *, now: datetime) -> Newsletter:
    """Add a newsletter beside the default one. Raises NotAllowed when the slug exists."""
    raise NotImplementedError
