"""Our own Markdown: an article's material as a person may correct it, and back.

What `write` gives, `parse` reads back exactly. Marks such as ``{#theme-12}`` say which theme, insight or question is
meant, so a corrected text is an update and never a double. A damaged file is refused with the line: half of what a
person corrected must never replace the whole.
"""

import json
import re
from collections.abc import Iterator

from wekelijks.domain.article.markdown_lines import (
    ANSWERS,
    LAMP,
    QUESTIONS,
    READ_ON,
    THEMES,
    escaped,
    marked,
    shielded,
)
from wekelijks.domain.article.markdown_parts import read_parts
from wekelijks.domain.article.values import Article, Question, Theme
from wekelijks.domain.errors import BadInput
from wekelijks.domain.material import Link

_OURS = re.compile(r"\s*---[ \t]*\n(?:(?!---)[^\n]*\n)*?wekelijks[ \t]*:[ \t]*article\b", re.IGNORECASE)
_NAMED = re.compile(r"article(?:[ \t]+(\d{1,18}))?", re.IGNORECASE)
_ENTRY = re.compile(r"(\w+)[ \t]*:[ \t]*(.*)")
_LONE_DASH = re.compile(r"(?:^|(?<=\s))[—–]|[—–](?=\s|$)")
_NOTE = """<!--
Correct what you like, then import this file (`wekelijks articles import FILE`): from then on it is the truth, and
importing the article again changes nothing of it.
A mark such as {#theme-12} says which one is meant: leave it where it is. What you add needs no mark.
What you take out leaves the pool. Where a reflection's line must begin with #, > or 💡, write \\#, \\> or \\💡.
-->"""


def write(article: Article) -> str:
    """The material as editable Markdown, with the ids that it has."""
    return (
        "\n\n".join((_front_matter(article), _NOTE, *_questions(article), *_themes(article), *_answers(article)))
        + "\n"
    )


def parse(text: str) -> Article | None:
    """The article that our Markdown holds, `edited`; None when it is not ours. Raises BadInput with the line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not _OURS.match(text):
        return None
    lines = text.split("\n")
    entries, end = _read_front_matter(lines)
    named = _NAMED.fullmatch(entries["wekelijks"])
    if named is None:
        raise BadInput("The file's head must say “wekelijks: article”, with the article's number where it has one.")
    if not entries.get("title"):
        raise BadInput('The file\'s head has no title: write a line such as title: "Loslaten".')
    parts = read_parts(lines, after=end)
    return Article(
        title=entries["title"],
        url=entries.get("url", ""),
        questions=tuple(parts.questions),
        themes=tuple(parts.themes),
        answers=tuple(parts.answers),
        edited=True,
        id=int(named[1]) if named[1] else None,
    )


def _front_matter(article: Article) -> str:
    name = "article" if article.id is None else f"article {article.id}"
    entries = [f"wekelijks: {name}", f"title: {_quoted(article.title)}"]
    return "\n".join(["---", *entries, *([f"url: {_quoted(article.url)}"] if article.url else []), "---"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _questions(article: Article) -> Iterator[str]:
    if article.questions:
        yield f"# {QUESTIONS}"
        yield "\n".join(f"- {_question(question)}" for question in article.questions)


def _question(question: Question) -> str:
    text = escaped(question.text, "→") + (f" → {escaped(question.why)}" if question.why else "")
    return marked(text, "question", question.id)


def _themes(article: Article) -> Iterator[str]:
    if article.themes:
        yield f"# {THEMES}"
    for theme in article.themes:
        yield f"## {_heading(theme)}"
        yield from map(shielded, theme.reflection)
        yield from (f"> {marked(escaped(insight.text), 'insight', insight.id)}" for insight in theme.insights)
        if theme.question:
            yield f"{LAMP} {_question(theme.question)}"
        if theme.read_more:
            yield f"{READ_ON} {_link(theme.read_more)}"


def _heading(theme: Theme) -> str:
    # A dash of the title's own would be taken for the one before the subtitle.
    title = _LONE_DASH.sub(r"\\\g<0>", escaped(theme.title))
    return marked(f"{title} — {escaped(theme.subtitle)}" if theme.subtitle else title, "theme", theme.id)


def _link(link: Link) -> str:
    title = escaped(link.title, "[]")
    return f"[{title}]({link.url})" if link.url else title


def _answers(article: Article) -> Iterator[str]:
    if article.answers:
        yield f"# {ANSWERS}"
    for one in article.answers:
        yield f"## {marked(escaped(one.question), 'answer', one.id)}"
        yield shielded(one.answer)


def _read_front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """The entries by lower-case name, and how many lines they take. Names that are not ours are left alone."""
    start = next(number for number, line in enumerate(lines) if line.strip())
    entries: dict[str, str] = {}
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.rstrip() == "---":
            return entries, number
        if entry := _ENTRY.fullmatch(line.strip()):
            entries[entry[1].lower()] = _plain(entry[2], number)
    raise BadInput(f"Line {start + 1}: the file's head begins here with --- and is not closed with ---.")


def _plain(value: str, number: int) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if not value.startswith('"'):
        return value
    try:
        text = json.loads(value)
    except ValueError as error:
        raise BadInput(f"Line {number}: the quotation marks around {value[:40]} do not fit.") from error
    return " ".join(str(text).split("\n"))
