"""Articles: what an import wrote, and what the next one may change.

Nothing that an issue names is ever deleted: memory of use hangs on the ids. What an article drops after it was used
stays as `dropped`, out of the pool, and comes back when the article brings it back; what a person retired stays
retired.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, exists, insert, select, update

from wekelijks.domain.article.matching import answer_key, new_key
from wekelijks.domain.article.stored import Head, KeptAnswer, KeptTheme, Part, Stored
from wekelijks.domain.article.values import Answer, Article, Question, Theme
from wekelijks.domain.errors import NotFound
from wekelijks.domain.material import Link
from wekelijks.store import schema
from wekelijks.store.database import Transaction

_HEAD = [schema.article.c[name] for name in ("id", "key", "title", "url", "imported_at", "edited_at")]


def heads(transaction: Transaction, newsletter_id: int) -> list[Head]:
    """Every article of the newsletter, in the order in which they came."""
    table = schema.article
    rows = transaction.execute(select(*_HEAD).where(table.c.newsletter_id == newsletter_id).order_by(table.c.id))
    return [Head(**row) for row in rows.mappings()]


def get(transaction: Transaction, newsletter_id: int, article_id: int) -> Stored:
    """One article with everything that it brought. Raises NotFound."""
    table = schema.article
    row = transaction.execute(
        select(*_HEAD).where(table.c.id == article_id, table.c.newsletter_id == newsletter_id)
    ).mappings()
    found = row.first()
    if found is None:
        raise NotFound(f"There is no article {article_id}: `articles list` shows what there is.")
    themes = _in_order(transaction, schema.theme, schema.theme.c.article_id == article_id)
    of_these = schema.insight.c.theme_id.in_([theme.id for theme in themes])
    questions = _in_order(transaction, schema.question, schema.question.c.article_id == article_id)
    return Stored(
        head=Head(**found),
        themes=tuple(map(_theme, themes)),
        insights=tuple(_part(row) for row in _in_order(transaction, schema.insight, of_these)),
        questions=tuple(_part(row) for row in questions),
        answers=tuple(_answers_of(transaction, article_id)),
    )


def answers(transaction: Transaction, newsletter_id: int) -> list[KeptAnswer]:
    """Every answer of the newsletter with the articles that hold it, in the order in which they came."""
    table, link = schema.answer, schema.article_answer
    rows = transaction.execute(
        select(table, link.c.article_id, schema.article.c.edited_at)
        .select_from(table.outerjoin(link).outerjoin(schema.article, schema.article.c.id == link.c.article_id))
        .where(table.c.newsletter_id == newsletter_id)
        .order_by(table.c.id)
    ).all()
    held: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for row in rows:
        if row.article_id is not None:
            held[row.id][row.article_id] = row.edited_at is not None
    return [
        KeptAnswer(
            answer=Answer(question=row.question, answer=row.answer, id=row.id),
            key=row.key,
            article_ids=frozenset(held[row.id]),
            corrected_in=frozenset(article_id for article_id, corrected in held[row.id].items() if corrected),
        )
        for row in {row.id: row for row in rows}.values()
    ]


def save(transaction: Transaction, newsletter_id: int, article: Article, *, now: datetime) -> int:
    """Write the article as it is from now on; its id. Call it in your turn, with the ids of what is stored already.

    What has no id is added. What is stored and not in the article leaves: it is deleted where no issue names it, else
    dropped; what a person retired stays as it is.
    """
    article_id = _save_head(transaction, newsletter_id, article, now)
    kept_themes, kept_insights, kept_questions = set(), set(), set()
    for position, question in enumerate(article.questions, 1):
        kept_questions.add(_save_question(transaction, article_id, None, question, position))
    for position, theme in enumerate(article.themes, 1):
        theme_id = _save_theme(transaction, article_id, theme, position)
        kept_themes.add(theme_id)
        for place, insight in enumerate(theme.insights, 1):
            values = {"theme_id": theme_id, "position": place, "text": insight.text}
            kept_insights.add(_put(transaction, schema.insight, insight.id, values))
        if theme.question:
            kept_questions.add(_save_question(transaction, article_id, theme_id, theme.question, 1))
    _drop_rest(transaction, article_id, (kept_themes, kept_insights, kept_questions), now)
    _save_answers(transaction, newsletter_id, article_id, article.answers)
    return article_id


def _save_head(transaction: Transaction, newsletter_id: int, article: Article, now: datetime) -> int:
    values: dict[str, Any] = {"title": article.title, "url": article.url, "imported_at": now}
    if article.edited:
        values["edited_at"] = now
    if article.id is None:
        taken = {head.key for head in heads(transaction, newsletter_id)}
        values |= {"newsletter_id": newsletter_id, "key": new_key(article, taken)}
    table = schema.article
    if article.id is not None:
        transaction.execute(update(table).where(table.c.id == article.id).values(values))
        return article.id
    return int(transaction.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _save_theme(transaction: Transaction, article_id: int, theme: Theme, position: int) -> int:
    values = {
        "article_id": article_id,
        "position": position,
        "title": theme.title,
        "subtitle": theme.subtitle,
        "reflection": list(theme.reflection),
        "read_more_title": theme.read_more.title if theme.read_more else "",
        "read_more_url": theme.read_more.url if theme.read_more else "",
    }
    return _put(transaction, schema.theme, theme.id, values)


def _save_question(
    transaction: Transaction, article_id: int, theme_id: int | None, question: Question, position: int
) -> int:
    values = {
        "article_id": article_id,
        "theme_id": theme_id,
        "position": position,
        "text": question.text,
        "why": question.why,
    }
    return _put(transaction, schema.question, question.id, values)


def _put(transaction: Transaction, table: Table, id_: int | None, values: dict[str, Any]) -> int:
    """Add a row, or change the one with this id, which is then in the article again."""
    if id_ is None:
        return int(transaction.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
    transaction.execute(update(table).where(table.c.id == id_).values(values | {"dropped_at": None}))
    return id_


def _drop_rest(
    transaction: Transaction,
    article_id: int,
    kept: tuple[Collection[int], Collection[int], Collection[int]],
    now: datetime,
) -> None:
    """Let go of what this article does not hold any more. What belongs to a theme that a person retired stays."""
    theme, insight, question, issue = schema.theme, schema.insight, schema.question, schema.issue
    themes, insights, questions = kept
    of_article = select(theme.c.id).where(theme.c.article_id == article_id)
    resting = of_article.where(theme.c.retired_at.is_not(None), theme.c.id.not_in(themes))
    gone_insights = [
        insight.c.theme_id.in_(of_article),
        insight.c.theme_id.not_in(resting),
        insight.c.id.not_in(insights),
        insight.c.retired_at.is_(None),
    ]
    gone_questions = [
        question.c.article_id == article_id,
        question.c.theme_id.is_(None) | question.c.theme_id.not_in(resting),
        question.c.id.not_in(questions),
        question.c.retired_at.is_(None),
    ]
    _let_go(transaction, insight, gone_insights, [issue.c.insight_id], now)
    _let_go(transaction, question, gone_questions, [issue.c.question_id], now)
    # A theme whose insight or question stays, because an issue names it or a person retired it, stays with it.
    gone_themes = [theme.c.article_id == article_id, theme.c.id.not_in(themes), theme.c.retired_at.is_(None)]
    named_by = [issue.c.theme_id, insight.c.theme_id, question.c.theme_id]
    _let_go(transaction, theme, gone_themes, named_by, now)


def _let_go(
    transaction: Transaction,
    table: Table,
    gone: Sequence[ColumnElement[bool]],
    named_by: Iterable[ColumnElement[int]],
    now: datetime,
) -> None:
    # Waits for a letter that is being made of one of these just now; the next statement sees what it named.
    transaction.execute(select(table.c.id).where(*gone).with_for_update())
    is_named = [exists().where(column == table.c.id).correlate(table) for column in named_by]
    transaction.execute(delete(table).where(*gone, *(~named for named in is_named)))
    transaction.execute(update(table).where(*gone, table.c.dropped_at.is_(None)).values(dropped_at=now))


def _save_answers(transaction: Transaction, newsletter_id: int, article_id: int, given: Sequence[Answer]) -> None:
    table, link = schema.answer, schema.article_answer
    taken = {kept.key for kept in answers(transaction, newsletter_id)}
    before = {answer.id for answer in _answers_of(transaction, article_id)}
    transaction.execute(delete(link).where(link.c.article_id == article_id))
    for position, one in enumerate(given, 1):
        answer_id = one.id
        if answer_id is None:
            key = answer_key(one, taken)
            taken.add(key)
            values = {"newsletter_id": newsletter_id, "key": key, "question": one.question, "answer": one.answer}
            answer_id = transaction.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        else:
            texts = {"question": one.question, "answer": one.answer}
            transaction.execute(update(table).where(table.c.id == answer_id).values(texts))
        transaction.execute(insert(link).values(article_id=article_id, answer_id=answer_id, position=position))
    unheld = [
        ~exists().where(link.c.answer_id == table.c.id),
        ~exists().where(schema.issue.c.answer_id == table.c.id),
    ]
    transaction.execute(delete(table).where(table.c.id.in_(before), *unheld))


def _answers_of(transaction: Transaction, article_id: int) -> list[Answer]:
    table, link = schema.answer, schema.article_answer
    rows = transaction.execute(
        select(table.c.id, table.c.question, table.c.answer)
        .join(link, link.c.answer_id == table.c.id)
        .where(link.c.article_id == article_id)
        .order_by(link.c.position)
    ).mappings()
    return [Answer(**row) for row in rows]


def _in_order(transaction: Transaction, table: Table, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return transaction.execute(select(table).where(condition).order_by(table.c.position, table.c.id)).all()


def _theme(row: Row[Any]) -> KeptTheme:
    has_link = row.read_more_title or row.read_more_url
    theme = Theme(
        id=row.id,
        title=row.title,
        subtitle=row.subtitle,
        reflection=tuple(row.reflection),
        read_more=Link(title=row.read_more_title, url=row.read_more_url) if has_link else None,
    )
    return KeptTheme(theme=theme, retired=row.retired_at is not None, dropped=row.dropped_at is not None)


def _part(row: Row[Any]) -> Part:
    return Part(
        id=row.id,
        theme_id=row.theme_id,
        text=row.text,
        why=getattr(row, "why", ""),
        retired=row.retired_at is not None,
        dropped=row.dropped_at is not None,
    )
