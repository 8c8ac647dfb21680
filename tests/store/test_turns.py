"""Turns on a SQLite file: everybody's comes, and nobody waits for ever."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wekelijks.domain.errors import Unavailable
from wekelijks.store.turns import Turns

_HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
)


@contextmanager
def held_elsewhere(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has its turn and does not end it."""
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_a_writer_that_never_ends_is_waited_for_no_longer_than_the_limit(tmp_path: Path) -> None:
    """A stopped writer makes nobody hang, and what was asked for too long is not held later by nobody."""
    turns = Turns(tmp_path / "lock", longest_wait=0.2)
    with held_elsewhere(tmp_path / "lock"):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="busy"), turns.take():
            pass
        assert 0.2 <= time.monotonic() - began < 2

    with turns.take(), pytest.raises(Unavailable), Turns(tmp_path / "lock", longest_wait=0).take():
        pass
    with Turns(tmp_path / "lock", longest_wait=1).take():
        pass


def test_a_turn_comes_when_the_one_before_ends(tmp_path: Path) -> None:
    """Even where the one before ends by the death of its process."""
    turns = Turns(tmp_path / "lock", longest_wait=30)
    with held_elsewhere(tmp_path / "lock") as holder:
        threading.Timer(0.2, holder.kill).start()
        with turns.take():
            ended = holder.wait(10)

    assert ended != 0


def test_two_threads_take_turns(tmp_path: Path) -> None:
    """Never two at once, through one object or through two."""
    one, two = Turns(tmp_path / "lock"), Turns(tmp_path / "lock")
    inside: list[int] = []
    most: list[int] = []

    def write(turns: Turns) -> None:
        for _turn in range(200):
            with turns.take():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=write, args=(turns,)) for turns in (one, one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(most), max(most)) == (600, 1)
