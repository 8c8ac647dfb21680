"""Where themes begin.

A heading of a theme is a short line, “Theme — subtitle”, with running text below it. Marks, dashes, colons and the
lamp further down are evidence of different weight: a line with little of it is a heading only where a heading is due,
which is at the beginning and after a section that has ended. A line within a section must never cut it in two.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wekelijks.domain.article import pointers, signs, words
from wekelijks.domain.article.blocks import Block, Kind

_LONGEST = 130
_LONGEST_TITLE = 70
_MOST_WORDS = 7
"""Of a title that a colon ends, or that has no subtitle: with more it is a sentence."""
_PARAGRAPH = 90
"""Characters from which a text is a paragraph even without a full stop."""
_SECTION = 300
"""Characters of prose that make a section; what a site says about another article is shorter, or one paragraph."""
_ONLY_LIT = frozenset({"related", "greeting", "comments"})
"""Parts of the site in which a title without a lamp below it is the title of something else."""
_LONGEST_SECTION = 150
"""Blocks below a heading among which evidence for it is sought."""
_CLOSES = frozenset({"related", "sign-up", "comments", "share", "author", "greeting", "faq"})
"""What the site puts between sections, so that a heading is due after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The blocks, and for each what the site would call it (empty: it may be material)."""

    blocks: Sequence[Block]
    kinds: Sequence[str]
    title: int | None = None
    """Which block is the article's title."""

    has_lamp: bool = field(init=False)
    """Somewhere a lamp marks a section's question."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_lamp", any(self.lamp(at) for at in range(len(self.blocks))))

    def lamp(self, at: int) -> bool:
        """This block carries the lamp of a section's question."""
        return signs.has_lamp(self.blocks[at].text) and not self.kinds[at]

    def is_opener(self, at: int) -> bool:
        """It begins a part of the site: a line that names it, not a sentence that sounds like it."""
        block = self.blocks[at]
        named = self.kinds[at] in _CLOSES and not block.furniture and not block.is_item
        return named or (block.is_heading and words.is_closing(block.plain))


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One theme's beginning."""

    at: int
    title: str
    subtitle: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    heading: Heading
    marked: int
    """The level of its heading mark, 0 without one."""
    dashed: bool
    lit: bool = False
    """A lamp follows before the next line that could be a heading."""
    pulled: bool = False
    """It ends as a section does: short lines behind a paragraph."""
    full: bool = False
    """A section's worth of prose stands below it."""

    @property
    def split(self) -> bool:
        return bool(self.heading.subtitle)


def find(page: Page) -> list[Heading]:
    """The headings of themes in order; empty when there is none."""
    candidates = _with_evidence(page, [one for at in range(len(page.blocks)) if (one := _candidate(page, at))])
    chosen = _chosen(page, candidates)
    first_lamp = next((at for at in range(len(page.blocks)) if page.lamp(at)), None)
    if page.title is None or first_lamp is None or page.title > first_lamp:
        return chosen
    if chosen and chosen[0].at < first_lamp:
        return chosen
    # A page of one theme: what was taken for the article's title is the theme's heading as well.
    title = _heading(page.title, page.blocks[page.title].plain)
    return [title, *chosen] if any(char.isalpha() for char in title.title) else chosen


def parts(text: str) -> tuple[str, str]:
    """Title and subtitle of a heading (empty where it has none), without a label such as “Thema 2:” before them."""
    bare = signs.bare_heading(text)
    rest = signs.without_word_label(bare)
    labelled = rest != bare and (
        words.is_known_label(bare[: len(bare) - len(rest)]) or signs.split_heading(rest) is not None
    )
    text = rest if labelled else bare
    return signs.split_heading(text) or (text, "")


def _heading(at: int, text: str) -> Heading:
    title, subtitle = parts(text)
    return Heading(at=at, title=title, subtitle=subtitle)


def _candidate(page: Page, at: int) -> _Candidate | None:
    block = page.blocks[at]
    text = block.plain
    if at == page.title or page.kinds[at] or not 1 < len(text) <= _LONGEST or _is_something_else(block, text):
        return None
    heading = _heading(at, text)
    dashed = signs.has_dash(text)
    one = _Candidate(heading=heading, marked=block.level, dashed=dashed)
    return one if _reads_as_heading(one, text) and _stands_as_heading(page, one) else None


def _is_something_else(block: Block, text: str) -> bool:
    return (
        signs.has_lamp(text)
        or signs.introduces(text)
        or signs.is_button(text)
        or signs.around_arrow(text) is not None
        or words.is_closing(text)
        or block.is_link
        or pointers.read_more(block, sure=False) is not None
        or (text.endswith((".", "…", ";", ",")) and not block.is_heading)
    )


