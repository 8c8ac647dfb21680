"""The newsletter: one weekly publication with its identity and its promised moment.

The moment is local: a weekday and a time in a time zone. Which instant that is, the calendar says.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from wekelijks.domain import calendar
from wekelijks.domain.calendar import Rhythm

LANGUAGES = ("nl", "en")
"""The languages that readers' texts exist in (ISO 639-1)."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names that commands take, in the order of ``date.weekday()``."""


class DoubtPolicy(StrEnum):
    """What happens to a delivery in doubt: sent once more, or kept for the operator."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Newsletter:
    """Identity and rhythm of one newsletter, as stored."""

    id: int
    slug: str
    """Lower-case letters, digits and hyphens; the default one's pages stand at the root, others under /n/slug."""
    name: str
    sender_name: str
    sender_address: str
    reply_to: str | None
    """Where answers go; None: to the sender's address."""
    language: str
    timezone: str
    """A name of the IANA time zone database, such as Europe/Amsterdam."""
    weekday: int
    """0 is Monday, as in ``date.weekday()``."""
    moment: time
    """Local wall-clock time of the weekly letter, whole minutes."""
    grace_hours: int
    """How long after the moment a slot may still open by itself; then it is missed."""
    repeat_after_weeks: int
    """A theme may return only when this many weeks have passed since it was last used."""
    postal_address: str
    promise: str
    """The sentence with which readers are invited, in the newsletter's language."""
    sign_off: str
    """Closing words above the sender's name; empty: the language's own."""
    invitation: str
    """The line that invites an answer; empty: the language's own."""
    site_url: str
    privacy_url: str
    accent: str
    """Accent colour as #rrggbb."""
    doubt_policy: DoubtPolicy
    created_at: datetime
    is_default: bool

    @property
    def rhythm(self) -> Rhythm:
        """The promised moment, as the calendar reckons with it."""
        return Rhythm(self.weekday, self.moment, self.timezone)

    @property
    def grace(self) -> timedelta:
        """How long after its moment a slot may still open by itself."""
        return timedelta(hours=self.grace_hours)

    def today(self, now: datetime) -> date:
        """Which day it is for this newsletter."""
        return calendar.local_date(now, self.timezone)

    def rest_ends(self, weeks: int, now: datetime) -> date:
        """The first date with letters again for somebody who rests this many weeks from now.

        On the letter's own day, once it has come, a rest counts from the day after: two weeks are two letters.
        """
        today = self.today(now)
        has_come = today.weekday() == self.weekday and self.rhythm.instant(today) <= now
        return today + timedelta(weeks=weeks, days=1 if has_come else 0)
