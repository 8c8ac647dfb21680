"""What lies between and after the themes: questions with answers, a pointer elsewhere, and the site's own things.

A question with its answer is material wherever it stands. All the rest is counted, never taken.
"""

import re
from dataclasses import dataclass, field

from wekelijks.domain.article import pointers, signs, words
from wekelijks.domain.article.blocks import Block, Kind, plain
from wekelijks.domain.article.headings import Page
from wekelijks.domain.article.sections import paragraphs
from wekelijks.domain.article.values import Answer, Question
from wekelijks.domain.material import Link

_LONGEST_QUESTION = 220
_SPLIT = re.compile(r"([?？؟][\"”’»)]?)\s+(?=\S)")
_BREAK = re.compile(r"\s?(?::|→|—|–|\s-)\s+")
_STOP = re.compile(r"[.!…]\s+(?=\S)")
_ABBREVIATED = re.compile(r"\b(?:drs?|mr?s?|ds|ir|ing|prof|st|nr|ca|bijv|bv|etc|vs|\w\.\w|[A-Z])\.$", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<=[\w,)] )[^\W\d_](?=[^\W_])")
_FEWEST_WORDS = 3
"""Of a question that nothing but a capital letter ends."""
_IN_BOLD = re.compile(r"(\*{1,3}|_{1,3})(?=\S)([^*_]{2,220}[?？؟][\"'”’»)]?)\s?\1:?\s+(?=\S)")


@dataclass(kw_only=True, slots=True)
class Rest:
    """What was found so far outside the sections, and where we are in the site."""

    page: Page
    roles: list[str]
    answers: list[Answer] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    read_more: Link | None = None
    guessed: bool = False
    """Nothing but a link below the lamp says that it is the link to read on at."""
    part: str = "other"
    """What blocks without a sign of their own are counted as; "faq" among questions."""
    asked: str = ""
    answered: list[Block] = field(default_factory=list)
    own_lines: bool = False
    """A question of this block had a line of its own."""
    mark: tuple[Kind, int] = (Kind.PARAGRAPH, 0)
    """How the last question was marked."""


def read(rest: Rest, start: int, stop: int, *, part: str) -> None:
    """Give every block from `start` to `stop` its role."""
    rest.part, rest.guessed = part, False
    for at in range(start, stop):
        if not rest.roles[at]:
            rest.roles[at] = _role(rest, at, stop)
    _finish(rest)


def _role(rest: Rest, at: int, stop: int) -> str:
    block, kind = rest.page.blocks[at], rest.page.kinds[at]
    if block.furniture:
        return block.furniture
    if rest.part == "faq" and (role := _in_faq(rest, at, stop)):
        return role
    if kind == "faq":
        return _enter(rest, "faq", "heading")
    if (rest.read_more is None or rest.guessed) and (found := pointers.read_more(block, sure=rest.part == "teaser")):
        rest.read_more, rest.guessed = found[1], False
        return "read-more"
    if kind:
        return kind if kind == "button" else _enter(rest, kind, kind)
    if rest.part == "teaser" and rest.read_more is None and (link := _teaser(rest, at, stop)):
        rest.read_more, rest.guessed = link, True
        return "read-more"
    return _without_name(rest, at, stop)


def _teaser(rest: Rest, at: int, stop: int) -> Link | None:
    """The link of a paragraph, or a title that is all there is between the lamp and what comes next."""
    page = rest.page
    if link := pointers.teaser(page.blocks[at]):
        return link
    alone = rest.roles[at - 1] == "question" and (at + 1 == stop or page.kinds[at + 1] not in ("", "button"))
    text = page.blocks[at].plain
    if not alone or sum(block.plain == text for block in page.blocks) > 1:
        return None
    return pointers.bare_title(page.blocks[at])


def _without_name(rest: Rest, at: int, stop: int) -> str:
    block = rest.page.blocks[at]
    if (pair := signs.around_arrow(block.plain)) and signs.is_question(pair[0]):
        rest.questions.append(Question(text=pair[0], why=pair[1]))
        return "asked"
    if _heads_links(rest.page, at, stop):
        return _enter(rest, "related", "related")
    if _begins_faq(rest, at, stop):
        _enter(rest, "faq", "")
        return _in_faq(rest, at, stop) or "other"
    if words.is_label(block.plain):
        return "label"
    if block.is_heading:
        return _enter(rest, "other", "heading")
    return rest.part


