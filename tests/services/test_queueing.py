"""What a writer asks of the queue, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from cast import FOUNDED, SUNDAY, a_newsletter, a_theme
from wekelijks.domain import issue_file
from wekelijks.domain.errors import BadInput, NotAllowed, NotFound
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.services import choosing, queueing
from wekelijks.services.queueing import Done, Outcome
from wekelijks.store import archive, content, issues, schema
from wekelijks.store.database import Database

NOW = FOUNDED + timedelta(days=60)  # Friday 6 March 2026.
WEEK = timedelta(weeks=1)


def add(database: Database, newsletter: Newsletter, subject: str, *, key: str | None = None, more: str = "") -> Done:
    """Add a whole issue with this subject."""
    file = issue_file.read(f"---\nsubject: {subject}\n{more}---\nTekst.".encode(), name="brief.md")
    return queueing.add(database, newsletter, file, file_key=f"/{subject}.md" if key is None else key, now=NOW)


def edit(database: Database, newsletter: Newsletter, issue_id: int, subject: str, key: str) -> Done:
    """Give an issue this subject, from this file."""
    file = issue_file.read(f"---\nsubject: {subject}\n---\nTekst.".encode(), name="brief.md")
    return queueing.edit(database, newsletter, issue_id, file, file_key=key, now=NOW)


def a_slot(database: Database, newsletter: Newsletter, on: date, state: SlotState, **columns: Any) -> None:
    """A slot in this state."""
    with database.begin() as transaction:
        row = {"newsletter_id": newsletter.id, "on": on, "state": state, **columns}
        transaction.execute(insert(schema.slot).values(**row))


def send_next(database: Database, newsletter: Newsletter, on: date = SUNDAY) -> int:
    """Open the slot of this date; the issue that it took."""
    with database.begin() as transaction:
        choice = choosing.choose(transaction, newsletter, on)
        assert choice is not None
        issue_id = choosing.use(transaction, newsletter, choice, now=NOW)
    letter = archive.as_stored(choice.letter)
    a_slot(database, newsletter, on, SlotState.OPEN, issue_id=issue_id, opened_at=NOW, letter=letter)
    return issue_id


def places(database: Database, newsletter: Newsletter) -> list[tuple[str, int | None, date | None, date | None]]:
    """Subject, place, pin and expected date of what waits, as listed."""
    return [
        (one.subject, one.issue.position, one.issue.pinned_on, one.goes_on)
        for one in queueing.listed(database, newsletter, now=NOW)
    ]


def test_issues_queue_up_and_know_when_they_go(database: Database) -> None:
    """One a week from the coming Sunday on; what is skipped goes a week later."""
    newsletter = a_newsletter(database)
    a_slot(database, newsletter, SUNDAY + WEEK, SlotState.SKIPPED)

    done = [add(database, newsletter, subject) for subject in ("Een", "Twee")]

    assert [one.outcome for one in done] == [Outcome.ADDED, Outcome.ADDED]
    assert places(database, newsletter) == [("Een", 1, None, SUNDAY), ("Twee", 2, None, SUNDAY + 2 * WEEK)]


def test_the_same_file_again_updates_its_issue(database: Database) -> None:
    """It keeps its id and its place; unchanged is said; another file is another issue."""
    newsletter = a_newsletter(database)
    first = add(database, newsletter, "Een", key="/a.md")
    add(database, newsletter, "Twee", key="/b.md")

    again = add(database, newsletter, "Een", key="/a.md")
    changed = add(database, newsletter, "Beter", key="/a.md")

    assert (again.outcome, changed.outcome) == (Outcome.UNCHANGED, Outcome.UPDATED)
    assert again.standing.issue.id == changed.standing.issue.id == first.standing.issue.id
    assert [row[:2] for row in places(database, newsletter)] == [("Beter", 1), ("Twee", 2)]


def test_an_update_keeps_the_date_of_a_pinned_issue(database: Database) -> None:
    """Correcting a word does not put it back into the queue."""
    newsletter = a_newsletter(database)
    issue_id = add(database, newsletter, "Kerst", key="/a.md").standing.issue.id
    queueing.pin(database, newsletter, issue_id, SUNDAY + WEEK, now=NOW)

    add(database, newsletter, "Kerst!", key="/a.md")

    assert places(database, newsletter) == [("Kerst!", None, SUNDAY + WEEK, SUNDAY + WEEK)]


def test_text_from_a_pipe_is_nobodys_file(database: Database) -> None:
    """Without a key every text is a new issue."""
    newsletter = a_newsletter(database)

    ids = {add(database, newsletter, "Een", key="").standing.issue.id for _ in range(2)}

    assert len(ids) == 2


def test_adding_a_directory_again_sends_nothing_twice(database: Database) -> None:
    """A file whose letter was sent is refused under the same subject, and is a new issue under another one."""
    newsletter = a_newsletter(database)
    first = add(database, newsletter, "Een", key="/a.md").standing.issue.id
    send_next(database, newsletter)

    with pytest.raises(NotAllowed, match="was sent on 2026-03-08 as issue 1"):
        add(database, newsletter, "Een", key="/a.md", more="ps: Beter.\n")
    new = add(database, newsletter, "Twee", key="/a.md")

    assert new.outcome is Outcome.ADDED
    assert new.standing.issue.id != first


def test_editing_makes_another_file_the_issues_own(database: Database) -> None:
    """From then on adding that file updates this issue; a file of another waiting issue is refused."""
    newsletter = a_newsletter(database)
    one = add(database, newsletter, "Een", key="/a.md").standing.issue.id
    other = add(database, newsletter, "Twee", key="/b.md").standing.issue.id

    edited = edit(database, newsletter, one, "Eerst", "/c.md")
    added = add(database, newsletter, "Allereerst", key="/c.md")

    assert (edited.outcome, added.outcome) == (Outcome.UPDATED, Outcome.UPDATED)
    assert added.standing.issue.id == one
    with pytest.raises(NotAllowed, match=f"the file of issue {other}"):
        edit(database, newsletter, one, "Eerst", "/b.md")


def test_an_issue_that_is_edited_from_a_pipe_keeps_its_file(database: Database) -> None:
    """So that adding the file again still updates it."""
    newsletter = a_newsletter(database)
    issue_id = add(database, newsletter, "Een", key="/a.md").standing.issue.id

    edit(database, newsletter, issue_id, "Eerst", "")

    assert add(database, newsletter, "Een", key="/a.md").standing.issue.id == issue_id


def test_moving_changes_the_order_and_unpins(database: Database) -> None:
    """To the head, past the end, and from a date into the queue."""
    newsletter = a_newsletter(database)
    ids = [add(database, newsletter, subject).standing.issue.id for subject in ("Een", "Twee", "Drie")]
    queueing.pin(database, newsletter, ids[1], SUNDAY + 9 * WEEK, now=NOW)

    to_head = queueing.move(database, newsletter, ids[2], 1, now=NOW)
    again = queueing.move(database, newsletter, ids[2], 1, now=NOW)
    queueing.move(database, newsletter, ids[1], 99, now=NOW)

    assert (to_head.outcome, again.outcome) == (Outcome.UPDATED, Outcome.UNCHANGED)
    assert [row[:3] for row in places(database, newsletter)] == [
        ("Drie", 1, None),
        ("Een", 2, None),
        ("Twee", 3, None),
    ]
    with pytest.raises(BadInput):
        queueing.move(database, newsletter, ids[0], 0, now=NOW)


def test_pinning_takes_an_issue_out_of_the_queue(database: Database) -> None:
    """The others close up; the date is its own; pinning again to the same date is no error."""
    newsletter = a_newsletter(database)
    ids = [add(database, newsletter, subject).standing.issue.id for subject in ("Een", "Twee")]

    first = queueing.pin(database, newsletter, ids[0], SUNDAY + WEEK, now=NOW)
    again = queueing.pin(database, newsletter, ids[0], SUNDAY + WEEK, now=NOW)

    assert (first.outcome, again.outcome, again.notes) == (Outcome.UPDATED, Outcome.UNCHANGED, ())
    assert places(database, newsletter) == [("Twee", 1, None, SUNDAY), ("Een", None, SUNDAY + WEEK, SUNDAY + WEEK)]


def test_a_date_has_one_issue_and_lies_ahead(database: Database) -> None:
    """Refused: a date with another issue, one that has passed, was opened, missed or is skipped."""
    newsletter = a_newsletter(database)
    ids = [add(database, newsletter, subject).standing.issue.id for subject in ("Een", "Twee")]
    queueing.pin(database, newsletter, ids[0], SUNDAY, now=NOW)
    for weeks, state in ((1, SlotState.SKIPPED), (2, SlotState.DONE), (3, SlotState.MISSED)):
        a_slot(database, newsletter, SUNDAY + weeks * WEEK, state, opened_at=NOW if state is SlotState.DONE else None)

    refusals = []
    for day in (SUNDAY, SUNDAY + WEEK, SUNDAY + 2 * WEEK, SUNDAY + 3 * WEEK, SUNDAY - timedelta(days=3)):
        with pytest.raises((NotAllowed, BadInput)) as error:
            queueing.pin(database, newsletter, ids[1], day, now=NOW)
        refusals.append(str(error.value))

    assert refusals == [
        f"Issue {ids[0]} is pinned to 2026-03-08: `issues move {ids[0]} 1` puts it into the queue first.",
        "2026-03-15 is skipped: `slots release 2026-03-15` first.",
        "The slot of 2026-03-22 is done: its letter was opened or missed; pin to a later date.",
        "The slot of 2026-03-29 is missed: its letter was opened or missed; pin to a later date.",
        "2026-03-05 has passed; today is 2026-03-06.",
    ]


def test_a_date_that_the_clock_will_not_open_is_said(database: Database) -> None:
    """A Wednesday is possible, by hand."""
    newsletter = a_newsletter(database)
    issue_id = add(database, newsletter, "Een").standing.issue.id

    done = queueing.pin(database, newsletter, issue_id, SUNDAY + timedelta(days=3), now=NOW)

    assert done.notes == ("The clock will not open Wednesday 2026-03-11 by itself: `slots open 2026-03-11` does.",)
    assert done.standing.goes_on is None


def test_what_was_sent_stays_as_it_was(database: Database) -> None:
    """Not edited, not moved, not pinned, not removed; the letter is shown as it went."""
    newsletter = a_newsletter(database)
    issue_id = add(database, newsletter, "Een").standing.issue.id
    assert send_next(database, newsletter) == issue_id

    for attempt in (
        lambda: edit(database, newsletter, issue_id, "Anders", "/x.md"),
        lambda: queueing.move(database, newsletter, issue_id, 1, now=NOW),
        lambda: queueing.pin(database, newsletter, issue_id, SUNDAY + WEEK, now=NOW),
        lambda: queueing.remove(database, newsletter, issue_id),
    ):
        with pytest.raises(NotAllowed, match="was sent on 2026-03-08"):
            attempt()
    standing, letter = queueing.show(database, newsletter, issue_id, now=NOW)

    assert (standing.state, standing.goes_on, letter.subject, letter.on) == ("sent", SUNDAY, "Een", SUNDAY)
    assert queueing.listed(database, newsletter, now=NOW) == []
    assert [one.issue.id for one in queueing.listed(database, newsletter, sent=True, now=NOW)] == [issue_id]


def test_removing_closes_the_queue_up(database: Database) -> None:
    """And the issue is gone."""
    newsletter = a_newsletter(database)
    ids = [add(database, newsletter, subject).standing.issue.id for subject in ("Een", "Twee")]

    queueing.remove(database, newsletter, ids[0])

    assert [row[:2] for row in places(database, newsletter)] == [("Twee", 1)]
    with pytest.raises(NotFound, match="There is no issue 1"):
        queueing.show(database, newsletter, ids[0], now=NOW)


def test_an_issue_about_a_theme_shows_the_letter_that_will_go(database: Database) -> None:
    """With the pool's words, on its date, and a note when readers had the theme before."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    send_next(database, newsletter)
    file = issue_file.read(b"---\ntheme: Loslaten\nps: Dag!\n---\n", name="brief.md")

    done = queueing.add(database, newsletter, file, file_key="/a.md", now=NOW)
    standing, letter = queueing.show(database, newsletter, done.standing.issue.id, now=NOW)

    assert done.notes == ("Readers had the theme “Loslaten” on 2026-03-08.",)
    assert (standing.subject, standing.theme, standing.issue.theme_id) == ("Loslaten", "Loslaten", theme_id)
    assert (letter.on, letter.insight, letter.ps) == (SUNDAY + WEEK, "Wie loslaat, houdt over.", "Dag!")


