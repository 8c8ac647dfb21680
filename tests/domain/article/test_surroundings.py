"""What lies in and around a section: pointers, asides, speech, questions of readers, a page copied with its menu."""

import pytest

from wekelijks.domain.article import reading
from wekelijks.domain.article.values import Theme

LONG = (
    "De molen aan de overkant draait alleen nog op zaterdag, en wie er langs fietst hoort hem eerder dan hij hem "
    "ziet, een zacht geklap dat over het water komt."
)


def section(*blocks: str) -> Theme:
    """The one theme of a page whose section holds these blocks."""
    (one,) = reading.read(
        f"<article><h1>De molen: drie dagen</h1><h2>Wind — stil</h2><p>{LONG}</p>{''.join(blocks)}"
    ).themes
    return one


@pytest.mark.parametrize(
    "aside",
    [
        "<aside><p>Lees meer in: <a href='https://m.example/b'>De dijk</a>.</p></aside>",
        "<p>Over de dijk staat er <a href='https://m.example/b'>De dijk</a></p>",
        "<p><a href='https://m.example/b'>De dijk</a></p>",
        "<p>Meer lezen? <a href='https://m.example/b'>De dijk</a></p>",
    ],
)
def test_what_stands_below_the_lamp_with_one_link_leads_on(aside: str) -> None:
    """A pointer in so many words, in an aside, in a teaser or alone."""
    one = section("<p>Kort en goed.</p><p>💡 Wat draait er?</p>", aside)

    assert one.read_more is not None
    assert (one.read_more.title, one.read_more.url) == ("De dijk", "https://m.example/b")


@pytest.mark.parametrize(
    "below",
    [
        "<p><a href='/alle'>Bekijk alle molens</a></p>",
        "<p><a href='/alle'>De molens →</a></p>",
        "<ul><li><a href='/x'>X</a></ul>",
    ],
)
def test_a_button_below_the_lamp_does_not_lead_on(below: str) -> None:
    """By its arrow, by its words, or because it is an item of a list."""
    assert section("<p>Kort en goed.</p><p>💡 Wat draait er?</p>", below).read_more is None


def test_an_aside_in_the_article_is_judged_by_what_it_says() -> None:
    """Questions with reasons and a pull quote are material; a list of links is the site's."""
    article = reading.read(
        "<main><article><h1>De molen: drie dagen</h1><aside class='intro'><h2>Vragen vooraf</h2><ul>"
        "<li>Wat draait er? → De wieken.</li></ul></aside>"
        f"<h2>Wind — stil</h2><p>{LONG}</p><aside><p>Kort en goed.</p></aside><p>💡 Wat draait er?</p>"
        "<aside><h3>Zie ook</h3><a href='/a'>De dijk</a> <a href='/b'>De sluis</a></aside></article></main>"
        "<aside><h3>Wie ik ben</h3><p>Een molenaar.</p></aside>"
    )

    assert [one.text for one in article.questions] == ["Wat draait er?"]
    assert [one.text for one in article.themes[0].insights] == ["Kort en goed."]
    assert article.skipped["sidebar"] == 4
    assert article.themes[0].read_more is None


def dense(*lines: str) -> Theme:
    """The one theme of a text without blank lines whose section holds these lines."""
    (one,) = reading.read("\n".join(["De molen: drie dagen", LONG, "Wind — stil", *lines])).themes
    return one


def asked(*lines: str, markdown: bool = False) -> list[tuple[str, str]]:
    """The questions and answers of a block that holds these lines."""
    heading = "## Häufige Fragen" if markdown else "Häufige Fragen"
    text = ["De molen: drie dagen", LONG, "Wind — stil", LONG, "Kort en goed.", "💡 Wat draait er?", heading, *lines]
    article = reading.read(("\n\n" if markdown else "\n").join(text))
    return [(one.question, one.answer) for one in article.answers]


@pytest.mark.parametrize(
    ("line", "question", "answer"),
    [
        ("Draait hij nog? Ja, op zaterdag.", "Draait hij nog?", "Ja, op zaterdag."),
        ("En bij storm? Dan staat hij stil.", "En bij storm?", "Dan staat hij stil."),
        ("Darf ich hinauf? Gern, aber langsam.", "Darf ich hinauf?", "Gern, aber langsam."),
        ("**Ik durf niet. Kan het dan?** Blijf beneden.", "Ik durf niet. Kan het dan?", "Blijf beneden."),
        ("Mag mijn hond mee? Zeker. Wie niet?", "Mag mijn hond mee?", "Zeker. Wie niet?"),
        ("Wat weegt hij Heel veel, denk ik.", "Wat weegt hij", "Heel veel, denk ik."),
    ],
)
@pytest.mark.parametrize("form", ["markdown", "text"])
def test_a_line_that_begins_with_a_question_is_an_entry(line: str, question: str, answer: str, form: str) -> None:
    """In any language, also where the question before it had a line of its own."""
    found = asked("Hoe oud is hij?", "Drie eeuwen.", line, markdown=form == "markdown")

    assert found == [("Hoe oud is hij?", "Drie eeuwen."), (question, answer)]


