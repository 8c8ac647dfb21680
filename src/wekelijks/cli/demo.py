"""`demo`: this week's letter on embedded parts, from an empty directory to a mailbox that can be looked at.

Everything is real but the people: the same services, the same `send`, SMTP over a socket. What it makes stands in one
directory and is gone afterwards; no setting of a real installation is read, and no letter leaves this computer.
"""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from wekelijks.cli import stage
from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say, say_json
from wekelijks.cli.programme import Performance, as_document, show
from wekelijks.domain.errors import Unavailable

if TYPE_CHECKING:
    import socket

    from wekelijks.app import App
    from wekelijks.delivery.catching.letterbox import Letterbox
    from wekelijks.domain.newsletter import Newsletter

_HOST, _PORT = "127.0.0.1", 8000
_FINISH_PAGES = 2  # Seconds that a page may take after Ctrl-C.
_STOP_WITHIN = 27.0  # As `serve`: the sender gives a last dot 25 s.


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="For the pages; without it 8000, or a free one.")
@click.option("--subscribers", type=click.IntRange(1, 1_000_000), default=25, show_default=True, metavar="N")
@click.option("--once", is_flag=True, help="End after sending; status 0 only if every letter is accounted for.")
@as_json
@pass_doorway
def demo(doorway: Doorway, *, port: int | None, subscribers: int, once: bool, as_json: bool) -> None:
    """Compose this week's letter, send it, and show it: everything on this computer, nothing stays."""
    stage.forget_settings()
    began = time.perf_counter()
    with ExitStack() as theatre:
        kept = doorway.data if _was_given("data") else None
        data = theatre.enter_context(nullcontext(kept) if kept else stage.own_directory("wekelijks-demo-"))
        door = None if once else theatre.enter_context(_door(port))
        performance = _perform(theatre, data, door, port=port, subscribers=subscribers, began=began)
        if as_json:
            say_json(as_document(performance))
        else:
            show(performance, served=door is not None, stays=kept is not None)
        sys.stdout.flush()
        if door is not None:
            _wait_for_the_end()
            say("Stopped." if kept else "Stopped; everything that the demo made is removed.")
    if not performance.is_exact:
        raise Unavailable(f"The slot does not balance. {performance.complaint}".strip())


def _was_given(option: str) -> bool:
    """Whether it stands on the command line: a data directory in the environment is a real installation's."""
    context = click.get_current_context().parent
    return context is not None and context.get_parameter_source(option) is ParameterSource.COMMANDLINE


@contextmanager
def _door(port: int | None) -> Iterator["socket.socket"]:
    """A listening socket for the pages, on the port that was asked for or on whatever is free."""
    from wekelijks.cli.listening import listen

    with ExitStack() as stack:
        try:
            door = stack.enter_context(listen(_HOST, port or _PORT))
        except Unavailable:
            if port:
                raise
            door = stack.enter_context(listen(_HOST, 0))
        yield door


def _perform(
    theatre: ExitStack, data: Path, door: "socket.socket | None", *, port: int | None, subscribers: int, began: float
) -> Performance:
    """Everything up to the table: install, gather, open, send. What must stay up until the end enters `theatre`."""
    from wekelijks.cli.listening import url_of
    from wekelijks.delivery.catching.catcher import catching
    from wekelijks.delivery.catching.letterbox import Letterbox
    from wekelijks.services import rehearsing
    from wekelijks.services.slots import opening

    box = Letterbox(data / "mailbox")
    # The relay's port must be known before there is an installation, whose clock it uses when letters come.
    relay_port = theatre.enter_context(catching(lambda caught: box.put(caught, now=app.clock())))
    base_url = url_of(door) if door else f"http://{_HOST}:{port or _PORT}"
    app, newsletter = stage.install(data, base_url=base_url, smtp_url=f"smtp://{_HOST}:{relay_port}?tls=none")
    theatre.callback(app.database.dispose)
    database, on = app.database, newsletter.today(app.clock())
    with stage.progress() as bar:
        stage.gather(app, newsletter, rehearsing.Crowd(subscribers), bar)
        rehearsing.bring_material(database, newsletter, now=app.clock())
        opened = opening.open_slot(app.press, newsletter, on, now=app.clock())
        left = rehearsing.leave_meanwhile(database, newsletter, now=app.clock())
        with stage.step(bar, "Sending") as moved, stage.sending(data) as finish:
            if door is not None:
                theatre.enter_context(_serving(app, door, box))  # While the sender is starting.
            sent = finish(lambda: moved(box.taken, opened.readers))
    if door is not None:
        theatre.enter_context(_working(app, data))
    seconds = time.perf_counter() - began
    return _performance(app, newsletter, box, left_address=left.address if left else "", sent=sent, seconds=seconds)


def _performance(
    app: "App", newsletter: "Newsletter", box: "Letterbox", *, left_address: str, sent: stage.Sent, seconds: float
) -> Performance:
    from wekelijks.services import archive, rehearsing

    now = app.clock()
    on = newsletter.today(now)
    figures = rehearsing.figures(app.database, newsletter, on, now=now)
    return Performance(
        newsletter=newsletter,
        letter=archive.letter(app.database, newsletter, on),
        figures=figures,
        caught=box.taken,
        left_address=left_address,
        seconds=seconds,
        complaint=sent.complaint if sent.status else "",
        mailbox=box.directory,
        base_url=app.settings.base_url,
        leave_url=_leave_url(box),
    )


def _leave_url(box: "Letterbox") -> str:
    """The link of the first letter that was caught, as its header says it."""
    from wekelijks.mail import reading

    numbers = box.numbers()
    return reading.read(box.read(numbers[0])).one_click if numbers else ""


@contextmanager
def _serving(app: "App", door: "socket.socket", box: "Letterbox") -> Iterator[None]:
    """The pages, on a thread: signals are the main thread's."""
    from wekelijks.cli.listening import Pages
    from wekelijks.web.application import create

    pages = Pages(create(app, mailbox=box.directory, ticks_here=True), (), finish_within=_FINISH_PAGES)
    thread = threading.Thread(target=pages.run, kwargs={"sockets": [door]}, name="pages")
    thread.start()
    try:
        yield
    finally:
        pages.should_exit = True
        thread.join()


@contextmanager
def _working(app: "App", data: Path) -> Iterator[None]:
    """The clock and the sender, as `serve` has them, so that what is done on the pages goes on to happen."""
    from wekelijks.cli.serve import sender_command
    from wekelijks.cli.supervising import Supervisor
    from wekelijks.scheduler import running

    sender = Supervisor(sender_command(Doorway(data, None)), name="sender")
    with running(app.press, app.clock):
        sender.start()
        try:
            yield
        finally:
            sender.stop(within=_STOP_WITHIN)


def _wait_for_the_end() -> None:
    over = threading.Event()

    def end(_number: int, _frame: Any) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    over.wait()
