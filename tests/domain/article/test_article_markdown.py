"""An article's material as a person may correct it."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wekelijks.domain.article import markdown
from wekelijks.domain.article.values import Answer, Article, Insight, Question, Theme
from wekelijks.domain.errors import BadInput
from wekelijks.domain.material import Link

THE_HAND = Theme(
    id=12,
    title="De gesloten hand",
    subtitle="waarom vasthouden zo moe maakt",
    reflection=("Maak een *vuist* en houd hem dicht.", "- een oordeel\n- een zin"),
    insights=(Insight(id=3, text="Een hand die merkt dat hij dicht is, gaat al een beetje open."),),
    question=Question(id=9, text="Welke vuist heb je gemaakt?"),
    read_more=Link(title="Zachter worden", url="https://stilte.example/blog/zachter_(1)"),
)
AN_ARTICLE = Article(
    id=4,
    title="Loslaten: wat er overblijft",
    url="https://stilte.example/blog/loslaten",
    questions=(Question(id=1, text="Wat houd je vast?", why="Het weegt mee."),),
    themes=(THE_HAND,),
    answers=(Answer(id=2, question="Moet ik vergeven?", answer="Nee.\n\nHet laat zich niet bestellen."),),
)

# Texts are drawn from everything that our signs are made of, and from what else may stand in a line.
_SIGNS = st.sampled_from(
    ["#", "## ", "> ", "💡", "Read on: ", "<!--", "-->", "---", " — ", " – ", "→", "\\", "{", "}"]
)
_MORE = st.sampled_from(["{#theme-1}", "[a](b)", "[", "]", "(", ")", '"', "'", ": ", "- ", "* ", "• ", " ", "\u2028"])
_WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
_PIECES = st.lists(st.one_of(_SIGNS, _MORE, _WORDS), max_size=6).map("".join)
LINE = _PIECES.map(str.strip)
TEXT = LINE.filter(bool)
PARAGRAPH = st.lists(_PIECES.filter(str.strip), min_size=1, max_size=3).map("\n".join).map(str.strip)
ADDRESS = st.text(st.characters(categories=["L", "N"], include_characters="/:.()[]?=&#%\\-_"), min_size=1)
ID = st.none() | st.integers(min_value=1, max_value=10**17)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Any article that an import can hold; every id stands once."""
    numbers = iter(range(1, 1000))

    def an_id() -> int | None:
        return next(numbers) if draw(st.booleans()) else None

    def a_question() -> Question:
        return Question(text=draw(TEXT), why=draw(LINE), id=an_id())

    def a_theme() -> Theme:
        link = draw(
            st.none() | st.builds(Link, title=LINE, url=ADDRESS) | st.builds(Link, title=TEXT, url=st.just(""))
        )
        return Theme(
            title=draw(TEXT),
            subtitle=draw(LINE),
            reflection=tuple(draw(st.lists(PARAGRAPH, max_size=3))),
            insights=tuple(Insight(text=draw(TEXT), id=an_id()) for _ in range(draw(st.integers(0, 2)))),
            question=a_question() if draw(st.booleans()) else None,
            read_more=link,
            id=an_id(),
        )

    paragraphs = st.lists(PARAGRAPH, min_size=1, max_size=3).map("\n\n".join)
    return Article(
        title=draw(TEXT),
        url=draw(st.just("") | ADDRESS),
        questions=tuple(a_question() for _ in range(draw(st.integers(0, 2)))),
        themes=tuple(a_theme() for _ in range(draw(st.integers(0, 2)))),
        answers=tuple(
            Answer(question=draw(TEXT), answer=draw(paragraphs), id=an_id()) for _ in range(draw(st.integers(0, 2)))
        ),
        edited=True,
        id=draw(ID),
    )


