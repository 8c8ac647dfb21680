"""`tick` and `runway`: what the clock does now, and what it will send."""

import sys
from dataclasses import asdict

import click

from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say, say_json, say_table


@click.command()
@as_json
@pass_doorway
def tick(doorway: Doorway, *, as_json: bool) -> None:
    """Open, hold or miss what is due now, once. Sends nothing: `send` carries.

    Looks after every newsletter. Safe at any time, twice, and beside a running service.
    """
    from wekelijks.domain.slot import Happening
    from wekelijks.services.slots import ticking

    app = doorway.app
    events = ticking.tick(app.press, app.clock())
    if as_json:
        say_json([asdict(event) for event in events])
    else:
        for event in events:
            click.echo(event.message, err=event.kind is Happening.FAILED)
        if not events:
            click.echo("Nothing is due.")
    if any(event.kind is Happening.FAILED for event in events):
        sys.exit(1)


@click.command()
@click.option("--weeks", type=click.IntRange(1, 104), default=12, show_default=True, help="How many letters ahead.")
@as_json
@pass_doorway
def runway(doorway: Doorway, weeks: int, *, as_json: bool) -> None:
    """The coming letters, and when the material runs out."""
    from wekelijks.services import runway as runways
    from wekelijks.services.slots import ahead

    app, newsletter = doorway.app, doorway.newsletter
    with app.database.read() as transaction:
        dates = ahead.coming(transaction, newsletter, weeks=weeks, now=app.clock())
    found = runways.coming(app.database, newsletter, dates)
    if as_json:
        say_json([asdict(row) for row in found.rows])
    else:
        rows = (
            (row.date, row.source or "nothing to send", row.subject, row.insight, "again" if row.repeats else "")
            for row in found.rows
        )
        say_table(("date", "from", "subject", "insight", ""), rows)
    for warning in found.warnings:
        say(warning)
