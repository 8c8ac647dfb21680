"""The letterbox: caught letters in a directory, one file each, numbered in the order in which they came.

A letter is whole or it is not there: readers of the directory never meet half of one. Below the lines that a
delivering host adds, every byte is as it came.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from wekelijks.domain.errors import NotFound

MOST_KEPT = 10_000
"""Letters that stay as files. A rehearsal with a hundred thousand readers would fill a small disk with copies."""

_NAME = re.compile(r"\A([0-9]{6})\.eml\Z")


@dataclass(frozen=True, slots=True)
class Caught:
    """One letter as the relay took it."""

    sender: str
    """The return path, without angle brackets; empty for a letter that wants no answer."""
    recipients: tuple[str, ...]
    message: bytes
    """CRLF, not dot-stuffed."""
    greeted_as: str = ""
    """How the client introduced itself."""


class Letterbox:
    """The directory. One process writes, any may read."""

    def __init__(self, directory: Path) -> None:
        """`directory` is made by the first letter."""
        self.directory = directory
        self.taken = 0
        """Letters put in by this object, also those that were not kept."""
        self._last: int | None = None

    def put(self, caught: Caught, *, now: datetime) -> None:
        """Put a copy in for each recipient. Raises OSError when that cannot be done: then it was not taken."""
        for recipient in caught.recipients:
            if self._last is None:
                self.directory.mkdir(parents=True, exist_ok=True)
                self._last = max(self.numbers(), default=0)
            if self._last < MOST_KEPT:
                self._write(self._last + 1, _trace(caught, recipient, now) + caught.message)
                self._last += 1
            self.taken += 1

    def numbers(self) -> list[int]:
        """The numbers of the letters that are kept, the first first."""
        if not self.directory.is_dir():
            return []
        found = (_NAME.match(path.name) for path in self.directory.iterdir())
        return sorted(int(name[1]) for name in found if name)

    def read(self, number: int) -> bytes:
        """One letter with the delivering host's lines above it. Raises NotFound."""
        try:
            return self._path(number).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"There is no letter {number} in {self.directory}.") from error

    def search(self, text: str) -> list[int]:
        """The numbers of the letters whose recipient's address holds this text, in any case."""
        wanted = text.strip().lower()
        return [number for number in self.numbers() if wanted in self._recipient(number).lower()]

    def _recipient(self, number: int) -> str:
        with self._path(number).open("rb") as file:
            second = file.read(2_048).split(b"\r\n", 2)[1]
        return second.removeprefix(b"Delivered-To: ").decode("utf-8", "replace")

    def _path(self, number: int) -> Path:
        return self.directory / f"{number:06}.eml"

    def _write(self, number: int, letter: bytes) -> None:
        # Written under another name first, so that a page that lists the directory sees whole letters only.
        fresh = self.directory / f"{number:06}.part"
        try:
            fresh.write_bytes(letter)
            fresh.replace(self._path(number))
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def _trace(caught: Caught, recipient: str, now: datetime) -> bytes:
    """What a host that delivers puts on top (RFC 5321, 4.4), so that the envelope can be seen too."""
    lines = (
        f"Return-Path: <{caught.sender}>",
        f"Delivered-To: {recipient}",
        f"Received: from {caught.greeted_as or 'unknown'} (loopback [127.0.0.1])",
        f"\tby catcher.invalid (wekelijks) with ESMTP for <{recipient}>;",
        f"\t{format_datetime(now)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")
