"""Mailings and deliveries: the ledger's words.

A mailing is what is sent at once; a delivery is one mailing to one recipient. Final states never change, except that
a late owner may turn IN_DOUBT into ACCEPTED.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailingKind(StrEnum):
    """What a mailing is. All but WEEKLY are single letters: they overtake and keep a connection of their own."""

    WEEKLY = "weekly"
    CONFIRMATION = "confirmation"
    PROOF = "proof"
    ALARM = "alarm"
    TEST = "test"


class MailingState(StrEnum):
    """open ⇄ paused → done, or cancelled. DONE is reached only in a transaction that counts the rows."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """waiting → sending → one of the final states, or back to waiting."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"


FINAL = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.REFUSED,
        DeliveryState.EXPIRED,
        DeliveryState.SUPPRESSED,
        DeliveryState.CANCELLED,
    }
)
"""States that end a promise. The balance: snapshot = the sum over these, and nothing else left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """How many deliveries of one mailing stand where, now."""

    snapshot: int
    """Rows promised at the freeze."""
    waiting: int = 0
    sending: int = 0
    accepted: int = 0
    refused: int = 0
    expired: int = 0
    suppressed: int = 0
    cancelled: int = 0
    in_doubt: int = 0

    @property
    def is_settled(self) -> bool:
        """True when every promise has ended and the sum is exact."""
        ended = self.accepted + self.refused + self.expired + self.suppressed + self.cancelled
        return ended == self.snapshot and not (self.waiting or self.sending or self.in_doubt)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """One mailing as stored, without its blueprint."""

    id: int
    newsletter_id: int
    slot_id: int | None
    kind: MailingKind
    state: MailingState
    reason: str
    priority: int
    snapshot: int
    deadline: datetime
    opened_at: datetime
    done_at: datetime | None
