"""Hypertext: what a piece of HTML says, shows, hides and points to, as values.

It reads what was rendered, styles already inlined, and decides nothing; the pre-flight does.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from wekelijks.mail.colours import contrast

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SILENT = frozenset({"script", "style", "title", "template", "head"})
_BREAKING = frozenset(
    {"p", "pre", "blockquote", "div", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "br", "hr"}
)
_FAINT = 1.3  # Below this nobody sees that there is text at all.
_TINY = 3.0  # Pixels.
_FAR = 500  # Pixels: off any screen.
_THIN = 0.1  # Opacity below which nobody reads.

_SIDES = ("text-indent", "left", "right", "top", "bottom", "margin-left", "margin-top")
_EXTENTS = ("height", "max-height", "width", "max-width")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)")
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_NAMED = {"white": "#ffffff", "black": "#000000"}
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%)?")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "": 1.0}
_REMOTE_IN_STYLE = re.compile(r"url\(\s*['\"]?(https?:[^'\")\s]+)", re.IGNORECASE)
_FILLER = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: its address (None: it has none) and its visible words."""

    href: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `alt` is None where it has no such attribute."""

    src: str
    alt: str | None


@dataclass
class Page:
    """What was read."""

    words: str = ""
    """The visible text, white space as one space."""
    hidden: list[str] = field(default_factory=list)
    """Text that nobody sees, after the first visible word; before it, it is the preheader."""
    anchors: list[Anchor] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    remote: list[str] = field(default_factory=list)
    """What a style would fetch."""
    sheets: list[str] = field(default_factory=list)
    """External style sheets."""
    style: str = ""
    title: str = ""
    language: str = ""


def read(html: str) -> Page:
    """Everything that stands in a document or a piece of one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page()


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    hidden: bool
    ink: str
    paper: str
    anchor: int | None = None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._page = Page()
        self._open: list[_Element] = [_Element("", hidden=False, ink="#000000", paper="#ffffff")]
        self._said: list[str] = []
        self._anchors: list[tuple[str | None, list[str]]] = []

    def page(self) -> Page:
        self._page.words = " ".join("".join(self._said).split())
        self._page.anchors = [Anchor(href, " ".join("".join(words).split())) for href, words in self._anchors]
        return self._page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag in _BREAKING:
            self._said.append("\n")
        if tag not in _VOID:
            self._open.append(self._element(tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKING:
            self._said.append("\n")
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        top = self._open[-1]
        if top.tag == "style":
            self._page.style += data
        elif top.tag == "title":
            self._page.title += data.strip()
        elif not any(element.tag in _SILENT for element in self._open):
            self._say(data, top)

    def _say(self, data: str, top: _Element) -> None:
        if not (top.hidden or _is_faint(top)):
            self._said.append(data)
            if top.anchor is not None:
                self._anchors[top.anchor][1].append(data)
        elif _FILLER.sub("", data) and "".join(self._said).strip():
            self._page.hidden.append(" ".join(data.split()))

    def _note(self, tag: str, given: dict[str, str]) -> None:
        page = self._page
        page.tags[tag] += 1
        page.remote += _REMOTE_IN_STYLE.findall(given.get("style", ""))
        if tag == "img":
            page.images.append(Image(given.get("src", ""), given.get("alt")))
        elif tag == "html":
            page.language = given.get("lang", "")
        elif tag == "link" and "stylesheet" in given.get("rel", "").lower():
            page.sheets.append(given.get("href", ""))
        elif tag == "a":
            self._anchors.append((given.get("href"), []))

    def _element(self, tag: str, given: dict[str, str]) -> _Element:
        around = self._open[-1]
        style = _declarations(given.get("style", ""))
        paper = style.get("background-color") or style.get("background") or given.get("bgcolor", "")
        return _Element(
            tag,
            hidden=around.hidden or "hidden" in given or _hides(style),
            ink=_colour(style.get("color") or given.get("color", "")) or around.ink,
            paper=_colour(paper) or around.paper,
            anchor=len(self._anchors) - 1 if tag == "a" else around.anchor,
        )


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _colon, value in pairs if value.strip()}


def _hides(style: dict[str, str]) -> bool:
    return (
        style.get("display", "").startswith("none")
        or style.get("visibility", "").startswith(("hidden", "collapse"))
        or style.get("color", "").startswith("transparent")
        or _pixels(style.get("opacity", ""), otherwise=1.0) < _THIN
        or _pixels(style.get("font-size", ""), otherwise=16.0) < _TINY
        or any(_pixels(style.get(side, ""), otherwise=0.0) < -_FAR for side in _SIDES)
        or ("hidden" in style.get("overflow", "") and any(_is_flat(style.get(each, "")) for each in _EXTENTS))
    )


def _is_flat(value: str) -> bool:
    return _pixels(value, otherwise=1.0) < 1


def _pixels(value: str, *, otherwise: float) -> float:
    found = _LENGTH.match(value)
    return float(found[1]) * _PIXELS[found[2] or ""] if found else otherwise


def _colour(value: str) -> str:
    """#rrggbb where the value is a colour that we can tell, else empty."""
    if channels := _RGB.search(value):
        return "#" + "".join(f"{min(int(channel), 255):02x}" for channel in channels.groups())
    found = _HEX.search(value)
    if not found:
        return _NAMED.get(value.split(" ")[0], "")
    code = found[0]
    return code if len(code) == 7 else "#" + "".join(2 * digit for digit in code[1:])


def _is_faint(element: _Element) -> bool:
    return contrast(element.ink, element.paper) < _FAINT
