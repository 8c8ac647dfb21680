"""The week: each one letter at its moment, or held and said; never two, never an empty one, never late."""

import subprocess
import sys
import time as clocks
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from cast import SUNDAY, a_newsletter, a_reader, a_theme
from printing import BORN, DAY, EIGHT, HOUR, MINUTE, a_press, changed, the_alarms, the_slots, ticked
from wekelijks.domain import calendar
from wekelijks.domain.mailing import DeliveryState
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import Event, Happening, HoldReason, SlotState
from wekelijks.mail.blueprint import Blueprint
from wekelijks.mail.composer import Composed, Composer
from wekelijks.services.press import Press
from wekelijks.services.slots import ahead, handling, opening
from wekelijks.services.slots.opening import Obstacle
from wekelijks.store import archive, content, ledger, schema
from wekelijks.store.database import Database

NEXT = SUNDAY + timedelta(weeks=1)


def a_weekly(database: Database, *, themes: int = 1, readers: int = 2, **changes: Any) -> Newsletter:
    """A newsletter that began on Wednesday, with material and readers."""
    newsletter = a_newsletter(database, **{"created_at": BORN, **changes})
    for number in range(themes):
        a_theme(database, newsletter, f"Thema {number}")
    for number in range(readers):
        a_reader(database, newsletter, f"lezer{number}@example.nl")
    return newsletter


def kinds(events: list[Event]) -> list[tuple[date | None, Happening]]:
    """What happened to which date; that nobody carries what was opened is not what these tests are about."""
    return [(event.on, event.kind) for event in events if event.kind is not Happening.UNFINISHED]


def promises(database: Database) -> int:
    """How many rows stand in the ledger."""
    with database.read() as transaction:
        return int(transaction.execute(select(func.count()).select_from(schema.delivery)).scalar_one())


def test_a_slot_opens_at_its_moment_and_not_a_second_before(database: Database) -> None:
    """Frozen, promised to every reader, kept for the archive, its issue and its instant noted."""
    newsletter = a_weekly(database)
    press = a_press(database)

    before = ticked(press, BORN + HOUR, EIGHT - timedelta(seconds=1))
    at_it = ticked(press, EIGHT)

    slot = the_slots(database, newsletter)[SUNDAY]
    assert before == []
    assert kinds(at_it) == [(SUNDAY, Happening.OPENED)]
    assert (slot.state, slot.opens_at, slot.opened_at) == (SlotState.OPEN, EIGHT, EIGHT)
    assert slot.issue_id is not None
    assert promises(database) == 2
    with database.read() as transaction:
        mailing = ledger.mailing_of_slot(transaction, slot.id)
        assert mailing is not None
        kept = archive.letter(transaction, newsletter.id, SUNDAY)
        frozen = Blueprint.from_bytes(ledger.blueprint_of(transaction, mailing.id))
    assert kept is not None
    assert (kept.title, kept.on) == ("Thema 0", SUNDAY)
    assert kept.read_more is None
    assert frozen.key_id == press.signer.key_id
    assert mailing.deadline == EIGHT + timedelta(hours=48)


def test_a_second_tick_opens_nothing(database: Database) -> None:
    """Nor does a tick a minute, a day or six days later."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    ticked(press, EIGHT)

    again = ticked(press, EIGHT, EIGHT + MINUTE, EIGHT + DAY, EIGHT + 6 * DAY)

    assert kinds(again) == []
    assert promises(database) == 2
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.OPEN


def test_a_machine_that_was_off_catches_up_within_the_grace(database: Database) -> None:
    """Off from Saturday to an hour before the grace ends: the letter goes, and its moment is still eight o'clock."""
    newsletter = a_weekly(database)
    press = a_press(database)

    events = ticked(press, EIGHT - DAY, EIGHT + 23 * HOUR)

    assert kinds(events) == [(SUNDAY, Happening.OPENED)]
    slot = the_slots(database, newsletter)[SUNDAY]
    assert (slot.opens_at, slot.opened_at) == (EIGHT, EIGHT + 23 * HOUR)


