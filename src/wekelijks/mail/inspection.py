"""The pre-flight of what was rendered: the finished parts, whoever's template they came from.

Our own templates always pass. An operator's may forget the way out, hide words, or ask a mail program for what it
has not; then this names it before a reader can.
"""

import re
from collections.abc import Iterator

import css_inline

from wekelijks.domain.letter import Letter
from wekelijks.mail import blanks, hypertext
from wekelijks.mail.contents import Setting
from wekelijks.mail.hypertext import Page
from wekelijks.mail.preflight import Finding, block, dead, placeholders, remote, warn

HEAVIEST = 100_000
"""Bytes of the HTML part. Gmail cuts a letter off at 102 kB, and with it the way to unsubscribe."""

_LONGEST_LINE = 998  # RFC 5322 2.1.1.
_ACTIVE = ("script", "form", "iframe", "object", "embed", "video", "audio")
_HTML, _TEXT = "letter.html", "letter.txt"
_MEDIA = re.compile(r"@media([^{}]*)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")


def inspect(html: str, text: str, *, letter: Letter, setting: Setting) -> list[Finding]:
    """What is wrong with these parts of this letter."""
    page = hypertext.read(html)
    plain = " ".join(text.split())
    findings = [
        *_size(html, text),
        *_way_out(page, text, setting),
        *_damage(html, text),
        *_identity(page, plain, setting),
        *_unfilled(page, text),
        *_structure(page),
        *_fetched(page),
        *_links(page, text, letter, setting),
    ]
    if page.hidden:
        findings.append(block(_HTML, f"Text that nobody sees: “{page.hidden[0][:60]}”."))
    else:
        findings += _elsewhere(html, page)
    return findings


def _elsewhere(html: str, page: Page) -> Iterator[Finding]:
    """What is seen here and hidden in the dark, or on a telephone; paper may leave things out."""
    rules: dict[str, str] = {}
    for query, more in _MEDIA.findall(page.style):
        rules[query.strip()] = rules.get(query.strip(), "") + more
    for query, style in rules.items():
        there = hypertext.read(css_inline.inline(html, extra_css=style, load_remote_stylesheets=False))
        if there.hidden and "print" not in query:
            yield block(_HTML, f"Text that nobody sees where @media {query}: “{there.hidden[0][:60]}”.")


def _size(html: str, text: str) -> Iterator[Finding]:
    weight = len(html.encode())
    if weight > HEAVIEST:
        yield block(_HTML, f"{weight:,} bytes: mail programs cut a letter off at {HEAVIEST:,}. Make it shorter.")
    longest = max((len(line.encode()) for line in text.splitlines()), default=0)
    if longest > _LONGEST_LINE:
        yield warn(_TEXT, f"A line of {longest:,} bytes: some programs cut it off at {_LONGEST_LINE}.")


def _way_out(page: Page, text: str, setting: Setting) -> Iterator[Finding]:
    if setting.inert:
        return
    for name, blank, tell in (
        ("unsubscribe", blanks.UNSUBSCRIBE_URL, block),
        ("pause", blanks.PREFERENCES_URL, warn),
    ):
        if not any(blank.marker in (anchor.href or "") and anchor.words for anchor in page.anchors):
            yield tell(_HTML, f"There is no visible link to {name}: a template must show {{{{ links.{name} }}}}.")
        if blank.marker not in text:
            yield tell(_TEXT, f"There is no link to {name}: a template must show {{{{ links.{name} }}}}.")
    for place, part in ((_HTML, page.words), (_TEXT, text)):
        if blanks.SINCE.marker not in part:
            yield warn(place, "Nothing says why the reader gets this letter: show {{ since }}.")


def _damage(html: str, text: str) -> Iterator[Finding]:
    for place, part in ((_HTML, html), (_TEXT, text)):
        if blanks.is_damaged(part):
            yield block(place, "A blank was cut or changed, so that nothing can be filled in: show it as it is.")


def _identity(page: Page, plain: str, setting: Setting) -> Iterator[Finding]:
    newsletter = setting.newsletter
    for place, words in ((_HTML, page.words), (_TEXT, plain)):
        if " ".join(newsletter.sender_name.split()) not in words:
            yield block(place, "The letter does not say who sends it: show {{ newsletter.sender_name }}.")
        if newsletter.postal_address.split() and newsletter.postal_address.split()[0] not in words:
            yield warn(place, "The postal address is missing: show {{ newsletter.postal_address }}.")


def _unfilled(page: Page, text: str) -> Iterator[Finding]:
    for place, words in ((_HTML, page.words), (_TEXT, text)):
        for found in placeholders(words):
            yield block(place, f"“{found[:60]}” looks like something that was still to be filled in.")


def _structure(page: Page) -> Iterator[Finding]:
    for tag in _ACTIVE:
        if page.tags[tag]:
            yield block(_HTML, f"<{tag}>: mail programs remove it, and filters take it for an attack.")
    if page.tags["h1"] != 1:
        yield warn(_HTML, f"There are {page.tags['h1']} headings <h1>; a letter has one.")
    if not page.language:
        yield warn(_HTML, "<html> has no lang: screen readers would read it in the wrong language.")
    if not page.title:
        yield warn(_HTML, "There is no <title>.")


def _fetched(page: Page) -> Iterator[Finding]:
    for sheet in page.sheets:
        yield block(_HTML, f"“{sheet[:60]}”: a letter cannot have an external style sheet.")
    if "@import" in page.style or "@font-face" in page.style:
        yield warn(_HTML, "A style or font from elsewhere is not loaded by most mail programs.")
    for address in page.remote:
        yield warn(_HTML, remote(address))
    for image in page.images:
        if image.alt is None:
            yield block(_HTML, f"The image “{image.src[:60]}” has no alt.")
        yield warn(_HTML, remote(image.src))


def _links(page: Page, text: str, letter: Letter, setting: Setting) -> Iterator[Finding]:
    for anchor in page.anchors:
        address = anchor.href or ""
        if blanks.used(address) or (setting.inert and address.startswith("(")):
            continue
        if why := dead(anchor, on=letter.on, base_url=setting.pages.base_url):
            yield block(_HTML, why)
        elif address.removeprefix("mailto:") not in text:
            yield warn(_TEXT, f"The link “{address[:60]}” is in the HTML part only.")
