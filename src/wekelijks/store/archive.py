"""The archive: letters as they were sent, one per opened slot.

How a letter is kept is written and read here and nowhere else: `as_stored` and `_letter` are each other's mirror.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from wekelijks.domain.letter import Letter
from wekelijks.domain.material import Link
from wekelijks.store.database import Transaction
from wekelijks.store.schema import slot as table


def letters(transaction: Transaction, newsletter_id: int, *, limit: int = 1_000) -> list[Letter]:
    """What was sent, the newest first."""
    found = transaction.execute(_sent(newsletter_id).order_by(table.c.on.desc()).limit(limit))
    return [_letter(row.on, row.letter) for row in found]


def letter(transaction: Transaction, newsletter_id: int, on: date) -> Letter | None:
    """The letter of this date; None while it has not been opened."""
    row = transaction.execute(_sent(newsletter_id).where(table.c.on == on)).first()
    return None if row is None else _letter(row.on, row.letter)


def as_stored(letter: Letter) -> dict[str, Any]:
    """The letter as JSON, without its date (that is the slot's) and without what is absent."""
    return {name: value for name, value in asdict(letter).items() if value and name != "on"}


def _sent(newsletter_id: int) -> Select[Any]:
    return select(table.c.on, table.c.letter).where(
        table.c.newsletter_id == newsletter_id, table.c.opened_at.is_not(None), table.c.letter["subject"].is_not(None)
    )


def _letter(on: date, stored: dict[str, Any]) -> Letter:
    words = {
        name: str(stored.get(name) or "")
        for name in (
            "subject",
            "preheader",
            "opening",
            "title",
            "subtitle",
            "reflection",
            "insight",
            "question",
            "asked",
            "answer",
            "ps",
        )
    }
    link = stored.get("read_more")
    from_pool = bool(stored.get("from_pool"))
    return Letter(on=on, read_more=Link(**link) if link else None, from_pool=from_pool, **words)
