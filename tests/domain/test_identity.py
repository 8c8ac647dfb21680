"""What a person types about a newsletter becomes a value, or a sentence that says what was expected."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from wekelijks.domain import identity
from wekelijks.domain.discretion import discreet
from wekelijks.domain.errors import BadInput
from wekelijks.domain.identity import Sender
from wekelijks.domain.newsletter import WEEKDAYS
from wekelijks.domain.tokens import Bearer, Purpose, Signer

READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (identity.sender, "Marijke de Wit <m@stilte.example>", Sender("Marijke de Wit", "m@stilte.example")),
    (identity.sender, '"Wit, Marijke de" <m@stilte.example>', Sender("Wit, Marijke de", "m@stilte.example")),
    (identity.sender, "m@stilte.example", Sender("", "m@stilte.example")),
    (identity.moment, "8:00", time(8)),
    (identity.moment, "08.30", time(8, 30)),
    (identity.moment, "23:59 uur", time(23, 59)),
    (identity.timezone, " Europe/Amsterdam ", "Europe/Amsterdam"),
    (identity.timezone, "UTC", "UTC"),
    (identity.language, "NL", "nl"),
    (identity.language, "nl-BE", "nl"),
    (identity.language, "English", "en"),
    (identity.base_url, "https://brief.example.org/", "https://brief.example.org"),
    (identity.base_url, "https://example.org/brief", "https://example.org/brief"),
    (identity.base_url, "http://localhost:8000", "http://localhost:8000"),
    (identity.base_url, "http://[::1]:8000", "http://[::1]:8000"),
    (identity.postal_address, "Kerkstraat 1\n1234 AB Ons Dorp", "Kerkstraat 1, 1234 AB Ons Dorp"),
    (identity.slug_of, "Één moment, élke week!", "een-moment-elke-week"),
    (identity.slug_of, "安静", "letters"),
]

REFUSED: list[tuple[Callable[[str], Any], str]] = [
    *((identity.sender, text) for text in ("", "Marijke", "Marijke <>", "a <b@c.nl> d", "Marijke <marijke@>")),
    *((identity.moment, text) for text in ("", "8", "24:00", "08:60", "07:5", "half acht")),
    *((identity.timezone, text) for text in ("", "CET", "Amsterdam", "../etc/passwd", "Europe/Nergens", "/etc/x")),
    *((identity.language, text) for text in ("", "de", "klingon")),
    *((identity.base_url, text) for text in ("", "brief.example.org", "http://brief.example.org", "https://")),
    *((identity.base_url, text) for text in ("ftp://x.nl", "https://x.nl?a=b", "https://u:p@x.nl", "https://x.nl:0")),
    *((identity.slug, text) for text in ("", "Stilte", "a--b", "-a", "a/b", "a" * 41)),
    *((identity.weekday, text) for text in ("", "d", "zondags", "7", "someday")),
    (identity.line, " \n "),
]


@pytest.mark.parametrize(("read", "typed", "value"), READ)
def test_what_can_be_understood_is_understood(read: Callable[[str], Any], typed: str, value: object) -> None:
    """Typed as people type it."""
    assert read(typed) == value


@pytest.mark.parametrize(("read", "typed"), REFUSED)
def test_what_would_break_a_letter_is_refused(read: Callable[[str], Any], typed: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput) as refused:
        read(typed)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("number", range(7))
def test_a_weekday_is_known_in_both_languages_and_shortened(number: int) -> None:
    """Two letters are enough."""
    dutch = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")[number]
    for name in (WEEKDAYS[number], dutch):
        assert {identity.weekday(each) for each in (name, name.upper(), name[:2], name[:3])} == {number}


def test_what_is_written_for_others_names_nobody() -> None:
    """Local parts, tokens and passwords leave a text; hosts and sentences stay."""
    token = Signer(["key"]).sign(Purpose.UNSUBSCRIBE, Bearer(1, 7))
    text = f"550 5.1.1 <jan.de-vries+x@lezers.example> at smtp://me:secret@relay.example:587, {token}, /u/abc.def"

    told = discreet(text)

    assert told == "550 5.1.1 <…@lezers.example> at smtp://…@relay.example:587, …, /u/…"
    assert discreet("src/wekelijks/delivery/sender.py, wekelijks.delivery.sender") == (
        "src/wekelijks/delivery/sender.py, wekelijks.delivery.sender"
    )
