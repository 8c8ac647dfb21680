"""The pre-flight of the words: what must not leave, or should be looked at first, each with its place.

What blocks is what a reader would take for an accident; what warns is a matter of taste or of circumstance. The
country's law on contact data is not decided here: an empty postal address warns.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import Newsletter
from wekelijks.mail import hypertext, markdown
from wekelijks.mail.hypertext import Anchor

LONGEST_SUBJECT = 45
"""Characters that a telephone shows of a subject."""

_MARKDOWN_FIELDS = ("opening", "reflection", "answer", "ps")
_PLAIN_FIELDS = ("subject", "preheader", "title", "subtitle", "insight", "question", "asked")

_NAMES = (
    r"(?:voor|achter)?naam|(?:first|last|full)?[ _]?name|e?-?mail(?:adres|address)?|adres|address|datum|date|titel"
    r"|title|onderwerp|subject|link|url|tekst|text|invullen|vul in|fill in|your name|jouw naam|company|bedrijf"
)
_PLACEHOLDERS = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\{[^}\s]+\}|\*\|[^|\n]{1,40}\|\*|%%[^%\s]{1,40}%%|%[A-Z_]{3,40}%|<<\w[^<>\n]{0,40}>>"
    rf"|\[[A-Z][A-Z0-9 _/-]{{2,40}}\]|\[(?i:{_NAMES})\]|\{{(?i:{_NAMES})\}}"
    r"|(?i:\blorem ipsum\b)|\b(?:TODO|TBD|FIXME|XXX)\b",
    re.DOTALL,
)
# Reordering marks and the invisible tag letters can hide words; zero-width marks mostly come along when pasting.
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_UNMADE_LINK = re.compile(r"\]\s?\(")
_PRETENDED_REPLY = re.compile(r"(?:re|fw|fwd|antw|doorst)\s*:", re.IGNORECASE)
_READERS_OWN = ("/u/", "/preferences/", "/confirm/")
_ARCHIVE = re.compile(r"/archive/(?P<on>[^/]+)/?\Z")


class Severity(StrEnum):
    """BLOCK stops the letter; WARN is shown and lets it go."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was found."""

    severity: Severity
    place: str
    """Where: a field of the letter (`subject`, `reflection` …), of the newsletter, or a template with its line."""
    message: str
    """What is wrong and what to do."""

    @property
    def is_blocking(self) -> bool:
        """True for what stops the letter."""
        return self.severity is Severity.BLOCK


def block(place: str, message: str) -> Finding:
    """Something that must not leave."""
    return Finding(severity=Severity.BLOCK, place=place, message=message)


def warn(place: str, message: str) -> Finding:
    """Something to look at."""
    return Finding(severity=Severity.WARN, place=place, message=message)


