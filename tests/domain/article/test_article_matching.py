"""Which part of an article is which one in the pool."""

from datetime import UTC, datetime

import pytest

from wekelijks.domain.article import matching, sameness
from wekelijks.domain.article.stored import Head, KeptAnswer, KeptTheme, Part, Stored
from wekelijks.domain.article.values import Answer, Article, Insight, Question, Theme
from wekelijks.domain.material import Link

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
LONG = "Maak een vuist en houd hem dicht terwijl je dit leest. De eerste tellen merk je daar niets van."


def a_head(id_: int, title: str, url: str = "") -> Head:
    """A stored article that first came under this title."""
    return Head(id=id_, key=sameness.digest(title), title=title, url=url, imported_at=NOW, edited_at=None)


STORED = Stored(
    head=a_head(1, "Loslaten", "https://stilte.example/loslaten"),
    themes=(
        KeptTheme(
            theme=Theme(
                id=11, title="De hand", reflection=(LONG,), read_more=Link(title="Zacht", url="https://a.example")
            ),
        ),
        KeptTheme(theme=Theme(id=12, title="De la", reflection=("In ieder huis is er een la.",))),
        KeptTheme(theme=Theme(id=13, title="De la"), dropped=True),
    ),
    insights=(
        Part(id=21, theme_id=11, text="Een hand die merkt dat hij dicht is, gaat open."),
        Part(id=22, theme_id=12, text="Je mag houden van wie je wilde worden."),
    ),
    questions=(
        Part(id=31, theme_id=None, text="Wat houd je vast?"),
        Part(id=32, theme_id=11, text="Wat houd je vast?"),
    ),
    answers=(),
)


def a_theme(title: str, *insights: str, asked: str = "", reflection: str = "", id_: int | None = None) -> Theme:
    """A theme as an article brings it."""
    return Theme(
        id=id_,
        title=title,
        reflection=(reflection,) if reflection else (),
        insights=tuple(Insight(text=text) for text in insights),
        question=Question(text=asked) if asked else None,
    )


def test_typography_makes_no_new_text() -> None:
    """Capitals, quotation marks, dashes, spaces and full stops do not count; words do."""
    same = ["Rust, geen „plek”.", "rust geen plek", "RUST —  geen 'plek'!", "rust\u00a0geen\u202fplek"]

    assert len({sameness.key(text) for text in same}) == 1
    assert sameness.key("rust een plek") != sameness.key(same[0])
    assert sameness.key("→") == "→"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Rust is een plek om te zijn.", "Rust is een plek om te zyn.", True),
        ("Een hand die merkt dat hij dicht is, gaat open.", "Een hand die merkt dat ze dicht is, gaat open.", True),
        ("Wie loslaat, houdt over.", "Rust is geen plek, maar een richting.", False),
        ("", "", False),
    ],
)
def test_a_correction_is_told_from_another_sentence(one: str, other: str, *, alike: bool) -> None:
    """A word changed is the same insight."""
    assert sameness.alike(one, other) is alike


@pytest.mark.parametrize(
    "url",
    [
        "http://stilte.example/rust",
        "https://www.stilte.example/rust/",
        "https://STILTE.example:443/rust?utm_medium=mail&fbclid=1#top",
    ],
)
def test_one_page_has_one_address(url: str) -> None:
    """Scheme, www, closing slash, tracking and fragment make no other page; path and query do."""
    assert sameness.address(url) == sameness.address("https://stilte.example/rust")
    assert sameness.address(url + "x" if "#" not in url else "https://stilte.example/?p=2") != sameness.address(url)


def test_a_broken_address_is_itself() -> None:
    """No address of a file stops an import."""
    assert sameness.address("http://[x") == "http://[x"


@pytest.mark.parametrize(
    ("title", "url", "found"),
    [
        ("Iets anders", "http://stilte.example/loslaten/", 1),
        ("Loslaten", "", 1),
        ("LOSLATEN!", "", 1),
        ("Loslaten", "https://stilte.example/ander", None),
        ("Rust", "https://stilte.example/rust", 2),
        ("Ruis", "", None),
    ],
)
def test_an_article_is_its_address_else_its_title(title: str, url: str, found: int | None) -> None:
    """A title alone does not outweigh two different addresses."""
    heads = [STORED.head, a_head(2, "Rust")]

    head = matching.same_article(Article(title=title, url=url), heads)

    assert (head.id if head else None) == found


