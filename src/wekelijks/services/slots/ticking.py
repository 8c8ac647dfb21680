"""Ticking: the clock's turn in every newsletter.

A tick may come at any time, twice, from two processes, or after a week of silence: each week still gets at most one
letter, at its moment or within the grace, and never an empty one. What cannot be sent is held or missed, and said.

A tick writes down which slots have fallen due before it tries to open one. So a slot that could not be opened, for
whatever reason, is counted from its own moment, and what comes too late is missed instead of sent.
"""

from datetime import date, datetime, timedelta

import structlog

from wekelijks.domain import calendar
from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.errors import Unavailable, WekelijksError
from wekelijks.domain.mailing import MailingKind, MailingState
from wekelijks.domain.slot import CLEARS_ITSELF, Event, Happening, HoldReason, Slot, SlotState
from wekelijks.services.press import Press
from wekelijks.services.slots import ahead, opening
from wekelijks.services.slots.opening import Obstacle
from wekelijks.services.slots.planning import Turn, plan, still_ahead
from wekelijks.store import alarms, heartbeats, ledger, newsletters, slots
from wekelijks.store.database import Transaction

# A sender at work ends a mailing soon after its window; then somebody must look.
_SETTLING_DOWN = timedelta(minutes=15)

_log = structlog.get_logger()


def tick(press: Press, now: datetime) -> list[Event]:
    """Plan, open, hold, miss: what is due at `now`, in every newsletter. Sends nothing.

    One newsletter's failure is logged, raises an alarm and does not keep the others waiting. Raises Unavailable when
    the database is.
    """
    with press.database.read() as transaction:
        everyone = newsletters.all_of_them(transaction)
        looked = heartbeats.last(transaction, heartbeats.CALENDAR)
        standing = tuple(alarms.standing(transaction))
    if looked is not None and looked > now:
        looked = None
    events: list[Event] = []
    for newsletter in everyone:
        events += _guarded(Turn(press, newsletter, looked, standing, now))
    _beat(press, complete=not any(event.kind is Happening.FAILED for event in events), now=now)
    return events


def _beat(press: Press, *, complete: bool, now: datetime) -> None:
    with press.database.begin(synced=False) as transaction:
        heartbeats.beat(transaction, heartbeats.SCHEDULER, now)
        if complete:
            heartbeats.beat(transaction, heartbeats.CALENDAR, now)


def _guarded(turn: Turn) -> list[Event]:
    """One newsletter's turn, whatever happens in it."""
    slug = turn.newsletter.slug
    try:
        events = _take(turn)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other newsletters have their own promise to keep.
        trace = None if isinstance(error, WekelijksError) else error
        _log.error("A newsletter's weeks were not looked after; the next tick will.", newsletter=slug, exc_info=trace)
        message = f"The weeks of “{turn.newsletter.name}” cannot be looked after: {_one_line(error)}"
        _raise(turn, AlarmKind.TICK, slug, message)
        return [Event(newsletter=slug, on=None, kind=Happening.FAILED, message=message)]
    if any(alarm.kind is AlarmKind.TICK and alarm.about == slug for alarm in turn.standing):
        with turn.press.database.begin() as transaction:
            _clear(transaction, turn, AlarmKind.TICK, slug)
    return events


def _take(turn: Turn) -> list[Event]:
    plan(turn)
    with turn.press.database.read() as transaction:
        ahead_of_us = still_ahead(transaction, turn)
    due = [slot for slot in ahead_of_us if slot.opens_at is not None and slot.opens_at <= turn.now]
    late = [slot for slot in due if _is_late(turn, slot)]
    events = _close(turn, late)
    for slot in due:
        if slot not in late:
            events += _try_to_open(turn, slot)
    return events + _watch_windows(turn)


# Deciding: open, hold, or too late.


def _is_late(turn: Turn, slot: Slot) -> bool:
    """Past its grace, or past the moment of the week after."""
    opens_at = ahead.moment_of(turn.newsletter, slot)
    following = turn.newsletter.rhythm.instant(slot.on + calendar.WEEK)
    end = opens_at + turn.newsletter.grace
    return turn.now > (min(end, following) if following > opens_at else end)


def _close(turn: Turn, late: list[Slot]) -> list[Event]:
    """Slots whose time has passed: missed, with one alarm for all of them; nothing is sent.

    Where the only thing that was lacking was somebody to read, nobody has missed anything: skipped.
    """
    if not late:
        return []
    with turn.press.database.begin() as transaction:
        closed = [slot for slot in late if slots.become(transaction, slot, _end_of(slot))]
        for slot in closed:
            _clear(transaction, turn, AlarmKind.HELD, slot.on.isoformat())
        missed = [slot.on for slot in closed if _end_of(slot) is SlotState.MISSED]
        if missed:
            _raise_in(transaction, turn, AlarmKind.MISSED, missed[-1].isoformat(), _missed(turn, missed))
    return [_closing_event(turn, slot) for slot in closed]


