"""The calendar: every week one date, every date one instant, whatever clocks on the wall do."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from wekelijks.domain import calendar
from wekelijks.domain.calendar import Rhythm, instant

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
YEARS = range(2026, 2036)


def first_seen(zone: str, first: date, days: int) -> dict[datetime, datetime]:
    """Wall-clock minute → the first UTC minute at which a clock in `zone` shows it, by watching that clock.

    Written without a word about offsets or folds, so that it can judge `instant`, which knows both. A minute that
    the clock skips has the first one that it shows after it.
    """
    place, seen = ZoneInfo(zone), dict[datetime, datetime]()
    moment = datetime.combine(first, time(), UTC) - 2 * DAY
    latest = moment.astimezone(place).replace(tzinfo=None)
    for _minute in range((days + 4) * 1440):
        wall = moment.astimezone(place).replace(tzinfo=None)
        while latest < wall:
            latest += MINUTE
            seen[latest] = moment
        moment += MINUTE
    return seen


def fortnights_of_change(year: int) -> list[date]:
    """The Mondays at which fortnights around both changes of the clock and around the end of the year begin."""
    last_sundays = (
        date(year, month, 31) - timedelta(days=(date(year, month, 31).weekday() + 1) % 7) for month in (3, 10)
    )
    return [*(sunday - timedelta(days=6) for sunday in last_sundays), calendar.monday_of(date(year, 12, 28))]


@pytest.mark.parametrize("year", YEARS)
def test_every_minute_of_a_fortnight_of_change_is_the_first_time_the_clock_shows_it(year: int) -> None:
    """Europe/Amsterdam: each minute of the week around both changes of the clock and around the year's end."""
    for first in fortnights_of_change(year):
        seen = first_seen("Europe/Amsterdam", first, 14)

        for day in range(14):
            on = first + timedelta(days=day)
            for minute in range(1440):
                moment = time(minute // 60, minute % 60)
                assert instant(on, moment, "Europe/Amsterdam") == seen[datetime.combine(on, moment)]


@pytest.mark.parametrize("year", YEARS)
def test_every_quarter_of_an_hour_of_ten_years_is_what_the_clock_shows(year: int) -> None:
    """Europe/Amsterdam, all year round: the instant read back is the wall-clock time that was promised."""
    place = ZoneInfo("Europe/Amsterdam")
    changes = {sunday + timedelta(days=6) for sunday in fortnights_of_change(year)[:2]}
    for day in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        on = date(year, 1, 1) + timedelta(days=day)
        if on in changes:
            continue  # Judged minute by minute above.
        for quarter in range(96):
            wall = datetime.combine(on, time(quarter // 4, quarter % 4 * 15))
            shown = instant(on, wall.time(), "Europe/Amsterdam").astimezone(place)
            assert (shown.replace(tzinfo=None), shown.fold) == (wall, 0)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Australia/Lord_Howe", date(2026, 3, 30)),  # half an hour back
        ("Australia/Lord_Howe", date(2026, 9, 28)),  # half an hour forward
        ("Africa/Casablanca", date(2026, 2, 9)),  # an hour back for Ramadan
        ("Africa/Casablanca", date(2026, 3, 16)),  # and forward again
        ("Pacific/Apia", date(2011, 12, 26)),  # a whole day that does not exist
        ("America/Sao_Paulo", date(2018, 10, 29)),  # midnight that does not exist
        ("Asia/Gaza", date(2026, 3, 23)),
        ("Antarctica/Troll", date(2026, 3, 23)),  # two hours forward
    ],
)
def test_zones_that_do_it_their_own_way_are_the_first_time_the_clock_shows_it_too(zone: str, first: date) -> None:
    """Half hours, Ramadan, a skipped day and a skipped midnight follow the same rule, minute by minute."""
    seen = first_seen(zone, first, 14)

    for day in range(14):
        on = first + timedelta(days=day)
        for minute in range(1440):
            moment = time(minute // 60, minute % 60)
            assert instant(on, moment, zone) == seen[datetime.combine(on, moment)], (on, moment)


@pytest.mark.parametrize(
    ("zone", "on", "moment", "expected"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        ("Africa/Casablanca", date(2026, 3, 22), time(2, 30), datetime(2026, 3, 22, 2, 0, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(8, 0), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_skipped_time_becomes_the_next_minute_and_a_repeated_one_the_first(
    zone: str, on: date, moment: time, expected: datetime
) -> None:
    """Worked out by hand. The Friday that Apia skipped opens at the first minute of its Saturday."""
    assert instant(on, moment, zone) == expected


@pytest.mark.parametrize("weekday", range(7))
def test_years_of_52_and_53_weeks_have_as_many_letters(weekday: int) -> None:
    """A rhythm has exactly one date in every ISO week, also in 2026 and 2032, which have 53."""
    dates = [
        on for on in islice(calendar.dates(weekday, start=date(2025, 12, 29)), 600) if on.isocalendar().year < 2037
    ]

    letters = Counter(on.isocalendar().year for on in dates)

    assert {on.weekday() for on in dates} == {weekday}
    assert [year for year, count in letters.items() if count == 53] == [2026, 2032]
    assert {count for year, count in letters.items() if year not in (2026, 2032)} == {52}


@pytest.mark.parametrize("moment", [time(0, 0), time(2, 30), time(8, 0), time(23, 59)])
def test_a_clock_that_ticks_for_ten_years_gives_every_week_one_slot(moment: time) -> None:
    """However irregularly it ticks, weeks of silence included: planned once, and instants a week apart."""
    for weekday in range(7):
        rhythm = Rhythm(weekday, moment, "Europe/Amsterdam")
        looked = born = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
        planned: list[date] = []
        taken: set[date] = set()
        for step in range(1, 600):
            now = looked + timedelta(hours=13 + 61 * (step % 5) + 500 * (step % 97 == 0))
            fresh = calendar.unplanned(rhythm, taken, born=born, looked=looked, now=now)
            taken.update(map(calendar.monday_of, fresh))
            planned += fresh
            looked = now

        assert {later - earlier for earlier, later in pairwise(planned)} == {WEEK}
        assert planned[0] - born.date() <= WEEK
        apart = {rhythm.instant(later) - rhythm.instant(earlier) for earlier, later in pairwise(planned)}
        # In the week of a change the letter is an hour nearer or further; half an hour where the clock skips it.
        assert apart <= {WEEK + timedelta(minutes=each) for each in (-60, -30, 0, 30, 60)}


def test_nothing_before_the_newsletter_was_born() -> None:
    """A newsletter that begins on a Sunday at nine has its first letter a week later, not an hour before."""
    rhythm = Rhythm(6, time(8, 0), "Europe/Amsterdam")
    born = datetime(2026, 3, 8, 8, 0, tzinfo=UTC)

    at_once = calendar.unplanned(rhythm, [], born=born, looked=born, now=born + 10 * MINUTE)
    later = calendar.unplanned(rhythm, [], born=born, looked=born, now=born + WEEK)

    assert at_once == []
    assert later == [date(2026, 3, 15)]


def test_the_local_date_is_the_newsletters_own() -> None:
    """On the same instant it is another day elsewhere."""
    now = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)

    assert calendar.local_date(now, "Europe/Amsterdam") == date(2026, 3, 9)
    assert calendar.local_date(now, "America/New_York") == date(2026, 3, 8)


def test_weeks_are_counted_on_over_years_of_53() -> None:
    """From Monday to Sunday a week has one number, and the next week the next one, whatever the year."""
    first = date(2020, 12, 21)  # 2020 has 53 weeks.

    numbers = [calendar.week_number(first + timedelta(days=day)) for day in range(21)]

    assert [number - numbers[0] for number in numbers] == [0] * 7 + [1] * 7 + [2] * 7
    assert calendar.week_number(date(2024, 1, 1)) == 0


def test_the_dates_end_where_the_calendar_ends() -> None:
    """The year 9999 has its last Sunday, and a start after it has none."""
    assert list(calendar.dates(6, start=date(9999, 12, 20))) == [date(9999, 12, 26)]
    assert list(calendar.dates(6, start=date(9999, 12, 31))) == []
