"""The schema's versions: from an empty database to the newest, safe to repeat, one process at a time."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from wekelijks import shipped
from wekelijks.domain.errors import NotAllowed, NotFound
from wekelijks.store.database import Database

_ADVISORY_LOCK = 0x77656B  # "wek": one migration at a time on PostgreSQL; SQLite has its lock file.


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema. Safe to repeat and to run twice at once."""
    with database.begin_migration() as transaction:
        if not database.is_sqlite:
            transaction.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        _require_known(MigrationContext.configure(transaction).get_current_revision())
        config = _config()
        config.attributes["connection"] = transaction
        command.upgrade(config, "head")


def require_newest(database: Database) -> None:
    """Raise NotAllowed, naming `wekelijks migrate`, unless the database has the newest schema."""
    schema = found(database)
    _require_known(schema)
    if schema != newest():
        raise NotAllowed("The database has an older schema than this program: run `wekelijks migrate` first.")


def found(database: Database) -> str | None:
    """The schema's revision in the database; None where there is none."""
    with database.read() as transaction:
        return MigrationContext.configure(transaction).get_current_revision()


def _require_known(schema: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if schema is not None and schema not in known:
        raise NotAllowed(
            f"The database has a newer schema ({schema}) than this program: install the newer wekelijks."
        )


@cache
def newest() -> str:
    """The newest revision's name."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise NotFound("The migrations are empty: this installation is incomplete, install wekelijks again.")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped.directory_of("migrations/env.py")))
    return config
