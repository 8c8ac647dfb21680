"""Joining, resting and leaving: what a person can ask about one subscription.

Leaving always wins. It, a pause and an erasure end what still waits in the ledger in the same durable transaction,
so no letter starts on its way afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from wekelijks.domain import addresses
from wekelijks.domain.calendar import week_number
from wekelijks.domain.consent import UNDO_WITHIN, Consent, ConsentKind
from wekelijks.domain.errors import BadInput, NotAllowed, NotFound
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing, Subscriber
from wekelijks.store import consents, ledger, newsletters, subscribers, suppressions
from wekelijks.store.database import Database, Transaction

PAUSES = (2, 4, 8)
"""The weeks of rest that a reader is offered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Somebody who comes in by the operator's hand."""

    address: str
    name: str = ""
    language: str = ""
    """Empty: the newsletter's."""
    confirmed_by: str = ""
    """The proof of consent, in the operator's words. Without it nobody becomes active."""


class Rest(StrEnum):
    """What a reader may choose instead of leaving."""

    TWO_WEEKS = "2"
    FOUR_WEEKS = "4"
    EIGHT_WEEKS = "8"
    EVERY_OTHER_WEEK = "other"
    NONE = "none"
    """A letter every week, from now on."""


def add(
    database: Database, newsletter: Newsletter, arrival: Arrival, *, hashing_key: str, now: datetime
) -> Subscriber:
    """Add a reader: pending, or active where `confirmed_by` says how they consented. Adding twice is no error.

    Somebody who left comes back only with a new proof, somebody who was erased not at all (NotAllowed). Raises
    BadInput for an address that cannot be written to.
    """
    address = addresses.read(arrival.address)
    name, proof = addresses.plain(arrival.name), addresses.plain(arrival.confirmed_by)
    fresh = {
        "newsletter_id": newsletter.id,
        "address": address.typed,
        "address_key": address.key,
        "name": name,
        "language": arrival.language or newsletter.language,
        "status": Standing.ACTIVE if proof else Standing.PENDING,
        "source": proof,
        "confirmed_at": now if proof else None,
        "created_at": now,
    }
    with database.begin() as transaction:
        _refuse_erased(transaction, newsletter, addresses.fingerprint(address.key, hashing_key=hashing_key))
        added = subscribers.add_many(transaction, [fresh])
        known = _known(transaction, newsletter, address.key)
        if added and proof:
            _note(transaction, known, _given(proof, now))
        elif not added:
            known = _welcome_again(transaction, known, name=name, proof=proof, now=now)
    return known


def confirm(
    database: Database, newsletter: Newsletter, address: str, *, evidence: dict[str, Any], now: datetime
) -> Subscriber:
    """Make a pending reader active; `evidence` says how we know: `source`, and what supports it."""
    source = addresses.plain(str(evidence.get("source", "")))
    if not source:
        raise BadInput("A confirmation needs its source: where and how this person consented.")
    with database.begin() as transaction:
        known = _known(transaction, newsletter, addresses.read(address).key)
        if known.status is Standing.PENDING:
            subscribers.confirm_pending(transaction, known.id, at=now, source=source)
            _note(transaction, known, replace(_given(source, now), evidence=evidence))
        return _known(transaction, newsletter, known.address_key)


def find(database: Database, newsletter: Newsletter, address: str) -> Subscriber:
    """The reader with this address. Raises NotFound."""
    with database.read() as transaction:
        return _known(transaction, newsletter, addresses.read(address).key)


def by_link(database: Database, newsletter_id: int, subscriber_id: int) -> tuple[Newsletter, Subscriber | None]:
    """Whom a signed link is about; None for somebody who was erased since. Raises NotFound without the newsletter."""
    with database.read() as transaction:
        found = subscribers.get(transaction, subscriber_id)
        if found is not None and found.newsletter_id != newsletter_id:
            found = None
        return newsletters.get(transaction, newsletter_id), found


