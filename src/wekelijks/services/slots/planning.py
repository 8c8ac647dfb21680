"""Planning: which weeks have their slot, and which slots have fallen due.

The present week's slot is there before its moment comes, so a newsletter that changes its weekday keeps the week's
letter: on the new day where that is still to come, else on the old one. No week is lost and none has two.
"""

from dataclasses import dataclass
from datetime import date, datetime

from wekelijks.domain import calendar
from wekelijks.domain.alarm import Alarm
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import AHEAD, Slot, SlotState
from wekelijks.services.press import Press
from wekelijks.store import newsletters, slots
from wekelijks.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Turn:
    """One newsletter's part of one tick."""

    press: Press
    newsletter: Newsletter
    looked: datetime | None
    """When the calendar was last read; None: never, or by a clock that ran ahead of this one."""
    standing: tuple[Alarm, ...]
    now: datetime


def plan(turn: Turn) -> None:
    """Give every week up to this one its slot, and note the instants of those that have fallen due."""
    with turn.press.database.read() as transaction:
        if not any((_needed(transaction, turn), _to_move(transaction, turn), _falling_due(transaction, turn))):
            return
    with turn.press.database.begin() as transaction:
        newsletters.take_turn(transaction, turn.newsletter.id)
        slots.add(transaction, turn.newsletter.id, _needed(transaction, turn))
        for slot, to in _to_move(transaction, turn):
            slots.move(transaction, slot, to)
        for slot, at in _falling_due(transaction, turn):
            slots.fall_due(transaction, slot, at)


def still_ahead(transaction: Transaction, turn: Turn) -> list[Slot]:
    """The slots that may still open by themselves, by date, overdue ones first."""
    rows = slots.since(transaction, turn.newsletter.id, turn.newsletter.today(turn.now))
    return [slot for slot in rows if slot.state in AHEAD]


def _needed(transaction: Transaction, turn: Turn) -> list[date]:
    newsletter = turn.newsletter
    looked = max(turn.looked or newsletter.created_at, newsletter.created_at)
    rows = slots.since(transaction, newsletter.id, calendar.monday_of(newsletter.today(looked)))
    needed = calendar.unplanned(
        newsletter.rhythm,
        {calendar.monday_of(slot.on) for slot in rows if not slot.extra},
        born=newsletter.created_at,
        looked=looked,
        now=turn.now,
    )
    occupied = {slot.on for slot in rows}
    return [on for on in needed if on not in occupied]


def _to_move(transaction: Transaction, turn: Turn) -> list[tuple[Slot, date]]:
    """Slots that were planned for another weekday, and the date on which the same week's letter goes now."""
    rhythm = turn.newsletter.rhythm
    rows = slots.since(transaction, turn.newsletter.id, calendar.monday_of(turn.newsletter.today(turn.now)))
    occupied = {slot.on for slot in rows}
    wanted = ((slot, rhythm.date_in(calendar.monday_of(slot.on))) for slot in rows if _is_untouched(slot))
    return [(slot, to) for slot, to in wanted if to not in occupied and rhythm.instant(to) > turn.now]


def _falling_due(transaction: Transaction, turn: Turn) -> list[tuple[Slot, datetime]]:
    """Planned slots whose moment has come, with the instant from which their grace counts.

    That is their moment. Where the calendar was looked at since and it had not come by then, the newsletter's moment
    was changed into the past: then it is when we last looked, so that a change never makes a week too late.
    """
    rhythm = turn.newsletter.rhythm
    moments = ((slot, rhythm.instant(slot.on)) for slot in still_ahead(transaction, turn) if _is_untouched(slot))
    return [(slot, max(at, turn.looked or at)) for slot, at in moments if at <= turn.now]


def _is_untouched(slot: Slot) -> bool:
    return slot.state is SlotState.PLANNED and slot.opens_at is None and not slot.extra
