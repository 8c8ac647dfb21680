"""Articles in the store: what leaves, what stays because a letter used it, and what is shared."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from cast import a_newsletter
from wekelijks.domain.article.values import Answer, Article, Insight, Question, Theme
from wekelijks.domain.errors import NotFound
from wekelijks.domain.material import Link, PoolTheme
from wekelijks.domain.newsletter import Newsletter
from wekelijks.store import articles, content, newsletters, schema
from wekelijks.store.database import Database

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)

THE_HAND = Theme(
    title="De gesloten hand",
    subtitle="waarom vasthouden moe maakt",
    reflection=("Maak een *vuist*.", "- een oordeel\n- een zin"),
    insights=(Insight(text="Een hand die merkt dat hij dicht is, gaat open."), Insight(text="Zwaar is wat leeg is.")),
    question=Question(text="Welke vuist heb je gemaakt?"),
    read_more=Link(title="Zachter worden", url="https://stilte.example/zachter"),
)
THE_DRAWER = Theme(
    title="De onderste la",
    reflection=("In bijna ieder huis is er een la.",),
    insights=(Insight(text="Je mag houden van wie je wilde worden."),),
    question=Question(text="Wie bewaart jouw la?"),
)
LETTING_GO = Article(
    title="Loslaten: wat er overblijft",
    url="https://stilte.example/loslaten",
    questions=(Question(text="Wat houd je vast?", why="Het weegt mee."),),
    themes=(THE_HAND, THE_DRAWER),
    answers=(Answer(question="Moet ik vergeven?", answer="Nee.\n\nHet laat zich niet bestellen."),),
)


def saved(database: Database, newsletter: Newsletter, article: Article) -> Article:
    """The article as it is stored once it was saved."""
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        article_id = articles.save(transaction, newsletter.id, article, now=NOW)
        return articles.get(transaction, newsletter.id, article_id).article()


def an_issue(database: Database, newsletter: Newsletter, **names: int | None) -> None:
    """An issue that names something of the pool."""
    with database.begin() as transaction:
        values: dict[str, Any] = {
            "newsletter_id": newsletter.id,
            "origin": "pool",
            "created_at": NOW,
            "updated_at": NOW,
        }
        transaction.execute(insert(schema.issue).values(**values, **names))


def rows(database: Database, *tables: str) -> list[int]:
    """How many rows these tables hold."""
    with database.read() as transaction:
        return [
            transaction.execute(select(func.count()).select_from(schema.metadata.tables[name])).scalar_one()
            for name in tables
        ]


def pool(database: Database, newsletter: Newsletter) -> list[PoolTheme]:
    """The pool as the picking reads it."""
    with database.read() as transaction:
        return content.pool(transaction, newsletter.id)


def test_what_is_saved_is_there_with_ids(database: Database) -> None:
    """Every text, in its order, and an id on everything that has one."""
    newsletter = a_newsletter(database)

    stored = saved(database, newsletter, LETTING_GO)

    assert [theme.title for theme in stored.themes] == ["De gesloten hand", "De onderste la"]
    assert stored.themes[0].reflection == THE_HAND.reflection
    assert stored.themes[0].read_more == THE_HAND.read_more
    assert [one.text for one in stored.themes[0].insights] == [one.text for one in THE_HAND.insights]
    assert (stored.questions[0].text, stored.questions[0].why) == ("Wat houd je vast?", "Het weegt mee.")
    assert stored.answers[0].answer == "Nee.\n\nHet laat zich niet bestellen."
    ids = [
        stored.id,
        stored.themes[1].id,
        stored.themes[0].insights[1].id,
        stored.questions[0].id,
        stored.answers[0].id,
    ]
    assert None not in ids


def test_saving_what_is_stored_adds_no_row(database: Database) -> None:
    """The ids make it an update."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    before = rows(database, "article", "theme", "insight", "question", "answer", "article_answer")

    again = saved(database, newsletter, stored)

    assert again == stored
    assert rows(database, "article", "theme", "insight", "question", "answer", "article_answer") == before


def test_a_theme_that_nobody_used_leaves_with_its_article(database: Database) -> None:
    """Its insights and its question go with it; nothing else does."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)

    saved(database, newsletter, replace(stored, themes=stored.themes[:1]))

    assert rows(database, "theme", "insight", "question") == [1, 2, 2]


def test_a_theme_that_was_used_is_never_deleted(database: Database) -> None:
    """It leaves the pool, keeps its id, and comes back under it when the article brings it back."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    used = stored.themes[1]
    an_issue(database, newsletter, theme_id=used.id, insight_id=used.insights[0].id)

    saved(database, newsletter, replace(stored, themes=stored.themes[:1]))
    gone = next(theme for theme in pool(database, newsletter) if theme.id == used.id)
    saved(database, newsletter, stored)
    back = next(theme for theme in pool(database, newsletter) if theme.id == used.id)

    assert gone.retired
    assert not back.retired
    assert [(one.id, one.retired) for one in back.insights] == [(used.insights[0].id, False)]


