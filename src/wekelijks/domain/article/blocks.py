"""Blocks: an article as a sequence of short marked texts, whatever it was saved as."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from wekelijks.domain.article import signs


class Kind(StrEnum):
    """What the marks say a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One paragraph, heading, list item or quotation."""

    text: str
    """One line of Markdown: emphasis and links are kept."""
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    """1 to 6 for a heading, else 0."""
    ordered: bool = False
    """A list item with a number."""
    joined: bool = False
    """Only a line break, no paragraph's end, stood before it."""
    furniture: str = ""
    """What part of the site it belongs to, where the page's own marks say so."""

    @property
    def plain(self) -> str:
        """The text without Markdown."""
        return plain(self.text)

    @property
    def is_heading(self) -> bool:
        """It has a heading mark."""
        return self.kind is Kind.HEADING

    @property
    def is_item(self) -> bool:
        """It has a bullet or a number."""
        return self.kind is Kind.ITEM

    @property
    def is_stressed(self) -> bool:
        """The marks set it apart as a whole: a block quotation, or all of it emphasised."""
        return self.kind is Kind.QUOTE or bool(_STRESSED.fullmatch(self.text))

    @property
    def is_link(self) -> bool:
        """It is a link and nothing else."""
        return bool(_ONLY_LINK.fullmatch(self.text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Blocks with what the file itself says about its title and address (empty: nothing)."""

    blocks: tuple[Block, ...]
    title: str = ""
    url: str = ""


LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.){0,600})\]"
    r"\(<?([^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s<>]{0,200}){0,6})>?(?:\s+\"[^\"]{0,300}\")?\)"
)
_STRESSED = re.compile(r"(\*{1,3}|_{1,3})(?=\S)((?:(?!\1).)+)(?<=\S)\1[.!?…]?")
_ONLY_LINK = re.compile(rf"[*_]*{LINK.pattern}[*_]*\W?")
_MARK = re.compile(r"\\.|[*_]{1,3}")
_CODE = re.compile(r"`([^`]*)`")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Markdown of one block without its marks; link texts stay."""
    bare = _without_emphasis(LINK.sub(r"\1", text)) if any(mark in text for mark in "[*_") else text
    return signs.tidy(_ESCAPE.sub(r"\1", _CODE.sub(r"\1", bare)))


def _without_emphasis(text: str) -> str:
    """Drop the marks that pair, in one pass: a mark opens before a letter and closes after one."""
    waiting: dict[str, re.Match[str]] = {}
    dropped: list[tuple[int, int]] = []
    for mark in _MARK.finditer(text):
        before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
        if mark[0][0] == "\\":
            continue
        if mark[0] in waiting and before.strip() and not _is_word(after):
            dropped += [waiting.pop(mark[0]).span(), mark.span()]
        elif after.strip() and not _is_word(before):
            waiting[mark[0]] = mark
    parts, place = [], 0
    for start, stop in sorted(dropped):
        parts.append(text[place:start])
        place = stop
    return "".join([*parts, text[place:]])


def _is_word(char: str) -> bool:
    return char.isalnum()


def settle(blocks: list[Block], *, wrapped: bool = False) -> list[Block]:
    """Join lines of one paragraph that a mere line break parted, unless one of the two stands by itself.

    A line with a lamp, a bullet, an arrow, a question or a whole emphasis is a thing of its own. In a text that is
    known to be `wrapped`, the width has said already what continues.
    """
    settled: list[Block] = []
    parts: list[str] = []
    for block in blocks:
        above = replace(settled[-1], text=parts[-1]) if settled and parts else settled[-1] if settled else block
        if settled and block.joined and _belong_together(above, block, wrapped=wrapped):
            parts.append(block.text)
            continue
        _put_together(settled, parts)
        settled.append(block)
    _put_together(settled, parts)
    return settled


def _put_together(settled: list[Block], parts: list[str]) -> None:
    if parts:
        settled[-1] = replace(settled[-1], text=" ".join([settled[-1].text, *parts]))
        parts.clear()


def _belong_together(first: Block, second: Block, *, wrapped: bool) -> bool:
    if first.is_heading or first.furniture != second.furniture:
        return False
    if wrapped:
        return second.kind in (first.kind, Kind.PARAGRAPH) and not signs.has_lamp(second.text)
    if signs.ends_sentence(first.plain):
        return False
    if first.kind is not second.kind:
        return first.is_item and second.kind is Kind.PARAGRAPH and not signs.stands_alone(second.plain)
    return not any(
        signs.stands_alone(one.plain) or (one.is_stressed and one.kind is not Kind.QUOTE) for one in (first, second)
    )