@given(articles())
@example(replace(AN_ARTICLE, edited=True))
@example(
    Article(title="—", themes=(Theme(title="a —", subtitle="— b\\"), Theme(title="\\", subtitle="x")), edited=True)
)
def test_what_is_written_is_read_back_exactly(article: Article) -> None:
    """Every text, whatever signs it holds, and every id."""
    assert markdown.parse(markdown.write(article)) == article


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff\n\n{text}\n\n"])
def test_an_editor_may_change_line_ends_and_add_lines(change: object) -> None:
    """Windows line ends, a byte order mark, empty lines around."""
    assert callable(change)

    assert markdown.parse(change(markdown.write(AN_ARTICLE))) == replace(AN_ARTICLE, edited=True)


def test_a_person_can_write_in_it_without_marks() -> None:
    """New themes, insights and questions need none, long lines may be broken, and a plain title is fine."""
    text = """---
wekelijks: article
title: Rust: een plek
tags: [rust]
---
# themes
## De drempel – een halve minuut
Een drempel
is een goede uitvinding.
> Rust begint bij een deur
> waar je toch al doorheen moest.

> Nog een.
💡 Welke deur kan jouw
drempel zijn?
Read on: Aankomen
"""

    article = markdown.parse(text)

    assert article == Article(
        title="Rust: een plek",
        edited=True,
        themes=(
            Theme(
                title="De drempel",
                subtitle="een halve minuut",
                reflection=("Een drempel\nis een goede uitvinding.",),
                insights=(
                    Insight(text="Rust begint bij een deur waar je toch al doorheen moest."),
                    Insight(text="Nog een."),
                ),
                question=Question(text="Welke deur kan jouw drempel zijn?"),
                read_more=Link(title="Aankomen", url=""),
            ),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Loslaten\n\nEen alinea.",
        "---\ntitle: x\n---\nwekelijks: article\n",
        "<p>wekelijks: article</p>",
        "---\n",
    ],
)
def test_any_other_text_is_not_ours(text: str) -> None:
    """Ordinary Markdown, with front matter too, goes to the reader of articles."""
    assert markdown.parse(text) is None


def damaged(old: str, new: str) -> str:
    """The article's file with one place changed."""
    text = markdown.write(AN_ARTICLE)
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n---\n", "\n", "Line 1: .*not closed"),
        ('title: "Loslaten: wat er overblijft"', 'title: "Loslaten', "Line 3: .*quotation marks"),
        ('title: "Loslaten: wat er overblijft"\n', "", "no title"),
        ("wekelijks: article 4", "wekelijks: article vier", "wekelijks: article"),
        ("-->", "", "Line 7: .*comment"),
        ("# Questions", "# Vragen", "Line 14: there is no part “Vragen”"),
        ("# Questions\n", "", "Line 15: this stands before the first part"),
        ("- Wat houd", "Wat houd", "Line 16: a question begins with a hyphen"),
        ("## De gesloten hand — waarom vasthouden zo moe maakt {#theme-12}", "", "before the first theme"),
        ("maakt {#theme-12}", "maakt {#theme-twaalf}", "Line 20: the mark “{#theme-twaalf}” is damaged"),
        ("{#insight-3}", "{#question-3}", "damaged"),
        ("{#question-9}", "{#question-1}", "stands on line 16 too"),
        ("> Een", "## {#theme-5}\n\n> Een", "no title"),
        ("💡 Welke", "💡 Nog een?\n\n💡 Welke", "has a question already"),
        ("Read on:", "Read on: a\n\nRead on:", "a link to read on already"),
        ("Nee.\n\nHet laat zich niet bestellen.", "", "has no answer"),
        ("Nee.", "> Nee.", "under Answers"),
        ("> Een hand die merkt dat hij dicht is, gaat al een beetje open.", ">", "an insight should stand"),
    ],
)
def test_damage_is_an_error_with_its_line(old: str, new: str, said: str) -> None:
    """Nothing of a damaged file is taken."""
    text = damaged(old, new)

    with pytest.raises(BadInput, match=said):
        markdown.parse(text)
