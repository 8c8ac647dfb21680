"""What a slot gets, and a forecast that is what will be sent."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from cast import FOUNDED, SUNDAY, a_newsletter, a_theme
from wekelijks.domain.errors import NotAllowed
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.services import choosing, runway
from wekelijks.services.choosing import Choice
from wekelijks.store import content, issues, newsletters, schema
from wekelijks.store.database import Database, Transaction

NOW = FOUNDED + timedelta(days=60)
WEEK = timedelta(weeks=1)


def sundays(count: int) -> list[date]:
    """So many slots of the cast's newsletter."""
    return [SUNDAY + week * WEEK for week in range(count)]


def queued(database: Database, newsletter: Newsletter, *, pinned_on: date | None = None, **columns: Any) -> int:
    """An issue at the queue's end or pinned to a date; its id."""
    values = {"body": "Tekst."} if "theme_id" not in columns else {}
    with database.begin() as transaction:
        issue_id = issues.add(transaction, newsletter.id, {**values, **columns, "pinned_on": pinned_on}, now=NOW)
        if pinned_on is None:
            issues.place(transaction, newsletter.id, issue_id, 1_000)
    return issue_id


def opened(transaction: Transaction, newsletter: Newsletter, on: date, *, at: datetime = NOW) -> Choice | None:
    """Open the slot of this date as the clock would; what it got."""
    choice = choosing.choose(transaction, newsletter, on)
    if choice is not None:
        issue_id = choosing.use(transaction, newsletter, choice, now=at)
        row = {"newsletter_id": newsletter.id, "on": on, "state": SlotState.OPEN, "opened_at": at}
        transaction.execute(insert(schema.slot).values(**row, issue_id=issue_id))
    return choice


def sources(choices: Iterable[Choice | None]) -> list[tuple[str, str] | None]:
    """Where each letter comes from, and its subject."""
    return [None if one is None else (one.source, one.letter.subject) for one in choices]


def test_pinned_then_the_queues_head_then_the_pool_then_nothing(database: Database) -> None:
    """Four Sundays: each letter is sent once, and after the last one there is no empty letter."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter)
    queued(database, newsletter, subject="Eerst")
    queued(database, newsletter, subject="Kerst", pinned_on=SUNDAY)

    with database.begin() as transaction:
        found = [opened(transaction, newsletter, on) for on in sundays(4)]

    assert sources(found) == [("pinned", "Kerst"), ("queue", "Eerst"), ("pool", "Loslaten"), None]


def test_a_letter_of_the_pool_carries_everything(database: Database) -> None:
    """Theme, subtitle, paragraphs, insight and question, and it says whose they are."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)

    with database.read() as transaction:
        choice = choosing.choose(transaction, newsletter, SUNDAY)

    assert choice is not None
    assert (choice.theme_id, choice.issue_id, choice.repeats, choice.letter.on) == (theme_id, None, False, SUNDAY)
    assert choice.letter.subject == choice.letter.title == "Loslaten"
    assert choice.letter.preheader == choice.letter.subtitle == "wat je niet vasthoudt, kan bewegen"
    assert choice.letter.reflection.split("\n\n")[1] == "Dan helpt het om één ding neer te leggen."
    assert choice.letter.insight == "Rust is geen plek, maar een richting."
    assert choice.letter.question == "Wat mag vandaag blijven liggen?"
    assert choice.letter.from_pool


