"""The calendar: which local dates are slots, and which instant each of them is.

Pure arithmetic over the IANA time zone database. Every week, Monday to Sunday, has exactly one date of a rhythm, and
every date exactly one instant, later than that of the date before. The one thing that must never be broken: a clock
that is set forward or back loses no week and doubles none.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(weeks=1)
_FIRST_MONDAY = date(2024, 1, 1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The promised moment of a week: a local weekday (0 is Monday) and wall-clock time in a zone."""

    weekday: int
    moment: time
    zone: str

    def instant(self, on: date) -> datetime:
        """When the slot of this date opens, UTC."""
        return instant(on, self.moment, self.zone)

    def date_in(self, monday: date) -> date:
        """The rhythm's date in the week that begins on `monday`."""
        return monday + timedelta(days=self.weekday)


def instant(on: date, moment: time, zone: str) -> datetime:
    """The instant (UTC) at which a clock on the wall in `zone` shows `moment` on `on`.

    A time that the clock skips (spring, or a whole day as in Apia on 30 December 2011) becomes the first minute that
    exists after it; a time that it shows twice (autumn) is the first of the two.
    """
    place = ZoneInfo(zone)
    wall = datetime.combine(on, moment)
    # PEP 495: with fold=0 a repeated time is the first one, and a skipped one is counted with the offset before.
    local = wall.replace(tzinfo=place, fold=0)
    utc = local.astimezone(UTC)
    if utc.astimezone(place).replace(tzinfo=None) == wall:
        return utc
    return _first_minute_after_gap(wall, place)


def local_date(now: datetime, zone: str) -> date:
    """Which day it is in `zone` at this instant."""
    return now.astimezone(ZoneInfo(zone)).date()


def monday_of(on: date) -> date:
    """The first day of this date's week (ISO 8601: weeks begin on Monday, so every week belongs to one year)."""
    return on - timedelta(days=on.weekday())


def week_number(on: date) -> int:
    """Which week this date is in, counted on without end, so that a year of 53 weeks changes nobody's rhythm.

    It stands in readers' rows as their phase: another beginning would turn everybody's weeks around.
    """
    return (on - _FIRST_MONDAY).days // 7


def dates(weekday: int, *, start: date) -> Iterator[date]:
    """The weekly local dates from `start` on, inclusive; without end until the calendar ends."""
    with suppress(OverflowError):
        on = start + timedelta(days=(weekday - start.weekday()) % 7)
        while True:
            yield on
            on += WEEK


def weeks(*, start: date, end: date) -> Iterator[date]:
    """The Mondays of every week that has a day from `start` to `end`."""
    monday = monday_of(start)
    while monday <= end:
        yield monday
        monday += WEEK


def unplanned(
    rhythm: Rhythm, taken: Collection[date], *, born: datetime, looked: datetime, now: datetime
) -> list[date]:
    """The dates that the weeks between `looked` and `now` still need, the week of `now` included.

    `taken`: the Mondays of weeks that have their slot already, on whatever day. Nothing at or before `born`.
    """
    start, end = (local_date(each, rhythm.zone) for each in (max(looked, born), now))
    needed = (rhythm.date_in(monday) for monday in weeks(start=start, end=end) if monday not in taken)
    return [on for on in needed if rhythm.instant(on) > born]


def _first_minute_after_gap(wall: datetime, place: ZoneInfo) -> datetime:
    """The first whole local minute after the gap in which `wall` lies.

    The change lies between `wall` read with the offset after it and `wall` read with the offset before it.
    """
    early = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    late = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    before = early.astimezone(place).utcoffset()
    low, high = 0, int((late - early).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (early + timedelta(seconds=middle)).astimezone(place).utcoffset() == before:
            low = middle + 1
        else:
            high = middle
    change = early + timedelta(seconds=high)
    seconds = change.astimezone(place).second
    return change + (_MINUTE - timedelta(seconds=seconds) if seconds else timedelta())
