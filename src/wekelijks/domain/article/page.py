"""A web page as blocks: the site's own parts are named as such, emphasis and links become Markdown.

A part is furniture by its element (nav, form …), its role or its names (“cookie-banner”); never where it holds most
of the page or the lamp, because themes for sites name things as they like.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from wekelijks.domain.article import signs
from wekelijks.domain.article.blocks import Block, Document, Kind, settle
from wekelijks.domain.article.tree import BLOCKS, SILENT, Element, parse

_BEGINS = re.compile(r"\s*<(?:!doctype|!--|\?xml|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"<(?:article|main|section|div|p|h[1-6]|ul|ol|li|blockquote|body)[\s>]", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_BY_ELEMENT = {
    "nav": "navigation",
    "form": "form",
    "search": "search",
    "dialog": "dialog",
    "aside": "sidebar",
    "footer": "footer",
    "button": "button",
    "label": "form",
    "fieldset": "form",
    "figcaption": "caption",
    "cite": "caption",
    "time": "date",
}
_BY_ROLE = {
    "navigation": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "search": "search",
    "complementary": "sidebar",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "form": "form",
    "button": "button",
}
_BY_NAME = {
    "cookies": r"cookies?|consent|gdpr|cmp",
    "navigation": r"nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|skip-?link|skip|toc|table-of-contents",
    "sidebar": r"sidebar|widget|side-?bar",
    "sign-up": r"newsletter|nieuwsbrief|sign-?up|subscribe|optin|opt-in|inschrij\w*|aanmeld\w*|mailchimp|mc4wp",
    "share": r"share|sharing|social|sharedaddy|deel|addtoany",
    "related": r"related|recommended|read-?next|more-posts|discover|ontdek",
    "comments": r"comments?|comment-respond|reacties|disqus",
    "search": r"search|searchbox|search-?form|zoek\w*",
    "dialog": r"popup|pop-up|modal|overlay|lightbox|toast",
    "author": r"author-?(?:bio|box|card)|byline|post-meta|entry-meta|postmeta|meta",
    "button": r"btn|button|cta|wp-block-buttons?",
    "advertisement": r"ads?|advert\w*|sponsor\w*|promo",
}
_NAMED = {kind: re.compile(rf"(?:^|[\s_]|--)(?:{names})(?:$|[\s_-])") for kind, names in _BY_NAME.items()}
_ACCORDION = re.compile(r"faq|accordion|answer|panel|collapse|toggle|vragen|question")
_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_BREAK = "\x00"
_BREAKS = re.compile(f"({_BREAK}\\s*{_BREAK}|{_BREAK})")
_HEADING = re.compile(r"h[1-6]")
_BULLET = re.compile(r"[•‣▪◦●·]\s*|[-–]\s+")
_SPECIAL = re.compile(r"[*`\\]|(?<!\w)_|_(?!\w)|<(?=[a-zA-Z/!])|\[(?=[^\[\]]{0,300}\]\()")
_SHORT_TEXT = 400
"""Characters: more is no question and no button."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)")
_SITE_SUFFIX = re.compile(r"\s+[|·•»«–—-]\s+[^|·•»«–—]{1,60}$")


def looks_like_html(text: str) -> bool:
    """It is a page or a fragment of one, not Markdown that uses a tag here and there."""
    tags = len(_BLOCK_TAG.findall(text))
    if _MARKDOWN_HEADING.search(text) and tags <= text.count("\n\n"):
        return False
    return tags > 0 and (bool(_BEGINS.match(text)) or tags > 2)


def read(html: str, *, url: str = "") -> Document:
    """Blocks of a page or a fragment, with the title and the address that it names itself, else `url`."""
    root, comments = parse(html)
    head = [one for one in root.elements() if one.tag in ("base", "link", "meta", "title")]
    url = _address(head, comments) or url
    walk = _Walk(
        url=_base(head, url), whole=max(root.size, 1), content="article" if "article" in root.tags else "main"
    )
    walk.enter(root)
    blocks = settle(walk.blocks)
    return Document(blocks=tuple(blocks), title=_title(head, blocks), url=url)


