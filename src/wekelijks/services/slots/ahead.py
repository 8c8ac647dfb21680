"""Ahead: the dates that the clock will still open, and when.

The same rule as the tick's own, so that whoever shows the coming weeks shows what will happen.
"""

from datetime import date, datetime
from itertools import islice

from wekelijks.domain import calendar
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import AHEAD, Slot
from wekelijks.store import slots
from wekelijks.store.database import Transaction


def moment_of(newsletter: Newsletter, slot: Slot) -> datetime:
    """When this slot opens or should have: as stored, else as the rhythm says today."""
    return slot.opens_at or newsletter.rhythm.instant(slot.on)


def coming(transaction: Transaction, newsletter: Newsletter, *, weeks: int, now: datetime) -> list[date]:
    """The next `weeks` dates that the clock will open, held ones among them; not those skipped or opened."""
    rows = known(transaction, newsletter, now=now)
    dates = {slot.on for slot in rows if slot.state in AHEAD}
    dates.update(islice(_untouched(newsletter, rows, now=now), weeks))
    return sorted(dates)[:weeks]


def next_moment(transaction: Transaction, newsletter: Newsletter, *, besides: date, now: datetime) -> datetime:
    """When the first slot after `now` opens, apart from the one of `besides`."""
    rows = {slot.on: slot for slot in known(transaction, newsletter, now=now)}
    rhythm = newsletter.rhythm
    # Three dates: `besides` itself may be the first, and one that is held or overdue lies behind us.
    moments = (
        moment_of(newsletter, rows[on]) if on in rows else rhythm.instant(on)
        for on in coming(transaction, newsletter, weeks=len(rows) + 3, now=now)
        if on != besides
    )
    return min(moment for moment in moments if moment > now)


def is_coming(newsletter: Newsletter, rows: list[Slot], on: date, *, now: datetime) -> bool:
    """Whether the clock will open this date, of which there is no row yet."""
    if on.weekday() != newsletter.weekday or calendar.monday_of(on) < calendar.monday_of(newsletter.today(now)):
        return False
    return calendar.monday_of(on) not in _taken(rows) and _lies_ahead(newsletter, on, now=now)


def known(transaction: Transaction, newsletter: Newsletter, *, now: datetime) -> list[Slot]:
    """The rows of this week and later, and older ones that are not decided."""
    return slots.since(transaction, newsletter.id, calendar.monday_of(newsletter.today(now)))


def _untouched(newsletter: Newsletter, rows: list[Slot], *, now: datetime) -> "filter[date]":
    taken = _taken(rows)
    first = calendar.monday_of(newsletter.today(now))
    return filter(
        lambda on: calendar.monday_of(on) not in taken and _lies_ahead(newsletter, on, now=now),
        calendar.dates(newsletter.weekday, start=first),
    )


def _lies_ahead(newsletter: Newsletter, on: date, *, now: datetime) -> bool:
    at = newsletter.rhythm.instant(on)
    return at > newsletter.created_at and at + newsletter.grace >= now


def _taken(rows: list[Slot]) -> set[date]:
    return {calendar.monday_of(slot.on) for slot in rows if not slot.extra}
