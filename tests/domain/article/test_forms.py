"""The same article, however it was saved: as a page, as Markdown, as text with and without blank lines."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shapes
from shapes import Section, Shape

MORNING = (
    "Er zijn ochtenden waarop de dag al vol is voordat hij begint. Je loopt langs je eigen lijst zoals iemand langs "
    "een etalage loopt: alles ligt er, en niets ervan is van jou. Toch is er een ander begin mogelijk."
)
MARIEKE = (
    "Neem Marieke, die na een reorganisatie drie functies overhield. “Ik zeg gewoon overal ja op,” zei ze, “want dan "
    "hoeft niemand boos te worden.” Pas toen ze een week ziek werd, merkte ze hoe weinig er instortte."
)
PRACTICE = (
    "Wie oefent in klein beginnen, merkt dat het lichaam eerder weet wat klopt dan het hoofd. Dat is geen zwakte en "
    "ook geen gave. Het is aandacht, en aandacht groeit daar waar je haar neerlegt, elke dag een beetje meer."
)
GRENZEN = Section(
    heading="Grenzen — waar jij begint",
    title="Grenzen",
    subtitle="waar jij begint",
    body=(MORNING, MARIEKE, "Wat helpt:", ("Adem uit", "Zeg eerst niets", "Vraag bedenktijd"), PRACTICE),
    insights=("Een grens is een deur, geen muur.",),
    question="Waar zeg jij ja terwijl je nee bedoelt?",
    teaser=("Wil je hier dieper in duiken? Lees meer in:", "De kunst van het nee", "https://example.nl/nee"),
    after=("Bekijk alle thema's →",),
)
RUST = Section(
    heading="Rust – ruimte tussen twee gedachten",
    title="Rust",
    subtitle="ruimte tussen twee gedachten",
    body=(MARIEKE, "Adem in.", MORNING),
    insights=("Stilte is geen leegte.", "Wie stil wordt, hoort weer wat hij al wist."),
    question="Wanneer was het voor het laatst stil in jou?",
)
MOED = Section(
    heading="Moed: de eerste stap is klein",
    title="Moed",
    subtitle="de eerste stap is klein",
    body=(PRACTICE, MORNING),
    insights=("“Moed is bang zijn met je schoenen aan.”",),
)
VERTROUWEN = Section(
    heading="Thema: Vertrouwen — leunen op wat je niet ziet",
    title="Vertrouwen",
    subtitle="leunen op wat je niet ziet",
    body=(MORNING, PRACTICE),
    question="Op wie durf jij te leunen?",
    after=("Zoeken", "Tip: typ één of twee woorden, zoals ‘rust’ of ‘moed’."),
)
WHOLE = Shape(
    title="Grenzen: vier wegen naar een rustiger leven",
    introduction=(PRACTICE, "Lees langzaam. Je hoeft niets te onthouden."),
    questions=(
        ("Wat kost mij energie?", "Zo zie je waar je lekt."),
        ("Wie ben ik zonder mijn werk?", "Zo kom je bij jezelf."),
        ("Wat wil ik oefenen?", "Zo wordt het klein."),
    ),
    before=("Zoek op thema", "💡 Tip: zoek op één of twee woorden.", "Start de wandeling →"),
    sections=(GRENZEN, RUST, MOED, VERTROUWEN),
    related=("Loslaten: hoe doe je dat", "Stilte — het vergeten medicijn", "Nee zeggen zonder schuldgevoel"),
    answers=(
        ("Is rust nemen niet egoïstisch?", ("Nee. Wie uitrust, heeft anderen weer iets te geven.",)),
        ("Hoe begin ik klein?", ("Begin met één minuut op een vast moment.", "Houd dat een week vol.")),
    ),
    signup=("Ontvang elke week een helder moment van rust in je mailbox.", "Schrijf je in →"),
    greeting=("Warme groet,", "Annelies"),
    last_answers=(("Mag ik dit artikel delen?", ("Graag, zolang je de bron noemt en er niets aan verandert.",)),),
)
ENGLISH = Shape(
    title="The quiet year: three small turns",
    introduction=("A year is long. This one was quiet, and it taught me more than the loud ones before it did.",),
    questions_heading="Three questions before you read",
    questions=(("What am I rushing toward?", "Naming it slows it down."), ("What can wait?", "Most things can.")),
    sections=(
        Section(
            heading="Attention: the rarest gift",
            title="Attention",
            subtitle="the rarest gift",
            body=(
                (
                    "We give our attention away in coins so small that we never notice the purse getting lighter, "
                    "until one evening somebody asks us how we are and nothing at all comes to mind."
                ),
            ),
            insights=("Attention is love in its working clothes.",),
            question="Where did your attention live today?",
            teaser=("Read more in:", "The purse", "https://example.org/purse"),
        ),
        Section(
            heading="Patience: letting things ripen",
            title="Patience",
            subtitle="letting things ripen",
            body=(
                (
                    'Tom planted a fig tree in the year that his daughter was born. "It will fruit when you can '
                    'climb it," he told her, and for eleven years the whole family waited without complaint.'
                ),
            ),
            insights=("Nothing grows faster for being watched.",),
            question="What are you pulling at that wants to ripen?",
        ),
    ),
    related_heading="You might also like",
    related=("The art of leaving: a short walk", "Silence"),
    faq_heading="Frequently asked questions",
    answers=(("Do I have to do all of them?", ("No. One is plenty.",)),),
    signup=("Every week a quiet letter in your inbox.",),
    greeting=("With love,", "Ruth"),
)
GERMAN = Shape(
    title="Der stille Morgen: zwei Wege zu dir",
    introduction=("Eine Einleitung, die erzählt, worum es geht und warum es sich lohnt, weiterzulesen.",),
    sections=(
        Section(
            heading="Geduld — warten, ohne zu zählen",
            title="Geduld",
            subtitle="warten, ohne zu zählen",
            body=(
                (
                    "Geduld ist kein Stillstand. Sie ist eine Bewegung, die so langsam ist, dass nur der sie "
                    "sieht, der lange genug hinschaut und nicht ständig auf die Uhr blickt."
                ),
            ),
            insights=("Wer wartet, wächst.",),
            question="Worauf wartest du, ohne es zu merken?",
        ),
        Section(
            heading="Mut — der kleine Schritt",
            title="Mut",
            subtitle="der kleine Schritt",
            body=(
                (
                    "Mut beginnt selten mit einem Sprung. Meistens beginnt er mit einem Satz, den man lange nicht "
                    "gesagt hat, und mit der Stille danach, die man aushält."
                ),
            ),
            insights=("Der erste Schritt ist immer klein.",),
            question="Welchen Satz schiebst du auf?",
        ),
    ),
)


def without(parts: set[str], shape: Shape) -> Shape:
    """The article with these parts of it left out."""
    nothing: dict[str, Any] = dict.fromkeys(parts, ())
    return replace(shape, **nothing)


@pytest.mark.parametrize("form", ["html", "markdown", "text", "dense"])
@pytest.mark.parametrize("shape", [WHOLE, ENGLISH, GERMAN], ids=["whole", "english", "german"])
def test_every_form_of_an_article_gives_its_material(shape: Shape, form: str) -> None:
    """Themes, questions and answers are what the article says, whatever it was saved as."""
    article = shapes.readings(shape)[form]

    assert shapes.essence(article) == shapes.expected(shape)


@pytest.mark.parametrize(
    "left_out", ["related", "answers", "signup", "greeting", "last_answers", "questions", "before"]
)
def test_nothing_is_sure_to_be_there(left_out: str) -> None:
    """Each part may be missing without any other being read differently, in any form."""
    shape = without({left_out}, WHOLE)

    for form, article in shapes.readings(shape).items():
        assert shapes.essence(article) == shapes.expected(shape), form


def test_only_a_page_and_markdown_know_the_address_to_read_on() -> None:
    """In plain text a read-more is a title without an address."""
    readings = shapes.readings(WHOLE)

    links = {form: article.themes[0].read_more for form, article in readings.items()}

    assert {form: link.url for form, link in links.items() if link} == {
        "html": "https://example.nl/nee",
        "markdown": "https://example.nl/nee",
        "text": "",
        "dense": "",
    }


@given(
    order=st.permutations([GRENZEN, RUST, MOED, VERTROUWEN]),
    parts=st.sets(
        st.sampled_from(["related", "answers", "signup", "greeting", "last_answers", "questions", "before"])
    ),
    count=st.integers(min_value=2, max_value=4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_and_absence_change_nothing(order: list[Section], parts: set[str], count: int) -> None:
    """Any sections in any order with any parts around them are read as they are, in all four forms."""
    shape = without(parts, replace(WHOLE, sections=tuple(order[:count])))

    for form, article in shapes.readings(shape).items():
        assert shapes.essence(article) == shapes.expected(shape), form
