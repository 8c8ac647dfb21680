"""Reading back what was sent."""

from datetime import date

from wekelijks.domain.errors import NotFound
from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import Newsletter
from wekelijks.store import archive, newsletters
from wekelijks.store.database import Database


def newsletter(database: Database, slug: str | None) -> Newsletter:
    """The newsletter with this slug, or the default one. Raises NotFound."""
    with database.read() as transaction:
        return newsletters.named(transaction, slug)


def letters(database: Database, of: Newsletter, *, limit: int = 1_000) -> list[Letter]:
    """What was sent, the newest first."""
    with database.read() as transaction:
        return archive.letters(transaction, of.id, limit=limit)


def letter(database: Database, of: Newsletter, on: date) -> Letter:
    """The letter of this date. Raises NotFound."""
    with database.read() as transaction:
        found = archive.letter(transaction, of.id, on)
    if found is None:
        raise NotFound("There is no letter of that day.")
    return found
