"""The database: transactions that behave alike on a SQLite file and on PostgreSQL.

``begin()`` is the one way to write. When it returns, what was written survives a power cut, unless the caller asked
for ``synced=False``: then it survives the death of every process of ours, and a power cut only after `sync` or the
next synced commit.

On SQLite, writers and checkpoints of all processes take turns through a lock file beside the database. SQLite itself
would let one writer in at a time, but versions before 3.51.3 have a race between writers and checkpoints of several
connections that can damage the file (https://sqlite.org/wal.html#walresetbug).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError

from wekelijks.domain.errors import BadInput, Unavailable
from wekelijks.store.turns import LONGEST_WAIT, Turns

Transaction = Connection
"""An open transaction: what store functions take first."""

_NO_PRIVILEGE = "42501"  # PostgreSQL, appendix A: insufficient_privilege.
_EXPECTED = "The database's address cannot be read: expected postgresql+psycopg://user:password@host/name."


class Database:
    """One database and how to open transactions on it. Safe to share between threads, not across a fork."""

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy reads it: ``sqlite:////path`` or ``postgresql+psycopg://…``. Raises BadInput."""
        self.url = _read(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = Turns(Path(f"{self.url.database}.lock")) if self.is_sqlite else None
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(self.url, pool_pre_ping=True)

    @contextmanager
    def begin(self, *, synced: bool = True) -> Iterator[Transaction]:
        """A writing transaction: commits at the end, rolls back on any exception.

        Raises Unavailable when the database is locked, full, read-only or out of reach.
        """
        with translated(), self._turn(), self.engine.connect() as connection:
            self._set_durability(connection, synced=synced)
            with connection.begin():
                if not (self.is_sqlite or synced):
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection

    def sync(self) -> None:
        """Make what was committed with ``synced=False`` survive a power cut. Raises Unavailable.

        No transaction waits for it. On SQLite commits stand in the WAL file until a checkpoint, which syncs by itself
        (https://sqlite.org/pragma.html#pragma_synchronous); on PostgreSQL a synced commit takes with it what others
        committed before (https://www.postgresql.org/docs/current/wal-async-commit.html).
        """
        if self.is_sqlite:
            _sync_file(Path(f"{self.url.database}-wal"))
            return
        with self.begin() as transaction:
            transaction.exec_driver_sql("SELECT pg_current_xact_id()")  # Else there is nothing to commit.

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A reading transaction: one consistent view, never in the way of a writer."""
        with (
            translated(),
            self.engine.connect().execution_options(reading=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def begin_migration(self) -> Iterator[Transaction]:
        """A writing transaction in which tables may be rebuilt.

        SQLite changes a table by copying it; with foreign keys enforced, dropping the old one would silently empty
        its child tables. So they are off here and checked before the commit (Unavailable when one is broken).
        """
        with translated(), self._turn(), self.engine.connect() as connection:
            self._set_durability(connection, synced=True)
            self._enforce_foreign_keys(connection, enforced=False)
            try:
                with connection.begin():
                    yield connection
                    if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise Unavailable("The migration would break a reference: it was undone; report this.")
            finally:
                self._enforce_foreign_keys(connection, enforced=True)

    def dispose(self) -> None:
        """Close every connection; the last one to close a SQLite file checkpoints it, so this takes its turn."""
        with self._turn():
            self.engine.dispose()

    def _set_durability(self, connection: Connection, *, synced: bool) -> None:
        if self.is_sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")

    def _enforce_foreign_keys(self, connection: Connection, *, enforced: bool) -> None:
        if self.is_sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA foreign_keys = {'ON' if enforced else 'OFF'}")

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.take() if self._turns else nullcontext()


@contextmanager
def translated() -> Iterator[None]:
    """Make Unavailable of what the database could not do."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, IntegrityError | DataError) or _is_of_our_making(error):
            raise
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
        if reason.startswith("unable to open"):
            reason += " (is its directory there, and may we write in it?)"
        raise Unavailable(f"The database cannot do this now: {reason}.") from error


def _sync_file(path: Path) -> None:
    try:
        # SQLite keeps its locks on the two files beside this one: closing one of those here would drop them.
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise Unavailable(f"The database cannot be synced: {error}.") from error


def _is_of_our_making(error: DatabaseError) -> bool:
    """A statement that is wrong is a defect; one that we have no right to is the operator's to mend."""
    return isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) != _NO_PRIVILEGE


def _read(text: str) -> URL:
    """The address, which may hold a password and is never repeated in an error."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise BadInput(_EXPECTED) from error
    if url.get_backend_name() in ("postgresql", "postgres"):
        # The one driver that we bring; the short spelling is what providers hand out.
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput(_EXPECTED)
    return url


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LONGEST_WAIT, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN that writes later fails at once when another writer came between; IMMEDIATE waits.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