def one_line(text: str) -> str:
    """The text as a header can carry it: control characters and line ends become a space."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text).split())


def letter(letter: Letter, newsletter: Newsletter, *, base_url: str) -> list[Finding]:
    """What is wrong with the words of this letter and with who sends it."""
    return [
        *_subject(letter, newsletter),
        *_completeness(letter),
        *_identity(newsletter, base_url),
        *(finding for name in _PLAIN_FIELDS for finding in _plain(name, str(getattr(letter, name)))),
        *(finding for name in _MARKDOWN_FIELDS for finding in _prose(name, letter, base_url)),
        *_read_on(letter, base_url),
    ]


def placeholders(text: str) -> list[str]:
    """What was meant to be filled in and was not."""
    return list(dict.fromkeys(found[0] for found in _PLACEHOLDERS.finditer(text)))


def dead(anchor: Anchor, *, on: date, base_url: str) -> str:
    """Why this link leads nowhere for the reader of a letter; empty when nothing can be told against it."""
    address = anchor.href
    if not address:
        return f"The link “{_short(anchor.words)}” has no address that leads anywhere."
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname
    except ValueError:
        return f"The link “{_short(address)}” is no address."
    if parts.scheme in ("mailto", "tel"):
        return "" if parts.path.strip() else f"The link “{_short(address)}” has nobody in it."
    if parts.scheme not in ("http", "https"):
        return f"The link “{_short(address)}” works on a site only: in a letter it begins with https://."
    if not host or (_is_loopback(host) and not _is_loopback(urlsplit(base_url).hostname or "")):
        return f"The link “{_short(address)}” leads nowhere for a reader."
    return _dead_inside(address, parts, on=on, base_url=base_url)


def _dead_inside(address: str, parts: SplitResult, *, on: date, base_url: str) -> str:
    """Links to our own pages: one reader's are nobody else's, and a letter of later is not there yet."""
    own = urlsplit(base_url)
    if parts.hostname != own.hostname or not parts.path.startswith(own.path):
        return ""
    path = parts.path.removeprefix(own.path)
    if path.startswith(_READERS_OWN):
        return f"The link “{_short(address)}” is one reader's own: whoever clicks it acts for them."
    found = _ARCHIVE.search(path)
    if not found:
        return ""
    try:
        is_there = date.fromisoformat(found["on"]) <= on
    except ValueError:
        is_there = False
    return "" if is_there else f"The link “{_short(address)}” points to a letter that is not there."


def _subject(letter: Letter, newsletter: Newsletter) -> Iterator[Finding]:
    subject = letter.subject
    if not one_line(subject):
        yield block("subject", "The subject is empty.")
    elif one_line(subject) != subject.strip() and any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in subject):
        yield block("subject", "The subject has a line break or a control character in it: make it one line.")
    if len(subject) > LONGEST_SUBJECT:
        yield warn("subject", f"{len(subject)} characters: a telephone shows about {LONGEST_SUBJECT}.")
    if newsletter.name and newsletter.name.casefold() in subject.casefold():
        yield warn("subject", "It repeats the newsletter's name, which stands beside it as the sender.")
    if _PRETENDED_REPLY.match(subject):
        yield warn("subject", "It looks like an answer or a forwarded letter, and so like spam.")


def _completeness(letter: Letter) -> Iterator[Finding]:
    body = hypertext.read(markdown.to_html(letter.reflection))
    if not body.words and not body.images:
        yield block("reflection", "The body is empty: there is nothing to read.")
    if letter.from_pool and not letter.insight.strip():
        yield block("insight", "A letter from the pool has an insight: give the theme one, or retire it.")
    if letter.asked.strip() and not letter.answer.strip():
        yield block("answer", "A reader's question stands there without its answer.")


def _identity(newsletter: Newsletter, base_url: str) -> Iterator[Finding]:
    for name, meaning in (
        ("name", "The newsletter has no name."),
        ("sender_name", "Nobody signs the letter: give the sender a name."),
        ("sender_address", "The letter has no sender's address."),
    ):
        if not str(getattr(newsletter, name)).strip():
            yield block(name, meaning)
    if not newsletter.postal_address.strip():
        yield warn("postal_address", "The footer has no postal address; in many countries the law wants one.")
    parts = urlsplit(base_url)
    if not parts.hostname or (parts.scheme != "https" and not _is_loopback(parts.hostname)):
        yield block("base_url", f"The unsubscribe link would begin with “{_short(base_url)}”: it must be https://.")


def _plain(name: str, text: str) -> Iterator[Finding]:
    yield from _said(name, text)


def _prose(name: str, letter: Letter, base_url: str) -> Iterator[Finding]:
    source = str(getattr(letter, name))
    page = hypertext.read(markdown.to_html(source))
    yield from _said(name, f"{page.words}\n{source if '*|' in source else ''}")
    for anchor in page.anchors:
        if why := dead(anchor, on=letter.on, base_url=base_url):
            yield block(name, why)
        elif not anchor.words and not page.images:
            yield block(name, f"The link “{_short(anchor.href or '')}” has no words to click on.")
    for image in page.images:
        yield from _image(name, image)
    if _UNMADE_LINK.search(page.words):
        yield warn(name, "“](” is visible: this looks like a link that did not become one.")


def _image(name: str, image: hypertext.Image) -> Iterator[Finding]:
    if not (image.alt or "").strip():
        yield block(name, f"The image “{_short(image.src)}” has no words for who cannot see it: ![words](address).")
    if urlsplit(image.src).scheme not in ("http", "https"):
        yield block(
            name, f"The image “{_short(image.src)}” cannot be shown in a letter: its address is not on the web."
        )
    else:
        yield warn(name, remote(image.src))


def remote(address: str) -> str:
    """What to say of something that a mail program would fetch."""
    return (
        f"“{_short(address)}” is fetched when the letter is read: many readers will not see it, and it tells on them."
    )


def _said(name: str, text: str) -> Iterator[Finding]:
    for found in placeholders(text):
        yield block(name, f"“{_short(found)}” looks like something that was still to be filled in.")
    if _DECEIVING.search(text):
        yield block(name, "There are invisible characters that turn or hide words: type the passage anew.")
    elif _ZERO_WIDTH.search(text):
        yield warn(name, "There are invisible characters in it, pasted along perhaps: type the passage anew.")


def _read_on(letter: Letter, base_url: str) -> Iterator[Finding]:
    if letter.read_more is not None and letter.read_more.url.strip():
        link = Anchor(letter.read_more.url, letter.read_more.title)
        if why := dead(link, on=letter.on, base_url=base_url):
            yield block("link", why)
        yield from _said("link", f"{letter.read_more.title}\n{unquote(letter.read_more.url)}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
