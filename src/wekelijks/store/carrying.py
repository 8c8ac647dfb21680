"""Carrying: the ledger's rows while a sender has them in hand.

The intent is a compare-and-set from waiting to sending, and the gate for everybody who left, paused or was erased:
no final dot leaves for a row whose intent was not granted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, exists, or_, select, update

from wekelijks.domain.calendar import local_date
from wekelijks.domain.mailing import DeliveryState, MailingState
from wekelijks.domain.newsletter import DoubtPolicy
from wekelijks.domain.outcome import Outcome, Verdict, due_after
from wekelijks.domain.reader import Reader
from wekelijks.domain.subscriber import Standing
from wekelijks.store import ledger
from wekelijks.store.database import Transaction
from wekelijks.store.schema import delivery, mailing, newsletter, subscriber

# A pause ends on a local date; half a day is the furthest that a zone is ahead of UTC.
_FURTHEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this sender has put its hand on. Nothing is promised to the relay yet."""

    id: int
    mailing_id: int
    attempts: int
    reader: Reader


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed delivery; `attempts` counts the one that has just been made, if it was one."""

    id: int
    outcome: Outcome
    attempts: int


def claim(transaction: Transaction, mailing_id: int, sender_id: int, *, limit: int, now: datetime) -> list[Claimed]:
    """Put this sender's hand on the next rows that are due, in their order; empty when nothing is due.

    Two senders never claim the same row; rows that another transaction has locked are passed over.
    """
    due = (
        select(delivery.c.id)
        .where(
            delivery.c.mailing_id == mailing_id,
            delivery.c.state == DeliveryState.WAITING,
            delivery.c.sender_id.is_(None),
            or_(delivery.c.not_before.is_(None), delivery.c.not_before <= now),
        )
        .order_by(delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = update(delivery).where(delivery.c.id.in_(due)).values(sender_id=sender_id).returning(delivery.c.id)
    ids = list(transaction.execute(taken).scalars())
    return _claimed(transaction, ids)


def suppress_departed(transaction: Transaction, mailing_id: int, *, now: datetime) -> int:
    """End what waits for readers who left while an earlier attempt of theirs was on its way."""
    gone = (
        update(delivery)
        .where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.WAITING, ~_MAY_BE_WRITTEN_TO)
        .values(state=DeliveryState.SUPPRESSED, settled_at=now)
    )
    return transaction.execute(gone, {"day": (now + _FURTHEST_ZONE).date()}).rowcount


def intend(transaction: Transaction, ids: Sequence[int], sender_id: int, *, now: datetime) -> set[int]:
    """Grant the final dot: waiting → sending, for those of `ids` that may still be sent. The rest is let go."""
    if not ids:
        return set()
    whose = {"ids": ids, "sender": sender_id, "now": now, "day": (now + _FURTHEST_ZONE).date()}
    allowed = set(transaction.execute(_GRANTED, whose).scalars())
    release(transaction, [each for each in ids if each not in allowed], sender_id)
    return allowed


def release(transaction: Transaction, ids: Sequence[int], sender_id: int) -> None:
    """Take the hand off rows that were not sent."""
    if ids:
        transaction.execute(_RELEASED, {"ids": ids, "sender": sender_id})


def settle(
    transaction: Transaction, settled: Sequence[Settled], sender_id: int, *, jitter: float, now: datetime
) -> None:
    """Write down what became of these rows: only this sender's own, and never over a final state.

    One exception: a late answer may turn in doubt into accepted. A doubt (the link broke after the dot) follows the
    newsletter's policy, once.
    """
    rows = [
        _row(each, sender_id, jitter=jitter, now=now) for each in settled if each.outcome.verdict is not Verdict.DOUBT
    ]
    if rows:
        transaction.execute(_SETTLED, rows)
    doubted = [each for each in settled if each.outcome.verdict is Verdict.DOUBT]
    if doubted:
        theirs = delivery.c.id.in_([each.id for each in doubted])
        text = doubted[0].outcome.answer.text
        transaction.execute(update(delivery).where(theirs).values(code=0, answer=text))
        _doubt(transaction, and_(theirs, delivery.c.sender_id == sender_id))


def bury(transaction: Transaction, sender_id: int) -> int:
    """What a sender that is gone left behind: claims are free again, intents without an outcome in doubt."""
    doubts = _doubt(transaction, delivery.c.sender_id == sender_id)
    free = update(delivery).where(delivery.c.sender_id == sender_id, delivery.c.state == DeliveryState.WAITING)
    transaction.execute(free.values(sender_id=None))
    return doubts


def hand_over(transaction: Transaction, before: int, after: int) -> None:
    """Give the rows that one sender has in hand to the same process under its new number."""
    hands = delivery.c.state.in_([DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.IN_DOUBT])
    theirs = update(delivery).where(delivery.c.sender_id == before, hands)
    transaction.execute(theirs.values(sender_id=after))


def expire(transaction: Transaction, mailing_id: int, *, now: datetime) -> int:
    """End what still waits after the deadline of a mailing that is not paused; how many."""
    late = exists().where(
        mailing.c.id == mailing_id, mailing.c.deadline <= now, mailing.c.state != MailingState.PAUSED
    )
    ended = update(delivery).where(
        delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.WAITING, late
    )
    return transaction.execute(ended.values(state=DeliveryState.EXPIRED, settled_at=now)).rowcount


def finish(transaction: Transaction, mailing_id: int, *, now: datetime) -> bool:
    """Tidy a mailing of which nothing is due (cancelled, expired, departed) and count it; True when it is done."""
    ledger.cancel_waiting(transaction, mailing_id, now=now)
    expire(transaction, mailing_id, now=now)
    suppress_departed(transaction, mailing_id, now=now)
    return ledger.finish(transaction, mailing_id, now=now)


def _claimed(transaction: Transaction, ids: Sequence[int]) -> list[Claimed]:
    rows = (
        select(
            delivery.c.id,
            delivery.c.mailing_id,
            delivery.c.attempts,
            delivery.c.recipient,
            delivery.c.subscriber_id,
            subscriber.c.address,
            subscriber.c.name,
            subscriber.c.source,
            subscriber.c.confirmed_at,
            subscriber.c.created_at,
            newsletter.c.timezone,
        )
        .select_from(
            delivery.join(mailing, mailing.c.id == delivery.c.mailing_id)
            .join(newsletter, newsletter.c.id == mailing.c.newsletter_id)
            .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        )
        .where(delivery.c.id.in_(ids))
        .order_by(delivery.c.id)
    )
    return [
        Claimed(
            row.id,
            row.mailing_id,
            row.attempts,
            Reader(
                address=row.recipient or row.address or "",
                name=row.name or "",
                subscriber_id=row.subscriber_id,
                since=_since(row.confirmed_at, row.created_at, row.timezone),
                source=row.source or "",
            ),
        )
        for row in transaction.execute(rows)
    ]


def _since(confirmed_at: datetime | None, created_at: datetime | None, zone: str) -> date | None:
    """The day they signed up. Of those whom the operator brought in as confirmed, nobody wrote it down."""
    return local_date(confirmed_at, zone) if confirmed_at and confirmed_at != created_at else None


_STATES = {Verdict.ACCEPTED: DeliveryState.ACCEPTED, Verdict.REFUSED: DeliveryState.REFUSED}


def _row(settled: Settled, sender_id: int, *, jitter: float, now: datetime) -> dict[str, object]:
    state = _STATES.get(settled.outcome.verdict, DeliveryState.WAITING)
    again, unsent = state is DeliveryState.WAITING, settled.outcome.verdict is Verdict.UNSENT
    return {
        "row": settled.id,
        "sender": sender_id,
        "to_state": state,
        "to_attempts": settled.attempts,
        "to_not_before": due_after(now, settled.attempts, jitter) if again and not unsent else None,
        "to_code": settled.outcome.answer.code,
        "to_answer": settled.outcome.answer.text,
        "to_settled_at": None if again else now,
    }


def _doubt(transaction: Transaction, whose: ColumnElement[bool]) -> int:
    """Sending → in doubt; then, by the newsletter's policy and only the first time, → waiting once more."""
    resends = exists().where(
        mailing.c.id == delivery.c.mailing_id,
        newsletter.c.id == mailing.c.newsletter_id,
        newsletter.c.doubt_policy == DoubtPolicy.RESEND,
    )
    once_more = and_(delivery.c.doubts == 0, resends)
    unknown = (
        update(delivery)
        .where(whose, delivery.c.state == DeliveryState.SENDING)
        .values(
            state=case((once_more, DeliveryState.WAITING.value), else_=DeliveryState.IN_DOUBT.value),
            sender_id=case((once_more, None), else_=delivery.c.sender_id),
            doubts=delivery.c.doubts + 1,
            not_before=None,
        )
    )
    return transaction.execute(unknown).rowcount


