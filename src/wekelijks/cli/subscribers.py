"""Readers: add, pause, resume, import, export, list, show, unsubscribe, forget."""

import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Day, Doorway, as_json, pass_doorway, say, say_json, say_table

if TYPE_CHECKING:
    from wekelijks.domain.subscriber import Subscriber
    from wekelijks.services.lists import Report


@click.group()
def subscribers() -> None:
    """Readers and where they stand."""


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="First name, for the greeting.")
@click.option("--language", default="", help="nl or en; else the newsletter's.")
@click.option("--confirmed-by", default="", metavar="TEXT", help="How this person consented; else they are pending.")
@as_json
@pass_doorway
def add(doorway: Doorway, address: str, name: str, language: str, confirmed_by: str, *, as_json: bool) -> None:
    """Add one reader."""
    from wekelijks.services import subscribing

    arrival = subscribing.Arrival(address=address, name=name, language=language, confirmed_by=confirmed_by)
    key, now = doorway.app.keys.hashing, doorway.app.clock()
    _say_one(
        subscribing.add(doorway.app.database, doorway.newsletter, arrival, hashing_key=key, now=now), as_json=as_json
    )


@subscribers.command()
@click.argument("address")
@click.option("--weeks", type=click.IntRange(1, 52), help="How long.")
@click.option("--until", type=Day(), help="The first day with letters again.")
@as_json
@pass_doorway
def pause(doorway: Doorway, address: str, weeks: int | None, until: date | None, *, as_json: bool) -> None:
    """Let a reader rest; without --weeks or --until, until resumed."""
    from wekelijks.services import subscribing

    now = doorway.app.clock()
    day = until
    if weeks:
        day = doorway.newsletter.rest_ends(weeks, now)
    reader = subscribing.pause(doorway.app.database, doorway.newsletter, address, until=day, now=now)
    _say_one(reader, as_json=as_json)


@subscribers.command()
@click.argument("address")
@as_json
@pass_doorway
def resume(doorway: Doorway, address: str, *, as_json: bool) -> None:
    """End a reader's pause."""
    from wekelijks.services import subscribing

    now = doorway.app.clock()
    _say_one(subscribing.resume(doorway.app.database, doorway.newsletter, address, now=now), as_json=as_json)


@subscribers.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--confirmed-by", default="", metavar="TEXT", help="Proof of consent for the whole file.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--strict", is_flag=True, help="Status 1 when a row was rejected.")
@as_json
@pass_doorway
def import_(doorway: Doorway, file: Path, confirmed_by: str, *, dry_run: bool, strict: bool, as_json: bool) -> None:
    """Bring in a list as CSV: columns email, name, language, timezone, status, confirmed_at, source."""
    from rich.console import Console
    from rich.progress import Progress

    from wekelijks.services import lists

    incoming = lists.Incoming(confirmed_by=confirmed_by, dry_run=dry_run, hashing_key=doorway.app.keys.hashing)
    with Progress(console=Console(stderr=True), transient=True) if sys.stderr.isatty() else nullcontext() as bar:
        task = bar.add_task("Importing") if bar else None

        def progress(done: int, whole: int) -> None:
            if bar is not None and task is not None:
                bar.update(task, completed=done, total=whole)

        report = lists.bring_in(
            doorway.app.database, doorway.newsletter, file, incoming, now=doorway.app.clock(), progress=progress
        )
    _say_report(report, dry_run=dry_run, as_json=as_json)
    if strict and report.rejected:
        sys.exit(1)


@subscribers.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_doorway
def export(doorway: Doorway, file: Path | None) -> None:
    """Write the list as CSV, to FILE or to stdout."""
    import io

    from wekelijks.domain.errors import BadInput
    from wekelijks.services import lists

    if file is None:
        text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        lists.write_out(doorway.app.database, doorway.newsletter, text)
        text.flush()
        text.detach()
        return
    database, newsletter = doorway.app.database, doorway.newsletter  # Found before the file is emptied.
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            written = lists.write_out(database, newsletter, out)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    say(f"{written} readers written to {file}.")