def test_choosing_changes_nothing(database: Database) -> None:
    """Asked twice, the answer is the same."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter)
    queued(database, newsletter, subject="Eerst")

    with database.read() as transaction:
        first, second = (choosing.choose(transaction, newsletter, SUNDAY) for _ in range(2))

    assert first == second


def test_a_theme_that_is_pinned_to_a_later_date_is_not_given_before(database: Database) -> None:
    """Nor is it given afterwards: an issue about a theme is a use of it, with its insight."""
    newsletter = a_newsletter(database)
    for title in ("Een", "Twee", "Drie"):
        a_theme(database, newsletter, title)
    queued(database, newsletter, theme_id=1, pinned_on=SUNDAY + WEEK)

    with database.begin() as transaction:
        found = [opened(transaction, newsletter, on) for on in sundays(4)]
        [first, *_others] = content.pool(transaction, newsletter.id)

    assert sources(found) == [("pool", "Twee"), ("pinned", "Een"), ("pool", "Drie"), None]
    assert (first.last_used, first.insights[0].last_used) == (SUNDAY + WEEK, SUNDAY + WEEK)
    assert first.questions[0].last_used == SUNDAY + WEEK


def test_an_issue_whose_theme_was_retired_is_passed_over(database: Database) -> None:
    """It stays in the queue, the next one goes, and the runway says so."""
    newsletter = a_newsletter(database)
    theme_id = a_theme(database, newsletter)
    passed = queued(database, newsletter, theme_id=theme_id)
    queued(database, newsletter, subject="Tweede")
    with database.begin() as transaction:
        content.retire(transaction, newsletter.id, "theme", theme_id, now=NOW)
        found = [opened(transaction, newsletter, on) for on in sundays(2)]
        [left] = issues.waiting(transaction, newsletter.id)

    assert sources(found) == [("queue", "Tweede"), None]
    assert (left.id, left.position) == (passed, 1)
    assert runway.coming(database, newsletter, sundays(1)).warnings[-1] == (
        f"Issue {passed} is passed over: its theme {theme_id} is retired."
    )


def test_after_a_letter_without_a_theme_an_article_may_come_again(database: Database) -> None:
    """Twice running means one letter after the other."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter, "Een")
    other = a_theme(database, newsletter, "Twee")
    with database.begin() as transaction:
        third = transaction.execute(
            insert(schema.theme)
            .values(article_id=1, position=2, title="Drie", reflection=["x"])
            .returning(schema.theme.c.id)
        ).scalar_one()
        transaction.execute(insert(schema.insight).values(theme_id=third, position=1, text="Drie."))
        transaction.execute(insert(schema.question).values(article_id=1, theme_id=third, position=1, text="Drie?"))
        opened(transaction, newsletter, SUNDAY - WEEK)
        next_in_line = choosing.choose(transaction, newsletter, SUNDAY)
    queued(database, newsletter, subject="Hoi")

    with database.begin() as transaction:
        foretold = _runway(transaction, newsletter, sundays(2))
        found = [opened(transaction, newsletter, on) for on in sundays(2)]

    assert foretold == found
    assert next_in_line is not None
    assert next_in_line.theme_id == other
    assert [choice.theme_id for choice in found if choice] == [None, third]


def test_memory_belongs_to_one_newsletter(database: Database) -> None:
    """What one newsletter sent or queued is nothing to the other."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="ander", is_default=False)
    a_theme(database, newsletter, "Een")
    theirs = a_theme(database, other, "Twee")
    queued(database, newsletter, subject="Hoi")

    with database.begin() as transaction:
        for on in sundays(2):
            opened(transaction, newsletter, on)
        found = choosing.choose(transaction, other, SUNDAY)

    assert found is not None
    assert (found.source, found.theme_id) == ("pool", theirs)


@pytest.mark.parametrize("change", ["removed", "moved", "edited", "pinned", "taken"])
def test_what_changed_since_it_was_chosen_is_not_used(database: Database, change: str) -> None:
    """Nothing is taken, so the caller can choose again."""
    newsletter = a_newsletter(database)
    first, second = queued(database, newsletter, subject="Eerst"), queued(database, newsletter, subject="Tweede")
    with database.read() as transaction:
        choice = choosing.choose(transaction, newsletter, SUNDAY)
    assert choice is not None

    with database.begin() as transaction:
        if change == "removed":
            issues.place(transaction, newsletter.id, first, None)
            issues.remove(transaction, first)
        elif change == "moved":
            issues.place(transaction, newsletter.id, second, 1)
        elif change == "edited":
            issues.amend(transaction, first, {"body": "Andere tekst."}, now=NOW)
        elif change == "pinned":
            issues.place(transaction, newsletter.id, first, None)
            issues.amend(transaction, first, {"pinned_on": SUNDAY + WEEK}, now=NOW)
        else:
            opened(transaction, newsletter, SUNDAY - WEEK)

    with pytest.raises(NotAllowed), database.begin() as transaction:
        choosing.use(transaction, newsletter, choice, now=NOW)


def test_the_runway_says_when_it_ends(database: Database) -> None:
    """Two letters, then nothing: the date, the count and a sentence, also where the end lies beyond what is shown."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter, "Een")
    queued(database, newsletter, subject="Hoi")

    shown = runway.coming(database, newsletter, sundays(3))
    short = runway.coming(database, newsletter, sundays(1))

    assert [row.source for row in shown.rows] == ["queue", "pool", None]
    assert [row.subject for row in shown.rows] == ["Hoi", "Een", ""]
    assert shown.ends_on == short.ends_on == SUNDAY + 2 * WEEK
    assert shown.letters_left == short.letters_left == 2
    assert "2 more letters; from 2026-03-22 on there is nothing" in short.warnings[0]