def unsubscribe(database: Database, subscriber_id: int, *, source: str, now: datetime) -> None:
    """Leave this newsletter, at once. Twice is harmless, and so is an id of somebody who was erased."""
    with database.begin() as transaction:
        found = subscribers.get(transaction, subscriber_id)
        if found is not None and found.status is not Standing.LEFT:
            _leave(transaction, found, source=source, now=now)


def come_back(database: Database, subscriber_id: int, *, source: str, now: datetime) -> bool:
    """Take a leaving back by the same link; False after thirty days, or when it never was confirmed."""
    with database.begin() as transaction:
        found = subscribers.get(transaction, subscriber_id)
        return found is not None and _undo(transaction, found, source=source, now=now) is not None


def may_come_back(database: Database, reader: Subscriber, *, now: datetime) -> bool:
    """Whether `come_back` would do it now."""
    with database.read() as transaction:
        return reader.status is Standing.LEFT and _left_lately(transaction, reader, now)


def rest(
    database: Database, newsletter: Newsletter, subscriber_id: int, choice: Rest, *, source: str, now: datetime
) -> Subscriber | None:
    """Pause, slow down, or have a letter every week again; the reader as they stand then, None when erased.

    For somebody who left lately this takes the leaving back first: it is what “pause instead” means. Raises
    NotAllowed where the standing forbids it.
    """
    with database.begin() as transaction:
        found = subscribers.get(transaction, subscriber_id)
        if found is None:
            return None
        if found.status is Standing.LEFT:
            found = _undo(transaction, found, source=source, now=now)
        if found is None or found.status not in {Standing.ACTIVE, Standing.PAUSED}:
            raise NotAllowed("There is no subscription here that could rest.")
        return _change(transaction, found, _rested(found, newsletter, choice, now), now=now)


def pause(
    database: Database, newsletter: Newsletter, address: str, *, until: date | None, now: datetime
) -> Subscriber:
    """Rest until this local date, the first with letters again; None: until resumed. Raises NotFound, NotAllowed."""
    if until is not None and until <= newsletter.today(now):
        raise BadInput(f"A pause until {until.isoformat()} has ended already: give a day to come.")
    return _by_hand(database, newsletter, address, lambda reader: reader.become(Standing.PAUSED, until=until), now)


def resume(database: Database, newsletter: Newsletter, address: str, *, now: datetime) -> Subscriber:
    """End a pause. Raises NotAllowed for somebody who does not rest; active already is no error."""

    def _active(reader: Subscriber) -> Subscriber:
        if reader.status not in {Standing.PAUSED, Standing.ACTIVE}:
            raise NotAllowed(f"{reader.address} is {reader.status}, not paused.")
        return reader.become(Standing.ACTIVE)

    return _by_hand(database, newsletter, address, _active, now)


def forget(database: Database, address: str, *, hashing_key: str, now: datetime) -> int:
    """Erase a person in all newsletters; in how many they stood. What stays is a keyed hash that keeps them out.

    Forgetting somebody unknown is no error: it keeps an import from bringing them in.
    """
    known = addresses.read(address)
    with database.begin() as transaction:
        fingerprint = addresses.fingerprint(known.key, hashing_key=hashing_key)
        suppressions.add_everywhere(transaction, fingerprint, reason=suppressions.ERASED, now=now)
        theirs = subscribers.of_address(transaction, known.key)
        ledger.suppress_waiting(transaction, theirs, now=now)
        subscribers.erase(transaction, theirs)
        forms = {known.typed.lower(), known.wire.lower(), known.key}
        subscribers.erase_recipient(transaction, forms, now=now)
    return len(theirs)


def record(database: Database, newsletter: Newsletter, address: str) -> tuple[Subscriber, list[Consent]]:
    """A reader with everything they said. Raises NotFound."""
    with database.read() as transaction:
        found = _known(transaction, newsletter, addresses.read(address).key)
        return found, consents.of_subscriber(transaction, found.id)


