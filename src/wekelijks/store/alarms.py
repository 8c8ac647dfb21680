"""Alarms: what somebody has to know and has not been told yet, or has not mended.

An alarm stands from `raise_` until `clear`. While it stands, raising it again changes nothing, so whoever notices
something may say so at every tick, from as many processes as like, and the operator still reads it once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import alarm as table


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One alarm, as stored."""

    id: int
    newsletter_id: int | None
    """None: about the installation as a whole."""
    kind: str
    """One word, at most 32 characters: `held`, `missed`, `relay` …"""
    about: str
    """With the kind, what makes it the same alarm: a slot's date, a relay's name."""
    message: str
    """One sentence for the operator; no address of a reader and no token."""
    raised_at: datetime


def raise_(
    transaction: Transaction, *, newsletter_id: int | None, kind: str, about: str, message: str, now: datetime
) -> None:
    """Raise an alarm; nothing happens while the same one (newsletter, kind, about) stands. Safe from anywhere."""
    row = {"newsletter_id": newsletter_id, "kind": kind, "about": about, "message": message, "raised_at": now}
    transaction.execute(insert_into(transaction, table).values(row).on_conflict_do_nothing())


def clear(transaction: Transaction, *, newsletter_id: int | None, kind: str, about: str, now: datetime) -> None:
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
    columns = [table.c[name] for name in Alarm.__dataclass_fields__]
    rows = transaction.execute(select(*columns).where(table.c.cleared_at.is_(None)).order_by(table.c.id)).mappings()
    return [Alarm(**row) for row in rows]