def test_the_runway_says_when_themes_return(database: Database) -> None:
    """With a rest of two weeks three themes go round for ever, and the fourth letter is the first repeat."""
    newsletter = a_newsletter(database, repeat_after_weeks=2)
    for title in ("Een", "Twee", "Drie"):
        a_theme(database, newsletter, title)

    found = runway.coming(database, newsletter, sundays(4))
    short = runway.coming(database, newsletter, sundays(2))

    assert [row.theme for row in found.rows] == ["Een", "Twee", "Drie", "Een"]
    assert [row.repeats for row in found.rows] == [False, False, False, True]
    assert (found.ends_on, found.letters_left) == (None, None)
    assert found.repeats_from == short.repeats_from == SUNDAY + 3 * WEEK
    assert found.warnings == ("From 2026-03-29 on themes return that readers have had before.",)
    assert short.warnings == ()


def test_the_runway_tells_of_a_date_that_went_by(database: Database) -> None:
    """An issue that was pinned to a date on which nothing was opened does not go by itself."""
    newsletter = a_newsletter(database)
    issue_id = queued(database, newsletter, subject="Pasen", pinned_on=SUNDAY - WEEK)

    assert f"Issue {issue_id} was pinned to 2026-03-01 and not sent" in str(
        runway.coming(database, newsletter, sundays(2)).warnings
    )


def test_an_empty_calendar_has_an_empty_runway(database: Database) -> None:
    """No dates, no rows, no guess."""
    newsletter = a_newsletter(database)

    found = runway.coming(database, newsletter, [])

    assert (found.rows, found.ends_on, found.repeats_from, found.letters_left, found.warnings) == (
        (),
        None,
        None,
        None,
        (),
    )


@dataclass(frozen=True)
class AThemeToBe:
    """One theme of a pool that hypothesis thinks of."""

    article: int
    insights: int
    questions: int
    reflection: bool
    retired: bool


@dataclass(frozen=True)
class AnIssueToBe:
    """One issue, whole or about the theme with this number (where there is one), queued or pinned."""

    theme: int | None
    pinned_week: int | None
    own_insight: bool


