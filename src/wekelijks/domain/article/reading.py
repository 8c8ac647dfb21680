"""Reading an article whole, whatever it was saved as.

Every block gets a role: it is material, or it is counted under the name of what it was taken for, so nothing is
lost silently. Odd input gives an odd article, never an error; only our own Markdown, when damaged, is refused with
its line.
"""

import re
from collections import Counter
from dataclasses import replace

from wekelijks.domain.article import headings, lines, markdown, opening, page, pointers, sections, signs, site, words
from wekelijks.domain.article.blocks import Block, Document
from wekelijks.domain.article.values import Answer, Article, Question, Theme
from wekelijks.domain.material import Link

MATERIAL = frozenset({"title", "theme", "reflection", "insight", "question", "asked", "answer"})
"""The roles that are kept; every other one is counted in `skipped`."""
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)


def read(text: str, *, kind: str = "", url: str = "") -> Article:
    """The article in `text`.

    `kind` is "html", "markdown" or "text" where the caller knows it, else it is seen. `url` is the address to read on
    at where the file names none. Raises BadInput only for Markdown of our own making that was damaged.
    """
    if (ours := markdown.parse(text)) is not None:
        return ours if ours.url or not url else replace(ours, url=url)
    html = kind == "html" or (not kind and page.looks_like_html(text))
    article, _roles = sort(page.read(text, url=url) if html else lines.read(text, markdown=kind == "markdown"))
    return article if article.url or not url else replace(article, url=url)


def read_bytes(content: bytes, *, kind: str = "", url: str = "") -> Article:
    """The same from a file's bytes: UTF-8, UTF-16, what the page itself names, else the old Windows encoding."""
    return read(decoded(content), kind=kind, url=url)


def decoded(content: bytes) -> str:
    """A file's text. Never raises; without any sign of its encoding it is UTF-8 or else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if guess := _utf16_without_mark(content[:400]):
        return content.decode(guess, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _CHARSET.search(content[:4096])
    try:
        return content.decode(named[1].decode() if named else "cp1252", "replace")
    except LookupError:
        return content.decode("cp1252", "replace")


def sort(document: Document) -> tuple[Article, list[str]]:
    """The article, and the role of every block of the document."""
    kinds = [_kind_of_site(block) for block in document.blocks]
    title = opening.title_at(document, kinds)
    whole = headings.Page(blocks=document.blocks, kinds=kinds, title=title)
    roles = [""] * len(kinds)
    found = headings.find(whole)
    rest = site.Rest(page=whole, roles=roles)
    questions = _before(rest, stop=found[0].at if found else len(kinds))
    themes = _themes(rest, found)
    article = Article(
        title=document.title or (whole.blocks[title].plain if title is not None else "") or _first_title(themes),
        url=document.url,
        questions=tuple(_once([*questions, *rest.questions])),
        themes=tuple(themes),
        answers=tuple(_answers_once(rest.answers)),
        skipped=dict(Counter(role for role in roles if role not in MATERIAL)),
    )
    return article, roles


def why_empty(article: Article) -> str:
    """One sentence on why nothing was found; empty where something was."""
    if not article.is_empty:
        return ""
    if not article.skipped and not article.title:
        return "The file holds no text."
    read_as = ", ".join(f"{count} {kind}" for kind, count in sorted(article.skipped.items())) or "a title only"
    return (
        "No theme was found: there is no short line such as “Theme — subtitle” with a paragraph below it, "
        f"no line with {signs.LAMP}, no “question → why”, and no question with an answer. Read as: {read_as}."
    )


def _kind_of_site(block: Block) -> str:
    kind = words.furniture(block)
    if kind or not signs.is_button(block.plain):
        return kind
    return "" if pointers.read_more(block, sure=True) else "button"


def _before(rest: site.Rest, *, stop: int) -> list[Question]:
    """The opening; a block of questions and answers may stand in it."""
    faq = next((at for at in range(stop) if rest.page.kinds[at] == "faq"), stop)
    questions = opening.read(rest.page, stop=faq, roles=rest.roles)
    site.read(rest, faq, stop, part="introduction")
    return questions


def _themes(rest: site.Rest, found: list[headings.Heading]) -> list[Theme]:
    themes: list[Theme] = []
    ends = [*(heading.at for heading in found[1:]), len(rest.roles)][: len(found)]
    for heading, stop in zip(found, ends, strict=True):
        theme, end = sections.read(rest.page, heading, stop=stop, roles=rest.roles)
        rest.read_more = theme.read_more
        site.read(rest, end, stop, part="teaser" if theme.question else "other")
        themes.append(replace(theme, read_more=_link(rest.read_more)))
    return themes


def _link(link: Link | None) -> Link | None:
    return link if link and (link.title or link.url) else None


def _first_title(themes: list[Theme]) -> str:
    return themes[0].title if themes else ""


def _once(questions: list[Question]) -> list[Question]:
    return list({signs.key(one.text): one for one in reversed(questions)}.values())[::-1]


def _answers_once(answers: list[Answer]) -> list[Answer]:
    return list({signs.key(one.question): one for one in reversed(answers)}.values())[::-1]


def _utf16_without_mark(head: bytes) -> str:
    """Mostly ASCII in two bytes: every other byte is zero."""
    half = len(head) // 2
    if half > 1 and head[1::2].count(0) > 0.7 * half and head[::2].count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if half > 1 and head[::2].count(0) > 0.7 * half and head[1::2].count(0) == 0 else ""