def _reads_as_heading(one: _Candidate, text: str) -> bool:
    title = one.heading.title
    if not any(char.isalpha() for char in title) or len(title) > _LONGEST_TITLE or text[0] in '"“„«':
        return False
    if one.dashed:
        return not signs.ends_sentence(title)
    return (
        signs.words(title) <= _MOST_WORDS
        and not words.is_remark(title)
        and (one.split or not signs.is_question(text))
    )


def _stands_as_heading(page: Page, one: _Candidate) -> bool:
    """Running text follows; without a mark that is what makes it a heading and no item of a list."""
    at = one.heading.at
    block = page.blocks[at]
    if block.is_item and (not one.dashed or _is_item(page, at - 1) or _is_item(page, at + 1)):
        return False
    below = next((below for below in range(at + 1, len(page.blocks)) if not _is_skipped(page, below)), None)
    if below is None:
        return False
    if one.marked:
        return not page.blocks[below].is_heading or page.blocks[below].level > one.marked
    return _is_running(page, below)


def _is_skipped(page: Page, at: int) -> bool:
    block = page.blocks[at]
    return bool(block.furniture) or page.kinds[at] in ("button", "search") or words.is_label(block.plain)


def _is_item(page: Page, at: int) -> bool:
    return 0 <= at < len(page.blocks) and page.blocks[at].is_item


def _is_running(page: Page, at: int) -> bool:
    block = page.blocks[at]
    text = block.plain
    if page.kinds[at] or block.is_heading or block.is_item or page.lamp(at) or _has_reason(text):
        return False
    return signs.ends_sentence(text) or signs.introduces(text) or len(text) > _PARAGRAPH


def _has_reason(text: str) -> bool:
    """A question with its reason behind an arrow; an arrow far into a paragraph is the writer's own."""
    pair = signs.around_arrow(text)
    return pair is not None and (signs.is_question(pair[0]) or len(pair[0]) <= _PARAGRAPH)


def _with_evidence(page: Page, candidates: list[_Candidate]) -> list[_Candidate]:
    split = [one.heading.at for one in candidates if one.split and _may_end_section(page, one)]
    marks = _Landmarks.of(page)
    found = []
    for one in candidates:
        stop = min(_next(split, one.heading.at + 1, len(page.blocks)), one.heading.at + _LONGEST_SECTION)
        start = one.heading.at + 1
        lit = _next(marks.lamps, start, stop) < stop
        end = _next(marks.openers, start, stop)
        pulled = _is_pulled(page, marks, start, end)
        found.append(replace(one, lit=lit, pulled=pulled, full=_is_full(page, start, end)))
    return found


def _is_full(page: Page, start: int, end: int) -> bool:
    """Two paragraphs or more, the first of them long, and none that breaks off as an excerpt does."""
    own = [page.blocks[at].plain for at in range(start, end) if not (page.kinds[at] or page.blocks[at].is_item)]
    whole = all(signs.ends_sentence(text) and not text.rstrip(")]").endswith(("…", "...")) for text in own)
    return whole and len(own) > 1 and len(own[0]) > signs.SHORT and sum(map(len, own)) >= _SECTION


def _may_end_section(page: Page, one: _Candidate) -> bool:
    """Without lamps a colon in the middle of a section says nothing."""
    return page.has_lamp or one.dashed or one.marked > 0 or _follows_insight(page, one)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Landmarks:
    """Where the page's lamps and openers stand, its own blocks, and those of them that are paragraphs for sure."""

    lamps: list[int]
    openers: list[int]
    own: list[int]
    long: list[int]

    @classmethod
    def of(cls, page: Page) -> "_Landmarks":
        places = range(len(page.blocks))
        own = [at for at in places if not page.kinds[at]]
        return cls(
            lamps=[at for at in places if page.lamp(at)],
            openers=[at for at in places if page.is_opener(at)],
            own=own,
            long=[at for at in own if len(page.blocks[at].plain) > signs.SHORT],
        )


def _next(places: list[int], start: int, stop: int) -> int:
    """The first of the places from `start` on, `stop` where there is none before."""
    number = bisect_left(places, start)
    return min(places[number], stop) if number < len(places) else stop