def test_after_the_grace_it_is_missed_and_said_and_nothing_is_sent(database: Database) -> None:
    """One alarm, once; the clock never opens it, a person may, and then the alarm is over."""
    newsletter = a_weekly(database)
    press = a_press(database)

    events = ticked(press, EIGHT - DAY, EIGHT + 24 * HOUR + MINUTE, EIGHT + 30 * HOUR)

    assert kinds(events) == [(SUNDAY, Happening.MISSED)]
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.MISSED
    assert the_alarms(database) == [("missed", "2026-03-08")]
    assert promises(database) == 0

    opened = opening.open_slot(press, newsletter, SUNDAY, now=EIGHT + 31 * HOUR)

    assert (opened.readers, opened.already) == (2, False)
    assert the_alarms(database) == []


def test_weeks_of_silence_are_missed_with_one_alarm(database: Database) -> None:
    """Each week is on record as missed; the operator reads one sentence, and the present week goes on."""
    newsletter = a_weekly(database)
    press = a_press(database)

    events = ticked(press, EIGHT - DAY, EIGHT + timedelta(weeks=3))

    missed = [SUNDAY + timedelta(weeks=week) for week in range(3)]
    assert kinds(events) == [
        *((on, Happening.MISSED) for on in missed),
        (SUNDAY + timedelta(weeks=3), Happening.OPENED),
    ]
    assert [slot.state for slot in the_slots(database, newsletter).values()] == [SlotState.MISSED] * 3 + [
        SlotState.OPEN
    ]


def test_a_long_grace_never_sends_two_letters_at_once(database: Database) -> None:
    """When the next slot has fallen due, the one before it has had its time."""
    a_weekly(database, themes=3, grace_hours=24 * 20)

    events = ticked(a_press(database), EIGHT - DAY, EIGHT + timedelta(weeks=1, minutes=1))

    assert kinds(events) == [(SUNDAY, Happening.MISSED), (NEXT, Happening.OPENED)]


def test_nothing_to_send_holds_the_slot_until_material_arrives(database: Database) -> None:
    """Held and said once; it clears itself within the grace."""
    newsletter = a_weekly(database, themes=0)
    press = a_press(database)

    held = ticked(press, EIGHT, EIGHT + MINUTE)

    assert kinds(held) == [(SUNDAY, Happening.HELD)]
    slot = the_slots(database, newsletter)[SUNDAY]
    assert (slot.state, slot.reason) == (SlotState.HELD, HoldReason.NO_MATERIAL)
    assert the_alarms(database) == [("held", "2026-03-08")]

    a_theme(database, newsletter, "Rust")
    later = ticked(press, EIGHT + 2 * HOUR)

    assert kinds(later) == [(SUNDAY, Happening.OPENED)]
    assert the_alarms(database) == []


def test_nothing_to_send_all_through_the_grace_is_missed(database: Database) -> None:
    """An empty pool never sends an empty letter."""
    newsletter = a_weekly(database, themes=0)
    press = a_press(database)
    ticked(press, EIGHT)

    events = ticked(press, EIGHT + 25 * HOUR)

    assert kinds(events) == [(SUNDAY, Happening.MISSED)]
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.MISSED
    assert the_alarms(database) == [("missed", "2026-03-08")]
    assert promises(database) == 0


def test_a_letter_without_readers_keeps_for_next_week(database: Database) -> None:
    """Material is not used up for nobody: the slot is skipped at last, no alarm stands, the theme is still unused."""
    newsletter = a_weekly(database, readers=0)
    press = a_press(database)

    events = ticked(press, EIGHT, EIGHT + MINUTE, EIGHT + 25 * HOUR)

    assert kinds(events) == [(SUNDAY, Happening.HELD), (SUNDAY, Happening.SKIPPED)]
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.SKIPPED
    assert the_alarms(database) == []
    with database.read() as transaction:
        assert [theme.last_used for theme in content.pool(transaction, newsletter.id)] == [None]


