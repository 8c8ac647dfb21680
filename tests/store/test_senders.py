"""The sender's place: what it holds after PostgreSQL has let go of it."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from rounds import NOW, promised, the_balance, the_doubtful
from wekelijks.domain.errors import Unavailable
from wekelijks.store import carrying, migrations
from wekelijks.store.database import Database
from wekelijks.store.senders import Place


def broken(database: Database) -> None:
    """Every connection to this database is ended by its operator."""
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(others + "pg_backend_pid()")


def test_nothing_is_granted_on_a_connection_that_does_not_hold_the_lock(empty_postgres_url: str) -> None:
    """A connection that was lost is not quietly made again: no lock, no intent, until the place is taken anew.

    Then the letters in hand are this sender's still, and another one that comes finds nobody dead.
    """
    database = Database(empty_postgres_url)
    migrations.upgrade(database)
    mailing_id = promised(database, "anneke@example.nl")
    place, other = Place(database, host="here", pid=1), Place(database, host="there", pid=2)
    place.take(now=NOW)
    with place.begin() as transaction:
        (claimed,) = carrying.claim(transaction, mailing_id, place.id, limit=5, now=NOW)
        carrying.intend(transaction, [claimed.id], place.id, now=NOW)

    broken(database)
    for _attempt in range(3):
        with pytest.raises(Unavailable), place.begin() as transaction:
            transaction.execute(text("SELECT 1"))
    place.recover(now=NOW)
    other.take(now=NOW + timedelta(seconds=1))

    assert the_balance(database, mailing_id).sending == 1
    assert the_doubtful(database, mailing_id) == []
    place.leave(now=NOW)
    other.leave(now=NOW)
    database.dispose()


def test_a_place_is_taken_again_as_often_as_it_takes(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While PostgreSQL is away every attempt says so; when it is back the place is, too."""
    database = Database(empty_postgres_url)
    migrations.upgrade(database)
    place = Place(database, host="here", pid=1)
    place.take(now=NOW)
    broken(database)

    def away() -> None:
        raise Unavailable("The database cannot do this now: it is starting up.")

    with monkeypatch.context() as outage:
        outage.setattr(database.engine, "connect", away)
        for _attempt in range(2):
            with pytest.raises(Unavailable), place.begin() as transaction:
                transaction.execute(text("SELECT 1"))
            with pytest.raises(Unavailable):
                place.recover(now=NOW)
    place.recover(now=NOW)

    with place.begin() as transaction:
        assert transaction.execute(text("SELECT 1")).scalar_one() == 1
    place.leave(now=NOW)
    database.dispose()
