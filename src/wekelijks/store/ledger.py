"""The ledger: who has still to receive which letter.

A row is one promise. The intent is committed before the letter's final dot leaves, the outcome after the relay has
answered. A crash in between leaves the row in doubt, by name. It cannot lose one.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Join, and_, case, exists, func, insert, literal, or_, select, update

from wekelijks.domain.calendar import week_number
from wekelijks.domain.mailing import Balance, DeliveryState, Mailing, MailingKind, MailingState
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store.database import Transaction
from wekelijks.store.schema import delivery, mailing, slot, subscriber

_WEEKLY_PRIORITY, _SINGLE_PRIORITY = 10, 1
_LEFT_AFTER_RESUMING = timedelta(hours=6)
_MAILING = [mailing.c[field.name] for field in fields(Mailing)]


def promise_slot(  # noqa: PLR0913 - a promise is this many facts, all named where it is made.
    transaction: Transaction,
    *,
    newsletter: Newsletter,
    slot_id: int,
    on: date,
    blueprint: bytes,
    opened_at: datetime,
    deadline: datetime,
) -> int:
    """Promise a slot's letter to every reader whose standing, rhythm and pause say yes; the mailing's id.

    IntegrityError when the slot has a mailing already: a slot is promised once.
    """
    mailing_id = _add_mailing(
        transaction,
        newsletter_id=newsletter.id,
        slot_id=slot_id,
        kind=MailingKind.WEEKLY,
        priority=_WEEKLY_PRIORITY,
        blueprint=blueprint,
        opened_at=opened_at,
        deadline=deadline,
    )
    readers = select(literal(mailing_id), subscriber.c.id).where(_receives(newsletter, on)).order_by(subscriber.c.id)
    transaction.execute(insert(delivery).from_select(["mailing_id", "subscriber_id"], readers))
    _store_snapshot(transaction, mailing_id)
    return mailing_id


def count_readers(transaction: Transaction, newsletter: Newsletter, on: date) -> int:
    """To how many readers `promise_slot` would promise the letter of this date now."""
    return int(transaction.execute(select(func.count(subscriber.c.id)).where(_receives(newsletter, on))).scalar_one())


def promise_single(  # noqa: PLR0913 - a promise is this many facts, all named where it is made.
    transaction: Transaction,
    *,
    newsletter_id: int,
    kind: MailingKind,
    blueprint: bytes,
    recipients: Sequence[str],
    opened_at: datetime,
    deadline: datetime,
) -> int:
    """Promise a letter to these addresses, subscribed or not, ahead of weekly letters; the mailing's id."""
    mailing_id = _add_mailing(
        transaction,
        newsletter_id=newsletter_id,
        slot_id=None,
        kind=kind,
        priority=_SINGLE_PRIORITY,
        blueprint=blueprint,
        opened_at=opened_at,
        deadline=deadline,
    )
    rows = [{"mailing_id": mailing_id, "recipient": address} for address in dict.fromkeys(recipients)]
    if rows:
        transaction.execute(insert(delivery), rows)
    _store_snapshot(transaction, mailing_id)
    return mailing_id


def suppress_waiting(transaction: Transaction, subscriber_ids: Sequence[int], *, now: datetime) -> int:
    """Turn what still waits for these readers to suppressed; how many.

    Leaving, pausing and erasing call it in their own transaction, before a subscriber's row is deleted. A letter
    whose intent was committed before is on its way; every later intent finds nothing to send.
    """
    ended = update(delivery).where(
        delivery.c.subscriber_id.in_(subscriber_ids), delivery.c.state == DeliveryState.WAITING
    )
    return transaction.execute(ended.values(state=DeliveryState.SUPPRESSED, settled_at=now)).rowcount


def get(transaction: Transaction, mailing_id: int) -> Mailing | None:
    """The mailing with this id."""
    row = transaction.execute(select(*_MAILING).where(mailing.c.id == mailing_id)).mappings().first()
    return None if row is None else Mailing(**row)


def mailing_of_slot(transaction: Transaction, slot_id: int) -> Mailing | None:
    """The slot's mailing; None while it has not been opened."""
    row = transaction.execute(select(*_MAILING).where(mailing.c.slot_id == slot_id)).mappings().first()
    return None if row is None else Mailing(**row)


