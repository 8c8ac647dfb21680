"""The pool's material as values: themes with their insights and questions, and the articles they came from."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link to read on: a title to show and an address."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolInsight:
    """An insight in the pool, with the last slot date on which it was used in this newsletter."""

    id: int
    text: str
    last_used: date | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolQuestion:
    """A question in the pool, with the last slot date on which it was used."""

    id: int
    text: str
    last_used: date | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolTheme:
    """A theme in the pool with everything that a letter needs. Order: article, then position within it."""

    id: int
    article_id: int
    position: int
    title: str
    subtitle: str
    reflection: tuple[str, ...]
    """Paragraphs, Markdown."""
    insights: tuple[PoolInsight, ...]
    questions: tuple[PoolQuestion, ...]
    """The theme's own first, then those that the article's opening lends; empty: the theme is incomplete."""
    read_more: Link | None
    last_used: date | None = None
    retired: bool = False
