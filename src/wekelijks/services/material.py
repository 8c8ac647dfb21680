"""The pool as a person looks at it: what there is, when it was last used, and what shall not be picked any more.

Retiring takes nothing away: a letter that used it stays as it was, and it can be brought back.
"""

from dataclasses import dataclass
from datetime import datetime

from wekelijks.domain.errors import BadInput, NotFound
from wekelijks.domain.material import PoolTheme
from wekelijks.domain.newsletter import Newsletter
from wekelijks.store import articles, content
from wekelijks.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What is retired: a theme whole, or one insight or question of it."""

    theme_id: int
    insight_id: int | None = None
    question_id: int | None = None


def themes(database: Database, newsletter: Newsletter) -> list[tuple[PoolTheme, str]]:
    """Every theme with its article's title, by article and place in it."""
    with database.read() as transaction:
        titles = {head.id: head.title for head in articles.heads(transaction, newsletter.id)}
        return [(theme, titles[theme.article_id]) for theme in content.pool(transaction, newsletter.id)]


def theme(database: Database, newsletter: Newsletter, theme_id: int) -> tuple[PoolTheme, str]:
    """One theme with its article's title. Raises NotFound."""
    with database.read() as transaction:
        found = content.theme(transaction, newsletter.id, theme_id)
        return found, articles.get(transaction, newsletter.id, found.article_id).head.title


def missing(theme: PoolTheme) -> tuple[str, ...]:
    """What the theme lacks to be picked; a question that its article's opening lends is none the less one."""
    parts = (("insight", theme.insights), ("question", theme.questions))
    return tuple(word for word, there in parts if all(one.retired for one in there))


def retire(database: Database, newsletter: Newsletter, part: Part, *, now: datetime) -> PoolTheme:
    """Never pick this again; twice is harmless. The theme as it is then. Raises NotFound, BadInput."""
    with database.begin() as transaction:
        kind, id_ = _named(content.theme(transaction, newsletter.id, part.theme_id), part)
        content.retire(transaction, newsletter.id, kind, id_, now=now)
        return content.theme(transaction, newsletter.id, part.theme_id)


def bring_back(database: Database, newsletter: Newsletter, part: Part) -> PoolTheme:
    """Let it be picked again. The theme as it is then. Raises NotFound, BadInput."""
    with database.begin() as transaction:
        kind, id_ = _named(content.theme(transaction, newsletter.id, part.theme_id), part)
        content.bring_back(transaction, newsletter.id, kind, id_)
        return content.theme(transaction, newsletter.id, part.theme_id)


def _named(theme: PoolTheme, part: Part) -> tuple[str, int]:
    """The kind and the id of what is meant."""
    if part.insight_id is not None and part.question_id is not None:
        raise BadInput("Name an insight or a question, one at a time.")
    for kind, id_, there in (
        ("insight", part.insight_id, theme.insights),
        ("question", part.question_id, theme.questions),
    ):
        if id_ is None:
            continue
        if id_ not in {one.id for one in there}:
            raise NotFound(f"Theme {theme.id} has no {kind} {id_}: `themes show {theme.id}` shows what it has.")
        return kind, id_
    return "theme", theme.id
