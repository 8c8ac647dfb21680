"""“Read more in: Title.”: a pointer to another article, as a line of its own or at a paragraph's end."""

import re

from wekelijks.domain.article import signs, words
from wekelijks.domain.article.blocks import LINK, Block, Kind, plain
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
    r")\s?(?P<colon>:?)(?P<marks>[?!…. –—-]*)(?P<title>.*)$",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:lees je|je leest|you can read|liest du)(?: (?:verder|meer|more|on|weiter))? in:? "
    r"(?P<title>[^.!?]{2,100})\.?$",
    re.IGNORECASE,
)
"""“How it ended, you can read in Title”: a pointer where nothing but pointers can stand."""
_LONGEST_POINTER = 300
"""Characters of “read more in” with its title, at a paragraph's end."""


_LONGEST_TITLE = 8
"""Words of a title that nothing else marks as one."""


def read_more(block: Block, *, sure: bool) -> tuple[str, Link] | None:
    """What stands before “read more in” in this block, and the link behind it.

    The address is empty in plain text. Unless we are `sure` to be past the reflection, a colon or a link must prove
    that it is one. Without a title it is a button.
    """
    text = block.plain
    if block.furniture:
        return None
    found = _last_pointer(text)
    if found is None:
        return _told(block) if sure else None
    links = LINK.findall(block.text)
    inside = any(found[f"in{number}"] for number in range(1, 12)) or "?" in found["marks"]
    if not (found["colon"] or links or (sure and inside)) or (
        signs.is_button(text) and not (found["colon"] or inside)
    ):
        return None
    title = _title(found["title"])
    before = text[: found.start("cue")].strip(" 👉➡️→*_-–—")
    return before, Link(title=title, url=links[-1][1] if links else "")


def teaser(block: Block) -> Link | None:
    """The only link of a paragraph below the lamp: what the theme leads on to."""
    links = [found for found in LINK.finditer(block.text) if not found[0].startswith("!")]
    if block.kind is not Kind.PARAGRAPH or block.furniture or len(links) != 1 or signs.is_button(block.plain):
        return None
    title, url = _title(plain(links[0][1])), links[0][2]
    if block.is_link and words.is_call(title):
        return None
    return Link(title=title, url=url) if title and not url.startswith(("#", "mailto:", "tel:")) else None


def bare_title(block: Block) -> Link | None:
    """A short line that says nothing and calls for nothing: in plain text a title is all that is left of a link."""
    text = block.plain
    if block.kind is not Kind.PARAGRAPH or signs.is_prose(text) or signs.is_button(text) or words.is_call(text):
        return None
    named = 2 <= signs.words(text) <= _LONGEST_TITLE and not words.is_remark(text) and not words.is_label(text)
    return Link(title=_title(text), url="") if named and not signs.has_lamp(text) else None


def _told(block: Block) -> tuple[str, Link] | None:
    found = _TOLD.search(block.plain)
    if found is None or len(block.plain) > _LONGEST_POINTER:
        return None
    links = LINK.findall(block.text)
    return block.plain[: found.start()].strip(), Link(title=_title(found["title"]), url=links[-1][1] if links else "")


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
