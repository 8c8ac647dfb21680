"""Consent: the proof that somebody asked for the letter, and of its withdrawal (GDPR, articles 7 and 13).

Records are only ever added. What somebody agreed to, when and where, is never corrected afterwards.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

UNDO_WITHIN = timedelta(days=30)
"""How long after leaving the same link may take it back; later, only a new sign-up does."""


class ConsentKind(StrEnum):
    """What a record says."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """One record about one subscriber."""

    kind: ConsentKind
    at: datetime
    source: str
    """Where it was said: a page, a file, the words of the operator."""
    wording: str = ""
    """The sentence that was agreed to, where we know it."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """What else supports it, word for word."""
