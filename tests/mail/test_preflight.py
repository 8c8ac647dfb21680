"""The pre-flight: what must not leave is blocked and named, and a good letter passes without a word."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import letters
from letters import DUTCH, ENGLISH, STILTE
from wekelijks import shipped
from wekelijks.domain.material import Link
from wekelijks.mail.composer import Composed
from wekelijks.mail.preflight import Severity, placeholders
from wekelijks.mail.templates import Templates


def found(composed: Composed, severity: Severity) -> list[str]:
    """What was found, as “place: message”."""
    return [f"{one.place}: {one.message}" for one in composed.findings if one.severity is severity]


def blocks(**changes: Any) -> list[str]:
    """What blocks the Dutch letter with these changes."""
    return found(letters.composed(replace(DUTCH, **changes)), Severity.BLOCK)


def warnings(**changes: Any) -> list[str]:
    """What is to be looked at in the Dutch letter with these changes, while it may leave."""
    composed = letters.composed(replace(DUTCH, **changes))
    assert not composed.blocks
    return found(composed, Severity.WARN)


@pytest.mark.parametrize("letter", [DUTCH, ENGLISH, replace(DUTCH, from_pool=True)])
def test_a_good_letter_passes_without_a_word(letter: Any) -> None:
    """Our own templates and a careful writer give the pre-flight nothing to say."""
    assert letters.composed(letter).findings == ()


@pytest.mark.parametrize(
    ("changes", "place", "told"),
    [
        ({"subject": ""}, "subject", "empty"),
        ({"subject": " \t "}, "subject", "empty"),
        ({"subject": "Een\nBcc: x@y.nl"}, "subject", "line break"),
        ({"reflection": ""}, "reflection", "empty"),
        ({"reflection": "<!-- niets -->"}, "reflection", "empty"),
        ({"insight": "", "from_pool": True}, "insight", "has an insight"),
        ({"asked": "Waarom?"}, "answer", "without its answer"),
        ({"opening": "Dag {{ naam }}, welkom."}, "opening", "{{ naam }}"),
        ({"opening": "Dag [NAAM], welkom."}, "opening", "[NAAM]"),
        ({"opening": "Dag [voornaam], welkom."}, "opening", "[voornaam]"),
        ({"opening": "Dag {first_name}, welkom."}, "opening", "{first_name}"),
        ({"opening": "Dag *|FNAME|*, welkom."}, "opening", "*|FNAME|*"),
        ({"ps": "Dank, %%voornaam%%."}, "ps", "%%voornaam%%"),
        ({"reflection": "Lorem ipsum dolor sit amet."}, "reflection", "Lorem ipsum"),
        ({"question": "TODO vraag bedenken"}, "question", "TODO"),
        ({"title": "[TITEL]"}, "title", "[TITEL]"),
        ({"reflection": "Lees [dit](/over-mij) maar."}, "reflection", "/over-mij"),
        ({"reflection": "Lees [dit](#onder) maar."}, "reflection", "#onder"),
        ({"reflection": "Lees [dit]() maar."}, "reflection", "“dit” has no address"),
        ({"reflection": "Lees [dit](https://) maar."}, "reflection", "“dit” has no address"),
        ({"reflection": 'Lees <a href="javascript:x()">dit</a> maar.'}, "reflection", "“dit” has no address"),
        ({"reflection": "Lees [dit](http://localhost:8000/x) maar."}, "reflection", "leads nowhere"),
        ({"reflection": "Lees [dit](www.stilte.example) maar."}, "reflection", "begins with https://"),
        ({"reflection": "Tekst [](https://stilte.example) tekst."}, "reflection", "no words to click on"),
        ({"ps": "Zie [die brief](https://brief.stilte.example/archive/2026-03-15)."}, "ps", "not there"),
        ({"ps": "Zie [die brief](https://brief.stilte.example/archive/maart)."}, "ps", "not there"),
        ({"ps": "Ga [weg](https://brief.stilte.example/u/WzEsN10.abc)."}, "ps", "one reader's own"),
        ({"read_more": Link(title="Verder", url="/loslaten")}, "link", "begins with https://"),
        ({"reflection": "Kijk ![](https://stilte.example/tas.jpg)"}, "reflection", "no words for who cannot see it"),
        ({"reflection": "Kijk ![tas](tas.jpg)"}, "reflection", "not on the web"),
        ({"reflection": "Dit \u202eneewt nem draait."}, "reflection", "invisible characters"),
        ({"reflection": "Woord. " * 20_000}, "letter.html", "bytes"),
    ],
)
def test_what_must_not_leave_is_named(changes: dict[str, Any], place: str, told: str) -> None:
    """One thing is wrong with the letter; its place and what it is are told, once."""
    (finding,) = blocks(**changes)

    assert finding.startswith(f"{place}: ")
    assert told in finding


@pytest.mark.parametrize(
    ("changes", "place", "told"),
    [
        ({"subject": "Een onderwerp dat veel langer is dan een telefoon laat zien"}, "subject", "telephone"),
        ({"subject": "Stilte op zondag: loslaten"}, "subject", "newsletter's name"),
        ({"subject": "Re: je vraag"}, "subject", "looks like an answer"),
        ({"reflection": "Kijk ![een tas](https://stilte.example/tas.jpg)"}, "reflection", "is fetched"),
        ({"reflection": "Een onzichtbare\u200bspatie."}, "reflection", "invisible characters"),
        ({"reflection": "Lees [dit] (https://stilte.example/x) maar."}, "reflection", "link that did not become one"),
        ({"reflection": f"Zie https://stilte.example/{'x' * 1_000}"}, "letter.txt", "some programs cut it"),
    ],
)
def test_what_should_be_looked_at_is_named(changes: dict[str, Any], place: str, told: str) -> None:
    """It may leave, and the writer is told."""
    (finding,) = warnings(**changes)

    assert finding.startswith(f"{place}: ")
    assert told in finding


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"sender_name": ""}, "sender_name"), ({"sender_address": " "}, "sender_address"), ({"name": " "}, "name")],
)
def test_a_letter_says_who_sends_it(changes: dict[str, Any], place: str) -> None:
    """Without the sender's identity nothing leaves."""
    composed = letters.composed(newsletter=replace(STILTE, **changes))

    assert place in [one.place for one in composed.findings if one.is_blocking]


