"""Turns: one writer at a time on a SQLite file, over all threads and processes.

A turn is a lock of the operating system, so it ends with its holder, however that dies. Nobody waits for one longer
than the limit: a writer that is stopped or hangs must not make a reader's unsubscribe hang with it.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from wekelijks.domain.errors import Unavailable

LONGEST_WAIT = 30.0
"""Seconds. A turn takes milliseconds; the longest that we know of, rebuilding a table, some seconds."""


class Turns:
    """The turns on one file, taken through a lock file beside it. Safe to share between threads."""

    def __init__(self, path: Path, *, longest_wait: float = LONGEST_WAIT) -> None:
        """`path` of the lock file; `longest_wait` in seconds."""
        self._path, self._longest_wait = path, longest_wait
        # Only one thread of a process waits in the kernel, so that an endless wait leaves few threads behind.
        self._door = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn, and hold it. Not to be taken twice by one thread. Raises Unavailable."""
        until = time.monotonic() + self._longest_wait
        if not self._door.acquire(timeout=self._longest_wait):
            raise self._too_late()
        try:
            with self._opened() as file:
                self._lock(file, until)
                yield
        finally:
            self._door.release()

    def _opened(self) -> TextIO:
        try:
            return self._path.open("w")
        except OSError as error:
            raise Unavailable(f"The database cannot be locked: {error}. Is its directory writable?") from error

    def _lock(self, file: TextIO, until: float) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Looking again and again would find the gaps between a busy sender's turns by luck only: up to seconds.
            waiting = threading.Thread(target=fcntl.flock, args=(file, fcntl.LOCK_EX), daemon=True)
            waiting.start()
            waiting.join(max(0.0, until - time.monotonic()))
            if waiting.is_alive():
                # Closing the file, which follows, gives back what this thread may still be granted.
                raise self._too_late() from None
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _too_late(self) -> Unavailable:
        return Unavailable(
            f"The database is busy: another process has been writing for more than {self._longest_wait:g} seconds."
        )
