"""What an issue's file means in the pool, and the letter that comes of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from wekelijks.domain import issue_file, matching
from wekelijks.domain.errors import BadInput
from wekelijks.domain.issue import Issue, PoolAnswer, link_of
from wekelijks.domain.letter import Letter
from wekelijks.domain.material import Link, PoolInsight, PoolQuestion, PoolTheme
from wekelijks.domain.supply import Supply

SUNDAY = date(2026, 3, 8)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_theme(id_: int, title: str, **changes: Any) -> PoolTheme:
    """A complete theme."""
    values: dict[str, Any] = {
        "id": id_,
        "article_id": 1,
        "position": id_,
        "title": title,
        "subtitle": "wat blijft",
        "reflection": ("Eerste alinea.", "Tweede alinea."),
        "insights": (
            PoolInsight(id=1, text="Wie loslaat, houdt over."),
            PoolInsight(id=2, text="Rust is een richting."),
        ),
        "questions": (PoolQuestion(id=1, text="Wat mag blijven liggen?"), PoolQuestion(id=2, text="Wat niet?")),
        "read_more": Link(title="Over loslaten", url="https://stilte.example/loslaten"),
    }
    return PoolTheme(**{**values, **changes})


POOL = (
    a_theme(1, "Loslaten"),
    a_theme(2, "Rust"),
    a_theme(3, "Rust", retired=True),
    a_theme(4, "Dubbel"),
    a_theme(5, "Dubbel"),
    a_theme(6, "Zonder inzicht", insights=()),
    a_theme(7, "Zonder vraag", questions=()),
    a_theme(8, "Leeg", reflection=()),
    a_theme(9, "Voorbij", retired=True),
)
SUPPLY = Supply(
    pool=POOL,
    waiting=(),
    answers=(PoolAnswer(id=5, question="Hoe vaak schrijf je?", answer="Elke week.\n\nAltijd."),),
    last_article_id=None,
)


def columns(front_matter: str, body: str = "") -> dict[str, Any]:
    """The issue's columns for this file."""
    file = issue_file.read(f"---\n{front_matter}\n---\n{body}".encode(), name="brief.md")
    return matching.columns_of(file, SUPPLY)