def test_an_insight_that_was_used_stays_when_its_theme_drops_it(database: Database) -> None:
    """The unused one beside it goes."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    used, unused = stored.themes[0].insights
    an_issue(database, newsletter, insight_id=used.id)

    fresh = replace(stored.themes[0], insights=(Insight(text="Een nieuwe zin."),))
    saved(database, newsletter, replace(stored, themes=(fresh, stored.themes[1])))

    insights = {one.id: one.retired for one in pool(database, newsletter)[0].insights}
    assert insights.pop(used.id or 0)
    assert unused.id not in insights
    assert list(insights.values()) == [False]


def test_a_used_insight_keeps_its_theme(database: Database) -> None:
    """A theme goes only when nothing of it is named any more."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    question = stored.themes[1].question
    an_issue(database, newsletter, question_id=question.id if question else None)

    saved(database, newsletter, replace(stored, themes=stored.themes[:1]))

    assert rows(database, "theme", "insight", "question") == [2, 2, 3]
    assert pool(database, newsletter)[1].retired


def test_what_a_person_retired_stays_retired(database: Database) -> None:
    """Whether the article holds it or leaves it out, the person's word is kept, and can be taken back."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    theme_id, insight_id = stored.themes[1].id or 0, stored.themes[0].insights[1].id or 0
    with database.begin() as transaction:
        content.retire(transaction, newsletter.id, "theme", theme_id, now=NOW)
        content.retire(transaction, newsletter.id, "insight", insight_id, now=NOW)

    saved(database, newsletter, stored)
    first, second = pool(database, newsletter)
    with database.read() as transaction:
        without = articles.get(transaction, newsletter.id, stored.id or 0).article()
    saved(database, newsletter, without)
    with database.begin() as transaction:
        content.bring_back(transaction, newsletter.id, "theme", theme_id)
    third, fourth = pool(database, newsletter)

    assert second.retired
    assert [one.retired for one in first.insights] == [False, True]
    assert len(without.themes) == 1
    assert not fourth.retired
    assert len(fourth.insights) == 1
    assert not fourth.insights[0].retired
    assert [one.retired for one in third.insights] == [False, True]


def test_an_answer_goes_when_no_article_and_no_issue_holds_it(database: Database) -> None:
    """Two articles share it; it stays for the second, and for an issue that used it."""
    newsletter = a_newsletter(database)
    first = saved(database, newsletter, LETTING_GO)
    second = saved(database, newsletter, Article(title="Rust", themes=(THE_DRAWER,), answers=first.answers))

    saved(database, newsletter, replace(first, answers=()))
    shared = rows(database, "answer", "article_answer")
    saved(database, newsletter, replace(second, answers=()))
    alone = rows(database, "answer", "article_answer")

    assert shared == [1, 1]
    assert alone == [0, 0]


def test_an_answer_that_was_used_stays(database: Database) -> None:
    """A letter with a reader's question keeps its answer."""
    newsletter = a_newsletter(database)
    stored = saved(database, newsletter, LETTING_GO)
    an_issue(database, newsletter, answer_id=stored.answers[0].id)

    saved(database, newsletter, replace(stored, answers=()))

    assert rows(database, "answer", "article_answer") == [1, 0]


def test_an_article_belongs_to_one_newsletter(database: Database) -> None:
    """Another newsletter does not find it."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="ander", is_default=False)
    stored = saved(database, newsletter, LETTING_GO)

    with database.read() as transaction:
        assert articles.heads(transaction, other.id) == []
        assert articles.answers(transaction, other.id) == []
        with pytest.raises(NotFound):
            articles.get(transaction, other.id, stored.id or 0)


def test_a_title_to_read_on_finds_its_address_in_the_pool(database: Database) -> None:
    """Plain text names an article without its address; once that article is in the pool, there is one."""
    newsletter = a_newsletter(database)
    there = replace(THE_DRAWER, read_more=Link(title="Loslaten – wat er overblijft", url=""))
    saved(database, newsletter, Article(title="Rust", themes=(there,)))

    before = pool(database, newsletter)[0].read_more
    saved(database, newsletter, LETTING_GO)
    after = pool(database, newsletter)[0].read_more

    assert before is None
    assert after == Link(title="Loslaten – wat er overblijft", url="https://stilte.example/loslaten")
