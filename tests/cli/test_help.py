"""The program's edges: help at once, one line for every failure, and the three exit statuses."""

import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import Operator, environment
from wekelijks import cli

MOST_SECONDS = 0.4  # The contract's promise, on a quiet machine.


def test_help_answers_at_once() -> None:
    """The best of five, and the processor's time, so that a busy machine is not taken for a slow program."""
    times = []
    for _each in range(5):
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "wekelijks", "--help"], capture_output=True, check=True, text=True
        )
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)

    assert min(times) < MOST_SECONDS
    assert all(re.search(rf"^  {name} ", done.stdout, re.MULTILINE) for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_that_is_listed_is_there(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And explains itself in the words of the list."""
    assert cli.run([name, "--help"]) == 0
    assert "Usage: wekelijks" in capsys.readouterr().out


def test_a_slip_of_the_pen_is_met_with_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage is status 2."""
    assert cli.run(["subscriber", "list"]) == 2
    assert "Did you mean “subscribers”?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["status"], ["send"], ["migrate"], ["serve"], ["keys", "rotate"], ["tick"]])
def test_where_nothing_is_installed_one_line_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Status 1, nothing on stdout, and nothing made."""
    data = tmp_path / "nothing"

    assert cli.run(["--data", str(data), *words]) == 1

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"wekelijks: There is no installation in {data}: run `wekelijks --data {data} init` first.\n"
    assert not data.exists()


def test_a_defect_is_one_line_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where, and names nobody."""

    def broken(_words: object) -> int:
        raise KeyError("jan@lezers.example")

    monkeypatch.setattr(cli, "_obey", broken)

    assert cli.run([]) == 1

    line = capsys.readouterr().err
    assert re.fullmatch(r"wekelijks: this is a defect in test_help\.py, line \d+: KeyError: .*\n", line)
    assert "jan@" not in line


def test_what_the_system_refuses_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file where the data directory should be made."""
    (tmp_path / "file").write_text("", "utf-8")

    status = cli.run(["--data", str(tmp_path / "file" / "data"), "status"])

    assert status == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_listener_that_leaves_is_no_event(tmp_path: Path) -> None:
    """`wekelijks … | head` says nothing on stderr."""
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        Operator(tmp_path).command("--help"), stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False
    )
    os.close(writing)

    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_line(tmp_path: Path, unbuffered: str) -> None:
    """Also when it is only noticed at the end."""
    there = environment(PYTHONUNBUFFERED=unbuffered)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            Operator(tmp_path).command("--help"), stdout=full, stderr=subprocess.PIPE, env=there, check=False
        )

    assert done.returncode == 1
    assert done.stderr == b"wekelijks: the output: No space left on device.\n"


def test_ctrl_c_is_one_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """In the middle of the questions of `init`."""
    ours, theirs = pty.openpty()
    data = tmp_path / "data"
    process = subprocess.Popen(
        Operator(data).command("init"), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), close_fds=True
    )
    os.close(theirs)
    seen = _read_until(ours, b"called?")
    while not _sleeps(process.pid):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    seen += _read_until(ours, b"before the end.")

    assert process.wait(timeout=20) == 1
    assert b"wekelijks: stopped before the end." in seen
    assert b"Traceback" not in seen
    assert not data.exists()
    os.close(ours)


def _sleeps(pid: int) -> bool:
    """Whether it waits for an answer: a Ctrl-C in the instant before is only noticed with the next key."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "S"


def _read_until(terminal: int, what: bytes) -> bytes:
    seen = b""
    while what not in seen:
        seen += os.read(terminal, 1024)
    return seen
