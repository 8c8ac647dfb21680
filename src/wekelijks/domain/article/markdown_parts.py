"""The parts of our own Markdown: questions, themes and answers, each block put where it belongs.

A block that belongs nowhere is an error with its line, never silently left out.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from wekelijks.domain.article.markdown_lines import (
    ANSWERS,
    LAMP,
    QUESTIONS,
    THEMES,
    Block,
    Sign,
    blocks,
    unescaped,
    unmarked,
)
from wekelijks.domain.article.values import Answer, Insight, Question, Theme
from wekelijks.domain.material import Link

_BULLET = re.compile(r"[ \t]*[-*•](?:\s+|$)(.*)")
_SUBTITLE = re.compile(r"\s+[—–]\s+")
_WHY = re.compile(r"\s+→(?:\s+|$)")
_LINK = re.compile(r"\[((?:\\.|[^\\\[\]])*)\]\(\s*<?([^\s<>]*)>?\s*\)")


@dataclass
class Parts:
    """What was read so far."""

    questions: list[Question] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    seen: dict[tuple[str, int], int] = field(default_factory=dict)
    """Every mark with the line that it stood on."""
    unanswered: Block | None = None
    """The question whose answer has not come yet."""

    def unmarked(self, block: Block, text: str, kind: str) -> tuple[str, int | None]:
        """The text and the id of its mark. Raises BadInput for a mark that stands twice."""
        text, id_ = unmarked(block, text, kind)
        if id_ is not None:
            first = self.seen.setdefault((kind, id_), block.line)
            if first != block.line:
                raise block.fault(f"the mark {{#{kind}-{id_}}} stands on line {first} too; take one of them away.")
        return text, id_


def read_parts(lines: list[str], *, after: int) -> Parts:
    """Everything below the file's head, which takes `after` lines. Raises BadInput."""
    parts = Parts()
    put: Callable[[Parts, Block], None] = _before_all
    for block in blocks(lines[after:], after=after):
        if block.sign is Sign.PART:
            _require_answer(parts)
            put = _part(block)
        else:
            put(parts, block)
    _require_answer(parts)
    return parts


def _part(block: Block) -> Callable[[Parts, Block], None]:
    known = {QUESTIONS.lower(): _put_questions, THEMES.lower(): _put_theme, ANSWERS.lower(): _put_answer}
    put = known.get(block.text.lower())
    if put is None:
        raise block.fault(f"there is no part “{block.text[:40]}”: it is {QUESTIONS}, {THEMES} or {ANSWERS}.")
    return put


def _before_all(_parts: Parts, block: Block) -> None:
    raise block.fault(f"this stands before the first part; begin one with # {QUESTIONS}, # {THEMES} or # {ANSWERS}.")


def _put_questions(parts: Parts, block: Block) -> None:
    if block.sign is not Sign.TEXT:
        raise block.fault(f"under {QUESTIONS} stand lines that begin with a hyphen, and nothing else.")
    for item in _bullets(block):
        parts.questions.append(_question(parts, item))


def _bullets(block: Block) -> Iterable[Block]:
    """Each bullet of a list; a line without one goes on with the bullet before it."""
    items: list[Block] = []
    for number, line in enumerate(block.text.split("\n"), block.line):
        if bullet := _BULLET.fullmatch(line):
            items.append(Block(number, Sign.TEXT, bullet[1].strip()))
        elif items:
            items[-1] = replace(items[-1], text=f"{items[-1].text} {line.strip()}")
        else:
            raise block.fault("a question begins with a hyphen.")
    return items


def _question(parts: Parts, block: Block) -> Question:
    text, id_ = parts.unmarked(block, block.text, "question")
    asked, *why = _WHY.split(text, maxsplit=1)
    if not asked.strip():
        raise block.fault("here a question should stand.")
    return Question(text=unescaped(asked), why=unescaped(why[0]) if why else "", id=id_)


def _put_theme(parts: Parts, block: Block) -> None:
    if block.sign is Sign.HEADING:
        parts.themes.append(_theme(parts, block))
        return
    if not parts.themes:
        raise block.fault("this stands before the first theme; a theme begins with ## and its title.")
    parts.themes[-1] = _WITH[block.sign](parts, parts.themes[-1], block)


def _theme(parts: Parts, block: Block) -> Theme:
    text, id_ = parts.unmarked(block, block.text, "theme")
    title, *subtitle = _SUBTITLE.split(text, maxsplit=1)
    if not title:
        raise block.fault("this theme has no title.")
    return Theme(title=unescaped(title), subtitle=unescaped(subtitle[0]) if subtitle else "", id=id_)


def _with_paragraph(_parts: Parts, theme: Theme, block: Block) -> Theme:
    return replace(theme, reflection=(*theme.reflection, block.text))


def _with_insight(parts: Parts, theme: Theme, block: Block) -> Theme:
    text, id_ = parts.unmarked(block, block.text, "insight")
    if not text:
        raise block.fault("here an insight should stand.")
    return replace(theme, insights=(*theme.insights, Insight(text=unescaped(text), id=id_)))


def _with_question(parts: Parts, theme: Theme, block: Block) -> Theme:
    if theme.question:
        raise block.fault(f"“{theme.title}” has a question already; there is one {LAMP} in a theme.")
    return replace(theme, question=_question(parts, block))


def _with_link(_parts: Parts, theme: Theme, block: Block) -> Theme:
    if theme.read_more:
        raise block.fault(f"“{theme.title}” has a link to read on already.")
    link = _LINK.fullmatch(block.text)
    if link is None and not block.text:
        raise block.fault("here a link should stand: [title](address).")
    title, url = (link[1], link[2]) if link else (block.text, "")
    return replace(theme, read_more=Link(title=unescaped(title), url=url))


_WITH: dict[Sign, Callable[[Parts, Theme, Block], Theme]] = {
    Sign.TEXT: _with_paragraph,
    Sign.QUOTE: _with_insight,
    Sign.LAMP: _with_question,
    Sign.READ_ON: _with_link,
}


def _put_answer(parts: Parts, block: Block) -> None:
    if block.sign is Sign.HEADING:
        _require_answer(parts)
        text, id_ = parts.unmarked(block, block.text, "answer")
        if not text:
            raise block.fault("here a question should stand.")
        parts.answers.append(Answer(question=unescaped(text), answer="", id=id_))
        parts.unanswered = block
        return
    if not parts.answers or block.sign is not Sign.TEXT:
        raise block.fault(f"under {ANSWERS} stand questions that begin with ##, each with its answer below it.")
    last = parts.answers[-1]
    parts.answers[-1] = replace(last, answer=f"{last.answer}\n\n{block.text}".lstrip("\n"))
    parts.unanswered = None


def _require_answer(parts: Parts) -> None:
    if parts.unanswered:
        raise parts.unanswered.fault("this question has no answer below it.")
