"""The runway: the coming letters, and from when material repeats or runs out.

It foretells by the rule that chooses: this is what will be sent, as long as nobody changes the queue or the pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.supply import Selection, Source, Supply, obstacle
from wekelijks.services import choosing
from wekelijks.store.database import Database

SHORT_WEEKS = 8
"""With fewer letters left than this, a writer is warned: two months to write another article."""

_AS_FAR_AS_WEEKS = 260  # Five years: what does not end within them, does not end for anybody who plans letters.


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One coming date."""

    date: date
    source: Source | None
    """None: there is nothing to send on this date."""
    issue_id: int | None
    subject: str
    theme_id: int | None
    theme: str
    """The theme's title; for an issue without a theme of the pool what its writer gave, perhaps nothing."""
    insight: str
    question: str
    repeats: bool
    """Readers have had this theme before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Runway:
    """The coming letters, and how far the material goes beyond them."""

    rows: tuple[Row, ...]
    ends_on: date | None
    """The first date, shown or later, for which there is nothing to send; None: not within five years."""
    repeats_from: date | None
    """The first date, shown or later, that brings a theme which readers have had; None: not within five years."""
    letters_left: int | None
    """Letters before the first date without one; None: they do not end."""
    warnings: tuple[str, ...]
    """Sentences for the operator, the gravest first; empty when all is well."""


def coming(database: Database, newsletter: Newsletter, dates: Sequence[date]) -> Runway:
    """What the slots of these dates, in their order, will send, and when the material repeats or runs out.

    After the last of `dates` it looks on week after week, so that an end beyond them is known too.
    """
    with database.read() as transaction:
        stock = choosing.supply(transaction, newsletter)
    shown = len(dates)
    far = [*dates, *_further(dates)]
    selections = choosing.selections(stock, newsletter, far)
    by_date = list(zip(far, selections, strict=True))
    left = next((number for number, (_on, one) in enumerate(by_date) if one is None), None)
    ends_on = None if left is None else by_date[left][0]
    repeats_from = next((on for on, one in by_date if one is not None and one.repeats), None)
    return Runway(
        rows=tuple(_row(on, selection) for on, selection in by_date[:shown]),
        ends_on=ends_on,
        repeats_from=repeats_from,
        letters_left=left,
        warnings=(*_about_the_end(ends_on, left), *_about_repeats(repeats_from, dates), *_about_issues(stock, dates)),
    )


def _further(dates: Sequence[date]) -> list[date]:
    return [dates[-1] + timedelta(weeks=week) for week in range(1, _AS_FAR_AS_WEEKS + 1)] if dates else []


def _row(on: date, selection: Selection | None) -> Row:
    if selection is None:
        return Row(
            date=on,
            source=None,
            issue_id=None,
            subject="",
            theme_id=None,
            theme="",
            insight="",
            question="",
            repeats=False,
        )
    letter = selection.letter
    return Row(
        date=on,
        source=selection.source,
        issue_id=selection.issue.id if selection.issue else None,
        subject=letter.subject,
        theme_id=selection.theme.id if selection.theme else None,
        theme=letter.title,
        insight=letter.insight,
        question=letter.question,
        repeats=selection.repeats,
    )


def _about_the_end(ends_on: date | None, left: int | None) -> list[str]:
    if ends_on is None or left is None or left >= SHORT_WEEKS:
        return []
    what_to_do = "import an article (`articles import`) or write an issue (`issues add`)"
    if left == 0:
        return [f"There is nothing to send on {ends_on}: {what_to_do}."]
    letters = "one more letter" if left == 1 else f"{left} more letters"
    return [f"There is material for {letters}; from {ends_on} on there is nothing to send: {what_to_do}."]


def _about_repeats(repeats_from: date | None, dates: Sequence[date]) -> list[str]:
    if repeats_from is None or repeats_from > dates[-1]:
        return []
    return [f"From {repeats_from} on themes return that readers have had before."]


def _about_issues(stock: Supply, dates: Sequence[date]) -> list[str]:
    """Issues that will not go out as their writer thinks."""
    found = []
    for issue in stock.waiting:
        why = obstacle(issue, stock.theme(issue.theme_id))
        if why:
            found.append(f"Issue {issue.id} is passed over: {why}.")
        elif issue.pinned_on is not None and dates and issue.pinned_on < dates[0]:
            found.append(
                f"Issue {issue.id} was pinned to {issue.pinned_on} and not sent: `issues move {issue.id} 1` or "
                f"`issues pin {issue.id} DATE`."
            )
    return found
