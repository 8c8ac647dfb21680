"""`send`: carry what is waiting in the ledger until nothing is due, then exit with a summary."""

import os
import random
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say, say_json
from wekelijks.domain.errors import Unavailable

if TYPE_CHECKING:
    from wekelijks.app import App
    from wekelijks.delivery.sender import Means, Options, Summary
    from wekelijks.store.senders import Place


@click.command()
@click.option("--follow", is_flag=True, help="Go on: carry whatever comes, until stopped.")
@as_json
@pass_doorway
def send(doorway: Doorway, *, follow: bool, as_json: bool) -> None:
    """Carry what is waiting until nothing is due."""
    app = doorway.app
    place = _take_place(app)
    with _progress() as report:
        summary = carry(means(app, place), options(app), follow=follow, progress=report)
    if as_json:
        say_json(asdict(summary))
    else:
        say(
            f"Accepted {summary.accepted:,}, refused {summary.refused:,}, put off {summary.put_off:,}, "
            f"in doubt {summary.in_doubt:,}."
        )
    if summary.unable or summary.paused:
        raise Unavailable(summary.unable or f"Sending is paused: {summary.paused[0]}.")


def means(app: "App", place: "Place") -> "Means":
    """What the sender works with, out of this installation."""
    from wekelijks.delivery.sender import Means
    from wekelijks.mail.blueprint import Blueprint

    return Means(
        database=app.database,
        place=place,
        clock=app.clock,
        chance=random.random,
        signer=app.signer,
        hashing_key=app.keys.hashing,
        read_blueprint=Blueprint.from_bytes,
    )


def options(app: "App") -> "Options":
    """How to carry, out of the settings. Raises BadInput for a relay's address that cannot be read."""
    from wekelijks.delivery import relay
    from wekelijks.delivery.sender import Options
    from wekelijks.store.pace import Limits

    settings = app.settings
    return Options(
        relay=relay.read(settings.smtp_url.get_secret_value()),
        connections=settings.smtp_connections,
        limits=Limits(
            second=settings.letters_per_second, hour=settings.letters_per_hour, day=settings.letters_per_day
        ),
        headers=settings.smtp_headers,
    )


def carry(
    means: "Means", options: "Options", *, follow: bool, progress: "Callable[[Summary], None] | None" = None
) -> "Summary":
    """Run the sender in a loop of its own; SIGTERM and SIGINT stop it in order."""
    import asyncio
    import signal

    from wekelijks.delivery.sender import Sender

    async def run() -> "Summary":
        sender = Sender(means, options, progress=progress)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, sender.stop)
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


def _progress() -> AbstractContextManager[Any]:
    """A count on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    from rich.console import Console

    return _Count(Console(stderr=True))


class _Count:
    """How many letters the relay has taken, on one line."""

    def __init__(self, console: Any) -> None:
        self._status = console.status("Sending…")

    def __enter__(self) -> "Callable[[Summary], None]":
        self._status.start()
        return lambda summary: self._status.update(f"Accepted {summary.accepted:,}, put off {summary.put_off:,}")

    def __exit__(self, *_error: object) -> None:
        self._status.stop()