def test_of_two_with_the_same_title_a_file_without_address_is_the_one_without() -> None:
    """The other one has a page of its own."""
    heads = [a_head(1, "Rust", "https://stilte.example/rust"), a_head(2, "Rust")]

    head = matching.same_article(Article(title="Rust"), heads)

    assert head is not None
    assert head.id == 2


def test_an_article_without_a_title_is_known_by_what_stands_first() -> None:
    """A copied text may have lost its title line."""
    article = Article(title="", themes=(a_theme("De hand"),))

    assert matching.same_article(article, [a_head(1, "De hand")]) is not None


def test_themes_keep_their_ids_by_mark_title_and_text() -> None:
    """The mark goes before the title, the title before the words of the reflection; the rest is new."""
    themes = (a_theme("De hand", id_=12), a_theme("Vuist", reflection=LONG + " Echt."), a_theme("De trap"))

    found = matching.matched(Article(title="Loslaten", themes=themes), STORED)

    assert [theme.id for theme in found.themes] == [12, 11, None]


def test_a_theme_that_is_there_goes_before_one_that_was_dropped() -> None:
    """Two of the same title: the second finds the dropped one, a third is new."""
    themes = (a_theme("De la"), a_theme("De la"), a_theme("De la"))

    found = matching.matched(Article(title="Loslaten", themes=themes), STORED)

    assert [theme.id for theme in found.themes] == [12, 13, None]


def test_insights_are_found_in_their_theme_first_and_elsewhere_by_their_words() -> None:
    """Corrected in its own theme, or moved to another one: the id stays."""
    hand = a_theme("De hand", "Een hand die merkt dat ze dicht is, gaat open.", "Nieuw is nieuw.")
    trap = a_theme("De trap", "Je mag houden van wie je wilde worden.")

    found = matching.matched(Article(title="Loslaten", themes=(hand, trap)), STORED)

    assert [[one.id for one in theme.insights] for theme in found.themes] == [[21, None], [22]]


def test_an_opening_question_is_not_a_themes_own() -> None:
    """The same words may stand in both places, each with its own id."""
    article = Article(
        title="Loslaten",
        questions=(Question(text="Wat houd je vast?"),),
        themes=(a_theme("De hand", asked="Wat houd je vast?"),),
    )

    found = matching.matched(article, STORED)

    assert found.questions[0].id == 31
    assert found.themes[0].question is not None
    assert found.themes[0].question.id == 32


def test_a_file_without_addresses_keeps_those_that_are_known() -> None:
    """The article's own, and a link's where its title is the same."""
    hand = Theme(title="De hand", read_more=Link(title="zacht", url=""))

    found = matching.matched(Article(title="Loslaten", themes=(hand,)), STORED)

    assert found.url == "https://stilte.example/loslaten"
    assert found.themes[0].read_more == Link(title="zacht", url="https://a.example")


def test_ids_are_believed_when_something_else_agrees() -> None:
    """The address, the title, or one part under its number; else they are another installation's."""
    hand = a_theme("De hand", id_=11)

    assert matching.is_about(Article(title="X", themes=(hand,)), STORED)
    assert matching.is_about(Article(title="X", url="http://stilte.example/loslaten"), STORED)
    assert not matching.is_about(Article(title="X", themes=(a_theme("De trap", id_=11),)), STORED)
    assert not matching.is_about(Article(title="X", themes=(a_theme("De hand", id_=99),)), STORED)


def test_a_block_that_stands_twice_on_a_page_is_one() -> None:
    """And what a person corrected under one article is not changed by another."""
    answers = (Answer(question="Hoe lang?", answer="Kort."), Answer(question="Hoe lang?", answer="kort"))
    kept = KeptAnswer(
        answer=Answer(id=5, question="Hoe lang duurt het?", answer="Niet lang."),
        key=sameness.digest("Hoe lang?"),
        article_ids=frozenset({7}),
        corrected_in=frozenset({7}),
    )

    assert matching.matched_answers(Article(title="Rust", answers=answers), [kept]) == (kept.answer,)
    assert matching.matched_answers(Article(title="Rust", answers=answers), []) == (answers[0],)
