"""The queue: what a writer can ask about issues.

An issue that was sent stays as it was sent. Whoever changes the queue takes the newsletter's turn, so two people, or
a person and the clock, never leave it with a gap, a double or a date with two issues.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from wekelijks.domain import matching
from wekelijks.domain.errors import BadInput, NotAllowed
from wekelijks.domain.issue import Issue, title_of
from wekelijks.domain.issue_file import IssueFile
from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import WEEKDAYS, Newsletter
from wekelijks.domain.slot import AHEAD, SlotState
from wekelijks.domain.supply import Selection, Supply, obstacle
from wekelijks.services import choosing
from wekelijks.services.slots import ahead
from wekelijks.store import archive, issues, newsletters, slots
from wekelijks.store.database import Database, Transaction

_FURTHEST_WEEKS = 600  # Beyond eleven years nobody is told when an issue goes.


class Outcome(StrEnum):
    """What adding or editing did."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One issue and when it will go, or went."""

    issue: Issue
    subject: str
    """As readers see it: the issue's own, else its theme's title."""
    theme: str
    """The title of its theme, pinned or in free text; empty: none."""
    goes_on: date | None
    """The date on which it will be sent as things are; None: not within the dates that are known, or never."""
    obstacle: str
    """Why it is passed over; empty when it is not."""

    @property
    def state(self) -> str:
        """`queued`, `pinned` or `sent`."""
        if self.issue.sent_on is not None:
            return "sent"
        return "queued" if self.issue.position is not None else "pinned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done to one issue."""

    outcome: Outcome
    standing: Standing
    notes: tuple[str, ...] = ()
    """What the writer may not have meant, or should know; sentences."""


def add(database: Database, newsletter: Newsletter, file: IssueFile, *, file_key: str, now: datetime) -> Done:
    """Add the file's issue at the queue's end; a file that is there already (`file_key`) updates its issue.

    An updated issue keeps its place or its date. A file whose letter was sent under this subject raises NotAllowed,
    so that nothing goes out twice by adding a whole directory again; with another subject it is a new issue. An empty
    `file_key` is nobody's. Raises BadInput for what could never be sent.
    """
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        supply = choosing.supply(transaction, newsletter)
        columns = matching.columns_of(file, supply)
        known = issues.of_file(transaction, newsletter.id, file_key) if file_key else []
        waiting = next((issue for issue in known if issue.is_waiting), None)
        if waiting is not None:
            return _written(transaction, newsletter, waiting, columns, now=now)
        _refuse_sent(file, known, columns)
        issue_id = issues.add(transaction, newsletter.id, {**columns, "file_key": file_key}, now=now)
        issues.place(transaction, newsletter.id, issue_id, len(supply.waiting) + 1)
        notes = matching.notes_on(supply, columns, issue_id)
        return _done(transaction, newsletter, issue_id, Outcome.ADDED, notes, now=now)


def edit(
    database: Database, newsletter: Newsletter, issue_id: int, file: IssueFile, *, file_key: str, now: datetime
) -> Done:
    """Give a waiting issue the content of this file, which is its file from now on; its place or date stays.

    An empty `file_key` leaves it the file that it had.
    Raises NotFound, NotAllowed for one that was sent or a file of another waiting issue, BadInput as `add` does.
    """
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        issue = _waiting(transaction, newsletter, issue_id, "edited")
        columns = matching.columns_of(file, choosing.supply(transaction, newsletter))
        known = issues.of_file(transaction, newsletter.id, file_key) if file_key else []
        other = next((one for one in known if one.is_waiting and one.id != issue_id), None)
        if other is not None:
            raise NotAllowed(f"{file.name} is the file of issue {other.id}: use `issues edit {other.id}`.")
        own_file = {"file_key": file_key} if file_key else {}
        return _written(transaction, newsletter, issue, {**columns, **own_file}, now=now)


