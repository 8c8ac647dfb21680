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


def test_a_clock_that_was_put_back_does_not_stop_the_letters(database: Database) -> None:
    """A day back: leave at once, and from there the usual pace. Two clocks that differ a little keep the pace."""
    limits = Limits(second=10)

    with database.begin() as transaction:
        pace.take(transaction, limits, now=FOUNDED + timedelta(days=1))
        after = [pace.take(transaction, limits, now=FOUNDED) for _letter in range(2)]
        slow_clock = pace.take(transaction, limits, now=FOUNDED - timedelta(seconds=5))

    assert after == [pace.Grant(1), pace.Grant(0, timedelta(milliseconds=100))]
    assert slow_clock == pace.Grant(0, timedelta(seconds=5, milliseconds=100))
