r"""The signs of our own Markdown: what marks a line, and how a text that looks like a sign is told apart.

A backslash makes a sign plain, so every text, whatever it holds, is read back as it was written.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from wekelijks.domain.errors import BadInput

QUESTIONS = "Questions"
THEMES = "Themes"
ANSWERS = "Answers"
LAMP = "💡"
READ_ON = "Read on:"

_SIGN = rf"\#{{1,2}}(?=\s|$)|>|{LAMP}|{READ_ON}|<!--"
_SIGNED = re.compile(rf"[ \t]*({_SIGN})(.*)")
_SHIELD = re.compile(rf"([ \t]*)(?=\\*(?:{_SIGN}))")
_SHIELDED = re.compile(rf"([ \t]*)\\(?=\\*(?:{_SIGN}))")
_ESCAPE = re.compile(r"\\([\\{}\[\]→—–])")
_MARK = re.compile(r"(?:^|\s)\{#(?P<name>[^{}]*)\}?\s*$")
_NAME = re.compile(r"(theme|insight|question|answer)-(\d{1,18})")


class Sign(StrEnum):
    """What a block is, told from its first characters."""

    PART = "#"
    HEADING = "##"
    QUOTE = ">"
    LAMP = LAMP
    READ_ON = READ_ON
    COMMENT = "<!--"
    TEXT = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, quotation, question or paragraph; `line` is where it begins, counted from 1."""

    line: int
    sign: Sign
    text: str

    def fault(self, what: str) -> BadInput:
        """The error that names this line."""
        return BadInput(f"Line {self.line}: {what}")


def escaped(text: str, signs: str = "") -> str:
    """One line of plain text in which nothing is taken for a sign of ours, nor these further ones."""
    return re.sub(rf"[\\{{{re.escape(signs)}]", r"\\\g<0>", text)


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return _ESCAPE.sub(r"\1", text)


def marked(text: str, kind: str, id_: int | None) -> str:
    """The text with the mark of its id, where it has one."""
    return text if id_ is None else f"{text} {{#{kind}-{id_}}}"


def unmarked(block: Block, text: str, kind: str) -> tuple[str, int | None]:
    """The text without its mark, still escaped, and the id. Raises BadInput for a mark of another kind."""
    found = _MARK.search(text)
    if found is None:
        return text.strip(), None
    name = _NAME.fullmatch(found["name"])
    if name is None or name[1] != kind:
        raise block.fault(f"the mark “{found[0].strip()}” is damaged; a mark such as {{#{kind}-12}} belongs here.")
    return text[: found.start()].strip(), int(name[2])


def shielded(text: str) -> str:
    """Paragraphs of Markdown in which no line is taken for a sign of ours."""
    return "\n".join(
        _SHIELD.sub(r"\1\\", line, count=1) if _SHIELD.match(line) else line for line in text.split("\n")
    )


def blocks(lines: Iterable[str], *, after: int) -> Iterator[Block]:
    """The blocks, without comments, of lines counted from `after` + 1. Raises BadInput."""
    gathered: list[str] = []
    begun = Block(0, Sign.TEXT, "")
    for number, line, sign in _told(lines, after):
        if gathered and not _continues(begun.sign, sign, line, gathered[-1]):
            yield _whole(begun, gathered)
            gathered = []
        if not line.strip():
            continue
        if not gathered:
            begun = Block(number, sign, "")
        gathered.append(_content(line, sign))
    if gathered:
        yield _whole(begun, gathered)


def _told(lines: Iterable[str], after: int) -> Iterator[tuple[int, str, Sign]]:
    """Each line that is no comment, with its number and what its beginning says."""
    opened = 0
    for number, line in enumerate(lines, after + 1):
        found = _SIGNED.match(line)
        sign = Sign(found[1]) if found else Sign.TEXT
        if opened or sign is Sign.COMMENT:
            opened = 0 if "-->" in line else opened or number
            yield number, "", Sign.TEXT
        else:
            yield number, line, sign
    if opened:
        raise BadInput(f"Line {opened}: the comment that begins here with <!-- is not closed with -->.")


def _continues(begun: Sign, sign: Sign, line: str, last: str) -> bool:
    """Whether this line goes on with the block: an editor may have broken a long line."""
    if not line.strip() or begun in (Sign.PART, Sign.HEADING):
        return False
    if begun is Sign.TEXT:
        return sign is Sign.TEXT
    return (sign is Sign.TEXT or begun is sign is Sign.QUOTE) and not _MARK.search(last)


def _content(line: str, sign: Sign) -> str:
    if sign is Sign.TEXT:
        return _SHIELDED.sub(r"\1", line, count=1) if _SHIELDED.match(line) else line
    found = _SIGNED.match(line)
    return found[2].strip() if found else line


def _whole(begun: Block, gathered: list[str]) -> Block:
    text = "\n".join(gathered).strip() if begun.sign is Sign.TEXT else " ".join(part.strip() for part in gathered)
    return Block(begun.line, begun.sign, text)
