"""The rules of reading, one at a time, on articles as small as the rule allows."""

import pytest

from wekelijks.domain.article import reading
from wekelijks.domain.article.values import Article, Theme

LONG = (
    "Dit is een alinea die lang genoeg is om er een te zijn, want zij loopt door tot voorbij de regel waarop een "
    "inzicht al lang gezegd zou hebben wat het te zeggen had."
)


def dense(*lines: str) -> Article:
    """Plain text without a blank line."""
    return reading.read("\n".join(lines) + "\n")


def theme(*lines: str) -> Theme:
    """The one theme of an article whose section holds these lines."""
    article = dense("Titel: een artikel", LONG, "Rust — even niets", *lines)
    assert [one.title for one in article.themes] == ["Rust"]
    return article.themes[0]


def insights(one: Theme) -> list[str]:
    """Their texts."""
    return [insight.text for insight in one.insights]


@pytest.mark.parametrize(
    ("line", "title", "subtitle"),
    [
        ("Rust — even niets", "Rust", "even niets"),
        ("Rust – even niets", "Rust", "even niets"),
        ("Rust - even niets", "Rust", "even niets"),
        ("Rust: even niets", "Rust", "even niets"),
        ("Thema: Rust — even niets", "Rust", "even niets"),
        ("Thema 2: Rust: even niets", "Rust", "even niets"),
        ("3. Rust — even niets", "Rust", "even niets"),
        ("🌿 Rust — even niets", "Rust", "even niets"),
        ("## Rust — even niets", "Rust", "even niets"),
        ("**Rust — even niets**", "Rust", "even niets"),
        ("Zelf-zorg — goed-genoeg zijn", "Zelf-zorg", "goed-genoeg zijn"),
        ("Rust — hoe doe je dat?", "Rust", "hoe doe je dat?"),
        ("Rust", "Rust", ""),
    ],
)
def test_a_heading_is_recognised_however_it_is_written(line: str, title: str, subtitle: str) -> None:
    """Any dash with spaces, a colon, a number, an emoji, a label before it, a mark or none."""
    article = dense("Het artikel: een begin", LONG, line, LONG, "Kort en goed.", "💡 Wat rust in jou?")

    assert [(one.title, one.subtitle) for one in article.themes] == [(title, subtitle)]


@pytest.mark.parametrize(
    "line",
    [
        "Wat helpt: adem, wandel en slaap:",
        "Een lijstje:",
        "Oefening: schrijf drie woorden op",
        "Bekijk de wandeling — gratis →",
        "Hij zei het rustig – zoals altijd – en ging.",
        "Zelf-zorg is geen luxe",
        "“Laat maar — het is goed”",
    ],
)
def test_a_line_within_a_section_never_cuts_it_in_two(line: str) -> None:
    """What introduces, points elsewhere, is a sentence or is spoken is no heading."""
    one = theme(LONG, line, LONG, "Kort en goed.", "💡 Wat rust in jou?")

    assert insights(one) == ["Kort en goed."]
    assert one.question is not None


def test_an_article_may_begin_with_the_words_of_its_first_theme() -> None:
    """The title is the title, the theme is the theme."""
    article = dense("Rust: zes wegen", LONG, "Rust — even niets", LONG, "Kort en goed.", "💡 Wat rust in jou?")

    assert article.title == "Rust: zes wegen"
    assert [(one.title, one.subtitle) for one in article.themes] == [("Rust", "even niets")]


def test_the_run_of_short_lines_before_the_lamp_are_the_insights_and_leave_the_reflection() -> None:
    """Two of them, and neither is read twice in one letter."""
    one = theme(LONG, "Stilte is geen leegte.", "Wie stil wordt, hoort meer.", "💡 Wat rust in jou?")

    assert insights(one) == ["Stilte is geen leegte.", "Wie stil wordt, hoort meer."]
    assert one.reflection == (LONG,)
    assert one.question is not None
    assert one.question.text == "Wat rust in jou?"


