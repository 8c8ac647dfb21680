"""`demo`: from an empty directory to a mailbox, in one command that leaves nothing and meets nobody's relay."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from commands import environment


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who tries the demo on a machine where a real installation has its settings in the environment."""

    home: Path
    trap: socket.socket
    """The real installation's relay: it must hear nothing."""

    @property
    def leftovers(self) -> list[str]:
        """Everything that stands in the places where a program could leave something."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))

    def command(self, *words: str) -> list[str]:
        """The command as it would be typed."""
        return [sys.executable, "-m", "wekelijks", *words]

    @property
    def circumstances(self) -> dict[str, Any]:
        """Where it runs, and what the environment says."""
        settings = {
            "WEKELIJKS_DATA": str(self.home / "real"),
            "WEKELIJKS_SMTP_URL": f"smtp://127.0.0.1:{self.trap.getsockname()[1]}",
            "WEKELIJKS_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/real",
            "WEKELIJKS_LETTERS_PER_SECOND": "0.001",
        }
        places = {"TMPDIR": str(self.home / "tmp"), "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1"}
        return {"cwd": self.home, "env": environment(**settings, **places)}

    def tries(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=100, check=False, **self.circumstances
        )

    @contextmanager
    def keeps(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        """Run it in the background; the test ends it."""
        process = subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **self.circumstances,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def heard_nothing(self) -> bool:
        """True when nobody has knocked at the real relay."""
        self.trap.setblocking(False)
        try:
            self.trap.accept()
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    """A visitor with empty hands."""
    (tmp_path / "tmp").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as trap:
        yield Visitor(tmp_path, trap)


def _document(process: "subprocess.Popen[str]") -> Any:
    """The document that a demo prints before it serves."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return json.loads("".join(lines))
    raise AssertionError(f"it ended: {lines} {process.stderr and process.stderr.read()}")


def test_once_sends_every_letter_and_leaves_nothing(visitor: Visitor) -> None:
    """Each promise is kept or ended by name, the sum is exact, and nothing real was touched."""
    done = visitor.tries("demo", "--once", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["balanced"] is True
    assert sum(told["subscribers"].values()) == 25
    assert (told["snapshot"], told["accepted"], told["suppressed"], told["caught"]) == (19, 18, 1, 18)
    assert told["subscribers"] == {"active": 18, "paused": 2, "left": 3, "pending": 1, "unreachable": 1}
    assert told["seconds"] < 60
    assert visitor.leftovers == ["tmp"]
    assert visitor.heard_nothing()


def test_a_directory_that_is_given_keeps_everything(visitor: Visitor) -> None:
    """The table for people; the letters as files; a second demo there changes nothing."""
    where = str(visitor.home / "mine")
    done = visitor.tries("--data", where, "demo", "--once", "--subscribers", "3")
    letters = sorted((visitor.home / "mine" / "mailbox").iterdir())
    again = visitor.tries("--data", where, "demo", "--once")

    assert done.returncode == 0, done.stderr
    assert "19 =" not in done.stdout
    assert "3 = 3 accepted" in done.stdout
    assert str(visitor.home / "mine" / "mailbox") in done.stdout
    assert [path.name for path in letters] == ["000001.eml", "000002.eml", "000003.eml"]
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in letters[0].read_bytes()
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "already" in again.stderr
    assert len(list((visitor.home / "mine" / "mailbox").iterdir())) == 3


def test_everything_it_points_to_is_there_until_ctrl_c(visitor: Visitor) -> None:
    """On a free port where 8000 is taken: each page, and the link that really leaves; then a clean end."""
    with _holding(8000), visitor.keeps("demo", "--json") as process:
        urls = _document(process)["urls"]
        seen = {name: httpx.get(url) for name, url in urls.items()}
        left = httpx.post(urls["unsubscribe"], data={"List-Unsubscribe": "One-Click"})
        health = _when_well(urls["health"])
        process.send_signal(signal.SIGINT)
        _out, complaint = process.communicate(timeout=40)

    assert {name: page.status_code for name, page in seen.items() if name != "health"} == {
        name: 200 for name in urls if name != "health"
    }
    assert ":8000/" not in urls["home"]
    assert seen["mailbox"].text.count("@lezers.example") == 18
    assert urls["unsubscribe"] in seen["letter"].text
    assert "Je bent afgemeld" in left.text
    assert health.status_code == 200, health.text
    assert process.returncode == 0, complaint
    assert visitor.leftovers == ["tmp"]
    assert visitor.heard_nothing()


@contextmanager
def _holding(port: int) -> Iterator[None]:
    """Make sure that this port is taken: by us, once nobody else has it."""
    for _try in range(600):
        try:
            door = socket.create_server(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    with door:
        yield


def _when_well(url: str) -> httpx.Response:
    """The first loops of the clock and the sender take a moment."""
    for _try in range(100):
        answer = httpx.get(url)
        if answer.status_code == 200:
            break
        time.sleep(0.1)
    return answer


def test_a_taken_port_is_named_when_it_was_asked_for(visitor: Visitor) -> None:
    """One line that says what to do."""
    taken = str(visitor.trap.getsockname()[1])

    done = visitor.tries("demo", "--port", taken)

    assert done.returncode == 1
    assert taken in done.stderr
    assert "--port" in done.stderr
    assert done.stderr.count("\n") == 1
    assert visitor.leftovers == ["tmp"]


def test_stopping_it_on_the_way_leaves_nothing(visitor: Visitor) -> None:
    """SIGTERM while readers come in: the directory goes, and nobody goes on in the background."""
    with visitor.keeps("demo", "--once", "--subscribers", "100000") as process:
        for _try in range(600):
            if list((visitor.home / "tmp").glob("*/readers.csv")):
                break
            time.sleep(0.05)
        process.terminate()
        process.communicate(timeout=40)

    assert process.returncode == 128 + signal.SIGTERM
    assert visitor.leftovers == ["tmp"]
