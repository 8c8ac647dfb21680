"""One article as content, and what it looks like saved as a page, as Markdown and as plain text.

The content says what a reader of the article sees; the four renderings are what a writer may have on the disk. All
of them must be read as the same article: the strongest test that the rules look at the text and not at its marks.
"""

import html
from dataclasses import dataclass, field

from wekelijks.domain.article import reading
from wekelijks.domain.article.blocks import plain
from wekelijks.domain.article.values import Article


@dataclass(frozen=True, kw_only=True)
class Section:
    """A theme as it stands in the article."""

    heading: str
    body: tuple[str | tuple[str, ...], ...]
    """Paragraphs; a tuple is a bullet list."""
    insights: tuple[str, ...] = ()
    question: str = ""
    after: tuple[str, ...] = ()
    """Lines of the site below the section."""
    teaser: tuple[str, str, str] | None = None
    """A text that ends in “read more in”, the title, the address."""
    title: str = ""
    subtitle: str = ""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A whole article."""

    title: str
    introduction: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    questions_heading: str = "Drie vragen om mee te beginnen"
    before: tuple[str, ...] = ()
    """Lines of the site between opening and themes."""
    sections: tuple[Section, ...] = ()
    related: tuple[str, ...] = ()
    related_heading: str = "Ontdek meer"
    faq_heading: str = "Veelgestelde vragen"
    answers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    signup: tuple[str, ...] = ()
    greeting: tuple[str, ...] = ()
    last_answers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """A second block of questions, behind the greeting."""
    last_heading: str = "Vragen over dit artikel"


Line = tuple[str, str]
"""What a line is (title, heading, paragraph, item, insight, lamp, small) and its text."""


@dataclass
class _Lines:
    lines: list[Line] = field(default_factory=list)

    def add(self, kind: str, *texts: str) -> None:
        self.lines.extend((kind, text) for text in texts)


def lines(shape: Shape) -> list[Line]:
    """The article from top to bottom."""
    page = _Lines()
    page.add("title", shape.title)
    page.add("paragraph", *shape.introduction)
    if shape.questions:
        page.add("small", shape.questions_heading)
        page.add("item", *(f"{question} → {why}" for question, why in shape.questions))
    page.add("paragraph", *shape.before)
    for section in shape.sections:
        _section(page, section)
    if shape.related:
        page.add("small", shape.related_heading)
        page.add("related", *shape.related)
    _faq(page, shape.faq_heading, shape.answers)
    page.add("paragraph", *shape.signup, *shape.greeting)
    _faq(page, shape.last_heading, shape.last_answers)
    return page.lines


def _section(page: _Lines, section: Section) -> None:
    page.add("heading", section.heading)
    for part in section.body:
        page.add("item" if isinstance(part, tuple) else "paragraph", *([part] if isinstance(part, str) else part))
    page.add("insight", *section.insights)
    if section.question:
        page.add("lamp", f"💡 {section.question}")
    if section.teaser:
        page.add("teaser", "\t".join(section.teaser))
    page.add("paragraph", *section.after)


def _faq(page: _Lines, heading: str, answers: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    if not answers:
        return
    page.add("small", heading)
    for question, paragraphs in answers:
        page.add("question", question)
        page.add("paragraph", *paragraphs)


def as_html(shape: Shape) -> str:
    """A page with the marks that a site's editor gives."""
    body: list[str] = []
    before = ""
    for kind, text in lines(shape):
        if before in ("item", "related") and kind != before:
            body.append("</ul>")
        if kind in ("item", "related") and kind != before:
            body.append("<ul>")
        body.append(_tag(kind, text))
        before = kind
    page = "\n".join(body)
    return (
        f"<!doctype html><html lang=nl><head><title>{html.escape(shape.title)} | De site</title></head>"
        "<body><header><nav><a href='/'>Home</a><a href='/blog'>Blog</a></nav></header>"
        f"<main>{page}</main></body></html>"
    )


def _tag(kind: str, text: str) -> str:
    if kind == "teaser":
        before, title, url = text.split("\t")
        return f'<p>{html.escape(before)} <a href="{url}">{html.escape(title)}</a>.</p>'
    escaped = html.escape(text)
    return {
        "title": f"<h1>{escaped}</h1>",
        "heading": f"<h2>{escaped}</h2>",
        "small": f"<h3>{escaped}</h3>",
        "question": f"<h4>{escaped}</h4>",
        "item": f"<li>{escaped}</li>",
        "related": f'<li><a href="/blog/x">{escaped}</a></li>',
        "insight": f"<blockquote><p>{escaped}</p></blockquote>",
    }.get(kind, f"<p>{escaped}</p>")


def as_markdown(shape: Shape) -> str:
    """Markdown as a person writes it."""
    marks = {"title": "# ", "heading": "## ", "small": "### ", "item": "- ", "related": "- ", "insight": "> "}
    out: list[str] = []
    before = ""
    for kind, text in lines(shape):
        if not (kind == before and kind in ("item", "related")):
            out.append("")
        if kind == "teaser":
            first, title, url = text.split("\t")
            out.append(f"{first} [{title}]({url}).")
        else:
            out.append(f"**{text}**" if kind == "question" else marks.get(kind, "") + text)
        before = kind
    return "\n".join(out) + "\n"


def as_text(shape: Shape, *, blank: bool, bullets: bool = True) -> str:
    """Plain text as copied from the page, with blank lines between paragraphs or with none at all."""
    out = []
    for kind, text in lines(shape):
        if kind == "teaser":
            first, title, _url = text.split("\t")
            out.append(f"{first} {title}.")
        else:
            out.append(f"• {text}" if kind == "item" and bullets else text)
    return ("\n\n" if blank else "\n").join(out) + "\n"


def readings(shape: Shape) -> dict[str, Article]:
    """The article as read from each of its forms."""
    return {
        "html": reading.read(as_html(shape)),
        "markdown": reading.read(as_markdown(shape)),
        "text": reading.read(as_text(shape, blank=True)),
        "dense": reading.read(as_text(shape, blank=False)),
    }


def essence(article: Article) -> dict[str, object]:
    """What all forms must agree on: every text without marks, no address."""
    return {
        "title": article.title,
        "questions": [(one.text, one.why) for one in article.questions],
        "themes": [
            {
                "title": one.title,
                "subtitle": one.subtitle,
                "reflection": [[plain(line) for line in part.lstrip("> ").split("\n")] for part in one.reflection],
                "insights": [insight.text for insight in one.insights],
                "question": one.question.text if one.question else None,
                "read_more": one.read_more.title if one.read_more else None,
                "incomplete": one.incomplete,
            }
            for one in article.themes
        ],
        "answers": [(one.question, one.answer) for one in article.answers],
    }


def expected(shape: Shape) -> dict[str, object]:
    """The same, out of the content itself."""
    return {
        "title": shape.title,
        "questions": list(shape.questions),
        "themes": [_expected_theme(section) for section in shape.sections],
        "answers": [(question, "\n\n".join(answer)) for question, answer in (*shape.answers, *shape.last_answers)],
    }


def _expected_theme(section: Section) -> dict[str, object]:
    missing = [("insight", section.insights), ("question", section.question)]
    return {
        "title": section.title,
        "subtitle": section.subtitle,
        "reflection": [[part] if isinstance(part, str) else [f"- {item}" for item in part] for part in section.body],
        "insights": [text.strip("“”") for text in section.insights],
        "question": section.question or None,
        "read_more": section.teaser[1] if section.teaser else None,
        "incomplete": tuple(name for name, there in missing if not there),
    }
