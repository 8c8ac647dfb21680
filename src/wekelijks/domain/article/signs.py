"""Signs that a line carries in itself: punctuation, quotation marks, arrows, the lamp. No words of any language."""

import re
import unicodedata

LAMP = "💡"
SHORT = 140
"""Characters of a sentence or two that could hang on a wall; a paragraph of a reflection is rarely that short."""
SHORT_STRESSED = 260
"""The same where the page itself sets the line apart."""

_ARROW = r"(?:→|⇒|➜|➔|➝|➞|⟶|⇨|➡\ufe0f?|=>|-{1,2}>|—>)"
_MID_ARROW = re.compile(rf"\s*{_ARROW}\s*")
_BUTTON = re.compile(rf"(?:{_ARROW}|[›»➤▶▸⟩]|>{{1,2}})\s*$|^(?:←|‹|«\s|⟵|<-)")
_TERMINAL = re.compile(r"[.!?…。！？।؟](?:[\"'”’»“)\]*_]|\s(?=»))*$")
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s|$)")
_FIRST_END = re.compile(r"[.!?…？؟]+[\"'”’»)\]*_]*(?=\s)")
_OPENERS = "\"“„«‘'‚"
_CLOSERS = "\"”“»’'"
_DASH = re.compile(r"\s+(?:—|–|―|−|‒|-{1,3})\s+")
_COLON = re.compile(r"(?<=\S)\s?:\s+")
_LABEL = re.compile(r"[^\s:—–]{1,40}(?: \d{1,2})?\s?:\s+")
_NUMBER = re.compile(r"(?:\d{1,2}|[ivx]{1,4})\s?[.)]\s+", re.IGNORECASE)
_DECORATION = {"So", "Cf", "Mn", "Sk", "Zs"}


def _invisible() -> str:
    """Control and format characters, apart from white space and what emoji are joined and coloured with."""
    kept = "\u200d\ufe0f"
    return "".join(
        char
        for char in map(chr, range(0x10000))
        if unicodedata.category(char) in ("Cc", "Cf", "Cs") and not char.isspace() and char not in kept
    )


_INVISIBLE = dict.fromkeys(map(ord, _invisible()))


def tidy(text: str) -> str:
    """One line: white space is one blank, nothing invisible, no blank at the ends."""
    return " ".join((text if text.isascii() and text.isprintable() else text.translate(_INVISIBLE)).split())


def key(text: str) -> str:
    """What makes two texts the same: letters and digits, without case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())


def words(text: str) -> int:
    """How many words."""
    return len(text.split())


def ends_sentence(text: str) -> bool:
    """Its last mark is a full stop, a question or exclamation mark or an ellipsis, quotes and brackets aside."""
    return bool(_TERMINAL.search(text))


def is_question(text: str) -> bool:
    """It ends in a question mark."""
    return text.rstrip("\"'”’»“)]*_ ").endswith(("?", "？", "؟"))


def leads_with_question(text: str) -> bool:
    """Its first sentence is a question, and something follows."""
    found = _FIRST_END.search(text)
    return found is not None and "?" in found[0] and found.end() < len(text)


def introduces(text: str) -> bool:
    """It ends in a colon, so it belongs to what follows and is never a heading."""
    return text.rstrip("*_ ").endswith((":", "："))


def is_short(text: str, *, limit: int = SHORT) -> bool:
    """A sentence or two (three when tiny)."""
    return len(text) <= limit and len(_SENTENCE_END.findall(text)) <= (2 if len(text) > SHORT // 2 else 3)


def is_prose(text: str) -> bool:
    """Running text: ends as a sentence does, introduces something, or is long."""
    return ends_sentence(text) or introduces(text) or len(text) > SHORT


def has_lamp(text: str) -> bool:
    """It carries the lamp that marks a section's question."""
    return LAMP in text


def without_lamp(text: str) -> str:
    """The text beside the lamp."""
    return tidy(text.replace(LAMP + "\ufe0f", " ").replace(LAMP, " "))


def is_button(text: str) -> bool:
    """An arrow at the end of a line (or one that points back at its beginning)."""
    bare = text.replace("«", "").replace("»", "") if "«" in text and "»" in text else text
    return bool(_BUTTON.search(bare)) and len(text) <= SHORT


def around_arrow(text: str) -> tuple[str, str] | None:
    """What stands before and behind an arrow in the middle of a line: a question and its reason."""
    parts = _MID_ARROW.split(text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else None


def is_quoted(text: str) -> bool:
    """All of it stands in one pair of quotation marks."""
    inner = text.rstrip(".")[1:-1]
    return (
        len(text) > 2
        and text[0] in _OPENERS
        and text.rstrip(".")[-1] in _CLOSERS
        and not any(char in inner for char in '"“”„«»')
    )


def is_speech(text: str) -> bool:
    """Somebody says something: quotation marks at the beginning or after a colon, and words outside them."""
    if is_quoted(text):
        return False
    return (
        (text[:1] in '"“„«‘' and text[:1] != "")
        or bool(re.search(r"[:,]\s[\"“„«‘]", text))
        or text[:2] in ("— ", "– ")
    )


def unquoted(text: str) -> str:
    """Without a pair of quotation marks around all of it: a pull quote gets its own."""
    if not is_quoted(text):
        return text
    stop = "." if text.endswith(".") else ""
    inner = text.rstrip(".")[1:-1].strip()
    return inner if ends_sentence(inner) else inner + stop


def stands_alone(text: str) -> bool:
    """A line that is a thing of its own even where only a line break parts it from its neighbours."""
    return (
        has_lamp(text)
        or is_question(text)
        or is_button(text)
        or introduces(text)
        or around_arrow(text) is not None
        or (split_heading(text) is not None and not ends_sentence(text) and words(text) <= 14)
    )


def bare_heading(text: str) -> str:
    """A heading without what decorates it: a leading emoji, a number, marks of its own."""
    bare = text.lstrip("#*_ ")
    start = 0
    while start < len(bare) and unicodedata.category(bare[start]) in _DECORATION:
        start += 1
    return _NUMBER.sub("", bare[start:], count=1).strip("*_ ")


def split_heading(text: str) -> tuple[str, str] | None:
    """Title and subtitle around a dash with spaces, or else a colon with a space behind it.

    A one-word label with a colon before such a heading is dropped.
    """
    bare = bare_heading(text)
    return _parted(_DASH, without_word_label(bare)) or _parted(_COLON, bare)


def without_word_label(text: str) -> str:
    """Without one word and its colon before it (“Thema: …”, “Thema 2: …”)."""
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def has_dash(text: str) -> bool:
    """Title and subtitle are parted by a dash."""
    return _parted(_DASH, bare_heading(text)) is not None


def _parted(separator: re.Pattern[str], text: str) -> tuple[str, str] | None:
    parts = separator.split(text, maxsplit=1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 and all(part.strip() for part in parts) else None
