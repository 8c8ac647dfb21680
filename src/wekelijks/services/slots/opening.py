"""Opening: one slot gets its letter, once, and every reader of that day a promise.

The letter is composed before the transaction that freezes it, because that takes time and the writer's lock is not
ours alone. So inside, everything that it was made of is asked again; when the answer has changed, it is made again.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.errors import NotAllowed, Unavailable, WekelijksError
from wekelijks.domain.mailing import Mailing
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import CLEARS_ITSELF, OPENED, HoldReason, Slot, SlotState
from wekelijks.mail.composer import Composed
from wekelijks.mail.preflight import Severity
from wekelijks.services import choosing
from wekelijks.services.choosing import Choice
from wekelijks.services.press import Press
from wekelijks.services.slots import ahead
from wekelijks.store import alarms, ledger, newsletters, slots
from wekelijks.store.database import Transaction

_WINDOW = timedelta(hours=48)  # How long retries go on; never past the next slot, when the letter is an old one.
_FAR = timedelta(days=366)  # A date further away than this may be a slip of the pen in the year: a person is told.
_ATTEMPTS = 5


class Obstacle(NotAllowed):
    """The letter of a date cannot be opened as things are; `reason` says in one word why."""

    def __init__(self, reason: HoldReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A slot whose letter is frozen and promised."""

    on: date
    subject: str
    readers: int
    """To how many it was promised."""
    already: bool
    """It had been opened before; nothing was done now."""
    state: SlotState
    deadline: datetime
    """Until when the sender goes on trying."""
    warnings: tuple[str, ...] = ()
    """What the pre-flight found that does not block."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What opening a slot would do, for the question before it."""

    on: date
    subject: str
    readers: int
    deadline: datetime
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    newsletter: Newsletter
    choice: Choice
    readers: int
    composed: Composed

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"{each.place}: {each.message}" for each in self.composed.findings if each.severity is Severity.WARN
        )


class _ChangedMeanwhileError(Exception):
    """Something that the letter was made of changed before it was frozen."""


def open_slot(
    press: Press, newsletter: Newsletter, on: date, *, now: datetime, expected: str | None = None
) -> Opened:
    """Open the slot of `on` by a person's hand: any date, in any state that was not opened yet.

    `expected`: the subject that the person agreed to; another one raises NotAllowed. Opening twice is no error.
    Raises Obstacle (nothing changed).
    """
    opened = opened_before(press, newsletter, on)
    for _attempt in range(_ATTEMPTS):
        if opened is not None:
            return opened
        draft = _draft(press, newsletter.id, on, now=now)
        if expected is not None and draft.composed.subject != expected:
            raise NotAllowed(f"The letter has changed: its subject is now “{draft.composed.subject}”. Ask again.")
        opened = _freeze(press, draft, on, by_hand=True, now=now) or opened_before(press, newsletter, on)
    raise Unavailable("Queue and pool keep changing at this very moment; try again.")


def open_by_clock(press: Press, newsletter: Newsletter, on: date, *, now: datetime) -> Opened | None:
    """Open the slot of `on` because it is due; None when it is not ours to open (any more). Raises Obstacle."""
    for _attempt in range(_ATTEMPTS):
        draft = _draft(press, newsletter.id, on, now=now)
        opened = _freeze(press, draft, on, by_hand=False, now=now)
        if opened is not None:
            return opened
        with press.database.read() as transaction:
            slot = slots.on(transaction, newsletter.id, on)
        if slot is None or not _clock_may_open(slot):
            return None
    return None  # The next tick tries again.


def prospect(press: Press, newsletter: Newsletter, on: date, *, now: datetime) -> Prospect | Opened:
    """What `open_slot` would do now, or what was done already. Changes nothing; raises as `open_slot` does."""
    if (opened := opened_before(press, newsletter, on)) is not None:
        return opened
    draft = _draft(press, newsletter.id, on, now=now)
    with press.database.read() as transaction:
        deadline = _deadline(transaction, newsletter, on, now=now)
    far = abs(on - newsletter.today(now)) > _FAR
    return Prospect(
        on=on,
        subject=draft.composed.subject,
        readers=draft.readers,
        deadline=deadline,
        warnings=(*((f"{on} is more than a year away: is the year right?",) if far else ()), *draft.warnings),
    )


def opened_before(press: Press, newsletter: Newsletter, on: date) -> Opened | None:
    """The slot of `on` if it was opened already. Raises NotAllowed for one that was cancelled."""
    with press.database.read() as transaction:
        slot = slots.on(transaction, newsletter.id, on)
        if slot is None or slot.state not in OPENED:
            return None
        if slot.state is SlotState.CANCELLED:
            raise NotAllowed(f"The letter of {on} was opened and cancelled; choose another date for the next one.")
        subject = slots.subjects(transaction, newsletter.id, [slot.id]).get(slot.id, "")
        mailing = ledger.mailing_of_slot(transaction, slot.id)
    if mailing is None:
        raise NotAllowed(f"The slot of {on} is {slot.state} without a letter: the database is damaged.")
    return _opened(slot, subject, mailing, already=True)


def rehearse(press: Press, newsletter: Newsletter, on: date, *, now: datetime) -> None:
    """Make the letter of `on` as things are; count nobody, change nothing. Raises Obstacle when it cannot be sent."""
    with press.database.read() as transaction:
        choice = _chosen(transaction, newsletter, on)
    _composed(press, newsletter, choice, on, now=now)


def _chosen(transaction: Transaction, newsletter: Newsletter, on: date) -> Choice:
    choice = choosing.choose(transaction, newsletter, on)
    if choice is None:
        raise Obstacle(
            HoldReason.NO_MATERIAL, f"There is nothing to send on {on}: the queue is empty, and so is the pool."
        )
    return choice


