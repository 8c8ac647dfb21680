"""The migrations build what the program expects."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from wekelijks.store import migrations
from wekelijks.store.database import Database
from wekelijks.store.schema import metadata


def test_the_migrations_build_the_schema(database: Database) -> None:
    """`upgrade head` on an empty database equals the metadata."""
    # Alembic cannot compare defaults on SQLite: it sees '' and "''" as two.
    options = {"compare_type": True, "compare_server_default": not database.is_sqlite}
    with database.read() as transaction:
        context = MigrationContext.configure(transaction, opts=options)

        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    """A second upgrade finds nothing to do, and the schema is the newest."""
    migrations.upgrade(database)

    migrations.require_newest(database)