def blueprint_of(transaction: Transaction, mailing_id: int) -> bytes:
    """The frozen blueprint, as it was promised."""
    return bytes(transaction.execute(select(mailing.c.blueprint).where(mailing.c.id == mailing_id)).scalar_one())


def unfinished(transaction: Transaction) -> list[Mailing]:
    """Mailings that are not done, single letters first, then in the order in which they were promised."""
    order = (mailing.c.priority, mailing.c.id)
    rows = transaction.execute(select(*_MAILING).where(mailing.c.done_at.is_(None)).order_by(*order)).mappings()
    return [Mailing(**row) for row in rows]


def snapshots(transaction: Transaction, newsletter_id: int) -> dict[int, int]:
    """To how many readers each opened slot of a newsletter was promised, by the slot's id."""
    weekly = mailing.c.newsletter_id == newsletter_id, mailing.c.slot_id.is_not(None)
    return {
        row[0]: row[1] for row in transaction.execute(select(mailing.c.slot_id, mailing.c.snapshot).where(*weekly))
    }


def balance(transaction: Transaction, mailing_id: int) -> Balance:
    """How many deliveries of this mailing stand where, counted now."""
    counts = select(delivery.c.state, func.count()).where(delivery.c.mailing_id == mailing_id)
    numbers = {state.value: count for state, count in transaction.execute(counts.group_by(delivery.c.state))}
    snapshot = transaction.execute(select(mailing.c.snapshot).where(mailing.c.id == mailing_id)).scalar_one()
    return Balance(snapshot=snapshot, **numbers)


def doubtful(transaction: Transaction, mailing_id: int) -> list[str]:
    """The addresses of everyone who ever was in doubt for this mailing, also after it was sent again."""
    rows = select(_address()).select_from(_with_reader()).order_by(delivery.c.id)
    mine = rows.where(delivery.c.mailing_id == mailing_id, delivery.c.doubts > 0, _address().is_not(None))
    return list(transaction.execute(mine).scalars())


def settle_doubts(
    transaction: Transaction, mailing_id: int, addresses: Sequence[str] | None, *, resend: bool, now: datetime
) -> int:
    """The operator's word about deliveries in doubt (None: all of this mailing): once more, or counted as sent.

    How many were settled. Sending again leaves at least six hours to do so. Finishes the mailing when it balances.
    """
    chosen = select(delivery.c.id).select_from(_with_reader())
    chosen = chosen.where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.IN_DOUBT)
    if addresses is not None:
        chosen = chosen.where(func.lower(_address()).in_([address.lower() for address in addresses]))
    values = (
        {"state": DeliveryState.WAITING, "sender_id": None, "not_before": None}
        if resend
        else {"state": DeliveryState.ACCEPTED, "settled_at": now}
    )
    settled = transaction.execute(update(delivery).where(delivery.c.id.in_(chosen)).values(**values)).rowcount
    if resend and settled:
        soonest = now + _LEFT_AFTER_RESUMING
        late = update(mailing).where(mailing.c.id == mailing_id, mailing.c.deadline < soonest)
        transaction.execute(late.values(deadline=soonest))
    finish(transaction, mailing_id, now=now)
    return settled


def finish(transaction: Transaction, mailing_id: int, *, now: datetime) -> bool:
    """Count the rows; when every promise has ended and the sum is exact, the mailing and its slot are done.

    The mailing's row is locked first, so that what is counted is what stands.
    """
    held = select(mailing.c.slot_id).where(mailing.c.id == mailing_id, mailing.c.done_at.is_(None)).with_for_update()
    row = transaction.execute(held).first()
    if row is None or not balance(transaction, mailing_id).is_settled:
        return False
    ended = case(
        (mailing.c.state == MailingState.CANCELLED.value, MailingState.CANCELLED.value), else_=MailingState.DONE.value
    )
    transaction.execute(update(mailing).where(mailing.c.id == mailing_id).values(state=ended, done_at=now))
    closing = update(slot).where(slot.c.id == row.slot_id, slot.c.state.in_([SlotState.OPEN, SlotState.PAUSED]))
    transaction.execute(closing.values(state=SlotState.DONE, done_at=now))
    return True


