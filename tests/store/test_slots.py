"""Slots: one row per date, changed by compare-and-set."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from cast import FOUNDED, SUNDAY, a_newsletter
from wekelijks.domain.letter import Letter
from wekelijks.domain.material import Link
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.store import archive, schema, slots
from wekelijks.store.database import Database

NEXT = SUNDAY + timedelta(weeks=1)
LETTER = Letter(
    on=SUNDAY,
    subject="Rust",
    preheader="voor vandaag",
    opening="Dag allemaal,",
    title="Loslaten",
    subtitle="wat je niet vasthoudt",
    reflection="Eén.\n\nTwee.",
    insight="Wie loslaat, houdt over.",
    question="Wat blijft liggen?",
    asked="Hoe begin ik?",
    answer="Klein.",
    read_more=Link(title="Over loslaten", url="https://stilte.example/loslaten"),
    ps="Tot volgende week.",
)


def an_issue(database: Database, newsletter: Newsletter) -> int:
    """An issue of the pool."""
    row = insert(schema.issue).values(
        newsletter_id=newsletter.id, origin="pool", created_at=FOUNDED, updated_at=FOUNDED
    )
    with database.begin() as transaction:
        return int(transaction.execute(row.returning(schema.issue.c.id)).scalar_one())


def test_making_a_slot_twice_leaves_the_first(database: Database) -> None:
    """Two clocks may plan the same week; a decision that was taken stays."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY])
        first = slots.on(transaction, newsletter.id, SUNDAY)
        assert first is not None
        slots.become(transaction, first, SlotState.SKIPPED)

    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY, NEXT])

        found = slots.all_of(transaction, newsletter.id)

    assert [(slot.on, slot.state) for slot in found] == [(SUNDAY, SlotState.SKIPPED), (NEXT, SlotState.PLANNED)]


def test_of_two_who_read_the_same_slot_one_wins(database: Database) -> None:
    """The change is a compare-and-set on what was read."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY])
        read = slots.on(transaction, newsletter.id, SUNDAY)
        assert read is not None

        first = slots.become(transaction, read, SlotState.HELD, reason="operator")
        second = slots.become(transaction, read, SlotState.MISSED)

        now = slots.on(transaction, newsletter.id, SUNDAY)
    assert (first, second) == (True, False)
    assert now is not None
    assert (now.state, now.reason) == (SlotState.HELD, "operator")


def test_the_law_is_kept(database: Database) -> None:
    """A slot that is done becomes nothing else."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY], state=SlotState.DONE)
        done = slots.on(transaction, newsletter.id, SUNDAY)
        assert done is not None

        with pytest.raises(ValueError, match="done cannot become open"):
            slots.become(transaction, done, SlotState.OPEN)


def test_an_opened_letter_is_read_back_as_it_was(database: Database) -> None:
    """Every field of it, through the archive."""
    newsletter = a_newsletter(database)
    issue_id = an_issue(database, newsletter)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY])
        slot = slots.on(transaction, newsletter.id, SUNDAY)
        assert slot is not None

        slots.open_(transaction, slot, LETTER, issue_id=issue_id, opens_at=FOUNDED, now=FOUNDED)

        assert archive.letter(transaction, newsletter.id, SUNDAY) == LETTER
        assert slots.subjects(transaction, newsletter.id, [slot.id]) == {slot.id: "Rust"}


def test_an_issue_belongs_to_one_slot(database: Database) -> None:
    """The database itself refuses to send an issue twice."""
    newsletter = a_newsletter(database)
    issue_id = an_issue(database, newsletter)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY, NEXT])
        first, second = slots.all_of(transaction, newsletter.id)
        slots.open_(transaction, first, LETTER, issue_id=issue_id, opens_at=FOUNDED, now=FOUNDED)

        with pytest.raises(IntegrityError), transaction.begin_nested():
            slots.open_(transaction, second, LETTER, issue_id=issue_id, opens_at=FOUNDED, now=FOUNDED)


def test_a_week_is_taken_by_its_own_slot_and_not_by_an_extra_one(database: Database) -> None:
    """From Monday to Sunday."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY])
        slots.add(transaction, newsletter.id, [NEXT], extra=True)

        taken = [
            slots.week_is_taken(transaction, newsletter.id, SUNDAY - timedelta(days=day)) for day in (-1, 0, 6, 7)
        ]

    assert taken == [False, True, True, False]


def test_a_fallen_instant_is_written_once(database: Database) -> None:
    """Whatever the newsletter's moment becomes later."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        slots.add(transaction, newsletter.id, [SUNDAY])
        slot = slots.on(transaction, newsletter.id, SUNDAY)
        assert slot is not None

        for hours in (0, 5):
            slots.fall_due(transaction, slot, FOUNDED + timedelta(hours=hours))

        now = slots.on(transaction, newsletter.id, SUNDAY)
    assert now is not None
    assert now.opens_at == FOUNDED