def _end_of(slot: Slot) -> SlotState:
    return SlotState.SKIPPED if slot.reason == HoldReason.NO_READERS else SlotState.MISSED


def _closing_event(turn: Turn, slot: Slot) -> Event:
    if _end_of(slot) is SlotState.SKIPPED:
        return _event(
            turn, slot, Happening.SKIPPED, f"The letter of {slot.on} had no readers and keeps for next week."
        )
    return _event(turn, slot, Happening.MISSED, _missed(turn, [slot.on]))


def _missed(turn: Turn, dates: list[date]) -> str:
    hours = turn.newsletter.grace_hours
    if len(dates) == 1:
        return (
            f"The letter of {dates[0]} was not sent: it could not be opened within {hours} hours of its moment. "
            f"`slots open {dates[0]}` sends it after all."
        )
    return f"{len(dates)} letters were not sent, from {dates[0]} to {dates[-1]}: nothing opened them in time."


def _try_to_open(turn: Turn, slot: Slot) -> list[Event]:
    if slot.state is SlotState.HELD and slot.reason not in CLEARS_ITSELF:
        return []
    try:
        opened = opening.open_by_clock(turn.press, turn.newsletter, slot.on, now=turn.now)
    except Obstacle as obstacle:
        return _hold_back(turn, slot, obstacle)
    if opened is None:
        return []
    message = f"The letter of {slot.on}, “{opened.subject}”, is promised to {opened.readers:,} readers."
    return [_event(turn, slot, Happening.OPENED, message)]


def _hold_back(turn: Turn, slot: Slot, obstacle: Obstacle) -> list[Event]:
    """Hold the slot and tell why, once."""
    if slot.state is SlotState.HELD and slot.reason == obstacle.reason:
        return []
    message = f"{obstacle} {_ADVICE[obstacle.reason].format(on=slot.on)}"
    with turn.press.database.begin() as transaction:
        if not slots.become(transaction, slot, SlotState.HELD, reason=obstacle.reason):
            return []  # Somebody else was first: another clock, or a person.
        _clear(transaction, turn, AlarmKind.HELD, slot.on.isoformat())
        _raise_in(transaction, turn, AlarmKind.HELD, slot.on.isoformat(), message)
    return [_event(turn, slot, Happening.HELD, message)]


_ADVICE = {
    HoldReason.NO_MATERIAL: "It goes as soon as there is: `issues add` or `articles import`.",
    HoldReason.NO_READERS: "It goes as soon as somebody reads, within the grace; else it keeps for next week.",
    HoldReason.PREFLIGHT: "Mend it, then `slots release {on}`.",
}


# Watching: a letter that is not through when its window has closed.


def _watch_windows(turn: Turn) -> list[Event]:
    with turn.press.database.read() as transaction:
        overdue = {
            mailing.slot_id
            for mailing in ledger.unfinished(transaction)
            if mailing.newsletter_id == turn.newsletter.id
            and mailing.kind is MailingKind.WEEKLY
            and mailing.state is MailingState.OPEN
            and mailing.deadline + _SETTLING_DOWN < turn.now
        }
        standing = {
            a.about for a in turn.standing if a.kind is AlarmKind.UNFINISHED and a.newsletter_id == turn.newsletter.id
        }
        if not overdue and not standing:
            return []
        late = {
            slot.on.isoformat(): slot for slot in slots.all_of(transaction, turn.newsletter.id) if slot.id in overdue
        }
    return _tell_unfinished(turn, late, standing)


def _tell_unfinished(turn: Turn, late: dict[str, Slot], standing: set[str]) -> list[Event]:
    events = []
    for about in late.keys() - standing:
        message = (
            f"The letter of {about} did not come to its end within its window: `slots show {about}` shows who waits "
            f"or is in doubt, `send` goes on, `slots settle {about}` decides about doubts."
        )
        _raise(turn, AlarmKind.UNFINISHED, about, message)
        events.append(_event(turn, late[about], Happening.UNFINISHED, message))
    if over := standing - late.keys():
        with turn.press.database.begin() as transaction:
            for about in over:
                _clear(transaction, turn, AlarmKind.UNFINISHED, about)
    return events


def _event(turn: Turn, slot: Slot, kind: Happening, message: str) -> Event:
    return Event(newsletter=turn.newsletter.slug, on=slot.on, kind=kind, message=message)


def _raise(turn: Turn, kind: AlarmKind, about: str, message: str) -> None:
    with turn.press.database.begin() as transaction:
        _raise_in(transaction, turn, kind, about, message)


def _raise_in(transaction: Transaction, turn: Turn, kind: AlarmKind, about: str, message: str) -> None:
    alarms.raise_(
        transaction, newsletter_id=turn.newsletter.id, kind=kind, about=about, message=message, now=turn.now
    )


def _clear(transaction: Transaction, turn: Turn, kind: AlarmKind, about: str) -> None:
    alarms.clear(transaction, newsletter_id=turn.newsletter.id, kind=kind, about=about, now=turn.now)


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
