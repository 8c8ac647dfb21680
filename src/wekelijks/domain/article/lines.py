"""Plain text and Markdown as blocks.

Where a text has no blank lines, or lines too long to have been wrapped, every line is a paragraph. Lines that were
wrapped at a width are put together again: a line belongs to the one above when its first word would not have fitted.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from wekelijks.domain.article import signs
from wekelijks.domain.article.blocks import Block, Document, Kind, settle

_HEADING = re.compile(r"#{1,6}(?=[^#])\s*")
_ITEM = re.compile(r"(?:[-*+•‣▪◦●○·✓✔–]|(?:\d{1,2})[.)])\s+(?=\S)")
_QUOTE = re.compile(r">\s?")
_RULE = re.compile(r"(?:[-*_=~—–]\s*){3,}")
_UNDERLINE = re.compile(r"={2,}|-{2,}")
_FENCE = re.compile(r"`{3,}|~{3,}")
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|cite|details|div|em|figure|i|img|p|section|small|span|strong|sub|summary|sup|u)\b[^<>]{0,2000}>"
    r"|<!--[^<>]{0,2000}-->",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"(\w+)\s*:\s*(.*)")
_WIDEST_WRAP = 100
"""Lines longer than this were not wrapped by hand or by a mail program."""


def read(text: str) -> Document:
    """Blocks of a text whose line ends are any; front matter gives `title` and `url`."""
    body = "\n".join(text.lstrip("\ufeff").splitlines())
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(body):
        fields = {name.lower(): value.strip().strip("\"'") for name, value in _FIELD.findall(front[1])}
        body = body[front.end() :]
    lines = [_TAG.sub("", line).rstrip() if not line.isspace() else "" for line in body.split("\n")]
    url = fields.get("url") or fields.get("link") or fields.get("canonical") or ""
    width = _wrapped_at(lines)
    blocks = settle(list(_blocks(lines, width)), wrapped=width > 0)
    return Document(blocks=tuple(blocks), title=signs.tidy(fields.get("title", "")), url=url)


def _blocks(lines: list[str], width: int) -> Iterator[Block]:
    above = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        stripped = line.strip()
        if not stripped or _FENCE.match(stripped) or _RULE.fullmatch(stripped) or _is_underline(above, stripped):
            above = ""
            continue
        block = _block(stripped)
        if block.kind is Kind.PARAGRAPH and _is_underline(stripped, below.strip()):
            block = replace(block, kind=Kind.HEADING, level=1 if below.strip()[0] == "=" else 2)
        own = not above or block.kind in (Kind.HEADING, Kind.ITEM) or _breaks_off(above, stripped, below, width)
        if block.text:
            yield replace(block, joined=not own and _continues(above, stripped, width))
        above = "" if block.is_heading else line.rstrip()


def _is_underline(text: str, line: str) -> bool:
    """The line below a heading that makes it one; below a sentence it is a rule."""
    return bool(text) and bool(_UNDERLINE.fullmatch(line)) and not signs.ends_sentence(text)


def _breaks_off(above: str, line: str, below: str, width: int) -> bool:
    """In wrapped text a line that is neither full nor a sentence, after a sentence, is a heading."""
    if not width or not below.strip() or not signs.ends_sentence(above):
        return False
    return not (signs.ends_sentence(line) or signs.introduces(line) or _overflows(line, below, width))


def _block(line: str) -> Block:
    if match := _HEADING.match(line):
        level = len(match[0].strip())
        return Block(text=signs.tidy(line[match.end() :].rstrip("# ")), kind=Kind.HEADING, level=level)
    if match := _QUOTE.match(line):
        return Block(text=signs.tidy(line[match.end() :]), kind=Kind.QUOTE)
    if match := _ITEM.match(line):
        return Block(text=signs.tidy(line[match.end() :]), kind=Kind.ITEM, ordered=line[0].isdigit())
    return Block(text=signs.tidy(line))


def _wrapped_at(lines: list[str]) -> int:
    """The width at which the text was wrapped, 0 where each line is a paragraph.

    Wrapped text has many full lines, and most of those stop in the middle of a sentence.
    """
    texts = [line for line in lines if line.strip()]
    width = max((len(line) for line in texts), default=0)
    if not 40 <= width <= _WIDEST_WRAP:
        return 0
    pairs = [(line, below) for line, below in itertools.pairwise(lines) if line.strip() and below.strip()]
    full = [line for line, below in pairs if _overflows(line, below, width)]
    broken = [line for line in full if not signs.ends_sentence(line)]
    return width if len(full) >= 0.2 * len(texts) and len(broken) >= 0.6 * len(full) else 0


def _overflows(line: str, below: str, width: int) -> bool:
    return len(line.rstrip()) + 1 + len(below.split()[0]) > width - 3


def _continues(above: str, line: str, width: int) -> bool:
    if width:
        return _overflows(above, line, width) or (line[0].islower() and not signs.ends_sentence(above))
    return line[0].islower() and not signs.ends_sentence(above) and len(above) > 40