def test_short_lines_and_speech_earlier_in_a_section_stay_in_the_reflection() -> None:
    """Only what stands directly before the lamp hangs on a wall."""
    one = theme(LONG, "Adem in.", "“Ik kan niet meer,” zei ze.", LONG, "Kort en goed.", "💡 Wat rust in jou?")

    assert insights(one) == ["Kort en goed."]
    assert one.reflection == (LONG, "Adem in.", "“Ik kan niet meer,” zei ze.", LONG)


def test_without_a_lamp_the_insights_are_the_short_lines_at_the_end() -> None:
    """And the theme is incomplete: it has no question."""
    one = theme(LONG, "Kort en goed.", "Bekijk alle thema’s →")

    assert insights(one) == ["Kort en goed."]
    assert one.incomplete == ("question",)


def test_a_theme_without_an_insight_is_incomplete() -> None:
    """It is taken, and it says what is missing."""
    one = theme(LONG, LONG, "💡 Wat rust in jou?")

    assert one.incomplete == ("insight",)


def test_a_list_that_lost_its_bullets_is_no_run_of_insights() -> None:
    """Lines without full stops behind a colon belong to it; the sentence below them is the insight."""
    one = theme(LONG, "Wat helpt:", "Ademen", "Wandelen", "Slapen", "Kort en goed.", "💡 Wat rust in jou?")

    assert insights(one) == ["Kort en goed."]
    assert one.reflection[1:] == ("Wat helpt:", "Ademen", "Wandelen", "Slapen")


def test_a_list_stays_a_list() -> None:
    """As Markdown, in one paragraph of the reflection, numbers kept."""
    one = theme(
        LONG, "• Ademen", "• Wandelen", LONG, "1. Zitten", "2. Staan", LONG, "Goed zo.", "💡 Wat rust in jou?"
    )

    assert one.reflection == (LONG, "- Ademen\n- Wandelen", LONG, "1. Zitten\n2. Staan", LONG)


@pytest.mark.parametrize(
    "lines",
    [
        ("Lees meer in: De tuin van rust.",),
        ("Over een tuinman die wachtte. Lees meer in: De tuin van rust.",),
        ("Lees ook: De tuin van rust →",),
        ("Meer lezen? Lees meer in: De tuin van rust.",),
        ("Naar de oefening →", "Meer weten over rust? Lees verder in: De tuin van rust."),
    ],
)
def test_what_follows_the_lamp_is_a_pointer_or_the_sites(lines: tuple[str, ...]) -> None:
    """No reflection; in plain text the title has no address."""
    one = theme(LONG, "Kort en goed.", "💡 Wat rust in jou?", *lines)

    assert one.read_more is not None
    assert (one.read_more.title, one.read_more.url) == ("De tuin van rust", "")
    assert one.reflection == (LONG,)


def test_a_pointer_within_the_section_leaves_its_paragraph() -> None:
    """The paragraph stays, “read more in” becomes the link."""
    article = reading.read(
        f"<h1>Titel: een artikel</h1><h2>Rust — even niets</h2><p>{LONG} "
        f"Lees meer in: <a href='/tuin'>De tuin</a>.</p><p>{LONG}</p><p>Kort en goed.</p><p>💡 Wat rust in jou?</p>",
        url="https://example.nl/rust",
    )

    (one,) = article.themes
    assert one.read_more is not None
    assert (one.read_more.title, one.read_more.url) == ("De tuin", "https://example.nl/tuin")
    assert one.reflection == (LONG, LONG)


def test_questions_have_their_reasons_behind_an_arrow() -> None:
    """An arrow in the middle is a reason; at the line's end it is a button."""
    article = dense(
        "Titel: een artikel",
        LONG,
        "Drie vragen",
        "Wat houd ik vast? → Kijken is het begin.",
        "Van wie is dit -> Niet alles is van jou.",
        "Begin hier →",
        "Rust — even niets",
        LONG,
        "Kort.",
        "💡 Wat?",
    )

    assert [(one.text, one.why) for one in article.questions] == [
        ("Wat houd ik vast?", "Kijken is het begin."),
        ("Van wie is dit", "Niet alles is van jou."),
    ]
    assert article.skipped["button"] == 1