@subscribers.command(name="list")
@click.option("--status", type=click.Choice(["pending", "active", "paused", "unreachable", "left"]))
@as_json
@pass_doorway
def list_(doorway: Doorway, status: str | None, *, as_json: bool) -> None:
    """All readers, in the order in which they came."""
    from wekelijks.domain.subscriber import Standing
    from wekelijks.services import lists

    wanted = Standing(status) if status else None
    readers = lists.everybody(doorway.app.database, doorway.newsletter, wanted)
    if as_json:
        say_json([_as_document(reader) for reader in readers])
        return
    headings = ("address", "name", "status", "until", "language", "since")
    say_table(
        headings, ((r.address, r.name, r.status, r.paused_until, r.language, r.created_at.date()) for r in readers)
    )


@subscribers.command()
@click.argument("address")
@as_json
@pass_doorway
def show(doorway: Doorway, address: str, *, as_json: bool) -> None:
    """One reader with everything they consented to."""
    from wekelijks.services import subscribing

    reader, said = subscribing.record(doorway.app.database, doorway.newsletter, address)
    if as_json:
        fields = ("kind", "at", "source", "wording", "evidence")
        consents = [{name: getattr(one, name) for name in fields} for one in said]
        say_json(_as_document(reader) | {"consents": consents})
        return
    _say_one(reader, as_json=False)
    say_table(
        ("consent", "at", "source"), ((one.kind, one.at.isoformat(timespec="minutes"), one.source) for one in said)
    )


@subscribers.command()
@click.argument("address")
@as_json
@pass_doorway
def unsubscribe(doorway: Doorway, address: str, *, as_json: bool) -> None:
    """Let a reader leave this newsletter."""
    from wekelijks.services import subscribing

    database, newsletter = doorway.app.database, doorway.newsletter
    reader = subscribing.find(database, newsletter, address)
    subscribing.unsubscribe(database, reader.id, source="operator", now=doorway.app.clock())
    _say_one(subscribing.find(database, newsletter, address), as_json=as_json)


@subscribers.command()
@click.argument("address")
@as_json
@pass_doorway
def forget(doorway: Doorway, address: str, *, as_json: bool) -> None:
    """Erase a person in all newsletters; no import brings them back."""
    from wekelijks.services import subscribing

    app = doorway.app
    stood_in = subscribing.forget(app.database, address, hashing_key=app.keys.hashing, now=app.clock())
    if as_json:
        say_json({"forgotten": stood_in})
        return
    say("Forgotten." if stood_in else "Nobody with this address was known; no import will bring it in.")


def _as_document(reader: "Subscriber") -> dict[str, Any]:
    return {
        "id": reader.id,
        "email": reader.address,
        "name": reader.name,
        "status": reader.status.value,
        "language": reader.language,
        "timezone": reader.timezone,
        "paused_until": reader.paused_until,
        "rhythm_weeks": reader.rhythm_weeks,
        "confirmed_at": reader.confirmed_at,
        "source": reader.source,
        "created_at": reader.created_at,
    }


def _say_one(reader: "Subscriber", *, as_json: bool) -> None:
    if as_json:
        say_json(_as_document(reader))
        return
    until = f" until {reader.paused_until}" if reader.paused_until else ""
    click.echo(f"{reader.address}: {reader.status}{until}")


def _say_report(report: "Report", *, dry_run: bool, as_json: bool) -> None:
    numbers = {
        name: getattr(report, name)
        for name in ("rows", "added", "active", "pending", "confirmed", "unchanged", "kept_away")
    }
    if as_json:
        rejected = [{"line": one.line, "reason": one.reason, "email": one.email} for one in report.rejected]
        say_json(
            numbers
            | {"dry_run": dry_run, "encoding": report.encoding, "notes": report.notes}
            | {"rejected": len(rejected), "rejected_rows": rejected}
        )
        return
    for note in report.notes:
        say(note)
    for one in report.rejected:
        say(f"line {one.line}: {one.reason}")
    would = "would be added" if dry_run else "added"
    click.echo(
        f"{report.rows} rows: {report.added} {would} ({report.active} active, {report.pending} pending), "
        f"{report.confirmed} confirmed, {report.unchanged} unchanged, {report.kept_away} who left or were erased, "
        f"{len(report.rejected)} rejected."
    )
