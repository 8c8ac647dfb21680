"""The pool: what articles brought, and when each part of it was last sent.

Memory of use is never stored beside the material: it is read from the slots that were opened. So ids are what an
import must keep, and a theme that was used once is retired when its article drops it, never deleted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, func, select, update

from wekelijks.domain.article.sameness import key
from wekelijks.domain.errors import NotFound
from wekelijks.domain.material import Link, PoolInsight, PoolQuestion, PoolTheme
from wekelijks.store import schema
from wekelijks.store.database import Transaction

_RETIRABLE: Mapping[str, Table] = {"theme": schema.theme, "insight": schema.insight, "question": schema.question}


def pool(transaction: Transaction, newsletter_id: int) -> list[PoolTheme]:
    """Every theme of the newsletter, retired and incomplete ones too, by article and position in it.

    A theme has its own questions; where it has none left, those that its article's opening lends.
    """
    used = _used(transaction, newsletter_id, schema.issue.c.theme_id)
    insights = _insights(transaction, newsletter_id)
    own, lent = _questions(transaction, newsletter_id)
    addresses = _addresses(transaction, newsletter_id)
    rows = transaction.execute(
        select(schema.theme, schema.article.c.url.label("article_url"), schema.article.c.title.label("article_title"))
        .join(schema.article, schema.article.c.id == schema.theme.c.article_id)
        .where(schema.article.c.newsletter_id == newsletter_id)
        .order_by(schema.theme.c.article_id, schema.theme.c.position, schema.theme.c.id)
    ).mappings()
    return [
        PoolTheme(
            id=row["id"],
            article_id=row["article_id"],
            position=row["position"],
            title=row["title"],
            subtitle=row["subtitle"],
            reflection=tuple(row["reflection"]),
            insights=tuple(insights[row["id"]]),
            questions=_own_or_lent(own[row["id"]], lent[row["article_id"]]),
            read_more=_read_more(row, addresses),
            last_used=used.get(row["id"]),
            retired=_is_retired(row),
        )
        for row in rows
    ]


def theme(transaction: Transaction, newsletter_id: int, theme_id: int) -> PoolTheme:
    """One theme of the pool. Raises NotFound."""
    for one in pool(transaction, newsletter_id):
        if one.id == theme_id:
            return one
    raise NotFound(f"There is no theme {theme_id}: `themes list` shows what there is.")


def retire(transaction: Transaction, newsletter_id: int, kind: str, id_: int, *, now: datetime) -> None:
    """Never pick this `theme`, `insight` or `question` again; twice is harmless. Raises NotFound."""
    table = _found(transaction, newsletter_id, kind, id_)
    transaction.execute(update(table).where(table.c.id == id_, table.c.retired_at.is_(None)).values(retired_at=now))


def bring_back(transaction: Transaction, newsletter_id: int, kind: str, id_: int) -> None:
    """Let what a person retired be picked again, as far as its article still holds it. Raises NotFound."""
    table = _found(transaction, newsletter_id, kind, id_)
    transaction.execute(update(table).where(table.c.id == id_).values(retired_at=None))


def _found(transaction: Transaction, newsletter_id: int, kind: str, id_: int) -> Table:
    table = _RETIRABLE[kind]
    if transaction.execute(select(table.c.id).where(table.c.id == id_, _of(newsletter_id, table))).first() is None:
        raise NotFound(f"There is no {kind} {id_}: `themes list` and `themes show ID` show what there is.")
    return table


def _of(newsletter_id: int, table: Table) -> ColumnElement[bool]:
    articles = select(schema.article.c.id).where(schema.article.c.newsletter_id == newsletter_id)
    if table is schema.insight:
        return table.c.theme_id.in_(select(schema.theme.c.id).where(schema.theme.c.article_id.in_(articles)))
    return table.c.article_id.in_(articles)


def _used(transaction: Transaction, newsletter_id: int, part: ColumnElement[Any]) -> dict[int, date]:
    """For each theme, insight or question that was sent: the last date of a slot that was opened with it."""
    rows = transaction.execute(
        select(part, func.max(schema.slot.c.on))
        .select_from(schema.slot.join(schema.issue, schema.issue.c.id == schema.slot.c.issue_id))
        .where(schema.slot.c.newsletter_id == newsletter_id, schema.slot.c.opened_at.is_not(None), part.is_not(None))
        .group_by(part)
    )
    return {row[0]: row[1] for row in rows}


def _insights(transaction: Transaction, newsletter_id: int) -> defaultdict[int, list[PoolInsight]]:
    used = _used(transaction, newsletter_id, schema.issue.c.insight_id)
    table = schema.insight
    found: defaultdict[int, list[PoolInsight]] = defaultdict(list)
    for row in _in_order(transaction, newsletter_id, table):
        found[row["theme_id"]].append(PoolInsight(**_part(row, used)))
    return found


def _questions(
    transaction: Transaction, newsletter_id: int
) -> tuple[defaultdict[int, list[PoolQuestion]], defaultdict[int, list[PoolQuestion]]]:
    """The themes' own questions by theme, and the openings' by article."""
    used = _used(transaction, newsletter_id, schema.issue.c.question_id)
    own: defaultdict[int, list[PoolQuestion]] = defaultdict(list)
    lent: defaultdict[int, list[PoolQuestion]] = defaultdict(list)
    for row in _in_order(transaction, newsletter_id, schema.question):
        question = PoolQuestion(**_part(row, used))
        if row["theme_id"] is None:
            lent[row["article_id"]].append(question)
        else:
            own[row["theme_id"]].append(question)
    return own, lent


def _in_order(transaction: Transaction, newsletter_id: int, table: Table) -> Iterable[RowMapping]:
    statement = select(table).where(_of(newsletter_id, table)).order_by(table.c.position, table.c.id)
    return transaction.execute(statement).mappings()


def _is_retired(row: RowMapping) -> bool:
    """A person retired it, or its article dropped it after it was used."""
    return row["retired_at"] is not None or row["dropped_at"] is not None


def _part(row: RowMapping, used: Mapping[int, date]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "text": row["text"],
        "last_used": used.get(row["id"]),
        "retired": _is_retired(row),
    }


def _own_or_lent(own: list[PoolQuestion], lent: list[PoolQuestion]) -> tuple[PoolQuestion, ...]:
    return tuple(own) if any(not question.retired for question in own) else (*own, *lent)


def _addresses(transaction: Transaction, newsletter_id: int) -> dict[str, str]:
    """The addresses of the newsletter's articles, by the words of their title."""
    table = schema.article
    rows = transaction.execute(
        select(table.c.title, table.c.url).where(table.c.newsletter_id == newsletter_id, table.c.url != "")
    )
    return {key(row.title): row.url for row in rows}


def _read_more(row: RowMapping, addresses: Mapping[str, str]) -> Link | None:
    """The theme's own link, else the article itself, else nothing to point at.

    Plain text names an article to read on in without its address: where that article is in the pool too, it has one.
    """
    title = row["read_more_title"]
    url = row["read_more_url"] or addresses.get(key(title), "")
    if url:
        return Link(title=title, url=url)
    return Link(title=row["article_title"], url=row["article_url"]) if row["article_url"] else None
