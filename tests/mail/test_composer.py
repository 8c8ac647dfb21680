"""The composer: one letter becomes two complete parts, in the newsletter's language, the same for every reader."""

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from html import unescape
from typing import Any, cast

import pytest

import letters
from letters import DUTCH, ENGLISH, STILTE
from wekelijks.domain.letter import Letter
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.material import Link
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Purpose, Signer
from wekelijks.mail import colours, contents, hypertext, markdown
from wekelijks.mail.composer import Composed, Composer
from wekelijks.mail.templates import Templates

SIGNER = Signer(["key"])
ANNEKE = Reader(
    address="anneke@example.nl", name="Anneke", subscriber_id=7, since=date(2026, 1, 5), source="stilte.example"
)


def received(composed: Composed, reader: Reader = ANNEKE) -> EmailMessage:
    """The message as this reader gets it."""
    filled = composed.blueprint.fill(reader, signer=SIGNER, hashing_key="hash")
    return message_from_bytes(filled, policy=policy.default)


def parts(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    text, html = message.iter_parts()
    return _said(text), _said(html)


def _said(part: Message) -> str:
    content: str = cast(EmailMessage, part).get_content()
    return content.replace("\r\n", "\n")


def in_order(text: str, *pieces: str) -> bool:
    """Do these pieces stand in the text in this order?"""
    places = [text.find(piece) for piece in pieces]
    return -1 not in places and places == sorted(places)


def test_a_letter_has_its_shape() -> None:
    """Date, greeting, theme, reflection, insight, question, invitation, sign-off, links and footer, in this order."""
    text, html = parts(received(letters.composed()))

    shape = (
        "zondag 8 maart 2026",
        "Dag Anneke,",
        "Loslaten",
        "wat je neerlegt, blijft ook liggen",
        "Mijn moeder had een tas",
        "‘Wat je vasthoudt, houdt jou ook vast.’",
        "De vraag voor deze week",
        "Welke sleutel draag je nog",
        "Beantwoord deze brief",
        "Hartelijke groet,",
        "Marijke de Wit",
        "PS Vorige week",
        "Loslaten is geen bergtop",
        "Deze brief bewaren",
        "Stilte op zondag is een brief van Marijke de Wit.",
        "Kerkstraat 1, 1234 AB Ons Dorp",
        "Je krijgt deze brief omdat je je op 5 januari 2026 hebt aangemeld via",
        "Even pauzeren",
        "Afmelden",
    )
    assert in_order(text, *shape)
    assert in_order(hypertext.read(html).words.replace("\N{NO-BREAK SPACE}", " "), *shape)


def test_an_english_letter_is_wholly_english() -> None:
    """Words, date and quotation marks are those of the newsletter's language."""
    english = replace(STILTE, language="en", name="A quiet Sunday")
    text, html = parts(received(letters.composed(ENGLISH, english)))

    for part in (text, html):
        assert "Sunday 8 March 2026" in part
        assert "“Freedom is not the door" in part
        assert "Hello Anneke," in part
    assert '<html lang="en"' in html
    assert not re.search(r"\b(?:brief|vraag|groet|Afmelden|zondag|maart|voor|van)\b(?!\.stilte)", text)


def test_text_comes_first_and_html_second() -> None:
    """multipart/alternative, from plain to rich (RFC 2046, 5.1.4)."""
    message = received(letters.composed())

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("letter", [DUTCH, ENGLISH, replace(DUTCH, ps="Zie [hier](https://stilte.example/ps).")])
def test_every_link_and_word_is_in_both_parts(letter: Letter) -> None:
    """Nobody misses anything by the way they read."""
    text, html = parts(received(letters.composed(letter)))
    page = hypertext.read(html)

    missing_links = [one.href for one in page.anchors if (one.href or "") not in text]
    said = set(re.findall(r"[^\W_]+", text))
    missing_words = [word for word in re.findall(r"[^\W_]+", page.words) if word not in said]
    assert missing_links == []
    assert missing_words == []


def test_the_readers_own_links_are_signed_and_lead_to_their_pages() -> None:
    """Pause and unsubscribe, in both parts, for this reader and this purpose."""
    text, html = parts(received(letters.composed()))

    for path, purpose in (("u", Purpose.UNSUBSCRIBE), ("preferences", Purpose.PREFERENCES)):
        (in_text,) = re.findall(rf"{letters.BASE_URL}/{path}/(\S+)", text)
        (in_html,) = re.findall(rf'"{letters.BASE_URL}/{path}/([^"]+)"', html)
        assert in_text == in_html
        assert SIGNER.read(purpose, in_text).subscriber_id == 7


def test_two_readers_letters_differ_in_their_own_lines_only() -> None:
    """Greeting, since, and the reader's links: nothing else is anybody's own."""
    composed = letters.composed()
    other = replace(ANNEKE, address="bas@example.nl", name="Bas", subscriber_id=8, since=date(2025, 12, 1))

    pair = [parts(received(composed, reader)) for reader in (ANNEKE, other)]

    own = ["Dag Anneke", "5 januari", "/preferences/", "/u/"]
    for one, another in zip(*pair, strict=True):
        differing = [a for a, b in zip(one.splitlines(), another.splitlines(), strict=True) if a != b]
        assert re.findall(r"Dag Anneke|5 januari|/u/|/preferences/", "".join(differing)) == own
        assert all(re.search("|".join(own), line) for line in differing)


def test_the_text_is_wrapped_and_breaks_no_address() -> None:
    """No line over 76 columns, but for an address, which is never broken."""
    long = f"https://stilte.example/{'heel-lang-' * 12}"
    text, _html = parts(received(letters.composed(replace(DUTCH, ps=f"Zie [dit]({long}) maar eens."))))

    assert long in text
    assert [line for line in text.splitlines() if len(line) > markdown.WIDTH and "https://" not in line] == []
    assert "\n\n\n" not in text


def test_the_preheader_is_what_stands_beside_the_subject() -> None:
    """It comes first in the document and is not shown in the letter, and the body does not run into the preview."""
    page = hypertext.read(letters.composed().html)
    _head, _body, rest = letters.composed().html.partition("<body")

    shown_first = re.sub(r"<[^>]*>", "", f"<{rest}").strip()
    assert shown_first.startswith(DUTCH.preheader)
    assert DUTCH.preheader not in page.words
    assert len(re.findall("\u034f", shown_first)) > 50


@pytest.mark.parametrize(
    ("changes", "preview"),
    [
        ({"preheader": ""}, DUTCH.subtitle),
        ({"preheader": "", "subtitle": "", "opening": "Het vroor *weer*."}, "Het vroor _weer_."),
        ({"preheader": "", "subtitle": "", "reflection": "woord " * 60}, "woord " * 17 + "woord…"),
    ],
)
def test_a_letter_without_preheader_shows_its_first_words(changes: dict[str, Any], preview: str) -> None:
    """Better than a date and a greeting."""
    assert contents.preview(replace(DUTCH, **changes)) == preview.strip()


def test_a_whole_issue_has_its_subject_as_title() -> None:
    """Without a theme, the subject is the one h1."""
    html = letters.composed(replace(DUTCH, title="", subtitle="")).html

    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Wat je neerlegt, blijft ook&nbsp;liggen"]


def test_headings_of_the_body_stand_below_the_title() -> None:
    """Whatever level a writer begins with, there is one h1 and no level is skipped."""
    html = letters.composed(replace(DUTCH, reflection="# Eén\n\ntekst\n\n### Twee\n\ntekst\n\n<h1>Drie</h1>")).html

    assert re.findall(r"<(h[1-6])", html) == ["h1", "h2", "h3", "h2"]


def paragraph(words: int) -> str:
    """So many words."""
    return " ".join(["woord"] * (words - 1) + ["einde."])


@pytest.mark.parametrize(
    ("lengths", "kept"),
    [
        ([100, 110], 2),
        ([100, 110, 10], 3),
        ([100, 110, 60], 2),
        ([90, 80, 70, 60], 2),
        ([50, 200, 50], 2),
        ([300, 100], 1),
        ([400], 1),
    ],
)
def test_a_long_section_of_the_pool_is_cut_at_a_paragraph(lengths: list[int], kept: int) -> None:
    """After the last paragraph that fits in 220 words; never so early that nothing is told."""
    letter = replace(DUTCH, from_pool=True, reflection="\n\n".join(map(paragraph, lengths)))

    shown, was_cut = contents.shown(letter)

    assert len(shown.split("\n\n")) == kept
    assert was_cut == (kept < len(lengths))


def test_a_cut_never_ends_on_a_line_that_introduces_what_follows() -> None:
    """A colon at the end of a letter would be a broken promise."""
    source = "\n\n".join([paragraph(130), "Drie dingen helpen:", "- rust\n- " + paragraph(200)])

    shown, was_cut = contents.shown(replace(DUTCH, from_pool=True, reflection=source))

    assert shown == paragraph(130)
    assert was_cut


def test_what_was_cut_can_be_read_on_where_it_stops() -> None:
    """One link, right after the last paragraph; where there is none, the letter's own page has the whole."""
    long = replace(DUTCH, from_pool=True, reflection=f"{paragraph(150)}\n\n{paragraph(150)}")

    elsewhere, _html = parts(received(letters.composed(long)))
    here, _html = parts(received(letters.composed(replace(long, read_more=None))))

    assert in_order(elsewhere, "Lees hier verder: Loslaten is geen bergtop\nhttps://stilte.example/loslaten", "‘Wat")
    assert elsewhere.count("https://stilte.example/loslaten") == 1
    assert "Lees hier verder: de hele brief op de site\nhttps://brief.stilte.example/archive/2026-03-08" in here


def test_what_a_writer_wrote_for_this_letter_is_never_cut() -> None:
    """They chose its length."""
    source = f"{paragraph(200)}\n\n{paragraph(200)}"

    assert contents.shown(replace(DUTCH, from_pool=False, reflection=source)) == (source, False)


@pytest.mark.parametrize(
    ("language", "insight", "shown"),
    [
        ("nl", "Rust is een richting.", "‘Rust is een richting.’"),
        ("nl", "“Rust is een richting.”", "‘Rust is een richting.’"),
        ("nl", '"Rust is een richting."', "‘Rust is een richting.’"),
        ("nl", "Zeg 'ja' en zwijg.", "‘Zeg “ja” en zwijg.’"),
        ("nl", "'s Avonds is het stil.", "‘’s Avonds is het stil.’"),
        ("en", "Say “yes” and be quiet.", "“Say ‘yes’ and be quiet.”"),
        ("en", '"Yes" is not "no"', "“‘Yes’ is not ‘no’”"),
        ("en", "It's quiet.", "“It’s quiet.”"),
    ],
)
def test_an_insight_stands_between_the_languages_own_marks(language: str, insight: str, shown: str) -> None:
    """Once: marks that came along go, and those inside step down."""
    text = letters.composed(replace(DUTCH, insight=insight), replace(STILTE, language=language)).text

    assert shown in text


def test_a_readers_question_stands_with_its_answer() -> None:
    """Under its own heading, after the question for this week."""
    assert in_order(letters.composed(ENGLISH, replace(STILTE, language="en")).text, "this week", "from a reader")
    assert "vraag van een lezer" not in letters.composed().text


def test_what_a_writer_pastes_cannot_become_more_than_text() -> None:
    """No script, style or form survives, in any field, and nothing of it is said."""
    hostile = "<script>alert(1)</script>Tekst <b onclick='x()' style='color:red'>vet</b><form><input></form>"
    composed = letters.composed(
        replace(DUTCH, reflection=hostile, title="<i>T</i>", question="<u>V</u>", ps=hostile, insight="<em>I</em>")
    )

    assert not re.search(r"<(?:script|form|input|i|u|em)\b|onclick|alert|color:red", composed.html)
    assert "alert" not in composed.text
    assert "<i>T</i>" in unescape(composed.html)
    assert not composed.blocks


def test_a_test_letter_is_marked_and_its_links_do_nothing() -> None:
    """In the subject and above the letter; no token of anybody is in it."""
    composed = letters.composed(kind=MailingKind.TEST, key="test 1", inert_links=True)
    message = received(composed, Reader(address="marijke@stilte.example"))
    text, html = parts(message)

    assert message["Subject"] == "[Proef] Wat je neerlegt, blijft ook liggen"
    assert composed.subject == message["Subject"]
    assert text.startswith("Dit is een proef.")
    assert "Afmelden:\n(werkt niet in een proef)" in text
    assert "iemand heeft hem naar dit adres laten sturen" in " ".join(text.split())
    assert message["List-Unsubscribe"] is None
    assert [one.href for one in hypertext.read(html).anchors] == ["https://stilte.example/loslaten"]
    assert not composed.blocks


def test_a_note_is_a_plain_single_letter() -> None:
    """Paragraphs and who sends them; nothing of a reader."""
    composed = Composer(Templates()).note(
        subject="De brief van 8 maart staat stil",
        paragraphs=["Er is **niets** om te sturen.", "Voeg een brief toe met `wekelijks issues add`."],
        newsletter=STILTE,
        base_url=letters.BASE_URL,
        key_id=SIGNER.key_id,
        date=letters.SENT,
        key="alarm 1",
    )
    message = received(composed, Reader(address="marijke@stilte.example"))
    text, html = parts(message)

    assert message["Subject"] == "De brief van 8 maart staat stil"
    assert message["Auto-Submitted"] == "auto-generated"
    assert text.startswith("Er is *niets* om te sturen.\n\nVoeg een brief toe")
    assert "<h1" in html
    assert "Dit bericht komt van Stilte op zondag." in text
    assert composed.findings == ()


def test_a_note_speaks_the_recipients_language() -> None:
    """A subscriber's own language governs single letters."""
    composed = Composer(Templates()).note(
        subject="Please confirm",
        paragraphs=["One click is enough."],
        newsletter=STILTE,
        base_url=letters.BASE_URL,
        key_id=SIGNER.key_id,
        date=letters.SENT,
        key="confirm 1",
        kind=MailingKind.CONFIRMATION,
        language="en",
    )

    assert '<html lang="en"' in composed.html
    assert "This message comes from Stilte op zondag." in composed.text
    assert received(composed)["Content-Language"] == "en"


def test_the_same_letter_is_composed_the_same() -> None:
    """What was previewed is what is frozen."""
    assert letters.composed().blueprint.to_bytes() == letters.composed().blueprint.to_bytes()


def test_an_accent_is_always_readable() -> None:
    """Whatever colour a writer chose, on light and on dark paper, at 4.5:1 or better; a fine one stays as it is."""
    chosen = ["#ffff00", "#ffffff", "#000000", "#7a4b2a", "#00ffcc", "#ff0000", "#123456", "#fdfbf7", "rood"]

    palettes = [scheme(accent) for accent in chosen for scheme in (colours.light, colours.dark)]

    tints = [(tint, one.paper) for one in palettes for tint in (one.accent, one.ink, one.soft)]
    assert [pair for pair in tints if colours.contrast(*pair) < colours.ENOUGH] == []
    assert colours.light("#7a4b2a").accent == "#7a4b2a"


def test_the_letter_is_light() -> None:
    """Far below what mail programs cut off."""
    assert len(letters.composed().html.encode()) < 15_000


def test_hostile_braces_in_names_stay_what_they_are() -> None:
    """A newsletter's name is text in every sentence that mentions it."""
    odd = replace(STILTE, name="{sender} & <Zo>", sender_name="M. {newsletter}")

    composed = letters.composed(newsletter=odd)

    assert "{sender} & <Zo> is een brief van M. {newsletter}." in composed.text
    assert "{sender} &amp; &lt;Zo&gt; is een brief" in composed.html


def test_a_link_without_a_title_shows_its_address() -> None:
    """There is always something to click on."""
    composed = letters.composed(replace(DUTCH, read_more=Link(title=" ", url="https://stilte.example/x")))

    assert ">https://stilte.example/x</a>" in composed.html
    assert not composed.blocks


def test_the_charset_is_told_before_anything_else() -> None:
    """Within the first 1,024 bytes (HTML, 4.2.5.4): a letter that is kept as a file has its accents."""
    document = letters.composed().html.encode()

    assert b'<meta charset="utf-8">' in document[:1024]
    assert document.index(b"<style>") < document.index(b"</head>") < document.index(b"<body")
