"""What a person may do with a slot, and what is refused, with the way out in the sentence."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from cast import SUNDAY, a_newsletter, a_reader, a_theme
from printing import BORN, DAY, EIGHT, HOUR, MINUTE, a_press, the_slots, ticked
from wekelijks.domain.errors import BadInput, NotAllowed, NotFound, WekelijksError
from wekelijks.domain.mailing import Balance, DeliveryState, MailingState
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.services.slots import handling, opening
from wekelijks.store import carrying, ledger, schema
from wekelijks.store.database import Database

NEXT = SUNDAY + timedelta(weeks=1)


def an_open_week(database: Database, *addresses: str) -> Newsletter:
    """A newsletter whose letter of SUNDAY is on its way to these readers."""
    newsletter = a_newsletter(database, created_at=BORN)
    a_theme(database, newsletter)
    for address in addresses:
        a_reader(database, newsletter, address)
    ticked(a_press(database), EIGHT)
    return newsletter


def stands(database: Database, newsletter: Newsletter) -> Balance:
    """The balance of SUNDAY."""
    return handling.show(database, newsletter, SUNDAY, now=EIGHT + HOUR).balance


def let(database: Database, *, be: DeliveryState, doubts: int = 0, first: int | None = None) -> None:
    """Put deliveries into this state: the first so many, or all that wait."""
    rows = update(schema.delivery).where(schema.delivery.c.state == DeliveryState.WAITING)
    if first is not None:
        rows = rows.where(schema.delivery.c.id <= first)
    with database.begin() as transaction:
        transaction.execute(rows.values(state=be, doubts=doubts, settled_at=EIGHT))


def test_a_letter_on_its_way_is_paused_resumed_and_cancelled(database: Database) -> None:
    """Slot and mailing move together; what was accepted counts, what waits is cancelled, and the balance holds."""
    newsletter = an_open_week(database, "a@example.nl", "b@example.nl", "c@example.nl")
    let(database, be=DeliveryState.ACCEPTED, first=1)

    paused = handling.pause(database, newsletter, SUNDAY, now=EIGHT + MINUTE)
    resumed = handling.resume(database, newsletter, SUNDAY, now=EIGHT + HOUR)
    cancelled = handling.cancel(database, newsletter, SUNDAY, now=EIGHT + 2 * HOUR)
    again = handling.cancel(database, newsletter, SUNDAY, now=EIGHT + 3 * HOUR)

    assert [each.slot.state for each in (paused, resumed, cancelled)] == ["paused", "open", "cancelled"]
    assert resumed.deadline == EIGHT + 48 * HOUR + 59 * MINUTE
    assert (cancelled.balance.accepted, cancelled.balance.cancelled) == (1, 2)
    assert cancelled.balance.is_settled
    assert again == cancelled
    with database.read() as transaction:
        assert ledger.unfinished(transaction) == []
        assert cancelled.mailing_id is not None
        mailing = ledger.get(transaction, cancelled.mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.CANCELLED


def test_what_comes_back_after_the_cancel_is_cancelled_too(database: Database) -> None:
    """A letter at the relay's door that is refused for now does not wait again; then the mailing is finished."""
    newsletter = an_open_week(database, "a@example.nl", "b@example.nl")
    let(database, be=DeliveryState.SENDING, first=1)
    report = handling.cancel(database, newsletter, SUNDAY, now=EIGHT + HOUR)
    assert (report.balance.sending, report.balance.cancelled) == (1, 1)
    assert report.mailing_id is not None

    with database.begin() as transaction:
        back = update(schema.delivery).where(schema.delivery.c.state == DeliveryState.SENDING)
        transaction.execute(back.values(state=DeliveryState.WAITING))
        done = carrying.finish(transaction, report.mailing_id, now=EIGHT + HOUR)

    assert done
    assert stands(database, newsletter).cancelled == 2


def test_doubts_are_settled_by_name(database: Database) -> None:
    """One sent once more, one counted as sent; both stay named. A name that is not in doubt settles nothing."""
    newsletter = an_open_week(database, "a@example.nl", "b@example.nl")
    let(database, be=DeliveryState.IN_DOUBT, doubts=1)

    with pytest.raises(NotAllowed, match="Only 1 of these"):
        handling.settle(database, newsletter, SUNDAY, ["a@example.nl", "x@example.nl"], resend=True, now=EIGHT + HOUR)
    assert stands(database, newsletter).in_doubt == 2
    handling.settle(database, newsletter, SUNDAY, ["A@example.nl"], resend=True, now=EIGHT + HOUR)
    handling.settle(database, newsletter, SUNDAY, [], resend=False, now=EIGHT + HOUR)

    report = handling.show(database, newsletter, SUNDAY, now=EIGHT + HOUR)
    assert (report.balance.waiting, report.balance.accepted, report.balance.in_doubt) == (1, 1, 0)
    assert report.doubtful == ("a@example.nl", "b@example.nl")