# The sender's own statements, a group of letters each time. Building one takes longer than SQLite takes to run it, so
# they are built once. `ids` grows to the group's size, which SQLAlchemy does without building anything again.

_MAY_BE_WRITTEN_TO: ColumnElement[bool] = or_(
    delivery.c.recipient.is_not(None),
    exists().where(
        subscriber.c.id == delivery.c.subscriber_id,
        or_(
            subscriber.c.status == Standing.ACTIVE,
            and_(subscriber.c.status == Standing.PAUSED, subscriber.c.paused_until <= bindparam("day")),
        ),
    ),
)

_IN_HAND = and_(
    delivery.c.id.in_(bindparam("ids", expanding=True)),
    delivery.c.state == DeliveryState.WAITING,
    delivery.c.sender_id == bindparam("sender"),
)

_GRANTED = (
    update(delivery)
    .where(
        delivery.c.id.in_(
            select(delivery.c.id).where(_IN_HAND).order_by(delivery.c.id).with_for_update(skip_locked=True)
        ),
        delivery.c.state == DeliveryState.WAITING,
        exists().where(
            mailing.c.id == delivery.c.mailing_id,
            mailing.c.state == MailingState.OPEN,
            mailing.c.deadline > bindparam("now"),
        ),
        _MAY_BE_WRITTEN_TO,
    )
    .values(state=DeliveryState.SENDING, attempts=delivery.c.attempts + 1)
    .returning(delivery.c.id)
)

_RELEASED = update(delivery).where(_IN_HAND).values(sender_id=None)


def _settling() -> Update:
    word = bindparam("to_state", type_=delivery.c.state.type)
    late_but_sure = and_(delivery.c.state == DeliveryState.IN_DOUBT, word == DeliveryState.ACCEPTED)
    # No IN here: SQLAlchemy cannot expand one when many rows are written at once.
    in_hand = or_(delivery.c.state == DeliveryState.WAITING, delivery.c.state == DeliveryState.SENDING)
    return (
        update(delivery)
        .where(
            delivery.c.id == bindparam("row"),
            delivery.c.sender_id == bindparam("sender"),
            or_(in_hand, late_but_sure),
        )
        .values(
            state=word,
            attempts=bindparam("to_attempts"),
            not_before=bindparam("to_not_before", type_=delivery.c.not_before.type),
            code=bindparam("to_code"),
            answer=bindparam("to_answer"),
            settled_at=bindparam("to_settled_at", type_=delivery.c.settled_at.type),
            sender_id=case((word == DeliveryState.WAITING, None), else_=delivery.c.sender_id),
        )
    )


_SETTLED = _settling()
