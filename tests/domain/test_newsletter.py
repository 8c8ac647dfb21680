"""The newsletter knows its own days."""

from datetime import UTC, date, datetime, timedelta

from letters import STILTE


def test_a_rest_of_two_weeks_skips_two_letters_on_whatever_day_it_begins() -> None:
    """On the letter's day the count begins after it came; before it, that letter is the first to be skipped."""
    sunday = datetime(2026, 3, 8, tzinfo=UTC)  # The letter comes at 08:00 in Amsterdam: 07:00 UTC.

    ends = [STILTE.rest_ends(2, sunday + timedelta(hours=hours)) for hours in (6, 8, 24)]

    assert ends == [date(2026, 3, 22), date(2026, 3, 23), date(2026, 3, 23)]
