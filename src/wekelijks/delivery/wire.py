"""What goes over the wire and comes back, as bytes and values: SMTP's framing without a socket.

A letter leaves with exactly one terminator; a reply that is not exactly a reply is no answer at all.
"""

import re

from wekelijks.domain.errors import BadInput
from wekelijks.domain.outcome import Answer

_LONGEST_LINE = 998  # RFC 5322 2.1.1, without CRLF.
_LONGEST_REPLY_LINE = 4096  # RFC 5321 4.5.3.1.5 says 512; some relays explain themselves at length.
_MOST_REPLY_LINES = 100
_REPLY = re.compile(rb"\A([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r?\n\Z")
_ADDRESS = re.compile(r"\A[!-=?-~]+@[!-=?-~]+\Z")  # ASCII without spaces and angle brackets


class BadReply(Exception):
    """The relay said something that is no SMTP reply: the connection cannot be trusted any more."""


def header_lines(headers: dict[str, str]) -> bytes:
    """These headers as they stand in a message; the settings have judged them."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def with_headers(message: bytes, lines: bytes) -> bytes:
    """The message with these header lines after its own."""
    if not lines:
        return message
    head, separator, body = message.partition(b"\r\n\r\n")
    return head + b"\r\n" + lines.removesuffix(b"\r\n") + separator + body


def data(message: bytes) -> bytes:
    """The message dot-stuffed and with its terminator (RFC 5321 4.5.2).

    Raises BadInput for anything that a relay could read as the end of the letter, or that may not travel: a bare CR
    or LF, NUL, a line over 998 bytes.
    """
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    # Counting is an order of magnitude faster than looking at each line, and this is done for every letter.
    breaks = message.count(b"\r\n")
    if message.count(b"\r") != breaks or message.count(b"\n") != breaks or b"\0" in message:
        raise BadInput("The letter holds a bare CR or LF, or a NUL.")
    longest = max(map(len, message.split(b"\r\n")))
    if longest > _LONGEST_LINE:
        raise BadInput(f"The letter holds a line of {longest} bytes; {_LONGEST_LINE} is the most.")
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


def address(text: str) -> str:
    """The address as it may stand between angle brackets. Raises BadInput."""
    if not _ADDRESS.match(text) or len(text) > 254:
        raise BadInput("The address cannot be written in an SMTP command.")
    return text


class ReplyReader:
    """Collects one reply out of lines; strict, and bounded in size."""

    def __init__(self) -> None:
        self._code = b""
        self._texts: list[str] = []

    def feed(self, line: bytes) -> Answer | None:
        """Take one line with its end; the whole answer when it is complete. Raises BadReply."""
        found = _REPLY.match(line) if len(line) <= _LONGEST_REPLY_LINE else None
        if found is None or (self._code and found[1] != self._code) or len(self._texts) >= _MOST_REPLY_LINES:
            raise BadReply("the relay's reply is malformed")
        self._code = found[1]
        self._texts.append((found[3] or b"").decode("utf-8", "replace"))
        if found[2] == b"-":
            return None
        text = " ".join("".join(c if c.isprintable() else " " for c in text) for text in self._texts)
        return Answer(int(self._code), text.strip())