@pytest.mark.parametrize(
    "line",
    [
        "Waarom niet? Omdat hij dan te hard draait.",
        "Dat ligt eraan. Waait het? Dan wel.",
        "Wie daar in Gouda woont, weet het beter.",
        "Wat weegt een Molen.",
    ],
)
def test_an_answer_may_ask_something_itself(line: str) -> None:
    """In its middle, or as a question of a word or two: it stays one answer."""
    assert asked("Draait hij bij storm?", "Nee.", line) == [("Draait hij bij storm?", f"Nee.\n\n{line}")]


def test_a_heading_over_nothing_but_links_is_a_related_list() -> None:
    """Among questions too, in a language that no list of words knows."""
    found = asked(
        "**Is hij open?**",
        "Op zaterdag.",
        "**Kapcsolódó írások**",
        "- [A gát](https://m.example/a)\n- [A zsilip](https://m.example/b)",
        markdown=True,
    )

    assert found == [("Is hij open?", "Op zaterdag.")]


def test_a_pointer_is_never_an_insight() -> None:
    """Wherever in the section it stands, and however short: it would be printed as a pull quote."""
    one = dense(LONG, "Over de sluis schreef ik al. Lees meer in: De sluis.", "Kort en goed.", "💡 Wat draait er?")

    assert [insight.text for insight in one.insights] == ["Kort en goed."]
    assert one.reflection == (LONG,)
    assert one.read_more is not None
    assert one.read_more.title == "De sluis"


def test_what_is_said_above_an_insight_is_none() -> None:
    """Quotation marks end the run, unless the line in them is all there is."""
    spoken = dense(LONG, "“Hoor je hem?”", "“Nog niet.”", "Wie wacht, hoort meer.", "💡 Wat draait er?")
    alone = dense(LONG, "“Wie wacht, hoort meer.”", "💡 Wat draait er?")

    assert [insight.text for insight in spoken.insights] == ["Wie wacht, hoort meer."]
    assert spoken.reflection == (LONG, "“Hoor je hem?”", "“Nog niet.”")
    assert [insight.text for insight in alone.insights] == ["Wie wacht, hoort meer."]


def test_of_many_short_lines_the_last_two_are_the_insights() -> None:
    """The ones above them tell what those say."""
    one = dense(LONG, "Hij kraakte.", "Hij stond.", "Hij wachtte.", "Wind komt.", "Geduld ook.", "💡 Wat draait er?")

    assert [insight.text for insight in one.insights] == ["Wind komt.", "Geduld ook."]
    assert one.reflection == (LONG, "Hij kraakte.", "Hij stond.", "Hij wachtte.")


def test_a_title_alone_below_the_lamp_leads_on_without_an_address() -> None:
    """What a copied text keeps of a link; a line that comes back is a button of the site's."""
    text = [
        *(
            "De molen: drie dagen",
            LONG,
            "Wind — stil",
            LONG,
            "Kort en goed.",
            "💡 Wat draait er?",
            "De sluis bij avond",
        ),
        *("Water — diep", LONG, "Goed zo.", "💡 Wat stroomt er?", "Onze wandelkaart"),
        *("Licht — laat", LONG, "Klaar.", "💡 Wat schijnt er?", "Onze wandelkaart", "Liefs,", "Anna"),
    ]

    themes = reading.read("\n".join(text)).themes

    assert [one.read_more.title if one.read_more else "" for one in themes] == ["De sluis bij avond", "", ""]


def test_a_page_copied_with_its_menu_keeps_its_title_and_its_questions() -> None:
    """The site's name, a sentence about it and the tip of the search box, lamp and all, are the site's."""
    article = reading.read(
        "\n".join(
            [
                *(
                    "Huis aan het water",
                    "Elke zondag iets te lezen.",
                    "Home",
                    "Over mij",
                    "Home › Stukken › De molen",
                ),
                *("De molen: drie dagen", LONG, "Drie vragen", "Wat draait er? → De wieken.", "Zoeken"),
                *("💡 Tip: gebruik één woord, zoals wind of water.", "Wind — stil", LONG, "Kort en goed."),
                "💡 Wat brengt jou in beweging?",
            ]
        )
    )

    assert article.title == "De molen: drie dagen"
    assert [one.text for one in article.questions] == ["Wat draait er?"]
    assert [one.title for one in article.themes] == ["Wind"]


def test_without_any_lamp_a_heading_with_a_colon_is_found_among_dashes() -> None:
    """Where the section above it ended with a short sentence and its own ends with one."""
    text = [
        *("De molen: drie dagen", LONG, "Wind — stil", LONG, "Kort en goed.", "Water: diep en donker", LONG),
        *("Mijn vader: een man van weinig woorden", LONG, "Goed zo.", "Licht — laat", LONG, "Klaar is het."),
    ]

    themes = reading.read("\n".join(text)).themes

    assert [(one.title, [insight.text for insight in one.insights]) for one in themes] == [
        ("Wind", ["Kort en goed."]),
        ("Water", ["Goed zo."]),
        ("Licht", ["Klaar is het."]),
    ]
