"""The pre-flight: what must not leave, or should be looked at first, each with its place."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """BLOCK stops the letter; WARN is shown and lets it go."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was found."""

    severity: Severity
    place: str
    """Where: a field of the letter (`subject`, `reflection` …), of the newsletter, or a template with its line."""
    message: str
    """What is wrong and what to do, one sentence."""
