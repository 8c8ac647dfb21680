"""What follows a list of other articles, and how a writer says goodbye."""

import pytest

from wekelijks.domain.article import reading, words

SAND = (
    "Bij eb loopt het pad over het wad verder dan je denkt, en wie doorloopt vindt palen waaraan vroeger boten lagen,"
    " met touwen die al jaren nergens meer op wachten."
)
SALT = (
    "Mijn oom bleef er ooit een hele middag staan omdat hij een laars kwijt was, en hij vertelde later dat hij nooit "
    "zo rustig op hulp had gewacht als toen."
)
COMPLETE = "{title} — het eerste dat je ziet\n\n{sand}\n\nEb is ook water.\n\n💡 Wat laat jij droogvallen?"
BARE = "{title} — wat er blijft liggen\n\n{sand}\n\n{salt}\n\nWat blijft liggen, wordt een plek."
RELATED = "Ontdek meer\n\n- Touw: waarom knopen troosten\n- Zout: over houdbaarheid\n"


def titles(*parts: str) -> list[str]:
    """The themes of an article out of these parts."""
    text = "\n\n".join(("Wad: drie dagen buitendijks", SAND, *parts))
    return [theme.title for theme in reading.read(text).themes]


@pytest.mark.parametrize("mark", ["", "## "])
def test_a_section_without_a_lamp_is_found_behind_a_list_of_other_articles(mark: str) -> None:
    """It lacks its question, and comes in as incomplete; it is never lost."""
    first = mark + COMPLETE.format(title="Vloed", sand=SAND)
    bare = mark + BARE.format(title="Paal", sand=SAND, salt=SALT)
    last = mark + COMPLETE.format(title="Slik", sand=SAND)

    assert titles(first, mark + RELATED, bare, last) == ["Vloed", "Paal", "Slik"]


def test_another_article_with_an_excerpt_is_no_theme() -> None:
    """One paragraph that breaks off belongs to the list, however its title is written."""
    first = COMPLETE.format(title="Vloed", sand=SAND)
    excerpt = f"Touw — waarom knopen troosten\n\n{SAND[:-1]} …"

    assert titles(first, "Ontdek meer", excerpt) == ["Vloed"]


def test_a_pointer_within_a_section_is_no_heading() -> None:
    """“Lees ook: …” between a list of other articles and the lamp takes nobody's place."""
    page = (
        f"<article><h1>Wad: drie dagen</h1><h2>Vloed — het eerste</h2><p>{SAND}</p><p>💡 Wat komt er op?</p>"
        "<h3>Ontdek meer</h3><ul><li><a href='/t'>Touw is genoeg</a></li><li><a href='/z'>Zout is goud</a></li></ul>"
        f"<h2>Paal — wat er staat</h2><p>{SAND}</p><p>Lees ook: <a href='/k'>Tien knopen van mijn oom</a></p>"
        "<p>Wie staat, wijst.</p><p>💡 Wat houdt jou vast?</p></article>"
    )

    assert [theme.title for theme in reading.read(page).themes] == ["Vloed", "Paal"]


def test_an_arrow_in_the_writers_prose_costs_no_section() -> None:
    """Only a question with its reason, or a short line, has an arrow that means something."""
    first = COMPLETE.format(title="Vloed", sand=SAND)
    arrow = SAND.replace("boten lagen,", "boten → en schuiten lagen,")
    second = COMPLETE.format(title="Paal", sand=arrow)

    assert titles(*(part.replace("\n\n", "\n") for part in (first, second))) == ["Vloed", "Paal"]


@pytest.mark.parametrize(
    "text",
    [
        "Hartelijke groet, Joke en Willem",
        "Met vriendelijke groet, Joke en Willem",
        "Warm regards, Ann and the others",
        "Tot ziens op de tuin!",
        "Tot volgende keer!",
        "Liefs,",
    ],
)
def test_a_goodbye_is_no_insight(text: str) -> None:
    """One name or two, on its line or below."""
    assert words.is_greeting(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tot ziens zeggen is ook een manier van blijven.",
        "Met een groet begint een dorp.",
        "Rust is de grond van werk.",
    ],
)
def test_a_sentence_that_begins_like_one_is_none(text: str) -> None:
    """It goes on as sentences do."""
    assert not words.is_greeting(text)


@pytest.mark.parametrize("key", ["url", "link", "canonical", "canonical_url", "source"])
def test_front_matter_names_the_address(key: str) -> None:
    """As whoever saved the page wrote it, with quotation marks or without."""
    for address in ("https://wad.example/eb", '"https://wad.example/eb"'):
        text = f"---\ntitle: Wad\n{key}: {address}\n---\n\n## {COMPLETE.format(title='Vloed', sand=SAND)}"

        assert reading.read(text).url == "https://wad.example/eb"
