"""Subscribers: who reads which newsletter, and where they stand.

One address stands once in a newsletter, by its key. A change of standing names the standing it starts from, so that
of two at once the second finds nothing to change.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Text, cast, delete, func, or_, select, update

from wekelijks.domain.mailing import DeliveryState
from wekelijks.domain.subscriber import Standing, Subscriber
from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import delivery
from wekelijks.store.schema import subscriber as table

_COLUMNS = [table.c[field.name] for field in fields(Subscriber)]


def add_many(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add these rows, all with the same columns; key → id of those that are new. A known address stays as it is."""
    if not rows:
        return {}
    statement = insert_into(transaction, table).on_conflict_do_nothing(
        index_elements=[table.c.newsletter_id, table.c.address_key]
    )
    added = transaction.execute(statement.returning(table.c.address_key, table.c.id), list(rows))
    return {row.address_key: row.id for row in added}


def get(transaction: Transaction, subscriber_id: int) -> Subscriber | None:
    """The subscriber with this id; None when erased."""
    row = transaction.execute(select(*_COLUMNS).where(table.c.id == subscriber_id)).mappings().first()
    return None if row is None else _subscriber(row)


def find(transaction: Transaction, newsletter_id: int, key: str) -> Subscriber | None:
    """The subscriber with this address key in this newsletter."""
    return next(iter(find_many(transaction, newsletter_id, [key]).values()), None)


def find_many(transaction: Transaction, newsletter_id: int, keys: Collection[str]) -> dict[str, Subscriber]:
    """Key → subscriber, for those that are known; at most some thousands at a time."""
    known = select(*_COLUMNS).where(table.c.newsletter_id == newsletter_id)
    if transaction.dialect.name == "sqlite":
        known = known.where(table.c.address_key.in_(keys))
    else:
        # While a table grows, PostgreSQL has no statistics and reads all of it for a long IN; a join it hashes.
        wanted = func.unnest(cast(list(keys), ARRAY(Text))).table_valued("key", name="wanted").render_derived()
        known = known.join(wanted, wanted.c.key == table.c.address_key)
    return {row["address_key"]: _subscriber(row) for row in transaction.execute(known).mappings()}


def of_address(transaction: Transaction, key: str) -> list[int]:
    """The ids of this address in all newsletters."""
    return list(transaction.execute(select(table.c.id).where(table.c.address_key == key)).scalars())


def stream(transaction: Transaction, newsletter_id: int, *, status: Standing | None = None) -> Iterator[Subscriber]:
    """All subscribers of a newsletter in the order in which they came, fetched a thousand at a time."""
    mine = select(*_COLUMNS).where(table.c.newsletter_id == newsletter_id)
    if status is not None:
        mine = mine.where(table.c.status == status)
    last = 0
    while (
        page := transaction.execute(mine.where(table.c.id > last).order_by(table.c.id).limit(1000)).mappings().all()
    ):
        yield from map(_subscriber, page)
        last = page[-1]["id"]


def counts(transaction: Transaction, newsletter_id: int) -> dict[Standing, int]:
    """How many stand where."""
    groups = select(table.c.status, func.count()).where(table.c.newsletter_id == newsletter_id)
    return {row[0]: row[1] for row in transaction.execute(groups.group_by(table.c.status))}


def any_with_rhythm_or_pause(transaction: Transaction, newsletter_id: int) -> bool:
    """Whether anybody here has a rhythm of their own or a pause with an end."""
    unusual = or_(table.c.rhythm_weeks != 1, table.c.rhythm_phase != 0, table.c.paused_until.is_not(None))
    return (
        transaction.execute(select(table.c.id).where(table.c.newsletter_id == newsletter_id, unusual)).first()
        is not None
    )


def change_standing(transaction: Transaction, before: Subscriber, after: Subscriber) -> bool:
    """Write the standing, pause and rhythm of `after`; False when somebody changed the standing since `before`."""
    statement = update(table).where(table.c.id == before.id, table.c.status == before.status)
    values = {
        "status": after.status,
        "paused_until": after.paused_until,
        "rhythm_weeks": after.rhythm_weeks,
        "rhythm_phase": after.rhythm_phase,
        "confirmed_at": after.confirmed_at,
        "source": after.source,
    }
    return transaction.execute(statement.values(**values)).rowcount == 1


def confirm_pending(transaction: Transaction, subscriber_id: int, *, at: datetime, source: str) -> bool:
    """Make a pending subscriber active; False when they are pending no longer."""
    statement = update(table).where(table.c.id == subscriber_id, table.c.status == Standing.PENDING)
    return transaction.execute(statement.values(status=Standing.ACTIVE, confirmed_at=at, source=source)).rowcount == 1


def rename(transaction: Transaction, subscriber_id: int, name: str) -> None:
    """Give this subscriber another name."""
    transaction.execute(update(table).where(table.c.id == subscriber_id).values(name=name))


def erase(transaction: Transaction, subscriber_ids: Collection[int]) -> None:
    """Delete these rows with their consents; deliveries stay as numbers, without whom they went to.

    What waits for them must have been suppressed before. The relay's answers go too: they often quote the address.
    """
    transaction.execute(update(delivery).where(delivery.c.subscriber_id.in_(subscriber_ids)).values(answer=None))
    transaction.execute(delete(table).where(table.c.id.in_(subscriber_ids)))


def erase_recipient(transaction: Transaction, addresses: Collection[str], *, now: datetime) -> None:
    """Erase these addresses, lower-case, from letters to people without a subscription; what waits is suppressed."""
    theirs = func.lower(delivery.c.recipient).in_(addresses)
    waiting = update(delivery).where(theirs, delivery.c.state == DeliveryState.WAITING)
    transaction.execute(waiting.values(state=DeliveryState.SUPPRESSED, settled_at=now))
    transaction.execute(update(delivery).where(theirs).values(recipient=None, answer=None))


def _subscriber(row: RowMapping) -> Subscriber:
    return Subscriber(**row)
