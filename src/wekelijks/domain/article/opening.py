"""What stands before the first theme: the title, an introduction, and questions with their reasons.

A question's reason stands behind an arrow in the middle of the line. An arrow at its end is a button.
"""

import re

from wekelijks.domain.article import signs, words
from wekelijks.domain.article.blocks import Block, Document
from wekelijks.domain.article.headings import Page
from wekelijks.domain.article.values import Question

_ARROW_FIRST = re.compile(r"(?:→|⇒|➜|➔|➝|➞|⟶|⇨|➡\ufe0f?|=>|-{1,2}>)\s*")
_TRAIL = re.compile(r"\s[›»>/|]\s")
_LEADING = 40
"""Blocks among which a title that has no mark is sought."""


def title_at(document: Document, kinds: list[str]) -> int | None:
    """Which block is the title: the one that the file names, the first main heading, else a line like one."""
    blocks = document.blocks
    own = [at for at, block in enumerate(blocks) if not block.furniture and kinds[at] != "button"]
    if document.title:
        named = signs.key(document.title)
        found = next((at for at in own if signs.key(blocks[at].plain) == named), None)
        if found is not None:
            return found
    marked = next((at for at in own if blocks[at].level == 1), None)
    if marked is not None:
        return marked
    return None if document.title else _unmarked_title(blocks, kinds, own)


def _unmarked_title(blocks: tuple[Block, ...], kinds: list[str], own: list[int]) -> int | None:
    """The first short line with a colon before the first paragraph, else the first line of more than a few words.

    Copied from a browser, a page begins with the site's name, its menu and perhaps a sentence about itself.
    """
    leading: list[int] = []
    closed = False
    for at in own[:_LEADING]:
        block = blocks[at]
        if signs.has_lamp(block.text) or (signs.ends_sentence(block.plain) and len(block.plain) > signs.SHORT):
            break
        if kinds[at]:
            continue
        if block.is_item or block.text.endswith(".") or signs.introduces(block.plain):
            closed = closed or bool(leading)
        elif _is_titled(block.plain):
            return at
        elif not closed and any(char.isalpha() for char in block.plain):
            leading.append(at)
    worded = [at for at in leading if signs.words(blocks[at].plain) > 2]
    return next(iter(worded or leading), None)


def _is_titled(text: str) -> bool:
    """A title and what it is about, around a colon."""
    split = signs.split_heading(text)
    if split is None or signs.has_dash(text) or signs.around_arrow(text) or words.is_remark(split[0]):
        return False
    return any(char.isalpha() for char in split[0]) and not _TRAIL.search(text)


def read(page: Page, *, stop: int, roles: list[str]) -> list[Question]:
    """The questions among the blocks before `stop`; every block there gets its role."""
    questions: list[Question] = []
    listed = False
    for at in range(stop):
        block = page.blocks[at]
        if roles[at]:
            continue
        if at == page.title:
            roles[at] = "title"
        elif page.kinds[at]:
            roles[at] = page.kinds[at]
        elif _take_reason(block, questions, before=roles[at - 1] if at else ""):
            roles[at] = "asked"
        elif question := _question(block, listed=listed):
            questions.append(question)
            roles[at] = "asked"
        else:
            listed = words.is_about_questions(block.plain) or (listed and block.is_item)
            roles[at] = _kind(page, at)
    return questions


def _question(block: Block, *, listed: bool) -> Question | None:
    text = signs.without_lamp(block.plain)
    pair = signs.around_arrow(text)
    if pair and not _is_trail(text):
        return Question(text=signs.unquoted(pair[0]), why=pair[1])
    return (
        Question(text=signs.unquoted(text)) if listed and signs.is_question(text) and signs.is_short(text) else None
    )


def _take_reason(block: Block, questions: list[Question], *, before: str) -> bool:
    """A line that begins with the arrow gives the reason of the question above it."""
    found = _ARROW_FIRST.match(block.plain)
    if found is None or before != "asked" or not questions or questions[-1].why:
        return False
    questions[-1] = Question(text=questions[-1].text, why=block.plain[found.end() :])
    return True


def _is_trail(text: str) -> bool:
    """Where the reader is in the site: “Home → Blog → Rust”."""
    steps = re.split(r"\s*(?:→|⇒|➜|➔|➝|➞|⟶|⇨|=>|->)\s*", text)
    return not any(signs.ends_sentence(step) for step in steps) and (len(steps) > 2 or all(map(_is_step, steps)))


def _is_step(text: str) -> bool:
    return signs.words(text) <= 2


def _kind(page: Page, at: int) -> str:
    block = page.blocks[at]
    if page.title is not None and at < page.title:
        return "navigation"
    if block.is_heading or not (signs.is_prose(block.plain) or block.is_item):
        return "heading"
    return "introduction"
