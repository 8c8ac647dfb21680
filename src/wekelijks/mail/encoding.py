"""Encoders: one for each place in a message where a text may stand.

What comes out is ASCII and never holds a line break that was in the text, so no text can end a header or begin one.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from wekelijks.domain.errors import BadInput

_LINE = 76
"""Characters of a line with an encoded word in it (RFC 2047 section 2), and ours for every header that can fold."""

_WORD = 75 - len("=?utf-8?q?") - len("?=")
"""Room in one encoded word (RFC 2047 section 2)."""

_QUOTED_LINE = 73
"""Quoted-printable allows 76 (RFC 2045 section 6.7): one for the soft break, two for a protected first letter."""

_ADDRESS_ROOM = len("To: ")

# Controls, line and paragraph separators, lone surrogates: none belongs in a header.
_UNPRINTED = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")
_UNWANTED_IN_BODY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PLAIN_WORDS = re.compile(r"\A[!-~]+(?: [!-~]+)*\Z")
_ATOMS = re.compile(r"\A[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*\Z", re.ASCII)
_URI = re.compile(r"\A[a-z]+:[!#-;=?-~]+\Z")
_AS_IT_IS = re.compile(r"\A(?!\.|From )[!-<>-~ ]{0,72}[!-<>-~]\Z")
_LITERAL = re.compile(r"\A[!-<>-~ ]*[!-<>-~]\Z")
_IN_A_WORD = re.compile(r"[A-Za-z0-9!*+/-]")


def one_line(text: str) -> str:
    """The text as a header may hold it: controls, breaks and lone surrogates become spaces, and those are single."""
    return _UNPRINTED.sub(" ", text).strip(" ")


def header(name: str, text: str) -> str:
    """An unstructured header (RFC 5322 2.2.1) with its CRLF, folded at spaces, as encoded words where it must be."""
    line = one_line(text)
    if not line:
        return f"{name}:\r\n"
    first = len(name) + 2
    # "=?" begins an encoded word: a text that happens to hold it is encoded, so that it is read as it was written.
    if _PLAIN_WORDS.match(line) and "=?" not in line:
        words = line.split(" ")
        if max(map(len, words)) <= _LINE - first:
            return f"{name}: {_folded(words, first)}\r\n"
    return f"{name}: {_folded(_encoded_words(line, first), first)}\r\n"


def named(name: str, display: str, what: str) -> str:
    """A header like `From` or `List-Id` with its CRLF: a display name, and `what` between angle brackets."""
    line = one_line(display)
    if not line:
        return f"{name}: <{what}>\r\n"
    first = len(name) + 2
    phrase = _phrase(line)
    words = [phrase] if phrase and len(phrase) <= _LINE - first else _encoded_words(line, first)
    return f"{name}: {_folded([*words, f'<{what}>'], first)}\r\n"


def recipient(display: str, address: str) -> bytes:
    """What stands in `To`: the address, and the display name where it fits on one line. `display` is one line."""
    if not display:
        return f"<{address}>".encode("ascii")
    phrase = _phrase(display)
    words = [phrase] if phrase else _encoded_words(display, _ADDRESS_ROOM)
    if len(words) != 1 or len(words[0]) > _LINE - _ADDRESS_ROOM:
        return f"<{address}>".encode("ascii")
    return _folded([*words, f"<{address}>"], _ADDRESS_ROOM).encode("ascii")


def uris(name: str, *addresses: str) -> str:
    """A header of URIs (RFC 2369) with its CRLF: folded between them, never in one, and never an encoded word."""
    return f"{name}: " + ",\r\n ".join(f"<{uri(each)}>" for each in addresses) + "\r\n"


def uri(address: str) -> str:
    """The address in ASCII: the host as A-label, the path percent-encoded. Raises BadInput for what is no URI."""
    if not address.isascii():
        parts = urlsplit(address)
        try:
            host = idna.encode(parts.hostname or "", uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise BadInput(f"“{address}” is no web address: its host name is not valid.") from error
        port = f":{parts.port}" if parts.port else ""
        safe = "/%:@!$&'()*+,;=~?"
        address = urlunsplit((parts.scheme, host + port, *(quote(each, safe=safe) for each in parts[2:])))
    if not _URI.match(address):
        raise BadInput(f"“{address}” is no web address that a letter can carry.")
    return address


def body(text: str) -> str:
    """A text as it may be in a part: line ends are LF, and other control characters (some editors' tabs) spaces."""
    return _UNWANTED_IN_BODY.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045 section 6.7) with CRLF; a soft break may stand before and after what comes out."""
    if _AS_IT_IS.match(text):
        return text.encode("ascii")
    return "\r\n".join("=\r\n".join(_quoted_lines(line)) for line in text.split("\n")).encode("ascii")


def _quoted_lines(line: str) -> Iterator[str]:
    """One line in pieces that a soft break may stand between."""
    for piece in _pieces(line):
        # Some relays mistake these two for a mailbox's separator and a letter's end (RFC 2049 section 3).
        if piece.startswith("From "):
            yield "=46" + piece[1:]
        elif piece.startswith("."):
            yield "=2E" + piece[1:]
        else:
            yield piece


def _pieces(line: str) -> Iterable[str]:
    if _LITERAL.match(line):
        return [line[at : at + _QUOTED_LINE] for at in range(0, len(line), _QUOTED_LINE)]
    units = [_unit(each) for each in line]
    if units and units[-1] in " \t":
        units[-1] = f"={ord(units[-1]):02X}"  # A space at a line's end may get lost on the way.
    return _filled(units, _QUOTED_LINE)


@lru_cache(4096)
def _unit(char: str) -> str:
    """One character in quoted-printable; its bytes stay together."""
    if (" " <= char <= "~" and char != "=") or char == "\t":
        return char
    return "".join(f"={byte:02X}" for byte in char.encode())


def _filled(units: Iterable[str], room: int) -> Iterator[str]:
    piece: list[str] = []
    size = 0
    for unit in units:
        if size + len(unit) > room:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(unit)
        size += len(unit)
    yield "".join(piece)


def _folded(words: list[str], first: int) -> str:
    """Words with a space between them, or a line break where the line gets too long; the first stays where it is."""
    lines = [words[0]]
    for word in words[1:]:
        used = len(lines[-1]) + (first if len(lines) == 1 else 1)
        if used + 1 + len(word) <= _LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\r\n ".join(lines)


def _phrase(line: str) -> str:
    """A display name as atoms or as one quoted string (RFC 5322 3.2.5); empty when only encoded words can hold it."""
    if "=?" in line or not (line.isascii() and line.isprintable()):
        return ""
    if _ATOMS.match(line):
        return line
    return '"' + line.replace("\\", r"\\").replace('"', r"\"") + '"'


def _encoded_words(line: str, first: int) -> list[str]:
    """The text as encoded words (RFC 2047), fit for a phrase too; `first` columns of the first line are taken."""
    as_q = sum(len(_q(each)) for each in line)
    as_b = len(line.encode()) * 4 / 3
    # Q stays readable in the source, and filters distrust B for a text in Latin letters; B where Q is twice as long.
    letter, write = ("q", _q_word) if as_q <= 2 * as_b else ("b", _b_word)
    return [f"=?utf-8?{letter}?{write(piece)}?=" for piece in _portions(line, write, first)]


def _portions(line: str, write: Callable[[str], str], first: int) -> Iterator[str]:
    room, piece = _WORD + 1 - first, ""
    if len(write(line)) <= room:
        yield line
        return
    for char in line:
        if piece and len(write(piece + char)) > room:
            yield piece
            room, piece = _WORD, ""
        piece += char
    yield piece


def _q_word(piece: str) -> str:
    return "".join(map(_q, piece))


def _b_word(piece: str) -> str:
    return base64.b64encode(piece.encode()).decode("ascii")


@lru_cache(4096)
def _q(char: str) -> str:
    if char == " ":
        return "_"
    return char if _IN_A_WORD.match(char) else "".join(f"={byte:02X}" for byte in char.encode())
