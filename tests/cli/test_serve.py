"""`serve` is one command: it answers, ticks and carries, it stops in order, and its sender never outlives it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import wekelijks
from commands import Operator, environment
from wekelijks import cli
from wekelijks.cli.listening import Pages, listen, url_of
from wekelijks.cli.supervising import Supervisor

SAMPLES = Path(wekelijks.__file__).parent / "samples"
PATIENCE = 40.0  # Seconds; a busy machine starts a Python slowly.


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def eventually(truth: Callable[[], object]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < until, "it did not become true"
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether somebody is at home."""
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url).status_code == 200
    return False


def children(pid: int) -> list[int]:
    """Its child processes."""
    return [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if parent(stat) == pid]


def parent(stat: Path) -> int:
    """Whose child the process of this file is; 0 for one that has gone meanwhile."""
    with contextlib.suppress(OSError):
        return int(stat.read_text("utf-8").rpartition(")")[2].split()[1])
    return 0


def is_alive(pid: int) -> bool:
    """Whether this process runs; one that only waits to be noticed by its parent does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """A new installation whose relay is not there."""
    operator = Operator(tmp_path / "data")
    identity = {
        "name": "Stilte",
        "from": "Marijke <marijke@stilte.example>",
        "base-url": "http://127.0.0.1:8000",
        "smtp-url": "smtp://127.0.0.1:9?tls=none",
        "language": "nl",
        "timezone": "Europe/Amsterdam",
        "weekday": "zondag",
        "time": "08:00",
        "postal-address": "Kerkstraat 1",
    }
    options = [word for option, value in identity.items() for word in (f"--{option}", value)]
    assert cli.run(["--data", str(operator.data), "init", *options]) == 0
    return operator


@contextlib.contextmanager
def serving(operator: Operator, *words: str) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """`serve`, once it answers; killed at the end if it still runs."""
    port = free_port()
    process = subprocess.Popen(
        operator.command("serve", "--port", str(port), *words), stderr=subprocess.PIPE, text=True, env=environment()
    )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: process.poll() is not None or answers(f"{url}/health/live"))
        yield process, url
    finally:
        process.kill()
        process.communicate()


def test_it_answers_ticks_watches_over_a_sender_and_stops(operator: Operator) -> None:
    """Pages, heartbeats of scheduler and sender, true health; then everything ends, with status 0."""
    operator.runs("articles", "import", str(SAMPLES / "loslaten.html"))
    with serving(operator) as (process, url):
        assert httpx.get(f"{url}/").status_code == 200
        eventually(lambda: {"scheduler", "sender"} <= set(operator.asks("status")["heartbeats"]))
        eventually(lambda: httpx.get(f"{url}/health").status_code == 200)
        (sender,) = children(process.pid)

        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _out, log = process.communicate(timeout=30)

        assert process.returncode == 0
        assert time.monotonic() - began < 30
        assert not is_alive(sender)
        assert 'event="The scheduler ticks."' in log
        assert 'event="The sender stopped."' in log
        assert log.strip().splitlines()[-1].endswith("event=Stopped.")


def test_a_dead_sender_is_replaced_and_none_outlives_its_parent(operator: Operator) -> None:
    """`kill -9` of the sender: another comes. `kill -9` of `serve`: the sender goes as well, in order."""
    with serving(operator) as (process, _url):
        eventually(lambda: children(process.pid))
        (first,) = children(process.pid)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: children(process.pid) not in ([], [first]))
        (second,) = children(process.pid)
        eventually((operator.data / "wekelijks.sqlite3.sender").exists)

        process.kill()
        process.wait()

        eventually(lambda: not is_alive(second))


def test_without_scheduler_and_sender_it_is_the_pages_alone(operator: Operator) -> None:
    """Nobody ticks, nobody sends, Ctrl-C stops it, and health says that nobody ticks."""
    with serving(operator, "--no-scheduler", "--no-sender") as (process, url):
        assert children(process.pid) == []
        reasons = httpx.get(f"{url}/health").json()["reasons"]
        assert "scheduler" in [reason["kind"] for reason in reasons]

        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

        assert process.returncode == 0
        assert operator.asks("status")["heartbeats"] == {}


def test_a_port_that_is_taken_is_one_line(operator: Operator) -> None:
    """It says what to do, and no sender was started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = operator.tries("serve", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--port" in done.stderr
    assert not (operator.data / "wekelijks.sqlite3.sender").exists()


def test_a_relay_that_cannot_be_read_stops_the_start(operator: Operator) -> None:
    """Not the sender's every attempt."""
    told = Operator(operator.data, (("WEKELIJKS_SMTP_URL", "http://me:secret@relay"),)).tries("serve", "--port", "0")

    assert told.returncode == 1
    assert "secret" not in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_child_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    """The wait doubles, so that a broken sender does not eat the machine."""
    births = tmp_path / "births"
    script = f"open({str(births)!r}, 'a').write('x')"
    supervisor = Supervisor([sys.executable, "-S", "-c", script], name="child", first_wait=0.3)

    supervisor.start()
    eventually(lambda: births.exists() and births.stat().st_size == 2)
    time.sleep(0.35)

    assert births.stat().st_size == 2  # Twice 0.3 s have to pass now.
    eventually(lambda: births.stat().st_size == 3)
    supervisor.stop(within=5)
    count = births.stat().st_size
    time.sleep(0.2)
    assert births.stat().st_size == count


def test_a_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    """A deadline is a deadline."""
    ready = tmp_path / "ready"
    script = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    supervisor = Supervisor([sys.executable, "-S", "-c", script], name="child")
    supervisor.start()
    eventually(ready.exists)
    pid = supervisor.pid
    assert pid is not None

    supervisor.stop(within=0.3)

    assert not is_alive(pid)


def test_a_command_that_does_not_exist_is_tried_again_and_harms_nobody() -> None:
    """The supervisor itself never dies of its child."""
    supervisor = Supervisor(["/nonexistent/wekelijks"], name="child", first_wait=0.05)
    supervisor.start()
    time.sleep(0.2)

    supervisor.stop(within=5)

    assert supervisor.pid is None


@pytest.mark.parametrize(("trusted", "scheme"), [([], "http"), (["10.9.9.9"], "http"), (["127.0.0.1"], "https")])
def test_a_proxy_is_believed_only_when_it_is_trusted(trusted: list[str], scheme: str) -> None:
    """Whoever else says where a visitor comes from, or how, is not heard."""

    async def web(scope: dict[str, Any], _receive: object, send: Callable[..., Any]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{scope['scheme']} {scope['client'][0]}".encode()})

    with listen("127.0.0.1", 0) as door:
        pages = Pages(web, trusted, finish_within=1)
        thread = threading.Thread(target=pages.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            eventually(lambda: pages.started)
            forwarded = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
            told = httpx.get(url_of(door), headers=forwarded).text
        finally:
            pages.should_exit = True
            thread.join()

    assert told == f"{scheme} {'192.0.2.7' if scheme == 'https' else '127.0.0.1'}"
