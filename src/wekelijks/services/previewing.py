"""Previewing: one issue as a reader will have it, to look at or in the writer's own mailbox.

What is shown is what the composer and the blueprint make, for a reader who does not exist: never a likeness of it.
"""

import email
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from enum import StrEnum

from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput, NotAllowed
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.reader import Reader
from wekelijks.mail.composer import Composed
from wekelijks.mail.preflight import Finding, Severity
from wekelijks.services import queueing
from wekelijks.services.press import Press
from wekelijks.store import ledger

_TRIED_FOR = timedelta(hours=24)  # A test that did not arrive within a day is of no use any more.
_NOBODY = 0  # Ids begin at 1, so this reader's links are well made and belong to nobody.
_NAMES = {"nl": "Anneke", "en": "Anna"}


class Format(StrEnum):
    """In which form to look at a letter."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One letter in one form, with what the pre-flight found."""

    content: bytes
    """UTF-8; as an `.eml` the message as it goes over the wire."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """A test letter that waits in the ledger."""

    mailing_id: int
    address: str
    subject: str
    findings: tuple[Finding, ...]


def preview(press: Press, newsletter: Newsletter, issue_id: int, form: Format, *, now: datetime) -> Preview:
    """The letter of this issue for a reader who does not exist; a letter that the pre-flight blocks too.

    Raises NotFound.
    """
    composed = _composed(press, newsletter, issue_id, now=now)
    reader = _example(newsletter, now=now)
    message = composed.blueprint.fill(reader, signer=press.signer, hashing_key=press.hashing_key)
    return Preview(content=_in_form(message, form), findings=composed.findings)


def findings(press: Press, newsletter: Newsletter, issue_id: int, *, now: datetime) -> tuple[Finding, ...]:
    """What the pre-flight says of this issue's letter. Raises as `preview` does."""
    return _composed(press, newsletter, issue_id, now=now).findings


def test(press: Press, newsletter: Newsletter, issue_id: int, to: str, *, now: datetime) -> Test:
    """Promise this issue's letter to one address, marked as a test and with links that do nothing.

    It waits in the ledger for the sender, outside any slot and its balance. Raises NotFound, BadInput for an address
    that cannot be written to, NotAllowed for a letter that the pre-flight blocks.
    """
    address = addresses.read(to).typed
    _standing, letter = queueing.show(press.database, newsletter, issue_id, now=now)
    composed = press.composer.compose(
        letter,
        newsletter,
        base_url=press.base_url,
        key_id=press.signer.key_id,
        date=now,
        kind=MailingKind.TEST,
        key=f"test {issue_id} {now.isoformat()}",
        inert_links=True,
    )
    _refuse_blocked(composed)
    with press.database.begin() as transaction:
        mailing_id = ledger.promise_single(
            transaction,
            newsletter_id=newsletter.id,
            kind=MailingKind.TEST,
            blueprint=composed.blueprint.to_bytes(),
            recipients=[address],
            opened_at=now,
            deadline=now + _TRIED_FOR,
        )
    return Test(mailing_id=mailing_id, address=address, subject=composed.subject, findings=composed.findings)


def _composed(press: Press, newsletter: Newsletter, issue_id: int, *, now: datetime) -> Composed:
    """The weekly letter, exactly as it will be frozen."""
    _standing, letter = queueing.show(press.database, newsletter, issue_id, now=now)
    return press.composer.compose(
        letter,
        newsletter,
        base_url=press.base_url,
        key_id=press.signer.key_id,
        date=now,
        key=letter.on.isoformat(),
    )


def _refuse_blocked(composed: Composed) -> None:
    blocks = [f"{one.place}: {one.message}" for one in composed.findings if one.severity is Severity.BLOCK]
    if blocks:
        raise NotAllowed(f"This letter must not be sent as it is. {' '.join(blocks)}")


def _example(newsletter: Newsletter, *, now: datetime) -> Reader:
    """Somebody who reads along since the newsletter began, at an address that can belong to nobody (RFC 2606)."""
    return Reader(
        address="reader@example.com",
        name=_NAMES.get(newsletter.language, _NAMES["en"]),
        subscriber_id=_NOBODY,
        since=min(newsletter.created_at, now).date(),
        source=newsletter.site_url,
    )


def _in_form(message: bytes, form: Format) -> bytes:
    if form is Format.EML:
        return message
    parsed = email.message_from_bytes(message, policy=policy.default)
    part = parsed.get_body(("html",) if form is Format.HTML else ("plain",))
    if not isinstance(part, EmailMessage):
        raise BadInput(f"The letter has no {form} part.")
    text: str = part.get_content()
    return text.replace("\r\n", "\n").encode()