def _rested(reader: Subscriber, newsletter: Newsletter, choice: Rest, now: datetime) -> Subscriber:
    if choice is Rest.NONE:
        return replace(reader.become(Standing.ACTIVE), rhythm_weeks=1, rhythm_phase=0)
    if choice is Rest.EVERY_OTHER_WEEK:
        day = newsletter.today(now)
        # The letter of this week has mostly been read when somebody slows down, so the next one is skipped.
        latest = day - timedelta(days=(day.weekday() - newsletter.weekday) % 7)
        return replace(reader.become(Standing.ACTIVE), rhythm_weeks=2, rhythm_phase=week_number(latest) % 2)
    return reader.become(Standing.PAUSED, until=newsletter.rest_ends(int(choice), now))


def _by_hand(
    database: Database,
    newsletter: Newsletter,
    address: str,
    changed: Callable[[Subscriber], Subscriber],
    now: datetime,
) -> Subscriber:
    with database.begin() as transaction:
        found = _known(transaction, newsletter, addresses.read(address).key)
        return _change(transaction, found, changed(found), now=now)


def _change(transaction: Transaction, before: Subscriber, after: Subscriber, *, now: datetime) -> Subscriber:
    if not subscribers.change_standing(transaction, before, after):
        raise NotAllowed("This subscription has just been changed elsewhere: look again.")
    if after.status is not Standing.ACTIVE:
        ledger.suppress_waiting(transaction, [before.id], now=now)
    return after


def _leave(transaction: Transaction, reader: Subscriber, *, source: str, now: datetime) -> None:
    subscribers.change_standing(transaction, reader, reader.become(Standing.LEFT))
    ledger.suppress_waiting(transaction, [reader.id], now=now)
    _note(transaction, reader, Consent(kind=ConsentKind.WITHDRAWN, at=now, source=source))


def _undo(transaction: Transaction, reader: Subscriber, *, source: str, now: datetime) -> Subscriber | None:
    """Active again, for somebody who left lately and had confirmed; somebody active stays as they are."""
    if reader.status is not Standing.LEFT:
        return reader
    if not _left_lately(transaction, reader, now):
        return None
    _note(transaction, reader, Consent(kind=ConsentKind.GIVEN, at=now, source=source))
    return _change(transaction, reader, reader.become(Standing.ACTIVE), now=now)


def _left_lately(transaction: Transaction, reader: Subscriber, now: datetime) -> bool:
    left = consents.last_of(transaction, reader.id, ConsentKind.WITHDRAWN)
    return reader.confirmed_at is not None and left is not None and now - left.at <= UNDO_WITHIN


def _welcome_again(
    transaction: Transaction, known: Subscriber, *, name: str, proof: str, now: datetime
) -> Subscriber:
    if known.status is Standing.LEFT and not proof:
        raise NotAllowed(f"{known.address} has left: say with --confirmed-by how they asked to come back.")
    if name and name != known.name:
        subscribers.rename(transaction, known.id, name)
        known = replace(known, name=name)
    if not proof or known.status not in {Standing.PENDING, Standing.LEFT}:
        return known
    _note(transaction, known, _given(proof, now))
    return _change(
        transaction, known, replace(known.become(Standing.ACTIVE), confirmed_at=now, source=proof), now=now
    )


def _refuse_erased(transaction: Transaction, newsletter: Newsletter, fingerprint: str) -> None:
    if suppressions.among(transaction, newsletter.id, [fingerprint]):
        raise NotAllowed("This address asked to be forgotten: only they themselves can sign up again.")


def _known(transaction: Transaction, newsletter: Newsletter, key: str) -> Subscriber:
    found = subscribers.find(transaction, newsletter.id, key)
    if found is None:
        raise NotFound(f"{key} is not among the readers of {newsletter.name}.")
    return found


def _note(transaction: Transaction, reader: Subscriber, consent: Consent) -> None:
    consents.add(transaction, newsletter_id=reader.newsletter_id, subscriber_id=reader.id, consent=consent)


def _given(proof: str, now: datetime) -> Consent:
    return Consent(kind=ConsentKind.GIVEN, at=now, source=proof, evidence={"confirmed_by": proof})
