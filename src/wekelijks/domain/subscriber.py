"""The subscriber: an address with a standing in one newsletter.

Leaving always wins: nobody comes back from it except by a consent of their own, given later.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Standing(StrEnum):
    """Where a subscriber stands (the column ``status``)."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    LEFT = "left"


MAY_BECOME: dict[Standing, frozenset[Standing]] = {
    Standing.PENDING: frozenset({Standing.ACTIVE, Standing.LEFT}),
    Standing.ACTIVE: frozenset({Standing.PAUSED, Standing.UNREACHABLE, Standing.LEFT}),
    Standing.PAUSED: frozenset({Standing.ACTIVE, Standing.UNREACHABLE, Standing.LEFT}),
    Standing.UNREACHABLE: frozenset({Standing.ACTIVE, Standing.LEFT}),
    Standing.LEFT: frozenset({Standing.ACTIVE}),
}
"""The law. Becoming what one is already is no error; LEFT → ACTIVE needs a new consent of that person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """One reader of one newsletter, as stored."""

    id: int
    newsletter_id: int
    address: str
    """As typed: what we write to."""
    address_key: str
    """Canonical form, unique per newsletter."""
    name: str
    language: str
    timezone: str
    status: Standing
    rhythm_weeks: int
    """1: every week; 2: every other week, in the weeks whose number since the epoch has ``rhythm_phase``."""
    rhythm_phase: int
    paused_until: date | None
    """First local date on which letters come again; only with status PAUSED. None there: until resumed."""
    source: str
    confirmed_at: datetime | None
    created_at: datetime
