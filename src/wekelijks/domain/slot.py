"""The slot: the week as an object.

(newsletter, local date) is unique and a slot holds exactly one issue, so a double tick is harmless.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SlotState(StrEnum):
    """planned → held → open ⇄ paused → done; or skipped, missed, cancelled."""

    PLANNED = "planned"
    HELD = "held"
    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELLED = "cancelled"


class HoldReason(StrEnum):
    """Why a slot is held. Lack of material clears itself within the grace; a person's hold never does."""

    OPERATOR = "operator"
    NO_MATERIAL = "no_material"
    PREFLIGHT = "preflight"


MAY_BECOME: dict[SlotState, frozenset[SlotState]] = {
    SlotState.PLANNED: frozenset({SlotState.HELD, SlotState.OPEN, SlotState.SKIPPED, SlotState.MISSED}),
    SlotState.HELD: frozenset({SlotState.PLANNED, SlotState.OPEN, SlotState.SKIPPED, SlotState.MISSED}),
    SlotState.OPEN: frozenset({SlotState.PAUSED, SlotState.DONE, SlotState.CANCELLED}),
    SlotState.PAUSED: frozenset({SlotState.OPEN, SlotState.DONE, SlotState.CANCELLED}),
    SlotState.SKIPPED: frozenset({SlotState.PLANNED, SlotState.OPEN}),
    SlotState.MISSED: frozenset({SlotState.OPEN}),
    SlotState.DONE: frozenset(),
    SlotState.CANCELLED: frozenset(),
}
"""The law. MISSED is final for the clock; a person may still open it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One week of one newsletter, as stored."""

    id: int
    newsletter_id: int
    on: date
    state: SlotState
    opens_at: datetime | None
    """UTC instant; stored when the slot falls due or is held, so that it stays true whatever changes later."""
    reason: str
    issue_id: int | None
    opened_at: datetime | None
    done_at: datetime | None
