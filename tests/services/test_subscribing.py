"""Joining, resting, leaving and being forgotten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select

from cast import FOUNDED, SUNDAY, a_newsletter, a_reader
from wekelijks.domain.consent import ConsentKind
from wekelijks.domain.errors import BadInput, NotAllowed, NotFound
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.services import subscribing
from wekelijks.services.subscribing import Arrival, Rest
from wekelijks.store import ledger, schema
from wekelijks.store.database import Database

NOW = FOUNDED + timedelta(days=60)
KEY = "hashing key of the tests"


def arrive(database: Database, newsletter: Newsletter, address: str, **more: str) -> Standing:
    """Add this address; where they stand then."""
    arrival = Arrival(address=address, **more)
    return subscribing.add(database, newsletter, arrival, hashing_key=KEY, now=NOW).status


def an_open_slot(database: Database, newsletter: Newsletter) -> int:
    """A slot on SUNDAY whose letter is promised; the mailing's id."""
    row = insert(schema.slot).values(newsletter_id=newsletter.id, on=SUNDAY, state=SlotState.OPEN, opened_at=NOW)
    with database.begin() as transaction:
        slot_id = transaction.execute(row.returning(schema.slot.c.id)).scalar_one()
        promise = {"slot_id": slot_id, "on": SUNDAY, "blueprint": b"letter"}
        until = NOW + timedelta(hours=48)
        return ledger.promise_slot(transaction, newsletter=newsletter, opened_at=NOW, deadline=until, **promise)


def test_nobody_becomes_active_without_proof(database: Database) -> None:
    """An address alone is pending; with the operator's word it is active, and the word is kept."""
    newsletter = a_newsletter(database)

    without = arrive(database, newsletter, "anneke@example.nl")
    with_proof = arrive(database, newsletter, "Anneke@Example.nl", confirmed_by="op papier, 3 maart")

    assert (without, with_proof) == (Standing.PENDING, Standing.ACTIVE)
    reader, said = subscribing.record(database, newsletter, "anneke@example.nl")
    assert reader.address == "anneke@example.nl"
    assert [(one.kind, one.source) for one in said] == [(ConsentKind.GIVEN, "op papier, 3 maart")]


def test_a_confirmation_needs_its_source_and_is_harmless_twice(database: Database) -> None:
    """Evidence makes a pending reader active, once."""
    newsletter = a_newsletter(database)
    arrive(database, newsletter, "anneke@example.nl")

    with pytest.raises(BadInput):
        subscribing.confirm(database, newsletter, "anneke@example.nl", evidence={}, now=NOW)
    for _time in range(2):
        reader = subscribing.confirm(
            database, newsletter, "anneke@example.nl", evidence={"source": "formulier", "page": "/"}, now=NOW
        )

    assert (reader.status, reader.source, reader.confirmed_at) == (Standing.ACTIVE, "formulier", NOW)
    assert len(subscribing.record(database, newsletter, "anneke@example.nl")[1]) == 1


def test_leaving_ends_what_waits_and_is_harmless_twice(database: Database) -> None:
    """After leaving nothing of a slot under way waits for this reader; one withdrawal is written down."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")
    a_reader(database, newsletter, "pim@example.nl")
    mailing_id = an_open_slot(database, newsletter)

    for _time in range(2):
        subscribing.unsubscribe(database, reader, source="link", now=NOW)

    with database.read() as transaction:
        balance = ledger.balance(transaction, mailing_id)
    assert (balance.waiting, balance.suppressed) == (1, 1)
    left, said = subscribing.record(database, newsletter, "anneke@example.nl")
    assert (left.status, [one.kind for one in said]) == (Standing.LEFT, [ConsentKind.WITHDRAWN])


def test_leaving_can_be_taken_back_for_thirty_days(database: Database) -> None:
    """The undo is a consent of its own; on the thirty-first day it is too late."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")

    subscribing.unsubscribe(database, reader, source="link", now=NOW)
    too_late = subscribing.come_back(database, reader, source="link", now=NOW + timedelta(days=31))
    in_time = subscribing.come_back(database, reader, source="link", now=NOW + timedelta(days=29))

    assert (too_late, in_time) == (False, True)
    back, said = subscribing.record(database, newsletter, "anneke@example.nl")
    assert (back.status, said[-1].kind) == (Standing.ACTIVE, ConsentKind.GIVEN)


