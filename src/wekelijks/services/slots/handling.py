"""Handling: what a person may ask about a slot, and do with it.

Every change is a compare-and-set in one transaction, so a person and the clock never both win. What makes no sense is
refused with the reason and with what to do instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wekelijks.domain import calendar
from wekelijks.domain.alarm import AlarmKind, about_mailing
from wekelijks.domain.errors import BadInput, NotAllowed, NotFound
from wekelijks.domain.mailing import Balance, Mailing
from wekelijks.domain.newsletter import WEEKDAYS, Newsletter
from wekelijks.domain.slot import AHEAD, HoldReason, Slot, SlotState
from wekelijks.services.slots import ahead
from wekelijks.store import alarms, ledger, newsletters, slots
from wekelijks.store.database import Database, Transaction

_LONGEST_REST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One week in a list; those ahead have no id until somebody or the clock touches them."""

    id: int | None
    on: date
    state: SlotState
    reason: str
    extra: bool
    opens_at: datetime
    """When it opens or opened by the rhythm; an extra one: when it was opened."""
    issue_id: int | None
    subject: str
    """Of the letter that was opened; empty before."""
    readers: int
    opened_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One week with the state of every promise, counted now."""

    slot: Listed
    balance: Balance
    doubtful: tuple[str, ...]
    """Everyone who ever was in doubt, also those to whom it was sent again."""
    deadline: datetime | None
    mailing_id: int | None


def listing(database: Database, newsletter: Newsletter, *, weeks: int, now: datetime) -> list[Listed]:
    """Every slot there was, and the coming `weeks`, by date."""
    with database.read() as transaction:
        rows = slots.all_of(transaction, newsletter.id)
        subjects = slots.subjects(transaction, newsletter.id, [row.id for row in rows])
        snapshots = ledger.snapshots(transaction, newsletter.id)
        ahead_of_us = ahead.coming(transaction, newsletter, weeks=weeks, now=now)
    listed = [_listed(newsletter, row, subjects.get(row.id, ""), snapshots.get(row.id, 0)) for row in rows]
    untouched = set(ahead_of_us) - {row.on for row in rows}
    return sorted([*listed, *(_untouched(newsletter, on) for on in untouched)], key=lambda each: each.on)


def show(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Report:
    """One week. Raises NotFound for a date that is no slot."""
    with database.read() as transaction:
        slot = slots.on(transaction, newsletter.id, on)
        if slot is None:
            _require_coming(transaction, newsletter, on, now=now)
            return Report(
                slot=_untouched(newsletter, on),
                balance=Balance(snapshot=0),
                doubtful=(),
                deadline=None,
                mailing_id=None,
            )
        mailing = ledger.mailing_of_slot(transaction, slot.id)
        subject = slots.subjects(transaction, newsletter.id, [slot.id]).get(slot.id, "")
        return Report(
            slot=_listed(newsletter, slot, subject, mailing.snapshot if mailing else 0),
            balance=ledger.balance(transaction, mailing.id) if mailing else Balance(snapshot=0),
            doubtful=tuple(ledger.doubtful(transaction, mailing.id)) if mailing else (),
            deadline=mailing.deadline if mailing else None,
            mailing_id=mailing.id if mailing else None,
        )


def hold(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Slot:
    """Keep a slot from opening until it is released; twice is no error. Its instant is stored now.

    Raises NotFound for a date that is no slot, NotAllowed for one that was opened, skipped or missed.
    """
    with database.begin() as transaction:
        slot = _touched(transaction, newsletter, on, now=now)
        if slot.state not in AHEAD:
            raise NotAllowed(_too_late(slot, "held"))
        at = ahead.moment_of(newsletter, slot)
        _become(transaction, slot, SlotState.HELD, reason=HoldReason.OPERATOR, opens_at=at)
        _clear_held(transaction, newsletter, on, now=now)
        return _slot(transaction, newsletter, on)


def release(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Slot:
    """Let a held or skipped slot open by itself again: at its moment, or at the next tick when that has come.

    Raises NotAllowed when it was opened, or when its grace has passed; then a person opens it.
    """
    with database.begin() as transaction:
        slot = _touched(transaction, newsletter, on, now=now)
        if slot.state not in (*AHEAD, SlotState.SKIPPED):
            raise NotAllowed(_too_late(slot, "released"))
        if slot.state is SlotState.PLANNED:
            return slot
        at = ahead.moment_of(newsletter, slot)
        if at + newsletter.grace < now:
            raise NotAllowed(
                f"The moment of {on} and its grace of {newsletter.grace_hours} hours have passed: "
                f"`slots open {on}` opens it now."
            )
        # A moment that is still to come follows the newsletter's rhythm again.
        _become(transaction, slot, SlotState.PLANNED, reason="", opens_at=at if at <= now else None)
        _clear_held(transaction, newsletter, on, now=now)
        return _slot(transaction, newsletter, on)


def skip(database: Database, newsletter: Newsletter, first: date, last: date, *, now: datetime) -> list[Slot]:
    """Let the weeks from `first` to `last` pass without a letter: a holiday. The slots; twice is no error.

    Raises BadInput for a period that makes no sense or holds no slot, NotAllowed when one was opened or missed;
    then nothing is skipped.
    """
    if last < first or last - first > _LONGEST_REST:
        raise BadInput(f"{first}..{last} is no period of at most a year: first the earlier date, then the later.")
    with database.begin() as transaction:
        dates = _slots_in(transaction, newsletter, first, last, now=now)
        if not dates:
            raise BadInput(_no_slot(transaction, newsletter, first, now=now))
        for on in dates:
            slot = _touched(transaction, newsletter, on, now=now)
            if slot.state not in (*AHEAD, SlotState.SKIPPED):
                raise NotAllowed(_too_late(slot, "skipped"))
            at = ahead.moment_of(newsletter, slot)
            _become(transaction, slot, SlotState.SKIPPED, reason=HoldReason.OPERATOR, opens_at=at)
            _clear_held(transaction, newsletter, on, now=now)
        return [_slot(transaction, newsletter, on) for on in dates]


def pause(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Report:
    """Stop a letter on its way; what is at the relay's door still ends. Twice is no error."""
    with database.begin() as transaction:
        mailing = _under_way(transaction, newsletter, on, "paused")
        ledger.pause(transaction, mailing.id, reason="paused by the operator", now=now)
    return show(database, newsletter, on, now=now)


