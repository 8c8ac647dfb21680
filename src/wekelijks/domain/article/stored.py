"""An article as the pool holds it: with ids, and with what a person retired or the article dropped.

What the article holds now, and what is only kept because a letter used it, are told apart here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wekelijks.domain.article.values import Answer, Article, Insight, Question, Theme


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An insight or a question as stored; an opening question has no theme."""

    id: int | None
    theme_id: int | None
    text: str
    why: str = ""
    retired: bool = False
    """A person does not want it any more."""
    dropped: bool = False
    """The article does not hold it any more, but it was used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptTheme:
    """A theme as stored, without its parts."""

    theme: Theme
    retired: bool = False
    dropped: bool = False

    @property
    def id(self) -> int | None:
        """The theme's id."""
        return self.theme.id


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswer:
    """An answer as stored, with the articles that hold it."""

    answer: Answer
    key: str
    article_ids: frozenset[int]
    corrected_in: frozenset[int]
    """Those of them that a person corrected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """An article as stored, without its material."""

    id: int
    key: str
    title: str
    url: str
    imported_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """An article as stored, with everything that it ever brought and that is still there."""

    head: Head
    themes: tuple[KeptTheme, ...]
    insights: tuple[Part, ...]
    questions: tuple[Part, ...]
    answers: tuple[Answer, ...]

    def article(self, *, with_retired: bool = False) -> Article:
        """What the article holds now; what a person retired only when asked."""
        insights = [part for part in self.insights if not part.dropped and (with_retired or not part.retired)]
        questions = [part for part in self.questions if not part.dropped and (with_retired or not part.retired)]
        return Article(
            id=self.head.id,
            title=self.head.title,
            url=self.head.url,
            edited=self.head.edited_at is not None,
            questions=tuple(_question(part) for part in questions if part.theme_id is None),
            themes=tuple(
                _with_parts(kept.theme, insights, questions)
                for kept in self.themes
                if not kept.dropped and (with_retired or not kept.retired)
            ),
            answers=self.answers,
        )


def _question(part: Part) -> Question:
    return Question(text=part.text, why=part.why, id=part.id)


def _with_parts(theme: Theme, insights: Sequence[Part], questions: Sequence[Part]) -> Theme:
    return replace(
        theme,
        insights=tuple(Insight(text=part.text, id=part.id) for part in insights if part.theme_id == theme.id),
        question=next((_question(part) for part in questions if part.theme_id == theme.id), None),
    )
