"""The pool that the picking reads."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from cast import SUNDAY, a_newsletter, a_theme
from wekelijks.domain.errors import NotFound
from wekelijks.domain.slot import SlotState
from wekelijks.store import content, schema
from wekelijks.store.database import Database

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)


def _sent(database: Database, newsletter_id: int, on: date, *, theme_id: int, opened: bool = True) -> None:
    """A slot on that date with an issue about this theme and its first insight."""
    with database.begin() as transaction:
        first = select(schema.insight.c.id).where(schema.insight.c.theme_id == theme_id).limit(1)
        issue_id = transaction.execute(
            insert(schema.issue)
            .values(
                newsletter_id=newsletter_id,
                origin="pool",
                theme_id=theme_id,
                insight_id=transaction.execute(first).scalar_one(),
                created_at=NOW,
                updated_at=NOW,
            )
            .returning(schema.issue.c.id)
        ).scalar_one()
        transaction.execute(
            insert(schema.slot).values(
                newsletter_id=newsletter_id,
                on=on,
                state=SlotState.OPEN if opened else SlotState.PLANNED,
                issue_id=issue_id,
                opened_at=NOW if opened else None,
            )
        )


def test_a_theme_remembers_the_last_slot_that_was_opened_with_it(database: Database) -> None:
    """Use is read from opened slots: theme and insight have the date, the other insight has none."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    _sent(database, newsletter.id, SUNDAY, theme_id=theme_id)

    with database.read() as transaction:
        [theme] = content.pool(transaction, newsletter.id)

    assert theme.last_used == SUNDAY
    assert [insight.last_used for insight in theme.insights] == [SUNDAY, None]


def test_a_slot_that_was_not_opened_is_no_use(database: Database) -> None:
    """An issue that waits in a planned slot has used nothing yet."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    _sent(database, newsletter.id, SUNDAY, theme_id=theme_id, opened=False)

    with database.read() as transaction:
        [theme] = content.pool(transaction, newsletter.id)

    assert theme.last_used is None


def test_a_theme_without_a_question_borrows_from_its_articles_opening(database: Database) -> None:
    """Only where none of its own is left."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    with database.begin() as transaction:
        article_id = transaction.execute(select(schema.theme.c.article_id)).scalar_one()
        lent = insert(schema.question).values(article_id=article_id, position=1, text="Wat wil je houden?")
        transaction.execute(lent)

    with database.read() as transaction:
        before = content.theme(transaction, newsletter.id, theme_id)
    with database.begin() as transaction:
        content.retire(transaction, newsletter.id, "question", before.questions[0].id, now=NOW)
        after = content.theme(transaction, newsletter.id, theme_id)

    assert [question.text for question in before.questions] == ["Wat mag vandaag blijven liggen?"]
    assert [question.text for question in after.questions if not question.retired] == ["Wat wil je houden?"]


def test_the_article_is_the_link_to_read_on_where_a_theme_has_none(database: Database) -> None:
    """The address of the article itself, with its title."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter)
    with database.begin() as transaction:
        transaction.execute(update(schema.article).values(url="https://stilte.example/loslaten"))
        [theme] = content.pool(transaction, newsletter.id)

    assert theme.read_more is not None
    assert (theme.read_more.title, theme.read_more.url) == ("Over Loslaten", "https://stilte.example/loslaten")


def test_retiring_belongs_to_one_newsletter(database: Database) -> None:
    """Another newsletter's theme is not found, and stays."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="ander", is_default=False)
    theme_id = a_theme(database, newsletter)

    with pytest.raises(NotFound), database.begin() as transaction:
        content.retire(transaction, other.id, "theme", theme_id, now=NOW)

    with database.read() as transaction:
        assert not content.theme(transaction, newsletter.id, theme_id).retired
