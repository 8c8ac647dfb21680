"""INSERT … ON CONFLICT, which both databases speak and SQLAlchemy spells once for each."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from wekelijks.store.database import Transaction


def insert_into(transaction: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, for this transaction's database."""
    return sqlite.insert(table) if transaction.dialect.name == "sqlite" else postgresql.insert(table)