@pytest.mark.parametrize(
    ("lines", "answers"),
    [
        (("Is stilte eng?", "Soms wel."), [("Is stilte eng?", "Soms wel.")]),
        (("Is stilte eng? Soms wel.",), [("Is stilte eng?", "Soms wel.")]),
        (("Hoe lang duurt het", "Dat verschilt."), [("Hoe lang duurt het", "Dat verschilt.")]),
        (("Hoe lang duurt het: dat verschilt.",), [("Hoe lang duurt het", "dat verschilt.")]),
        (("Hoe lang duurt het Dat verschilt.",), [("Hoe lang duurt het", "Dat verschilt.")]),
        (("Hoe lang duurt het. Dat verschilt.",), [("Hoe lang duurt het", "Dat verschilt.")]),
        (("V: Is stilte eng?", "A: Soms wel."), [("Is stilte eng?", "Soms wel.")]),
        (("Is stilte eng?", "Soms wel.", "Het gaat over."), [("Is stilte eng?", "Soms wel.\n\nHet gaat over.")]),
        (
            ("Wat helpt?", "Dit:", "Ademen", "Slapen", "Werkt dat? Ja, meestal."),
            [("Wat helpt?", "Dit:\n\nAdemen\n\nSlapen"), ("Werkt dat?", "Ja, meestal.")],
        ),
    ],
)
@pytest.mark.parametrize("place", ["before the greeting", "behind the greeting", "between the themes"])
def test_a_question_with_its_answer_is_found(
    lines: tuple[str, ...], answers: list[tuple[str, str]], place: str
) -> None:
    """On one line or on several, with its mark or without, wherever the block stands."""
    section = ("Rust — even niets", LONG, "Kort en goed.", "💡 Wat rust in jou?")
    faq = ("Veelgestelde vragen", *lines)
    page = {
        "before the greeting": (*section, *faq, "Liefs,", "Anna"),
        "behind the greeting": (*section, "Liefs,", "Anna", *faq),
        "between the themes": (*section, *faq, "Stilte — luisteren", LONG, "Goed zo.", "💡 Wat hoor je?"),
    }[place]

    article = dense("Titel: een artikel", LONG, *page)

    assert [(one.question, one.answer) for one in article.answers] == answers
    assert len(article.themes) == (2 if place == "between the themes" else 1)


def test_a_greeting_and_a_sign_up_are_no_answer() -> None:
    """What the site puts below the last answer does not come in."""
    article = dense(
        "Veelgestelde vragen",
        "Is stilte eng?",
        "Soms wel.",
        "Elke week een moment van rust in je mailbox.",
        "Je kunt je altijd uitschrijven.",
        "Warme groet,",
        "Anna",
    )

    assert [one.answer for one in article.answers] == ["Soms wel."]


def test_a_list_of_related_articles_holds_no_theme() -> None:
    """However much its titles look like headings."""
    article = dense(
        "Titel: een artikel",
        LONG,
        "Rust — even niets",
        LONG,
        "Kort en goed.",
        "💡 Wat rust in jou?",
        "Ontdek meer",
        "Angst: de vriend die te hard praat",
        "Zelfbeeld — wie kijkt er in de spiegel",
        "Over spiegels, en wat je ziet als je er lang genoeg voor blijft staan.",
        "Alle artikelen →",
    )

    assert [one.title for one in article.themes] == ["Rust"]
    assert not article.answers


def test_a_line_with_a_colon_in_the_introduction_is_no_theme() -> None:
    """A heading needs more than a colon where no theme has begun yet."""
    article = dense(
        "Titel: een artikel",
        "Voor wie: iedereen die moe is",
        LONG,
        "Lees langzaam.",
        "Rust — even niets",
        LONG,
        "Kort en goed.",
        "💡 Wat rust in jou?",
    )

    assert [one.title for one in article.themes] == ["Rust"]


def test_a_question_with_a_colon_is_no_theme() -> None:
    """Among questions, what asks is a question."""
    article = dense(
        "Titel: een artikel",
        LONG,
        "Rust: even niets",
        LONG,
        "Kort en goed.",
        "💡 Wat rust in jou?",
        "Veelgestelde vragen",
        "Rust: hoe begin ik?",
        "Begin bij je adem, en ga dan zitten.",
        "Annelies de Vries — coach",
    )

    assert [one.title for one in article.themes] == ["Rust"]
    assert [one.question for one in article.answers] == ["Rust: hoe begin ik?"]


