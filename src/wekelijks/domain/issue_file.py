"""The issue's file: Markdown with front matter, as a writer keeps it.

The front matter is the part of YAML that writers use: ``key: value``, quoted values, values over several lines. It is
read strictly, because what is silently understood otherwise is discovered by every reader at once: anything doubtful
is refused with the file and the line.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from wekelijks.domain.errors import BadInput

KEYS = ("subject", "preheader", "opening", "theme", "insight", "question", "answer", "link", "ps")
"""What the front matter may say; the body is the reflection."""

LONGEST = 100_000
"""Bytes of a file. Gmail clips a letter at 102 kB, and this is without its HTML."""

_FENCE, _ENDS = "---", {"---", "..."}
_ONE_LINE = {"subject", "preheader", "theme", "insight", "question", "answer", "link"}
_ABSENT = {"", "~", "null", "Null", "NULL"}
_BLOCK = re.compile(r"(?P<style>[|>])[-+0-9]{0,2}\s*(#.*)?")
_ESCAPES = {"n": "\n", "t": " ", '"': '"', "\\": "\\", "/": "/", " ": " ", "_": "\u00a0"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
# Controls, marks that turn the direction of text, foreign line ends, halves of characters, what is no character.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueFile:
    """What the file says; empty where it is silent."""

    name: str
    """For messages only."""
    subject: str = ""
    preheader: str = ""
    opening: str = ""
    theme: str = ""
    insight: str = ""
    question: str = ""
    answer: str = ""
    link: str = ""
    ps: str = ""
    body: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """On which line each key stands, and the `body` begins."""

    def refusal(self, key: str, reason: str) -> BadInput:
        """The error that says what is wrong with `key`, and where; without such a key it is about the whole file."""
        place = f"{self.name}:{self.lines[key]}" if key in self.lines else self.name
        return BadInput(f"{place}: {reason}.")


def read(content: bytes, *, name: str) -> IssueFile:
    """The issue in this file's bytes: UTF-8, or UTF-16 that says so. Raises BadInput with `name`, line and reason."""
    if len(content) > LONGEST:
        raise BadInput(f"{name}: {len(content):,} bytes is no letter; it has at most {LONGEST:,}.")
    lines = _LINE_END.split(_decoded(content, name))
    _refuse_controls(lines, name)
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise BadInput(f"{name}: the file is empty.")
    if lines[first].rstrip() != _FENCE:
        raise BadInput(
            f"{name}:{first + 1}: expected a line with --- and then the front matter, such as `subject: …`."
        )
    values, places, end = _Reader(name, lines, first + 1).read()
    body = [line.rstrip() if not line.endswith("  ") else line for line in lines[end + 1 :]]
    begins = next((end + 1 + number for number, line in enumerate(body) if line.strip()), None)
    if begins is not None:
        places["body"] = begins + 1
    return IssueFile(name=name, **values, body="\n".join(body).strip("\n"), lines=places)


class _Reader:
    """Goes through the front matter once, line by line."""

    def __init__(self, name: str, lines: list[str], start: int) -> None:
        self._name = name
        self._lines = lines
        self._begin = start
        self._at = start

    def read(self) -> tuple[dict[str, str], dict[str, int], int]:
        """The values, the line of each key (from 1), and the index of the closing line."""
        values: dict[str, str] = {}
        places: dict[str, int] = {}
        while True:
            line = self._next()
            if line.rstrip() in _ENDS:
                return values, places, self._at - 1
            if not line.strip() or line.startswith("#"):
                continue
            number = self._at
            key, value = self._pair(line)
            if key in places:
                raise self._error(number, f"`{key}` stands here and on line {places[key]}")
            places[key] = number
            values[key] = _one_line(value) if key in _ONE_LINE else value.strip("\n")

    def _next(self) -> str:
        if self._at >= len(self._lines):
            raise self._error(self._begin, "the front matter that begins here has no closing line with ---")
        self._at += 1
        return self._lines[self._at - 1]

    def _pair(self, line: str) -> tuple[str, str]:
        number = self._at
        written, colon, value = line.partition(":")
        if not colon or line[0].isspace() or not written.strip():
            raise self._error(number, "expected `key: value`; a value goes on in indented lines")
        key = written.strip().lower()
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            hint = f"perhaps `{near[0]}` is meant" if near else f"the keys are {', '.join(KEYS)}"
            raise self._error(number, f"there is no key `{written.strip()[:40]}`; {hint}")
        return key, self._value(value.strip(), number)

    def _value(self, start: str, number: int) -> str:
        block = _BLOCK.fullmatch(start)
        more = self._indented()
        if block is not None:
            lines = _without_indent(more)
            return "\n".join(lines) if block["style"] == "|" else _folded(lines)
        if start[:1] in {'"', "'"}:
            return self._unquoted(_folded([start, *(line.strip() for line in more)]), number)
        value = _folded([start, *(line.strip() for line in more)])
        return "" if value in _ABSENT else value

    def _indented(self) -> list[str]:
        """The lines that belong to the value above: indented ones, and empty ones between them."""
        taken: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and not line[0].isspace():
                break
            taken.append(line)
            self._at += 1
        return taken

    def _unquoted(self, text: str, number: int) -> str:
        mark = text[0]
        pattern = r'"((?:[^"\\]|\\.)*)"' if mark == '"' else r"'((?:[^']|'')*)'"
        found = re.match(pattern, text, re.DOTALL)
        if found is None:
            raise self._error(number, f"the quotation mark {mark} is not closed")
        rest = text[found.end() :].strip()
        if rest and not rest.startswith("#"):
            other = "'" if mark == '"' else '"'
            raise self._error(
                number, f"words stand after the closing {mark}: put {other} around the whole value, or use “ and ”"
            )
        return self._unescaped(found[1], number) if mark == '"' else found[1].replace("''", "'")

    def _unescaped(self, text: str, number: int) -> str:
        def meant(found: re.Match[str]) -> str:
            if found[1]:
                character = chr(int(found[1], 16))
                if _UNWANTED.match(character):
                    raise self._error(number, f"U+{ord(character):04X} is a control character")
                return character
            if found[2] not in _ESCAPES:
                raise self._error(number, f"\\{found[2]} means nothing here; a backslash itself is \\\\")
            return _ESCAPES[found[2]]

        return _ESCAPE.sub(meant, text)

    def _error(self, number: int, reason: str) -> BadInput:
        return BadInput(f"{self._name}:{number}: {reason}.")


def _decoded(content: bytes, name: str) -> str:
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02X}"
        raise BadInput(f"{name}:{line}: this is no UTF-8 text ({found}): save the file as UTF-8.") from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadInput(f"{name}:{line}: this is no text but something binary, or UTF-16: save the file as UTF-8.")
    return unicodedata.normalize("NFC", text)


def _refuse_controls(lines: list[str], name: str) -> None:
    for number, line in enumerate(lines, 1):
        found = _UNWANTED.search(line)
        if found is not None:
            code = f"U+{ord(found[0]):04X}"
            raise BadInput(f"{name}:{number}: a control character ({code}) at column {found.start() + 1}: remove it.")


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _without_indent(lines: list[str]) -> list[str]:
    """A block's lines without what all of them are indented by."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent).rstrip() if line.strip() else "" for line in lines]


def _folded(lines: list[str]) -> str:
    """Lines that follow each other are one paragraph; an empty line begins the next one."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join(" ".join(words) for words in paragraphs if words)
