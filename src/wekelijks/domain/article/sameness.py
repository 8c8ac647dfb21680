"""What makes two texts the same one: for titles, insights, questions, addresses.

A quotation mark that an editor turned, a capital or a full stop makes no new insight.
"""

import hashlib
import re
import unicodedata
from difflib import SequenceMatcher
from urllib.parse import parse_qsl, urlencode, urlsplit

_NO_WORD = re.compile(r"[\W_]+")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref", re.IGNORECASE)
# A corrected typing error or a changed word keeps the id, and with it the memory of use; another sentence does not.
_ALIKE = 0.85
_LONGEST_COMPARED = 4000


def key(text: str) -> str:
    """The words alone: no case, no punctuation, one space between them. Signs alone are their own key."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub(" ", folded).strip() or folded.strip()


def digest(*texts: str) -> str:
    """64 characters that stand for the keys of these texts."""
    return hashlib.sha256("\0".join(key(text) for text in texts).encode()).hexdigest()


def alike(one: str, other: str) -> bool:
    """Whether the one is the other with a correction in it."""
    first, second = key(one)[:_LONGEST_COMPARED], key(other)[:_LONGEST_COMPARED]
    if not first or not second:
        return False
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def words_shared(one: str, other: str) -> float:
    """How many of all words stand in both, from 0 to 1."""
    first, second = set(key(one).split()), set(key(other).split())
    return len(first & second) / len(first | second) if first | second else 1.0


def address(url: str) -> str:
    """The address without what does not make it another page: scheme, www, fragment, closing slash, tracking."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url.strip()
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0])))
    return f"{host}{port}{parts.path.rstrip('/')}{'?' + query if query else ''}"
