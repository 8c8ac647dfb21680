"""What a power cut may take: a twentieth of a second of letters, and no more."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relays import ScriptedRelay
from rounds import NOW, carried, promised, the_balance
from wekelijks.domain.errors import Unavailable
from wekelijks.store.database import Database, Transaction
from wekelijks.store.senders import Place

_LATE = 0.05 + 0.45  # Seconds: the promise, and what a busy machine may add to it.


class Diary:
    """When a sender committed, with syncing and without; when it synced beside that; which files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, broken: bool = False) -> None:
        self.commits: list[float] = []
        self.synced_commits: list[float] = []
        self.syncs: list[float] = []
        self.files: set[str] = set()
        self.threads: set[str] = set()
        begin, sync, fsync = Place.begin, Place.sync, os.fsync

        @contextmanager
        def noted_begin(place: Place, *, synced: bool = False) -> Iterator[Transaction]:
            with begin(place, synced=synced) as transaction:
                yield transaction
            (self.synced_commits if synced else self.commits).append(time.monotonic())

        def noted_sync(place: Place) -> None:
            self.threads.add(threading.current_thread().name.partition("_")[0])
            began = time.monotonic()
            if broken:
                raise Unavailable("The database cannot be synced: an input/output error.")
            sync(place)
            self.syncs.append(began)

        def noted_fsync(file: int) -> None:
            self.files.add(Path(f"/proc/self/fd/{file}").readlink().name)
            fsync(file)

        monkeypatch.setattr(Place, "begin", noted_begin)
        monkeypatch.setattr(Place, "sync", noted_sync)
        monkeypatch.setattr(os, "fsync", noted_fsync)


def test_every_commit_is_synced_soon_and_none_waits_for_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite another thread syncs the WAL file; on PostgreSQL it makes one synced commit, which takes all."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(200)))
    diary = Diary(monkeypatch)

    carried(database, ScriptedRelay())

    assert the_balance(database, mailing_id).is_settled
    assert len(diary.commits) >= 20
    syncs = sorted(diary.syncs + diary.synced_commits)
    assert max(min(sync - commit for sync in syncs if sync >= commit) for commit in diary.commits) < _LATE
    assert len(diary.syncs) > 1
    assert diary.threads == {"sync"}
    assert diary.files == ({"wekelijks.sqlite3-wal"} if database.is_sqlite else set())


def test_where_syncing_fails_the_commits_sync_themselves(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot sync is noticed where something can be done about it: by a commit."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(100)))
    diary = Diary(monkeypatch, broken=True)

    carried(database, ScriptedRelay())

    assert the_balance(database, mailing_id).is_settled
    at_either_end = 6  # Looking round and claiming, twice, finishing and leaving.
    assert len(diary.synced_commits) > at_either_end


def test_a_sync_goes_on_beside_a_transaction(database: Database) -> None:
    """It waits for nobody's turn: not even for a writer's that has just begun."""
    place = Place(database, host="here", pid=1)
    place.take(now=NOW)

    with place.begin():
        place.sync()

    place.leave(now=NOW)