def test_the_first_reader_gets_this_weeks_letter(database: Database) -> None:
    """Somebody who confirms within the grace need not wait for a week."""
    newsletter = a_weekly(database, readers=0)
    press = a_press(database)
    ticked(press, EIGHT)

    a_reader(database, newsletter, "eerste@example.nl")
    events = ticked(press, EIGHT + 3 * HOUR)

    assert kinds(events) == [(SUNDAY, Happening.OPENED)]
    assert promises(database) == 1


def test_a_letter_that_the_preflight_blocks_is_held_with_the_place_and_needs_a_person(database: Database) -> None:
    """It names what is wrong and never clears itself: a half-mended letter must not leave while somebody types."""
    newsletter = a_weekly(database)
    broken, mended = a_press(database, base_url="http://stilte.example"), a_press(database)

    held = ticked(broken, EIGHT)

    assert kinds(held) == [(SUNDAY, Happening.HELD)]
    assert "https" in held[0].message
    assert the_slots(database, newsletter)[SUNDAY].reason == HoldReason.PREFLIGHT
    assert ticked(mended, EIGHT + MINUTE) == []

    handling.release(database, newsletter, SUNDAY, now=EIGHT + 2 * MINUTE)

    assert the_alarms(database) == []
    assert kinds(ticked(mended, EIGHT + 3 * MINUTE)) == [(SUNDAY, Happening.OPENED)]


def test_a_broken_template_of_the_operators_own_holds_the_slot_with_file_and_line(
    database: Database, tmp_path: Path
) -> None:
    """Before anything is sent."""
    a_weekly(database)
    (tmp_path / "letter.html").write_text("<html lang='nl'>\n{% if %}\n", "utf-8")

    held = ticked(a_press(database, templates=tmp_path), EIGHT)

    assert kinds(held) == [(SUNDAY, Happening.HELD)]
    assert "letter.html" in held[0].message
    assert "2" in held[0].message
    assert promises(database) == 0


def test_an_operators_hold_never_clears_itself(database: Database) -> None:
    """Its instant is stored at once; released within the grace it opens, held beyond it is missed."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    for on in (SUNDAY, NEXT):
        handling.hold(database, newsletter, on, now=BORN + HOUR)

    assert ticked(press, EIGHT, EIGHT + 2 * HOUR) == []
    slot = the_slots(database, newsletter)[SUNDAY]
    assert (slot.state, slot.reason, slot.opens_at) == (SlotState.HELD, HoldReason.OPERATOR, EIGHT)
    handling.release(database, newsletter, SUNDAY, now=EIGHT + 3 * HOUR)

    assert kinds(ticked(press, EIGHT + 3 * HOUR + MINUTE)) == [(SUNDAY, Happening.OPENED)]
    assert kinds(ticked(press, EIGHT + timedelta(days=8, hours=1))) == [(NEXT, Happening.MISSED)]


def test_an_extra_letter_takes_nobodys_week(database: Database) -> None:
    """Opened on a Wednesday; Sunday's letter goes all the same, and the extra one's window ends when it does."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    friday = date(2026, 3, 6)
    now = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)

    opened = opening.open_slot(press, newsletter, friday, now=now)

    assert opened.deadline == EIGHT
    assert the_slots(database, newsletter)[friday].extra
    assert kinds(ticked(press, EIGHT)) == [(SUNDAY, Happening.OPENED)]


