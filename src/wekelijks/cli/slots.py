"""`slots`: the weeks, and a person's word about each of them."""

import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Day, Doorway, as_json, pass_doorway, read_day, say, say_json, say_table

if TYPE_CHECKING:
    from wekelijks.domain.slot import Slot
    from wekelijks.services.slots.handling import Listed, Report
    from wekelijks.services.slots.opening import Opened, Prospect


class Days(click.ParamType[tuple[date, date]]):
    """A date, or the first and the last of a period: 2026-07-05..2026-08-16."""

    name = "date[..date]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[date, date]:
        """First and last; wrong usage (status 2) for anything else."""
        if isinstance(value, tuple):
            return value
        first, dots, last = value.partition("..")
        return read_day(first), read_day(last) if dots else read_day(first)


_day = click.argument("on", type=Day(), metavar="DATE")


@click.group()
def slots() -> None:
    """The weeks: one slot, one letter."""


@slots.command(name="list")
@click.option("--weeks", type=click.IntRange(0, 104), default=12, show_default=True, help="How far ahead.")
@as_json
@pass_doorway
def list_(doorway: Doorway, weeks: int, *, as_json: bool) -> None:
    """Every slot there was, and the coming ones."""
    from wekelijks.services.slots import handling

    app, newsletter = doorway.app, doorway.newsletter
    found = handling.listing(app.database, newsletter, weeks=weeks, now=app.clock())
    if as_json:
        say_json([_listed(each) for each in found])
        return
    headings = ("date", "state", "opens", "readers", "subject")
    say_table(
        headings,
        (
            (
                each.on,
                _state(each),
                _local(each.opens_at, newsletter.timezone),
                f"{each.readers:,}" if each.opened_at else "",
                each.subject,
            )
            for each in found
        ),
    )


@slots.command()
@_day
@as_json
@pass_doorway
def show(doorway: Doorway, on: date, *, as_json: bool) -> None:
    """One slot with the state of every promise, counted now."""
    from wekelijks.services.slots import handling

    report = handling.show(doorway.app.database, doorway.newsletter, on, now=doorway.app.clock())
    _say_report(doorway, report, as_json=as_json)


@slots.command(name="open")
@_day
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@pass_doorway
def open_(doorway: Doorway, on: date, *, yes: bool, as_json: bool) -> None:
    """Open a slot now: freeze its letter and promise it to every reader. Any date; `send` carries it.

    On a terminal it asks first. A slot that was opened stays opened: opening twice is no error.
    """
    from wekelijks.services.slots import opening
    from wekelijks.services.slots.opening import Opened

    app, newsletter = doorway.app, doorway.newsletter
    expected = None
    if not yes and sys.stdin.isatty():
        found = opening.prospect(app.press, newsletter, on, now=app.clock())
        if isinstance(found, Opened):
            _say_opened(doorway, found, as_json=as_json)
            return
        _ask(found)
        expected = found.subject
    opened = opening.open_slot(app.press, newsletter, on, now=app.clock(), expected=expected)
    _say_opened(doorway, opened, as_json=as_json)


@slots.command()
@_day
@as_json
@pass_doorway
def hold(doorway: Doorway, on: date, *, as_json: bool) -> None:
    """Keep a slot from opening until it is released."""
    from wekelijks.services.slots import handling

    slot = handling.hold(doorway.app.database, doorway.newsletter, on, now=doorway.app.clock())
    _say_slots(
        [slot],
        f"{on} is held: nothing opens it but `slots release {on}` or `slots open {on}`.",
        as_json=as_json,
    )


@slots.command()
@_day
@as_json
@pass_doorway
def release(doorway: Doorway, on: date, *, as_json: bool) -> None:
    """Let a held or skipped slot open by itself again."""
    from wekelijks.services.slots import handling

    app = doorway.app
    slot = handling.release(app.database, doorway.newsletter, on, now=app.clock())
    when = "at the next tick" if slot.opens_at and slot.opens_at <= app.clock() else "at its moment"
    _say_slots([slot], f"{on} is planned and opens {when}.", as_json=as_json)


@slots.command()
@click.argument("days", type=Days(), metavar="DATE[..DATE]")
@as_json
@pass_doorway
def skip(doorway: Doorway, days: tuple[date, date], *, as_json: bool) -> None:
    """Let weeks pass without a letter: a holiday. `release` brings one back."""
    from wekelijks.services.slots import handling

    first, last = days
    skipped = handling.skip(doorway.app.database, doorway.newsletter, first, last, now=doorway.app.clock())
    _say_slots(skipped, f"Skipped: {', '.join(str(slot.on) for slot in skipped)}.", as_json=as_json)


