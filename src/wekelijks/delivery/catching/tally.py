"""The counting relay: the catcher in a process of its own, which counts letters and keeps none of them.

For measuring. The first line on stdout is its port; when stdin ends, because the one who measures is done or died,
it says what it counted as one JSON line and exits. `python -m wekelijks.delivery.catching.tally`
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

import uvloop

from wekelijks.delivery.catching.catcher import listening
from wekelijks.delivery.catching.letterbox import Caught


@dataclass(kw_only=True, slots=True)
class Count:
    """What came in."""

    letters: int = 0
    recipients: int = 0
    """Different addresses."""
    most_for_one: int = 0
    """How many letters the one address had that had most."""
    bytes: int = 0
    seconds: float = 0.0
    """From the first letter's end to the last one's."""


@dataclass(slots=True)
class Tally:
    """Counts letters as they come."""

    _copies: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0
    _first: float = 0.0
    _last: float = 0.0

    def keep(self, caught: Caught) -> None:
        """Count one letter, and let it go."""
        self._last = time.perf_counter()
        self._first = self._first or self._last
        self._bytes += len(caught.message)
        self._copies.update(caught.recipients)

    def count(self) -> Count:
        """What came in until now."""
        return Count(
            letters=self._copies.total(),
            recipients=len(self._copies),
            most_for_one=max(self._copies.values(), default=0),
            bytes=self._bytes,
            seconds=self._last - self._first,
        )


async def main() -> None:
    """Count until stdin ends."""
    tally, loop, over = Tally(), asyncio.get_running_loop(), asyncio.Event()

    def heard() -> None:
        if not os.read(sys.stdin.fileno(), 4_096):
            over.set()

    async with listening(tally.keep) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        loop.add_reader(sys.stdin.fileno(), heard)
        await over.wait()
        loop.remove_reader(sys.stdin.fileno())
    sys.stdout.write(json.dumps(asdict(tally.count())) + "\n")


if __name__ == "__main__":
    uvloop.run(main())
