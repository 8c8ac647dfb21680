"""A press with the real composer, and a clock that is told the time: what the tests of the week share."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import Event, Slot
from wekelijks.domain.tokens import Signer
from wekelijks.mail.composer import Composer
from wekelijks.mail.templates import Templates
from wekelijks.services.press import Press
from wekelijks.services.slots import ticking
from wekelijks.store import alarms, newsletters, schema, slots
from wekelijks.store.database import Database

EIGHT = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
"""The moment of the cast's slot SUNDAY: eight o'clock in Amsterdam."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BORN = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""A newsletter that begins on the Wednesday before SUNDAY."""


def a_press(database: Database, *, templates: Path | None = None, base_url: str = "https://stilte.example") -> Press:
    """What opens a slot."""
    return Press(database, Composer(Templates(templates)), Signer(["key"]), "hash", base_url)


def ticked(press: Press, *moments: datetime) -> list[Event]:
    """Tick at these moments; everything that happened."""
    return [event for now in moments for event in ticking.tick(press, now)]


def the_slots(database: Database, newsletter: Newsletter) -> dict[date, Slot]:
    """All slots, by date."""
    with database.read() as transaction:
        return {slot.on: slot for slot in slots.all_of(transaction, newsletter.id)}


def the_alarms(database: Database) -> list[tuple[str, str]]:
    """What stands: kind and about."""
    with database.read() as transaction:
        return [(alarm.kind, alarm.about) for alarm in alarms.standing(transaction)]


def changed(database: Database, newsletter: Newsletter, **columns: object) -> Newsletter:
    """The newsletter after somebody changed its settings."""
    with database.begin() as transaction:
        rows = update(schema.newsletter).where(schema.newsletter.c.id == newsletter.id)
        transaction.execute(rows.values(**columns))
        return newsletters.get(transaction, newsletter.id)
