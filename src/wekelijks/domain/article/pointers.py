"""“Read more in: Title.”: a pointer to another article, as a line of its own or at a paragraph's end."""

import re

from wekelijks.domain.article import signs
from wekelijks.domain.article.blocks import LINK, Block
from wekelijks.domain.material import Link

_READ_MORE = re.compile(
    r"(?:^|(?<=[.!?…»”\")] ))[^\w\[]*(?P<cue>"
    r"lees (?:hier(?:over)? |er |daar )?(?:ook|meer|verder)(?: hierover| daarover)?(?P<in1> in| over| op| bij)?"
    r"(?: (?:het|mijn|ons) (?:artikel|blog)| de blog)?"
    r"|(?:meer|verder) lezen(?P<in2> in| over)?"
    r"|read (?:more|on|also|further)(?: about (?:this|it))?(?P<in3> in| about| at)?"
    r"(?: (?:the|my|our) (?:article|post))?|(?:continue|further) reading(?P<in4> in)?"
    r"|weiterlesen(?P<in5> in)?|(?:mehr|weiter) (?:dazu )?lesen(?P<in6> in)?|mehr dazu(?P<in8> in)?"
    r"|lies (?:mehr|weiter)(?: dazu)?(?P<in7> in)?|lire (?:aussi|la suite|plus)(?P<in9> dans)?"
    r"|en savoir plus|(?:leer|lee) más(?P<in10> en)?|sigue leyendo(?P<in11> en)?"
    r")\s?(?P<colon>:?)\s*(?P<title>.*)$",
    re.IGNORECASE,
)
_LONGEST_POINTER = 300
"""Characters of “read more in” with its title, at a paragraph's end."""


def read_more(block: Block, *, sure: bool) -> tuple[str, Link] | None:
    """What stands before “read more in” in this block, and the link behind it.

    The address is empty in plain text. Unless we are `sure` to be past the reflection, a colon or a link must prove
    that it is one. Without a title it is a button.
    """
    text = block.plain
    found = _last_pointer(text)
    if found is None or block.furniture:
        return None
    links = LINK.findall(block.text)
    inside = any(found[f"in{number}"] for number in range(1, 12))
    if not (found["colon"] or links or (sure and inside)) or (
        signs.is_button(text) and not (found["colon"] or inside)
    ):
        return None
    title = _title(found["title"])
    before = text[: found.start("cue")].strip(" 👉➡️→*_-–—")
    return before, Link(title=title, url=links[-1][1] if links else "")


def _last_pointer(text: str) -> re.Match[str] | None:
    """“Meer lezen? Lees meer in: …” has two; the last one has the title."""
    found, place = None, max(0, len(text) - _LONGEST_POINTER)
    while match := _READ_MORE.search(text, place):
        found, place = match, match.start("cue") + 1
    return found


def _title(text: str) -> str:
    bare = re.sub(r"\s*(?:→|⇒|➜|➔|»|›|>)+\s*$", "", text).strip()
    bare = bare[:-1].rstrip() if bare.endswith(".") and not bare.endswith("..") else bare
    return signs.unquoted(bare)
