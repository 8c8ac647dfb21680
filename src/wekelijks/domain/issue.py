"""The issue: the content of one letter, as its writer left it.

An issue may be whole, or only pin a theme and leave the rest to the pool. What the writer wrote is never replaced by
the pool's words; the pool only fills what was left open.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from wekelijks.domain.errors import BadInput
from wekelijks.domain.letter import Letter
from wekelijks.domain.material import Link, PoolInsight, PoolQuestion, PoolTheme

QUEUE, POOL = "queue", "pool"
"""Where an issue came from."""

_LINK_FORMS = (
    re.compile(r"\[(?P<title>.*)\]\(\s*<?(?P<url>[^\s<>]+)>?\s*\)"),  # [Title](https://…)
    re.compile(r"(?P<title>.*?)\s*<(?P<url>[^\s<>]+)>"),  # Title <https://…>
    re.compile(r"(?P<title>)(?P<url>[^\s<>]+)"),
)
_TITLE_AND_SUBTITLE = re.compile(r"\s+[—–]\s+")  # An em or en dash with spaces around it.


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolAnswer:
    """A question that readers ask, with its answer, out of an article."""

    id: int
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One issue as stored. Texts are as in `Letter`; empty means that the writer left it open."""

    id: int
    newsletter_id: int
    origin: str
    file_key: str
    """What makes a file the same file when it is added again."""
    position: int | None
    """Place in the queue, from 1; None: pinned, sent or from the pool."""
    pinned_on: date | None
    subject: str
    preheader: str
    opening: str
    theme_id: int | None
    insight_id: int | None
    question_id: int | None
    answer_id: int | None
    theme: str
    """Free text, where no theme of the pool is pinned."""
    insight: str
    question: str
    body: str
    link: str
    ps: str
    created_at: datetime
    updated_at: datetime
    sent_on: date | None = None
    """The date of the slot that was opened with it."""

    @property
    def is_waiting(self) -> bool:
        """It may still be changed, moved and removed."""
        return self.sent_on is None


def link_of(text: str) -> Link | None:
    """The link in `text`: an address, ``Title <address>`` or ``[Title](address)``; None when it is empty.

    Raises BadInput for anything else, and for an address that is no page on the web.
    """
    if not text:
        return None
    for form in _LINK_FORMS:
        found = form.fullmatch(text)
        if found is not None:
            url = found["url"]
            _require_web_address(url)
            return Link(title=found["title"].strip() or _readable(url), url=url)
    raise BadInput("a link is an address, “Title <https://…>” or “[Title](https://…)”")


def letter_of(
    issue: Issue,
    *,
    on: date,
    theme: PoolTheme | None,
    insight: PoolInsight | None,
    question: PoolQuestion | None,
    answer: PoolAnswer | None,
) -> Letter:
    """The letter of this issue: the writer's own words, the pool's where they left it open."""
    title, subtitle = (theme.title, theme.subtitle) if theme else _divided(issue.theme)
    return Letter(
        on=on,
        subject=issue.subject or title,
        preheader=issue.preheader or subtitle,
        opening=issue.opening,
        title=title,
        subtitle=subtitle,
        reflection=issue.body or (_paragraphs(theme) if theme else ""),
        insight=issue.insight or (insight.text if insight else ""),
        question=issue.question or (question.text if question else ""),
        asked=answer.question if answer else "",
        answer=answer.answer if answer else "",
        read_more=link_of(issue.link) or (theme.read_more if theme else None),
        ps=issue.ps,
        from_pool=theme is not None and not issue.body,
    )


def title_of(theme: str) -> str:
    """The title of a theme in free text, without its subtitle."""
    return _divided(theme)[0]


def pool_letter(*, on: date, theme: PoolTheme, insight: PoolInsight, question: PoolQuestion) -> Letter:
    """The letter that the pool gives: its subject is the theme's title, its preheader the subtitle."""
    return Letter(
        on=on,
        subject=theme.title,
        preheader=theme.subtitle,
        title=theme.title,
        subtitle=theme.subtitle,
        reflection=_paragraphs(theme),
        insight=insight.text,
        question=question.text,
        read_more=theme.read_more,
        from_pool=True,
    )


def _paragraphs(theme: PoolTheme) -> str:
    return "\n\n".join(paragraph for paragraph in theme.reflection if paragraph.strip())


def _divided(theme: str) -> tuple[str, str]:
    """Title and subtitle of a theme in free text, written as articles write their headings."""
    title, _dash, subtitle = _TITLE_AND_SUBTITLE.sub("\n", theme, count=1).partition("\n")
    return title, subtitle


def _require_web_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise BadInput(f"“{url[:80]}” is no address of a page: it begins with https://")


def _readable(url: str) -> str:
    """An address as people write it: without the scheme, `www.` and a slash at the end."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
