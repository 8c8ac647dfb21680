"""The alarm: what somebody has to know and has not been told yet, or has not mended.

Kind and subject make it the same alarm, so whoever raises one and whoever ends it must spell both alike: here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What is wrong; each with what it is about."""

    HELD = "held"
    """A slot, by its date: its letter cannot be opened as things are."""
    MISSED = "missed"
    """The date of the last slot that was not opened in time."""
    UNFINISHED = "unfinished"
    """A slot, by its date: its letter did not come to its end within its window."""
    PAUSED = "paused"
    """A mailing (`about_mailing`): the relay's answers stopped it."""
    TICK = "tick"
    """A newsletter, by its slug: its weeks could not be looked after."""
    SCHEDULER = "scheduler"
    """The clock itself: no tick succeeds."""
    RELAY = "relay"
    """A relay, by its name: it cannot be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One alarm, as stored."""

    id: int
    newsletter_id: int | None
    """None: about the installation as a whole."""
    kind: AlarmKind
    about: str
    """With the kind, what makes it the same alarm: a slot's date, a relay's name."""
    message: str
    """One sentence for the operator; no address of a reader and no token."""
    raised_at: datetime


def about_mailing(mailing_id: int) -> str:
    """What an alarm about this mailing is about."""
    return f"mailing {mailing_id}"