def listed(database: Database, newsletter: Newsletter, *, sent: bool = False, now: datetime) -> list[Standing]:
    """The issues that wait, in the order in which they go, then without a date; with `sent` also those that went."""
    with database.read() as transaction:
        supply = choosing.supply(transaction, newsletter)
        plan = _plan(transaction, newsletter, supply, now=now)
        standings = [_standing(issue, supply, plan) for issue in supply.waiting]
        standings.sort(key=lambda one: (one.goes_on or date.max, one.issue.position or 0, one.issue.id))
        if sent:
            standings += [_standing(issue, supply, plan) for issue in issues.sent(transaction, newsletter.id)]
        return standings


def show(database: Database, newsletter: Newsletter, issue_id: int, *, now: datetime) -> tuple[Standing, Letter]:
    """One issue, and its letter: as it was sent, or as it would be sent now. Raises NotFound."""
    with database.read() as transaction:
        issue = issues.get(transaction, newsletter.id, issue_id)
        supply = choosing.supply(transaction, newsletter)
        plan = _plan(transaction, newsletter, supply, now=now)
        standing = _standing(issue, supply, plan)
        return standing, _letter(transaction, newsletter, issue, supply, plan, now=now)


def move(database: Database, newsletter: Newsletter, issue_id: int, position: int, *, now: datetime) -> Done:
    """Put a waiting issue at this place of the queue, from 1; past the end is the end. One that was pinned is queued.

    Raises NotFound, NotAllowed for one that was sent, BadInput for a place below 1.
    """
    if position < 1:
        raise BadInput("The queue's places begin at 1.")
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        issue = _waiting(transaction, newsletter, issue_id, "moved")
        if issue.pinned_on is not None:
            issues.amend(transaction, issue_id, {"pinned_on": None}, now=now)
        place = issues.place(transaction, newsletter.id, issue_id, position)
        unmoved = place == issue.position and issue.pinned_on is None
        outcome = Outcome.UNCHANGED if unmoved else Outcome.UPDATED
        return _done(transaction, newsletter, issue_id, outcome, [], now=now)


def pin(database: Database, newsletter: Newsletter, issue_id: int, on: date, *, now: datetime) -> Done:
    """Let a waiting issue go on this date and no other; it leaves the queue. Pinning to the same date is no error.

    Raises NotFound, BadInput for a date that has passed, NotAllowed for an issue that was sent and for a date that
    was opened, is skipped or has another issue.
    """
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        issue = _waiting(transaction, newsletter, issue_id, "pinned")
        _refuse_date(transaction, newsletter, issue, on, now=now)
        outcome = Outcome.UNCHANGED if issue.pinned_on == on else Outcome.UPDATED
        if outcome is Outcome.UPDATED:
            issues.place(transaction, newsletter.id, issue_id, None)
            issues.amend(transaction, issue_id, {"pinned_on": on}, now=now)
        notes = _about_date(transaction, newsletter, on, now=now)
        return _done(transaction, newsletter, issue_id, outcome, notes, now=now)


def remove(database: Database, newsletter: Newsletter, issue_id: int) -> Issue:
    """Remove a waiting issue; the queue closes up. Raises NotFound, NotAllowed for one that was sent."""
    with database.begin() as transaction:
        newsletters.take_turn(transaction, newsletter.id)
        issue = _waiting(transaction, newsletter, issue_id, "removed")
        issues.place(transaction, newsletter.id, issue_id, None)
        issues.remove(transaction, issue_id)
        return issue


def _waiting(transaction: Transaction, newsletter: Newsletter, issue_id: int, verb: str) -> Issue:
    issue = issues.get(transaction, newsletter.id, issue_id)
    if not issue.is_waiting:
        raise NotAllowed(f"Issue {issue_id} was sent on {issue.sent_on}: it cannot be {verb} any more.")
    return issue


def _written(
    transaction: Transaction,
    newsletter: Newsletter,
    issue: Issue,
    columns: dict[str, Any],
    *,
    now: datetime,
) -> Done:
    unchanged = all(getattr(issue, column) == value for column, value in columns.items())
    if not unchanged:
        issues.amend(transaction, issue.id, columns, now=now)
    supply = choosing.supply(transaction, newsletter)
    notes = matching.notes_on(supply, columns, issue.id)
    outcome = Outcome.UNCHANGED if unchanged else Outcome.UPDATED
    return _done(transaction, newsletter, issue.id, outcome, notes, now=now)


