"""Watching: how things stand, told truthfully to a person (`status`), a monitor (`/health`) and a graph (`/metrics`).

Nothing is written here, and nothing is said to be well that was not looked at: the next letter is made, not assumed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wekelijks.domain.alarm import Alarm
from wekelijks.domain.discretion import discreet
from wekelijks.domain.errors import NotAllowed, WekelijksError
from wekelijks.domain.mailing import Balance, MailingKind, MailingState
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import HoldReason, Slot, SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.services import choosing, runway
from wekelijks.services.press import Press
from wekelijks.services.slots import ahead, opening
from wekelijks.store import alarms, figures, heartbeats, ledger, newsletters, slots
from wekelijks.store.database import Database, Transaction

_OVERDUE = timedelta(minutes=5)
"""How long after its moment a slot may look untouched: a tick every 5 s, and one that has much to do."""
_SILENCE = timedelta(minutes=2)
"""How long a loop of this very service may be silent: it goes round every few seconds."""
_RARE_TICKS = timedelta(hours=1)
"""The same for ticks that somebody else gives, such as a cron job every quarter of an hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """The next letter of a newsletter, as it would be now."""

    on: date
    opens_at: datetime
    state: SlotState
    reason: str
    """Why it is held; empty when it is not."""
    subject: str
    """Empty: there is no letter, and `obstacle` says why."""
    readers: int
    obstacle: str
    obstacle_kind: HoldReason | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """A mailing on its way."""

    mailing_id: int
    newsletter: str
    """Its slug."""
    kind: MailingKind
    on: date | None
    """The slot's date; None for a single letter."""
    state: MailingState
    reason: str
    opened_at: datetime
    deadline: datetime
    balance: Balance


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """How one newsletter stands."""

    newsletter: Newsletter
    next: Next | None
    letters_left: int | None
    """Letters before there is nothing to send; None: they do not end."""
    ends_on: date | None
    warnings: tuple[str, ...]
    readers: dict[Standing, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """How the installation stands."""

    publications: tuple[Publication, ...]
    carried: tuple[Carried, ...]
    alarms: tuple[Alarm, ...]
    heartbeats: dict[str, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One reason why the promise is in danger."""

    kind: str
    """One word: `scheduler`, `sender`, `overdue`, `held`, `alarm`, or why there is no letter: `no_material` …"""
    newsletter: str
    """Its slug; empty: about the installation."""
    message: str
    """One sentence, without an address or a token: anybody may read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a graph is drawn from."""

    newsletters: tuple[Newsletter, ...]
    readers: dict[int, dict[Standing, int]]
    slots: dict[int, dict[SlotState, int]]
    runway: dict[int, int]
    """Letters before there is nothing to send, per newsletter's id, at most a year's."""
    next_at: dict[int, datetime]
    carried: tuple[Carried, ...]
    alarms: tuple[Alarm, ...]
    heartbeats: dict[str, datetime]


def status(press: Press, *, only: Newsletter | None = None, now: datetime) -> Status:
    """How everything stands, or how one newsletter stands."""
    with press.database.read() as transaction:
        publications = [only] if only else newsletters.all_of_them(transaction)
        readers = figures.readers(transaction)
        carried = _carried(transaction)
        standing = alarms.standing(transaction)
        beats = heartbeats.all_of_them(transaction)
    chosen = {one.id for one in publications}
    slugs = {one.slug for one in publications}
    return Status(
        publications=tuple(_publication(press, one, readers.get(one.id, {}), now=now) for one in publications),
        carried=tuple(one for one in carried if one.newsletter in slugs),
        alarms=tuple(one for one in standing if one.newsletter_id is None or one.newsletter_id in chosen),
        heartbeats=beats,
    )


def health(press: Press, *, ticks_here: bool, now: datetime) -> list[Trouble]:
    """Why the next letter, or the one on its way, is in danger; empty when all was looked at and is well.

    `ticks_here`: this service runs the scheduler itself, so its silence is noticed at once.
    """
    try:
        with press.database.read() as transaction:
            everybody = newsletters.all_of_them(transaction)
            found = [
                *_silence(transaction, ticks_here=ticks_here, now=now),
                *_lying_letters(transaction, now=now),
                *_alarms(transaction, everybody),
            ]
        for newsletter in everybody:
            found += _about(press, newsletter, now=now)
    except WekelijksError as error:
        return [Trouble(kind="database", newsletter="", message=discreet(str(error)))]
    if not everybody:
        found.append(Trouble(kind="empty", newsletter="", message="There is no newsletter: run `wekelijks init`."))
    return found


def counted(press: Press, *, now: datetime) -> Figures:
    """The figures of everything, counted now."""
    with press.database.read() as transaction:
        everybody = newsletters.all_of_them(transaction)
        coming = {one.id: ahead.coming(transaction, one, weeks=52, now=now) for one in everybody}
        next_at = {one.id: _moment(transaction, one, dates[0]) for one in everybody if (dates := coming[one.id])}
        return Figures(
            newsletters=tuple(everybody),
            readers=figures.readers(transaction),
            slots=figures.slots(transaction),
            runway={one.id: _letters(transaction, one, coming[one.id]) for one in everybody},
            next_at=next_at,
            carried=tuple(_carried(transaction)),
            alarms=tuple(alarms.standing(transaction)),
            heartbeats=heartbeats.all_of_them(transaction),
        )


def newsletters_with_readers(database: Database) -> list[tuple[Newsletter, int]]:
    """All newsletters with how many active readers each has."""
    with database.read() as transaction:
        readers = figures.readers(transaction)
        return [
            (one, readers.get(one.id, {}).get(Standing.ACTIVE, 0)) for one in newsletters.all_of_them(transaction)
        ]


def _publication(press: Press, newsletter: Newsletter, readers: dict[Standing, int], *, now: datetime) -> Publication:
    with press.database.read() as transaction:
        dates = ahead.coming(transaction, newsletter, weeks=runway.SHORT_WEEKS, now=now)
    material = runway.coming(press.database, newsletter, dates)
    return Publication(
        newsletter=newsletter,
        next=_next(press, newsletter, now=now),
        letters_left=material.letters_left,
        ends_on=material.ends_on,
        warnings=material.warnings,
        readers=readers,
    )


def _next(press: Press, newsletter: Newsletter, *, now: datetime) -> Next | None:
    with press.database.read() as transaction:
        dates = ahead.coming(transaction, newsletter, weeks=1, now=now)
        if not dates:
            return None
        on = dates[0]
        slot = slots.on(transaction, newsletter.id, on)
        opens_at = _moment(transaction, newsletter, on)
        readers = ledger.count_readers(transaction, newsletter, on)
    subject, obstacle = "", ""
    warnings: tuple[str, ...] = ()
    kind: HoldReason | None = None
    try:
        prospect = opening.prospect(press, newsletter, on, now=now)
        subject, warnings = prospect.subject, prospect.warnings
    except opening.Obstacle as error:
        obstacle, kind = str(error), error.reason
    except NotAllowed as error:
        obstacle = str(error)
    return Next(
        on=on,
        opens_at=opens_at,
        state=slot.state if slot else SlotState.PLANNED,
        reason=slot.reason if slot and slot.state is SlotState.HELD else "",
        subject=subject,
        readers=readers,
        obstacle=obstacle,
        obstacle_kind=kind,
        warnings=warnings,
    )


def _moment(transaction: Transaction, newsletter: Newsletter, on: date) -> datetime:
    slot: Slot | None = slots.on(transaction, newsletter.id, on)
    return ahead.moment_of(newsletter, slot) if slot else newsletter.rhythm.instant(on)


def _carried(transaction: Transaction) -> list[Carried]:
    slugs = {one.id: one.slug for one in newsletters.all_of_them(transaction)}
    unfinished = ledger.unfinished(transaction)
    dates = figures.dates_of(transaction, [one.slot_id for one in unfinished if one.slot_id])
    return [
        Carried(
            mailing_id=one.id,
            newsletter=slugs[one.newsletter_id],
            kind=one.kind,
            on=dates.get(one.slot_id or 0),
            state=one.state,
            reason=one.reason,
            opened_at=one.opened_at,
            deadline=one.deadline,
            balance=ledger.balance(transaction, one.id),
        )
        for one in unfinished
    ]


def _letters(transaction: Transaction, newsletter: Newsletter, dates: list[date]) -> int:
    from_now = choosing.foretold(transaction, newsletter, dates)
    return next((number for number, one in enumerate(from_now) if one is None), len(from_now))


# Health: each looks at one thing that can go wrong without anybody noticing.


def _silence(transaction: Transaction, *, ticks_here: bool, now: datetime) -> list[Trouble]:
    last = heartbeats.last(transaction, heartbeats.SCHEDULER)
    if last is None:
        return [
            Trouble(kind="scheduler", newsletter="", message="The scheduler has never ticked: no slot will open.")
        ]
    if now - last <= (_SILENCE if ticks_here else _RARE_TICKS):
        return []
    return [
        Trouble(
            kind="scheduler",
            newsletter="",
            message=f"The scheduler last ticked {_ago(now - last)} ago: no slot opens meanwhile.",
        )
    ]


def _lying_letters(transaction: Transaction, *, now: datetime) -> list[Trouble]:
    last = heartbeats.last(transaction, heartbeats.SENDER)
    if last is not None and now - last <= _SILENCE:
        return []
    if not figures.is_left_lying(transaction, since=now - _SILENCE, now=now):
        return []
    seen = f"was last seen {_ago(now - last)} ago" if last else "has never been seen"
    return [Trouble(kind="sender", newsletter="", message=f"Letters are waiting, and the sender {seen}.")]


def _alarms(transaction: Transaction, everybody: list[Newsletter]) -> list[Trouble]:
    slugs = {one.id: one.slug for one in everybody}
    return [
        Trouble(kind="alarm", newsletter=slugs.get(one.newsletter_id or 0, ""), message=discreet(one.message))
        for one in alarms.standing(transaction)
    ]


def _about(press: Press, newsletter: Newsletter, *, now: datetime) -> list[Trouble]:
    """The next letter is made, not assumed. Nobody to send it to is no broken promise, and is not counted here."""
    with press.database.read() as transaction:
        dates = ahead.coming(transaction, newsletter, weeks=1, now=now)
        if not dates:
            return []
        slot = slots.on(transaction, newsletter.id, dates[0])
        late = now - _moment(transaction, newsletter, dates[0])
    found = []
    if late > _OVERDUE and (slot is None or slot.state is SlotState.PLANNED):
        found.append(("overdue", f"The letter of {dates[0]} should have opened {_ago(late)} ago."))
    try:
        opening.rehearse(press, newsletter, dates[0], now=now)
    except opening.Obstacle as error:
        found.append((error.reason.value, str(error)))
    return [Trouble(kind=kind, newsletter=newsletter.slug, message=discreet(text)) for kind, text in found]


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
