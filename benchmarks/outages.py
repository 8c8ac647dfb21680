"""What happens around a sender: it is told to stop, is not alone, is held to a pace, or its database goes away.

Real commands, one line for each experiment. The experiments with disks need root.

python benchmarks/outages.py [postgresql+psycopg://…] [paces ticks …]     (SQLite always; all, or those named)
"""

import asyncio
import fcntl
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from kills import a_database
from psycopg.sql import SQL, Identifier
from rig import Rig, relaying, wait_for
from sqlalchemy import make_url

from relays import ScriptedRelay

SERVE = ("serve", "--port=0", "--no-scheduler")


Outage = Callable[[Rig, str], AbstractContextManager[None]]


class Measured(ScriptedRelay):
    """Takes its time for each letter, notes when it had it, and falls silent where `hangs` says: "354" or "dot"."""

    def __init__(self, *, delay: float = 0.01) -> None:
        super().__init__()
        self.delay, self.hangs = delay, ""
        self.moments: list[float] = []

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await self._silence("354")
        writer.write(b"354 go on\r\n")
        message = await reader.readuntil(b"\r\n.\r\n")
        await asyncio.sleep(self.delay)
        await self._silence("dot")
        self.taken.append((recipient, message))
        self.moments.append(time.monotonic())
        writer.write(b"250 2.0.0 taken\r\n")
        return True

    async def _silence(self, where: str) -> None:
        while self.hangs == where:  # noqa: ASYNC110 - it is another thread that says so.
            await asyncio.sleep(0.05)


@contextmanager
def a_rig(server: str, relay: ScriptedRelay, *, readers: int, on: str = "") -> Iterator[Rig]:
    """An installation; `on`: the directory for its data."""
    with tempfile.TemporaryDirectory(dir=on or None) as data, relaying(relay) as url:
        yield Rig(Path(data), url, database_url=a_database(server) if server else "", readers=readers)


def say(server: str, what: str, *more: object) -> None:
    """One line of the table."""
    print(f"{'PostgreSQL' if server else 'SQLite':10}  {what}:", *more, flush=True)


def stops(server: str) -> None:
    """SIGTERM on the way, to a sender and to a server; then what a second run makes of it."""
    for command in (("send",), SERVE):
        for hangs in ("", "354", "dot"):
            relay = Measured()
            with a_rig(server, relay, readers=1000) as rig:
                rig.open()
                process = rig.start(*command)
                wait_for(lambda relay=relay: len(relay.taken) >= 300, meanwhile=process)
                relay.hangs = hangs
                time.sleep(0.5)
                process.terminate()
                seconds = wait_for(lambda process=process: process.poll() is not None)
                relay.hangs, shown = "", rig.show()
                how = f"SIGTERM to {command[0]}" + (f", the relay hangs at the {hangs}" if hangs else "")
                ended = f"status {process.returncode} in {seconds:.1f} s, in doubt {shown['in_doubt']} "
                rig.run("send")
                say(server, how, ended, f"doubtful {len(shown['doubtful'])}; then {rig.judge(relay)}")


def crowds(server: str) -> None:
    """Two senders, two servers, at the same moment."""
    for command in (("send",), SERVE):
        relay = Measured(delay=0.002)
        with a_rig(server, relay, readers=2000) as rig:
            rig.open()
            both = [rig.start(*command) for _each in range(2)]
            if command == SERVE:
                wait_for(lambda rig=rig: rig.show()["state"] == "done")
                for each in both:
                    each.terminate()
            statuses = [each.wait(120) for each in both]
            say(server, f"two {command[0]} at once", statuses, rig.judge(relay))


def ticks(server: str) -> None:
    """Four times `tick` in the moment of a slot: it opens once."""
    relay = Measured()
    with a_rig(server, relay, readers=200) as rig:
        today = date.today()  # noqa: DTZ011 - the zone is UTC here.
        sunday = today + timedelta(days=(6 - today.weekday()) % 7 or 7)
        at = ("faketime", "-f", f"@{datetime.combine(sunday, datetime.min.time()):%Y-%m-%d} 08:00:30")
        statuses = [each.wait(120) for each in [rig.start("tick", before=at) for _each in range(4)]]
        rig.on = str(sunday)
        rig.start("send", before=at).wait()
        say(server, "four ticks at once", statuses, rig.judge(relay))


