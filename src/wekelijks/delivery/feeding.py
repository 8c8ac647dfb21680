"""Feeding: from the ledger into the hand, a second's work at a time.

What is claimed here is synced before a connection sees it, and no mailing is called done while a letter of it is in
the hand or unwritten.
"""

import structlog

from wekelijks.delivery import wire
from wekelijks.delivery.book import Book
from wekelijks.delivery.hand import Carriage, Hand
from wekelijks.delivery.means import Means, Summary
from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput, Unavailable
from wekelijks.domain.mailing import Mailing, MailingState
from wekelijks.store import carrying, heartbeats, ledger, newsletters
from wekelijks.store.carrying import Claimed

CHUNK = 400
"""Rows in memory at most: a second's work or so."""

_WEEKLY_FIRST = 10  # The priority from which on letters are bulk; single letters have room of their own.

_log = structlog.get_logger()


class Feeder:
    """Looks round in the ledger and claims what is due."""

    def __init__(self, means: Means, book: Book, hand: Hand, summary: Summary) -> None:
        self._means, self._book, self._hand, self._summary = means, book, hand, summary

    async def round(self, *, follow: bool) -> bool:
        """Look once at every unfinished mailing; False when nothing was in hand or unwritten, and nothing is due.

        Raises Unavailable when the ledger is out of reach, nothing is in hand, and nobody wants to `follow`.
        """
        idle = self._hand.is_empty and self._book.is_idle
        try:
            for mailing in await self._book.on_thread(self._look_round):
                await self._claim(mailing)
        except Unavailable as error:
            if not follow and self._hand.is_empty:
                raise
            await self._book.wait_for_the_ledger(error)
            return True
        self._book.reached()
        return not idle or not self._hand.is_empty

    def _look_round(self) -> list[Mailing]:
        now = self._means.clock()
        with self._means.place.begin(synced=True) as transaction:
            heartbeats.beat(transaction, heartbeats.SENDER, now)
            mailings = ledger.unfinished(transaction)
        if not self._means.database.is_sqlite:
            self._means.place.bury(now=now)
        self._hand.forget(mailing.id for mailing in mailings)
        return mailings

    async def _claim(self, mailing: Mailing) -> None:
        if mailing.state is not MailingState.OPEN:
            self._note_paused(mailing)
        elif await self._fill(mailing):
            return
        if not self._hand.holds(mailing.id) and self._book.is_idle:
            await self._book.on_thread(lambda: self._finish(mailing))

    async def _fill(self, mailing: Mailing) -> bool:
        """Claim what there is room for; False when nothing is due, so that the mailing may be at its end."""
        hand = self._hand
        if mailing.id in hand.carriages and not hand.holds(mailing.id):
            hand.carriages[mailing.id].stopped = False
        room = CHUNK - hand.queued if mailing.priority >= _WEEKLY_FIRST else CHUNK
        if room < CHUNK / 4:
            return True
        try:
            claimed = await self._book.on_thread(lambda: self._take(mailing, room))
        except BadInput as error:
            hand.pause(mailing, f"its frozen letter cannot be used ({error})")
            return True
        hand.take_up(mailing, claimed)
        if claimed:
            _log.info("Letters claimed.", mailing=mailing.id, letters=len(claimed))
        return bool(claimed)

    def _take(self, mailing: Mailing, limit: int) -> list[Claimed]:
        """Claim rows. Raises BadInput, and claims none, where the letter itself is damaged."""
        place, now = self._means.place, self._means.clock()
        with place.begin(synced=True) as transaction:
            if mailing.deadline <= now:
                return []
            claimed = carrying.claim(transaction, mailing.id, place.id, limit=limit, now=now)
            if claimed and mailing.id not in self._hand.carriages:
                blueprint = self._means.read_blueprint(ledger.blueprint_of(transaction, mailing.id))
                sender = newsletters.get(transaction, mailing.newsletter_id).sender_address
                carriage = Carriage(mailing, blueprint, wire.address(addresses.wire(sender)))
                self._hand.carriages[mailing.id] = carriage
        return claimed

    def _finish(self, mailing: Mailing) -> None:
        with self._means.place.begin(synced=True) as transaction:
            done = carrying.finish(transaction, mailing.id, now=self._means.clock())
        if done:
            _log.info("A mailing is done: every promise has ended.", mailing=mailing.id, letters=mailing.snapshot)

    def _note_paused(self, mailing: Mailing) -> None:
        if mailing.state is MailingState.PAUSED and mailing.reason not in self._summary.paused:
            self._summary.paused.append(mailing.reason)
