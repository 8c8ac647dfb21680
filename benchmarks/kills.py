"""kill -9 twenty times on the way to 10,000 readers, of `send` and of `serve`: lost, doubled, named.

python benchmarks/kills.py [postgresql+psycopg://…]     (a server on which databases may be made; SQLite always)
"""

import signal
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
from rig import Rig, children, relaying, wait_for
from sqlalchemy import make_url

from relays import ScriptedRelay

READERS, KILLS, CONNECTIONS = 10_000, 20, 10


def measure(server: str, command: str, *more: str) -> None:
    """One slot carried by `command`, which is killed again and again; one line of the table."""
    relay, began = ScriptedRelay(), time.perf_counter()
    with tempfile.TemporaryDirectory() as data, relaying(relay) as url:
        rig = Rig(Path(data), url, database_url=a_database(server) if server else "", readers=READERS)
        rig.open()
        slowest = 0.0
        for kill in range(1, KILLS + 1):
            process = rig.start(command, *more)
            wait_for(lambda kill=kill: len(relay.taken) >= kill * READERS // (KILLS + 1), meanwhile=process)
            orphans = children(process.pid)
            process.send_signal(signal.SIGKILL)
            process.wait()
            slowest = max([slowest, *(wait_for(lambda pid=pid: not alive(pid)) for pid in orphans)])
        rig.run("send")
        again, opened = rig.run("send"), rig.run("slots", "open", rig.on)
        assert "Nothing is waiting" in again, again
        assert "already opened" in opened, opened
        assert rig.run("tick") == rig.run("tick")
        print(
            f"{'PostgreSQL' if server else 'SQLite':10}  {command:5}  {rig.judge(relay)}  "
            f"(doubles allowed {KILLS * CONNECTIONS}; orphans gone within {slowest:.1f} s; "
            f"{time.perf_counter() - began:.0f} s)",
            flush=True,
        )


def a_database(server: str) -> str:
    """A new empty database on the server; its address."""
    name = f"kills_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def alive(pid: int) -> bool:
    """True while the process runs (a zombie does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("ascii")
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    for each in ["", *sys.argv[1:]]:
        measure(each, "send")
        measure(each, "serve", "--port=0", "--no-scheduler")
