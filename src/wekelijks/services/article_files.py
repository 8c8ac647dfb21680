"""A file as a person saved it: its bytes become text, and what cannot be an article says so.

A browser's single-file page (MHTML) is opened here; everything else is only decoded.
"""

import codecs
import email
import email.policy
import re
from dataclasses import dataclass
from pathlib import Path

from wekelijks.domain.errors import BadInput

_LARGEST = 20 * 1024 * 1024  # Bytes. A long article is 100 kB; a page saved with its pictures inside a few MB.
_KINDS = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
}
_FOREIGN = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a word processor's document or an archive",
    b"\xd0\xcf\x11\xe0": "a Word document",
    b"{\\rtf": "a document in RTF",
    b"bplist": "a Safari web archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_MHTML = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,40}?content-type:\s*multipart/related", re.IGNORECASE)
# What of a text may be control characters before it is no text.
_NOISE = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A file's text, ready to be read. `kind` is html, markdown, text or unknown (empty)."""

    text: str
    kind: str = ""
    url: str = ""
    """Where a browser says that it saved the page from."""
    notes: tuple[str, ...] = ()


def opened(path: Path) -> bytes:
    """The file's bytes. Raises BadInput, whose message does not repeat the name; so does `decoded`."""
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"the file is larger than {_LARGEST >> 20} MB; save the page without its pictures.")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"the file cannot be read: {error.strerror}.") from error


def decoded(content: bytes, *, name: str) -> Page:
    """The text of this file. Raises BadInput where it is none."""
    for start, what in _FOREIGN.items():
        if content.startswith(start):
            raise BadInput(f"this is {what}; save the article as HTML, Markdown or plain text.")
    if _MHTML.match(content[:8192]):
        return _from_mhtml(content)
    kind = _KINDS.get(Path(name).suffix.lower(), "")
    text, notes = _text(content)
    control = sum(character < " " and character not in "\t\n\r\f" for character in text)
    if control > _NOISE * len(text):
        raise BadInput("this is no text; save the article as HTML, Markdown or plain text.")
    # PostgreSQL cannot hold NUL.
    return Page(text=text.replace("\0", ""), kind=kind, notes=notes)


def _text(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and what is to be said about how it was read."""
    if encoding := _marked_encoding(content):
        return content.decode(encoding, "replace"), ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        encoding = _declared_encoding(content)
    note = f"The file is not UTF-8 and was read as {encoding}: look at letters with accents."
    return content.decode(encoding, "replace"), (note,)


def _marked_encoding(content: bytes) -> str:
    """What a byte order mark, or every second byte being nothing, says."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:200]
    if len(start) > 1 and start.count(0) > len(start) // 4:
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    return ""


def _declared_encoding(content: bytes) -> str:
    """What a page says of itself; else the encoding of Western Windows, which old editors write."""
    found = _CHARSET.search(content[:8192])
    name = found[1].decode("ascii", "replace") if found else "cp1252"
    try:
        encoding = codecs.lookup(name).name
        "".encode(encoding)
    except LookupError:
        return "cp1252"
    # Browsers read Latin-1 as Windows-1252, and a page that says UTF-8 was just found not to be it.
    return "cp1252" if encoding in ("iso8859-1", "ascii", "utf-8") or encoding.startswith("utf") else encoding


def _from_mhtml(content: bytes) -> Page:
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    if page is None:
        raise BadInput("this saved page holds no HTML; save it once more as “HTML only”.")
    body = page.get_payload(decode=True)
    text, notes = _text(body if isinstance(body, bytes) else b"")
    url = str(message.get("Snapshot-Content-Location") or page.get("Content-Location") or "")
    return Page(text=text.replace("\0", ""), kind="html", url=url if url.startswith("http") else "", notes=notes)