def test_an_issue_that_is_passed_over_says_why(database: Database) -> None:
    """Its theme was retired after it was written."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    file = issue_file.read(b"---\ntheme: Loslaten\n---\n", name="brief.md")
    queueing.add(database, newsletter, file, file_key="/a.md", now=NOW)
    with database.begin() as transaction:
        content.retire(transaction, newsletter.id, "theme", theme_id, now=NOW)

    [standing] = queueing.listed(database, newsletter, now=NOW)

    assert (standing.goes_on, standing.obstacle) == (None, f"its theme {theme_id} is retired")


def test_a_question_from_a_reader_is_remembered_with_the_issue(database: Database) -> None:
    """The answer's id goes with the issue into the archive."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        row = {"newsletter_id": newsletter.id, "key": "k", "question": "Hoe vaak?", "answer": "Elke week."}
        transaction.execute(insert(schema.answer).values(**row))
    add(database, newsletter, "Een", more="answer: Hoe vaak?\n")

    issue_id = send_next(database, newsletter)

    with database.read() as transaction:
        letter = archive.letter(transaction, newsletter.id, SUNDAY)
        assert issues.get(transaction, newsletter.id, issue_id).answer_id == 1
    assert letter is not None
    assert (letter.asked, letter.answer) == ("Hoe vaak?", "Elke week.")


def test_another_newsletters_issue_is_not_found(database: Database) -> None:
    """Nor changed."""
    newsletter, other = a_newsletter(database), a_newsletter(database, slug="ander", is_default=False)
    issue_id = add(database, newsletter, "Een").standing.issue.id

    with pytest.raises(NotFound):
        queueing.remove(database, other, issue_id)

    assert [row[0] for row in places(database, newsletter)] == ["Een"]
