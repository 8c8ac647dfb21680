"""Figures: how many of what, and how fast, for whoever watches. Every question is one statement.

Nothing here names a person.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import exists, func, or_, select

from wekelijks.domain.mailing import DeliveryState, MailingState
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store.database import Transaction
from wekelijks.store.schema import delivery, mailing, slot, subscriber


def readers(transaction: Transaction) -> dict[int, dict[Standing, int]]:
    """Readers by standing, per newsletter's id; a newsletter without any is not there."""
    groups = (subscriber.c.newsletter_id, subscriber.c.status)
    found: dict[int, dict[Standing, int]] = {}
    for newsletter_id, standing, count in transaction.execute(select(*groups, func.count()).group_by(*groups)):
        found.setdefault(newsletter_id, {})[standing] = count
    return found


def slots(transaction: Transaction) -> dict[int, dict[SlotState, int]]:
    """Slots by state, per newsletter's id; a newsletter without any is not there."""
    groups = (slot.c.newsletter_id, slot.c.state)
    found: dict[int, dict[SlotState, int]] = {}
    for newsletter_id, state, count in transaction.execute(select(*groups, func.count()).group_by(*groups)):
        found.setdefault(newsletter_id, {})[state] = count
    return found


def dates_of(transaction: Transaction, slot_ids: Collection[int]) -> dict[int, date]:
    """The date of each of these slots."""
    rows = transaction.execute(select(slot.c.id, slot.c.on).where(slot.c.id.in_(slot_ids)))
    return {slot_id: on for slot_id, on in rows}  # noqa: C416 - rows are not pairs to the type checker.


def is_left_lying(transaction: Transaction, *, since: datetime, now: datetime) -> bool:
    """Whether a mailing opened before `since` has letters that a sender could carry now, or left half carried."""
    due = or_(delivery.c.not_before.is_(None), delivery.c.not_before <= now)
    lying = exists().where(delivery.c.mailing_id == mailing.c.id, delivery.c.state == DeliveryState.WAITING, due)
    broken = exists().where(delivery.c.mailing_id == mailing.c.id, delivery.c.state == DeliveryState.SENDING)
    old = mailing.c.done_at.is_(None), mailing.c.state == MailingState.OPEN, mailing.c.opened_at <= since
    return transaction.execute(select(mailing.c.id).where(*old, or_(lying, broken)).limit(1)).first() is not None


def seconds_of_carrying(transaction: Transaction, mailing_id: int) -> float:
    """From the first acceptance of this mailing to the last; 0 where there are fewer than two."""
    first, last = func.min(delivery.c.settled_at), func.max(delivery.c.settled_at)
    mine = (delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.ACCEPTED)
    row = transaction.execute(select(first.label("first"), last.label("last")).where(*mine)).one()
    return 0.0 if row.first is None else float((row.last - row.first).total_seconds())
