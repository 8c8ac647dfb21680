"""The small cast that tests play with: one newsletter, and readers who stand somewhere."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert

from wekelijks.domain.newsletter import DoubtPolicy, Newsletter
from wekelijks.domain.subscriber import Standing
from wekelijks.store import newsletters, schema
from wekelijks.store.database import Database

FOUNDED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When the cast's newsletter began."""


def a_newsletter(database: Database, **changes: Any) -> Newsletter:
    """The default newsletter, in Dutch, on Sunday at 08:00 in Amsterdam; `changes` override columns."""
    values: dict[str, Any] = {
        "slug": "stilte",
        "name": "Stilte op zondag",
        "sender_name": "Marijke de Wit",
        "sender_address": "marijke@stilte.example",
        "language": "nl",
        "timezone": "Europe/Amsterdam",
        "weekday": 6,
        "moment": time(8, 0),
        "postal_address": "Kerkstraat 1, 1234 AB Ons Dorp",
        "doubt_policy": DoubtPolicy.RESEND,
        "created_at": FOUNDED,
        "is_default": True,
    }
    with database.begin() as transaction:
        newsletter_id = newsletters.add(transaction, **{**values, **changes})
        return newsletters.get(transaction, newsletter_id)


def a_reader(database: Database, newsletter: Newsletter, address: str, **changes: Any) -> int:
    """An active reader with this address; the id. `changes` override columns (status, name, rhythm_weeks …)."""
    values: dict[str, Any] = {
        "newsletter_id": newsletter.id,
        "address": address,
        "address_key": address.lower(),
        "name": "",
        "language": newsletter.language,
        "status": Standing.ACTIVE,
        "source": "stilte.example",
        "confirmed_at": FOUNDED,
        "created_at": FOUNDED,
    }
    statement = insert(schema.subscriber).values(**{**values, **changes}).returning(schema.subscriber.c.id)
    with database.begin() as transaction:
        return int(transaction.execute(statement).scalar_one())


def a_theme(database: Database, newsletter: Newsletter, title: str = "Loslaten", **changes: Any) -> int:
    """An article with one complete theme: a reflection, two insights and a question; the theme's id."""
    with database.begin() as transaction:
        article_id = transaction.execute(
            insert(schema.article)
            .values(newsletter_id=newsletter.id, key=title, title=f"Over {title}", imported_at=FOUNDED)
            .returning(schema.article.c.id)
        ).scalar_one()
        values = {
            "article_id": article_id,
            "position": 1,
            "title": title,
            "subtitle": "wat je niet vasthoudt, kan bewegen",
            "reflection": ["Soms is een dag vol voordat hij begint.", "Dan helpt het om één ding neer te leggen."],
        }
        theme_id = transaction.execute(
            insert(schema.theme).values(**{**values, **changes}).returning(schema.theme.c.id)
        ).scalar_one()
        for position, text in enumerate(("Rust is geen plek, maar een richting.", "Wie loslaat, houdt over."), 1):
            transaction.execute(insert(schema.insight).values(theme_id=theme_id, position=position, text=text))
        transaction.execute(
            insert(schema.question).values(
                article_id=article_id, theme_id=theme_id, position=1, text="Wat mag vandaag blijven liggen?"
            )
        )
    return int(theme_id)


SUNDAY = date(2026, 3, 8)
"""A slot of the cast's newsletter."""