@dataclass
class _Walk:
    """The way through the tree: block after block, with the inline text that is being gathered."""

    url: str
    whole: int
    content: str
    """The element that holds the page's content."""
    blocks: list[Block] = field(default_factory=list)

    def enter(
        self,
        element: Element,
        *,
        furniture: str = "",
        quoted: bool = False,
        content: bool = False,
        kind: Kind | None = None,
    ) -> None:
        """Everything within this element as blocks."""
        line: list[str] = []
        where = _Where(element=element, furniture=furniture, quoted=quoted, content=content, kind=kind)
        for child in element.children:
            if isinstance(child, str):
                line.append(_escaped(child))
            elif child.tag in SILENT:
                continue
            elif not _is_block(child) and not (quoted and child.tag == "cite"):
                line.append(self._inline(child))
            else:
                self._flush(where, line)
                self._enter_block(child, where)
        self._flush(where, line)

    def _enter_block(self, child: Element, where: "_Where") -> None:
        first = len(self.blocks)
        self.enter(
            child,
            furniture=where.furniture or self._furniture(child, where),
            content=where.content or child.tag == self.content,
            quoted=where.quoted or child.tag == "blockquote",
            kind=_kind(child, where),
        )
        if where.kind is Kind.HEADING:
            self._one_heading(first)

    def _one_heading(self, first: int) -> None:
        self.blocks[first:] = [
            replace(block, kind=Kind.HEADING, level=block.level or 6) for block in self.blocks[first:]
        ]

    def _furniture(self, element: Element, where: "_Where") -> str:
        kind = _named_furniture(element, where)
        if not kind or element.tag in ("html", "body", "main", "article"):
            return ""
        if kind in ("button", "hidden") and (_ACCORDION.search(element.names) or self._asked(element)):
            return ""
        holds_article = element.size > 0.5 * self.whole or element.lamps > 0
        return "" if holds_article and kind not in ("search", "cookies", "navigation") else kind

    def _asked(self, element: Element) -> bool:
        """A question on a button, or below one the answer that is still folded in."""
        return _asks(element) or bool(self.blocks and signs.is_question(self.blocks[-1].plain))

    def _inline(self, element: Element) -> str:
        if element.tag == "br":
            return _BREAK
        if element.tag == "img":
            alt = element.attributes.get("alt", "")
            return alt if len(alt) <= 3 and not alt.isascii() else ""
        inner = "".join(
            _escaped(child) if isinstance(child, str) else self._inline(child)
            for child in element.children
            if isinstance(child, str) or child.tag not in SILENT
        )
        return self._marked(element, inner)

    def _marked(self, element: Element, inner: str) -> str:
        bare = inner.strip()
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        href = element.attributes.get("href", "").strip()
        if element.tag == "a" and bare and href and not href.startswith(("#", "javascript:")) and _BREAK not in bare:
            address = urljoin(self.url, href) if self.url else href
            return f"{before}[{bare}]({address.replace(' ', '%20').replace('(', '%28').replace(')', '%29')}){after}"
        mark = _EMPHASIS.get(element.tag)
        if mark and bare and not bare.startswith("*") and signs.LAMP not in bare:
            parts = (f"{mark}{part.strip()}{mark}" for part in bare.split(_BREAK) if part.strip())
            return f"{before}{_BREAK.join(parts)}{after}"
        return inner

    def _flush(self, where: "_Where", line: list[str]) -> None:
        joined = False
        text = "".join(line)
        line.clear()
        if where.kind is Kind.HEADING:
            text = text.replace(_BREAK, " ")
        for part in _BREAKS.split(text):
            if tidied := signs.tidy(part):
                self.blocks.append(_block(tidied, where, joined=joined))
                joined = True
            else:
                joined = joined and part.count(_BREAK) <= 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Where:
    """The element whose blocks are being gathered, with what is known from those around it."""

    element: Element
    furniture: str
    quoted: bool
    content: bool
    """It stands in the page's content."""
    kind: Kind | None


def _block(text: str, where: _Where, *, joined: bool) -> Block:
    chosen = where.kind or (Kind.QUOTE if where.quoted else Kind.PARAGRAPH)
    bullet = _BULLET.match(text) if chosen is Kind.PARAGRAPH else None
    level = 0
    if chosen is Kind.HEADING:
        level = int(where.element.tag[1]) if _HEADING.fullmatch(where.element.tag) else 6
    return Block(
        text=text[bullet.end() :] if bullet else text,
        kind=Kind.ITEM if bullet else chosen,
        level=level,
        ordered=chosen is Kind.ITEM and where.element.attributes.get("data-ordered") == "yes",
        joined=joined and bullet is None,
        furniture=where.furniture or _inline_furniture(where.element),
    )


