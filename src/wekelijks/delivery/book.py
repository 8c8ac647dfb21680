"""The book: the sender's one hand on the ledger.

Whatever connections have to write at one moment goes into one transaction. An outcome is never given up: when the
database cannot take it now, it is tried again, and no letter leaves whose intent could not be written first. Every
commit survives the death of this process at once, and a power cut at most a twentieth of a second later.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog

from wekelijks.domain.alarm import AlarmKind, about_mailing
from wekelijks.domain.errors import Unavailable
from wekelijks.store import alarms, carrying, ledger
from wekelijks.store.carrying import Claimed, Settled
from wekelijks.store.database import Transaction
from wekelijks.store.senders import Place

_SYNC_EVERY = 0.05  # Seconds of letters that a power cut, and nothing less, may make us repeat.
_TRY_AGAIN_AFTER = 1.0

_log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stop:
    """A mailing that must pause: the relay's answer was about us or the letter, or too many refusals came."""

    mailing_id: int
    newsletter_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Turn:
    settled: list[Settled]
    stops: list[Stop]
    released: list[int]
    intents: list[int]


class Book:
    """Group commit. Every transaction of the sender runs on one thread, so that a locked database stops no loop."""

    def __init__(self, place: Place, *, clock: Callable[[], datetime], chance: Callable[[], float]) -> None:
        self._place, self._clock, self._chance = place, clock, chance
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._settled: list[Settled] = []
        self._stops: list[Stop] = []
        self._released: list[int] = []
        self._intents: list[tuple[int, asyncio.Future[bool]]] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._syncer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sync")
        self._unsynced = asyncio.Event()
        self._must_sync = False
        self._within_reach = asyncio.Event()
        self._within_reach.set()

    async def intend(self, claimed: Claimed) -> bool:
        """True when the dot may leave. Raises Unavailable when that could not be written."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._intents.append((claimed.id, future))
        self._rouse()
        return await future

    def settle(self, settled: Settled) -> None:
        """Write an outcome; before any later intent."""
        self._settled.append(settled)
        self._rouse()

    def release(self, claimed: Claimed) -> None:
        """Let go of a letter that was not sent, without counting an attempt."""
        self._released.append(claimed.id)
        self._rouse()

    def stop(self, stop: Stop) -> None:
        """Pause a mailing and tell the operator."""
        self._stops.append(stop)
        self._rouse()

    async def run(self) -> None:
        """Write what there is to write, turn after turn, until cancelled."""
        await asyncio.gather(self._keep_writing(), self._keep_synced())

    @property
    def is_idle(self) -> bool:
        """True when everything has been written."""
        return self._idle.is_set()

    async def written(self) -> None:
        """Wait until everything has been written."""
        await self._idle.wait()

    async def on_thread(self, work: Callable[[], T]) -> T:
        """Run a transaction on the ledger's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def wait_for_the_ledger(self, error: Unavailable) -> None:
        """Say once that it is out of reach, wait a second, and take the sender's place again where that was lost."""
        if self._within_reach.is_set():
            _log.error("The ledger is out of reach, so no letter leaves; trying again every second.", why=str(error))
        self._within_reach.clear()
        await asyncio.sleep(_TRY_AGAIN_AFTER)
        try:
            await self.on_thread(lambda: self._place.recover(now=self._clock()))
        except Unavailable as still:
            _log.debug("The ledger is still out of reach.", why=str(still))

    def reached(self) -> None:
        """The ledger answers: say so after trouble."""
        if not self._within_reach.is_set():
            _log.info("The ledger answers again; sending goes on.")
        self._within_reach.set()

    async def within_reach(self) -> None:
        """Wait while the ledger is out of reach: no letter is offered whose intent could not be written."""
        await self._within_reach.wait()

    def close(self) -> None:
        """Let the thread go, without waiting for a database that does not answer."""
        for thread in (self._thread, self._syncer):
            thread.shutdown(wait=False, cancel_futures=True)

    def _rouse(self) -> None:
        self._idle.clear()
        self._wake.set()

    async def _keep_writing(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._turn()

    async def _turn(self) -> None:
        settled, self._settled = self._settled, []
        stops, self._stops = self._stops, []
        released, self._released = self._released, []
        intents, self._intents = self._intents, []
        turn = _Turn(settled, stops, released, [each for each, _future in intents])
        try:
            granted = await self.on_thread(lambda: self._write(turn))
        except Unavailable as error:
            self._settled, self._stops = settled + self._settled, stops + self._stops
            self._released = released + self._released
            for _delivery_id, future in intents:
                if not future.done():
                    future.set_exception(Unavailable(str(error)))
            await self.wait_for_the_ledger(error)
            self._wake.set()
            return
        self.reached()
        self._unsynced.set()
        for delivery_id, future in intents:
            if not future.done():
                future.set_result(delivery_id in granted)
        if not (self._settled or self._stops or self._released or self._intents):
            self._idle.set()

    def _write(self, turn: _Turn) -> set[int]:
        now = self._clock()
        synced = self._must_sync
        with self._place.begin(synced=synced) as transaction:
            if turn.settled:
                carrying.settle(transaction, turn.settled, self._place.id, jitter=self._chance(), now=now)
            for stop in turn.stops:
                _pause(transaction, stop, now=now)
            carrying.release(transaction, turn.released, self._place.id)
            granted = carrying.intend(transaction, turn.intents, self._place.id, now=now)
        if synced:
            self._must_sync = False
        return granted

    async def _keep_synced(self) -> None:
        """Sync beside the turns, because that takes ten times as long as one of them."""
        loop = asyncio.get_running_loop()
        while True:
            await self._unsynced.wait()
            self._unsynced.clear()
            began = loop.time()
            try:
                await loop.run_in_executor(self._syncer, self._place.sync)
            except Unavailable as error:
                # Then the next turn syncs itself, or says that the ledger is out of reach.
                self._must_sync = True
                _log.debug("The ledger was not synced beside the turns.", why=str(error))
            await asyncio.sleep(max(0.0, began + _SYNC_EVERY - loop.time()))


def _pause(transaction: Transaction, stop: Stop, *, now: datetime) -> None:
    if ledger.pause(transaction, stop.mailing_id, reason=stop.reason, now=now):
        alarms.raise_(
            transaction,
            newsletter_id=stop.newsletter_id,
            kind=AlarmKind.PAUSED,
            about=about_mailing(stop.mailing_id),
            message=f"Sending was paused and nobody was removed: {stop.reason}",
            now=now,
        )