themes_to_be = st.lists(
    st.builds(
        AThemeToBe,
        article=st.integers(0, 3),
        insights=st.integers(0, 3),
        questions=st.integers(0, 2),
        reflection=st.sampled_from([True, True, True, False]),
        retired=st.sampled_from([False, False, False, True]),
    ),
    max_size=9,
)
issues_to_be = st.lists(
    st.builds(
        AnIssueToBe,
        theme=st.none() | st.integers(0, 8),
        pinned_week=st.none() | st.integers(0, 14),
        own_insight=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda one: (one.pinned_week, one.theme if one.pinned_week is None else None),
)


class _UndoError(Exception):
    """Ends an example without a trace."""


@given(
    themes=themes_to_be,
    queue=issues_to_be,
    lent=st.sets(st.integers(0, 3)),
    rest=st.integers(1, 12),
    gap=st.integers(1, 2),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_runway_is_what_will_be_sent(
    database: Database, themes: list[AThemeToBe], queue: list[AnIssueToBe], lent: set[int], rest: int, gap: int
) -> None:
    """Opening week after week gives exactly the forecast: letters, ids, sources, repeats and weeks without one."""
    with suppress(_UndoError), database.begin() as transaction:
        newsletter = _a_stocked_newsletter(transaction, themes, queue, lent, rest)
        dates = [SUNDAY + week * gap * WEEK for week in range(14)]

        foretold = _runway(transaction, newsletter, dates)
        sent = [opened(transaction, newsletter, on, at=NOW + number * WEEK) for number, on in enumerate(dates)]

        assert foretold == sent
        taken = [choice.issue_id for choice in sent if choice and choice.issue_id]
        assert len(taken) == len(set(taken))
        raise _UndoError


def _a_stocked_newsletter(
    transaction: Transaction, themes: list[AThemeToBe], queue: list[AnIssueToBe], lent: set[int], rest: int
) -> Newsletter:
    columns: dict[str, Any] = {"sender_name": "M", "sender_address": "m@stilte.example", "language": "nl"}
    moment: dict[str, Any] = {
        "timezone": "Europe/Amsterdam",
        "weekday": 6,
        "moment": NOW.time(),
        "created_at": FOUNDED,
    }
    newsletter_id = newsletters.add(
        transaction, slug="stilte", name="Stilte", **columns, **moment, repeat_after_weeks=rest
    )
    articles = [_an_article(transaction, newsletter_id, number, lends=number in lent) for number in range(4)]
    ids = [_a_theme_of(transaction, articles[one.article], number, one) for number, one in enumerate(themes)]
    for number, one in enumerate(queue):
        _an_issue(transaction, newsletter_id, number, one, ids)
    return newsletters.get(transaction, newsletter_id)


def _an_article(transaction: Transaction, newsletter_id: int, number: int, *, lends: bool) -> int:
    row = insert(schema.article).values(newsletter_id=newsletter_id, key=str(number), title="A", imported_at=NOW)
    article_id = int(transaction.execute(row.returning(schema.article.c.id)).scalar_one())
    if lends:
        texts = [{"article_id": article_id, "position": n, "text": f"Geleend {n}?"} for n in (1, 2)]
        transaction.execute(insert(schema.question), texts)
    return article_id


def _a_theme_of(transaction: Transaction, article_id: int, number: int, theme: AThemeToBe) -> int:
    row = insert(schema.theme).values(
        article_id=article_id,
        position=number,
        title=f"Thema {number}",
        reflection=["Een."] if theme.reflection else [],
        retired_at=NOW if theme.retired else None,
    )
    theme_id = int(transaction.execute(row.returning(schema.theme.c.id)).scalar_one())
    for place in range(theme.insights):
        transaction.execute(insert(schema.insight).values(theme_id=theme_id, position=place, text=f"Inzicht {place}"))
    for place in range(theme.questions):
        question = {"article_id": article_id, "theme_id": theme_id, "position": place, "text": f"Vraag {place}"}
        transaction.execute(insert(schema.question).values(**question))
    return theme_id


def _an_issue(transaction: Transaction, newsletter_id: int, number: int, issue: AnIssueToBe, ids: list[int]) -> None:
    theme_id = ids[issue.theme] if issue.theme is not None and issue.theme < len(ids) else None
    values = {
        "subject": f"Brief {number}",
        "theme_id": theme_id,
        "body": "" if theme_id else "Tekst.",
        "insight": "Eigen." if issue.own_insight else "",
        "pinned_on": None if issue.pinned_week is None else SUNDAY + issue.pinned_week * WEEK,
    }
    issue_id = issues.add(transaction, newsletter_id, values, now=NOW)
    if issue.pinned_week is None:
        issues.place(transaction, newsletter_id, issue_id, 1_000)


def test_a_slot_that_was_cancelled_has_used_its_material(database: Database) -> None:
    """Some readers may have had it."""
    newsletter = a_newsletter(database)
    a_theme(database, newsletter)
    with database.begin() as transaction:
        opened(transaction, newsletter, SUNDAY)
        transaction.execute(update(schema.slot).values(state=SlotState.CANCELLED))

        assert choosing.choose(transaction, newsletter, SUNDAY + WEEK) is None


def _runway(transaction: Transaction, newsletter: Newsletter, dates: list[date]) -> list[Choice | None]:
    """The forecast as choices, to be compared with what was sent."""
    return [
        None if one is None else choosing.choice_of(one) for one in choosing.foretold(transaction, newsletter, dates)
    ]
