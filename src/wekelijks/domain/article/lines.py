"""Plain text and Markdown as blocks: what the marks at a line's beginning say, and which lines `wrapping` joins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wekelijks.domain.article import signs, wrapping
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
_MARKDOWN = re.compile(r"^#{1,6} +\S|\]\((?:https?:|/|#|mailto:)", re.MULTILINE)


def read(text: str, *, markdown: bool = False) -> Document:
    """Blocks of a text whose line ends are any; front matter gives `title` and `url`.

    It is Markdown if the caller knows it to be, or if it has a heading mark or a link.
    """
    body = "\n".join(text.lstrip("\ufeff").splitlines())
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(body):
        fields = {name.lower(): value.strip().strip("\"'") for name, value in _FIELD.findall(front[1])}
        body = body[front.end() :]
    raw = ["" if line.isspace() else line for line in body.split("\n")]
    lines = [_TAG.sub("", line).rstrip() for line in raw]
    named = (fields.get(name, "") for name in ("url", "link", "canonical", "canonical_url", "source"))
    url = next((text for text in named if text.startswith(("http://", "https://", "/"))), "")
    flows = (markdown or bool(_MARKDOWN.search(body))) and wrapping.has_blank_lines(lines)
    text_of = _Text(lines=lines, raw=raw, flows=flows, width=0 if flows else wrapping.wrapped_at(lines))
    blocks = settle(list(_blocks(text_of)), wrapped=flows or text_of.width > 0)
    return Document(blocks=tuple(blocks), title=signs.tidy(fields.get("title", "")), url=url)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """The lines, without tags and as they were written, and what parts its paragraphs."""

    lines: Sequence[str]
    raw: Sequence[str]
    flows: bool
    """It is Markdown whose paragraphs blank lines part."""
    width: int


@dataclass(kw_only=True, slots=True)
class _Before:
    """What stands above in the same paragraph."""

    line: str = ""
    raw: str = ""
    block: Block | None = None
    begun: str = ""
    asked: bool = False


def _blocks(text: _Text) -> Iterator[Block]:
    before = _Before()
    for at, (line, below) in enumerate(zip(text.lines, [*text.lines[1:], ""], strict=True)):
        stripped = line.strip()
        if (
            not stripped
            or _FENCE.match(stripped)
            or _RULE.fullmatch(stripped)
            or _is_underline(before.line.strip(), stripped)
        ):
            before = _Before()
            continue
        block = _block(stripped)
        if block.kind is Kind.PARAGRAPH and _is_underline(stripped, below.strip()):
            block = replace(block, kind=Kind.HEADING, level=1 if below.strip()[0] == "=" else 2)
        if block.text:
            block = replace(block, joined=_is_joined(text, at, block, before))
            yield block
        before = _Before() if block.is_heading else _after(before, block, line, text.raw[at])


def _after(before: _Before, block: Block, line: str, raw: str) -> _Before:
    begun = f"{before.begun} {block.text}" if block.joined else block.text
    asked = before.asked or (not block.joined and signs.is_question(block.plain))
    return _Before(line=line.rstrip(), raw=raw, block=block, begun=begun, asked=asked)


def _is_joined(text: _Text, at: int, block: Block, before: _Before) -> bool:
    """Only a line break, no paragraph's end, stands before this line."""
    line, below = text.lines[at].strip(), text.lines[at + 1] if at + 1 < len(text.lines) else ""
    if before.block is None or not before.line or block.kind in (Kind.HEADING, Kind.ITEM):
        return False
    if not text.flows:
        own = wrapping.breaks_off(before.line, line, below, text.width)
        return not own and wrapping.continues(before.line, line, text.width)
    if before.block.kind is not block.kind and block.kind is Kind.QUOTE:
        return False
    if before.block.is_item and text.lines[at][0].strip() and not line[0].islower():
        return wrapping.overflows(before.line, line, wrapping.ROOMY)
    place = wrapping.Place(
        line=block,
        above=before.block,
        raw_above=before.raw,
        begun=before.begun,
        asked=before.asked,
        below=text.lines[at + 1 : at + 4],
    )
    return not wrapping.stands_apart(place)


def _is_underline(text: str, line: str) -> bool:
    """The line below a heading that makes it one; below a sentence it is a rule."""
    return bool(text) and bool(_UNDERLINE.fullmatch(line)) and not signs.ends_sentence(text)


def _block(line: str) -> Block:
    if match := _HEADING.match(line):
        level = len(match[0].strip())
        return Block(text=signs.tidy(line[match.end() :].rstrip("# ")), kind=Kind.HEADING, level=level)
    if match := _QUOTE.match(line):
        return Block(text=signs.tidy(line[match.end() :]), kind=Kind.QUOTE)
    if match := _ITEM.match(line):
        return Block(text=signs.tidy(line[match.end() :]), kind=Kind.ITEM, ordered=line[0].isdigit())
    return Block(text=signs.tidy(line))
