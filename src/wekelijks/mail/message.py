"""The message: a rendered letter as MIME, encoded once, with its blanks still open."""

from dataclasses import dataclass
from datetime import datetime

from wekelijks.domain.links import Pages
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.mail.blanks import Wording
from wekelijks.mail.blueprint import Blueprint


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Everything that goes into one mailing's message."""

    kind: MailingKind
    newsletter: Newsletter
    pages: Pages
    key: str
    """Makes the Message-ID, with the reader: the slot's date, or something unique for a single letter."""
    subject: str
    """Plain text; line breaks and control characters become spaces."""
    html: str
    """A whole document, with the markers of `mail.blanks` where a reader's own things go."""
    text: str
    date: datetime
    """The Date header, aware; shown in the newsletter's time zone."""
    wording: Wording
    archive_url: str = ""
    """Where this letter is kept (RFC 5064); empty: nowhere."""
    language: str = ""
    """Of the letter; empty: the newsletter's."""
    inert_url: str = ""
    """What the links become for somebody without a subscription; empty: the newsletter's home."""
    inert_since: str = ""
    """What SINCE says to somebody without a subscription; empty: `wording.since`."""
    text_width: int = 0
    """Columns at which SINCE is wrapped in the text part, for a text that is wrapped itself; 0: one line."""


def assemble(parts: Parts, *, key_id: str) -> Blueprint:
    """The frozen letter; its links are signed by the key with this id (`Signer.key_id`). Raises BadInput."""
    raise NotImplementedError