def test_a_hold_on_a_date_to_come_keeps_its_instant(database: Database) -> None:
    """Until it is released: then the rhythm of that day counts again."""
    newsletter = a_newsletter(database, created_at=BORN)

    held = handling.hold(database, newsletter, NEXT, now=BORN)
    twice = handling.hold(database, newsletter, NEXT, now=BORN)
    released = handling.release(database, newsletter, NEXT, now=BORN)

    assert held == twice
    assert held.opens_at == EIGHT + timedelta(weeks=1)
    assert (released.state, released.opens_at) == (SlotState.PLANNED, None)


def test_a_slot_whose_grace_has_passed_is_not_released_but_opened_by_a_person(database: Database) -> None:
    """Never late by itself: a holiday that is taken back on Thursday does not send Sunday's letter."""
    newsletter = a_newsletter(database, created_at=BORN)
    handling.skip(database, newsletter, SUNDAY, SUNDAY, now=BORN)

    with pytest.raises(NotAllowed, match="slots open 2026-03-08"):
        handling.release(database, newsletter, SUNDAY, now=EIGHT + 4 * DAY)


Act = Callable[[Database, Newsletter], object]


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda db, n: handling.hold(db, n, date(2026, 3, 11), now=BORN), NotFound, "letters go on Sunday"),
        (lambda db, n: handling.hold(db, n, date(2026, 3, 1), now=BORN), NotFound, "is no slot"),
        (lambda db, n: handling.show(db, n, date(2026, 3, 11), now=BORN), NotFound, "the next one on 2026-03-08"),
        (lambda db, n: handling.skip(db, n, NEXT, SUNDAY, now=BORN), BadInput, "first the earlier"),
        (lambda db, n: handling.skip(db, n, date(2026, 3, 9), date(2026, 3, 14), now=BORN), BadInput, "no slot"),
        (lambda db, n: handling.skip(db, n, SUNDAY, date(2062, 3, 8), now=BORN), BadInput, "at most a year"),
        (lambda db, n: handling.pause(db, n, SUNDAY, now=BORN), NotAllowed, "slots hold 2026-03-08"),
        (lambda db, n: handling.settle(db, n, SUNDAY, [], resend=True, now=BORN), NotFound, "nobody is in doubt"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(
    database: Database, act: Act, error: type[WekelijksError], words: str
) -> None:
    """And changes nothing."""
    newsletter = a_newsletter(database, created_at=BORN)

    with pytest.raises(error, match=words):
        act(database, newsletter)

    assert the_slots(database, newsletter) == {}


@pytest.mark.parametrize("act", [handling.hold, handling.release])
def test_a_letter_on_its_way_is_neither_held_nor_released(database: Database, act: Callable[..., object]) -> None:
    """The sentence names what stops it."""
    newsletter = an_open_week(database, "a@example.nl")

    with pytest.raises(NotAllowed, match="slots pause 2026-03-08"):
        act(database, newsletter, SUNDAY, now=EIGHT + HOUR)


def test_a_holiday_in_which_one_letter_was_opened_skips_nothing(database: Database) -> None:
    """All of it or none, with the reason."""
    newsletter = an_open_week(database, "a@example.nl")

    with pytest.raises(NotAllowed, match="is on its way"):
        handling.skip(database, newsletter, SUNDAY, NEXT, now=EIGHT + HOUR)

    assert NEXT not in the_slots(database, newsletter)


def test_the_list_shows_what_was_and_what_comes(database: Database) -> None:
    """Opened ones with subject and readers, the coming ones with their moments, over the change to summer time."""
    newsletter = an_open_week(database, "a@example.nl")

    listed = handling.listing(database, newsletter, weeks=4, now=EIGHT + HOUR)

    assert [(each.on, each.state, each.readers) for each in listed] == [
        (SUNDAY, SlotState.OPEN, 1),
        *((SUNDAY + timedelta(weeks=week), SlotState.PLANNED, 0) for week in range(1, 5)),
    ]
    assert listed[0].subject == "Loslaten"
    assert [each.opens_at.hour for each in listed] == [7, 7, 7, 6, 6]


@pytest.mark.parametrize(("on", "times"), [(date(2062, 3, 8), 1), (date(2025, 3, 9), 0), (SUNDAY, 0)])
def test_a_year_that_looks_like_a_slip_of_the_pen_is_asked_about(database: Database, on: date, times: int) -> None:
    """Any date may be opened; before a date more than a year away the question says so."""
    newsletter = a_newsletter(database, created_at=BORN)
    a_theme(database, newsletter)
    a_reader(database, newsletter, "anneke@example.nl")

    found = opening.prospect(a_press(database), newsletter, on, now=BORN)

    assert sum("is the year right" in warning for warning in found.warnings) == times
    assert the_slots(database, newsletter) == {}