def test_a_missing_postal_address_warns() -> None:
    """Which country's law wants it is not for the pre-flight to decide."""
    composed = letters.composed(newsletter=replace(STILTE, postal_address=""))

    assert found(composed, Severity.WARN)[0].startswith("postal_address: ")
    assert not composed.blocks


@pytest.mark.parametrize(
    ("base_url", "fine"),
    [
        ("https://brief.stilte.example", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://brief.stilte.example", False),
        ("http://127.0.0.1.stilte.example", False),
        ("brief.stilte.example", False),
    ],
)
def test_the_way_out_is_encrypted(base_url: str, fine: bool) -> None:  # noqa: FBT001 - a row of the table above.
    """An unsubscribe URL without https blocks, unless it is on this very machine."""
    composed = letters.composed(base_url=base_url)

    assert composed.blocks is not fine
    assert fine or "base_url" in {one.place for one in composed.findings}


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("footer.html", "<p>Geen weg terug.</p>", "no visible link to unsubscribe"),
        ("footer.html", '<a href="{{ links.unsubscribe }}"></a>', "no visible link to unsubscribe"),
        ("footer.html", '<a href="{{ links.unsubscribe }}" style="display:none">Weg</a>', "no visible link"),
        ("footer.txt", "Geen weg terug.", "There is no link to unsubscribe"),
        ("letter.txt", '{{ letter.reflection }}\n{% include "footer.txt" %}', ""),
    ],
)
def test_an_own_template_that_forgets_the_way_out_is_blocked(
    tmp_path: Path, file: str, content: str, told: str
) -> None:
    """In the HTML and in the text, and where nobody could see it."""
    (tmp_path / file).write_text(content, "utf-8")

    told_all = found(letters.composed(templates=Templates(tmp_path)), Severity.BLOCK)

    assert any(told in one for one in told_all) if told else told_all == []


@pytest.mark.parametrize(
    "hiding",
    [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "opacity:0",
        "color:#fdfbf7",
        "color:transparent",
        "color:#000;background-color:#010101",
        "text-indent:-9999px",
        "opacity:.01",
        "color:rgb(253, 251, 247)",
        "position:absolute;left:-9999px",
        "max-height:0;overflow:hidden",
        "width:0;overflow:hidden",
    ],
)
def test_invisible_text_is_blocked(tmp_path: Path, hiding: str) -> None:
    """Whatever way an own template hides words, filters know it too, and readers are deceived."""
    (tmp_path / "footer.html").write_text(
        f'<p style="{hiding}">casino</p>{{% include "ours/footer.html" %}}', "utf-8"
    )

    (finding,) = found(letters.composed(templates=Templates(tmp_path)), Severity.BLOCK)

    assert "Text that nobody sees: “casino”" in finding


@pytest.mark.parametrize(
    "rule",
    [
        "@media (prefers-color-scheme: dark) { .letter .small { color: #1c1917 !important; } }",
        "@media (max-width: 480px) { .small { display: none !important; } }",
    ],
)
def test_text_that_only_some_readers_see_is_blocked(tmp_path: Path, rule: str) -> None:
    """In the dark and on a telephone a letter is read too."""
    ours = (shipped.directory_of("templates/email/style.css") / "style.css").read_text("utf-8")
    (tmp_path / "style.css").write_text(f"{ours}\n{rule}", "utf-8")

    (finding,) = found(letters.composed(templates=Templates(tmp_path)), Severity.BLOCK)

    assert "Text that nobody sees where @media" in finding


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<script>x()</script>", "<script>"),
        ("<form action='https://x.example'></form>", "<form>"),
        ('<link rel="stylesheet" href="https://x.example/a.css">', "external style sheet"),
        ('<img src="https://x.example/a.png">', "has no alt"),
        ('<a href="/over">Over mij</a>', "begins with https://"),
        ("<p>[ADRES]</p>", "[ADRES]"),
    ],
)
def test_what_no_mail_program_should_get_is_blocked(tmp_path: Path, content: str, told: str) -> None:
    """An own template with the habits of a web page."""
    (tmp_path / "footer.html").write_text(f'{content}{{% include "ours/footer.html" %}}', "utf-8")

    (finding,) = found(letters.composed(templates=Templates(tmp_path)), Severity.BLOCK)

    assert told in finding


def test_a_link_to_an_earlier_letter_is_fine() -> None:
    """Writers refer to what they wrote."""
    assert not blocks(ps="Zie [die brief](https://brief.stilte.example/archive/2026-03-01).", on=date(2026, 3, 8))


@pytest.mark.parametrize(
    "innocent",
    [
        "Hij zei […] niets, en [sic] dat was alles [1].",
        "Het kostte {weinig} moeite en 100% aandacht, 20% meer dan ooit.",
        "Is 3 << 5 en 5 >> 3? In een verhaal over de NAVO [zie daar].",
        "Adres en naam, datum en titel: woorden als andere.",
    ],
)
def test_innocent_brackets_are_left_alone(innocent: str) -> None:
    """A placeholder looks like one; quotations and footnotes do not."""
    assert placeholders(innocent) == []
