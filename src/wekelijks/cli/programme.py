"""The programme: what `demo` shows of what happened, for people and for programs."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wekelijks.domain.links import Pages
from wekelijks.domain.mailing import FINAL
from wekelijks.domain.subscriber import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from wekelijks.domain.letter import Letter
    from wekelijks.domain.newsletter import Newsletter
    from wekelijks.services.rehearsing import Figures

_LABEL = 16  # Characters: the longest label, and air.


@dataclass(frozen=True, kw_only=True, slots=True)
class Performance:
    """One demo, from an empty directory to the last letter."""

    newsletter: "Newsletter"
    letter: "Letter"
    figures: "Figures"
    caught: int
    """Letters that the built-in relay took."""
    left_address: str
    """Who left while the letter was on its way; empty: nobody."""
    seconds: float
    complaint: str
    mailbox: Path
    base_url: str
    leave_url: str

    @property
    def is_exact(self) -> bool:
        """True when every promise has ended, the sum is exact, and the relay has seen what the ledger says."""
        balance = self.figures.balance
        return balance.is_settled and self.caught == balance.accepted and not self.complaint

    @property
    def urls(self) -> dict[str, str]:
        """What there is to look at."""
        pages = Pages(self.base_url, self.newsletter)
        return {
            "mailbox": f"{self.base_url}/mailbox",
            "letter": f"{self.base_url}/mailbox/1",
            "unsubscribe": self.leave_url,
            "home": pages.home,
            "archive": pages.archive,
            "health": f"{self.base_url}/health",
        }


def as_document(performance: Performance) -> dict[str, Any]:
    """The same for programs."""
    figures = performance.figures
    return {
        "newsletter": performance.newsletter.slug,
        "on": performance.letter.on,
        "subject": performance.letter.subject,
        "subscribers": {standing.value: count for standing, count in figures.readers.items()},
        **asdict(figures.balance),
        "caught": performance.caught,
        "balanced": performance.is_exact,
        "seconds": round(performance.seconds, 3),
        "letters_per_second": figures.letters_per_second,
        "mailbox": str(performance.mailbox),
        "urls": performance.urls,
    }


def show(performance: Performance, *, served: bool, stays: bool) -> None:
    """Print it; in colour on a terminal, plain and unbroken elsewhere."""
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, highlight=False, emoji=False, soft_wrap=not is_terminal)
    console.print()
    _say_letter(console, performance)
    readers, promises = list(_readers(performance)), list(_promises(performance))
    width = max(len(value) for _label, value, _note in readers + promises)
    for part in (readers, promises, list(_weeks(performance))):
        _say_rows(console, part, width=width)
    if served:
        _say_rows(console, list(_places(performance)))
        ending = "" if stays else " and removes everything that it made"
        console.print(f"  [dim]Ctrl-C ends it{ending}.[/dim]\n")
    elif stays:
        _say_rows(console, [("Letters", str(performance.mailbox), "one .eml file each")])


def _say_letter(console: "Console", performance: Performance) -> None:
    from babel.dates import format_date
    from rich.markup import escape

    letter = performance.letter
    day = format_date(letter.on, "EEEE d MMMM y", locale="en")
    console.print(f"  [bold]{escape(performance.newsletter.name)}[/bold]  [dim]{day}[/dim]")
    console.print("  [dim]Everything on this computer; no letter leaves it.[/dim]\n")
    console.print(f"  [italic]{escape(letter.subject)}[/italic]")
    if letter.preheader:
        console.print(f"  [dim]{escape(letter.preheader)}[/dim]")
    console.print()


def _say_rows(console: "Console", rows: list[tuple[str, str, str]], *, width: int = 0) -> None:
    """One block: labels, values and notes in three columns; numbers stand to the right."""
    from rich.markup import escape

    width = max(width, *(len(value) for _label, value, _note in rows))
    for label, value, note in rows:
        if value.startswith("http"):
            shown = f"[link={value}]{escape(value)}[/link]"
        else:
            shown = f"[bold]{escape(value.rjust(width) if value[:1].isdigit() else value.ljust(width))}[/bold]"
        line = f"  {escape(label.ljust(_LABEL))}{shown}" + (f"  [dim]{escape(note)}[/dim]" if note else "")
        console.print(line, soft_wrap=True)
    console.print()


def _readers(performance: Performance) -> "Iterator[tuple[str, str, str]]":
    readers = performance.figures.readers
    notes = {
        Standing.ACTIVE: "",
        Standing.PAUSED: "resting until a date of their own",
        Standing.PENDING: "have not confirmed yet",
        Standing.UNREACHABLE: "their mailbox refused letters",
        Standing.LEFT: "will not be written to",
    }
    yield "Readers", _number(sum(readers.values())), ""
    for standing, note in notes.items():
        if count := readers.get(standing, 0):
            yield f"  {standing}", _number(count), note


def _promises(performance: Performance) -> "Iterator[tuple[str, str, str]]":
    figures, balance = performance.figures, performance.figures.balance
    yield "Promised", _number(balance.snapshot), "everyone who reads this week"
    for state in ("accepted", "refused", "expired", "suppressed", "cancelled", "in_doubt", "waiting", "sending"):
        if count := getattr(balance, state):
            yield f"  {state.replace('_', ' ')}", _number(count), _note_on(performance, state)
    sums = [(getattr(balance, state), state.value) for state in sorted(FINAL) if getattr(balance, state)]
    total = " + ".join(f"{_number(count)} {state}" for count, state in sums) or "0"
    yield "Balance", "exact" if performance.is_exact else "NOT EXACT", f"{_number(balance.snapshot)} = {total}"
    yield "Relay", _number(performance.caught), "letters counted on its side"
    rate = f"; {figures.letters_per_second:,} letters a second" if figures.letters_per_second else ""
    yield "Time", f"{performance.seconds:.1f} s", f"from an empty directory{rate}"


def _note_on(performance: Performance, state: str) -> str:
    if state == "accepted":
        return "taken by the built-in relay"
    if state == "suppressed" and performance.left_address:
        return f"{performance.left_address} left while the letter was on its way"
    return ""


def _weeks(performance: Performance) -> "Iterator[tuple[str, str, str]]":
    from babel.dates import format_date

    for position, row in enumerate(performance.figures.coming):
        day = format_date(row.date, "d MMMM", locale="en")
        yield "Coming weeks" if position == 0 else "", day, row.subject or "nothing yet"


def _places(performance: Performance) -> "Iterator[tuple[str, str, str]]":
    notes = {
        "mailbox": ("Mailbox", "every letter, as its reader has it"),
        "letter": ("One letter", ""),
        "unsubscribe": ("Leave", "that reader's own link: it works"),
        "home": ("Home", ""),
        "archive": ("Archive", ""),
        "health": ("Health", ""),
    }
    urls = performance.urls
    for name, (label, note) in notes.items():
        if urls[name]:
            yield label, urls[name], note


def _number(count: int) -> str:
    return f"{count:,}"
