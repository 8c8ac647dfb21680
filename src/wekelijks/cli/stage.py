"""What `demo` and `bench` share: a directory of their own, nobody's settings, and the real sender as a child.

What is rehearsed here never meets a real installation: variables of the environment that belong to one, its relay
first of all, are forgotten before anything is read.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from wekelijks.domain.errors import Unavailable

if TYPE_CHECKING:
    from rich.progress import Progress

    from wekelijks.app import App
    from wekelijks.domain.newsletter import Newsletter
    from wekelijks.services.lists import Report
    from wekelijks.services.rehearsing import Crowd


_PREFIX = "WEKELIJKS_"
_LOOK_EVERY = 0.02  # Seconds between two looks at the sender; its memory is read as often.
_PATIENCE = 35  # A sender has 30 seconds to stop in order.
_TERMINATED = 128 + signal.SIGTERM


def forget_settings() -> None:
    """Forget the settings of whatever installation this environment belongs to, for this process and its children."""
    for name in [name for name in os.environ if name.startswith(_PREFIX)]:
        del os.environ[name]


@contextmanager
def own_directory(prefix: str) -> Iterator[Path]:
    """A temporary directory that is removed at the end, also when that comes by SIGTERM."""

    def end(_number: int, _frame: object) -> None:
        sys.exit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
            yield Path(name)
    finally:
        signal.signal(signal.SIGTERM, before)


def install(data: Path, *, base_url: str, smtp_url: str, **more: str) -> "tuple[App, Newsletter]":
    """The rehearsal's installation, new, in `data`; `more` settings. Raises NotAllowed where there is one already."""
    from wekelijks import app as house
    from wekelijks.services import installing, rehearsing
    from wekelijks.settings import logging

    # A person reads our own words on stderr; the sender's log lines would only come between them.
    logging.set_up(level="warning", form="auto")
    settings: dict[str, Any] = {"base_url": base_url, "smtp_url": smtp_url, "log_level": "warning", **more}
    database_url = more.get("database_url", "")
    plan = installing.Plan(identity=rehearsing.identity(), settings=settings, database_url=database_url)
    newsletter = house.install(data, plan)
    app = house.build(data)
    return app, rehearsing.dress(app.database, newsletter, now=app.clock())


def gather(app: "App", newsletter: "Newsletter", crowd: "Crowd", bar: "Progress | None") -> "Report":
    """Bring the crowd in as a list in the data directory."""
    from wekelijks.services import rehearsing

    with step(bar, "Readers") as moved:
        return rehearsing.gather(
            app.database,
            newsletter,
            crowd,
            file=app.settings.data / "readers.csv",
            hashing_key=app.keys.hashing,
            now=app.clock(),
            progress=moved,
        )


@contextmanager
def progress() -> Iterator["Progress | None"]:
    """A bar on a terminal, which is gone afterwards; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield bar


@contextmanager
def step(bar: "Progress | None", what: str) -> Iterator[Callable[[int, int], None]]:
    """One line of the bar; gives the function that is told how much of how much is done."""
    task = bar.add_task(what, total=None) if bar else None

    def moved(done: int, whole: int) -> None:
        if bar is not None and task is not None:
            bar.update(task, completed=done, total=whole)

    yield moved
    if bar is not None and task is not None:
        bar.remove_task(task)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of one run of `wekelijks send`."""

    status: int
    seconds: float
    """From the start of its process to its end."""
    peak_megabytes: float | None
    """The most memory that it held; None where this system does not tell."""
    summary: dict[str, Any]
    complaint: str
    """Its last line on stderr."""


def send(data: Path) -> Sent:
    """Run the real `send` as a child process and wait for it."""
    with sending(data) as finish:
        return finish(_nothing)


@contextmanager
def sending(data: Path) -> Iterator[Callable[[Callable[[], None]], Sent]]:
    """Start the real `send` as a child process; gives the function that waits for it, calling another meanwhile.

    Whatever ends this early, the child is stopped in order first.
    """
    # -P: a directory called `wekelijks` where the operator happens to stand is not this program.
    command = [sys.executable, "-P", "-m", "wekelijks", "--data", str(data), "send", "--json"]
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        running(command, stdout=out, stderr=err) as process,
    ):

        def finish(watch: Callable[[], None]) -> Sent:
            peak = None
            while process.poll() is None:
                peak = _peak(process.pid) or peak
                watch()
                time.sleep(_LOOK_EVERY)
            seconds, complaint = time.perf_counter() - began, _all_of(err).strip().splitlines()
            return Sent(
                status=process.returncode,
                seconds=seconds,
                peak_megabytes=peak,
                summary=_document(_all_of(out)),
                complaint=complaint[-1] if complaint else "",
            )

        yield finish


@contextmanager
def running(command: list[str], **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A child process that does not outlive the block."""
    process = subprocess.Popen(command, **streams)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _nothing() -> None:
    """What is done while a bench waits: it must not take the sender's time."""


def _document(said: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(said) if said.strip() else {}
    except ValueError as error:
        raise Unavailable(f"The sender said something strange: {said[:200]}") from error
    return found


def _all_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _peak(pid: int) -> float | None:
    """Megabytes at most until now. `ru_maxrss` will not do: a child begins with the number of its parent."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "")
    return int(line.split()[1]) / 1024 if line else None
