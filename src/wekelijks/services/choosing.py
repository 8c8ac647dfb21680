"""Choosing: which letter a slot gets, and the coming weeks by the very same rule.

`choose` asks and changes nothing, `use` takes. `foretold` asks the same question week after week, so it shows exactly
what will be sent as long as nobody changes the queue or the pool.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from wekelijks.domain.errors import NotAllowed
from wekelijks.domain.issue import POOL
from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.supply import Selection, Source, Supply
from wekelijks.store import content, issues, newsletters
from wekelijks.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One date's letter and where it comes from. Ids are None for what the writer wrote or there is not."""

    letter: Letter
    issue_id: int | None
    """None: the pool's; `use` makes its issue."""
    theme_id: int | None
    insight_id: int | None
    question_id: int | None
    answer_id: int | None
    source: Source
    repeats: bool = False
    """Readers have had this theme before."""


def choose(transaction: Transaction, newsletter: Newsletter, on: date) -> Choice | None:
    """The letter for the slot of `on`: an issue pinned to it, else the queue's head, else the pool; None: nothing.

    Changes nothing: the same question has the same answer until somebody changes the queue or the pool.
    """
    selection = supply(transaction, newsletter).on(on, repeat_after_weeks=newsletter.repeat_after_weeks)
    return None if selection is None else choice_of(selection)


def use(transaction: Transaction, newsletter: Newsletter, choice: Choice, *, now: datetime) -> int:
    """Take what was chosen: the issue's id, for the slot that is being opened in this transaction.

    A queued issue leaves the queue's order, the pool's letter becomes an issue. Waits for whoever changes the queue
    or takes from it at this moment, and raises NotAllowed when that changed the choice: nothing was taken, choose
    again.
    """
    newsletters.take_turn(transaction, newsletter.id)
    if choose(transaction, newsletter, choice.letter.on) != choice:
        raise NotAllowed(f"The letter for {choice.letter.on} was changed at this very moment: choose again.")
    parts = {
        "theme_id": choice.theme_id,
        "insight_id": choice.insight_id,
        "question_id": choice.question_id,
        "answer_id": choice.answer_id,
    }
    if choice.issue_id is None:
        words = {"subject": choice.letter.subject, "preheader": choice.letter.preheader}
        return issues.add(transaction, newsletter.id, {**parts, **words}, origin=POOL, now=now)
    issues.amend(transaction, choice.issue_id, parts, now=now)
    issues.place(transaction, newsletter.id, choice.issue_id, None)
    return choice.issue_id


def foretold(transaction: Transaction, newsletter: Newsletter, dates: Iterable[date]) -> list[Selection | None]:
    """What the slots of these dates, in their order, will send; None where there is nothing to send."""
    return selections(supply(transaction, newsletter), newsletter, dates)


def selections(stock: Supply, newsletter: Newsletter, dates: Iterable[date]) -> list[Selection | None]:
    """Date after date, each from what the letters before it leave."""
    found: list[Selection | None] = []
    for on in dates:
        selection = stock.on(on, repeat_after_weeks=newsletter.repeat_after_weeks)
        stock = stock if selection is None else stock.after(selection)
        found.append(selection)
    return found


def supply(transaction: Transaction, newsletter: Newsletter) -> Supply:
    """Everything that this newsletter could send now."""
    return Supply(
        pool=tuple(content.pool(transaction, newsletter.id)),
        waiting=tuple(issues.waiting(transaction, newsletter.id)),
        answers=tuple(issues.answers(transaction, newsletter.id)),
        last_article_id=issues.last_article_id(transaction, newsletter.id),
    )


def choice_of(selection: Selection) -> Choice:
    """The selection as ids and a letter."""
    return Choice(
        letter=selection.letter,
        issue_id=selection.issue.id if selection.issue else None,
        theme_id=selection.theme.id if selection.theme else None,
        insight_id=selection.insight.id if selection.insight else None,
        question_id=selection.question.id if selection.question else None,
        answer_id=selection.answer.id if selection.answer else None,
        source=selection.source,
        repeats=selection.repeats,
    )
