"""What an article holds: themes, opening questions, answers, and a count of everything that is no material."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wekelijks.domain.material import Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Insight:
    """One sentence or two for the wall. `id` is known only when a person edited our own Markdown."""

    text: str
    id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question, with its reason where the article gives one."""

    text: str
    why: str = ""
    id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One section of the article. Reflection: paragraphs in Markdown; all other texts are plain."""

    title: str
    subtitle: str = ""
    reflection: tuple[str, ...] = ()
    insights: tuple[Insight, ...] = ()
    question: Question | None = None
    read_more: Link | None = None
    id: int | None = None

    @property
    def incomplete(self) -> tuple[str, ...]:
        """What is missing, as words: a theme without an insight or a question is not picked."""
        return tuple(word for word, there in (("insight", self.insights), ("question", self.question)) if not there)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A frequently asked question with its answer; paragraphs are separated by a blank line."""

    question: str
    answer: str
    id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One article as read. `edited`: it came from Markdown that we wrote and a person may have corrected."""

    title: str
    url: str = ""
    questions: tuple[Question, ...] = ()
    themes: tuple[Theme, ...] = ()
    answers: tuple[Answer, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    edited: bool = False
    id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was found that a letter could use."""
        return not (self.themes or self.questions or self.answers)
