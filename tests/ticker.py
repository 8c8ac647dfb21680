"""A clock in a process of its own: `python ticker.py DATABASE_URL NOW` ticks once, at the second that stdin names."""

import sys
import time
from datetime import datetime

from printing import a_press, ticked
from wekelijks.store.database import Database


def main(url: str, now: str) -> None:
    """Tick as if it were `now`; say how many slots this process has opened."""
    press = a_press(Database(url))
    print("ready", flush=True)  # noqa: T201 - the test reads it.
    time.sleep(max(0.0, float(sys.stdin.readline()) - time.time()))
    print(sum(event.kind == "opened" for event in ticked(press, datetime.fromisoformat(now))))  # noqa: T201 - as above.


if __name__ == "__main__":
    main(*sys.argv[1:])
