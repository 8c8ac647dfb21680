"""Rehearsing: readers who do not exist, of every kind there is, brought in as any list."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from cast import FOUNDED, SUNDAY, a_newsletter
from wekelijks.domain.subscriber import Standing
from wekelijks.services import lists, rehearsing
from wekelijks.services.rehearsing import Crowd
from wekelijks.store import ledger
from wekelijks.store.database import Database

NOW = FOUNDED + timedelta(days=62)
"""On the Sunday of the cast's slot."""


def test_a_crowd_has_readers_of_every_kind(database: Database, tmp_path: Path) -> None:
    """Everybody comes in; who rests, left, is pending or reads next week gets no letter today."""
    newsletter = a_newsletter(database)

    report = rehearsing.gather(
        database, newsletter, Crowd(50), file=tmp_path / "readers.csv", hashing_key="key", now=NOW
    )

    people = list(lists.everybody(database, newsletter))
    with database.read() as transaction:
        promised = ledger.count_readers(transaction, newsletter, SUNDAY)
    assert (report.added, report.rejected) == (50, [])
    assert Counter(one.status for one in people) == {
        Standing.ACTIVE: 38,
        Standing.PAUSED: 4,
        Standing.LEFT: 4,
        Standing.PENDING: 2,
        Standing.UNREACHABLE: 2,
    }
    assert promised == 38
    assert {one.rhythm_weeks for one in people} == {1, 2}
    assert {one.name == "" for one in people} == {True, False}
    assert all(one.confirmed_at and one.source for one in people if one.status is Standing.ACTIVE)


@pytest.mark.parametrize(("domain", "mixed"), [(rehearsing.SHOWN, True), (rehearsing.MEASURED, False)])
def test_nobody_can_be_reached(domain: str, mixed: bool) -> None:  # noqa: FBT001 - a column of the table.
    """However many there are, no two have one address, and all stand under a reserved name."""
    rows = list(rehearsing._readers(Crowd(20_000, domain, mixed), today=SUNDAY))

    addresses = {row["email"] for row in rows}
    assert len(addresses) == 20_000
    assert {address.rpartition("@")[2] for address in addresses} == {domain}
    assert domain.endswith((".example", ".test"))
    assert all(address.isascii() for address in addresses)


def test_one_reader_leaves_meanwhile_unless_the_crowd_is_small(database: Database, tmp_path: Path) -> None:
    """So that the ledger shows a promise that was ended by its reader."""
    newsletter = a_newsletter(database)
    file = tmp_path / "readers.csv"
    rehearsing.gather(database, newsletter, Crowd(3), file=file, hashing_key="key", now=NOW)
    nobody = rehearsing.leave_meanwhile(database, newsletter, now=NOW)
    rehearsing.gather(database, newsletter, Crowd(25), file=file, hashing_key="key", now=NOW)

    somebody = rehearsing.leave_meanwhile(database, newsletter, now=NOW)

    assert nobody is None
    assert somebody is not None
    left = [one.address for one in lists.everybody(database, newsletter, Standing.LEFT)]
    assert somebody.address in left
