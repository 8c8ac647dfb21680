"""Issues: the queue, what is pinned to a date, and what was sent.

Whoever changes the queue's order or a pin takes the newsletter's turn first, so places stay dense (1, 2, 3 …) and a
date has one issue, whoever works at the same time. An issue counts as sent from the moment its slot was opened.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, insert, select, update

from wekelijks.domain.errors import NotFound
from wekelijks.domain.issue import QUEUE, Issue, PoolAnswer
from wekelijks.store import schema
from wekelijks.store.database import Transaction
from wekelijks.store.schema import issue as table

_COLUMNS = [table.c[field.name] for field in fields(Issue) if field.name != "sent_on"]


def add(
    transaction: Transaction, newsletter_id: int, values: Mapping[str, Any], *, now: datetime, origin: str = QUEUE
) -> int:
    """Add an issue without a place; its id. `values`: columns as in the schema."""
    row = insert(table).values(**values, newsletter_id=newsletter_id, origin=origin, created_at=now, updated_at=now)
    return int(transaction.execute(row.returning(table.c.id)).scalar_one())


def amend(transaction: Transaction, issue_id: int, values: Mapping[str, Any], *, now: datetime) -> None:
    """Give the issue these values."""
    transaction.execute(update(table).where(table.c.id == issue_id).values(**values, updated_at=now))


def get(transaction: Transaction, newsletter_id: int, issue_id: int) -> Issue:
    """One issue, waiting or sent. Raises NotFound."""
    row = transaction.execute(_issues(newsletter_id).where(table.c.id == issue_id)).mappings().first()
    if row is None:
        raise NotFound(f"There is no issue {issue_id}: `issues list` shows what there is.")
    return Issue(**row)


def waiting(transaction: Transaction, newsletter_id: int) -> list[Issue]:
    """Issues that were not sent: the queue in its order, then what is pinned, by date."""
    unsent = _issues(newsletter_id).where(schema.slot.c.on.is_(None), table.c.origin == QUEUE)
    order = (table.c.position.is_(None), table.c.position, table.c.pinned_on, table.c.id)
    return _read(transaction, unsent.order_by(*order))


def sent(transaction: Transaction, newsletter_id: int) -> list[Issue]:
    """Issues that were sent, the pool's too; the latest first."""
    opened = _issues(newsletter_id).where(schema.slot.c.on.is_not(None))
    return _read(transaction, opened.order_by(schema.slot.c.on.desc()))


def of_file(transaction: Transaction, newsletter_id: int, file_key: str) -> list[Issue]:
    """Issues that came from this file: one that waits first, then those that were sent, the latest first."""
    mine = _issues(newsletter_id).where(table.c.file_key == file_key)
    return _read(transaction, mine.order_by(schema.slot.c.on.is_not(None), schema.slot.c.on.desc(), table.c.id))


def place(transaction: Transaction, newsletter_id: int, issue_id: int, position: int | None) -> int | None:
    """Put the issue at this place of the queue (1: the head; past the end: the end), or take it out (None).

    The others close up. Its place afterwards. The caller has the newsletter's turn.
    """
    ids = [issue.id for issue in waiting(transaction, newsletter_id) if issue.position is not None]
    others = [id_ for id_ in ids if id_ != issue_id]
    if position is not None:
        others.insert(max(position, 1) - 1, issue_id)
    else:
        transaction.execute(update(table).where(table.c.id == issue_id).values(position=None))
    for number, id_ in enumerate(others, 1):
        transaction.execute(
            update(table).where(table.c.id == id_, table.c.position.is_distinct_from(number)).values(position=number)
        )
    return others.index(issue_id) + 1 if position is not None else None


def remove(transaction: Transaction, issue_id: int) -> None:
    """Delete an issue that was not sent and stands at no place; a slot that was to get it chooses again."""
    its_slot = update(schema.slot).where(schema.slot.c.issue_id == issue_id, schema.slot.c.opened_at.is_(None))
    transaction.execute(its_slot.values(issue_id=None))
    transaction.execute(delete(table).where(table.c.id == issue_id))


def answers(transaction: Transaction, newsletter_id: int) -> list[PoolAnswer]:
    """The readers' questions with their answers, in the order in which they came in."""
    answer = schema.answer
    rows = transaction.execute(
        select(answer.c.id, answer.c.question, answer.c.answer)
        .where(answer.c.newsletter_id == newsletter_id)
        .order_by(answer.c.id)
    ).mappings()
    return [PoolAnswer(**row) for row in rows]


def last_article_id(transaction: Transaction, newsletter_id: int) -> int | None:
    """The article of the letter that was opened last; None when it had no theme of the pool, or there is none."""
    slot, theme = schema.slot, schema.theme
    latest = (
        select(theme.c.article_id)
        .select_from(slot.join(table, table.c.id == slot.c.issue_id).outerjoin(theme, theme.c.id == table.c.theme_id))
        .where(slot.c.newsletter_id == newsletter_id, slot.c.opened_at.is_not(None))
        .order_by(slot.c.opened_at.desc(), slot.c.on.desc())
        .limit(1)
    )
    found: int | None = transaction.execute(latest).scalar()
    return found


def _issues(newsletter_id: int) -> Select[Any]:
    opened = and_(schema.slot.c.issue_id == table.c.id, schema.slot.c.opened_at.is_not(None))
    return (
        select(*_COLUMNS, schema.slot.c.on.label("sent_on"))
        .select_from(table.outerjoin(schema.slot, opened))
        .where(table.c.newsletter_id == newsletter_id)
    )


def _read(transaction: Transaction, statement: Select[Any]) -> list[Issue]:
    return [Issue(**row) for row in transaction.execute(statement).mappings()]
