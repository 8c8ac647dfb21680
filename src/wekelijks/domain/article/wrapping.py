"""Which lines of a text are one paragraph.

Text with blank lines says it with them: in Markdown a line break within a paragraph is a blank, wherever it stands
and whatever stands beside it, unless the line shows that it is a thing of its own. In plain text the width says it: a
line belongs to the one above when its first word would not have fitted. Text without blank lines that nobody wrapped
has a paragraph on every line, and joining two of those would lose a question or an insight.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wekelijks.domain.article import signs, words
from wekelijks.domain.article.blocks import Block

_WIDEST_WRAP = 100
"""Lines longer than this were not wrapped by hand or by a mail program."""
_WIDEST_LINE = 160
"""A line longer than this that ends a sentence is a paragraph."""
ROOMY = 60
"""Characters that fit on any line that was wrapped."""
_FULL = 0.9
_RAGGED = 0.7
"""Parts of the width: who wraps by hand leaves a ragged edge."""
_ENOUGH_BLANK = 0.1
"""Blank lines for each line of text from which they are what parts the paragraphs."""
_HARD_BREAK = re.compile(r"(?: {2,}|\\|<br\s*/?>)$", re.IGNORECASE)
_MARKED = re.compile(r"#{1,6} |[-*+•‣▪◦●○·–>] |\d{1,2}[.)] ")


def has_blank_lines(lines: Sequence[str]) -> bool:
    """Blank lines part the paragraphs."""
    blank = sum(1 for above, line in itertools.pairwise(lines) if above.strip() and not line.strip())
    return blank > _ENOUGH_BLANK * sum(1 for line in lines if line.strip())


def wrapped_at(lines: Sequence[str]) -> int:
    """The width at which a plain text was wrapped, 0 where each line is a paragraph.

    Wrapped text has many full lines, and most of those stop in the middle of a sentence.
    """
    texts = [line for line in lines if line.strip()]
    width = max((len(line) for line in texts), default=0)
    if not 40 <= width <= _WIDEST_WRAP:
        return 0
    pairs = [(line, below) for line, below in itertools.pairwise(lines) if line.strip() and below.strip()]
    full = [line for line, below in pairs if overflows(line, below, width)]
    if len(full) >= 0.2 * len(texts) and _mostly_broken(full):
        return width
    ragged = [line for line, below in pairs if len(line) >= _RAGGED * width and not (_is_marked(line, below))]
    return width if len(ragged) > 1 and has_blank_lines(lines) and _mostly_broken(ragged) else 0


def overflows(line: str, below: str, width: int) -> bool:
    """The first word below would not have fitted on this line."""
    return len(line.rstrip()) + 1 + len(below.split()[0]) > width - 3


def continues(above: str, line: str, width: int) -> bool:
    """In plain text: the line belongs to the one above."""
    within = not signs.ends_sentence(above)
    if width:
        ragged = len(above) >= _RAGGED * width and signs.split_heading(above) is None
        return overflows(above, line, width) or (within and (line[0].islower() or ragged))
    return line[0].islower() and within and len(above) > 40


def breaks_off(above: str, line: str, below: str, width: int) -> bool:
    """In wrapped text a line that is neither full nor a sentence, after a sentence, is a heading."""
    if not width or not below.strip() or not signs.ends_sentence(above):
        return False
    return not (signs.ends_sentence(line) or signs.introduces(line) or overflows(line, below, width))


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A line of a Markdown paragraph, with what stands around it."""

    line: Block
    above: Block
    raw_above: str
    """The line above as it was written."""
    begun: str
    """The block so far, of which `raw_above` is the last line."""
    asked: bool
    """A question with a line of its own stood in this paragraph."""
    below: Sequence[str]
    """The following lines up to the paragraph's end."""


def stands_apart(place: Place) -> bool:
    """In Markdown: the line begins something of its own although no blank line parts it from the one above."""
    above, line = place.above.plain, place.line.plain
    if signs.has_lamp(place.line.text) or place.line.is_stressed or place.above.is_stressed:
        return True
    ended = signs.ends_sentence(above)
    if _HARD_BREAK.search(place.raw_above):
        return ended or signs.stands_alone(above) or signs.stands_alone(line)
    if signs.around_arrow(line) and (ended or signs.around_arrow(place.begun)):
        return True
    if ended:
        return _follows_sentence(place, line)
    roomy = len(above) + 1 + len(line.split()[0]) <= ROOMY
    heads = signs.has_dash(above) and not signs.introduces(above) and roomy
    return place.begun == place.above.text and (heads or (words.is_greeting(above) and signs.words(line) <= 4))


def _follows_sentence(place: Place, line: str) -> bool:
    above = place.above.plain
    if len(above) > _WIDEST_LINE or signs.has_lamp(place.begun):
        return True
    if signs.leads_with_question(line) and signs.leads_with_question(place.begun):
        return True
    begins = place.begun == place.above.text
    roomy = len(above) + 1 + len(line.split()[0]) <= _FULL * ROOMY
    if roomy and ((begins and signs.is_question(above)) or (place.asked and signs.is_question(line))):
        return True
    return (roomy or len(above) > _WIDEST_WRAP) and _is_sentence_before_lamp(line, place.below)


def _is_sentence_before_lamp(line: str, below: Sequence[str]) -> bool:
    """The last two lines above the lamp, where each is a sentence: insights."""
    for after in (line, *below[:2]):
        if signs.has_lamp(after):
            return after is not line
        if not (signs.ends_sentence(after.strip()) and signs.is_short(after.strip())):
            return False
    return False


def _mostly_broken(lines: Sequence[str]) -> bool:
    broken = [line for line in lines if not signs.ends_sentence(line)]
    return bool(lines) and len(broken) >= 0.6 * len(lines)


def _is_marked(*lines: str) -> bool:
    return any(_MARKED.match(line.lstrip()) for line in lines)
