"""Newsletters: their identity and rhythm, and whose turn it is to change what is theirs."""

from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from wekelijks.domain.errors import NotAllowed, NotFound
from wekelijks.domain.newsletter import Newsletter
from wekelijks.store.database import Transaction
from wekelijks.store.schema import newsletter as table

_COLUMNS = [table.c[field.name] for field in fields(Newsletter)]


def add(transaction: Transaction, **values: Any) -> int:
    """Add a newsletter; its id. Columns as in the schema; IntegrityError when the slug exists."""
    return int(transaction.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def add_first(transaction: Transaction, **values: Any) -> int:
    """Add the first newsletter, which is the default one; its id. Raises NotAllowed where there is any.

    Of two at once, one waits for the other and is refused.
    """
    if transaction.dialect.name != "sqlite":  # SQLite lets one writer in at a time.
        transaction.exec_driver_sql("LOCK TABLE newsletter IN SHARE ROW EXCLUSIVE MODE")
    if known := all_of_them(transaction):
        raise NotAllowed(f"The database holds a newsletter already: {known[0].slug}. Nothing was changed.")
    return add(transaction, **values, is_default=True)


def change(transaction: Transaction, newsletter_id: int, **values: Any) -> None:
    """Change these columns of a newsletter."""
    transaction.execute(update(table).where(table.c.id == newsletter_id).values(**values))


def all_of_them(transaction: Transaction) -> list[Newsletter]:
    """All newsletters, in order of their id."""
    rows = transaction.execute(select(*_COLUMNS).order_by(table.c.id)).mappings()
    return [_newsletter(row) for row in rows]


def get(transaction: Transaction, newsletter_id: int) -> Newsletter:
    """The newsletter with this id. Raises NotFound."""
    row = transaction.execute(select(*_COLUMNS).where(table.c.id == newsletter_id)).mappings().first()
    if row is None:
        raise NotFound("There is no such newsletter.")
    return _newsletter(row)


def named(transaction: Transaction, slug: str | None) -> Newsletter:
    """The newsletter with this slug, or the default one. Raises NotFound with the slugs that exist."""
    chosen = table.c.is_default if slug is None else table.c.slug == slug
    row = transaction.execute(select(*_COLUMNS).where(chosen)).mappings().first()
    if row is None:
        known = ", ".join(one.slug for one in all_of_them(transaction)) or "none yet: run `wekelijks init`"
        raise NotFound(f"There is no newsletter “{slug or 'default'}”. There is: {known}.")
    return _newsletter(row)


def take_turn(transaction: Transaction, newsletter_id: int) -> None:
    """Wait until nobody else changes this newsletter's queue, slots or pool; until the transaction ends nobody will.

    Locks the newsletter's row on PostgreSQL, so that new rows may still refer to it; on SQLite a writing transaction
    is alone anyway. Taking it twice is harmless.
    """
    row = select(table.c.id).where(table.c.id == newsletter_id)
    transaction.execute(row.with_for_update(key_share=True))


def _newsletter(row: RowMapping) -> Newsletter:
    return Newsletter(**row)
