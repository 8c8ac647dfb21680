"""Picking: which theme, insight and question the pool gives for a date.

The same question always has the same answer: nothing here depends on a clock, on chance or on the order in which the
pool was read. A theme never returns while another one is unused, and never before it has rested.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from wekelijks.domain.material import PoolInsight, PoolQuestion, PoolTheme

Part = TypeVar("Part", PoolInsight, PoolQuestion)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """What the pool gives for one letter."""

    theme: PoolTheme
    insight: PoolInsight
    question: PoolQuestion

    @property
    def repeats(self) -> bool:
        """Readers have had this theme before."""
        return self.theme.last_used is not None


def pick(pool: Iterable[PoolTheme], *, on: date, repeat_after_weeks: int, last_article_id: int | None) -> Pick | None:
    """The pool's letter for `on`, or None when nothing may be sent.

    The theme is the unit of repetition. Unused ones come first, by article and position, and not twice running from
    one article (`last_article_id`: that of the letter before) while another has unused themes. After the last of
    them the one used longest ago, once `repeat_after_weeks` have passed since.
    """
    complete = [theme for theme in pool if is_complete(theme)]
    unused = [theme for theme in complete if theme.last_used is None]
    elsewhere = [theme for theme in unused if theme.article_id != last_article_id]
    rested = [theme for theme in complete if _has_rested(theme, on, repeat_after_weeks)]
    theme = min(elsewhere or unused or rested, key=_turn, default=None)
    if theme is None:
        return None
    insight, question = longest_ago(theme.insights), longest_ago(theme.questions)
    if insight is None or question is None:  # `is_complete` has seen to it; this tells the type checker.
        return None
    return Pick(theme=theme, insight=insight, question=question)


def is_complete(theme: PoolTheme) -> bool:
    """Whether the pool may give this theme: not retired, with words to reflect on, an insight and a question."""
    return (
        not theme.retired and has_reflection(theme) and _has_usable(theme.insights) and _has_usable(theme.questions)
    )


def has_reflection(theme: PoolTheme) -> bool:
    """Whether there is anything to read in it."""
    return any(paragraph.strip() for paragraph in theme.reflection)


def longest_ago(parts: Sequence[Part]) -> Part | None:
    """The insight or question whose turn it is: never used first, then used longest ago, in their own order."""
    return min(filter(_is_usable, parts), key=lambda part: part.last_used or date.min, default=None)


def _has_usable(parts: Sequence[PoolInsight] | Sequence[PoolQuestion]) -> bool:
    return any(_is_usable(part) for part in parts)


def _is_usable(part: PoolInsight | PoolQuestion) -> bool:
    return not part.retired and bool(part.text.strip())


def remembering(
    pool: Iterable[PoolTheme], *, on: date, theme_id: int, insight_id: int | None, question_id: int | None
) -> list[PoolTheme]:
    """The pool as it will be once the letter of `on` has been sent.

    An opening question may be lent to several themes of its article: all of them remember it.
    """
    return [_with_use(theme, on, theme_id, insight_id, question_id) for theme in pool]


def _with_use(
    theme: PoolTheme, on: date, theme_id: int, insight_id: int | None, question_id: int | None
) -> PoolTheme:
    if theme.id != theme_id and all(question.id != question_id for question in theme.questions):
        return theme
    return replace(
        theme,
        last_used=_later(theme.last_used, on) if theme.id == theme_id else theme.last_used,
        insights=_marked(theme.insights, insight_id, on),
        questions=_marked(theme.questions, question_id, on),
    )


def _marked(parts: tuple[Part, ...], id_: int | None, on: date) -> tuple[Part, ...]:
    return tuple(replace(part, last_used=_later(part.last_used, on)) if part.id == id_ else part for part in parts)


def _later(one: date | None, other: date) -> date:
    return other if one is None else max(one, other)


def _has_rested(theme: PoolTheme, on: date, weeks: int) -> bool:
    return theme.last_used is not None and on - theme.last_used >= timedelta(weeks=weeks)


def _turn(theme: PoolTheme) -> tuple[date, int, int, int]:
    return (theme.last_used or date.min, theme.article_id, theme.position, theme.id)
