"""The database goes away while letters are being carried."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from relays import ScriptedRelay, agreeable
from rounds import carried, promised, the_balance, the_doubtful
from wekelijks.domain.errors import Unavailable
from wekelijks.store import schema
from wekelijks.store.database import Database, Transaction
from wekelijks.store.senders import Place


def test_an_outage_costs_no_letter_an_attempt(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves while no intent can be written; afterwards the same run goes on with first attempts."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(30)))
    failures: list[str] = []
    offered: list[str] = []
    begin = Place.begin

    @contextmanager
    def flaky(place: Place, **how: Any) -> Iterator[Transaction]:
        if failures:
            raise Unavailable(failures.pop())
        with begin(place, **how) as transaction:
            yield transaction

    def reply(stage: str, to: str) -> str | None:
        offered.extend([to] if stage == "rcpt" else [])
        if len(offered) == 10:
            failures.extend(["The database cannot do this now: it is restarting."] * 3)
        return agreeable(stage, to)

    monkeypatch.setattr(Place, "begin", flaky)
    relay = ScriptedRelay(reply)
    summary = carried(database, relay)

    assert (summary.accepted, summary.put_off) == (30, 0)
    assert Counter(address for address, _message in relay.taken).most_common(1)[0][1] == 1
    assert the_balance(database, mailing_id).is_settled
    assert the_doubtful(database, mailing_id) == []
    with database.read() as transaction:
        assert set(transaction.execute(select(schema.delivery.c.attempts)).scalars()) == {1}
