"""The blueprint: one mailing's whole message as bytes, with blanks that are filled per reader.

Everything that costs time was done before the freeze; filling joins pieces. The same frozen bytes and the same
reader always give the same message, to the last byte: a letter in doubt that is sent again is the same letter.
"""

import hashlib
import hmac
import html
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.mail import encoding
from wekelijks.mail.blanks import GREETING, PREFERENCES_URL, SINCE, UNSUBSCRIBE_URL, Blank, Wording

_MAGIC = b"wekelijks blueprint "
_VERSION = b"1"
_DAMAGED = "The frozen letter is damaged: put the database back from a backup, or cancel this mailing."


class Field(StrEnum):
    """One blank at one kind of place; the place decides how it is written."""

    TO = "to"
    MESSAGE_ID = "message-id"
    LEAVING = "list-unsubscribe"
    """Both headers of RFC 8058, whole; nothing where nobody has subscribed."""
    GREETING_TEXT = "greeting.text"
    GREETING_HTML = "greeting.html"
    UNSUBSCRIBE_TEXT = "unsubscribe.text"
    UNSUBSCRIBE_HTML = "unsubscribe.html"
    PREFERENCES_TEXT = "preferences.text"
    PREFERENCES_HTML = "preferences.html"
    SINCE_TEXT = "since.text"
    SINCE_HTML = "since.html"


IN_TEXT = {
    GREETING: Field.GREETING_TEXT,
    UNSUBSCRIBE_URL: Field.UNSUBSCRIBE_TEXT,
    PREFERENCES_URL: Field.PREFERENCES_TEXT,
    SINCE: Field.SINCE_TEXT,
}
"""What a blank becomes in the text part."""

IN_HTML = {
    GREETING: Field.GREETING_HTML,
    UNSUBSCRIBE_URL: Field.UNSUBSCRIBE_HTML,
    PREFERENCES_URL: Field.PREFERENCES_HTML,
    SINCE: Field.SINCE_HTML,
}
"""What a blank becomes in the HTML part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """Where a reader's own links point: what stands before the token and after it, in ASCII."""

    unsubscribe: tuple[str, str]
    preferences: tuple[str, str]
    inert: str
    """The address instead, for somebody without a subscription."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """All that a blueprint knows. It is complete: filling asks no settings, no template and no locale."""

    key_id: str
    newsletter_id: int
    key: str
    domain: str
    """Right side of the Message-ID."""
    names_recipient: bool
    """Whether `To` shows the reader's name beside the address."""
    pieces: tuple[str, ...]
    """The encoded message, ASCII, with a field between each two pieces."""
    fields: tuple[Field, ...]
    links: Links
    wording: Wording
    months: tuple[str, ...]
    """Names as they stand in a date, January first."""
    inert_since: str
    text_width: int


class Blueprint:
    """A frozen letter. Safe to fill from several threads."""

    def __init__(self, frozen: Frozen) -> None:
        self._frozen = frozen
        self._pieces: list[bytes] = []
        self._places: list[tuple[int, Field]] = []
        for piece, field in zip(frozen.pieces, (*frozen.fields, None), strict=True):
            self._pieces.append(piece.encode("ascii"))
            if field is not None:
                self._places.append((len(self._pieces), field))
                self._pieces.append(b"")
        links = (
            _Link(Purpose.UNSUBSCRIBE, UNSUBSCRIBE_URL, frozen.links.unsubscribe, frozen.links.inert),
            _Link(Purpose.PREFERENCES, PREFERENCES_URL, frozen.links.preferences, frozen.links.inert),
        )
        self._links = [link for link in links if link.fields & set(frozen.fields)]
        self._wording = {name: _FILLABLE.split(sentence) for name, sentence in asdict(frozen.wording).items()}
        self._message_id_scope = f"message-id\0{frozen.newsletter_id}\0{frozen.key}\0".encode()

    @classmethod
    def from_bytes(cls, frozen: bytes) -> "Blueprint":
        """The letter as it was frozen. Raises BadInput for bytes that are damaged or of a newer version."""
        head, _break, content = frozen.partition(b"\n")
        version = head.removeprefix(_MAGIC).partition(b" ")[0]
        if head.startswith(_MAGIC) and version.isdigit() and version != _VERSION:
            raise BadInput("The letter was frozen by a newer wekelijks: install that version again to send it.")
        if head != _MAGIC + _VERSION + b" " + _checksum(content):
            raise BadInput(_DAMAGED)
        try:
            return cls(_thawed(json.loads(content)))
        except (ValueError, LookupError, TypeError) as error:
            raise BadInput(_DAMAGED) from error

    def to_bytes(self) -> bytes:
        """The letter as the ledger keeps it: one line with version and checksum, then JSON."""
        content = json.dumps(asdict(self._frozen), separators=(",", ":")).encode("ascii")
        return _MAGIC + _VERSION + b" " + _checksum(content) + b"\n" + content

    @property
    def key_id(self) -> str:
        """The key that signs this letter's links, however often keys have rotated since."""
        return self._frozen.key_id

    def fill(self, reader: Reader, *, signer: Signer, hashing_key: str) -> bytes:
        """The whole message for one reader: CRLF, lines of at most 998 bytes, not dot-stuffed.

        A name or a source that no letter can hold is left out. Raises BadInput for an address that none can go to;
        that says nothing about the other readers.
        """
        name, address = _told(reader.name), addresses.wire(reader.address)
        filled = {
            Field.TO: encoding.recipient(name if self._frozen.names_recipient else "", address),
            Field.MESSAGE_ID: self._message_id(reader, address, hashing_key),
            Field.LEAVING: b"",
            **_written(GREETING, self._greeting(name)),
            **_written(SINCE, self._since(reader), width=self._frozen.text_width),
        }
        for link in self._links:
            filled.update(link.written(self._token(link.purpose, reader, signer)))
        pieces = self._pieces.copy()
        for index, field in self._places:
            pieces[index] = filled[field]
        return b"".join(pieces)

    def _token(self, purpose: Purpose, reader: Reader, signer: Signer) -> str | None:
        if reader.subscriber_id is None:
            return None
        bearer = Bearer(self._frozen.newsletter_id, reader.subscriber_id)
        return signer.sign(purpose, bearer, key_id=self._frozen.key_id)

    def _greeting(self, name: str) -> str:
        return self._say("greeting_named", {"{name}": name}) if name else self._say("greeting", {})

    def _since(self, reader: Reader) -> str:
        if reader.subscriber_id is None:
            return self._frozen.inert_since
        source = _told(reader.source)
        known = {"{date}": self._date(reader.since) if reader.since else "", "{source}": source}
        return self._say(_SINCE[reader.since is not None, source != ""], known)

    def _date(self, day: date) -> str:
        parts = {"{day}": str(day.day), "{month}": self._frozen.months[day.month - 1], "{year}": str(day.year)}
        return self._say("date", parts)

    def _say(self, sentence: str, values: dict[str, str]) -> str:
        """A sentence of the wording with these words filled in, once: nothing a reader wrote is looked at again."""
        return "".join([values.get(each, each) for each in self._wording[sentence]])

    def _message_id(self, reader: Reader, address: str, hashing_key: str) -> bytes:
        """Without an address in it, and the same for every attempt to reach this reader with this mailing."""
        whom = address if reader.subscriber_id is None else str(reader.subscriber_id)
        scope = self._message_id_scope + whom.encode("ascii")
        digest = hmac.digest(hashing_key.encode(), scope, "sha256").hex()[:_ID_DIGITS]
        return f"<{digest}@{self._frozen.domain}>".encode("ascii")


