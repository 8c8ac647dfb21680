"""Heartbeats: when the scheduler and the sender last went round.

A heartbeat says that a loop turns, not that it achieved something. It never moves back.
"""

from datetime import datetime

from sqlalchemy import select

from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import heartbeat as table

SCHEDULER = "scheduler"
SENDER = "sender"
CALENDAR = "calendar"
"""When the calendar of every newsletter was last read without a failure."""


def beat(transaction: Transaction, name: str, now: datetime) -> None:
    """Note that `name` went round at `now`; an earlier instant than the last one changes nothing."""
    statement = insert_into(transaction, table).values(name=name, at=now)
    transaction.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"at": statement.excluded.at},
            where=table.c.at < statement.excluded.at,
        )
    )


def last(transaction: Transaction, name: str) -> datetime | None:
    """When `name` last went round; None: never."""
    found: datetime | None = transaction.execute(select(table.c.at).where(table.c.name == name)).scalar_one_or_none()
    return found


def all_of_them(transaction: Transaction) -> dict[str, datetime]:
    """The last beat of everything that ever beat, by name."""
    return {row.name: row.at for row in transaction.execute(select(table.c.name, table.c.at).order_by(table.c.name))}
