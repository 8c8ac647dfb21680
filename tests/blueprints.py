"""A small rendered letter and its readers, as values: what the tests of the message and the blueprint share."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage, Message
from typing import Any

from letters import STILTE
from wekelijks.domain.links import Pages
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer
from wekelijks.mail.blanks import GREETING, PREFERENCES_URL, SINCE, UNSUBSCRIBE_URL, Wording
from wekelijks.mail.blueprint import Blueprint
from wekelijks.mail.message import Parts, assemble

BASE_URL = "https://brieven.stilte.example"
SIGNER = Signer(["the oldest key", "the newest key"])
HASHING_KEY = "the hashing key"

NEWSLETTER = replace(
    STILTE, postal_address="Kerkstraat 1, 1234 AB Ons Dorp", promise="", site_url="", accent="#2f5d50"
)

DUTCH = Wording(
    greeting="Dag,",
    greeting_named="Dag {name},",
    since="Je krijgt deze brief omdat je je hebt aangemeld.",
    since_date="Je krijgt deze brief omdat je je op {date} hebt aangemeld.",
    since_source="Je krijgt deze brief omdat je je hebt aangemeld via {source}.",
    since_date_source="Je krijgt deze brief omdat je je op {date} hebt aangemeld via {source}.",
)

TEXT = (
    f"{GREETING}\n\nSoms is een dag vol vóór hij begint.\n.\nFrom hier: één = 1\n\n{SINCE}\n\n"
    f"Afmelden: {UNSUBSCRIBE_URL}\nRust: {PREFERENCES_URL}\n"
)
HTML = (
    f"<!doctype html><html lang=nl><title>Loslaten</title><body><p>{GREETING}</p>\n"
    "<p>Soms is een dag vol vóór hij begint. Dan helpt het om één ding neer te leggen, en te zien wat blijft.</p>\n"
    f'<p>{SINCE}</p><a href="{UNSUBSCRIBE_URL}">Afmelden</a> <a href="{PREFERENCES_URL}">rust</a></body></html>\n'
)

ANNEKE = Reader(
    address="anneke@example.org", name="Anneke", subscriber_id=12, since=date(2026, 1, 5), source="stilte.example"
)
BRAM = Reader(address="bram@example.net", subscriber_id=3456)
A_STRANGER = Reader(address="proef@example.com", name="Marijke")


def parts(newsletter: Newsletter = NEWSLETTER, *, base_url: str = BASE_URL, **changes: Any) -> Parts:
    """One weekly letter in Dutch; `changes` override what it is made of."""
    values: dict[str, Any] = {
        "kind": MailingKind.WEEKLY,
        "key": "2026-03-08",
        "subject": "Loslaten",
        "html": HTML,
        "text": TEXT,
        "date": datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
        "wording": DUTCH,
    }
    return Parts(newsletter=newsletter, pages=Pages(base_url, newsletter), **{**values, **changes})


def frozen(newsletter: Newsletter = NEWSLETTER, **changes: Any) -> Blueprint:
    """That letter as the sender gets it: written down and read back."""
    blueprint = assemble(parts(newsletter, **changes), key_id=SIGNER.key_id)
    return Blueprint.from_bytes(blueprint.to_bytes())


def filled(blueprint: Blueprint, reader: Reader = ANNEKE, *, signer: Signer = SIGNER) -> bytes:
    """The message for this reader."""
    return blueprint.fill(reader, signer=signer, hashing_key=HASHING_KEY)


def newsletter(**changes: Any) -> Newsletter:
    """The cast's newsletter with these differences."""
    return replace(NEWSLETTER, **changes)


def read_old(message: bytes) -> Message:
    """As a program reads it that takes bytes as they come (compat32)."""
    return email.message_from_bytes(message)


def read_new(message: bytes) -> EmailMessage:
    """As a program reads it that understands every header; it must find nothing wrong."""
    read = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    for part in read.walk():
        assert part.defects == []
        for value in part.values():
            assert not getattr(value, "defects", ()), value
    return read


def bodies(message: bytes) -> tuple[str, str]:
    """The text and the HTML, decoded, lines ending in LF."""
    texts = [part.get_payload(decode=True) for part in read_old(message).walk() if not part.is_multipart()]
    first, second = (text.decode().replace("\r\n", "\n") for text in texts if isinstance(text, bytes))
    return first, second