def test_somebody_who_left_comes_back_only_with_a_new_proof(database: Database) -> None:
    """Adding the bare address again is refused."""
    newsletter = a_newsletter(database)
    a_reader(database, newsletter, "pim@example.nl", status=Standing.LEFT)

    with pytest.raises(NotAllowed, match="has left"):
        arrive(database, newsletter, "pim@example.nl")

    assert arrive(database, newsletter, "pim@example.nl", confirmed_by="belde 3 maart") is Standing.ACTIVE


def test_a_pause_ends_what_waits_and_has_an_end_of_its_own(database: Database) -> None:
    """Four weeks of rest from today; on that date letters come again without anybody doing anything."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")
    mailing_id = an_open_slot(database, newsletter)

    rested = subscribing.rest(database, newsletter, reader, Rest.FOUR_WEEKS, source="link", now=NOW)

    assert rested is not None
    assert (rested.status, rested.paused_until) == (Standing.PAUSED, date(2026, 4, 3))
    assert rested.standing_on(date(2026, 4, 2)) is Standing.PAUSED
    assert rested.standing_on(date(2026, 4, 3)) is Standing.ACTIVE
    with database.read() as transaction:
        assert ledger.balance(transaction, mailing_id).suppressed == 1


def test_every_other_week_skips_the_coming_letter(database: Database) -> None:
    """Whoever slows down on a Friday had last Sunday's letter, so the coming one is skipped."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")

    subscribing.rest(database, newsletter, reader, Rest.EVERY_OTHER_WEEK, source="link", now=NOW)
    mailing_id = an_open_slot(database, newsletter)

    with database.read() as transaction:
        assert ledger.balance(transaction, mailing_id).snapshot == 0


def test_pause_instead_takes_a_leaving_back(database: Database) -> None:
    """Resting after having left is a consent and a pause; a letter every week again ends it."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")

    subscribing.unsubscribe(database, reader, source="link", now=NOW)
    paused = subscribing.rest(database, newsletter, reader, Rest.TWO_WEEKS, source="link", now=NOW)
    weekly = subscribing.rest(database, newsletter, reader, Rest.NONE, source="link", now=NOW)

    assert paused is not None
    assert weekly is not None
    assert (paused.status, weekly.status, weekly.paused_until) == (Standing.PAUSED, Standing.ACTIVE, None)


def test_nobody_rests_without_a_subscription(database: Database) -> None:
    """Pending readers and those who left long ago are not brought in by a pause."""
    newsletter = a_newsletter(database)
    pending = a_reader(database, newsletter, "nog@example.nl", status=Standing.PENDING, confirmed_at=None)
    left = a_reader(database, newsletter, "weg@example.nl", status=Standing.LEFT)

    for reader in (pending, left):
        with pytest.raises(NotAllowed):
            subscribing.rest(database, newsletter, reader, Rest.TWO_WEEKS, source="link", now=NOW)

    with pytest.raises(NotAllowed):
        subscribing.resume(database, newsletter, "weg@example.nl", now=NOW)


def test_forgetting_leaves_no_address_anywhere_and_keeps_the_person_out(database: Database) -> None:
    """Rows, consents and single letters go in every newsletter; what stays is a hash that refuses them."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="tweede", is_default=False)
    for one in (newsletter, other):
        arrive(database, one, "Anneke@example.nl", confirmed_by="papier")
    mailing_id = an_open_slot(database, newsletter)
    with database.begin() as transaction:
        ledger.promise_single(
            transaction,
            newsletter_id=newsletter.id,
            kind=MailingKind.CONFIRMATION,
            blueprint=b"confirm",
            recipients=["Anneke@Example.nl"],
            opened_at=NOW,
            deadline=NOW + timedelta(hours=24),
        )

    stood_in = subscribing.forget(database, "anneke@example.nl", hashing_key=KEY, now=NOW)
    again = subscribing.forget(database, "anneke@example.nl", hashing_key=KEY, now=NOW)

    assert (stood_in, again) == (2, 0)
    with pytest.raises(NotFound):
        subscribing.find(database, newsletter, "anneke@example.nl")
    with pytest.raises(NotAllowed, match="forgotten"):
        arrive(database, newsletter, "ANNEKE@example.nl", confirmed_by="import")
    with database.read() as transaction:
        assert ledger.balance(transaction, mailing_id).suppressed == 1
        for table in (schema.consent, schema.subscriber):
            assert transaction.execute(select(func.count()).select_from(table)).scalar_one() == 0
        kept = transaction.execute(select(schema.delivery)).mappings().all()
    assert not [row for row in kept if row["recipient"] or row["subscriber_id"] or row["state"] == "waiting"]
