"""The sender: one run from the first look into the ledger to the last letter's answer.

One hand feeds, a crew carries, a book writes; here they begin and end together. Never a letter forgotten: what cannot
be known when a run ends is in doubt, by name.
"""

import asyncio
import contextlib
from collections.abc import Callable

from wekelijks.delivery.book import Book
from wekelijks.delivery.feeding import CHUNK, Feeder
from wekelijks.delivery.hand import Hand
from wekelijks.delivery.means import Means, Options, Summary
from wekelijks.delivery.working import Crew
from wekelijks.domain.errors import Unavailable

_POLL = 1.0
_EXIT_WITH_OPEN_DOTS = 25.0


class Sender:
    """One run. `run` returns when nothing is due, or with `follow` when `stop` is called."""

    def __init__(self, means: Means, options: Options, *, progress: Callable[[Summary], None] | None = None) -> None:
        self._means, self._options = means, options
        self._progress = progress or (lambda _summary: None)
        self.summary = Summary()
        self._book = Book(means.place, clock=means.clock, chance=means.chance)
        self._hand = Hand(self._book, self.summary)
        self._feeder = Feeder(means, self._book, self._hand, self.summary)
        self._crew = Crew(means, options, self._book, self._hand, self.summary)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin to stop: no new letter starts. Safe as a signal handler of the loop."""
        self._stopping.set()

    async def run(self, *, follow: bool) -> Summary:
        """Carry what is due; with `follow`, until `stop`. Raises Unavailable when the ledger is out of reach."""
        writing = asyncio.create_task(self._book.run())
        workers = [asyncio.create_task(self._crew.work(self._stopping)) for _each in range(self._options.connections)]
        try:
            await self._feed([writing, *workers], follow=follow)
        finally:
            await self._wind_up(workers, writing)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self._book.close()
        return self.summary

    async def _feed(self, tasks: list[asyncio.Task[None]], *, follow: bool) -> None:
        while not self._stopping.is_set():
            busy = await self._feeder.round(follow=follow)
            self._progress(self.summary)
            for task in tasks:
                if task.done():
                    task.result()  # A defect must not look like silence.
            if not follow and (self.summary.unable or not busy):
                return
            await self._pause_between_rounds(busy=busy)

    async def _pause_between_rounds(self, *, busy: bool) -> None:
        seconds = 0.02 if busy and self._hand.queued < CHUNK / 2 else _POLL / 4 if busy else _POLL
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _wind_up(self, workers: list[asyncio.Task[None]], writing: asyncio.Task[None]) -> None:
        """No new letter; letters after their intent get their answer, for 25 s; then they are in doubt."""
        self._stopping.set()
        # When the book itself has failed, no intent will be answered any more.
        for worker in workers if writing.done() else set(workers) - self._crew.dotted:
            worker.cancel()
        await asyncio.wait(workers, timeout=_EXIT_WITH_OPEN_DOTS)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await self._crew.close()
        with contextlib.suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(3):
                await self._book.written()
                await self._book.on_thread(lambda: self._means.place.leave(now=self._means.clock()))