def _is_pulled(page: Page, marks: _Landmarks, start: int, end: int) -> bool:
    """The last block before `end` is a short sentence, and a paragraph stands above it."""
    number = bisect_left(marks.own, end) - 1
    if number < 0 or (last := marks.own[number]) < start or _next(marks.long, start, last) == last:
        return False
    text = page.blocks[last].plain
    return signs.is_short(text) and signs.ends_sentence(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Style:
    """How this article writes its headings."""

    level: int
    """The level of the mark; 0 for none."""
    dashed: bool


def _style(candidates: list[_Candidate]) -> _Style:
    split = [one for one in candidates if one.split]
    proven = [one for one in split if one.lit] or split
    level = Counter(one.marked for one in proven).most_common(1)[0][0] if proven else 0
    own = [one for one in proven if one.marked == level]
    return _Style(level=level, dashed=2 * sum(one.dashed for one in own) >= len(own))


def _chosen(page: Page, candidates: list[_Candidate]) -> list[Heading]:
    style = _style(candidates)
    by_place = {one.heading.at: one for one in candidates}
    chosen: list[_Candidate] = []
    due, part = True, "opening"
    for at in range(len(page.blocks)):
        one = by_place.get(at)
        if one is not None and _is_heading(page, one, style=style, due=due, part=part):
            chosen.append(one)
            due, part = False, ""
        elif page.is_opener(at):
            due, part = True, page.kinds[at] or "closing"
        elif page.lamp(at) or pointers.read_more(page.blocks[at], sure=False):
            due = True
        elif part == "opening" and _ends_beginning(page, at):
            part = ""
    return _once(chosen)


def _once(chosen: list[_Candidate]) -> list[Heading]:
    """A heading that comes twice stands in a table of contents first: the one with a lamp counts, else the last."""
    by_name = {_name(one): one for one in chosen}
    lit = {_name(one) for one in chosen if one.lit}
    return [one.heading for one in chosen if one.lit or (_name(one) not in lit and by_name[_name(one)] is one)]


def _name(one: _Candidate) -> str:
    return signs.key(f"{one.heading.title} {one.heading.subtitle}")


def _is_heading(page: Page, one: _Candidate, *, style: _Style, due: bool, part: str) -> bool:
    text = page.blocks[one.heading.at].plain
    if one.lit:
        return _is_lit_heading(page, one, style=style, due=due, part=part)
    if not one.split or not _is_believed(one, text, part):
        return False
    if one.marked and one.marked == style.level:
        return True
    if one.marked == style.level and one.dashed == style.dashed:
        return _is_usual(page, one, due=due, part=part)
    if not due and one.marked == style.level and not page.has_lamp:
        return one.pulled and _follows_insight(page, one) and not part
    return due and part != "opening" and (one.pulled or (one.dashed and part != "faq"))


def _is_believed(one: _Candidate, text: str, part: str) -> bool:
    """Without a lamp: among other articles only what a whole section follows, among questions none that asks."""
    if part == "faq":
        return not (words.asks(text) or signs.is_question(text))
    return part not in _ONLY_LIT or (part == "related" and one.full)


def _is_lit_heading(page: Page, one: _Candidate, *, style: _Style, due: bool, part: str) -> bool:
    """With a lamp below, it is one where it is due, or where it is written as the others are."""
    if not one.split:
        return part not in _ONLY_LIT and (due or (one.marked > 0 and one.marked == style.level))
    if one.marked == style.level and (one.marked or one.dashed == style.dashed):
        return bool(one.marked) or _is_usual(page, one, due=due, part="")
    return due


def _is_usual(page: Page, one: _Candidate, *, due: bool, part: str) -> bool:
    """Without a mark: a colon says less than a dash, and within a section both say little."""
    if due:
        return one.dashed or one.pulled or part != "opening"
    return (one.dashed or _follows_insight(page, one)) and not _is_pull_quote(page, one.heading.at)


def _ends_beginning(page: Page, at: int) -> bool:
    """Below a paragraph, a question with its reason or something of the site's, a theme may begin."""
    text = page.blocks[at].plain
    said = signs.ends_sentence(text) and len(text) > _PARAGRAPH
    return at != page.title and (said or bool(page.kinds[at]) or signs.around_arrow(text) is not None)


def _follows_insight(page: Page, one: _Candidate) -> bool:
    """A short sentence stands above: a section may have ended there, without a lamp."""
    above = page.blocks[one.heading.at - 1].plain if one.heading.at else ""
    return signs.is_short(above) and signs.ends_sentence(above)


def _is_pull_quote(page: Page, at: int) -> bool:
    """A dash may stand in an insight, which has nothing but short lines between it and the lamp."""
    for below in range(at + 1, min(at + 4, len(page.blocks))):
        if page.lamp(below):
            return True
        block = page.blocks[below]
        if block.kind not in (Kind.PARAGRAPH, Kind.QUOTE) or not signs.is_short(block.plain):
            return False
    return False