def test_a_week_opened_early_by_hand_has_had_its_letter(database: Database) -> None:
    """Opened on Friday for Sunday: on Sunday nothing more; opening twice is no error."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    first = opening.open_slot(press, newsletter, SUNDAY, now=EIGHT - 2 * DAY)

    again = opening.open_slot(press, newsletter, SUNDAY, now=EIGHT - DAY)

    assert (first.already, again.already) == (False, True)
    assert (again.subject, again.readers, again.deadline) == (first.subject, 2, EIGHT)
    assert kinds(ticked(press, EIGHT, EIGHT + DAY)) == []
    assert kinds(ticked(press, EIGHT + timedelta(weeks=1))) == [(NEXT, Happening.OPENED)]


@pytest.mark.parametrize(("themes", "readers", "reason"), [(0, 2, "no_material"), (1, 0, "no_readers")])
def test_opening_by_hand_what_cannot_be_sent_changes_nothing(
    database: Database, themes: int, readers: int, reason: str
) -> None:
    """An error that says why; no slot, no promise."""
    newsletter = a_weekly(database, themes=themes, readers=readers)

    with pytest.raises(Obstacle) as raised:
        opening.open_slot(a_press(database), newsletter, SUNDAY, now=EIGHT - DAY)

    assert raised.value.reason == reason
    assert the_slots(database, newsletter) == {}
    assert promises(database) == 0


def test_a_newsletter_just_created_opens_nothing_that_lay_before(database: Database) -> None:
    """Born on Sunday at nine: the first letter is next Sunday's."""
    newsletter = a_weekly(database, created_at=EIGHT + HOUR)

    events = ticked(a_press(database), EIGHT + 2 * HOUR, EIGHT + 3 * DAY, EIGHT + timedelta(weeks=1))

    assert kinds(events) == [(NEXT, Happening.OPENED)]
    assert SUNDAY not in the_slots(database, newsletter)


_CHANGES = [
    pytest.param({"weekday": 2}, timedelta(days=2), id="sunday to wednesday, on tuesday"),
    pytest.param({"weekday": 2}, timedelta(days=4), id="sunday to wednesday, on thursday"),
    pytest.param({"weekday": 0}, timedelta(hours=1), id="sunday to monday, an hour after the letter"),
    pytest.param({"moment": time(18, 0)}, timedelta(hours=1), id="later, an hour after the letter"),
    pytest.param({"moment": time(6, 0)}, timedelta(days=6, hours=23), id="earlier, an hour before the letter"),
    pytest.param(
        {"moment": time(0, 0), "grace_hours": 1}, timedelta(days=6, hours=23), id="so early that the grace is over"
    ),
    pytest.param({"timezone": "Pacific/Auckland"}, timedelta(days=6, hours=20), id="moved to the other side"),
    pytest.param({"timezone": "America/Los_Angeles"}, timedelta(hours=3), id="moved to the west"),
]


@pytest.mark.parametrize(("change", "after"), _CHANGES)
def test_a_change_of_the_moment_loses_no_week_and_doubles_none(
    database: Database, change: dict[str, Any], after: timedelta
) -> None:
    """Whenever it is made: every week from Monday to Sunday has exactly one letter, and none is missed."""
    newsletter = a_weekly(database, themes=6, readers=1)
    press = a_press(database)
    ticked(press, EIGHT - HOUR, EIGHT)

    begin = EIGHT + after
    ticked(press, *(EIGHT + day * DAY for day in range(1, after.days + 1)), begin - MINUTE)
    newsletter = changed(database, newsletter, **change)
    moments = [newsletter.rhythm.instant(SUNDAY + timedelta(days=day)) for day in range(24)]
    ticked(press, begin, *(moment for moment in moments if moment > begin))

    found = the_slots(database, newsletter).values()
    weeks = Counter(calendar.monday_of(slot.on) for slot in found if slot.opened_at)
    assert {slot.state for slot in found} <= {SlotState.OPEN, SlotState.PLANNED}
    assert [weeks[date(2026, 3, 2) + timedelta(weeks=week)] for week in range(3)] == [1, 1, 1]
    assert set(weeks.values()) == {1}


