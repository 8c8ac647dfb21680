"""Suppressions: addresses that must not be written to, known by a keyed hash alone.

No address stands here. Whoever is in this table cannot come back by an import or by the operator's hand.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, or_, select

from wekelijks.store.database import Transaction
from wekelijks.store.schema import suppression as table

ERASED = "erased"
"""The reason of somebody who asked to be forgotten."""


def add_everywhere(transaction: Transaction, address_hash: str, *, reason: str, now: datetime) -> None:
    """Suppress this address in all newsletters; adding it again changes nothing.

    Two at once may leave two rows, because NULL is never equal to NULL; that does no harm.
    """
    known = select(table.c.id).where(table.c.address_hash == address_hash, table.c.newsletter_id.is_(None))
    if transaction.execute(known).first() is None:
        transaction.execute(insert(table).values(address_hash=address_hash, reason=reason, at=now))


def among(transaction: Transaction, newsletter_id: int, address_hashes: Collection[str]) -> set[str]:
    """Which of these are suppressed in this newsletter or everywhere; at most some thousands at a time."""
    here = or_(table.c.newsletter_id.is_(None), table.c.newsletter_id == newsletter_id)
    found = select(table.c.address_hash).where(table.c.address_hash.in_(address_hashes), here)
    return set(transaction.execute(found).scalars())
