"""What is said to watchers is true: each thing that can go wrong without anybody noticing is noticed, and named."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from cast import FOUNDED, a_newsletter, a_reader, a_theme
from wekelijks.domain.alarm import AlarmKind, about_mailing
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.domain.tokens import Signer
from wekelijks.mail.composer import Composer
from wekelijks.mail.templates import Templates
from wekelijks.services import watching
from wekelijks.services.press import Press
from wekelijks.services.slots import ticking
from wekelijks.store import alarms, heartbeats, ledger, schema
from wekelijks.store.database import Database

SUNDAY = date(2026, 3, 8)
NOW = FOUNDED + timedelta(days=60)  # Friday 6 March, two days before the next slot.


@pytest.fixture
def press(database: Database, tmp_path: Path) -> Press:
    """What makes letters, on both databases."""
    return Press(database, Composer(Templates(tmp_path / "none")), Signer(["key"]), "hash", "https://brief.example")


@pytest.fixture
def newsletter(press: Press) -> Newsletter:
    """One with a theme and a reader, of which the clock ticks."""
    newsletter = a_newsletter(press.database, created_at=NOW - timedelta(days=2))
    a_theme(press.database, newsletter)
    a_reader(press.database, newsletter, "anneke@lezers.example")
    ticking.tick(press, NOW)
    return newsletter


def kinds(press: Press, *, hours: float = 0, ticks_here: bool = True) -> list[str]:
    """What is wrong, in one word each, this long after NOW."""
    found = watching.health(press, ticks_here=ticks_here, now=NOW + timedelta(hours=hours))
    assert all(one.message.endswith((".", "`.")) for one in found)
    return [one.kind for one in found]


def promised(press: Press, newsletter: Newsletter) -> int:
    """A letter to the one reader, opened now; the mailing's id."""
    row = insert(schema.slot).values(
        newsletter_id=newsletter.id, on=date(2026, 3, 5), state=SlotState.OPEN, extra=True
    )
    with press.database.begin() as transaction:
        slot_id = transaction.execute(row.returning(schema.slot.c.id)).scalar_one()
        return ledger.promise_slot(
            transaction,
            newsletter=newsletter,
            slot_id=slot_id,
            on=date(2026, 3, 5),
            blueprint=b"Dag,\r\n",
            opened_at=NOW,
            deadline=NOW + timedelta(hours=48),
        )


def test_all_is_well_when_it_was_looked_at(press: Press, newsletter: Newsletter) -> None:
    """A clock that ticks, a letter that can be made, nothing left lying, no alarm."""
    assert kinds(press) == []


def test_an_installation_without_a_newsletter_is_not_well(press: Press) -> None:
    """Nobody will ever get a letter of it."""
    assert kinds(press) == ["scheduler", "empty"]


def test_a_clock_that_never_ticked_is_noticed(press: Press) -> None:
    """No slot will open."""
    a_theme(press.database, a_newsletter(press.database, created_at=NOW - timedelta(days=2)))
    assert kinds(press) == ["scheduler"]


@pytest.mark.parametrize(
    ("minutes", "here", "elsewhere"), [(1, [], []), (3, ["scheduler"], []), (61, ["scheduler"], ["scheduler"])]
)
def test_a_clock_that_stopped_is_noticed(
    press: Press, newsletter: Newsletter, minutes: int, here: list[str], elsewhere: list[str]
) -> None:
    """At once where this service ticks itself, after an hour where a cron job does."""
    assert kinds(press, hours=minutes / 60) == here
    assert kinds(press, hours=minutes / 60, ticks_here=False) == elsewhere


def test_a_slot_that_nobody_opened_is_noticed(press: Press, newsletter: Newsletter) -> None:
    """Minutes after its moment, and not before, even when something beats."""
    moment = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)  # Sunday 08:00 in Amsterdam.
    with press.database.begin() as transaction:
        heartbeats.beat(transaction, heartbeats.SCHEDULER, moment)

    at_once = watching.health(press, ticks_here=False, now=moment + timedelta(minutes=1))
    later = watching.health(press, ticks_here=False, now=moment + timedelta(minutes=10))

    assert at_once == []
    assert [one.kind for one in later] == ["overdue"]


def test_a_week_without_material_is_noticed_days_before(press: Press, newsletter: Newsletter) -> None:
    """There is time left to write."""
    with press.database.begin() as transaction:
        transaction.execute(update(schema.theme).values(retired_at=NOW))

    assert kinds(press) == ["no_material"]


