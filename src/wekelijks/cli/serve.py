"""`serve`: web, scheduler and sender in one command, from the first line to a clean stop."""

import signal
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Doorway, pass_doorway

if TYPE_CHECKING:
    from wekelijks.app import App

_FINISH_PAGES = 5  # Seconds that a page may take to be answered after the word to stop.
_STOP_WITHIN = 27.0  # The sender gives a last dot 25 s; together it must stay below the 30 s of a service manager.


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one.")
@click.option("--no-scheduler", is_flag=True, help="Open no slots here: another process or cron ticks.")
@click.option("--no-sender", is_flag=True, help="Carry no letters here: another process sends.")
@pass_doorway
def serve(doorway: Doorway, *, host: str, port: int, no_scheduler: bool, no_sender: bool) -> None:
    """Run the web, the scheduler and the sender until stopped (Ctrl-C, SIGTERM)."""
    from wekelijks.cli.listening import listen
    from wekelijks.cli.send import options

    app = doorway.app
    doorway.listen(app, aloud=True)
    options(app)  # A relay's address that cannot be read stops the start, not the sender's every attempt.
    with listen(host, port) as door:
        _run(doorway, app, door, scheduler=not no_scheduler, sender=not no_sender)


def sender_command(doorway: Doorway) -> list[str]:
    """The sender, as a child process."""
    return [
        *(sys.executable, "-m", "wekelijks", "--data", str(doorway.data.absolute())),
        *("send", "--follow", "--supervised"),
    ]


def _run(doorway: Doorway, app: "App", door: Any, *, scheduler: bool, sender: bool) -> None:
    import structlog

    from wekelijks.cli.listening import Pages, url_of
    from wekelijks.cli.supervising import Supervisor
    from wekelijks.scheduler import running
    from wekelijks.web.application import create

    log = structlog.get_logger()
    pages = Pages(create(app, ticks_here=scheduler), app.settings.trusted_proxies, finish_within=_FINISH_PAGES)
    child = Supervisor(sender_command(doorway), name="sender") if sender else None

    def stop(number: int, _frame: object) -> None:
        log.info("Stopping.", signal=signal.Signals(number).name)
        pages.should_exit = True
        if child:
            child.ask_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.info("Serving.", url=url_of(door), readers_reach=app.settings.base_url, scheduler=scheduler, sender=sender)
    with ExitStack() as ends:
        ends.callback(app.database.dispose)
        if child:
            child.start()
            ends.callback(child.stop, within=_STOP_WITHIN)
        if scheduler:
            ends.enter_context(running(app.press, app.clock))
        pages.run(sockets=[door])
    log.info("Stopped.")
