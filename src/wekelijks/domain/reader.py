"""The reader: what the blueprint needs to know of one recipient, and nothing more."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """The recipient of one delivery. A proof, a test or an alarm goes to somebody without a subscription."""

    address: str
    """What we write to, as typed."""
    name: str = ""
    """First name for the greeting; empty: greet without one."""
    subscriber_id: int | None = None
    since: date | None = None
    """Since when this person reads; shown in the footer."""
    source: str = ""
    """Where they signed up, as shown in the footer: `weerzin.nl`, for instance."""
