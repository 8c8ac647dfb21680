"""A rig for trying to lose or repeat a letter: an installation of its own, driven by the real commands alone.

The relay is the tests' own, on a thread beside them, so that what it took can be compared with what the ledger says.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from relays import ScriptedRelay, listening  # noqa: E402 - the tests' own relay: their folder comes first on the path.

_SAMPLES = ROOT / "src" / "wekelijks" / "samples"
_IDENTITY = ("--name=Stilte", "--from=Marijke <marijke@stilte.example>", "--language=nl", "--time=08:00")
_PLACE = ("--timezone=UTC", "--weekday=sunday", "--base-url=http://127.0.0.1:8000", "--postal-address=Kerkstraat 1")


class Rig:
    """One installation with readers and material, its slot opened."""

    def __init__(self, data: Path, smtp_url: str, *, database_url: str = "", readers: int) -> None:
        """`database_url` is an empty PostgreSQL database; without one a SQLite file in `data`."""
        self.database_url = database_url
        self.data, self.readers, self.on = data, readers, str(date.today())  # noqa: DTZ011 - the zone is UTC here.
        self.settings = {"WEKELIJKS_SMTP_URL": smtp_url, "WEKELIJKS_LOG_FORMAT": "plain"}
        more = [f"--database-url={database_url}"] if database_url else []
        self.run("init", *_IDENTITY, *_PLACE, *more)
        rows = "".join(f"lezer{number}@lezers.example\n" for number in range(readers))
        (data / "readers.csv").write_text("email\n" + rows, "utf-8")
        self.run("subscribers", "import", str(data / "readers.csv"), "--confirmed-by", "a list on paper")
        self.run("articles", "import", str(_SAMPLES / "loslaten.html"), str(_SAMPLES / "rust.txt"))

    def start(self, *arguments: str, before: tuple[str, ...] = (), **streams: Any) -> "subprocess.Popen[str]":
        """Start a command as it would be on a terminal-less machine. `before`: what stands before it."""
        command = [*before, sys.executable, "-P", "-m", "wekelijks", "--data", str(self.data), *arguments]
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams}
        return subprocess.Popen(command, env={**os.environ, **self.settings}, text=True, **streams)

    def run(self, *arguments: str, status: int | None = 0) -> str:
        """Run a command to its end; what it said. `status` None: whatever becomes of it."""
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        if status is not None and process.returncode != status:
            raise SystemExit(f"{arguments}: status {process.returncode}\n{out}{err}")
        return out + err

    def open(self) -> None:
        """Open today's slot."""
        self.run("slots", "open", self.on)

    def show(self) -> dict[str, Any]:
        """Today's slot, as `slots show` says it."""
        document: dict[str, Any] = json.loads(self.run("slots", "show", self.on, "--json"))
        return document

    def judge(self, relay: ScriptedRelay) -> str:
        """One line: who was lost, doubled, unnamed; the balance."""
        shown, copies = self.show(), Counter(address for address, _message in relay.taken)
        doubles, doubtful = {address for address, count in copies.items() if count > 1}, set(shown["doubtful"])
        ends = ("accepted", "refused", "expired", "suppressed", "cancelled")
        waiting = shown["waiting"]
        lost = self.readers - len(copies | Counter(doubtful)) - sum(shown[end] for end in ends[1:]) - waiting
        exact = shown["snapshot"] == self.readers == sum(shown[end] for end in ends) and shown["state"] == "done"
        return (
            f"accepted {shown['accepted']:,} of {self.readers:,}  waiting {waiting}  lost {lost}  "
            f"doubles {copies.total() - len(copies)}  "
            f"unnamed {len(doubles - doubtful)}  doubtful {len(doubtful)}  exact {exact}"
        )


@contextmanager
def relaying(relay: ScriptedRelay) -> Iterator[str]:
    """The relay on a thread; gives its address for `SMTP_URL`."""
    ready: Future[Callable[[], object]] = Future()

    async def take() -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        async with listening(relay):
            ready.set_result(lambda: loop.call_soon_threadsafe(over.set))
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(take()))
    thread.start()
    end = ready.result()
    try:
        yield f"smtp://127.0.0.1:{relay.port}?tls=none"
    finally:
        end()
        thread.join()


def wait_for(
    true: Callable[[], bool], *, seconds: float = 120, meanwhile: "subprocess.Popen[str] | None" = None
) -> float:
    """Look every millisecond until it is true; how long that took. `meanwhile`: a process that must not end."""
    began = time.perf_counter()
    while not true():
        if time.perf_counter() - began > seconds or (meanwhile and meanwhile.poll() is not None):
            raise SystemExit(f"It did not come true within {seconds} s, or the process ended first.")
        time.sleep(0.001)
    return time.perf_counter() - began


def children(pid: int) -> list[int]:
    """The processes that this one has started, on whichever of its threads."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for one in lists for each in one.read_text("ascii").split()]
