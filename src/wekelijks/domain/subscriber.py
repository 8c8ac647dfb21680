"""The subscriber: an address with a standing in one newsletter.

Leaving always wins: nobody comes back from it except by a consent of their own, given later.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from wekelijks.domain.errors import NotAllowed


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
    """1: every week; 2: every other week, in the weeks whose ``calendar.week_number`` has ``rhythm_phase``."""
    rhythm_phase: int
    paused_until: date | None
    """First local date on which letters come again; only with status PAUSED. None there: until resumed."""
    source: str
    confirmed_at: datetime | None
    created_at: datetime

    def become(self, standing: Standing, *, until: date | None = None) -> "Subscriber":
        """The same reader in this standing; `until` is the first date with letters again, for PAUSED alone.

        Becoming what one is already is no error. Raises NotAllowed for what the law above forbids.
        """
        if standing != self.status and standing not in MAY_BECOME[self.status]:
            raise NotAllowed(f"Somebody who is {self.status} cannot become {standing}.")
        return replace(self, status=standing, paused_until=until if standing is Standing.PAUSED else None)

    def standing_on(self, day: date) -> Standing:
        """The standing as the freeze sees it on this local date: a pause ends by itself."""
        ended = self.status is Standing.PAUSED and self.paused_until is not None and self.paused_until <= day
        return Standing.ACTIVE if ended else self.status
