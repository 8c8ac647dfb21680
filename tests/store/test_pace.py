"""Pace: limits that last, without a burst."""

from datetime import timedelta

from cast import FOUNDED
from wekelijks.store import pace
from wekelijks.store.database import Database
from wekelijks.store.pace import Limits


def test_leave_is_given_for_a_tenth_of_a_second_at_most(database: Database) -> None:
    """Fifty a second: five at once, then a wait of a tenth of a second, whoever asks."""
    with database.begin() as transaction:
        first = pace.take(transaction, Limits(second=50), now=FOUNDED)
        second = pace.take(transaction, Limits(second=50), now=FOUNDED)
        later = pace.take(transaction, Limits(second=50), now=FOUNDED + timedelta(milliseconds=100))

    assert (first.letters, second.letters, later.letters) == (5, 0, 5)
    assert second.wait == timedelta(milliseconds=100)


def test_the_strictest_limit_rules(database: Database) -> None:
    """Sixty an hour beside a hundred a second: one letter, then a minute of rest."""
    limits = Limits(second=100, hour=60)

    with database.begin() as transaction:
        granted = pace.take(transaction, limits, now=FOUNDED)
        refused = pace.take(transaction, limits, now=FOUNDED)

    assert granted.letters == 1
    assert refused.wait == timedelta(minutes=1)