_SOFT_BREAK = b"=\r\n"

_ID_DIGITS = 32
"""128 bits: no two letters of ours ever get the same one."""

_FILLABLE = re.compile(r"(\{(?:name|date|source|day|month|year)\})")

_SINCE = {
    (True, True): "since_date_source",
    (True, False): "since_date",
    (False, True): "since_source",
    (False, False): "since",
}
"""Which sentence says since when and where, by whether the date and the source are known."""


class _Link:
    """One of a reader's own links, encoded for every place where it may stand, but for the token."""

    def __init__(self, purpose: Purpose, blank: Blank, around: tuple[str, str], inert: str) -> None:
        self.purpose = purpose
        self._around, self._leaves = around, blank is UNSUBSCRIBE_URL
        self._encoded = {
            IN_TEXT[blank]: tuple(encoding.quoted(each) for each in around),
            IN_HTML[blank]: tuple(encoding.quoted(html.escape(each)) for each in around),
        }
        self._inert = _written(blank, inert)

    @property
    def fields(self) -> set[Field]:
        """Where this link may stand."""
        return {*self._encoded, Field.LEAVING} if self._leaves else {*self._encoded}

    def written(self, token: str | None) -> dict[Field, bytes]:
        """The link with this token; None: inert."""
        if token is None:
            return self._inert
        middle = encoding.quoted(token)
        filled = {
            field: _SOFT_BREAK.join((before, middle, after) if after else (before, middle))
            for field, (before, after) in self._encoded.items()
        }
        if self._leaves:
            filled[Field.LEAVING] = _leaving(token.join(self._around))
        return filled


def _written(blank: Blank, text: str, *, width: int = 0) -> dict[Field, bytes]:
    """What a blank says, encoded for both parts; `width` wraps it in the text part."""
    escaped, plain = html.escape(text), encoding.quoted(text)
    in_html = plain if escaped == text else encoding.quoted(escaped)
    return {
        IN_TEXT[blank]: encoding.quoted(_wrapped(text, width)) if 0 < width < len(text) else plain,
        IN_HTML[blank]: in_html,
    }


def _told(text: str) -> str:
    """What a reader told about themself as one clean line; empty when it is too long to be that."""
    try:
        return addresses.plain(text) if text else ""
    except BadInput:
        return ""


def _wrapped(sentence: str, width: int) -> str:
    lines = []
    while len(sentence) > width and (at := sentence.rfind(" ", 0, width + 1)) > 0:
        lines.append(sentence[:at])
        sentence = sentence[at + 1 :]
    return "\n".join([*lines, sentence])


def _leaving(url: str) -> bytes:
    return (
        f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058 section 3.1
    ).encode("ascii")


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode("ascii")


def _thawed(content: Any) -> Frozen:
    links = content.pop("links")
    return Frozen(
        links=Links(
            unsubscribe=tuple(links["unsubscribe"]), preferences=tuple(links["preferences"]), inert=links["inert"]
        ),
        wording=Wording(**content.pop("wording")),
        pieces=tuple(content.pop("pieces")),
        fields=tuple(map(Field, content.pop("fields"))),
        months=tuple(content.pop("months")),
        **content,
    )