def _enter(rest: Rest, part: str, role: str) -> str:
    _finish(rest)
    rest.part, rest.own_lines = part, False
    return role


def _finish(rest: Rest) -> None:
    """The question at hand gets the answer that was gathered; without one it is none."""
    if rest.asked and rest.answered:
        answer = "\n\n".join(
            paragraphs(Block(text=one.plain, kind=one.kind, ordered=one.ordered) for one in rest.answered)
        )
        rest.answers.append(Answer(question=rest.asked, answer=answer))
    rest.asked, rest.answered = "", []


def _in_faq(rest: Rest, at: int, stop: int) -> str:
    """The role of a block among questions; empty where the block of questions has ended."""
    block, kind = rest.page.blocks[at], rest.page.kinds[at]
    text = words.without_faq_label(block.plain)
    waiting = bool(rest.asked) and not rest.answered
    if kind == "button":
        return kind
    if _heads_links(rest.page, at, stop):
        return _enter(rest, "related", "related")
    if pair := _in_bold(block):
        return _take_pair(rest, pair)
    if _is_question(rest, at, stop, waiting=waiting):
        rest.mark = (block.kind, block.level)
        return _ask(rest, text)
    if not waiting and (pair := _on_one_line(rest, block, text)):
        return _take_pair(rest, pair)
    if not rest.asked or (kind and not waiting) or not _may_answer(rest, block, waiting=waiting):
        return _leave(rest, block)
    rest.answered.append(Block(text=text, kind=block.kind, ordered=block.ordered))
    return "answer"


def _take_pair(rest: Rest, pair: tuple[str, str]) -> str:
    own_lines = rest.own_lines
    _ask(rest, pair[0])
    rest.own_lines = own_lines
    rest.answered.append(Block(text=pair[1]))
    return "answer"


def _in_bold(block: Block) -> tuple[str, str] | None:
    """A question that the marks set apart at the line's beginning, and the answer behind it."""
    found = _IN_BOLD.match(block.text)
    return (plain(found[2]), words.without_faq_label(plain(block.text[found.end() :]))) if found else None


def _heads_links(page: Page, at: int, stop: int) -> bool:
    """A line that asks nothing, marked as a heading, above a list of nothing but links."""
    block = page.blocks[at]
    if not (block.is_heading or block.is_stressed) or signs.is_question(block.plain):
        return False
    end = next((below for below in range(at + 1, stop) if not page.blocks[below].is_item), stop)
    return end > at + 1 and all(page.blocks[below].is_link for below in range(at + 1, end))


def _leave(rest: Rest, block: Block) -> str:
    """A heading within a block of questions groups them; anything else ends it."""
    _finish(rest)
    if block.is_heading and not words.furniture(block):
        return "heading"
    rest.part = "other"
    return ""


def _ask(rest: Rest, text: str) -> str:
    _finish(rest)
    rest.asked = signs.unquoted(text)
    rest.own_lines = True
    return "asked"


def _is_question(rest: Rest, at: int, stop: int, *, waiting: bool) -> bool:
    block = rest.page.blocks[at]
    text = words.without_faq_label(block.plain)
    if len(text) > _LONGEST_QUESTION or signs.has_lamp(text) or not _followed(rest.page, at, stop):
        return False
    set_apart = block.is_heading or (block.is_stressed and not signs.ends_sentence(text))
    if signs.is_question(text):
        return set_apart or _is_one_sentence(text) or (not waiting and _answered_within(text) is None)
    if set_apart:
        return not waiting and (words.asks(text) or _is_marked_alike(rest, at))
    return not waiting and words.asks(text) and not _ends(text) and signs.words(text) > 2 and not _has_answer(text)


def _is_marked_alike(rest: Rest, at: int) -> bool:
    """Marked as the question before it was, and the site does not follow."""
    block, kinds = rest.page.blocks[at], rest.page.kinds
    return bool(rest.asked) and rest.mark == (block.kind, block.level) and not (kinds[at] or kinds[at + 1])


def _ends(text: str) -> bool:
    return signs.ends_sentence(text) or signs.introduces(text)


def _has_answer(text: str) -> bool:
    return len(text) > _LONGEST_QUESTION // 2 or _cut(text) is not None


def _is_one_sentence(text: str) -> bool:
    return _SPLIT.search(text) is None and _STOP.search(text) is None


def _followed(page: Page, at: int, stop: int) -> bool:
    """Something that could be an answer stands below."""
    below = next((below for below in range(at + 1, stop) if not page.blocks[below].furniture), None)
    return below is not None and page.kinds[below] not in ("button", "greeting", "faq") and not page.lamp(below)


