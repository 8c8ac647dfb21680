"""The outcome: what a relay's answer means for one delivery.

An answer is a value, not an exception. Only an answer that speaks of the recipient may end that recipient's promise;
an answer about us or about the letter stops the mailing instead, so that our own mistake suppresses nobody.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_ENHANCED = re.compile(r"\A([245])\.(\d{1,3})\.(\d{1,3})(?:\s|\Z)")
_LONGEST_TEXT = 500
# RFC 5321 4.2.3 and RFC 4954: these speak of the session, the command or our login, never of the recipient.
_ABOUT_US = frozenset({500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 555})
_RECIPIENT_SUBJECTS = frozenset({1, 2})  # RFC 3463: X.1 addressing, X.2 mailbox.
_SENDER_DETAILS = frozenset({7, 8})  # RFC 3463: X.1.7 and X.1.8 are the sender's address.


class Stage(StrEnum):
    """How far the letter had come when the relay answered. DOT is the only one at which it may have been accepted."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class Verdict(StrEnum):
    """What the ledger and the sender have to do."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    PAUSE = "pause"
    DOUBT = "doubt"
    UNSENT = "unsent"
    """Nothing left the house, by no fault of the relay: due as before, and no attempt."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply: code and text. Code 0: no answer came, and the text says why."""

    code: int
    text: str

    @property
    def closes(self) -> bool:
        """True when the connection cannot be used after this."""
        return self.code in (0, 421)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter in one attempt."""

    verdict: Verdict
    answer: Answer


def judge(stage: Stage, answer: Answer) -> Outcome:
    """What this answer at this stage means (RFC 5321 4.2, RFC 3463)."""
    kept = Answer(answer.code, answer.text[:_LONGEST_TEXT])
    if answer.code == 0:
        return Outcome(Verdict.DOUBT if stage is Stage.DOT else Verdict.RETRY, kept)
    if stage is Stage.DOT and 200 <= answer.code < 300:
        return Outcome(Verdict.ACCEPTED, kept)
    if stage is Stage.CONNECT or answer.code < 500:
        return Outcome(Verdict.RETRY, kept)
    return Outcome(Verdict.REFUSED if _is_about_recipient(stage, answer) else Verdict.PAUSE, kept)


def wait_before(attempts: int, jitter: float) -> timedelta:
    """How long to wait after this many attempts: 30 s, doubling to 1 h. `jitter` from 0 to 1 adds up to a tenth."""
    doublings = min(max(attempts - 1, 0), 20)
    wait = min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    return wait * (1 + jitter / 10)


def due_after(now: datetime, attempts: int, jitter: float) -> datetime:
    """The instant before which the next attempt must not be made."""
    return now + wait_before(attempts, jitter)


def _is_about_recipient(stage: Stage, answer: Answer) -> bool:
    if answer.code in _ABOUT_US or stage in (Stage.MAIL, Stage.DATA):
        return False
    found = _ENHANCED.match(answer.text)
    if found is None:
        return stage is Stage.RCPT
    subject, detail = int(found[2]), int(found[3])
    if subject == 1 and detail in _SENDER_DETAILS:
        return False
    return subject in _RECIPIENT_SUBJECTS or (stage is Stage.RCPT and subject not in (5, 7))


class Breaker:
    """Stops a mailing when one class of refusal becomes too common: more than 20 of the last (or first) 200."""

    _WINDOW = 200
    _MOST = 20

    def __init__(self) -> None:
        self._recent: list[str] = []

    def trips_on(self, outcome: Outcome) -> bool:
        """Note an outcome; True when refusals of its class have become too many."""
        kind = self._class_of(outcome)
        self._recent.append(kind)
        del self._recent[: -self._WINDOW]
        return kind != "" and self._recent.count(kind) > self._MOST

    def _class_of(self, outcome: Outcome) -> str:
        if outcome.verdict is not Verdict.REFUSED:
            return ""
        found = _ENHANCED.match(outcome.answer.text)
        return found[0].strip() if found else str(outcome.answer.code)
