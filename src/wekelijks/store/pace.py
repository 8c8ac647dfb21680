"""Pace: how fast letters may leave, kept in our own database and so shared by all senders and lasting.

The generic cell rate algorithm: one instant per limit says when the next letter is due. Nobody ever gets more than a
tenth of a second's worth at once, so a limit per hour is spread over the hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from wekelijks.store.database import Transaction
from wekelijks.store.inserts import insert_into
from wekelijks.store.schema import pace as table

_BURST = timedelta(milliseconds=100)
_SKEW = timedelta(seconds=10)  # Clocks of two senders may differ by this much.
_SECONDS = {"second": 1, "hour": 3600, "day": 86400}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Letters per second, hour and day; 0: no limit of ours."""

    second: float = 0
    hour: float = 0
    day: float = 0

    @property
    def intervals(self) -> dict[str, timedelta]:
        """Time between two letters, per limit that is set."""
        rates = {"second": self.second, "hour": self.hour, "day": self.day}
        return {name: timedelta(seconds=_SECONDS[name] / rate) for name, rate in rates.items() if rate}


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for this many letters now; where none, how long to wait."""

    letters: int
    wait: timedelta = timedelta(0)


def take(transaction: Transaction, limits: Limits, *, now: datetime) -> Grant:
    """Take leave for some letters: at least one, at most a tenth of a second's worth, or a time to wait.

    The limits' rows are locked in the order of their names, so that two senders never wait for each other. A moment
    that is too far ahead to be one of ours was set before the clock was put back, and counts no more.
    """
    intervals = dict(sorted(limits.intervals.items()))
    for name in intervals:
        row = insert_into(transaction, table).values(name=name, next_at=now).on_conflict_do_nothing()
        transaction.execute(row)
    rows = select(table.c.name, table.c.next_at).where(table.c.name.in_(intervals)).order_by(table.c.name)
    letters = max(1, min(int(_BURST / interval) for interval in intervals.values()))
    furthest = {name: now + letters * interval + _SKEW for name, interval in intervals.items()}
    found = transaction.execute(rows.with_for_update())
    due = {row.name: row.next_at if row.next_at <= furthest[row.name] else now for row in found}
    wait = max((next_at - now for next_at in due.values()), default=timedelta(0))
    if wait > timedelta(0):
        return Grant(0, wait)
    for name, interval in intervals.items():
        later = max(due[name], now) + letters * interval
        transaction.execute(update(table).where(table.c.name == name).values(next_at=later))
    return Grant(letters)
