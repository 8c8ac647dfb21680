"""What is one paragraph, and what stands by itself: Markdown and text that were wrapped by hand."""

import pytest

from wekelijks.domain.article import lines, reading

LONG = (
    "De molen aan de overkant draait alleen nog op zaterdag, en wie er langs fietst hoort hem eerder dan hij hem "
    "ziet, een zacht geklap dat over het water komt."
)


def paragraphs(*text: str, markdown: bool = True) -> list[str]:
    """The blocks' texts."""
    return [block.text for block in lines.read("\n".join(text), markdown=markdown).blocks]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("De molenaar stond op het erf en wees naar de lucht.", "Daar kwam de regen al aan."),
        ("Hij had er zijn leven lang op gelet, en dit zei hij:", "de wind vraagt nooit iets terug."),
        ("Op de dijk liepen twee kinderen met een hond. De", "Molenaar zwaaide naar ze."),
        (
            "Wie leerde hem dat, daar op die dijk, met de regen in zijn kraag?",
            "Zijn vader, en die weer van de zijne.",
        ),
    ],
)
def test_in_markdown_a_line_break_is_a_blank_whatever_stands_beside_it(first: str, second: str) -> None:
    """A full stop, a colon, a capital letter: a paragraph ends at a blank line."""
    found = paragraphs("# De molen", "", "Een eerste alinea.", "", first, second, "", "Een laatste.")

    assert found == ["De molen", "Een eerste alinea.", f"{first} {second}", "Een laatste."]


def test_in_markdown_a_lamp_and_the_insights_above_it_stand_by_themselves() -> None:
    """Even where no blank line parts them from the paragraph."""
    article = reading.read(
        f"# De molen: drie dagen\n\n## Wind — wat je niet ziet\n\n{LONG}\nWind is geduld dat beweegt.\n"
        "Wie wacht, draait mee.\n💡 Wat brengt jou in beweging?\n"
    )

    (one,) = article.themes
    assert one.reflection == (LONG,)
    assert [insight.text for insight in one.insights] == ["Wind is geduld dat beweegt.", "Wie wacht, draait mee."]


def test_in_markdown_questions_and_reasons_on_adjacent_lines_stay_apart() -> None:
    """Each line says itself what it is."""
    article = reading.read(
        "# De molen: drie dagen\n\nEen eerste alinea.\n\nWat draait er? → De wieken.\nWie kijkt er? → De buurman.\n\n"
        "## Veelgestelde vragen\n\nIs hij open?\nOp zaterdag.\nMag ik naar boven?\nJa, voorzichtig.\n"
    )

    assert [one.why for one in article.questions] == ["De wieken.", "De buurman."]
    assert [one.answer for one in article.answers] == ["Op zaterdag.", "Ja, voorzichtig."]


def test_plain_text_with_a_ragged_edge_is_put_together() -> None:
    """Blank lines part the paragraphs, and most lines stop in the middle of a sentence."""
    found = paragraphs(
        "De molenaar stond op het erf en wees naar de lucht. Daar",
        "Hing iets wat op regen leek, en toch bleef het die dag",
        "droog tot aan de avond.",
        "",
        "Later vertelde hij hoe dat kwam, en dat zijn vader het al",
        "wist.",
        markdown=False,
    )

    assert [text.endswith((". ", "avond.", "wist.")) for text in found] == [True, True]


def test_plain_text_without_blank_lines_has_a_paragraph_on_every_line() -> None:
    """Order is all there is."""
    assert len(paragraphs("Wind: drie dagen", LONG, "Kort.", "Korter.", LONG, markdown=False)) == 5
