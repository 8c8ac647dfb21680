"""`status`: the next slot, the runway, the ledger, the readers, the alarms."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say_json

if TYPE_CHECKING:
    from wekelijks.services.watching import Carried, Next, Publication, Status

_COLUMN = 12
_NUMBERS = ("accepted", "waiting", "sending", "refused", "suppressed", "expired", "cancelled", "in_doubt")


@click.command()
@as_json
@pass_doorway
def status(doorway: Doorway, *, as_json: bool) -> None:
    """How things stand: the next letter, the runway, letters on their way, readers, alarms."""
    from wekelijks.services import watching

    app = doorway.app
    now = app.clock()
    found = watching.status(app.press, only=doorway.newsletter if doorway.slug else None, now=now)
    if as_json:
        say_json(_as_document(found, now))
        return
    for publication in found.publications:
        _say_publication(publication, found)
    _say("heartbeat", _beats(found.heartbeats, now) or ["none yet: run `serve`"])
    _say("alarms", [f"{one.message} (since {_local(one.raised_at)})" for one in found.alarms] or ["none"])


def _say_publication(publication: "Publication", found: "Status") -> None:
    newsletter = publication.newsletter
    click.echo(click.style(newsletter.name, bold=True) + f" ({newsletter.slug})")
    _say("next", _next_lines(publication.next, newsletter.timezone))
    _say("runway", [*_runway(publication), *publication.warnings])
    readers = [f"{count:,} {standing.value}" for standing, count in sorted(publication.readers.items())]
    _say("readers", [", ".join(readers) or "none yet"])
    carried = [one for one in found.carried if one.newsletter == newsletter.slug]
    _say("on its way", [_carried_line(one) for one in carried] or ["nothing"])
    click.echo()


def _next_lines(coming: "Next | None", zone: str) -> list[str]:
    if coming is None:
        return ["no date ahead"]
    moment = f"{coming.opens_at.astimezone(ZoneInfo(zone)):%A %-d %B %Y, %H:%M} ({zone})"
    held = f", held: {coming.reason}" if coming.state == "held" else ""
    if coming.subject:
        letter = f"“{coming.subject}” to {_many(coming.readers, 'reader')}"
    else:
        letter = "there is nothing to send" if coming.obstacle_kind == "no_material" else coming.obstacle
    return [moment + held, letter, *coming.warnings]


def _runway(publication: "Publication") -> list[str]:
    left = publication.letters_left
    if left is None:
        return ["the material does not run out"]
    if publication.warnings and str(publication.ends_on) in publication.warnings[0]:
        return []  # The first warning says so, and what to do.
    return [f"{_many(left, 'letter')}, until {publication.ends_on}"]


def _carried_line(one: "Carried") -> str:
    numbers = [f"{count:,} {name.replace('_', ' ')}" for name in _NUMBERS if (count := getattr(one.balance, name))]
    what = f"the letter of {one.on}" if one.on else f"a {one.kind.value}"
    why = f", {one.reason}" if one.reason else ""
    return f"{what}: {one.state.value}{why}; {_many(one.balance.snapshot, 'letter')}: {', '.join(numbers)}"


def _beats(heartbeats: dict[str, datetime], now: datetime) -> list[str]:
    return [f"{name} {_ago(heartbeats[name], now)}" for name in ("scheduler", "sender") if name in heartbeats]


def _say(name: str, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        click.echo(f"  {name if number == 0 else '':<{_COLUMN}}{line}")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _ago(at: datetime, now: datetime) -> str:
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < 120:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"at {_local(at)}"


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _as_document(found: "Status", now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "newsletters": [_publication_document(one) for one in found.publications],
        "mailings": [_carried_document(one) for one in found.carried],
        "alarms": [
            {
                "id": one.id,
                "kind": one.kind,
                "about": one.about,
                "message": one.message,
                "raised_at": one.raised_at,
            }
            for one in found.alarms
        ],
        "heartbeats": found.heartbeats,
    }


def _publication_document(publication: "Publication") -> dict[str, Any]:
    newsletter, coming = publication.newsletter, publication.next
    return {
        "id": newsletter.id,
        "slug": newsletter.slug,
        "name": newsletter.name,
        "next": None
        if coming is None
        else {
            "date": coming.on,
            "opens_at": coming.opens_at,
            "state": coming.state,
            "reason": coming.reason,
            "subject": coming.subject or None,
            "readers": coming.readers,
            "obstacle": coming.obstacle or None,
            "warnings": coming.warnings,
        },
        "runway": {
            "letters": publication.letters_left,
            "ends_on": publication.ends_on,
            "warnings": publication.warnings,
        },
        "readers": {standing.value: count for standing, count in publication.readers.items()},
    }


def _carried_document(one: "Carried") -> dict[str, Any]:
    return {
        "id": one.mailing_id,
        "newsletter": one.newsletter,
        "kind": one.kind,
        "date": one.on,
        "state": one.state,
        "reason": one.reason,
        "opened_at": one.opened_at,
        "deadline": one.deadline,
        "snapshot": one.balance.snapshot,
        **{name: getattr(one.balance, name) for name in _NUMBERS},
    }
