"""Senders: who may carry letters, and who is provably dead.

A sender's place is a lock that the operating system or PostgreSQL takes back when its holder dies, never a time-out.
On PostgreSQL every intent is committed on the very connection that holds the lock: no lock, no intent.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, func, insert, select, update

from wekelijks.domain.errors import NotAllowed, Unavailable
from wekelijks.store import carrying
from wekelijks.store.database import Database, Transaction, translated
from wekelijks.store.schema import sender as table

_LOCK_CLASS = 0x77656B  # "wek": keeps our advisory locks apart from those of other programs in the same database.


class Taken(NotAllowed):
    """Another sender has the place (SQLite); the message names it."""


class Place:
    """One sender's place, held from `take` to `leave`."""

    def __init__(self, database: Database, *, host: str, pid: int) -> None:
        self.id = 0
        self._database = database
        self._host, self._pid = host, pid
        self._file: TextIO | None = None
        self._connection: Connection | None = None

    def take(self, *, now: datetime) -> None:
        """Take the place and put what dead senders left behind in doubt. Raises Taken, Unavailable."""
        if self._database.is_sqlite:
            self._take_file()
        else:
            self._take_connection()
        with self.begin(synced=True) as transaction:
            self.id = self._enter(transaction, now=now)
        self.bury(now=now)

    def recover(self, *, now: datetime) -> None:
        """After a lost connection to PostgreSQL: a new lock, and this process's own letters under it.

        What another sender has put in doubt in the meantime stays so, by name. Raises Unavailable: try again later.
        """
        if self._database.is_sqlite or self._is_connected():
            return
        before = self.id
        self.drop()
        self._take_connection()
        with self.begin(synced=True) as transaction:
            fresh = self._enter(transaction, now=now)
            carrying.hand_over(transaction, before, fresh)
            transaction.execute(update(table).where(table.c.id == before).values(ended_at=now))
        self.id = fresh

    @contextmanager
    def begin(self, *, synced: bool = False) -> Iterator[Transaction]:
        """A transaction that can only commit while the place is held. Raises Unavailable."""
        if self._database.is_sqlite:
            with self._database.begin(synced=synced) as transaction:
                yield transaction
            return
        if self._connection is None or not self._is_connected():
            # SQLAlchemy would connect again by itself, and the new connection would not hold the lock.
            raise Unavailable("The connection to the database was lost.")
        with translated(), self._connection.begin():
            if not synced:
                self._connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield self._connection

    def sync(self) -> None:
        """Make what was committed survive a power cut. May run beside a transaction. Raises Unavailable."""
        self._database.sync()

    def bury(self, *, now: datetime) -> int:
        """Put the letters of senders that are provably dead in doubt; how many."""
        with self.begin(synced=True) as transaction:
            others = select(table.c.id).where(table.c.ended_at.is_(None), table.c.id != self.id).order_by(table.c.id)
            dead = [each for each in transaction.execute(others).scalars() if self._is_dead(transaction, each)]
            doubts = sum(carrying.bury(transaction, each) for each in dead)
            transaction.execute(update(table).where(table.c.id.in_(dead)).values(ended_at=now))
        return doubts

    def leave(self, *, now: datetime) -> None:
        """Give the place back; letters claimed and not sent are free again, letters without an answer in doubt."""
        with self.begin(synced=True) as transaction:
            carrying.bury(transaction, self.id)
            transaction.execute(update(table).where(table.c.id == self.id).values(ended_at=now))
        self.drop()

    def drop(self) -> None:
        """Let go of the lock without a word, as a death would."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None

    def _is_connected(self) -> bool:
        return self._connection is not None and not self._connection.invalidated

    def _enter(self, transaction: Transaction, *, now: datetime) -> int:
        row = insert(table).values(host=self._host, pid=self._pid, started_at=now).returning(table.c.id)
        sender_id = int(transaction.execute(row).scalar_one())
        if self._connection is not None:
            transaction.execute(select(func.pg_advisory_lock(_LOCK_CLASS, sender_id)))
        return sender_id

    def _take_file(self) -> None:
        path = Path(f"{self._database.url.database}.sender")
        try:
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise Unavailable(f"The sender's lock cannot be made: {error}. Is its directory writable?") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise Taken(f"Another sender is at work: {holder}.") from error
        file.truncate(0)
        file.write(f"process {self._pid} on {self._host}\n")
        file.flush()
        self._file = file

    def _take_connection(self) -> None:
        with translated():
            self._connection = self._database.engine.connect()

    def _is_dead(self, transaction: Transaction, sender_id: int) -> bool:
        # On SQLite the one lock file is ours, so every other sender has died. On PostgreSQL its session lock is free.
        if self._connection is None:
            return True
        lock = select(func.pg_try_advisory_xact_lock(_LOCK_CLASS, sender_id))
        return bool(transaction.execute(lock).scalar_one())
