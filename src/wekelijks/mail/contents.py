"""Contents: what a template may show of a letter and its newsletter, once as HTML and once as text.

Both come from the same words in the same order. Nothing of a reader, no setting and no key is ever among them.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from babel.dates import format_date

from wekelijks.domain.letter import Letter
from wekelijks.domain.links import Pages
from wekelijks.domain.newsletter import Newsletter
from wekelijks.i18n.letter import language_of, words_of
from wekelijks.mail import blanks, colours, markdown

MINUTE = 220
"""Words of a reflection at most: what is read in a minute. A longer one of the pool is cut at a paragraph."""

_ENOUGH = 120  # Cutting to less than this would tell nothing: then the next paragraph stays as well.
_PREVIEW = 110  # Characters that mail programs show beside a subject.
_OWN_MARKS = ("“”", "‘’", '""', "''", "„”", "«»", "»«")
_HAS_PS = re.compile(r"p\.?\s?s\b", re.IGNORECASE)

Prose = Callable[[str], str]
"""Markdown to one of the two parts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Around the letter: which newsletter, in which language, and whether it is a test."""

    newsletter: Newsletter
    pages: Pages
    language: str
    is_test: bool = False
    inert: bool = False

    @property
    def words(self) -> dict[str, str]:
        """The words of the letter's language."""
        return words_of(self.language)


def of_letter(letter: Letter, setting: Setting, prose: Prose) -> dict[str, Any]:
    """The values for `letter.html` (prose: to_html) or `letter.txt` (prose: to_text)."""
    reflection, was_cut = shown(letter)
    keep = setting.pages.letter(letter.on)
    return {
        **_around(setting),
        "letter": {
            "subject": letter.subject,
            "preheader": preview(letter),
            "date": format_date(letter.on, setting.words["day"], locale=language_of(setting.language)),
            "opening": prose(letter.opening),
            "title": markdown.typeset(letter.title or letter.subject),
            "subtitle": markdown.typeset(letter.subtitle),
            "reflection": prose(reflection),
            "was_cut": was_cut,
            "insight": _quoted(letter.insight, setting.words),
            "question": markdown.typeset(letter.question),
            "asked": markdown.typeset(letter.asked),
            "answer": prose(letter.answer),
            "ps": prose(_with_ps(letter.ps, setting.words["ps"])),
        },
        "read_on": _read_on(letter, keep, was_cut=was_cut, words=setting.words),
        "links": _links(setting, keep),
        "greeting": blanks.GREETING,
        "since": blanks.SINCE,
    }


def of_note(subject: str, body: str, setting: Setting, prose: Prose) -> dict[str, Any]:
    """The values for `note.html` or `note.txt`."""
    letter = {"subject": subject, "title": markdown.typeset(subject), "reflection": prose(body)}
    return {**_around(setting), "letter": letter}


def shown(letter: Letter) -> tuple[str, bool]:
    """The reflection as the letter shows it, and whether something was left for the page to read on.

    What a writer wrote for this very letter is never cut: they chose its length. An article's section was written
    for another place, so it ends after the last paragraph that fits in a minute.
    """
    pieces = markdown.blocks(letter.reflection)
    if not letter.from_pool or markdown.words(letter.reflection) <= MINUTE:
        return letter.reflection, False
    end, total = 0, 0
    for piece in pieces:
        total += markdown.words(piece)
        if total > MINUTE and markdown.words("\n\n".join(pieces[:end])) >= _ENOUGH:
            break
        end += 1
        if total > MINUTE:
            break
    while end > 1 and pieces[end - 1].rstrip().endswith(":"):
        end -= 1  # A line that ends in a colon introduces what would be missing.
    return "\n\n".join(pieces[:end]), end < len(pieces)


def preview(letter: Letter) -> str:
    """What stands beside the subject in a mail program: the writer's words, else the letter's first."""
    given = letter.preheader or letter.subtitle
    if given:
        return markdown.typeset(given)
    first = " ".join(markdown.to_text(letter.opening or letter.reflection).split())
    return first if len(first) <= _PREVIEW else first[:_PREVIEW].rpartition(" ")[0].rstrip(",;:–— ") + "…"


def wording(setting: Setting) -> blanks.Wording:
    """What the blanks say in this language."""
    words, name = setting.words, setting.newsletter.name
    return blanks.Wording(
        greeting=words["greeting"],
        greeting_named=words["greeting_named"],
        since=words["since"].replace("{newsletter}", name),
        since_date=words["since_date"],
        since_source=words["since_source"],
        since_date_source=words["since_date_source"],
    )


def _around(setting: Setting) -> dict[str, Any]:
    newsletter, words = setting.newsletter, setting.words
    names = {"newsletter": newsletter.name, "sender": newsletter.sender_name}
    return {
        "language": setting.language,
        "words": words,
        "is_test": setting.is_test,
        "inert": setting.inert,
        "newsletter": {
            "name": newsletter.name,
            "sender_name": newsletter.sender_name,
            "sender_address": newsletter.sender_address,
            "reply_to": newsletter.reply_to or newsletter.sender_address,
            "postal_address": ", ".join(filter(None, map(str.strip, newsletter.postal_address.splitlines()))),
            "promise": newsletter.promise,
            "site_url": newsletter.site_url,
            "invitation": markdown.typeset(newsletter.invitation or words["invitation"]),
            "sign_off": markdown.typeset(newsletter.sign_off or words["sign_off"]),
            "sent_by": _filled(words["sent_by"], names),
            "note_from": _filled(words["note_from"], names),
        },
        "light": asdict(colours.light(newsletter.accent)),
        "dark": asdict(colours.dark(newsletter.accent)),
    }


def _links(setting: Setting, keep: str) -> dict[str, Any]:
    """Where the letter's own links lead; in a test the reader's ones lead nowhere."""
    inert = f"({setting.words['inert']})"
    return {
        "home": setting.pages.home,
        "keep": inert if setting.inert else keep,
        "pause": inert if setting.inert else blanks.PREFERENCES_URL,
        "unsubscribe": inert if setting.inert else blanks.UNSUBSCRIBE_URL,
        "privacy": setting.newsletter.privacy_url,
    }


def _read_on(letter: Letter, keep: str, *, was_cut: bool, words: dict[str, str]) -> dict[str, str] | None:
    """The one link to read on; where a cut letter has none, its own page, which always has the whole."""
    if letter.read_more is not None and letter.read_more.url.strip():
        title = letter.read_more.title.strip()
        return {"title": markdown.typeset(title) if title else letter.read_more.url, "url": letter.read_more.url}
    return {"title": words["whole_letter"], "url": keep} if was_cut else None


def _quoted(insight: str, words: dict[str, str]) -> str:
    """The insight to be set between the language's marks: its own outer ones go, inner ones step down."""
    bare = insight.strip()
    for pair in _OWN_MARKS:
        inside = bare[1:-1]
        if len(bare) > 1 and bare[0] == pair[0] and bare[-1] == pair[1] and not set(pair) & set(inside):
            bare = inside.strip()
            break
    opened, closed = words["quote_open"], words["quote_close"]
    inner = rf"{words['inner_open']}\1{words['inner_close']}"
    return re.sub(rf"(?<!\w){opened}([^{opened}{closed}]*){closed}(?!\w)", inner, markdown.typeset(bare))


def _with_ps(ps: str, mark: str) -> str:
    return f"{mark} {ps.strip()}" if ps.strip() and not _HAS_PS.match(ps.strip()) else ps


def _filled(sentence: str, names: dict[str, str]) -> str:
    """The names in a sentence, whatever braces a name itself may have."""
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), sentence)
