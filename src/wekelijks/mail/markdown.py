"""Markdown to HTML and to text: one source, two faithful renderings.

What a writer pastes may format a letter and never become more than that: no script, no style, no form survives. The
text keeps every word and every address that the HTML has.
"""

import re
import textwrap
from collections.abc import Callable
from functools import cache
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

WIDTH = 76
"""Columns of the text part: what RFC 3676 (section 4.2) calls a good line, two short of the classical 78."""

_TAGS = {"p", "br", "em", "strong", "b", "i", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "hr", "img"}
_MORE_TAGS = {"code", "pre", "sub", "sup", "del", "s", "u", "small", "abbr", "cite", "q", "span"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "title"},
    "ol": {"start"},
    "abbr": {"title"},
    "span": {"lang"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}

# Dutch and English words that begin with an apostrophe: 's avonds, 't, 'n, 'tis. Curling would turn it the wrong way.
_ELISION = re.compile(r"(?<![\w’'])'(?=(?:[stnkmr]|ns|em|tis|twas|cause|\d\ds)\b(?!'))", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"“”„’]*[^\s<>\"“”„’.,:;!?)\]]")
_SHORT_PAIR = 18  # Letters that fit on a line of a heading on the narrowest telephone.
_QUOTATION = "“”‘’"  # The writer's own level is kept, in Dutch and in English: " becomes “ ”, ' becomes ‘ ’.


def to_html(source: str) -> Markup:
    """Safe HTML of these paragraphs; headings begin at h2, for the letter has its h1."""
    tokens = _parser().parse(source)
    _lower_headings(tokens)
    rendered = _parser().renderer.render(tokens, _parser().options, {})
    cleaned = nh3.clean(
        rendered, tags=_TAGS | _MORE_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None
    )
    return Markup(cleaned.strip())  # noqa: S704 - nh3 has just cleaned it.


def to_text(source: str) -> str:
    """Plain text of these paragraphs, wrapped at 76 columns, every link with its whole address."""
    return _blocks(SyntaxTreeNode(_parser().parse(source)).children, WIDTH)


def typeset(text: str) -> str:
    """A plain line with its quotation marks and apostrophes as a printer sets them."""
    return "".join(token.content for token in _line_parser().parseInline(text.strip())[0].children or ())


def wrap(text: str, width: int = WIDTH) -> str:
    """Paragraphs of running text as lines of at most `width` columns; an address is never broken."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")
    )


def underlined(text: str, mark: str = "=") -> str:
    """A heading of the text part: the words, and a line as long as the longest of theirs."""
    words = wrap(text)
    return f"{words}\n{mark * max(map(len, words.splitlines()), default=0)}"


def bound(text: str) -> str:
    """A line to be set large: its last two words stay together, where they are short, so that none stands alone."""
    start, space, last = text.rpartition(" ")
    partner = start.rpartition(" ")[2]
    return f"{start}\N{NO-BREAK SPACE}{last}" if space and len(partner) + len(last) <= _SHORT_PAIR else text


def words(source: str) -> int:
    """How many words a reader reads."""
    return len(unescape(nh3.clean(to_html(source), tags=set())).split())


def blocks(source: str) -> list[str]:
    """The source's top-level blocks, paragraphs, lists, quotes, each as its own piece of Markdown."""
    lines = source.splitlines()
    ranges = [token.map for token in _parser().parse(source) if token.level == 0 and token.map and token.nesting >= 0]
    return ["\n".join(lines[start:end]).strip("\n") for start, end in ranges]


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "typographer": True, "quotes": _QUOTATION})
    parser.enable(["smartquotes", "strikethrough"])
    parser.core.ruler.before("smartquotes", "elision", _turn_elisions)
    parser.core.ruler.after("inline", "silence", _drop_scripts)
    parser.core.ruler.after("silence", "bare_address", _link_bare_addresses)
    return parser


@cache
def _line_parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"typographer": True, "quotes": _QUOTATION}).enable("smartquotes")
    parser.core.ruler.before("smartquotes", "elision", _turn_elisions)
    return parser


