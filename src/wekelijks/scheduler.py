"""The scheduler: APScheduler gives the beat, and decides nothing.

Every few seconds it asks `ticking.tick` what is due. Its jobs live in memory, late beats are run and never
dropped, and missed ones count as one: which slots open, and whether they did, the calendar and the database know.
A tick that fails is logged and raises an alarm; the next one comes all the same.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Lock, Thread

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.errors import Unavailable, WekelijksError
from wekelijks.domain.slot import Event, Happening
from wekelijks.services.press import Press
from wekelijks.services.slots import ticking
from wekelijks.store import alarms

EVERY = 5.0
"""Seconds between two ticks: one indexed query each, so that a letter is never later than a reader would notice."""

_WORTH_A_WARNING = frozenset({Happening.HELD, Happening.MISSED, Happening.UNFINISHED, Happening.FAILED})
_KIND, _ABOUT = AlarmKind.SCHEDULER, "tick"

_log = structlog.get_logger()


class Ticker:
    """What is run at every beat. Never raises: an exception must not end the loop."""

    def __init__(self, press: Press, clock: Callable[[], datetime]) -> None:
        self._press, self._clock = press, clock
        self._at_work = Lock()
        self._trouble: str | None = None
        """The last failure, so that a standing one is logged once; None before anything is known."""
        self._known_well = False

    def __call__(self) -> None:
        """One tick; nothing while an earlier one is still at work."""
        if not self._at_work.acquire(blocking=False):
            return
        try:
            events = ticking.tick(self._press, self._clock())
            self._say_well()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next tick must come.
            self._say_trouble(error)
        else:
            for event in events:
                _say(event)
        finally:
            self._at_work.release()

    def _say_trouble(self, error: Exception) -> None:
        message = f"{type(error).__name__}: {error}"
        if message != self._trouble:
            if isinstance(error, WekelijksError):
                _log.error("A tick failed; the next one tries again.", why=str(error))
            else:
                _log.error("A tick failed; the next one tries again.", exc_info=error)
        self._trouble, self._known_well = message, False
        why = str(error) if isinstance(error, WekelijksError) else message
        with contextlib.suppress(Unavailable), self._press.database.begin() as transaction:
            text = f"The clock's ticks fail, so no slot opens: {' '.join(why.split())[:300]}"
            now = self._clock()
            alarms.raise_(transaction, newsletter_id=None, kind=_KIND, about=_ABOUT, message=text, now=now)

    def _say_well(self) -> None:
        """Clear what an earlier failure, perhaps of an earlier process, has raised: once."""
        if self._known_well:
            return
        with self._press.database.begin() as transaction:
            alarms.clear(transaction, newsletter_id=None, kind=_KIND, about=_ABOUT, now=self._clock())
        if self._trouble is not None:
            _log.info("Ticks succeed again.")
        self._trouble, self._known_well = None, True


@contextlib.contextmanager
def running(press: Press, clock: Callable[[], datetime], *, every: float = EVERY) -> Iterator[Ticker]:
    """Tick now and every `every` seconds, on a thread, while the block runs; a tick at work ends before this does."""
    ticker = Ticker(press, clock)
    # A job that runs once removes itself, and APScheduler fails over that when it is stopped at the same moment.
    first = Thread(target=ticker, name="first tick")
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        ticker, "interval", seconds=every, id="tick", misfire_grace_time=None, coalesce=True, max_instances=1
    )
    first.start()
    scheduler.start()
    _log.info("The scheduler ticks.", every_seconds=every)
    try:
        yield ticker
    finally:
        scheduler.shutdown(wait=True)
        first.join()


def _say(event: Event) -> None:
    tell = _log.warning if event.kind in _WORTH_A_WARNING else _log.info
    tell(event.message, newsletter=event.newsletter, slot=str(event.on or ""), did=event.kind.value)
