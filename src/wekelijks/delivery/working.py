"""Working: from the hand to the relay, one letter at a time on each connection.

Never a final dot without its intent in the ledger; never a second letter on a connection before the first one's
answer; every letter that was taken up is settled or let go.
"""

import asyncio
import contextlib
from datetime import timedelta

from wekelijks.delivery import wire
from wekelijks.delivery.book import Book
from wekelijks.delivery.connection import Connection, Unreachable
from wekelijks.delivery.feeding import CHUNK
from wekelijks.delivery.hand import Carriage, Hand
from wekelijks.delivery.means import Means, Options, Summary
from wekelijks.delivery.tempo import Tempo
from wekelijks.domain import addresses
from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.errors import Unavailable, WekelijksError
from wekelijks.domain.outcome import Answer, Breaker, Outcome, Verdict
from wekelijks.store import alarms, pace
from wekelijks.store.carrying import Claimed, Settled

_IDLE_CONNECTION = 5.0  # Seconds; a relay has better things to do than to hold an idle line.
_ASK_AGAIN = timedelta(seconds=1)

_COUNTED = {Verdict.ACCEPTED: "accepted", Verdict.REFUSED: "refused", Verdict.DOUBT: "in_doubt"}


class Crew:
    """The workers of one sender, a connection each. `work` is one worker's life; cancel it to end it."""

    def __init__(self, means: Means, options: Options, book: Book, hand: Hand, summary: Summary) -> None:
        self._means, self._options = means, options
        self._book, self._hand, self._summary = book, hand, summary
        self._connections: set[Connection] = set()
        self._tempo = Tempo(self._leave, first_wait=options.first_wait, chance=means.chance)
        self.dotted: set[asyncio.Task[None]] = set()
        """Workers whose letter has asked for its intent and has no answer yet."""

    async def work(self, stopping: asyncio.Event) -> None:
        """Carry letter after letter until `stopping`."""
        connection: Connection | None = None
        try:
            while not stopping.is_set():
                try:
                    claimed = await self._hand.next(within=_IDLE_CONNECTION)
                except TimeoutError:
                    await self._hang_up(connection)
                    connection = None
                    continue
                connection = await self._carry(claimed, connection)
        finally:
            await self._hang_up(connection)

    async def close(self) -> None:
        """Close whatever connection is left."""
        await asyncio.gather(*(connection.close() for connection in self._connections))

    # One letter.

    async def _carry(self, claimed: Claimed, connection: Connection | None) -> Connection | None:
        carriage = self._hand.carriages[claimed.mailing_id]
        if carriage.stopped:
            self._hand.put_down(claimed)
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
            self._hand.put_back(claimed)
            return None
        outcome = await connection.offer(carriage.return_path, recipient)
        if outcome is None:
            outcome = await self._dot(claimed, connection, body)
        if outcome is None:
            self._hand.put_down(claimed)
        else:
            self._settle(claimed, outcome)
        if connection.is_open:
            return connection
        await self._hang_up(connection)
        return None

    def _render(self, claimed: Claimed, carriage: Carriage) -> tuple[bytes, str]:
        means = self._means
        recipient = wire.address(addresses.wire(claimed.reader.address))
        message = carriage.blueprint.fill(claimed.reader, signer=means.signer, hashing_key=means.hashing_key)
        return wire.data(wire.with_headers(message, self._options.headers)), recipient

    async def _dot(self, claimed: Claimed, connection: Connection, body: bytes) -> Outcome | None:
        """The intent, then the letter. None: the intent was not granted, and nothing was sent."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in a task; this tells the type checker.
        self.dotted.add(task)
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
            self.dotted.discard(task)

    # What became of it.

    def _settle(self, claimed: Claimed, outcome: Outcome) -> None:
        carriage = self._hand.carriages[claimed.mailing_id]
        made = 0 if outcome.verdict is Verdict.UNSENT else 1
        self._book.settle(Settled(claimed.id, outcome, claimed.attempts + made))
        self._hand.put_down(claimed)
        self._count(outcome)
        if outcome.answer.code == 421:
            self._tempo.slow_down("the relay asks for a pause (421)")
        if outcome.verdict is Verdict.PAUSE:
            self._stop(carriage, f"the relay refuses the letter or the sender ({_spoken(outcome.answer)})")
        elif carriage.breaker.trips_on(outcome):
            self._stop(carriage, f"too many readers are refused alike ({_spoken(outcome.answer)})")

    def _stop(self, carriage: Carriage, reason: str) -> None:
        if not carriage.stopped:
            carriage.stopped = True
            carriage.breaker = Breaker()
            self._hand.pause(carriage.mailing, reason)

    def _count(self, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.UNSENT:
            return
        name = _COUNTED.get(outcome.verdict, "put_off")
        setattr(self._summary, name, getattr(self._summary, name) + 1)
        if outcome.verdict is Verdict.ACCEPTED:
            self._tempo.flows()

    # Leave to send, and a connection to send on.

    async def _leave(self) -> pace.Grant:
        return await self._book.on_thread(self._ask_leave)

    def _ask_leave(self) -> pace.Grant:
        if not self._options.limits.intervals:
            return pace.Grant(CHUNK)
        try:
            with self._means.database.begin(synced=False) as transaction:
                return pace.take(transaction, self._options.limits, now=self._means.clock())
        except Unavailable:
            return pace.Grant(0, _ASK_AGAIN)

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
        self._summary.unable = ""
        await self._book.on_thread(self._clear_alarm)
        return connection

    async def _hang_up(self, connection: Connection | None) -> None:
        if connection is not None:
            await connection.close()
            self._connections.discard(connection)

    async def _cannot_connect(self, why: str) -> None:
        if self._connections:
            # Others are at work: perhaps the relay wants fewer connections than we like.
            await asyncio.sleep(self._options.first_wait.total_seconds())
        elif self._tempo.slow_down(why):
            self._summary.unable = f"the relay {self._options.relay.name} cannot be used: {why}"
            await self._book.on_thread(lambda: self._raise_alarm(self._summary.unable))

    def _raise_alarm(self, message: str) -> None:
        now, name = self._means.clock(), self._options.relay.name
        with contextlib.suppress(Unavailable), self._means.place.begin(synced=True) as transaction:
            alarms.raise_(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about=name, message=message, now=now)

    def _clear_alarm(self) -> None:
        now, name = self._means.clock(), self._options.relay.name
        with contextlib.suppress(Unavailable), self._means.place.begin() as transaction:
            alarms.clear(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about=name, now=now)


def _spoken(answer: Answer) -> str:
    return f"{answer.code} {answer.text}".strip()
