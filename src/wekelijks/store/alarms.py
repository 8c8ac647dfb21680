"""Alarms: raised, ended, and those that stand.

An alarm stands from `raise_` until `clear`. While it stands, raising it again changes nothing, so whoever notices
something may say so at every tick, from as many processes as like, and the operator still reads it once.
"""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select, update

from wekelijks.domain.alarm import Alarm, AlarmKind
from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import alarm as table


def raise_(
    transaction: Transaction, *, newsletter_id: int | None, kind: AlarmKind, about: str, message: str, now: datetime
) -> None:
    """Raise an alarm; nothing happens while the same one (newsletter, kind, about) stands. Safe from anywhere."""
    row = {"newsletter_id": newsletter_id, "kind": kind, "about": about, "message": message, "raised_at": now}
    transaction.execute(insert_into(transaction, table).values(row).on_conflict_do_nothing())


def clear(transaction: Transaction, *, newsletter_id: int | None, kind: AlarmKind, about: str, now: datetime) -> None:
    """End the standing alarm; no error where none stands."""
    transaction.execute(
        update(table)
        .where(
            table.c.newsletter_id.is_not_distinct_from(newsletter_id),
            table.c.kind == kind,
            table.c.about == about,
            table.c.cleared_at.is_(None),
        )
        .values(cleared_at=now)
    )


def standing(transaction: Transaction) -> list[Alarm]:
    """All alarms that stand, in the order in which they were raised."""
    columns = [table.c[field.name] for field in fields(Alarm)]
    rows = transaction.execute(select(*columns).where(table.c.cleared_at.is_(None)).order_by(table.c.id)).mappings()
    return [Alarm(**{**row, "kind": AlarmKind(row["kind"])}) for row in rows]
