"""The queue's places, with several people at it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from cast import FOUNDED, SUNDAY, a_newsletter, a_theme
from wekelijks.domain.errors import NotFound
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.store import issues, newsletters, schema
from wekelijks.store.database import Database, Transaction

NOW = FOUNDED + timedelta(days=60)


def queue(database: Database, newsletter: Newsletter) -> list[tuple[int | None, str]]:
    """Places and subjects of what waits in the queue."""
    with database.read() as transaction:
        waiting = issues.waiting(transaction, newsletter.id)
    return [(issue.position, issue.subject) for issue in waiting if issue.position is not None]


def add(transaction: Transaction, newsletter: Newsletter, subject: str, position: int = 1_000) -> int:
    """An issue at this place; its id."""
    newsletters.take_turn(transaction, newsletter.id)
    issue_id = issues.add(transaction, newsletter.id, {"subject": subject}, now=NOW)
    issues.place(transaction, newsletter.id, issue_id, position)
    return issue_id


def open_slot(transaction: Transaction, newsletter: Newsletter, issue_id: int | None, on: date = SUNDAY) -> None:
    """A slot that was opened with this issue."""
    row = {"newsletter_id": newsletter.id, "on": on, "state": SlotState.OPEN, "issue_id": issue_id, "opened_at": NOW}
    transaction.execute(insert(schema.slot).values(**row))


def test_places_are_dense_whatever_is_put_where(database: Database) -> None:
    """At the head, in the middle, past the end, and out of the queue: the others close up."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        ids = {name: add(transaction, newsletter, name) for name in "abcd"}

        places = [
            issues.place(transaction, newsletter.id, ids[name], to) for name, to in [("d", 1), ("a", 3), ("b", 99)]
        ]
        issues.place(transaction, newsletter.id, ids["c"], None)

    assert places == [1, 3, 4]
    assert queue(database, newsletter) == [(1, "d"), (2, "a"), (3, "b")]


def test_another_newsletters_queue_is_untouched(database: Database) -> None:
    """Each has its own places."""
    newsletter, other = a_newsletter(database), a_newsletter(database, slug="ander", is_default=False)
    with database.begin() as transaction:
        first = add(transaction, newsletter, "een")
        for name in ("twee", "drie"):
            add(transaction, other, name)
        issues.place(transaction, newsletter.id, first, None)

        with pytest.raises(NotFound):
            issues.get(transaction, other.id, first)

    assert queue(database, other) == [(1, "twee"), (2, "drie")]


def test_many_at_once_leave_no_gap_and_no_double(database: Database) -> None:
    """Four at a time add, move to the head and remove; two connections of their own each."""
    newsletter = a_newsletter(database)

    def work(name: str) -> None:
        own = Database(database.url.render_as_string(hide_password=False))
        for number in range(4):
            with own.begin() as transaction:
                issue_id = add(transaction, newsletter, f"{name}{number}", position=1 + number)
            if number == 2:
                with own.begin() as transaction:
                    newsletters.take_turn(transaction, newsletter.id)
                    issues.place(transaction, newsletter.id, issue_id, None)
                    issues.remove(transaction, issue_id)
        own.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "abcd"))

    found = queue(database, newsletter)
    assert [place for place, _subject in found] == list(range(1, 13))
    assert sorted(subject for _place, subject in found) == sorted(f"{name}{n}" for name in "abcd" for n in (0, 1, 3))


def test_an_issue_is_sent_from_the_moment_its_slot_was_opened(database: Database) -> None:
    """Then it waits no longer, and the slot's date stands beside it."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        sent, waits = add(transaction, newsletter, "een"), add(transaction, newsletter, "twee")
        issues.place(transaction, newsletter.id, sent, None)
        open_slot(transaction, newsletter, sent)

        assert [issue.id for issue in issues.waiting(transaction, newsletter.id)] == [waits]
        assert [(issue.id, issue.sent_on) for issue in issues.sent(transaction, newsletter.id)] == [(sent, SUNDAY)]
        assert issues.get(transaction, newsletter.id, sent).sent_on == SUNDAY


def test_a_file_is_known_by_the_issue_that_waits_before_those_that_were_sent(database: Database) -> None:
    """The latest one first among the sent."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        ids = [
            issues.add(transaction, newsletter.id, {"file_key": "/brief.md", "subject": name}, now=NOW)
            for name in "abc"
        ]
        open_slot(transaction, newsletter, ids[0])
        open_slot(transaction, newsletter, ids[1], SUNDAY + timedelta(weeks=1))

        found = [issue.id for issue in issues.of_file(transaction, newsletter.id, "/brief.md")]

    assert found == [ids[2], ids[1], ids[0]]


def test_removing_an_issue_frees_the_slot_that_waited_for_it(database: Database) -> None:
    """The slot chooses again when its moment comes."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        issue_id = add(transaction, newsletter, "een")
        row = {"newsletter_id": newsletter.id, "on": SUNDAY, "state": SlotState.PLANNED, "issue_id": issue_id}
        transaction.execute(insert(schema.slot).values(**row))

        issues.remove(transaction, issue_id)

        assert transaction.execute(select(schema.slot.c.issue_id)).scalar_one() is None


def test_the_last_article_is_that_of_the_letter_that_was_opened_last(database: Database) -> None:
    """By the moment of opening, not by date; a letter without a theme has none."""
    newsletter = a_newsletter(database)
    themes = [a_theme(database, newsletter, title) for title in ("Een", "Twee")]
    with database.begin() as transaction:
        found = [issues.last_article_id(transaction, newsletter.id)]
        for theme_id, on, hours in [
            (themes[0], SUNDAY, 1),
            (themes[1], SUNDAY - timedelta(weeks=1), 2),
            (None, SUNDAY, 3),
        ]:
            issue_id = issues.add(transaction, newsletter.id, {"theme_id": theme_id}, now=NOW)
            moment = NOW + timedelta(hours=hours)
            row = {"newsletter_id": newsletter.id, "on": on + timedelta(days=hours), "state": SlotState.OPEN}
            transaction.execute(insert(schema.slot).values(**row, issue_id=issue_id, opened_at=moment))
            found.append(issues.last_article_id(transaction, newsletter.id))

    assert found == [None, 1, 2, None]
