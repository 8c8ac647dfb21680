"""The letter as it looks: in a browser, by light and dark, on a small telephone, on paper, and to mail programs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import letters
from letters import DUTCH, ENGLISH, STILTE
from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer

CHROMIUM = Path("/usr/bin/chromium")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

LONG = replace(
    DUTCH,
    title="Verantwoordelijkheidsgevoelsverschuivingen",
    reflection=f"{ENGLISH.reflection}\n\n## Kop\n\n> Citaat\n\n1. een\n2. twee\n\n`code` en ~~weg~~\n\n---\n\nEinde "
    f"https://stilte.example/{'heel-lang-' * 20}",
    asked="En als het niet lukt?",
    answer="Dan *niet*.\n\n- Morgen weer.",
)
SAMPLES: list[tuple[Letter, Newsletter]] = [
    (DUTCH, STILTE),
    (ENGLISH, replace(STILTE, language="en", accent="#ffd400")),
    (LONG, replace(STILTE, accent="#00ccff")),
]


def eml_of(letter: Letter, newsletter: Newsletter) -> bytes:
    """The message as a reader's mail program gets it, blanks filled."""
    reader = Reader(address="a@b.nl", name="Anneke", subscriber_id=7, since=date(2026, 1, 5), source="stilte.example")
    return letters.composed(letter, newsletter).blueprint.fill(reader, signer=Signer(["key"]), hashing_key="hash")


