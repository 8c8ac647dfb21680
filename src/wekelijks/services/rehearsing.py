"""Rehearsing: a newsletter with readers and material to try the whole house with, by the same services as real ones.

Nobody in it exists. Every address stands under a name that is reserved for such use (RFC 2606), so that a letter can
reach nobody, whatever relay it is handed to.
"""

import csv
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from wekelijks import shipped
from wekelijks.domain.calendar import week_number
from wekelijks.domain.identity import Sender
from wekelijks.domain.mailing import Balance
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing, Subscriber
from wekelijks.services import importing, lists, runway, subscribing
from wekelijks.services.installing import Identity
from wekelijks.services.runway import Row
from wekelijks.services.slots import ahead, handling
from wekelijks.store import newsletters, subscribers
from wekelijks.store.database import Database
from wekelijks.store.figures import seconds_of_carrying

SHOWN, MEASURED = "lezers.example", "lezers.test"
"""Where readers have their addresses: reserved domains both (RFC 2606); `.example` is for being read by people."""

TIMEZONE = "Europe/Amsterdam"
_ARTICLES = ("loslaten.html", "rust.txt")
_SITE = "stilte.example"  # As in the sample articles.
_EVERY = 25  # Readers repeat after so many: enough of each kind in the smallest rehearsal that shows them all.
_COMING_WEEKS = 3
_LEAVES_MEANWHILE = 8  # The position of the reader who leaves between the freeze and their letter.

_WORDS = {
    "promise": "Elke week een helder moment van rust en richting in je mailbox. Afmelden kan op elk moment.",
    "sign_off": "Een stille week gewenst,",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What became of one letter, and what comes after it."""

    readers: dict[Standing, int]
    balance: Balance
    seconds: float
    """From the first letter that the relay accepted to the last."""
    coming: tuple[Row, ...]
    """The next letters."""

    @property
    def letters_per_second(self) -> int | None:
        """None: too few letters to tell."""
        return round((self.balance.accepted - 1) / self.seconds) if self.seconds else None


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many readers, where they live, and whether some of them rest, have left or are still to confirm."""

    readers: int
    domain: str = SHOWN
    mixed: bool = True


def identity() -> Identity:
    """The newsletter that is rehearsed with."""
    return Identity(
        slug="stilte",
        name="Stilte",
        sender=Sender("Marijke de Wit", f"marijke@{_SITE}"),
        language="nl",
        timezone=TIMEZONE,
        weekday=6,
        moment=time(8, 0),
        postal_address="Kerkstraat 12, 1234 AB Ons Dorp",
    )


def dress(database: Database, newsletter: Newsletter, *, now: datetime) -> Newsletter:
    """Give the newsletter the words that an installation does not ask for, and today as its day of the week."""
    weekday = newsletter.today(now).weekday()
    with database.begin() as transaction:
        newsletters.change(transaction, newsletter.id, weekday=weekday, **_WORDS)
        return newsletters.get(transaction, newsletter.id)


def gather(  # noqa: PLR0913 - a list that comes in needs all of these, wherever it comes from.
    database: Database,
    newsletter: Newsletter,
    crowd: Crowd,
    *,
    file: Path,
    hashing_key: str,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> lists.Report:
    """Write a list of readers to `file` as any list would be, and bring it in. `progress` as in `lists.bring_in`."""
    today = newsletter.today(now)
    columns = (*lists.COLUMNS, *lists.RHYTHM_COLUMNS)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(_readers(crowd, today=today))
    incoming = lists.Incoming(hashing_key=hashing_key)
    return lists.bring_in(database, newsletter, file, incoming, now=now, progress=progress)


def leave_meanwhile(database: Database, newsletter: Newsletter, *, now: datetime) -> Subscriber | None:
    """Let one reader leave by their link, as happens while letters are on their way; None in a small crowd."""
    readers = lists.everybody(database, newsletter, Standing.ACTIVE)
    one = next((reader for position, reader in enumerate(readers) if position == _LEAVES_MEANWHILE), None)
    if one is not None:
        subscribing.unsubscribe(database, one.id, source="unsubscribe link", now=now)
    return one


def bring_material(database: Database, newsletter: Newsletter, *, now: datetime) -> None:
    """Import the two Dutch sample articles into the pool. Raises FileNotFoundError where one is missing."""
    files = [shipped.directory_of(f"samples/{name}") / name for name in _ARTICLES]
    importing.bring_in(database, newsletter, files, now=now)


def figures(database: Database, newsletter: Newsletter, on: date, *, now: datetime) -> Figures:
    """How the letter of `on` stands."""
    report = handling.show(database, newsletter, on, now=now)
    with database.read() as transaction:
        readers = subscribers.counts(transaction, newsletter.id)
        seconds = seconds_of_carrying(transaction, report.mailing_id) if report.mailing_id else 0.0
        dates = ahead.coming(transaction, newsletter, weeks=_COMING_WEEKS, now=now)
    coming = runway.coming(database, newsletter, dates)
    return Figures(readers=readers, balance=report.balance, seconds=seconds, coming=coming.rows)


def _readers(crowd: Crowd, *, today: date) -> Iterator[dict[str, str]]:
    week = week_number(today)
    for number in range(crowd.readers):
        first, family = _name(number)
        row = {
            "email": f"{_local_part(number, first, family)}@{crowd.domain}",
            "name": first,
            # Some came long ago and some last week, in no order that would show.
            "confirmed_at": (today - timedelta(days=3 + number * 37 % 900)).isoformat(),
            "source": _SITE,
        }
        yield row | (_special(number % _EVERY, week=week, today=today) if crowd.mixed else {})


def _special(kind: int, *, week: int, today: date) -> dict[str, str]:
    """What is different about one reader in so many."""
    specials: dict[int, dict[str, str]] = {
        4: {"status": "paused", "paused_until": (today + timedelta(weeks=3)).isoformat()},
        6: {"name": ""},
        10: {"status": "paused", "paused_until": today.isoformat()},  # Today is the first day with letters again.
        12: {"rhythm_weeks": "2", "rhythm_phase": str((week + 1) % 2)},
        15: {"status": "left"},
        17: {"rhythm_weeks": "2", "rhythm_phase": str(week % 2)},
        18: {"status": "pending", "confirmed_at": "", "source": ""},
        21: {"status": "unreachable"},
        23: {"status": "left"},
        24: {"language": "en"},
    }
    return specials.get(kind, {})


def _name(number: int) -> tuple[str, str]:
    firsts, families = _names()
    # The family name moves on by one with every round, so each pair comes once before any comes twice.
    return firsts[number % len(firsts)], families[(number + number // len(firsts)) % len(families)]


def _local_part(number: int, first: str, family: str) -> str:
    firsts, families = _names()
    round_ = number // (len(firsts) * len(families))
    plain = unicodedata.normalize("NFKD", f"{first}.{family}".replace("ı", "i").replace(" ", ""))
    return plain.encode("ascii", "ignore").decode().lower() + (str(round_ + 1) if round_ else "")


@cache
def _names() -> tuple[list[str], list[str]]:
    text = (shipped.directory_of("samples/readers.txt") / "readers.txt").read_text("utf-8")
    _note, firsts, families = text.strip().split("\n\n")
    return firsts.splitlines(), families.splitlines()
