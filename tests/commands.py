"""The program as its operator runs it: one process a command, in a data directory of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOREIGN = ("WEKELIJKS_", "PYTHONUNBUFFERED")


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without settings of anybody's installation, and with Python's own buffering."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**plain, "COLUMNS": "120", **extra}


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody at a terminal, with one installation."""

    data: Path
    variables: tuple[tuple[str, str], ...] = ()

    def command(self, *words: str) -> list[str]:
        """The command as it would be typed."""
        return [sys.executable, "-m", "wekelijks", "--data", str(self.data), *words]

    def tries(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run it, whatever comes."""
        return subprocess.run(
            self.command(*words),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
            env=environment(**dict(self.variables)),
        )

    def runs(self, *words: str) -> str:
        """Run it; what it wrote on stdout. It must succeed."""
        done = self.tries(*words)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def asks(self, *words: str) -> Any:
        """Run it with `--json`; the document."""
        return json.loads(self.runs(*words, "--json"))

    @contextmanager
    def keeps_running(self, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run it in the background and end it as a service manager would: it must stop cleanly."""
        process = subprocess.Popen(
            self.command(*words),
            env=environment(**dict(self.variables)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
            process.terminate()
            assert process.wait(timeout=40) == 0
        finally:
            process.kill()
            process.wait()