def letter(front_matter: str, body: str = "") -> Letter:
    """The letter of this file's issue."""
    issue = Issue(
        **columns(front_matter, body),
        id=1,
        newsletter_id=1,
        origin="queue",
        file_key="",
        position=1,
        pinned_on=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return SUPPLY.selected(issue, SUNDAY, source="queue").letter


def test_a_whole_issue_needs_no_theme_and_no_insight() -> None:
    """A subject and a body are a letter."""
    assert letter("subject: Hoi", "Tekst.") == Letter(on=SUNDAY, subject="Hoi", reflection="Tekst.")


@pytest.mark.parametrize("theme", ["1", "Loslaten", "  Loslaten "])
def test_a_theme_is_pinned_by_id_or_title_and_the_pool_fills_in_the_rest(theme: str) -> None:
    """The writer added a personal word; everything else is the theme's, by the pool's own rule."""
    made = letter(f"theme: {theme}\nopening: Lieve lezer,\nps: Dag!")

    assert made == Letter(
        on=SUNDAY,
        subject="Loslaten",
        preheader="wat blijft",
        opening="Lieve lezer,",
        title="Loslaten",
        subtitle="wat blijft",
        reflection="Eerste alinea.\n\nTweede alinea.",
        insight="Wie loslaat, houdt over.",
        question="Wat mag blijven liggen?",
        read_more=Link(title="Over loslaten", url="https://stilte.example/loslaten"),
        ps="Dag!",
        from_pool=True,
    )


def test_what_the_writer_wrote_goes_before_the_pool() -> None:
    """Every field of a pinned theme can be given in the file, the reflection too."""
    front = "subject: S\npreheader: P\ntheme: 1\ninsight: I\nquestion: Q\nlink: Meer <https://stilte.example/x>"

    made = letter(front, "Eigen woorden.")

    assert (made.subject, made.preheader, made.title, made.insight, made.question) == ("S", "P", "Loslaten", "I", "Q")
    assert (made.reflection, made.from_pool) == ("Eigen woorden.", False)
    assert made.read_more == Link(title="Meer", url="https://stilte.example/x")


@pytest.mark.parametrize(("insight", "question"), [("2", "2"), ("Rust is een richting.", "Wat niet?")])
def test_an_insight_and_a_question_of_the_theme_are_meant_by_id_or_by_their_words(
    insight: str, question: str
) -> None:
    """Then the pool's memory knows that they were used."""
    found = columns(f"theme: 1\ninsight: {insight}\nquestion: {question}")

    assert (found["insight_id"], found["insight"], found["question_id"], found["question"]) == (2, "", 2, "")


def test_a_living_theme_goes_before_a_retired_one_of_the_same_title() -> None:
    """The retired one is not meant."""
    assert columns("theme: Rust")["theme_id"] == 2


def test_a_theme_in_free_text_has_a_title_and_perhaps_a_subtitle() -> None:
    """Written as an article writes its headings; quotation marks are the letter's, not the insight's."""
    made = letter("theme: Sneeuw — wat het dempt\ninsight: “Stilte valt.”", "Tekst.")

    assert (made.subject, made.title, made.subtitle) == ("Sneeuw", "Sneeuw", "wat het dempt")
    assert (made.preheader, made.insight, made.from_pool) == ("wat het dempt", "Stilte valt.", False)


@pytest.mark.parametrize("answer", ["5", "Hoe vaak schrijf je?"])
def test_a_question_from_a_reader_comes_with_its_answer(answer: str) -> None:
    """By the answer's id or the question's words."""
    made = letter(f"subject: Hoi\nanswer: {answer}", "Tekst.")

    assert (made.asked, made.answer) == ("Hoe vaak schrijf je?", "Elke week.\n\nAltijd.")


def test_a_theme_without_a_question_may_be_pinned() -> None:
    """A writer may want a letter without one; the pool never does."""
    assert letter("theme: Zonder vraag").question == ""


@pytest.mark.parametrize(
    ("front_matter", "body", "complaint"),
    [
        ("ps: x", "Tekst.", "brief.md: a letter needs a subject"),
        ("subject: Hoi", "", "brief.md: there is nothing to read"),
        (
            "subject: Hoi\ntheme: Loslatten",
            "",
            "brief.md:3: the pool has no theme “Loslatten”. Perhaps you mean “Loslaten”",
        ),
        ("theme: loslaten", "", "Perhaps you mean “Loslaten”. A theme in free text needs an insight and a body"),
        ("theme: Los", "Tekst.", "Perhaps you mean “Loslaten”. A theme in free text needs an insight beside it."),
        ("theme: 77", "", "brief.md:2: there is no theme “77”"),
        ("theme: 99999999999999999999999999", "", "brief.md:2: there is no theme"),
        ("theme: Dubbel", "", "brief.md:2: several themes are called “Dubbel”: give the id, 4 or 5"),
        ("theme: Voorbij", "", "brief.md:2: theme 9 “Voorbij” is retired"),
        ("theme: 3", "Tekst.", "brief.md:2: theme 3 “Rust” is retired"),
        ("theme: Zonder inzicht", "", "brief.md:2: theme 6 “Zonder inzicht” has no insight"),
        ("theme: Leeg", "", "brief.md:2: theme 8 “Leeg” has no reflection"),
        ("theme: 1\ninsight: 7", "", "brief.md:3: the theme has no insight 7; it has 1, 2"),
        ("subject: a\nquestion: 7", "Tekst.", "brief.md:3: the theme has no question 7; it has none"),
        ("subject: a\nanswer: Hoe vaak schrijf jij?", "Tekst.", "brief.md:3: no article answers the question"),
        ("subject: a\nlink: stilte.example", "Tekst.", "brief.md:3: “stilte.example” is no address of a page"),
        ("subject: a\nlink: '[x](javascript:alert)'", "Tekst.", "brief.md:3: “javascript:alert” is no address"),
        ("subject: a\nlink: lees hier meer", "Tekst.", "brief.md:3: a link is an address"),
        (f"subject: {'a' * 201}", "Tekst.", "brief.md:2: 201 characters are too many for a subject"),
    ],
)
def test_what_could_never_be_sent_is_refused_with_its_place(front_matter: str, body: str, complaint: str) -> None:
    """Months before it would be due, while its writer is there."""
    with pytest.raises(BadInput) as error:
        columns(front_matter, body)

    assert complaint in str(error.value)
    assert ".." not in str(error.value)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("", None),
        (
            "https://www.stilte.example/rust/",
            Link(title="stilte.example/rust", url="https://www.stilte.example/rust/"),
        ),
        ("Over (rust) <http://a.example>", Link(title="Over (rust)", url="http://a.example")),
        ("[Over [rust]](https://a.example/x?y=1)", Link(title="Over [rust]", url="https://a.example/x?y=1")),
        ("<https://a.example>", Link(title="a.example", url="https://a.example")),
    ],
)
def test_a_link_has_the_forms_that_people_write(text: str, link: Link | None) -> None:
    """An address, with or without a title."""
    assert link_of(text) == link


@pytest.mark.parametrize("text", ["https://", "http:///x", "mailto:a@b.example", "https://[::1", "https://a:99999/"])
def test_an_address_that_is_no_page_is_refused(text: str) -> None:
    """Nobody could read on there."""
    with pytest.raises(BadInput):
        link_of(text)


def test_a_theme_in_free_text_that_looks_like_the_pools_is_said() -> None:
    """It is taken as it stands, and the writer hears of it."""
    found = columns("theme: Loslatten\ninsight: I", "Tekst.")

    assert matching.notes_on(SUPPLY, found, None) == [
        "“Loslatten” is no theme of the pool, so it is free text. Perhaps you mean “Loslaten”."
    ]
