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
    """Why a slot is held.

    Lack of material and lack of readers clear themselves within the grace. A person's hold and a letter that the
    pre-flight blocked never do: somebody has to look and release it.
    """

    OPERATOR = "operator"
    NO_MATERIAL = "no_material"
    NO_READERS = "no_readers"
    PREFLIGHT = "preflight"


CLEARS_ITSELF = frozenset({HoldReason.NO_MATERIAL, HoldReason.NO_READERS})
"""Holds that the clock tries again at every tick."""

OPENED = frozenset({SlotState.OPEN, SlotState.PAUSED, SlotState.DONE, SlotState.CANCELLED})
"""States of a slot whose letter was frozen and promised; nothing opens it a second time."""

AHEAD = frozenset({SlotState.PLANNED, SlotState.HELD})
"""States of a slot that may still open by itself."""

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
    extra: bool
    """True for a letter outside the rhythm: it takes nobody's week."""
    issue_id: int | None
    opened_at: datetime | None
    done_at: datetime | None


class Happening(StrEnum):
    """What the clock did to a slot."""

    OPENED = "opened"
    HELD = "held"
    MISSED = "missed"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that a tick did, or could not do."""

    newsletter: str
    """Its slug."""
    on: date | None
    """The slot's date; None: about the newsletter as a whole."""
    kind: Happening
    message: str
    """One sentence for the operator."""
