"""Reading a message back: what a mail program would show of it.

Whatever was sent can be looked at: a header or a part that cannot be decoded is shown as it came, never an error.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_LINK = re.compile(r"<(https?://[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, decoded."""

    headers: tuple[tuple[str, str], ...]
    """All of them, in their order."""
    html: str
    """Empty where there is no such part."""
    text: str

    def header(self, name: str) -> str:
        """The first header of this name; empty when there is none."""
        wanted = name.lower()
        return next((value for each, value in self.headers if each.lower() == wanted), "")

    @property
    def one_click(self) -> str:
        """Where a mail program's own unsubscribe button posts to (RFC 8058); empty when it would show none."""
        offered = self.header("List-Unsubscribe-Post").replace(" ", "").lower() == "list-unsubscribe=one-click"
        link = _LINK.search(self.header("List-Unsubscribe"))
        return link[1] if link and offered else ""


def headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Only the headers, decoded; the body may be cut off."""
    return _headers(_parse(raw))


def read(raw: bytes) -> Message:
    """The whole message, decoded."""
    message = _parse(raw)
    return Message(_headers(message), _part(message, "html"), _part(message, "plain"))


def _parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes an EmailMessage")
    return message


def _headers(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    return tuple((name, _decoded(str(value))) for name, value in message.raw_items())


def _decoded(value: str) -> str:
    unfolded = _FOLD.sub("", value).strip()
    try:
        return _clean(str(make_header(decode_header(unfolded))))
    except (HeaderParseError, LookupError, ValueError):
        return _clean(unfolded)


def _clean(text: str) -> str:
    """Bytes that were no text, which the parser hides as surrogates, as replacement characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return _clean(str(part.get_content()))
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