def _escaped(text: str) -> str:
    """A page's own asterisks are no Markdown."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _asks(element: Element) -> bool:
    return element.size < _SHORT_TEXT and signs.is_question(signs.tidy(element.text()))


def _inline_furniture(element: Element) -> str:
    """A paragraph that holds nothing but a link made to look like a button."""
    if element.links != 1 or element.size > _SHORT_TEXT:
        return ""
    link = next(one for one in element.elements() if one.tag in ("a", "button"))
    alone = link.size == element.size and not _asks(link)
    return "button" if alone and (link.tag == "button" or _NAMED["button"].search(link.names)) else ""


def _is_block(element: Element) -> bool:
    return element.tag in BLOCKS or element.holds_block or element.tag in ("button", "label", "search", "picture")


def _kind(element: Element, where: _Where) -> Kind | None:
    if (
        _HEADING.fullmatch(element.tag)
        or element.tag in ("summary", "dt")
        or (element.tag == "button" and _asks(element))
    ):
        return Kind.HEADING
    if element.tag == "li":
        element.attributes["data-ordered"] = "yes" if where.element.tag == "ol" else "no"
        return Kind.ITEM
    return where.kind


def _is_part(element: Element, *, content: bool) -> bool:
    """An aside within the content is a part of it, unless it is a form, leads elsewhere or says so by its names."""
    if not content:
        return not element.tags & frozenset(["a", "form", "h1", "h2", "h3", "h4", "ul", "input"])
    leads = element.links > 1 and 2 * element.linked > element.size
    named = any(name.search(element.names) for name in _NAMED.values())
    return not (leads or named or element.tags & {"form", "input", "nav"})


def _named_furniture(element: Element, where: _Where) -> str:
    parent = where.element
    role = element.attributes.get("role", "").lower()
    beside = element.tag == "aside" or (role == "complementary" and where.content)
    if beside and _is_part(element, content=where.content):
        return ""
    if role in _BY_ROLE:
        return _BY_ROLE[role]
    if element.tag == "header" and (element.tags & {"nav", "form"} or parent.tag in ("body", "root")):
        return "" if "h1" in element.tags and "nav" not in element.tags else "header"
    if element.tag in _BY_ELEMENT:
        return _BY_ELEMENT[element.tag]
    names = element.names.strip()
    kind = next((kind for kind, name in _NAMED.items() if name.search(names)), "") if names else ""
    hidden = "hidden" in element.attributes or _HIDDEN.search(element.attributes.get("style", "").lower())
    return kind or ("hidden" if hidden else "")


def _meta(head: list[Element], *names: str) -> str:
    for one in head:
        if one.tag == "meta" and (one.attributes.get("property") or one.attributes.get("name", "")).lower() in names:
            return signs.tidy(one.attributes.get("content", ""))
    return ""


def _address(head: list[Element], comments: list[str]) -> str:
    for one in head:
        if one.tag == "link" and "canonical" in one.attributes.get("rel", "").lower().split():
            return one.attributes.get("href", "").strip()
    saved = next((match[1] for comment in comments if (match := _SAVED_FROM.search(comment))), "")
    return _meta(head, "og:url") or saved


def _base(head: list[Element], url: str) -> str:
    base = next((one.attributes.get("href", "") for one in head if one.tag == "base"), "")
    return urljoin(url, base) if base else url


def _title(head: list[Element], blocks: list[Block]) -> str:
    """The heading that the page's own title holds, else its first main heading, else that title without the site."""
    element = next((one for one in head if one.tag == "title"), None)
    named = [
        text
        for text in (_meta(head, "og:title", "twitter:title"), signs.tidy(element.text()) if element else "")
        if text
    ]
    headings = [block.plain for block in blocks if block.is_heading and block.level == 1 and not block.furniture]
    held = [
        block.plain
        for block in blocks
        if block.is_heading and block.level <= 2 and any(_holds(text, block.plain) for text in named)
    ]
    main = [text for text in headings if text in held] or headings[:1] or held
    return max(main, key=len) if main else (_SITE_SUFFIX.sub("", named[0]) if named else "")


def _holds(title: str, heading: str) -> bool:
    """The page's title is this heading, with the site's name perhaps; a theme's one word is not enough."""
    whole, part = signs.key(title), signs.key(heading)
    return f" {part} " in f" {whole} " and 2 * len(part) > len(_SITE_SUFFIX.sub("", title))