def paces(server: str) -> None:
    """Fifty letters a second are asked for: how many come, with one sender and shared by two."""
    for senders in (1, 2) if server else (1,):
        relay = Measured(delay=0.001)
        with a_rig(server, relay, readers=1000) as rig:
            rig.open()
            rig.settings["WEKELIJKS_LETTERS_PER_SECOND"] = "50"
            for each in [rig.start("send") for _each in range(senders)]:
                each.wait()
            at = sorted(relay.moments)
            rate = (len(at) - 1) / (at[-1] - at[0])
            most = max(sum(one <= other < one + 1 for other in at) for one in at)
            say(
                server,
                f"50/s asked of {senders}",
                f"{rate:.1f}/s over {at[-1] - at[0]:.0f} s, most in a second {most}",
            )


@contextmanager
def unreachable(rig: Rig, server: str) -> Iterator[None]:
    """PostgreSQL ends every connection and takes none."""
    name = str(make_url(rig.database_url).database)
    allow = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(allow.format(Identifier(name), SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        connection.execute(allow.format(Identifier(name), SQL("true")))


@contextmanager
def locked(rig: Rig, _server: str) -> Iterator[None]:
    """Another program has SQLite's own lock."""
    other = sqlite3.connect(rig.data / "wekelijks.sqlite3", isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")


@contextmanager
def no_turn(rig: Rig, _server: str) -> Iterator[None]:
    """A writer of ours is stopped in the middle of its turn."""
    with (rig.data / "wekelijks.sqlite3.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def full(rig: Rig, _server: str) -> Iterator[None]:
    """The disk has no room left."""
    ballast = rig.data / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    yield
    ballast.unlink()


@contextmanager
def write_protected(rig: Rig, _server: str) -> Iterator[None]:
    """The files can be read, and no more."""
    files = [str(file) for file in (rig.data, *rig.data.glob("wekelijks.sqlite3*"))]
    subprocess.run(["chattr", "+i", *files], check=True)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


@contextmanager
def small_disk() -> Iterator[str]:
    """A file system of 40 MB; where it is."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def outages(server: str) -> None:
    """On the way the database goes away, for a while or for longer than anybody waits; the same `send` goes on."""
    kinds: dict[Outage, float] = (
        {unreachable: 35} if server else {locked: 35, no_turn: 35, full: 5, write_protected: 5}
    )
    for outage, seconds in kinds.items():
        relay = Measured()
        with ExitStack() as ends:
            disk = ends.enter_context(small_disk()) if outage is full else ""
            rig = ends.enter_context(a_rig(server, relay, readers=1000, on=disk))
            rig.open()
            process = rig.start("send", stdout=-1, stderr=-1)
            wait_for(lambda relay=relay: len(relay.taken) >= 300, meanwhile=process)
            with outage(rig, server):
                time.sleep(1)
                before = len(relay.taken)
                time.sleep(seconds - 1)
                meanwhile = len(relay.taken) - before
            began = time.monotonic()
            out, err = process.communicate(timeout=120)
            what = f"{outage.__name__.replace('_', ' ')} for {seconds} s"
            ended = (
                f"{meanwhile} letters meanwhile; status {process.returncode} {time.monotonic() - began:.1f} s later;"
            )
            say(server, what, ended, rig.judge(relay))
            for line in dict.fromkeys(line.strip() for line in (out + err).splitlines() if "ledger" in line):
                print(f"            {line[20:200]}", flush=True)


def a_read_only_disk(server: str) -> None:
    """`send` on a disk that is mounted read-only, and again when it is not."""
    if server:
        return
    relay = Measured(delay=0)
    with small_disk() as disk, a_rig(server, relay, readers=200, on=disk) as rig:
        rig.open()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        said = rig.run("send", status=None).strip().splitlines()[-1]
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        rig.run("send")
        say(
            server,
            "read-only disk",
            f"{said!r}, {len(relay.moments) - len(relay.taken)} letters; then",
            rig.judge(relay),
        )


if __name__ == "__main__":
    servers = [each for each in sys.argv[1:] if "://" in each]
    chosen = [each for each in sys.argv[1:] if "://" not in each]
    for each in ["", *servers]:
        for one in (stops, crowds, ticks, paces, outages, a_read_only_disk):
            if not chosen or one.__name__ in chosen:
                one(each)
