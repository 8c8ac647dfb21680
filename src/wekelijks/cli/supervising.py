"""Supervising: a child process that is there as long as its parent wants it, and never longer.

It is started again when it dies, after a wait that doubles. Its standard input is a pipe that nobody writes to: when
the parent dies, however suddenly, the pipe ends and the child stops in order.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence

import structlog

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # Seconds.

_log = structlog.get_logger()


class Supervisor:
    """Keeps one command running, from `start` to `stop`."""

    def __init__(self, command: Sequence[str], *, name: str, first_wait: float = _FIRST_WAIT) -> None:
        """`name` is what log lines call the child; `first_wait` in seconds."""
        self._command, self._name, self._first_wait = list(command), name, first_wait
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"supervisor of the {name}", daemon=True)

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Start the child and keep it."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Tell the child to stop in order, and start no other. Returns at once; safe in a signal handler."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)

    def stop(self, *, within: float) -> None:
        """Stop the child in order; killed when it has not gone within this many seconds."""
        self.ask_to_stop()
        self._thread.join(within)
        if self._thread.is_alive():
            if self._child is not None:
                self._child.kill()
            self._thread.join()
            _log.error(f"The {self._name} did not stop and was killed; unanswered letters are in doubt, by name.")

    def _keep(self) -> None:
        wait = self._first_wait
        while not self._stopping.is_set():
            began = time.monotonic()
            status = self._live()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > _LONGEST_WAIT:
                wait = self._first_wait
            _log.error(f"The {self._name} ended and is started again.", status=status, in_seconds=wait)
            self._stopping.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _live(self) -> int | str:
        """One child's life; its exit status, or why it could not begin."""
        try:
            # A session of its own: Ctrl-C is for the parent, which then stops the child in order.
            child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            return error.strerror or str(error)
        with child:  # Closes the pipe when the child has ended.
            self._child = child
            if self._stopping.is_set():
                self.ask_to_stop()  # It was asked while the child was being born.
            return child.wait()


def stop_with_parent() -> None:
    """In a child of `Supervisor`: when standard input ends, so does the parent, and this process stops in order."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch over the parent", daemon=True).start()
