"""Slots: one row per newsletter and local date.

A state changes only by compare-and-set, so of two clocks, or a clock and a person, one wins and the other is told.
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from wekelijks.domain.calendar import monday_of
from wekelijks.domain.letter import Letter
from wekelijks.domain.slot import AHEAD, MAY_BECOME, Slot, SlotState
from wekelijks.store import archive
from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import slot as table

_COLUMNS = [table.c[field.name] for field in fields(Slot)]


def on(transaction: Transaction, newsletter_id: int, date_: date) -> Slot | None:
    """The slot of this date; None where there is no row (a coming week that nobody has touched)."""
    mine = table.c.newsletter_id == newsletter_id, table.c.on == date_
    row = transaction.execute(select(*_COLUMNS).where(*mine)).mappings().first()
    return None if row is None else Slot(**row)


def all_of(transaction: Transaction, newsletter_id: int) -> list[Slot]:
    """Every slot of this newsletter, by date."""
    rows = transaction.execute(select(*_COLUMNS).where(table.c.newsletter_id == newsletter_id).order_by(table.c.on))
    return [Slot(**row) for row in rows.mappings()]


def since(transaction: Transaction, newsletter_id: int, first: date) -> list[Slot]:
    """The slots from this date on, and older ones that are still ahead (planned or held), by date."""
    wanted = (table.c.on >= first) | table.c.state.in_(AHEAD)
    rows = select(*_COLUMNS).where(table.c.newsletter_id == newsletter_id, wanted).order_by(table.c.on)
    return [Slot(**row) for row in transaction.execute(rows).mappings()]


def add(
    transaction: Transaction,
    newsletter_id: int,
    dates: Iterable[date],
    *,
    state: SlotState = SlotState.PLANNED,
    extra: bool = False,
) -> None:
    """Make the slots of these dates; those that exist stay as they are, so anybody may do it at once."""
    rows = [{"newsletter_id": newsletter_id, "on": each, "state": state, "extra": extra} for each in dates]
    if rows:
        transaction.execute(insert_into(transaction, table).values(rows).on_conflict_do_nothing())


def become(transaction: Transaction, slot: Slot, state: SlotState, **values: Any) -> bool:
    """Change a slot that still stands as it was read; False when somebody else was first.

    `values`: further columns (reason, opens_at …). ValueError for a change that the law does not know.
    """
    if state is not slot.state and state not in MAY_BECOME[slot.state]:
        raise ValueError(f"a slot that is {slot.state} cannot become {state}")
    unchanged = table.c.id == slot.id, table.c.state == slot.state, table.c.reason == slot.reason
    changed = update(table).where(*unchanged).values(state=state, **values)
    return transaction.execute(changed).rowcount == 1


def open_(
    transaction: Transaction, slot: Slot, letter: Letter, *, issue_id: int, opens_at: datetime, now: datetime
) -> bool:
    """Open a slot with this letter, frozen as the archive keeps it; False when somebody else was first.

    IntegrityError when another slot has taken the issue.
    """
    frozen = {"letter": archive.as_stored(letter), "issue_id": issue_id, "opens_at": opens_at, "opened_at": now}
    return become(transaction, slot, SlotState.OPEN, reason="", **frozen)


def week_is_taken(transaction: Transaction, newsletter_id: int, date_: date) -> bool:
    """Whether the week of this date (Monday to Sunday) has its slot already, extra ones apart."""
    monday = monday_of(date_)
    theirs = table.c.newsletter_id == newsletter_id, table.c.on.between(monday, monday + timedelta(days=6))
    return transaction.execute(select(table.c.id).where(*theirs, table.c.extra.is_(False))).first() is not None


def fall_due(transaction: Transaction, slot: Slot, at: datetime) -> None:
    """Store the instant at which a planned slot fell due, once; whatever changes later, it stays."""
    first = table.c.id == slot.id, table.c.opens_at.is_(None)
    transaction.execute(update(table).where(*first).values(opens_at=at))


def move(transaction: Transaction, slot: Slot, to: date) -> None:
    """Give a planned slot another date of its week. IntegrityError when that date has a slot."""
    still = table.c.id == slot.id, table.c.state == SlotState.PLANNED, table.c.opens_at.is_(None)
    transaction.execute(update(table).where(*still).values(on=to))


def subjects(transaction: Transaction, newsletter_id: int, ids: Collection[int]) -> dict[int, str]:
    """The subject of each opened slot among `ids`, by the slot's id."""
    subject = table.c.letter["subject"].as_string()
    mine = table.c.newsletter_id == newsletter_id, table.c.id.in_(ids), table.c.opened_at.is_not(None)
    return {row[0]: row[1] or "" for row in transaction.execute(select(table.c.id, subject).where(*mine))}