def test_a_search_tip_with_a_lamp_is_no_question() -> None:
    """It is counted with the search box."""
    one = theme(LONG, "Kort en goed.", "💡 Wat rust in jou?", "Zoeken", "💡 Tip: zoek op één of twee woorden.")

    assert one.question is not None
    assert one.question.text == "Wat rust in jou?"


def test_the_sites_own_parts_of_a_page_stay_out() -> None:
    """By their elements, their roles and their names; a part that holds the lamp is never one."""
    article = reading.read(
        "<html><head><title>Titel: een artikel | Site</title><link rel=canonical href='https://example.nl/a'></head><body>"
        "<nav>Rust — in het menu</nav><div class='cookie-banner'>Wij gebruiken cookies.</div><main>"
        f"<h1>Titel: een artikel</h1><section class='widget'><h2>Rust — even niets</h2><p>{LONG}</p>"
        "<p><em>Kort en goed.</em></p><p><img alt='💡' src='x.png'> <strong>Wat rust in jou?</strong></p></section>"
        "<form><label>Je naam</label><input><button>Schrijf me in</button></form></main>"
        "<aside class='sidebar'><h3>Recent</h3><a href='/x'>X</a></aside><footer>© 2026</footer></body></html>"
    )

    assert (article.title, article.url) == ("Titel: een artikel", "https://example.nl/a")
    (one,) = article.themes
    assert (one.reflection, insights(one)) == ((LONG,), ["Kort en goed."])
    assert article.skipped["navigation"] == 1
    assert article.skipped["cookies"] == 1
    assert article.skipped["footer"] == 1


def test_text_that_was_wrapped_is_put_together() -> None:
    """Paragraphs, items and the question, with blank lines or without."""
    article = reading.read(
        "Ademen: terug naar het lichaam\n"
        "Je ademt ongeveer twintigduizend keer per dag en merkt er\n"
        "bijna niets van. Dat is een wonder, en ook een gemiste\n"
        "kans, want de adem is de enige deur die altijd openstaat.\n"
        "Uitademen — de kunst van het laten gaan\n"
        "De meeste mensen denken dat ontspannen iets is wat je doet.\n"
        "Het is iets wat je laat. De uitademing weet dat, en doet\n"
        "het al je hele leven zonder dat iemand haar bedankt, en\n"
        "zonder dat zij daarom vraagt.\n"
        "- een hand op je buik en de andere op je borst, zodat je\n"
        "  voelt waar de adem stokt\n"
        "Je hoeft de adem niet te halen.\n"
        "💡 Waar in je lichaam houd je vandaag de adem vast, en voor\n"
        "wie eigenlijk?\n"
    )

    (one,) = article.themes
    assert one.reflection[0].endswith("zonder dat zij daarom vraagt.")
    assert one.reflection[1].endswith("zodat je voelt waar de adem stokt")
    assert insights(one) == ["Je hoeft de adem niet te halen."]
    assert one.question is not None
    assert one.question.text == "Waar in je lichaam houd je vandaag de adem vast, en voor wie eigenlijk?"


def test_emphasis_and_links_of_a_page_become_markdown() -> None:
    """And a page's own asterisks are none."""
    article = reading.read(
        f"<h2>Rust — even niets</h2><p>Een <em>zacht</em> en <strong>open</strong> 2*3*4 woord, <a href='https://x.nl/(a)'>"
        f"hier</a>. {LONG}</p><p>Kort en goed.</p><p>💡 Wat rust in jou?</p>"
    )

    assert article.themes[0].reflection == (
        f"Een *zacht* en **open** 2\\*3\\*4 woord, [hier](https://x.nl/%28a%29). {LONG}",
    )