def test_a_weekday_that_is_still_to_come_is_kept_in_the_very_week(database: Database) -> None:
    """Changed to Wednesday on a Tuesday: the letter goes the next day; changed on Thursday: on Sunday as promised."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    tuesday = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    ticked(press, EIGHT, tuesday - HOUR)

    wednesdays = changed(database, newsletter, weekday=2)
    on_wednesday = ticked(press, tuesday, tuesday + 20 * HOUR)
    changed(database, wednesdays, weekday=6)
    later = ticked(press, tuesday + 21 * HOUR, EIGHT + timedelta(weeks=1))

    assert kinds(on_wednesday) == [(date(2026, 3, 11), Happening.OPENED)]
    assert kinds(later) == []


def test_two_dates_opened_in_the_same_instant_take_different_material(database: Database) -> None:
    """By two people at once: each letter has an issue and a theme of its own."""
    newsletter = a_weekly(database, themes=2)
    dates = [SUNDAY, date(2026, 3, 6)]
    together = Barrier(2)

    def open_one(on: date) -> opening.Opened:
        press = a_press(database)
        together.wait()
        return opening.open_slot(press, newsletter, on, now=BORN + HOUR)

    with ThreadPoolExecutor(2) as threads:
        opened = list(threads.map(open_one, dates))

    assert {each.subject for each in opened} == {"Thema 0", "Thema 1"}
    assert len({slot.issue_id for slot in the_slots(database, newsletter).values()}) == 2


def test_two_clocks_in_processes_of_their_own_open_one_slot_once(database: Database, database_url: str) -> None:
    """Two processes tick in the same instant: one opens, and every reader is promised one letter."""
    newsletter = a_weekly(database, themes=3, readers=20)
    ticked(a_press(database), EIGHT - DAY)
    command = [sys.executable, str(Path(__file__).parents[1] / "ticker.py"), database_url, EIGHT.isoformat()]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _each in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    at = str(clocks.time() + 0.2)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{at}\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in processes]

    opened = [int(out.split()[-1]) for out, _err in said]
    assert sorted(opened) == [0, 1], said
    assert promises(database) == 20
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.OPEN
    with database.read() as transaction:
        used = [theme for theme in content.pool(transaction, newsletter.id) if theme.last_used]
    assert len(used) == 1


class Meddling(Composer):
    """The real composer, beside which somebody changes the material while it is at work."""

    def __init__(self, composer: Composer, meddle: Any) -> None:
        super().__init__(composer._templates)
        self._meddle = meddle

    def compose(self, *letter: Any, **wishes: Any) -> Composed:
        """Compose, then let it happen once."""
        composed = super().compose(*letter, **wishes)
        meddle, self._meddle = self._meddle, lambda: None
        meddle()
        return composed


def test_what_was_chosen_is_what_is_used_even_when_it_changes_while_it_is_composed(database: Database) -> None:
    """The theme is retired behind the composer's back: letter, blueprint and memory are all of the other one."""
    newsletter = a_weekly(database, themes=2)
    plain = a_press(database)

    def retire_the_first() -> None:
        with database.begin() as transaction:
            first = content.pool(transaction, newsletter.id)[0]
            content.retire(transaction, newsletter.id, "theme", first.id, now=EIGHT)

    press = Press(database, Meddling(plain.composer, retire_the_first), plain.signer, "hash", plain.base_url)

    events = ticked(press, EIGHT)

    assert "Thema 1" in events[0].message
    with database.read() as transaction:
        kept = archive.letter(transaction, newsletter.id, SUNDAY)
        used = [theme.title for theme in content.pool(transaction, newsletter.id) if theme.last_used]
        mailing = ledger.mailing_of_slot(transaction, the_slots(database, newsletter)[SUNDAY].id)
        assert mailing is not None
        frozen = ledger.blueprint_of(transaction, mailing.id)
    assert kept is not None
    assert (kept.title, used) == ("Thema 1", ["Thema 1"])
    assert b"Thema 1" in frozen
    assert b"Thema 0" not in frozen


def test_a_hold_that_comes_while_the_letter_is_composed_wins(database: Database) -> None:
    """The person was first to write: nothing is promised."""
    newsletter = a_weekly(database)
    plain = a_press(database)
    ticked(plain, EIGHT - DAY)

    def hold() -> None:
        handling.hold(database, newsletter, SUNDAY, now=EIGHT)

    press = Press(database, Meddling(plain.composer, hold), plain.signer, "hash", plain.base_url)

    assert ticked(press, EIGHT) == []
    assert the_slots(database, newsletter)[SUNDAY].state is SlotState.HELD
    assert promises(database) == 0


