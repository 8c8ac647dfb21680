"""One theme: its reflection, insights, question and link, out of the blocks below its heading.

The lamp ends the section. The insights are the run of short lines directly before it, or before the section's end
where there is none. Insights and question leave the reflection: a letter must never say a sentence twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wekelijks.domain.article import pointers, signs, words
from wekelijks.domain.article.blocks import Block, Kind
from wekelijks.domain.article.headings import Heading, Page
from wekelijks.domain.article.values import Insight, Question, Theme
from wekelijks.domain.material import Link

_SECOND = 110
"""Characters up to which a line above an insight is one too, however short the insight is."""
_MOST_INSIGHTS = 2
"""Of a longer run only the lines nearest the lamp are insights, the others tell; unless marks set them all apart."""
_ALIKE = 1.5
"""A longer line may be one where the insight below is nearly as long."""


@dataclass(kw_only=True, slots=True)
class Section:
    """What is being gathered of one theme. `roles` names every block that was dealt with."""

    page: Page
    roles: list[str]
    reflection: list[Block] = field(default_factory=list)
    insights: list[str] = field(default_factory=list)
    question: str = ""
    read_more: Link | None = None

    def theme(self, heading: Heading) -> Theme:
        """The finished theme."""
        return Theme(
            title=heading.title,
            subtitle=heading.subtitle,
            reflection=tuple(paragraphs(self.reflection)),
            insights=tuple(Insight(text=text) for text in self.insights),
            question=Question(text=self.question) if self.question else None,
            read_more=self.read_more,
        )


def read(page: Page, heading: Heading, *, stop: int, roles: list[str]) -> tuple[Theme, int]:
    """The theme whose heading it is, and where its section ends: what follows up to `stop` is the site's."""
    section = Section(page=page, roles=roles)
    roles[heading.at] = "theme"
    start = heading.at + 1
    end = _end(page, start, stop)
    asked = _question(section, start, end)
    kept = _kept(section, range(start, asked[0] if asked else end))
    run = _insights(page, kept)
    for at in run:
        if _is_attribution(page.blocks[at].plain):
            roles[at] = "attribution"
            continue
        roles[at] = "insight"
        section.insights.append(words.without_label(signs.unquoted(words.without_label(page.blocks[at].plain))))
    for at in kept[: len(kept) - len(run)]:
        roles[at] = "reflection"
        section.reflection.append(_as_reflection(section, at))
    return section.theme(heading), asked[-1] + 1 if asked else end


def paragraphs(blocks: Iterable[Block]) -> Iterator[str]:
    """Paragraphs in Markdown; a list is one of them, with a line for each item."""
    items: list[str] = []
    for block in blocks:
        if block.is_item:
            items.append(f"{len(items) + 1}. {block.text}" if block.ordered else f"- {block.text}")
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _as_markdown(block)
    if items:
        yield "\n".join(items)


def _as_markdown(block: Block) -> str:
    if block.is_heading:
        return block.text if block.is_stressed else f"**{block.text}**"
    return f"> {block.text}" if block.kind is Kind.QUOTE else block.text


def _end(page: Page, start: int, stop: int) -> int:
    """Behind the lamp's line if there is one before a block of questions, else where the site begins."""
    faq = next((at for at in range(start, stop) if page.kinds[at] == "faq"), stop)
    if any(page.lamp(at) for at in range(start, faq)):
        return faq
    return next((at for at in range(start, faq) if page.is_opener(at)), faq)


def _question(section: Section, start: int, end: int) -> tuple[int, ...]:
    """Where the section's question stands: the lamp's line, else one that says what it is, else the last line."""
    page = section.page
    lamps = [at for at in range(start, end) if page.lamp(at) and not words.names_insight(_unlit(page.blocks[at]))]
    asking = [at for at in lamps if signs.is_question(page.blocks[at].plain)]
    if lamps:
        return _take_question(section, (asking or lamps)[0], end)
    named = [at for at in range(start, end) if words.asks_by_name(page.blocks[at].plain) and not page.kinds[at]]
    if named:
        return _take_question(section, named[-1], end)
    last = next((at for at in reversed(range(start, end)) if not _is_loose(page, at)), None)
    if last is None or last == start or not _is_last_question(page.blocks[last]):
        return ()
    return _take_question(section, last, end)


def _take_question(section: Section, at: int, end: int) -> tuple[int, ...]:
    text = _unlit(section.page.blocks[at])
    section.roles[at] = "question"
    if (
        (not text or words.is_label(text) or signs.introduces(text))
        and at + 1 < end
        and not section.page.kinds[at + 1]
    ):
        section.roles[at] = "label"
        section.roles[at + 1] = "question"
        section.question = signs.unquoted(section.page.blocks[at + 1].plain)
        return (at, at + 1)
    section.question = signs.unquoted(words.without_label(text))
    return (at,)


def _unlit(block: Block) -> str:
    return signs.without_lamp(block.plain).strip("*_ ")


def _is_last_question(block: Block) -> bool:
    return (
        signs.is_question(block.plain)
        and signs.is_short(block.plain)
        and not block.is_item
        and not signs.is_speech(block.plain)
    )