def _refuse_sent(file: IssueFile, known: list[Issue], columns: dict[str, Any]) -> None:
    """Adding a directory again must not send last week's letter again."""
    for issue in known:
        if all(getattr(issue, column) == columns[column] for column in ("subject", "theme_id", "theme")):
            raise NotAllowed(
                f"{file.name} was sent on {issue.sent_on} as issue {issue.id}: to send it as a new letter, change "
                "its subject or add it from another file."
            )


def _refuse_date(transaction: Transaction, newsletter: Newsletter, issue: Issue, on: date, *, now: datetime) -> None:
    today = newsletter.today(now)
    if on < today:
        raise BadInput(f"{on} has passed; today is {today}.")
    slot = slots.on(transaction, newsletter.id, on)
    if slot is not None and slot.state is SlotState.SKIPPED:
        raise NotAllowed(f"{on} is skipped: `slots release {on}` first.")
    if slot is not None and slot.state not in AHEAD:
        raise NotAllowed(f"The slot of {on} is {slot.state}: its letter was opened or missed; pin to a later date.")
    others = (one for one in issues.waiting(transaction, newsletter.id) if one.id != issue.id)
    other = next((one for one in others if one.pinned_on == on), None)
    if other is not None:
        raise NotAllowed(
            f"Issue {other.id} is pinned to {on}: `issues move {other.id} 1` puts it into the queue first."
        )


def _about_date(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> list[str]:
    rows = ahead.known(transaction, newsletter, now=now)
    if any(slot.on == on and slot.state in AHEAD for slot in rows) or ahead.is_coming(newsletter, rows, on, now=now):
        return []
    weekday = WEEKDAYS[on.weekday()].capitalize()
    return [f"The clock will not open {weekday} {on} by itself: `slots open {on}` does."]


def _done(
    transaction: Transaction,
    newsletter: Newsletter,
    issue_id: int,
    outcome: Outcome,
    notes: list[str],
    *,
    now: datetime,
) -> Done:
    issue = issues.get(transaction, newsletter.id, issue_id)
    supply = choosing.supply(transaction, newsletter)
    plan = _plan(transaction, newsletter, supply, now=now)
    return Done(outcome=outcome, standing=_standing(issue, supply, plan), notes=tuple(notes))


def _plan(transaction: Transaction, newsletter: Newsletter, supply: Supply, *, now: datetime) -> dict[int, Selection]:
    """For each issue that goes on a date which the clock will open: what goes."""
    today = newsletter.today(now)
    last = max((issue.pinned_on or today for issue in supply.waiting), default=today)
    weeks = min(max(len(supply.waiting), (last - today).days // 7) + 2, _FURTHEST_WEEKS)
    dates = ahead.coming(transaction, newsletter, weeks=weeks, now=now)
    found = choosing.selections(supply, newsletter, dates)
    return {one.issue.id: one for one in found if one is not None and one.issue is not None}


def _standing(issue: Issue, supply: Supply, plan: dict[int, Selection]) -> Standing:
    theme = supply.theme(issue.theme_id)
    title = theme.title if theme else issue.theme
    coming = plan.get(issue.id)
    return Standing(
        issue=issue,
        subject=issue.subject or title_of(title),
        theme=title,
        goes_on=issue.sent_on or (coming.on if coming else None),
        obstacle=obstacle(issue, theme) if issue.is_waiting else "",
    )


def _letter(
    transaction: Transaction,
    newsletter: Newsletter,
    issue: Issue,
    supply: Supply,
    plan: dict[int, Selection],
    *,
    now: datetime,
) -> Letter:
    if issue.sent_on is not None and (sent := archive.letter(transaction, newsletter.id, issue.sent_on)) is not None:
        return sent
    if issue.id in plan:
        return plan[issue.id].letter
    on = issue.pinned_on or next(iter(ahead.coming(transaction, newsletter, weeks=1, now=now)))
    return supply.selected(issue, on, source="pinned" if issue.pinned_on else "queue").letter
