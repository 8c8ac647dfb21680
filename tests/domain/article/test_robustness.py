"""Whatever comes in: no error, no lost block, no minute of waiting."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wekelijks.domain.article import lines, page, reading
from wekelijks.domain.article.blocks import Document, plain
from wekelijks.domain.article.values import Article

SCRAPS = [
    "Rust — even niets", "Rust: even niets", "Rust", "💡", "💡 Wat nu?", "💡 Tip: zoek.", "Kort.", "“Ja,” zei ze.",
    "Wat? → Daarom.", "Verder →", "→", "—", ":", "Lees meer in: Iets.", "Lees meer in:", "Ontdek meer", "Liefs,",
    "Anna", "Veelgestelde vragen", "Hoe dan?", "Zo.", "Hoe dan? Zo.", "Hoe doe je dat Zo doe je dat.", "Thema:",
    "Inzicht:", "- een", "1. twee", "## Kop — x", "> citaat", "---", "***", "**vet**",
    "Schrijf je in voor de nieuwsbrief",
    "Tot slot", "Een zin die gewoon eindigt. " * 6, "<p>", "</p>", "<h2>Rust — stil</h2>", "<ul><li>", "<blockquote>",
    "<br>", "<details><summary>Hoe?</summary>", "<nav>", "</div>", "<div class='widget'>", "<!--", "-->", "<script>",
    "&mdash;", "\x00", "\u2028", "\ufeff", "[a](b)", "[", "](", "\\", "`", "_",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(SCRAPS), max_size=40).map("\n".join),
    st.lists(st.sampled_from(SCRAPS), max_size=40).map("\n\n".join),
    st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join),
)
KEPT = {"title", "theme", "reflection", "insight", "question", "asked", "answer"}


def said(article: Article) -> str:
    """All that an article says, without marks and white space."""
    parts = [article.title]
    parts += [text for one in article.questions for text in (one.text, one.why)]
    parts += [text for one in article.answers for text in (one.question, one.answer)]
    for one in article.themes:
        parts += [one.title, one.subtitle, *one.reflection, *(insight.text for insight in one.insights)]
        parts += [one.question.text if one.question else "", one.read_more.title if one.read_more else ""]
    return "".join(plain(line) for part in parts for line in part.split("\n"))


@given(text=TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_block_is_material_or_counted(text: str) -> None:
    """As a page and as text: each block has a role, and the roles that are no material add up to what was skipped."""
    documents: list[Document] = [page.read(text), lines.read(text)]

    for document in documents:
        article, roles = reading.sort(document)

        assert len(roles) == len(document.blocks)
        assert all(roles)
        assert sum(article.skipped.values()) == sum(role not in KEPT for role in roles)


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_what_is_called_reflection_is_in_the_reflection(text: str) -> None:
    """A block that has a material role is said somewhere: nothing is named and then forgotten."""
    document = lines.read(text)

    article, roles = reading.sort(document)

    spoken = "".join(said(article).split())
    for block, role in zip(document.blocks, roles, strict=True):
        if role == "reflection" and "ees meer" not in block.plain:
            assert "".join(block.plain.split()) in spoken


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_an_insight_is_never_in_the_reflection_too(text: str) -> None:
    """A pull quote must not appear twice in one letter; the section's own lines are used once."""
    document = lines.read(text)

    article, roles = reading.sort(document)

    assert roles.count("insight") >= sum(len(one.insights) for one in article.themes)
    assert all(one.text for theme in article.themes for one in theme.insights)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    """In some encoding, without an error."""
    assert reading.read_bytes(content).skipped is not None


HOSTILE = {
    "open brackets": "[",
    "half links": "[](a[](b)",
    "escapes": "[\\a",
    "stars": "*a ",
    "stops": ". ",
    "question marks": "?",
    "exclamations": "!x!",
    "arrows": "a → b ",
    "emoji": "🌿 ",
    "open comments": "<p>x</p><!--",
    "declarations": "<p>x</p><![CDATA[",
    "open tags": "<p>x</p><a ",
    "deep": "<div class=widget>x",
    "deep inline": "<p><b>x",
    "buttons": "<p>x</p><button>a",
    "headings": "Rust — stil\nEen zin die eindigt.\n",
    "bare headings": "Rust\nEen zin die eindigt.\n",
    "lamps": "Rust — stil\nEen zin die eindigt.\n💡 Wat?\n",
    "pointers": "Lees meer in: ",
    "questions": "Hoe dan? Zo doe je dat.\n",
}


@pytest.mark.parametrize("scrap", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_takes_time_in_proportion_to_its_size(scrap: str) -> None:
    """Four times the text takes about four times as long; a slow rule would take sixteen times."""
    small, large = (scrap * (size // len(scrap)) for size in (40_000, 160_000))

    took = []
    for text in (small, large):
        started = time.process_time()
        reading.read(text)
        took.append(time.process_time() - started)

    assert took[1] < max(9 * took[0], 1.0)
