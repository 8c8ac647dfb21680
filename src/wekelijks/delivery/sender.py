"""The sender: claims what is due, carries it to the relay, and settles every letter it touched.

Never a final dot without its intent in the ledger; never a second letter on a connection before the first one's
answer; never a letter forgotten: what cannot be known is in doubt, by name.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from wekelijks.delivery import wire
from wekelijks.delivery.book import Book, Stop
from wekelijks.delivery.connection import Connection, Unreachable
from wekelijks.delivery.means import Blueprint, Means, Options, Summary
from wekelijks.delivery.tempo import Tempo
from wekelijks.domain import addresses
from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.errors import BadInput, Unavailable, WekelijksError
from wekelijks.domain.mailing import Mailing, MailingState
from wekelijks.domain.outcome import Answer, Breaker, Outcome, Verdict
from wekelijks.store import alarms, carrying, heartbeats, ledger, newsletters, pace
from wekelijks.store.carrying import Claimed, Settled

_CHUNK = 400  # Rows in memory at most: a second's work or so.
_POLL = 1.0
_IDLE_CONNECTION = 5.0
_EXIT_WITH_OPEN_DOTS = 25.0
_WEEKLY_FIRST = 10

_log = structlog.get_logger()


@dataclass
class _Carriage:
    """One mailing while it is being carried."""

    mailing: Mailing
    blueprint: Blueprint
    return_path: str
    breaker: Breaker = field(default_factory=Breaker)
    stopped: bool = False


class Sender:
    """One run. `run` returns when nothing is due, or with `follow` when `stop` is called."""

    def __init__(self, means: Means, options: Options, *, progress: Callable[[Summary], None] | None = None) -> None:
        self._means, self._options = means, options
        self._progress = progress or (lambda _summary: None)
        self.summary = Summary()
        self._book = Book(means.place, clock=means.clock, chance=means.chance)
        self._queue: asyncio.PriorityQueue[tuple[int, int, Claimed]] = asyncio.PriorityQueue()
        self._carriages: dict[int, _Carriage] = {}
        self._in_hand: Counter[int] = Counter()
        self._dotted: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._connections: set[Connection] = set()
        self._tempo = Tempo(self._leave, first_wait=options.first_wait, chance=means.chance)

    def stop(self) -> None:
        """Begin to stop: no new letter starts. Safe as a signal handler of the loop."""
        self._stopping.set()

    async def run(self, *, follow: bool) -> Summary:
        """Carry what is due; with `follow`, until `stop`. Raises Unavailable when the ledger is out of reach."""
        writing = asyncio.create_task(self._book.run())
        workers = [asyncio.create_task(self._work()) for _each in range(self._options.connections)]
        try:
            await self._feed([writing, *workers], follow=follow)
        finally:
            await self._wind_up(workers, writing)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self._book.close()
        return self.summary

    # Feeding: from the ledger to the queue.

    async def _feed(self, tasks: list[asyncio.Task[None]], *, follow: bool) -> None:
        while not self._stopping.is_set():
            busy = await self._round(follow=follow)
            for task in tasks:
                if task.done():
                    task.result()  # A defect must not look like silence.
            if not follow and (self.summary.unable or not busy):
                return
            await self._pause_between_rounds(busy=busy)

    async def _pause_between_rounds(self, *, busy: bool) -> None:
        seconds = 0.02 if busy and self._queue.qsize() < _CHUNK / 2 else _POLL / 4 if busy else _POLL
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _round(self, *, follow: bool) -> bool:
        """Look once at every unfinished mailing; False when nothing was in hand or unwritten, and nothing is due."""
        idle = not self._in_hand.total() and self._book.is_idle
        try:
            mailings = await self._book.on_thread(self._look_round)
            for mailing in mailings:
                await self._claim(mailing)
        except Unavailable as error:
            if not follow and not self._in_hand.total():
                raise
            await self._book.wait_for_the_ledger(error)
            return True
        self._book.reached()
        self._progress(self.summary)
        return not idle or self._in_hand.total() > 0

    def _look_round(self) -> list[Mailing]:
        now = self._means.clock()
        with self._means.place.begin(synced=True) as transaction:
            heartbeats.beat(transaction, heartbeats.SENDER, now)
            mailings = ledger.unfinished(transaction)
        if not self._means.database.is_sqlite:
            self._means.place.bury(now=now)
        for gone in set(self._carriages) - {mailing.id for mailing in mailings} - set(+self._in_hand):
            del self._carriages[gone]
        return mailings

    async def _claim(self, mailing: Mailing) -> None:
        if mailing.state is not MailingState.OPEN:
            self._note_paused(mailing)
        else:
            if mailing.id in self._carriages and not self._in_hand[mailing.id]:
                self._carriages[mailing.id].stopped = False
            room = _CHUNK - self._queue.qsize() if mailing.priority >= _WEEKLY_FIRST else _CHUNK
            if room < _CHUNK / 4:
                return
            try:
                claimed = await self._book.on_thread(lambda: self._take(mailing, room))
            except BadInput as error:
                self._pause(mailing, f"its frozen letter cannot be used ({error})")
                return
            self._in_hand[mailing.id] += len(claimed)
            for each in claimed:
                self._queue.put_nowait((mailing.priority, each.id, each))
            if claimed:
                _log.info("Letters claimed.", mailing=mailing.id, letters=len(claimed))
                return
        if not self._in_hand[mailing.id] and self._book.is_idle:
            await self._book.on_thread(lambda: self._finish(mailing))

    def _take(self, mailing: Mailing, limit: int) -> list[Claimed]:
        """Claim rows. Raises BadInput, and claims none, where the letter itself is damaged."""
        place, now = self._means.place, self._means.clock()
        with place.begin(synced=True) as transaction:
            if mailing.deadline <= now:
                return []
            claimed = carrying.claim(transaction, mailing.id, place.id, limit=limit, now=now)
            if claimed and mailing.id not in self._carriages:
                blueprint = self._means.read_blueprint(ledger.blueprint_of(transaction, mailing.id))
                sender = newsletters.get(transaction, mailing.newsletter_id).sender_address
                self._carriages[mailing.id] = _Carriage(mailing, blueprint, wire.address(addresses.wire(sender)))
        return claimed

    def _finish(self, mailing: Mailing) -> None:
        with self._means.place.begin(synced=True) as transaction:
            done = carrying.finish(transaction, mailing.id, now=self._means.clock())
        if done:
            _log.info("A mailing is done: every promise has ended.", mailing=mailing.id, letters=mailing.snapshot)

    def _note_paused(self, mailing: Mailing) -> None:
        if mailing.state is MailingState.PAUSED and mailing.reason not in self.summary.paused:
            self.summary.paused.append(mailing.reason)

    # Working: from the queue to the relay, one letter at a time on each connection.

    async def _work(self) -> None:
        connection: Connection | None = None
        try:
            while not self._stopping.is_set():
                try:
                    _priority, _id, claimed = await asyncio.wait_for(self._queue.get(), _IDLE_CONNECTION)
                except TimeoutError:
                    await self._hang_up(connection)
                    connection = None
                    continue
                connection = await self._carry(claimed, connection)
        finally:
            await self._hang_up(connection)

    async def _hang_up(self, connection: Connection | None) -> None:
        if connection is not None:
            await connection.close()
            self._connections.discard(connection)

    async def _carry(self, claimed: Claimed, connection: Connection | None) -> Connection | None:
        carriage = self._carriages[claimed.mailing_id]
        if carriage.stopped:
            self._in_hand[claimed.mailing_id] -= 1
            self._book.release(claimed)
            return connection
        try:
            body, recipient = self._render(claimed, carriage)
        except (WekelijksError, ValueError, LookupError, TypeError) as error:
            self._settle(claimed, Outcome(Verdict.REFUSED, Answer(0, f"The letter cannot be made: {error}")))
            return connection
        await self._book.within_reach()
        await self._tempo.turn()
        connection = await self._connected(connection)
        if connection is None:
            self._queue.put_nowait((carriage.mailing.priority, claimed.id, claimed))
            return None
        outcome = await connection.offer(carriage.return_path, recipient)
        if outcome is None:
            outcome = await self._dot(claimed, connection, body)
        if outcome is None:
            self._in_hand[claimed.mailing_id] -= 1
        else:
            self._settle(claimed, outcome)
        if connection.is_open:
            return connection
        await self._hang_up(connection)
        return None

    def _render(self, claimed: Claimed, carriage: _Carriage) -> tuple[bytes, str]:
        means = self._means
        recipient = wire.address(addresses.wire(claimed.reader.address))
        message = carriage.blueprint.fill(claimed.reader, signer=means.signer, hashing_key=means.hashing_key)
        return wire.data(wire.with_headers(message, self._options.headers)), recipient

    async def _dot(self, claimed: Claimed, connection: Connection, body: bytes) -> Outcome | None:
        """The intent, then the letter. None: the intent was not granted, and nothing was sent."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in a task; this tells the type checker.
        self._dotted.add(task)
        try:
            if not await self._book.intend(claimed):
                connection.abort()
                return None
            return await connection.deliver(body)
        except Unavailable as error:
            # Perhaps the intent was committed and only its answer lost; no dot left, so it is taken back by name.
            connection.abort()
            return Outcome(Verdict.UNSENT, Answer(0, str(error)))
        finally:
            self._dotted.discard(task)

    def _settle(self, claimed: Claimed, outcome: Outcome) -> None:
        carriage = self._carriages[claimed.mailing_id]
        made = 0 if outcome.verdict is Verdict.UNSENT else 1
        self._book.settle(Settled(claimed.id, outcome, claimed.attempts + made))
        self._in_hand[claimed.mailing_id] -= 1
        self._count(outcome)
        if outcome.answer.code == 421:
            self._tempo.slow_down("the relay asks for a pause (421)")
        if outcome.verdict is Verdict.PAUSE:
            self._stop(carriage, f"the relay refuses the letter or the sender ({_spoken(outcome.answer)})")
        elif carriage.breaker.trips_on(outcome):
            self._stop(carriage, f"too many readers are refused alike ({_spoken(outcome.answer)})")

    def _stop(self, carriage: _Carriage, reason: str) -> None:
        if not carriage.stopped:
            carriage.stopped = True
            carriage.breaker = Breaker()
            self._pause(carriage.mailing, reason)

    def _pause(self, mailing: Mailing, reason: str) -> None:
        self._book.stop(Stop(mailing.id, mailing.newsletter_id, reason))
        if reason not in self.summary.paused:
            # Told now: the run may end before another look round would find the mailing paused.
            self.summary.paused.append(reason)
        _log.warning("A mailing was paused.", mailing=mailing.id, why=reason)

    def _count(self, outcome: Outcome) -> None:
        names = {Verdict.ACCEPTED: "accepted", Verdict.REFUSED: "refused", Verdict.DOUBT: "in_doubt"}
        if outcome.verdict is Verdict.UNSENT:
            return
        name = names.get(outcome.verdict, "put_off")
        setattr(self.summary, name, getattr(self.summary, name) + 1)
        if outcome.verdict is Verdict.ACCEPTED:
            self._tempo.flows()

    async def _leave(self) -> pace.Grant:
        return await self._book.on_thread(self._ask_leave)

    def _ask_leave(self) -> pace.Grant:
        if not self._options.limits.intervals:
            return pace.Grant(_CHUNK)
        try:
            with self._means.database.begin(synced=False) as transaction:
                return pace.take(transaction, self._options.limits, now=self._means.clock())
        except Unavailable:
            return pace.Grant(0, timedelta(seconds=_POLL))

    async def _connected(self, connection: Connection | None) -> Connection | None:
        if connection is not None and connection.is_fresh:
            return connection
        await self._hang_up(connection)
        try:
            connection = await Connection.open(self._options.relay, self._options.timeouts)
        except Unreachable as error:
            await self._cannot_connect(str(error))
            return None
        self._connections.add(connection)
        self.summary.unable = ""
        await self._book.on_thread(self._clear_alarm)
        return connection

    async def _cannot_connect(self, why: str) -> None:
        if self._connections:
            # Others are at work: perhaps the relay wants fewer connections than we like.
            await asyncio.sleep(self._options.first_wait.total_seconds())
        elif self._tempo.slow_down(why):
            self.summary.unable = f"the relay {self._options.relay.name} cannot be used: {why}"
            await self._book.on_thread(lambda: self._raise_alarm(self.summary.unable))

    def _raise_alarm(self, message: str) -> None:
        now, name = self._means.clock(), self._options.relay.name
        with contextlib.suppress(Unavailable), self._means.place.begin(synced=True) as transaction:
            alarms.raise_(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about=name, message=message, now=now)

    def _clear_alarm(self) -> None:
        now, name = self._means.clock(), self._options.relay.name
        with contextlib.suppress(Unavailable), self._means.place.begin() as transaction:
            alarms.clear(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about=name, now=now)

    # Winding up.

    async def _wind_up(self, workers: list[asyncio.Task[None]], writing: asyncio.Task[None]) -> None:
        """No new letter; letters after their intent get their answer, for 25 s; then they are in doubt."""
        self._stopping.set()
        # When the book itself has failed, no intent will be answered any more.
        for worker in workers if writing.done() else set(workers) - self._dotted:
            worker.cancel()
        await asyncio.wait(workers, timeout=_EXIT_WITH_OPEN_DOTS)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await asyncio.gather(*(connection.close() for connection in self._connections))
        with contextlib.suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(3):
                await self._book.written()
                await self._book.on_thread(lambda: self._means.place.leave(now=self._means.clock()))


def _spoken(answer: Answer) -> str:
    return f"{answer.code} {answer.text}".strip()