def test_a_letter_that_the_preflight_blocks_is_noticed_days_before(press: Press, newsletter: Newsletter) -> None:
    """An unsubscribe link that is not https is no link that a mail program offers."""
    unsafe = replace(press, base_url="http://brief.example")

    assert kinds(unsafe) == ["preflight"]


def test_nobody_to_write_to_is_no_trouble(press: Press, newsletter: Newsletter) -> None:
    """A new newsletter has no readers yet."""
    with press.database.begin() as transaction:
        transaction.execute(update(schema.subscriber).values(status=Standing.LEFT))

    assert kinds(press) == []


def test_letters_left_lying_are_noticed(press: Press, newsletter: Newsletter) -> None:
    """No sender was seen for minutes while a letter is due; one that is put off is in nobody's way."""
    mailing_id = promised(press, newsletter)
    ticking.tick(press, NOW + timedelta(minutes=4))

    assert kinds(press, hours=1 / 60) == []
    assert kinds(press, hours=5 / 60) == ["sender"]

    with press.database.begin() as transaction:
        heartbeats.beat(transaction, heartbeats.SENDER, NOW + timedelta(minutes=4))
    assert kinds(press, hours=5 / 60) == []

    with press.database.begin() as transaction:
        put_off = update(schema.delivery).where(schema.delivery.c.mailing_id == mailing_id)
        transaction.execute(put_off.values(not_before=NOW + timedelta(hours=3)))
        heartbeats.beat(transaction, heartbeats.SCHEDULER, NOW + timedelta(hours=1))
    assert kinds(press, hours=1) == []


def test_an_alarm_stands_until_it_is_cleared_and_names_nobody(press: Press, newsletter: Newsletter) -> None:
    """The relay's answer may hold an address; health is for anybody to read."""
    about: dict[str, Any] = {
        "newsletter_id": newsletter.id,
        "kind": AlarmKind.PAUSED,
        "about": about_mailing(1),
        "now": NOW,
    }
    with press.database.begin() as transaction:
        alarms.raise_(transaction, **about, message="Refused: <anneke@lezers.example>.")

    (trouble,) = watching.health(press, ticks_here=True, now=NOW)

    assert (trouble.kind, trouble.newsletter) == ("alarm", "stilte")
    assert trouble.message == "Refused: <…@lezers.example>."
    with press.database.begin() as transaction:
        alarms.clear(transaction, **about)
    assert kinds(press) == []


def test_status_tells_what_the_next_slot_sends(press: Press, newsletter: Newsletter) -> None:
    """The letter itself, to how many, and how long the material lasts."""
    found = watching.status(press, now=NOW)

    (publication,) = found.publications
    assert publication.next is not None
    assert (publication.next.on, publication.next.subject, publication.next.readers) == (SUNDAY, "Loslaten", 1)
    assert publication.letters_left == 1
    assert publication.ends_on == SUNDAY + timedelta(weeks=1)
    assert publication.readers == {Standing.ACTIVE: 1}
    assert "scheduler" in found.heartbeats


def test_what_status_announces_is_what_is_sent(press: Press, newsletter: Newsletter) -> None:
    """The clock opens the announced letter, and then it is on its way."""
    announced = watching.status(press, now=NOW).publications[0].next
    assert announced is not None

    ticking.tick(press, announced.opens_at)
    found = watching.status(press, now=announced.opens_at)

    (carried,) = found.carried
    assert (carried.on, carried.balance.waiting, carried.balance.snapshot) == (announced.on, 1, 1)


def test_figures_of_two_newsletters_are_kept_apart(press: Press, newsletter: Newsletter) -> None:
    """Everything by its newsletter, mailings under way among them."""
    other = a_newsletter(press.database, slug="ander", is_default=False, created_at=NOW - timedelta(days=2))
    a_reader(press.database, other, "bram@lezers.example", status=Standing.PENDING)
    promised(press, newsletter)

    figures = watching.counted(press, now=NOW)

    assert figures.readers == {newsletter.id: {Standing.ACTIVE: 1}, other.id: {Standing.PENDING: 1}}
    assert figures.runway == {newsletter.id: 1, other.id: 0}
    assert [(one.newsletter, one.balance.waiting) for one in figures.carried] == [("stilte", 1)]
    assert set(figures.next_at) == {newsletter.id, other.id}