def test_lines_of_a_page_that_only_a_break_parts_are_lines() -> None:
    """Editors that know no paragraphs write breaks; folded answers belong to the question above them."""
    article = reading.read(
        f"<div>Titel: een artikel</div><h3>Rust — even niets</h3><div>{LONG}<br><br>{LONG}<br>Kort en goed.<br><br>"
        "💡 Wat rust in jou?<br>Lees meer in: <a href='https://example.nl/riet'>Het riet</a>.</div>"
        "<div role=button>Wat is rust?</div><div style='display:none'>Dat wat blijft.</div>"
        "<div role=button>Is dat zo?</div><div style='display:none'>Ja, altijd.</div>"
    )

    (one,) = article.themes
    assert (one.reflection, insights(one)) == ((LONG, LONG), ["Kort en goed."])
    assert one.read_more is not None
    assert one.read_more.url == "https://example.nl/riet"
    assert [answer.answer for answer in article.answers] == ["Dat wat blijft.", "Ja, altijd."]


def test_quotation_marks_of_any_language_leave_a_pull_quote() -> None:
    """The letter gives it its own."""
    for quoted in ("“Kort en goed.”", '"Kort en goed."', "„Kort en goed.“", "« Kort en goed. »", "‘Kort en goed.’"):
        assert insights(theme(LONG, quoted, "💡 Wat rust in jou?")) == ["Kort en goed."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no text"),
        ("Zomaar een tekst.\nMeer niet.", "2 introduction"),
        ("<nav>Home</nav><p>x</p>", "1 navigation"),
    ],
)
def test_an_article_in_which_nothing_is_found_says_why(text: str, why: str) -> None:
    """One sentence, with what it was read as."""
    article = reading.read(text)

    assert article.is_empty
    assert why in reading.why_empty(article)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_the_encoding_that_it_has(encoding: str, end: str) -> None:
    """With any line ends; the old Windows encoding has dashes and quotation marks too, but no lamp."""
    lines = ["Titel: een artikel", LONG, "Één — “even” niets", LONG, "Kort en goed.", LONG, "Goed zo."]

    article = reading.read_bytes(end.join(lines).encode(encoding))

    assert [(one.title, one.subtitle) for one in article.themes] == [("Één", "“even” niets")]
    assert insights(article.themes[0]) == ["Goed zo."]


def test_a_theme_made_of_short_lines_only_keeps_a_reflection() -> None:
    """The last line hangs on the wall, the ones before it are what it sums up."""
    one = theme(
        "Loslaten is moeilijk, omdat we denken dat vasthouden veilig is.",
        "Maar vasthouden kost meer dan het oplevert.",
        "Een open hand ontvangt.",
        "💡 Wat rust in jou?",
    )

    assert insights(one) == ["Een open hand ontvangt."]
    assert len(one.reflection) == 2


def test_a_table_of_contents_holds_no_theme() -> None:
    """A heading that comes twice counts where its section is."""
    article = dense(
        "Titel: een artikel",
        "In dit artikel",
        "Rust — even niets",
        "Stilte — luisteren",
        LONG,
        "Rust — even niets",
        LONG,
        "Kort en goed.",
        "💡 Wat rust in jou?",
        "Stilte — luisteren",
        LONG,
        "Stilte spreekt.",
        "💡 Wat hoor je?",
    )

    assert [one.title for one in article.themes] == ["Rust", "Stilte"]
    assert not any(one.incomplete for one in article.themes)


def test_a_mark_alone_is_neither_a_title_nor_a_theme() -> None:
    """There must be a letter in it."""
    article = dense("_", "💡 Wat nu?")

    assert not article.themes
    assert article.title == ""


def test_labels_of_a_sections_parts_are_dropped_with_or_without_a_lamp() -> None:
    """“Inzicht:” and “Vraag:” name what follows, on their own line or before it."""
    own = theme(LONG, "Inzicht:", "Kort en goed.", "Vraag:", "Wat rust in jou?")
    before = theme(LONG, "Inzicht: Kort en goed.", "Vraag voor deze week: wat rust in jou?")

    for one in (own, before):
        assert (one.reflection, insights(one)) == ((LONG,), ["Kort en goed."])
        assert one.question is not None
        assert one.question.text == "Wat rust in jou?"
