"""Alarms stand until cleared, and say the same thing once."""

from datetime import timedelta

import cast
from wekelijks.domain.alarm import AlarmKind
from wekelijks.store import alarms
from wekelijks.store.database import Database

NOW = cast.FOUNDED


def test_raising_again_changes_nothing(database: Database) -> None:
    """While an alarm stands, the same one is not raised a second time, for a newsletter or for the installation."""
    newsletter = cast.a_newsletter(database)

    for who in (newsletter.id, None):
        for minutes in (0, 5):
            with database.begin() as transaction:
                alarms.raise_(
                    transaction,
                    newsletter_id=who,
                    kind=AlarmKind.HELD,
                    about="2026-03-08",
                    message=f"The slot is held ({minutes}).",
                    now=NOW + timedelta(minutes=minutes),
                )

    with database.read() as transaction:
        standing = alarms.standing(transaction)
    assert [(alarm.newsletter_id, alarm.message, alarm.raised_at) for alarm in standing] == [
        (newsletter.id, "The slot is held (0).", NOW),
        (None, "The slot is held (0).", NOW),
    ]


def test_a_cleared_alarm_may_be_raised_again(database: Database) -> None:
    """Clearing ends exactly this alarm; what comes back later is a new one."""
    with database.begin() as transaction:
        for about in ("relay one", "relay two"):
            alarms.raise_(
                transaction, newsletter_id=None, kind=AlarmKind.RELAY, about=about, message="No answer.", now=NOW
            )

        alarms.clear(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about="relay one", now=NOW)
        left = [alarm.about for alarm in alarms.standing(transaction)]
        alarms.raise_(
            transaction, newsletter_id=None, kind=AlarmKind.RELAY, about="relay one", message="Again.", now=NOW
        )
        again = [(alarm.about, alarm.message) for alarm in alarms.standing(transaction)]

    assert left == ["relay two"]
    assert again == [("relay two", "No answer."), ("relay one", "Again.")]


def test_clearing_what_does_not_stand_is_no_error(database: Database) -> None:
    """Whoever sees that things are well may say so at every tick."""
    with database.begin() as transaction:
        alarms.clear(transaction, newsletter_id=None, kind=AlarmKind.RELAY, about="anything", now=NOW)

        assert alarms.standing(transaction) == []
