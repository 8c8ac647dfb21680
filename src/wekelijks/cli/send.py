"""`send`: carry what is waiting in the ledger until nothing is due, then exit with a summary."""

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say, say_json
from wekelijks.domain.errors import Unavailable

if TYPE_CHECKING:
    from wekelijks.app import App
    from wekelijks.delivery.means import Means, Options, Summary
    from wekelijks.store.senders import Place


_EXIT_WITHIN = 30  # Seconds after the word to stop, whatever the database or the relay does.


@click.command()
@click.option("--follow", is_flag=True, help="Go on: carry whatever comes, until stopped.")
@click.option("--supervised", is_flag=True, hidden=True, help="Stop when standard input ends.")
@as_json
@pass_doorway
def send(doorway: Doorway, *, follow: bool, supervised: bool, as_json: bool) -> None:
    """Carry what is waiting until nothing is due."""
    if supervised:
        from wekelijks.cli.supervising import stop_with_parent

        stop_with_parent()
    app = doorway.app
    if follow:
        doorway.listen(app, aloud=True)
    chosen = options(app)
    place = _take_place(app)
    with _progress(app, follow=follow) as report:
        summary = carry(means(app, place), chosen, follow=follow, progress=report)
    waiting = 0 if follow else _waiting(app)
    if as_json:
        say_json({**asdict(summary), "waiting": waiting})
    else:
        _say_summary(summary, waiting, follow=follow)
    if not follow and (summary.unable or summary.paused):
        raise Unavailable(_sentence(summary.unable or f"sending is paused: {summary.paused[0]}"))


def means(app: "App", place: "Place") -> "Means":
    """What the sender works with, out of this installation."""
    from wekelijks.delivery.means import Means
    from wekelijks.mail.blueprint import Blueprint

    return Means(
        database=app.database,
        place=place,
        clock=app.clock,
        chance=app.chance,
        signer=app.signer,
        hashing_key=app.keys.hashing,
        read_blueprint=Blueprint.from_bytes,
    )


def options(app: "App") -> "Options":
    """How to carry, out of the settings. Raises BadInput for a relay's address or a header that cannot be used."""
    from wekelijks.delivery import relay, wire
    from wekelijks.delivery.means import Options
    from wekelijks.store.pace import Limits

    settings = app.settings
    return Options(
        relay=relay.read(settings.smtp_url.get_secret_value()),
        connections=settings.smtp_connections,
        limits=Limits(
            second=settings.letters_per_second, hour=settings.letters_per_hour, day=settings.letters_per_day
        ),
        headers=wire.header_lines(settings.smtp_headers),
    )


def carry(
    means: "Means", options: "Options", *, follow: bool, progress: "Callable[[Summary], None] | None" = None
) -> "Summary":
    """Run the sender in a loop of its own; SIGTERM and SIGINT stop it in order, and the process within 30 s."""
    import asyncio
    import signal

    from wekelijks.delivery.sender import Sender

    async def run() -> "Summary":
        sender = Sender(means, options, progress=progress)

        def stop() -> None:
            sender.stop()
            # A database that never answers cannot be waited for. The alarm ends the process as a kill would, and the
            # next sender names what was left open. Asked again, it keeps the time that is left.
            signal.alarm(signal.alarm(0) or _EXIT_WITHIN)

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        return await sender.run(follow=follow)

    return asyncio.run(run())


def _take_place(app: "App") -> "Place":
    from wekelijks.store.senders import Place, Taken

    place = Place(app.database, host=socket.gethostname(), pid=os.getpid())
    told = False
    while True:
        try:
            place.take(now=app.clock())
            return place
        except Taken as taken:
            if not told:
                say(f"{taken} Waiting until it is done.")
            told = True
            time.sleep(1)


def _waiting(app: "App") -> int:
    """Letters that wait for a later attempt, or behind a pause."""
    from wekelijks.store import ledger

    with app.database.read() as transaction:
        return sum(ledger.balance(transaction, one.id).waiting for one in ledger.unfinished(transaction))


def _say_summary(summary: "Summary", waiting: int, *, follow: bool) -> None:
    if follow:
        import structlog

        structlog.get_logger().info("The sender stopped.", **asdict(summary))
        return
    done = (summary.accepted, summary.refused, summary.put_off, summary.in_doubt)
    if not any(done) and not waiting:
        click.echo("Nothing is waiting.")
        return
    accepted, refused, put_off, in_doubt = (f"{number:,}" for number in done)
    click.echo(f"Accepted {accepted}, refused {refused}, put off {put_off}, in doubt {in_doubt}.")
    if waiting and not summary.paused:
        letters = "1 letter waits" if waiting == 1 else f"{waiting:,} letters wait"
        click.echo(f"{letters} for a later attempt: run `send` again, or leave it to `serve`.")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _progress(app: "App", *, follow: bool) -> "AbstractContextManager[Callable[[Summary], None] | None]":
    """A bar on a terminal, nothing elsewhere and for a sender that follows, whose log lines tell."""
    if follow or not sys.stderr.isatty():
        return nullcontext(None)
    from wekelijks.cli.progress import SendingBar

    return SendingBar(_waiting(app))