def _draft(press: Press, newsletter_id: int, on: date, *, now: datetime) -> _Draft:
    """Choose and compose, without a transaction open while composing."""
    with press.database.read() as transaction:
        newsletter = newsletters.get(transaction, newsletter_id)
        choice = _chosen(transaction, newsletter, on)
        readers = ledger.count_readers(transaction, newsletter, on)
    if not readers:
        raise Obstacle(HoldReason.NO_READERS, f"There is nobody to send the letter of {on} to.")
    composed = _composed(press, newsletter, choice, on, now=now)
    return _Draft(newsletter=newsletter, choice=choice, readers=readers, composed=composed)


def _composed(press: Press, newsletter: Newsletter, choice: Choice, on: date, *, now: datetime) -> Composed:
    try:
        composed = press.composer.compose(
            choice.letter,
            newsletter,
            base_url=press.base_url,
            key_id=press.signer.key_id,
            date=now,
            key=on.isoformat(),
        )
    except WekelijksError as error:
        raise Obstacle(HoldReason.PREFLIGHT, f"The letter of {on} cannot be made: {error}") from error
    blocks = [f"{each.place}: {each.message}" for each in composed.findings if each.severity is Severity.BLOCK]
    if blocks:
        raise Obstacle(HoldReason.PREFLIGHT, f"The letter of {on} must not be sent as it is. {' '.join(blocks)}")
    return composed


def _freeze(press: Press, draft: _Draft, on: date, *, by_hand: bool, now: datetime) -> Opened | None:
    """Open, take the issue, promise: in one transaction or not at all. None: something changed, look again."""
    newsletter = draft.newsletter
    try:
        with press.database.begin() as transaction:
            slot = _still_to_open(transaction, draft, on, by_hand=by_hand)
            issue_id = choosing.use(transaction, newsletter, draft.choice, now=now)
            opens_at = slot.opens_at or (now if slot.extra else newsletter.rhythm.instant(on))
            letter = draft.choice.letter
            if not slots.open_(transaction, slot, letter, issue_id=issue_id, opens_at=opens_at, now=now):
                raise _ChangedMeanwhileError
            mailing = _promise(transaction, draft, slot, now=now)
            _all_is_well(transaction, newsletter, on, now=now)
    except _ChangedMeanwhileError:
        return None
    return replace(
        _opened(slot, draft.composed.subject, mailing, already=False), state=SlotState.OPEN, warnings=draft.warnings
    )


def _still_to_open(transaction: Transaction, draft: _Draft, on: date, *, by_hand: bool) -> Slot:
    """The slot, once nobody else can open one, and only if the letter would be made of the same things again."""
    newsletter = draft.newsletter
    newsletters.take_turn(transaction, newsletter.id)
    slot = slots.on(transaction, newsletter.id, on)
    if slot is None and by_hand:
        slot = _add(transaction, newsletter, on)
    if slot is None or slot.state in OPENED or not (by_hand or _clock_may_open(slot)):
        raise _ChangedMeanwhileError
    if newsletters.get(transaction, newsletter.id) != newsletter:
        raise _ChangedMeanwhileError
    if choosing.choose(transaction, newsletter, on) != draft.choice:
        raise _ChangedMeanwhileError
    return slot


def _clock_may_open(slot: Slot) -> bool:
    return slot.state is SlotState.PLANNED or (slot.state is SlotState.HELD and slot.reason in CLEARS_ITSELF)


def _add(transaction: Transaction, newsletter: Newsletter, on: date) -> Slot:
    """A row for a date that had none: the week's own, or an extra one on another day."""
    extra = on.weekday() != newsletter.weekday or slots.week_is_taken(transaction, newsletter.id, on)
    slots.add(transaction, newsletter.id, [on], extra=extra)
    slot = slots.on(transaction, newsletter.id, on)
    if slot is None:
        raise _ChangedMeanwhileError
    return slot


def _promise(transaction: Transaction, draft: _Draft, slot: Slot, *, now: datetime) -> Mailing:
    mailing_id = ledger.promise_slot(
        transaction,
        newsletter=draft.newsletter,
        slot_id=slot.id,
        on=slot.on,
        blueprint=draft.composed.blueprint.to_bytes(),
        opened_at=now,
        deadline=_deadline(transaction, draft.newsletter, slot.on, now=now),
    )
    mailing = ledger.get(transaction, mailing_id)
    if mailing is None or not mailing.snapshot:
        # The last reader left since the draft. An empty letter in the archive would use up material for nobody.
        raise Obstacle(HoldReason.NO_READERS, f"There is nobody to send the letter of {slot.on} to.")
    return mailing


def _deadline(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> datetime:
    return min(now + _WINDOW, ahead.next_moment(transaction, newsletter, besides=on, now=now))


def _all_is_well(transaction: Transaction, newsletter: Newsletter, on: date, *, now: datetime) -> None:
    """A letter goes out: this date is no longer held, and an earlier silence is over."""
    for alarm in alarms.standing(transaction):
        mine = alarm.newsletter_id == newsletter.id
        held = alarm.kind is AlarmKind.HELD and alarm.about == on.isoformat()
        if mine and (held or alarm.kind is AlarmKind.MISSED):
            alarms.clear(transaction, newsletter_id=newsletter.id, kind=alarm.kind, about=alarm.about, now=now)


def _opened(slot: Slot, subject: str, mailing: Mailing, *, already: bool) -> Opened:
    return Opened(
        on=slot.on,
        subject=subject,
        readers=mailing.snapshot,
        already=already,
        state=slot.state,
        deadline=mailing.deadline,
    )
