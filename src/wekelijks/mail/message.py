"""The message: a rendered letter as MIME, encoded once, with its blanks still open.

`multipart/alternative`, text first and HTML second, both whole, UTF-8 in quoted-printable, CRLF. Nothing that a
writer typed may ever become a header of its own, and nothing of a reader is in the bytes that are frozen here.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput
from wekelijks.domain.links import Pages
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.mail import encoding
from wekelijks.mail.blanks import BLANKS, Blank, Wording
from wekelijks.mail.blueprint import IN_HTML, IN_TEXT, Blueprint, Field, Frozen, Links

_LONGEST_URL = 800
"""A header that must not be folded in a URL fits one line of 998 bytes (RFC 5322 2.1.1), token and name included."""

_SOFT_BREAK = "=\r\n"

_MARKERS = {blank.marker: blank for blank in BLANKS}
_MARKER = re.compile("(" + "|".join(_MARKERS) + ")")


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
    """The frozen letter; its links are signed by the key with this id (`Signer.key_id`).

    Raises BadInput where no message can be made: a sender's address that is none, a URL or a text that cannot be
    written; ValueError for a date without a time zone.
    """
    if parts.date.tzinfo is None:
        raise ValueError("The date of a message is aware.")
    pieces, fields = [""], []
    for each in _message(parts):
        if isinstance(each, Field):
            fields.append(each)
            pieces.append("")
        else:
            pieces[-1] += each
    language = parts.language or parts.newsletter.language
    months = get_month_names("wide", "format", locale=language)
    return Blueprint(
        Frozen(
            key_id=key_id,
            newsletter_id=parts.newsletter.id,
            key=parts.key,
            domain=_domain(parts.newsletter),
            # Before somebody has confirmed, a stranger may have typed the name: no place for it among the headers.
            names_recipient=parts.kind is MailingKind.WEEKLY,
            pieces=tuple(pieces),
            fields=tuple(fields),
            links=_links(parts),
            wording=parts.wording,
            months=tuple(months[number] for number in range(1, 13)),
            inert_since=parts.inert_since or parts.wording.since,
            text_width=parts.text_width,
        )
    )


def _message(parts: Parts) -> Iterator[str | Field]:
    # Quoted-printable never makes "=_", so no line of a part can look like the boundary.
    boundary = (
        "=_"
        + hashlib.sha256(f"{parts.key}\0{parts.subject}\0{parts.html}".encode("utf-8", "replace")).hexdigest()[:24]
    )
    yield from _identity(parts)
    yield f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n'
    yield f"Content-Language: {parts.language or parts.newsletter.language}\r\n"
    yield from _of_a_list(parts) if parts.kind is MailingKind.WEEKLY else _of_a_single_letter(parts)
    for subtype, text, fields in (("plain", parts.text, IN_TEXT), ("html", parts.html, IN_HTML)):
        yield f"\r\n--{boundary}\r\n"
        yield f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        yield from _body(text, fields, f"text/{subtype}")
    yield f"\r\n--{boundary}--\r\n"


# The headers.


def _identity(parts: Parts) -> Iterator[str | Field]:
    newsletter = parts.newsletter
    yield encoding.named("From", newsletter.sender_name, addresses.wire(newsletter.sender_address))
    yield "To: "
    yield Field.TO
    yield "\r\n" + encoding.header("Subject", parts.subject)
    yield f"Date: {format_datetime(parts.date.astimezone(ZoneInfo(newsletter.timezone)))}\r\nMessage-ID: "
    yield Field.MESSAGE_ID
    yield "\r\n"
    if newsletter.reply_to:
        yield encoding.named("Reply-To", "", addresses.wire(newsletter.reply_to))


def _of_a_list(parts: Parts) -> Iterator[str | Field]:
    newsletter, pages = parts.newsletter, parts.pages
    owner = addresses.wire(newsletter.reply_to or newsletter.sender_address)
    # RFC 2919: stays the same for years, within a domain that is the sender's own.
    yield encoding.named("List-Id", newsletter.name, f"{newsletter.slug}.{_domain(newsletter)}")
    yield Field.LEAVING
    yield encoding.uris("List-Archive", pages.archive)
    yield encoding.uris("List-Help", pages.home)
    yield encoding.uris("List-Owner", f"mailto:{quote(owner, safe='@')}")
    if parts.archive_url:
        yield encoding.uris("Archived-At", parts.archive_url)
    yield _feedback(parts.key, newsletter.slug, parts.kind, sender=_domain(newsletter))


def _of_a_single_letter(parts: Parts) -> Iterator[str]:
    yield "Auto-Submitted: auto-generated\r\n"  # RFC 3834 section 5
    yield _feedback(parts.newsletter.slug, parts.kind, sender=_domain(parts.newsletter))


def _feedback(*campaign: str, sender: str) -> str:
    """Up to three names and the sender's, on one line: Gmail's feedback loop groups complaints by them.

    https://support.google.com/a/answer/6254652: the last is 5 to 15 characters and the same for all our mail.
    """
    names = [re.sub(r"[^A-Za-z0-9.-]+", "-", each)[:60] for each in campaign]
    return f"Feedback-ID: {':'.join([*names, hashlib.sha256(sender.encode()).hexdigest()[:12]])}\r\n"


def _domain(newsletter: Newsletter) -> str:
    return addresses.wire(newsletter.sender_address).rpartition("@")[2].lower()


# The links and the bodies.


def _links(parts: Parts) -> Links:
    pages = parts.pages
    return Links(
        unsubscribe=_around_token(pages.unsubscribe("{}")),
        preferences=_around_token(pages.preferences("{}")),
        inert=encoding.uri(parts.inert_url or pages.home),
    )


def _around_token(url: str) -> tuple[str, str]:
    before, _token, after = url.rpartition("{}")
    whole = encoding.uri(f"{before}token{after}")
    if len(whole) > _LONGEST_URL:
        raise BadInput(
            f"The address of the readers' pages is {len(whole)} characters long: {_LONGEST_URL} is the most."
        )
    before, _token, after = whole.rpartition("token")
    return before, after


def _body(text: str, fields: Mapping[Blank, Field], what: str) -> Iterator[str | Field]:
    """The part, quoted-printable; a soft break before and after each blank, so that it wraps alone."""
    pieces = _MARKER.split(encoding.body(text))
    for number, piece in enumerate(pieces):
        follows, precedes = number > 0, number < len(pieces) - 1
        if number % 2:
            yield fields[_MARKERS[piece]]
            continue
        try:
            literal = encoding.quoted(piece).decode("ascii")
        except UnicodeEncodeError as error:
            raise BadInput(f"The {what} part holds half a character, which cannot be written.") from error
        if follows and (literal or precedes) and not literal.startswith("\r\n"):
            literal = _SOFT_BREAK + literal
        if precedes and literal and not literal.endswith("\r\n"):
            literal += _SOFT_BREAK
        yield literal
