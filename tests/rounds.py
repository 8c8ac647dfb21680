"""A promised slot, and a sender that goes round once: what the tests of carrying share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from cast import FOUNDED, SUNDAY, a_newsletter, a_reader
from relays import ScriptedRelay, listening
from wekelijks.delivery.connection import Timeouts
from wekelijks.delivery.means import Blueprint, Means, Options, Summary
from wekelijks.delivery.relay import Relay, Tls
from wekelijks.delivery.sender import Sender
from wekelijks.domain.mailing import Balance
from wekelijks.domain.newsletter import DoubtPolicy
from wekelijks.domain.reader import Reader
from wekelijks.domain.slot import SlotState
from wekelijks.domain.tokens import Signer
from wekelijks.store import ledger, schema
from wekelijks.store.database import Database
from wekelijks.store.pace import Limits
from wekelijks.store.senders import Place

NOW = FOUNDED + timedelta(days=62)
TIMEOUTS = Timeouts(connect=5, command=3, dot=6)


@dataclass
class ALetter:
    """The smallest frozen letter that can be sent."""

    text: bytes

    def fill(self, reader: Reader, *, signer: Signer, hashing_key: str) -> bytes:
        """A message for this reader."""
        return b"To: <" + reader.address.encode() + b">\r\nSubject: Rust\r\n\r\n" + self.text


def promised(database: Database, *addresses: str, policy: DoubtPolicy = DoubtPolicy.RESEND) -> int:
    """A newsletter with these readers and an open slot; the mailing's id."""
    newsletter = a_newsletter(database, doubt_policy=policy)
    for address in addresses:
        a_reader(database, newsletter, address)
    row = insert(schema.slot).values(newsletter_id=newsletter.id, on=SUNDAY, state=SlotState.OPEN, opened_at=NOW)
    with database.begin() as transaction:
        slot_id = transaction.execute(row.returning(schema.slot.c.id)).scalar_one()
        return ledger.promise_slot(
            transaction,
            newsletter=newsletter,
            slot_id=slot_id,
            on=SUNDAY,
            blueprint=b".Dag,\r\n.\r\nrust\r\n",
            opened_at=NOW,
            deadline=NOW + timedelta(hours=48),
        )


def carried(
    database: Database,
    relay: ScriptedRelay,
    *,
    now: datetime = NOW,
    connections: int = 2,
    limits: Limits | None = None,
) -> Summary:
    """One run of a sender at `now`, until nothing is due."""

    async def run() -> Summary:
        async with listening(relay):
            return await a_sender(database, relay.port, lambda: now, connections, limits).run(follow=False)

    return asyncio.run(run())


def a_sender(
    database: Database,
    port: int,
    clock: Callable[[], datetime],
    connections: int,
    limits: Limits | None = None,
    read_blueprint: Callable[[bytes], Blueprint] = ALetter,
) -> Sender:
    """A sender that has its place."""
    place = Place(database, host="here", pid=1)
    place.take(now=clock())
    means = Means(
        database=database,
        place=place,
        clock=clock,
        chance=lambda: 0.0,
        signer=Signer(["key"]),
        hashing_key="hash",
        read_blueprint=read_blueprint,
    )
    options = Options(
        relay=Relay("127.0.0.1", port, Tls.NONE),
        connections=connections,
        limits=limits or Limits(),
        timeouts=TIMEOUTS,
        first_wait=timedelta(milliseconds=50),
    )
    return Sender(means, options)


def the_balance(database: Database, mailing_id: int) -> Balance:
    """How the mailing stands."""
    with database.read() as transaction:
        return ledger.balance(transaction, mailing_id)


def the_doubtful(database: Database, mailing_id: int) -> list[str]:
    """Who ever was in doubt."""
    with database.read() as transaction:
        return ledger.doubtful(transaction, mailing_id)