def _is_loose(page: Page, at: int) -> bool:
    """It belongs to the site or points elsewhere, so the section's end is sought before it."""
    block = page.blocks[at]
    return bool(page.kinds[at]) or pointers.read_more(block, sure=True) is not None or words.is_label(block.plain)


def _kept(section: Section, places: range) -> list[int]:
    """The section's own blocks: the site's, labels and pointers elsewhere are named and left out."""
    page = section.page
    kept: list[int] = []
    for at in places:
        block = page.blocks[at]
        if kind := _site_kind(page, at):
            section.roles[at] = kind
        elif words.is_known_label(block.plain) or (words.is_label(block.plain) and at + 1 == places.stop):
            section.roles[at] = "label"
        elif found := pointers.read_more(block, sure=False):
            section.read_more = section.read_more or found[1]
            section.roles[at] = "read-more"
            if len(found[0]) > signs.SHORT and not _ends_section(page, kept, range(at + 1, places.stop)):
                kept.append(at)
        else:
            kept.append(at)
    return kept


def _site_kind(page: Page, at: int) -> str:
    """Between a heading and its lamp only what is surely the site's goes: a greeting may be part of a story."""
    block = page.blocks[at]
    sure = block.furniture or block.is_heading or page.kinds[at] in ("button", "search")
    return page.kinds[at] if sure else ""


def _ends_section(page: Page, before: Sequence[int], after: range) -> bool:
    """Nothing but the end follows and the insights stand before: a teaser, no reflection."""
    return all(_is_loose(page, at) for at in after) and bool(before) and _is_pull(page.blocks[before[-1]])


def _as_reflection(section: Section, at: int) -> Block:
    block = section.page.blocks[at]
    found = pointers.read_more(block, sure=False)
    return Block(text=found[0], kind=block.kind) if found and found[0] else block


def _insights(page: Page, kept: list[int]) -> list[int]:
    """The run of short lines that ends the section."""
    length = _run_length(page, kept)
    run = _without_list(page, kept[len(kept) - length :], before=kept[: len(kept) - length])
    if run and page.blocks[run[-1]].is_stressed:
        loose = [number for number, at in enumerate(run) if not page.blocks[at].is_stressed]
        run = run[loose[-1] + 1 :] if loose else run
    if run and len(run) == len(kept):
        # A theme without any reflection cannot be: of nothing but short lines the first ones are that.
        alike = len(run) > 2 and _length(page, run[-2]) <= _ALIKE * _length(page, run[-1])
        run = run[-2:] if alike else run[1:][-1:]
    elif not all(page.blocks[at].is_stressed or _is_attribution(page.blocks[at].plain) for at in run):
        run = run[-_MOST_INSIGHTS:]
    return run


def _run_length(page: Page, kept: list[int]) -> int:
    """How many lines from the end on are short; one far longer than those below it is the paragraph before them."""
    longest = 0
    for length, at in enumerate(reversed(kept)):
        if not _is_pull(page.blocks[at]):
            return length
        if length and _length(page, at) > max(_SECOND, _ALIKE * longest) and not page.blocks[at].is_stressed:
            return length
        longest = max(longest, _length(page, at))
    return len(kept)


def _length(page: Page, at: int) -> int:
    return len(page.blocks[at].plain)


def _without_list(page: Page, run: list[int], *, before: list[int]) -> list[int]:
    """Leave out what a colon introduces, and short lines without full stops: a list that lost its marks."""
    open_ended = [number for number, at in enumerate(run) if not signs.ends_sentence(page.blocks[at].plain)]
    introduced = bool(before) and signs.introduces(page.blocks[before[-1]].plain)
    if introduced and len(run) > 1:
        return run[min(open_ended[-1] + 1 if open_ended else len(run) - 1, len(run) - 1) :]
    if len(open_ended) > 1 and open_ended[-1] < len(run) - 1:
        return run[open_ended[-1] + 1 :]
    return _without_speech(page, run, before=before)


def _without_speech(page: Page, run: list[int], *, before: list[int]) -> list[int]:
    """Quoted lines above one without quotation marks were spoken; so were some that follow what somebody says."""
    quoted = [number for number, at in enumerate(run) if _is_spoken(page.blocks[at])]
    if not quoted:
        return run
    if quoted[-1] < len(run) - 1:
        return run[quoted[-1] + 1 :]
    told = bool(before) and signs.is_speech(page.blocks[before[-1]].plain)
    return [] if told and len(quoted) > 1 else run


def _is_spoken(block: Block) -> bool:
    return signs.is_quoted(block.plain) and not block.is_stressed


def _is_pull(block: Block) -> bool:
    text = words.without_label(signs.without_lamp(block.plain))
    if block.is_item or signs.introduces(text) or not any(char.isalpha() for char in text):
        return False
    if _is_attribution(text):
        return True
    if block.is_heading and not (signs.ends_sentence(text) or signs.is_quoted(text)):
        return False
    limit = signs.SHORT_STRESSED if block.is_stressed else signs.SHORT
    return signs.is_short(text, limit=limit) and not signs.is_speech(text)


def _is_attribution(text: str) -> bool:
    """Who said it: a dash and a name."""
    return text[:2] in ("— ", "– ", "- ") and signs.words(text) <= 6 and not signs.ends_sentence(text)
