"""The hand: letters that this sender has claimed and not yet settled, and the mailings they belong to.

Every letter that is taken up is put down exactly once; no mailing can be done while a letter of it is in the hand.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from wekelijks.delivery.book import Book, Stop
from wekelijks.delivery.means import Blueprint, Summary
from wekelijks.domain.mailing import Mailing
from wekelijks.domain.outcome import Breaker
from wekelijks.store.carrying import Claimed

_log = structlog.get_logger()


@dataclass
class Carriage:
    """One mailing while it is being carried."""

    mailing: Mailing
    blueprint: Blueprint
    return_path: str
    breaker: Breaker = field(default_factory=Breaker)
    stopped: bool = False


class Hand:
    """What is in the hand of one sender, single letters before weekly ones."""

    def __init__(self, book: Book, summary: Summary) -> None:
        self._book, self._summary = book, summary
        self._queue: asyncio.PriorityQueue[tuple[int, int, Claimed]] = asyncio.PriorityQueue()
        self._letters: Counter[int] = Counter()
        self.carriages: dict[int, Carriage] = {}

    @property
    def queued(self) -> int:
        """How many letters wait for a connection."""
        return self._queue.qsize()

    @property
    def is_empty(self) -> bool:
        """True when no letter of any mailing is in the hand."""
        return not self._letters.total()

    def holds(self, mailing_id: int) -> bool:
        """True while a letter of this mailing is in the hand."""
        return self._letters[mailing_id] > 0

    def take_up(self, mailing: Mailing, claimed: Iterable[Claimed]) -> None:
        """Letters that have just been claimed."""
        for each in claimed:
            self._letters[mailing.id] += 1
            self._queue.put_nowait((mailing.priority, each.id, each))

    def put_back(self, claimed: Claimed) -> None:
        """A letter that no connection could be had for: it stays in the hand and comes first again."""
        self._queue.put_nowait((self.carriages[claimed.mailing_id].mailing.priority, claimed.id, claimed))

    def put_down(self, claimed: Claimed) -> None:
        """A letter that is settled or let go."""
        self._letters[claimed.mailing_id] -= 1

    async def next(self, *, within: float) -> Claimed:
        """The next letter. Raises TimeoutError when none comes `within` seconds."""
        _priority, _id, claimed = await asyncio.wait_for(self._queue.get(), within)
        return claimed

    def forget(self, unfinished: Iterable[int]) -> None:
        """Let go of every mailing that is not among these and of which no letter is in the hand."""
        for gone in set(self.carriages) - set(unfinished) - set(+self._letters):
            del self.carriages[gone]

    def pause(self, mailing: Mailing, reason: str) -> None:
        """Pause a mailing: in the ledger, for the operator, and in what this run tells."""
        self._book.stop(Stop(mailing.id, mailing.newsletter_id, reason))
        if reason not in self._summary.paused:
            # Told now: the run may end before another look round would find the mailing paused.
            self._summary.paused.append(reason)
        _log.warning("A mailing was paused.", mailing=mailing.id, why=reason)
