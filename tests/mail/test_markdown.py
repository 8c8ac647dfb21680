"""Markdown: one source, an HTML that is safe and a text that is complete, whatever a writer pastes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import letters
from letters import DUTCH
from wekelijks.mail import hypertext, markdown

SOUP = (
    "woord|*|**|_|`|[|](https://a.nl/x)|![alt](https://a.nl/x.png)|\n|\n\n|- |1. |> |# |### |    |<b>|</b>|<script>"
    "|</script>|<a href=|'>|&amp;|\\|'s |\"|’|é|<!--|-->|<div onclick=x>|https://b.nl/y.|---\n|```\n|~~|\t| "
    "|<style>p{}</style>|[a]: https://a.nl|javascript:x()"
)
PIECES = some.sampled_from(SOUP.split("|"))
PROSE = some.lists(PIECES, max_size=30).map("".join)


@given(PROSE)
@settings(max_examples=300, deadline=None)
def test_whatever_is_pasted_is_safe_and_can_be_read(source: str) -> None:
    """No element that acts, no handler, no style; and neither part falls over it."""
    html = markdown.to_html(source)
    text = markdown.to_text(source)

    assert not re.search(r"<(?:script|style|form|iframe|object|link|meta|h1)\b|<[^>]*\son\w+\s*=", html)
    assert "\x00" not in text


@given(PROSE, some.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_words_make_the_composer_fall(prose: str, line: str) -> None:
    """Whatever stands in a letter's fields, there is a letter, or a finding that says why not."""
    composed = letters.composed(letters.with_words(DUTCH, reflection=prose, subject=line, title=line, insight=line))

    assert composed.blocks or composed.message is not None


@given(some.lists(some.sampled_from(["een", "twee", "*drie*", "**vier**", "[vijf](https://a.nl/5)", "\n\n- zes"])))
@settings(max_examples=100, deadline=None)
def test_both_parts_say_the_same_words(pieces: list[str]) -> None:
    """In the same order, addresses aside."""
    source = " ".join(pieces)
    said = hypertext.read(markdown.to_html(source)).words

    text = re.sub(r"<https://\S+>", "", markdown.to_text(source))

    assert re.findall(r"[^\W_]+", text) == re.findall(r"[^\W_]+", said)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("een *twee* **drie** `vier`", "een _twee_ *drie* `vier`"),
        ("[hier](https://a.nl/x)", "hier <https://a.nl/x>"),
        ("<https://a.nl/x>", "https://a.nl/x"),
        ("Zie https://a.nl/x.", "Zie https://a.nl/x."),
        ("[mij](mailto:a@b.nl)", "mij <a@b.nl>"),
        ("![een tas](https://a.nl/x.png)", "[een tas] <https://a.nl/x.png>"),
        ("- een\n- twee\n  - drie", "- een\n- twee\n  - drie"),
        ("3. een\n4. twee", "3. een\n4. twee"),
        ("- een\n\n- twee", "- een\n\n- twee"),
        ("> een\n>\n> twee", "> een\n>\n> twee"),
        ("## Kop\n\ntekst", "Kop\n---\n\ntekst"),
        ("een  \ntwee", "een\ntwee"),
        ("een\ntwee", "een twee"),
        ("voor<br>na", "voor\nna"),
        ("a <script>alert(1)</script>b", "a b"),
        ("---", "* * *"),
        ("    code  x", "    code  x"),
    ],
)
def test_the_text_part_reads_like_a_letter(source: str, text: str) -> None:
    """Emphasis, links, lists and quotations as people have always written them in plain mail."""
    assert markdown.to_text(source) == text


def test_an_address_in_the_text_becomes_a_link() -> None:
    """Without what only ends the sentence."""
    assert '<a href="https://a.nl/x">https://a.nl/x</a>).' in markdown.to_html("(zie https://a.nl/x).")
    assert markdown.to_html("[al](https://a.nl/y)").count("<a ") == 1


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("'s avonds om 't vuur", "’s avonds om ’t vuur"),
        ("Zo'n dag, foto's", "Zo’n dag, foto’s"),
        ("Hij zei 'ja'.", "Hij zei ‘ja’."),
        ('Hij zei "ja".', "Hij zei “ja”."),
        ("'Tis de jaren '90s", "’Tis de jaren ’90s"),
        ("‘Al goed’", "‘Al goed’"),
        ("Een ster * en _dit_", "Een ster * en _dit_"),
    ],
)
def test_quotation_marks_are_set_as_a_printer_does(typed: str, printed: str) -> None:
    """Apostrophes at a word's beginning included, which most software turns the wrong way."""
    assert markdown.typeset(typed) == printed


def test_the_last_two_short_words_of_a_large_line_stay_together() -> None:
    """So that no word stands alone; long ones may part, or a telephone could not show them."""
    assert markdown.bound("Wat draag je mee?") == "Wat draag je\N{NO-BREAK SPACE}mee?"
    assert markdown.bound("Over verantwoordelijkheid gesproken") == "Over verantwoordelijkheid gesproken"
    assert markdown.bound("Loslaten") == "Loslaten"