def html_of(letter: Letter, newsletter: Newsletter) -> str:
    """The HTML part of it."""
    part = message_from_bytes(eml_of(letter, newsletter), policy=policy.default).get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        assert os.environ.get("CI") != "true", "the check needs Chromium"
        pytest.skip("THERE IS NO CHROMIUM: the letter was not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def shown(browser: Browser, html: str, *, scheme: Literal["light", "dark"] = "light", width: int = 760) -> Page:
    """The letter in a window that may fetch nothing."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, offline=True)
    page = context.new_page()
    page.set_content(html)
    return page


@pytest.mark.parametrize("sample", SAMPLES, ids=["nl", "en", "long"])
def test_a_letter_keeps_nobody_out(browser: Browser, sample: tuple[Letter, Newsletter]) -> None:
    """No finding of axe, nor anything that it could not decide, in light and dark; every accent can be read."""
    findings = []

    for scheme in SCHEMES:
        page = shown(browser, html_of(*sample), scheme=scheme)
        response = Axe().run(page).response
        findings += [(scheme, one["id"]) for one in response["violations"] + response["incomplete"]]
        page.context.close()

    assert findings == []


@pytest.mark.parametrize("sample", SAMPLES, ids=["nl", "en", "long"])
def test_a_letter_fits_a_small_telephone(browser: Browser, sample: tuple[Letter, Newsletter]) -> None:
    """Nothing to scroll sideways at 320 px, not even for a word or an address that is longer than a line."""
    page = shown(browser, html_of(*sample), width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_letter_is_easy_on_the_eyes(browser: Browser) -> None:
    """One column of 600 px at most, body text of 18 px, nothing under 16, lines at 1.5 or more, ragged right."""
    page = shown(browser, html_of(*SAMPLES[2]), width=1_400)

    texts = page.evaluate(
        """() => [...document.querySelectorAll('p, li, a, h1, h2, blockquote')].filter(e => e.offsetHeight)
        .map(e => { const s = getComputedStyle(e); return [e.tagName, e.className, parseFloat(s.fontSize),
        parseFloat(s.lineHeight) / parseFloat(s.fontSize), s.textAlign, s.textDecorationLine, s.fontFamily] })"""
    )
    assert page.evaluate("document.querySelector('.letter').offsetWidth") <= 600
    assert min(size for _tag, _class, size, *_rest in texts) >= 16
    assert {size for tag, kind, size, *_rest in texts if tag in ("P", "LI") and not kind} == {18}
    assert min(height for tag, kind, _size, height, *_rest in texts if tag in ("P", "LI") and not kind) >= 1.5
    assert {align for *_start, align, _line, _font in texts} <= {"left", "start"}
    assert {line for tag, *_rest, line, _font in texts if tag == "A"} == {"underline"}
    assert all("serif" in font for *_start, font in texts)


def test_dark_paper_is_dark(browser: Browser) -> None:
    """The rules for the dark survive the inliner."""
    papers = [
        shown(browser, html_of(DUTCH, STILTE), scheme=scheme).evaluate(
            "['body', '.paper'].map(s => getComputedStyle(document.querySelector(s)).backgroundColor).join()"
        )
        for scheme in SCHEMES
    ]

    assert papers == ["rgb(253, 251, 247),rgb(253, 251, 247)", "rgb(28, 25, 23),rgb(28, 25, 23)"]


def test_on_paper_there_is_room_to_write_and_no_link_of_the_reader(browser: Browser) -> None:
    """Who gives the page away gives no unsubscribe link away; who keeps it can write on it."""
    page = shown(browser, html_of(DUTCH, STILTE))
    on_screen = (page.is_visible("text=Afmelden"), page.is_visible("text=hebt aangemeld"), _rooms(page))

    page.emulate_media(media="print")
    on_paper = (page.is_visible("text=Afmelden"), page.is_visible("text=hebt aangemeld"), _rooms(page))

    assert on_screen == (True, True, 0)
    assert on_paper == (False, False, 5)
    assert page.is_visible("text=Kerkstraat 1")


def _rooms(page: Page) -> int:
    heights = page.evaluate("[...document.querySelectorAll('.room')].map(e => e.offsetHeight)")
    return len([height for height in heights if height > 30])


def test_nothing_is_fetched_to_read_a_letter(browser: Browser) -> None:
    """No pixel, no font, no image: nobody can tell that it was read."""
    asked: list[str] = []
    page = browser.new_context().new_page()
    page.on("request", lambda request: asked.append(request.url))

    page.set_content(html_of(*SAMPLES[2]), wait_until="networkidle")

    assert asked == []


def test_the_preheader_takes_no_room(browser: Browser) -> None:
    """It is for the list of letters only."""
    page = shown(browser, html_of(DUTCH, STILTE))

    assert page.evaluate("document.querySelector('.preheader').offsetHeight") == 0


# What `benchmarks/caniemail.mjs` says of each feature that the letter uses (data of caniemail 1.0.5). What a mail
# program leaves out costs comfort and no words: without @media, a letter is light and has no lines to write on.
KNOWN_TO_ALL = {
    "font-family",
    "font-style",
    "color",
    "border",
    "border-top",
    "padding-left",
    "text-align",
    "table-layout",
}
KNOWN_AS_WE_USE_THEM = {
    "font-size": "in pixels",
    "font-weight": "by name",
    "line-height": "as a number",
    "margin": "never negative",
    "padding": "on table cells",
    "text-decoration": "with one value",
    "background-color": "on body and table",
}
WITH_A_FALLBACK = {
    "max-width": "Outlook on Windows: a table of 600 in a conditional comment",
    "display": "none only; the preheader has max-height as well",
    "max-height": "only beside display",
    "overflow": "only beside display",
    "mso-hide": "for Outlook on Windows alone",
    "text-indent": "Gmail takes no negative one: the mark stands in line",
    "overflow-wrap": "Gmail breaks long words by itself; elsewhere a long address is wider than the screen",
    "color-scheme": "the letter stays light",
    "-webkit-text-size-adjust": "for Apple Mail alone",
    "height": "images of a writer keep their proportions",
    "white-space": "code of a writer",
}
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "table",
    "tbody",
    "tr",
    "td",
    "div",
    "p",
    "br",
    "a",
    "h1",
    "h2",
}
TAGS_OF_A_WRITER = {"h3", "h4", "blockquote", "ul", "ol", "li", "em", "strong", "s", "hr", "code", "pre", "img"}
AT_RULES = {"(prefers-color-scheme: dark)", "(max-width: 480px)", "print"}


class _Uses(HTMLParser):
    """Tags and properties of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.properties: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "style":
                self.properties |= {
                    part.partition(":")[0].strip() for part in (value or "").split(";") if ":" in part
                }


@pytest.mark.parametrize("sample", SAMPLES, ids=["nl", "en", "long"])
def test_mail_programs_know_what_the_letter_uses(sample: tuple[Letter, Newsletter]) -> None:
    """A ratchet: whatever new tag or property comes in must first be looked up, and its absence thought through."""
    html = html_of(*sample)
    uses = _Uses(html)

    assert uses.tags - TAGS - TAGS_OF_A_WRITER == set()
    assert uses.properties - KNOWN_TO_ALL - set(KNOWN_AS_WE_USE_THEM) - set(WITH_A_FALLBACK) == set()
    assert {found.strip() for found in re.findall(r"@media([^{]*)\{", html)} == AT_RULES
    assert 'role="presentation"' in html
    assert len(re.findall(r"<table\b", html)) == len(re.findall(r'<table\b[^>]*role="presentation"', html))


def test_outlook_gets_a_column_of_its_own() -> None:
    """It knows no max-width on anything but tables: the conditional comment survives the inliner, balanced."""
    html = html_of(DUTCH, STILTE)

    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3
    assert '<table role="presentation" width="600"' in html


@pytest.mark.parametrize("sample", SAMPLES[:2], ids=["nl", "en"])
def test_no_filter_takes_it_for_spam(sample: tuple[Letter, Newsletter]) -> None:
    """SpamAssassin by itself, without the network, finds nothing at all to say against it."""
    program = shutil.which("spamassassin")
    if program is None:
        assert os.environ.get("CI") != "true", "the check needs SpamAssassin"
        pytest.skip("THERE IS NO SPAMASSASSIN: the letter was not judged")

    judged = subprocess.run([program, "-L", "-t"], input=eml_of(*sample), capture_output=True, check=True).stdout

    points = re.findall(
        rb"^ *(-?[0-9.]+) +([A-Z][A-Z0-9_]+) ", judged.rpartition(b"Content analysis")[2], re.MULTILINE
    )
    assert len(points) >= 2
    assert [name.decode() for score, name in points if float(score) > 0] == []