def _turn_elisions(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = _ELISION.sub("’", child.content)


_SILENT = re.compile(r"<(/?)(?:script|style|title|template|noscript)\b", re.IGNORECASE)


def _drop_scripts(state: StateCore) -> None:
    """What stands inside a pasted script or style is no text: neither part says it."""
    for token in state.tokens:
        silent, kept = False, []
        for child in token.children or ():
            found = _SILENT.match(child.content) if child.type == "html_inline" else None
            if found:
                silent = not found[1]
            elif not silent or child.nesting:  # What was opened must be closed.
                kept.append(child)
        if token.children is not None:
            token.children = kept


def _link_bare_addresses(state: StateCore) -> None:
    """An address that stands in the text by itself becomes a link, as mail programs do it themselves."""
    for token in state.tokens:
        inside_link, children = 0, []
        for child in token.children or ():
            inside_link += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            is_free = child.type == "text" and not inside_link
            children += _with_links(child.content) if is_free else [child]
        if token.children is not None:
            token.children = children


def _with_links(text: str) -> list[Token]:
    tokens, end = [], 0
    for found in _BARE_ADDRESS.finditer(text):
        tokens += [_text(text[end : found.start()])] if found.start() > end else []
        address = found[0]
        tokens += [Token("link_open", "a", 1, attrs={"href": address}), _text(address), Token("link_close", "a", -1)]
        end = found.end()
    return [*tokens, _text(text[end:])] if end < len(text) or not tokens else tokens


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _lower_headings(tokens: list[Token]) -> None:
    """The highest heading in use becomes h2, the next h3: no level is skipped, whatever the writer began with."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(levels.index(token.tag) + 2, 4)}"


# The text part.


def _blocks(nodes: list[SyntaxTreeNode], width: int) -> str:
    return "\n\n".join(filter(None, (_block(node, width) for node in nodes)))


def _block(node: SyntaxTreeNode, width: int) -> str:
    render = _BLOCKS.get(node.type)
    return render(node, width) if render else wrap(_inline(node), width)


def _list(node: SyntaxTreeNode, width: int) -> str:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        content = _between(item).join(_block(child, width - len(mark)) for child in item.children)
        items.append(mark + textwrap.indent(content, " " * len(mark)).removeprefix(" " * len(mark)))
    return _between(*node.children).join(items)


def _between(*items: SyntaxTreeNode) -> str:
    """Markdown calls a list tight when no blank line stands in it, and hides its paragraphs' tags."""
    return "\n" if any(child.hidden for item in items for child in item.children) else "\n\n"


def _quote(node: SyntaxTreeNode, width: int) -> str:
    lines = _blocks(node.children, width - 2).splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _heading(node: SyntaxTreeNode, _width: int) -> str:
    return underlined(_inline(node), "-")


_BLOCKS: dict[str, Callable[[SyntaxTreeNode, int], str]] = {
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "heading": _heading,
    "hr": lambda _node, _width: "* * *",
    "fence": lambda node, _width: textwrap.indent(node.content.rstrip("\n"), "    "),
    "code_block": lambda node, _width: textwrap.indent(node.content.rstrip("\n"), "    "),
    "html_block": lambda node, width: wrap(_without_tags(node.content).strip(), width),
}


def _inline(node: SyntaxTreeNode) -> str:
    render = _INLINES.get(node.type)
    return render(node) if render else "".join(map(_inline, node.children)) or _own(node)


def _own(node: SyntaxTreeNode) -> str:
    """The node's own words; a node that only holds others has none."""
    return node.content if node.type == "text" else ""


def _link(node: SyntaxTreeNode) -> str:
    words, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
    bare = address.removeprefix("mailto:")
    return bare if words in (address, bare) else f"{words} <{bare}>"


def _image(node: SyntaxTreeNode) -> str:
    return f"[{node.content}] <{node.attrs['src']}>" if node.content else f"<{node.attrs['src']}>"


_INLINES: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "softbreak": lambda _node: " ",
    "hardbreak": lambda _node: "\n",
    "em": lambda node: f"_{''.join(map(_inline, node.children))}_",
    "strong": lambda node: f"*{''.join(map(_inline, node.children))}*",
    "s": lambda node: f"~{''.join(map(_inline, node.children))}~",
    "code_inline": lambda node: f"`{node.content}`",
    "link": _link,
    "image": _image,
    "html_inline": lambda node: _without_tags(node.content),
}

_BREAK = re.compile(r"<(?:br\s*/?|/p|/li|/h[1-6]|/div)>\s*", re.IGNORECASE)
_ADDRESS_OF = re.compile(r"<(?:a|img)\b[^>]*?\s(?:href|src)\s*=\s*[\"']?([^\"'\s>]+)[^>]*>", re.IGNORECASE)


def _without_tags(html: str) -> str:
    """What a piece of pasted HTML says, its breaks and addresses kept."""
    kept = _ADDRESS_OF.sub(lambda found: f"&lt;{found[1]}&gt; ", _BREAK.sub("\n", html))
    return unescape(nh3.clean(kept, tags=set()))
