"""Two senders at once: still once, on both databases."""

import asyncio
from collections import Counter

import pytest

from relays import ScriptedRelay, listening
from rounds import NOW, a_sender, promised, the_balance, the_doubtful
from wekelijks.store import carrying
from wekelijks.store.database import Database
from wekelijks.store.senders import Place, Taken


def test_two_senders_share_the_work_or_the_second_names_the_first(database: Database) -> None:
    """PostgreSQL: both carry, nobody twice. SQLite: one at a time, and the second is told by whom."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(60)))
    relay = ScriptedRelay()

    async def run() -> None:
        async with listening(relay):
            senders = [a_sender(database, relay.port, lambda: NOW, 3)]
            if database.is_sqlite:
                with pytest.raises(Taken, match="process 1 on here"):
                    a_sender(database, relay.port, lambda: NOW, 3)
            else:
                senders.append(a_sender(database, relay.port, lambda: NOW, 3))
            await asyncio.gather(*(sender.run(follow=False) for sender in senders))

    asyncio.run(run())

    assert Counter(address for address, _message in relay.taken).most_common(1)[0][1] == 1
    assert the_balance(database, mailing_id).accepted == 60
    assert the_doubtful(database, mailing_id) == []


def test_a_letter_is_in_doubt_only_when_its_sender_is_provably_dead(database: Database) -> None:
    """While the first sender holds its lock nothing is touched; when the lock is gone, its letter is named."""
    mailing_id = promised(database, "anneke@example.nl")
    first, second = Place(database, host="here", pid=1), Place(database, host="there", pid=2)
    first.take(now=NOW)
    with first.begin() as transaction:
        claimed = carrying.claim(transaction, mailing_id, first.id, limit=5, now=NOW)
        assert carrying.intend(transaction, [claimed[0].id], first.id, now=NOW) == {claimed[0].id}
    if not database.is_sqlite:
        second.take(now=NOW)
        assert the_balance(database, mailing_id).sending == 1
        second.leave(now=NOW)

    first.drop()
    second.take(now=NOW)

    assert the_doubtful(database, mailing_id) == ["anneke@example.nl"]
    assert the_balance(database, mailing_id).waiting == 1
    second.leave(now=NOW)