def pause(transaction: Transaction, mailing_id: int, *, reason: str, now: datetime) -> bool:
    """Pause an open mailing and its slot; no intent is granted from here on. False when it was not open."""
    paused = (
        update(mailing)
        .where(mailing.c.id == mailing_id, mailing.c.state == MailingState.OPEN)
        .values(state=MailingState.PAUSED, reason=reason, paused_at=now)
        .returning(mailing.c.slot_id)
    )
    row = transaction.execute(paused).first()
    if row is None:
        return False
    its_slot = update(slot).where(slot.c.id == row.slot_id, slot.c.state == SlotState.OPEN)
    transaction.execute(its_slot.values(state=SlotState.PAUSED, reason=reason))
    return True


def resume(transaction: Transaction, mailing_id: int, *, now: datetime) -> bool:
    """Open a paused mailing and its slot again. Time on pause does not count; at least six hours are left."""
    row = transaction.execute(
        select(mailing.c.slot_id, mailing.c.deadline, mailing.c.paused_at)
        .where(mailing.c.id == mailing_id, mailing.c.state == MailingState.PAUSED)
        .with_for_update()
    ).first()
    if row is None:
        return False
    deadline = max(row.deadline + (now - (row.paused_at or now)), now + _LEFT_AFTER_RESUMING)
    opened = update(mailing).where(mailing.c.id == mailing_id)
    transaction.execute(opened.values(state=MailingState.OPEN, reason="", paused_at=None, deadline=deadline))
    its_slot = update(slot).where(slot.c.id == row.slot_id, slot.c.state == SlotState.PAUSED)
    transaction.execute(its_slot.values(state=SlotState.OPEN, reason=""))
    return True


def cancel(transaction: Transaction, mailing_id: int, *, reason: str, now: datetime) -> bool:
    """Cancel a mailing that is not done, and its slot: what waits will not be sent; what is on its way still counts.

    False when there was nothing to cancel. It is finished (and keeps its state) once the last row on its way ends.
    """
    living = mailing.c.state.in_([MailingState.OPEN, MailingState.PAUSED]), mailing.c.done_at.is_(None)
    ended = update(mailing).where(mailing.c.id == mailing_id, *living)
    ended = ended.values(state=MailingState.CANCELLED, reason=reason, paused_at=None)
    row = transaction.execute(ended.returning(mailing.c.slot_id)).first()
    if row is None:
        return False
    its_slot = update(slot).where(slot.c.id == row.slot_id)
    transaction.execute(its_slot.values(state=SlotState.CANCELLED, reason=reason, done_at=now))
    cancel_waiting(transaction, mailing_id, now=now)
    finish(transaction, mailing_id, now=now)
    return True


def cancel_waiting(transaction: Transaction, mailing_id: int, *, now: datetime) -> int:
    """End what waits (again) in a mailing that was cancelled; how many. Nothing in any other mailing."""
    cancelled = exists().where(mailing.c.id == mailing_id, mailing.c.state == MailingState.CANCELLED)
    waiting = delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.WAITING
    ended = update(delivery).where(*waiting, cancelled).values(state=DeliveryState.CANCELLED, settled_at=now)
    return transaction.execute(ended).rowcount


def _receives(newsletter: Newsletter, on: date) -> ColumnElement[bool]:
    return and_(
        subscriber.c.newsletter_id == newsletter.id,
        or_(
            subscriber.c.status == Standing.ACTIVE,
            and_(subscriber.c.status == Standing.PAUSED, subscriber.c.paused_until <= on),
        ),
        literal(week_number(on)) % subscriber.c.rhythm_weeks == subscriber.c.rhythm_phase % subscriber.c.rhythm_weeks,
    )


def _address() -> ColumnElement[str]:
    return func.coalesce(delivery.c.recipient, subscriber.c.address)


def _with_reader() -> Join:
    return delivery.outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)


def _add_mailing(transaction: Transaction, **values: object) -> int:
    row = insert(mailing).values(state=MailingState.OPEN, snapshot=0, **values).returning(mailing.c.id)
    return int(transaction.execute(row).scalar_one())


def _store_snapshot(transaction: Transaction, mailing_id: int) -> None:
    rows = select(func.count()).where(delivery.c.mailing_id == mailing_id).scalar_subquery()
    transaction.execute(update(mailing).where(mailing.c.id == mailing_id).values(snapshot=rows))