@slots.command()
@_day
@as_json
@pass_doorway
def pause(doorway: Doorway, on: date, *, as_json: bool) -> None:
    """Stop a letter that is on its way."""
    from wekelijks.services.slots import handling

    report = handling.pause(doorway.app.database, doorway.newsletter, on, now=doorway.app.clock())
    _say_report(doorway, report, as_json=as_json)


@slots.command()
@_day
@as_json
@pass_doorway
def resume(doorway: Doorway, on: date, *, as_json: bool) -> None:
    """Let a paused letter go on."""
    from wekelijks.services.slots import handling

    report = handling.resume(doorway.app.database, doorway.newsletter, on, now=doorway.app.clock())
    _say_report(doorway, report, as_json=as_json)


@slots.command()
@_day
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@pass_doorway
def cancel(doorway: Doorway, on: date, *, yes: bool, as_json: bool) -> None:
    """End a letter that is on its way, for good: whoever still waits does not get it."""
    from wekelijks.services.slots import handling

    app, newsletter = doorway.app, doorway.newsletter
    if not yes and sys.stdin.isatty():
        waiting = handling.show(app.database, newsletter, on, now=app.clock()).balance.waiting
        click.confirm(
            f"{waiting:,} readers still wait for the letter of {on}. End it for good?", err=True, abort=True
        )
    _say_report(doorway, handling.cancel(app.database, newsletter, on, now=app.clock()), as_json=as_json)


@slots.command()
@_day
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--resend", "wish", flag_value="resend", help="Send to them once more.")
@click.option("--count-as-sent", "wish", flag_value="sent", help="They have it.")
@as_json
@pass_doorway
def settle(doorway: Doorway, on: date, addresses: tuple[str, ...], wish: str | None, *, as_json: bool) -> None:
    """Decide about letters in doubt; without an address about all of this slot."""
    from wekelijks.services.slots import handling

    if wish is None:
        raise click.UsageError("Say --resend (once more) or --count-as-sent (they have it).")
    settled = handling.settle(
        doorway.app.database,
        doorway.newsletter,
        on,
        addresses,
        resend=wish == "resend",
        now=doorway.app.clock(),
    )
    if as_json:
        say_json({"on": on, "settled": settled, "resend": wish == "resend"})
        return
    letters = "1 letter" if settled == 1 else f"{settled} letters"
    click.echo(f"{letters} {'wait to be sent once more' if wish == 'resend' else 'counted as sent'}.")


def _ask(found: "Prospect") -> None:
    for warning in found.warnings:
        say(warning)
    readers = "1 reader" if found.readers == 1 else f"{found.readers:,} readers"
    click.confirm(f"Send «{found.subject}» to {readers} now?", err=True, abort=True)


def _say_opened(doorway: Doorway, opened: "Opened", *, as_json: bool) -> None:
    if as_json:
        say_json(asdict(opened))
        return
    for warning in opened.warnings:
        say(warning)
    readers = "1 reader" if opened.readers == 1 else f"{opened.readers:,} readers"
    until = _local(opened.deadline, doorway.newsletter.timezone)
    if opened.already:
        click.echo(f"The letter of {opened.on} was already opened: «{opened.subject}», {readers}, {opened.state}.")
    else:
        click.echo(f"Opened: «{opened.subject}» of {opened.on}, promised to {readers}; tried until {until}.")


def _say_slots(found: "list[Slot]", message: str, *, as_json: bool) -> None:
    if as_json:
        say_json([asdict(slot) for slot in found])
    else:
        click.echo(message)


def _listed(each: "Listed") -> dict[str, Any]:
    """A slot as JSON; `issue` is the number that `issues show` takes."""
    document = asdict(each)
    issue, snapshot = document.pop("issue_id"), document.pop("readers")
    return {**document, "issue": issue, "snapshot": snapshot}


def _say_report(doorway: Doorway, report: "Report", *, as_json: bool) -> None:
    numbers = {**asdict(report.balance)}
    if as_json:
        rest = {"deadline": report.deadline, "mailing": report.mailing_id, "doubtful": list(report.doubtful)}
        say_json({**_listed(report.slot), **numbers, **rest})
        return
    slot, zone = report.slot, doorway.newsletter.timezone
    click.echo(f"{slot.on}: {_state(slot)}" + (f", «{slot.subject}»" if slot.subject else ""))
    if slot.opened_at is None:
        click.echo(f"opens {_local(slot.opens_at, zone)}")
        return
    until = f", tried until {_local(report.deadline, zone)}" if report.deadline else ""
    click.echo(f"opened {_local(slot.opened_at, zone)}, issue {slot.issue_id}{until}")
    click.echo(", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in numbers.items()))
    if report.doubtful:
        click.echo("ever in doubt: " + ", ".join(report.doubtful))


def _state(each: "Listed") -> str:
    notes = [note for note in (each.reason, "extra" if each.extra else "") if note]
    return f"{each.state} ({', '.join(notes)})" if notes else each.state.value


def _local(at: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M")