def test_one_newsletters_failure_keeps_no_other_waiting(database: Database) -> None:
    """It is said with an alarm, the other opens, and once it is mended the alarm is over and its letter goes."""
    broken = a_weekly(database, timezone="Europe/Nowhere")
    well = a_newsletter(database, slug="tweede", is_default=False, created_at=BORN)
    a_theme(database, well)
    a_reader(database, well, "anneke@example.nl")
    press = a_press(database)

    events = ticked(press, EIGHT)

    assert sorted(kinds(events), key=str) == sorted([(None, Happening.FAILED), (SUNDAY, Happening.OPENED)], key=str)
    assert ("tick", "stilte") in the_alarms(database)

    changed(database, broken, timezone="Europe/Amsterdam")
    mended = ticked(press, EIGHT + HOUR)

    assert kinds(mended) == [(SUNDAY, Happening.OPENED)]
    assert the_alarms(database) == []


def test_a_holiday_is_skipped_and_one_week_of_it_brought_back(database: Database) -> None:
    """Skipped weeks are no missed ones; a released one opens at its moment."""
    newsletter = a_weekly(database, themes=3)
    press = a_press(database)
    third = NEXT + timedelta(weeks=1)
    skipped = handling.skip(database, newsletter, SUNDAY, third, now=BORN)

    handling.release(database, newsletter, NEXT, now=BORN + HOUR)
    events = ticked(press, EIGHT, EIGHT + timedelta(weeks=1), EIGHT + timedelta(weeks=2, hours=25))

    assert [slot.on for slot in skipped] == [SUNDAY, NEXT, third]
    assert kinds(events) == [(NEXT, Happening.OPENED)]
    assert "missed" not in dict(the_alarms(database))


def test_the_coming_dates_are_those_that_the_clock_will_open(database: Database) -> None:
    """Held ones among them; not those skipped or opened."""
    newsletter = a_weekly(database, themes=3)
    press = a_press(database)
    weeks = [SUNDAY + timedelta(weeks=week) for week in range(6)]
    opening.open_slot(press, newsletter, weeks[0], now=BORN + HOUR)
    handling.hold(database, newsletter, weeks[1], now=BORN + HOUR)
    handling.skip(database, newsletter, weeks[2], weeks[2], now=BORN + HOUR)

    with database.read() as transaction:
        coming = ahead.coming(transaction, newsletter, weeks=3, now=BORN + HOUR)

    assert coming == [weeks[1], weeks[3], weeks[4]]


def test_the_window_ends_at_the_next_slot_at_the_latest(database: Database) -> None:
    """A missed letter opened on Saturday is tried for the hours until Sunday's, not for 48."""
    newsletter = a_weekly(database, themes=2)
    press = a_press(database)
    ticked(press, EIGHT - DAY, EIGHT + 26 * HOUR)

    opened = opening.open_slot(press, newsletter, SUNDAY, now=EIGHT + 6 * DAY)

    assert opened.deadline == newsletter.rhythm.instant(NEXT)


def test_a_letter_that_is_not_through_when_its_window_has_closed_is_told(database: Database) -> None:
    """The alarm stands until the mailing is done."""
    newsletter = a_weekly(database, readers=1)
    press = a_press(database)
    ticked(press, EIGHT)

    events = ticked(press, EIGHT + 49 * HOUR, EIGHT + 50 * HOUR)

    assert [(event.on, event.kind) for event in events] == [(SUNDAY, Happening.UNFINISHED)]
    assert the_alarms(database) == [("unfinished", "2026-03-08")]

    with database.begin() as transaction:
        mailing = ledger.mailing_of_slot(transaction, the_slots(database, newsletter)[SUNDAY].id)
        assert mailing is not None
        transaction.execute(update(schema.delivery).values(state=DeliveryState.EXPIRED, settled_at=EIGHT))
        ledger.finish(transaction, mailing.id, now=EIGHT + 51 * HOUR)

    assert ticked(press, EIGHT + 52 * HOUR) == []
    assert the_alarms(database) == []
