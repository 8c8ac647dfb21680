"""What a person types about a newsletter or an installation, read into the values that we keep.

Everything is refused here that would make a letter without a sender, without a moment or with a dead link, in one
sentence that says what was expected. A weekday may be typed in English or Dutch.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput
from wekelijks.domain.newsletter import LANGUAGES, WEEKDAYS

_DUTCH_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_SHORTEST_WEEKDAY = 2  # Two letters tell all fourteen names apart: ma and mo are Monday, za and sa are Saturday.
_MOMENT = re.compile(r"\A(\d{1,2})[:.](\d{2})(?: ?(?:uur|u|h))?\Z", re.IGNORECASE)
_SENDER = re.compile(r"\A([^<>]*)(?:<([^<>]*)>|(?<!\S)(\S+@\S+))\s*\Z")
_SLUG = re.compile(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LONGEST_SLUG = 40
_LANGUAGE_NAMES = {
    "nl": "nl", "nederlands": "nl", "dutch": "nl", "en": "en", "engels": "en", "english": "en",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a letter is from."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


def sender(text: str, *, otherwise: str = "") -> Sender:
    """`Name <address>`; an address alone is given the name `otherwise`. Raises BadInput."""
    found = _SENDER.match(text)
    if found is None:
        raise BadInput(
            f"“{text[:80]}” is no sender: expected Name <address>, such as Anna Jansen <anna@example.org>."
        )
    name, address = found[1].strip().strip("\"'").strip(), found[2] or found[3] or ""
    return Sender(addresses.plain(name) or otherwise, addresses.read(address).typed)


def line(text: str) -> str:
    """A text of one line that is not empty. Raises BadInput."""
    plain = addresses.plain(text)
    if not plain:
        raise BadInput("This cannot be empty.")
    return plain


def postal_address(text: str) -> str:
    """Where the sender can be reached by post; the law asks for it in every letter. Raises BadInput."""
    return line(re.sub(r"[\r\n]+", ", ", text.strip()))


def language(text: str) -> str:
    """A language that letters and pages exist in. Raises BadInput with those that do."""
    found = _LANGUAGE_NAMES.get(text.strip().lower().partition("-")[0].partition("_")[0])
    if found is None:
        raise BadInput(f"“{text[:40]}” is no language of ours: expected {' or '.join(LANGUAGES)}.")
    return found


def timezone(text: str) -> str:
    """A name of the IANA time zone database. Raises BadInput."""
    name = text.strip()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            f"“{text[:60]}” is no time zone: expected a name such as Europe/Amsterdam or Europe/Brussels."
        ) from error
    if "/" not in name and name not in ("UTC", "GMT"):
        # CET or EST are in the database too, but such a name keeps no promise about summer time.
        raise BadInput(f"“{name}” is an abbreviation: expected a place, such as Europe/Amsterdam.")
    return name


def weekday(text: str) -> int:
    """A day of the week in English or Dutch, whole or shortened; 0 is Monday. Raises BadInput."""
    given = text.strip().lower().rstrip(".")
    if len(given) >= _SHORTEST_WEEKDAY:
        for names in (WEEKDAYS, _DUTCH_WEEKDAYS):
            for number, name in enumerate(names):
                if name.startswith(given):
                    return number
    raise BadInput(f"“{text[:40]}” is no weekday: expected one such as sunday or zondag.")


def moment(text: str) -> time:
    """A time of the day, HH:MM on a clock of 24 hours. Raises BadInput."""
    found = _MOMENT.match(text.strip())
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        found = None
    raise BadInput(f"“{text[:40]}” is no time: expected HH:MM from 00:00 to 23:59, such as 08:00.")


def base_url(text: str) -> str:
    """Where readers reach the pages: https, or http on this machine itself; without a slash at the end.

    Mail programs offer one-click unsubscribe over https only (RFC 8058, section 3.1). Raises BadInput.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        spelled = parts.port is None or parts.port > 0
    except ValueError:
        host, spelled = "", False
    if not (host and spelled) or parts.scheme not in ("http", "https") or re.search(r"[\s<>\"]", url):
        raise BadInput(f"“{text[:80]}” is no web address: expected one such as https://brief.example.org.")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise BadInput("The web address goes without a user, a question mark and a number sign.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise BadInput(f"“{text[:80]}” is not safe for readers: expected https:// (http:// only on this machine).")
    return url


def slug(text: str) -> str:
    """A short name for addresses of pages. Raises BadInput."""
    if not _SLUG.match(text) or len(text) > _LONGEST_SLUG:
        raise BadInput(
            f"“{text[:60]}” cannot stand in an address: expected lower-case letters, digits and single hyphens, "
            f"at most {_LONGEST_SLUG}."
        )
    return text


def slug_of(name: str) -> str:
    """The slug that a newsletter's name suggests; “letters” where it has none of a–z and 0–9."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:_LONGEST_SLUG].strip("-") or "letters"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
