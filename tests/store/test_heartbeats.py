"""Heartbeats tell when a loop last went round."""

from datetime import timedelta

import cast
from wekelijks.store import heartbeats
from wekelijks.store.database import Database

NOW = cast.FOUNDED


def test_the_last_beat_counts(database: Database) -> None:
    """Each name has its own last beat, and before the first there is none."""
    with database.begin() as transaction:
        heartbeats.beat(transaction, heartbeats.SCHEDULER, NOW)
        heartbeats.beat(transaction, heartbeats.SCHEDULER, NOW + timedelta(seconds=5))

        assert heartbeats.last(transaction, heartbeats.SCHEDULER) == NOW + timedelta(seconds=5)
        assert heartbeats.last(transaction, heartbeats.SENDER) is None
        assert heartbeats.all_of_them(transaction) == {"scheduler": NOW + timedelta(seconds=5)}


def test_a_heartbeat_never_moves_back(database: Database) -> None:
    """A process whose clock runs behind does not make another one look dead."""
    with database.begin() as transaction:
        heartbeats.beat(transaction, heartbeats.SENDER, NOW)
        heartbeats.beat(transaction, heartbeats.SENDER, NOW - timedelta(minutes=1))

        assert heartbeats.last(transaction, heartbeats.SENDER) == NOW
