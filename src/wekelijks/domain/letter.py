"""The letter: the content that was chosen for one slot, before any rendering.

Everything here is the same for every reader.
"""

from dataclasses import dataclass
from datetime import date

from wekelijks.domain.material import Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What the composer gets. Texts are Markdown unless said otherwise; empty means absent."""

    on: date
    """Local date of the slot, shown at the top and used for the archive page."""
    subject: str
    """Plain text, one line."""
    preheader: str = ""
    """Plain text, one line: what a mail program shows beside the subject."""
    opening: str = ""
    """A personal word before the theme."""
    title: str = ""
    """The theme's title, plain text; becomes the letter's one h1 (the subject does where it is empty)."""
    subtitle: str = ""
    reflection: str = ""
    """Paragraphs, separated by blank lines."""
    insight: str = ""
    """The pull quote, plain text, without quotation marks of its own."""
    question: str = ""
    """Plain text."""
    asked: str = ""
    """A question from a reader, plain text, with its `answer`."""
    answer: str = ""
    """Paragraphs, separated by blank lines."""
    read_more: Link | None = None
    ps: str = ""
    from_pool: bool = False
    """The reflection is an article's, not written for this letter: it may be cut, and the letter owes an insight."""
