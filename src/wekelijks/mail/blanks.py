"""Blanks: the places of a letter that are filled per reader, as templates see them.

A template gets a Blank where other software gives it the reader, so one rendering serves everybody. Never may a
template decide by a blank or change it: what it decided would be the same for every reader, and wrong for most.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from wekelijks.domain.errors import BadInput


class BlankMisused(BadInput):
    """A template branched on a blank, compared, filtered or joined it, instead of only showing it."""


class Blank:
    """One place to fill. `str()` and `__html__` give its marker; everything else raises BlankMisused.

    The marker is of lower-case letters and digits, so that Markdown, nh3 and css-inline carry it along unseen. It
    needs no escaping: what replaces it is escaped for the place where it stands.
    """

    __slots__ = ("marker", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        # The last part only has to be a word that nobody writes.
        self.marker = f"blank{name}q7x4wk9z"

    def __str__(self) -> str:
        return self.marker

    __html__ = __str__

    def __repr__(self) -> str:
        return f"Blank({self.name!r})"

    def __format__(self, specification: str) -> str:
        return self._refuse() if specification else self.marker

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python and Jinja ask whether these exist.
            raise AttributeError(name)
        return self._refuse()

    def _refuse(self, *_arguments: object) -> NoReturn:
        raise BlankMisused(
            f"{self.name} differs per reader and is filled in later: a template may only show it as it is,"
            " not decide by it, compare it, filter it or join it to something."
        )

    __hash__ = object.__hash__
    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __mod__ = __rmod__ = __mul__ = __rmul__ = __call__ = _refuse
    __int__ = __float__ = __index__ = _refuse


GREETING = Blank("greeting")
"""The whole greeting line: “Dag,” or “Dag Anneke,”."""

UNSUBSCRIBE_URL = Blank("unsubscribe")
"""The reader's own page to leave by; for `href` and for the text."""

PREFERENCES_URL = Blank("preferences")
"""The reader's own page to rest by."""

SINCE = Blank("since")
"""The whole sentence that says why this reader gets the letter: since when, and where they signed up."""

BLANKS = (GREETING, UNSUBSCRIBE_URL, PREFERENCES_URL, SINCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What GREETING and SINCE say, in the letter's language; plain text, each one line.

    Only the names in braces that are mentioned here are filled in; other braces stay as they are.
    """

    greeting: str
    """For a reader whose name we do not know: “Dag,”."""
    greeting_named: str
    """With `{name}`: “Dag {name},”."""
    since: str
    """For a reader of whom we know neither when nor where they signed up."""
    since_date: str
    """With `{date}`."""
    since_source: str
    """With `{source}`."""
    since_date_source: str
    """With `{date}` and `{source}`."""
    date: str = "{day} {month} {year}"
    """How a date is written; the months' names are those of the letter's language."""


_PIECE = re.compile(r"blank(?:gre|uns|pre|sin)|q7x4wk9z", re.IGNORECASE)


def used(text: str) -> frozenset[Blank]:
    """The blanks that stand in a rendered text."""
    return frozenset(blank for blank in BLANKS if blank.marker in text)


def is_damaged(text: str) -> bool:
    """True when something has cut a marker or changed its case, so that it cannot be filled any more."""
    for blank in BLANKS:
        text = text.replace(blank.marker, "")
    return _PIECE.search(text) is not None


def guarded(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Jinja's filters, refusing blanks: most of them only ask for `str()`, which a blank cannot tell from showing it.

    Escaping stays possible, and `default`, which asks nothing of what is there.
    """
    harmless = {"default", "d", "e", "escape", "forceescape", "safe"}
    return {name: each if name in harmless else _guarded(each) for name, each in filters.items()}


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)  # Keeps Jinja's mark of what a filter wants to be handed.
    def guard(*arguments: Any, **named: Any) -> Any:
        for each in (*arguments, *named.values()):
            if isinstance(each, Blank):
                each._refuse()  # noqa: SLF001 - the same room's word.
        return function(*arguments, **named)

    return guard