def resume(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Report:
    """Let a paused letter go on. Twice is no error."""
    with database.begin() as transaction:
        mailing = _under_way(transaction, newsletter, on, "resumed")
        ledger.resume(transaction, mailing.id, now=now)
        _clear_paused(transaction, newsletter, mailing, now=now)
    return show(database, newsletter, on, now=now)


def cancel(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Report:
    """End a letter on its way: whoever still waits does not get it. For good; twice is no error."""
    with database.begin() as transaction:
        slot = slots.on(transaction, newsletter.id, on)
        if slot is None or slot.state is not SlotState.CANCELLED:
            mailing = _under_way(transaction, newsletter, on, "cancelled")
            ledger.cancel(transaction, mailing.id, reason="cancelled by the operator", now=now)
            _clear_paused(transaction, newsletter, mailing, now=now)
    return show(database, newsletter, on, now=now)


def settle(
    database: Database,
    newsletter: Newsletter,
    on: date,
    addresses: Sequence[str],
    *,
    resend: bool,
    now: datetime,
) -> int:
    """The operator's word about letters in doubt of this date (no addresses: all): once more, or counted as sent.

    How many were settled. Raises NotAllowed when one of the addresses, or anybody at all, is not in doubt.
    """
    with database.begin() as transaction:
        slot = slots.on(transaction, newsletter.id, on)
        mailing = ledger.mailing_of_slot(transaction, slot.id) if slot else None
        if slot is None or mailing is None:
            raise NotFound(f"No letter of {on} was opened, so nobody is in doubt.")
        if resend and slot.state is SlotState.CANCELLED:
            raise NotAllowed(f"The letter of {on} was cancelled: only --count-as-sent is left.")
        settled = ledger.settle_doubts(transaction, mailing.id, addresses or None, resend=resend, now=now)
        if not settled:
            raise NotAllowed(f"Nobody{' of these' if addresses else ''} is in doubt about the letter of {on}.")
        if addresses and settled < len({address.lower() for address in addresses}):
            raise NotAllowed(f"Only {settled} of these are in doubt about the letter of {on}; nothing was settled.")
        return settled


def _slots_in(
    transaction: Transaction, newsletter: Newsletter, first: date, last: date, *, now: datetime
) -> list[date]:
    """The dates from `first` to `last` that are slots or will be, extra ones apart."""
    rows = slots.since(transaction, newsletter.id, first)
    mine = {row.on for row in rows if not row.extra and row.on >= first}
    known = ahead.known(transaction, newsletter, now=now)
    for on in calendar.dates(newsletter.weekday, start=first):
        if on > last:
            break
        if ahead.is_coming(newsletter, known, on, now=now):
            mine.add(on)
    return sorted(on for on in mine if on <= last)


def _touched(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> Slot:
    """The row of this date; made now for a week ahead that nobody has touched. Raises NotFound."""
    newsletters.take_turn(transaction, newsletter.id)
    slot = slots.on(transaction, newsletter.id, on)
    if slot is not None:
        return slot
    _require_coming(transaction, newsletter, on, now=now)
    slots.add(transaction, newsletter.id, [on])
    return _slot(transaction, newsletter, on)


def _slot(transaction: Transaction, newsletter: Newsletter, on: date) -> Slot:
    slot = slots.on(transaction, newsletter.id, on)
    if slot is None:
        raise NotFound(f"There is no slot on {on}.")
    return slot


def _become(
    transaction: Transaction, slot: Slot, state: SlotState, *, reason: str, opens_at: datetime | None
) -> None:
    if not slots.become(transaction, slot, state, reason=reason, opens_at=opens_at):
        raise NotAllowed(f"The slot of {slot.on} was changed at this very moment; look again.")


def _require_coming(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> None:
    rows = ahead.known(transaction, newsletter, now=now)
    if not ahead.is_coming(newsletter, rows, on, now=now):
        raise NotFound(_no_slot(transaction, newsletter, on, now=now))


def _no_slot(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> str:
    upcoming = ahead.coming(transaction, newsletter, weeks=1, now=now)
    weekday = WEEKDAYS[newsletter.weekday].capitalize()
    return f"{on} is no slot: letters go on {weekday}, the next one on {upcoming[0]}. `slots list` shows all."


def _too_late(slot: Slot, wish: str) -> str:
    if slot.state is SlotState.MISSED:
        return f"The slot of {slot.on} was missed and cannot be {wish}; `slots open {slot.on}` sends it after all."
    if slot.state is SlotState.SKIPPED:
        return f"The slot of {slot.on} is skipped and cannot be {wish}; `slots release {slot.on}` brings it back."
    if slot.state in (SlotState.OPEN, SlotState.PAUSED):
        return f"The letter of {slot.on} is on its way and cannot be {wish}; `slots pause {slot.on}` stops it."
    return f"The slot of {slot.on} is {slot.state} and cannot be {wish}."


def _under_way(transaction: Transaction, newsletter: Newsletter, on: date, wish: str) -> Mailing:
    slot = slots.on(transaction, newsletter.id, on)
    mailing = ledger.mailing_of_slot(transaction, slot.id) if slot else None
    if slot is None or mailing is None:
        raise NotAllowed(
            f"No letter of {on} is on its way, so it cannot be {wish}; `slots hold {on}` keeps one back."
        )
    if slot.state not in (SlotState.OPEN, SlotState.PAUSED):
        raise NotAllowed(f"The letter of {on} is {slot.state} and cannot be {wish}.")
    return mailing


def _clear_held(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> None:
    alarms.clear(transaction, newsletter_id=newsletter.id, kind=AlarmKind.HELD, about=on.isoformat(), now=now)


def _clear_paused(transaction: Transaction, newsletter: Newsletter, mailing: Mailing, *, now: datetime) -> None:
    about = about_mailing(mailing.id)
    alarms.clear(transaction, newsletter_id=newsletter.id, kind=AlarmKind.PAUSED, about=about, now=now)


def _listed(newsletter: Newsletter, slot: Slot, subject: str, readers: int) -> Listed:
    return Listed(
        id=slot.id,
        on=slot.on,
        state=slot.state,
        reason=slot.reason,
        extra=slot.extra,
        opens_at=ahead.moment_of(newsletter, slot),
        issue_id=slot.issue_id,
        subject=subject,
        readers=readers,
        opened_at=slot.opened_at,
        done_at=slot.done_at,
    )


def _untouched(newsletter: Newsletter, on: date) -> Listed:
    return Listed(
        id=None,
        on=on,
        state=SlotState.PLANNED,
        reason="",
        extra=False,
        opens_at=newsletter.rhythm.instant(on),
        issue_id=None,
        subject="",
        readers=0,
        opened_at=None,
        done_at=None,
    )
