"""Consents: the append-only proof. Rows are added, and go only with the subscriber they are about."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from wekelijks.domain.consent import Consent, ConsentKind
from wekelijks.store.database import Transaction
from wekelijks.store.schema import consent as table

_COLUMNS = [table.c.kind, table.c.at, table.c.source, table.c.wording, table.c.evidence]


def add(transaction: Transaction, *, newsletter_id: int, subscriber_id: int, consent: Consent) -> None:
    """Write down what this subscriber said."""
    add_many(transaction, [row(newsletter_id=newsletter_id, subscriber_id=subscriber_id, consent=consent)])


def row(*, newsletter_id: int, subscriber_id: int, consent: Consent) -> dict[str, Any]:
    """The record as a row for `add_many`."""
    return {
        "newsletter_id": newsletter_id,
        "subscriber_id": subscriber_id,
        "kind": consent.kind.value,
        "at": consent.at,
        "source": consent.source,
        "wording": consent.wording,
        "evidence": consent.evidence,
    }


def add_many(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down many records at once."""
    if rows:
        # RETURNING lets the driver of PostgreSQL send one statement instead of one per row.
        transaction.execute(insert(table).returning(table.c.id), list(rows)).all()


def of_subscriber(transaction: Transaction, subscriber_id: int) -> list[Consent]:
    """Everything that this subscriber said, the oldest first."""
    rows = transaction.execute(select(*_COLUMNS).where(table.c.subscriber_id == subscriber_id).order_by(table.c.id))
    return [Consent(**{**found, "kind": ConsentKind(found["kind"])}) for found in rows.mappings()]


def last_of(transaction: Transaction, subscriber_id: int, kind: ConsentKind) -> Consent | None:
    """The newest record of this kind about this subscriber."""
    found = [one for one in of_subscriber(transaction, subscriber_id) if one.kind is kind]
    return found[-1] if found else None
