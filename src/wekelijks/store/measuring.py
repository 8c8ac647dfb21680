"""Measuring: how fast one mailing was carried, by the ledger's own times."""

from sqlalchemy import func, select

from wekelijks.domain.mailing import DeliveryState
from wekelijks.store.database import Transaction
from wekelijks.store.schema import delivery


def seconds_of_carrying(transaction: Transaction, mailing_id: int) -> float:
    """From the first acceptance of this mailing to the last; 0 where there are fewer than two."""
    first, last = func.min(delivery.c.settled_at), func.max(delivery.c.settled_at)
    mine = (delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.ACCEPTED)
    row = transaction.execute(select(first.label("first"), last.label("last")).where(*mine)).one()
    return 0.0 if row.first is None else float((row.last - row.first).total_seconds())
