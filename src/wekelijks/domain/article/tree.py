"""HTML as a small tree, forgiving as browsers are: unclosed and crossing tags, fragments, saved pages.

Time and depth stay in proportion to the input, whatever is in it.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from wekelijks.domain.article import signs

VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta param source track wbr"))
_CLOSES: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "option": frozenset({"option"}),
}
"""Which open elements the beginning of one of these closes by itself."""
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer
        form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot
        th thead tr ul
        """,
    )
)
SILENT = frozenset(
    re.findall(
        r"\w+", "script style noscript template svg math iframe object video audio canvas head title select textarea"
    )
)
"""What holds no text that a reader sees."""
_DEEPEST = 120
"""No page nests deeper; a hostile one would exhaust the stack and the clock."""


@dataclass(eq=False, slots=True)
class Element:
    """One element: a child is an element or a text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    size: int = 0
    """Visible characters within, white space aside."""
    lamps: int = 0
    """Lamps within that mark a question."""
    links: int = 0
    """Links and buttons within, itself included."""
    linked: int = 0
    """Visible characters within that are a link's or a button's."""
    holds_block: bool = False
    """Another block stands somewhere within."""
    tags: frozenset[str] = frozenset()
    """Which of the tags that tell what a part is for stand somewhere within."""

    def text(self) -> str:
        """All text within."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def elements(self) -> Iterator[Element]:
        """This element and every one within, in the order of the page."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(child for child in reversed(one.children) if isinstance(child, Element))

    @property
    def names(self) -> str:
        """Class, id and role, as one lower-case text."""
        return " ".join(self.attributes.get(name, "") for name in ("class", "id", "role")).lower()

    def measure(self) -> None:
        """Sum up what stands within; to be called from the innermost outwards."""
        if self.tag in SILENT:
            return
        tags: set[str] = set()
        for child in self.children:
            if isinstance(child, str):
                self.size += sum(map(len, child.split()))
                self.lamps += len(_LAMP.findall(child))
                continue
            self.size += child.size
            self.lamps += child.lamps
            self.links += child.links
            self.linked += child.linked
            self.holds_block = self.holds_block or child.holds_block or child.tag in BLOCKS
            tags |= child.tags | ({child.tag} & _NOTICED)
        if self.tag in ("a", "button"):
            self.links += 1
            self.linked = self.size
        self.tags = frozenset(tags)


_NOTICED = frozenset({"a", "article", "form", "h1", "h2", "h3", "h4", "ul", "input", "main", "nav"})
_LAMP = re.compile(rf"{signs.LAMP}(?!\ufe0f?\s*Tip\b)", re.IGNORECASE)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self.open = [self.root]
        self.elements = [self.root]
        self.counts: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._close(frozenset({"p"}), within=BLOCKS - {"p"})
        self._close(_CLOSES.get(tag, frozenset()), within=frozenset({"ul", "ol", "dl", "table", "select", "menu"}))
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        self.elements.append(element)
        if tag not in VOID and len(self.open) < _DEEPEST:
            self.open.append(element)
            self.counts[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self.open[-1].tag == tag:
            self._cut(len(self.open) - 1)

    def handle_endtag(self, tag: str) -> None:
        if not self.counts[tag]:
            return
        depth = next((depth for depth in range(len(self.open) - 1, 0, -1) if self.open[depth].tag == tag), 0)
        if depth and not (tag not in BLOCKS and any(one.tag in BLOCKS for one in self.open[depth + 1 :])):
            self._cut(depth)

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def _cut(self, depth: int) -> None:
        self.counts.subtract(one.tag for one in self.open[depth:])
        del self.open[depth:]

    def _close(self, tags: frozenset[str], *, within: frozenset[str]) -> None:
        """Close the innermost open element of `tags`, unless one of `within` stands in between."""
        if not any(self.counts[tag] for tag in tags):
            return
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag in tags:
                self._cut(depth)
                return
            if self.open[depth].tag in within:
                return


_DECLARATION = re.compile(r"<!\[(?:CDATA\[|[^<>\[\]]{0,100}\]>)?|\]\]>")
_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
_UNSEEN = re.compile(r"<!--|<(script|style)(?=[\s>/])", re.IGNORECASE)


def _without_unseen(html: str) -> tuple[str, list[str]]:
    """The page without scripts, styles and comments, and the comments, in one pass."""
    parts, comments, place = [], [], 0
    lower = (
        html.lower() if html.isascii() else "".join(char if len(char.lower()) > 1 else char.lower() for char in html)
    )
    while found := _UNSEEN.search(html, place):
        parts.append(html[place : found.start()])
        end = "-->" if found[1] is None else f"</{found[1].lower()}"
        stop = lower.find(end, found.end())
        if found[1] is None and stop >= 0:
            comments.append(html[found.end() : stop])
        if stop < 0:
            # A comment or a script that never ends: the mark goes, the text below it is not given up.
            html = html[found.end() :] if found[1] is None else ""
            parts.append(_UNSEEN.sub("", html))
            return "".join(parts), comments
        place = stop + len(end)
        if found[1] is not None:
            place = html.find(">", place) + 1 or len(html)
    return "".join([*parts, html[place:]]), comments


def parse(html: str) -> tuple[Element, list[str]]:
    """The tree, measured, and the page's comments. Never raises for markup."""
    seen, comments = _without_unseen(html)
    seen = _DECLARATION.sub("", seen)
    last = seen.rfind(">") + 1
    builder = _Builder()
    try:
        builder.feed(seen[:last] + seen[last:].replace("<", "&lt;"))
        builder.close()
    except AssertionError:
        # html.parser gives up on some broken declarations; what came before is kept.
        pass
    for element in reversed(builder.elements):
        element.measure()
    return builder.root, comments
