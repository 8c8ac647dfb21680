"""The supply: everything that a newsletter could send, and what it sends on a date.

An issue pinned to the date, else the queue's head, else the pool. The coming weeks are foretold by asking the same
question of the supply that each letter leaves behind, so the forecast cannot differ from what will be sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from wekelijks.domain import picking
from wekelijks.domain.issue import Issue, PoolAnswer, letter_of, pool_letter
from wekelijks.domain.letter import Letter
from wekelijks.domain.material import PoolInsight, PoolQuestion, PoolTheme

Source = Literal["pinned", "queue", "pool"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is sent on one date: an issue with what the pool fills in, or the pool alone (`issue` is None)."""

    on: date
    source: Source
    issue: Issue | None
    theme: PoolTheme | None
    insight: PoolInsight | None
    """None where the writer gave one in free text, or there is none."""
    question: PoolQuestion | None
    answer: PoolAnswer | None = None

    @property
    def repeats(self) -> bool:
        """Readers have had this theme before."""
        return self.theme is not None and self.theme.last_used is not None

    @property
    def letter(self) -> Letter:
        """The letter."""
        if self.issue is not None:
            return letter_of(
                self.issue,
                on=self.on,
                theme=self.theme,
                insight=self.insight,
                question=self.question,
                answer=self.answer,
            )
        if self.theme is None or self.insight is None or self.question is None:
            raise ValueError("the pool gives no letter without theme, insight and question")
        return pool_letter(on=self.on, theme=self.theme, insight=self.insight, question=self.question)


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What there is, at one moment."""

    pool: tuple[PoolTheme, ...]
    waiting: tuple[Issue, ...]
    """Issues that were not sent: the queue in its order, and those pinned to a date."""
    answers: tuple[PoolAnswer, ...]
    last_article_id: int | None
    """The article of the letter that was sent last; None when it had none."""

    def on(self, day: date, *, repeat_after_weeks: int) -> Selection | None:
        """What is sent on this day; None: nothing to send."""
        ready = [issue for issue in self.waiting if not obstacle(issue, self.theme(issue.theme_id))]
        pinned = next((issue for issue in ready if issue.pinned_on == day), None)
        if pinned is not None:
            return self.selected(pinned, day, source="pinned")
        queued = [issue for issue in ready if issue.position is not None]
        head = min(queued, key=lambda issue: (issue.position, issue.id), default=None)
        if head is not None:
            return self.selected(head, day, source="queue")
        return self._from_pool(day, repeat_after_weeks)

    def after(self, selection: Selection) -> "Supply":
        """What is left once this was sent."""
        theme, issue = selection.theme, selection.issue
        return replace(
            self,
            pool=self.pool if theme is None else self._remembering(selection, theme),
            waiting=tuple(one for one in self.waiting if issue is None or one.id != issue.id),
            last_article_id=theme.article_id if theme else None,
        )

    def selected(self, issue: Issue, day: date, *, source: Source) -> Selection:
        """This issue, with what the pool fills in where the writer left it open."""
        theme = self.theme(issue.theme_id)
        return Selection(
            on=day,
            source=source,
            issue=issue,
            theme=theme,
            insight=_chosen(theme.insights, issue.insight_id) if theme and not issue.insight else None,
            question=_chosen(theme.questions, issue.question_id) if theme and not issue.question else None,
            answer=next((answer for answer in self.answers if answer.id == issue.answer_id), None),
        )

    def theme(self, id_: int | None) -> PoolTheme | None:
        """The theme with this id."""
        return next((theme for theme in self.pool if theme.id == id_), None)

    def _from_pool(self, day: date, repeat_after_weeks: int) -> Selection | None:
        """The pool's turn. A theme that is pinned to a later date counts as used on that date."""
        pool: Iterable[PoolTheme] = self.pool
        for issue in self.waiting:
            if issue.theme_id is not None and issue.pinned_on is not None and issue.pinned_on > day:
                pool = picking.remembering(
                    pool, on=issue.pinned_on, theme_id=issue.theme_id, insight_id=None, question_id=None
                )
        chosen = picking.pick(
            pool, on=day, repeat_after_weeks=repeat_after_weeks, last_article_id=self.last_article_id
        )
        if chosen is None:
            return None
        return Selection(
            on=day, source="pool", issue=None, theme=chosen.theme, insight=chosen.insight, question=chosen.question
        )

    def _remembering(self, selection: Selection, theme: PoolTheme) -> tuple[PoolTheme, ...]:
        return tuple(
            picking.remembering(
                self.pool,
                on=selection.on,
                theme_id=theme.id,
                insight_id=selection.insight.id if selection.insight else None,
                question_id=selection.question.id if selection.question else None,
            )
        )


def obstacle(issue: Issue, theme: PoolTheme | None) -> str:
    """Why this issue cannot be sent as it stands; empty when it can.

    A theme may be retired or lose its last insight after an issue was written about it. Such an issue is passed over.
    """
    if issue.theme_id is None:
        return ""
    if theme is None or theme.retired:
        return f"its theme {issue.theme_id} is retired"
    if not issue.body and not picking.has_reflection(theme):
        return f"its theme “{theme.title}” has no reflection"
    if not issue.insight and picking.longest_ago(theme.insights) is None:
        return f"its theme “{theme.title}” has no insight"
    return ""


def _chosen(parts: tuple[picking.Part, ...], id_: int | None) -> picking.Part | None:
    """The part that the writer chose while it is there to use, else the one whose turn it is."""
    wanted = next((part for part in parts if part.id == id_ and not part.retired), None)
    return wanted or picking.longest_ago(parts)