def _may_answer(rest: Rest, block: Block, *, waiting: bool) -> bool:
    if block.is_heading or signs.has_lamp(block.text):
        return False
    return waiting or block.is_item or signs.is_prose(block.plain) or _is_listed(rest.answered)


def _is_listed(answered: list[Block]) -> bool:
    """A line with a colon stands above, and since then nothing but the items of its list."""
    for block in reversed(answered):
        if signs.introduces(block.plain):
            return True
        if not block.is_item and signs.is_prose(block.plain):
            return False
    return False


def _on_one_line(rest: Rest, block: Block, text: str) -> tuple[str, str] | None:
    """A question and its answer that share a line, cut at the mark, else at a colon, a dash, a capital or a stop."""
    if _SPLIT.search(text):
        pair = _answered_within(text)
        own = rest.asked and rest.own_lines
        return None if pair and own and words.is_half_question(pair[0]) else pair
    return _cut(text) if words.asks(text) and not block.is_item else None


def _answered_within(text: str) -> tuple[str, str] | None:
    """The text's first sentence, which asks, and what follows it, which does not only ask."""
    found = _SPLIT.search(text)
    if found is None or found.end(1) > _LONGEST_QUESTION:
        return None
    question, answer = text[: found.end(1)], words.without_faq_label(text[found.end() :])
    if _stops(question) or (signs.is_question(answer) and _STOP.search(answer) is None):
        return None
    return question, answer


def _stops(question: str) -> bool:
    """Another sentence ends in it; the stop of an abbreviation ends none."""
    return any(
        question[stop.end()].isupper() and not _ABBREVIATED.search(question, 0, stop.start() + 1)
        for stop in _STOP.finditer(question)
    )


def _cut(text: str) -> tuple[str, str] | None:
    """Without a question mark; only for a text that begins as a question does."""
    head = text[:_LONGEST_QUESTION]
    stop = _STOP.search(head)
    first = head[: stop.start()] if stop else head
    cuts = [found.span() for found in (_BREAK.search(first), _capital(first)) if found]
    cut = min(cuts) if cuts else (stop.span() if stop else None)
    if cut is None or not text[cut[1] :].strip() or signs.words(text[: cut[0]]) < 2:
        return None
    question, answer = text[: cut[0]].strip(), words.without_faq_label(text[cut[1] :].strip())
    return (question, answer) if signs.ends_sentence(answer) and signs.words(answer) > 1 else None


def _capital(text: str) -> re.Match[str] | None:
    for found in _CAPITAL.finditer(text):
        head = text[: found.start()]
        if found[0].isupper() and signs.words(head) >= _FEWEST_WORDS and not words.leads_to_name(head):
            return re.compile(r"(?<=\s)(?=\S)").search(text, found.start())
    return None


def _begins_faq(rest: Rest, at: int, stop: int) -> bool:
    """Without a heading, one question in the words of one is enough, or two pairs in a row."""
    first = _pair(rest, at, stop)
    if not first:
        return False
    second = bool(_pair(rest, at + first, stop))
    if rest.part in ("teaser", "related", "sign-up", "search"):
        return second
    return second or rest.part == "greeting" or words.asks(rest.page.blocks[at].plain)


def _pair(rest: Rest, at: int, stop: int) -> int:
    """How many blocks a question with its answer takes here, 0 where there is none."""
    page = rest.page
    if at >= stop or page.kinds[at]:
        return 0
    text = words.without_faq_label(page.blocks[at].plain)
    if signs.is_question(text) and len(text) <= _LONGEST_QUESTION:
        below = next((below for below in range(at + 1, stop) if not page.blocks[below].furniture), stop)
        return below + 1 - at if below < stop and _answers(page, below) else 0
    found = _SPLIT.search(text)
    if found is None:
        return int(words.asks(text) and not page.blocks[at].is_item and _cut(text) is not None)
    question = text[: found.end(1)]
    short = len(question) <= _LONGEST_QUESTION and _is_one_sentence(question)
    return int(short and signs.ends_sentence(text))


def _answers(page: Page, at: int) -> bool:
    block = page.blocks[at]
    return (
        not page.kinds[at]
        and not block.is_heading
        and not page.lamp(at)
        and pointers.read_more(block, sure=True) is None
        and signs.ends_sentence(block.plain)
        and not signs.is_question(block.plain)
    )
