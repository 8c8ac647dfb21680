"""The scheduler: it ticks at once and again, and nothing that goes wrong in a tick ends it."""

import time
from datetime import datetime
from threading import Event as Signal
from typing import Any

import pytest
import structlog

from cast import SUNDAY, a_newsletter, a_reader, a_theme
from printing import BORN, EIGHT, MINUTE, a_press, the_alarms, the_slots
from wekelijks.domain.errors import Unavailable
from wekelijks.domain.slot import SlotState
from wekelijks.scheduler import Ticker, running
from wekelijks.services.slots import ticking
from wekelijks.store import heartbeats
from wekelijks.store.database import Database


class Clock:
    """A clock that is told the time, and says when it was asked often enough."""

    def __init__(self, now: datetime, *, reads: int = 1) -> None:
        self.now = now
        self.enough = Signal()
        self._left = reads

    def __call__(self) -> datetime:
        """The time."""
        self._left -= 1
        if self._left <= 0:
            self.enough.set()
        return self.now


def test_it_ticks_at_once_and_again(database: Database) -> None:
    """The slot that is due is open when the block ends, and the heart has beaten at the last tick's time."""
    newsletter = a_newsletter(database, created_at=BORN)
    a_theme(database, newsletter)
    a_reader(database, newsletter, "anneke@example.nl")
    clock = Clock(EIGHT - MINUTE, reads=4)

    with running(a_press(database), clock, every=0.05):
        assert clock.enough.wait(30)
        clock.now, clock.enough = EIGHT, Signal()
        assert clock.enough.wait(30)

    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.OPEN
    with database.read() as transaction:
        assert heartbeats.last(transaction, heartbeats.SCHEDULER) == EIGHT


@pytest.mark.parametrize("failure", [Unavailable("The database cannot do this now."), RuntimeError("a defect")])
def test_a_failing_tick_raises_an_alarm_and_the_next_one_comes(
    database: Database, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Logged once, however long it lasts; when ticks succeed again the alarm is over."""
    a_newsletter(database, created_at=BORN)
    press, well = a_press(database), ticking.tick
    ticker = Ticker(press, lambda: EIGHT)

    def failing(*_anything: Any) -> list[Any]:
        raise failure

    with structlog.testing.capture_logs() as logged:
        monkeypatch.setattr(ticking, "tick", failing)
        ticker()
        ticker()
        standing = the_alarms(database)
        monkeypatch.setattr(ticking, "tick", well)
        ticker()

    assert standing == [("scheduler", "tick")]
    assert [line["log_level"] for line in logged if "Tick" in line["event"] or "tick" in line["event"]] == [
        "error",
        "info",
    ]
    assert ("scheduler", "tick") not in the_alarms(database)


def test_a_tick_never_runs_beside_itself(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a long one is at work, a beat does nothing."""
    ticker = Ticker(a_press(database), lambda: EIGHT)
    begun: list[int] = []

    def slow(*_anything: Any) -> list[Any]:
        begun.append(1)
        ticker()
        return []

    monkeypatch.setattr(ticking, "tick", slow)
    ticker()

    assert begun == [1]


def test_it_may_be_stopped_at_once(database: Database) -> None:
    """The first tick still ends before the block does."""
    a_newsletter(database, created_at=BORN)

    with running(a_press(database), lambda: EIGHT):
        pass

    with database.read() as transaction:
        assert heartbeats.last(transaction, heartbeats.SCHEDULER) == EIGHT


def test_a_beat_that_comes_late_is_not_dropped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """APScheduler drops a run that is a second late, or a second one beside the first, unless it is told how to.

    Here a tick takes longer than many beats; afterwards ticks go on as before.
    """
    beats: list[float] = []
    enough = Signal()

    def slow(*_anything: Any) -> list[Any]:
        beats.append(1)
        if len(beats) == 2:
            time.sleep(1.5)
        if len(beats) == 4:
            enough.set()
        return []

    monkeypatch.setattr(ticking, "tick", slow)
    with running(a_press(database), lambda: EIGHT, every=0.1):
        assert enough.wait(30)

    assert len(beats) >= 4
