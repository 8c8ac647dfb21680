"""Letters a second from database to relay, and the sender's memory, with N readers on an empty database.

python benchmarks/throughput.py sqlite:////tmp/throughput.sqlite3 10000
"""

import asyncio
import resource
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "delivery")]

# The tests' own relay and sender process are measured here, so their folders come first on the path.
from test_kills import carry_and_kill, promised  # noqa: E402 - see above.

from relays import ScriptedRelay, listening  # noqa: E402 - see above.
from wekelijks.store import migrations  # noqa: E402 - see above.
from wekelijks.store.database import Database  # noqa: E402 - see above.


def measure(url: str, readers: int) -> None:
    """One sender process, to the end."""
    database, relay = Database(url), ScriptedRelay()
    migrations.upgrade(database)
    promised(database, readers)

    async def run() -> None:
        async with listening(relay):
            await carry_and_kill(url, relay, kill_at=None)

    began = time.perf_counter()
    asyncio.run(run())
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(relay.taken)} letters in {seconds:.1f} s: {len(relay.taken) / seconds:.0f}/s; {megabytes:.0f} MB")
    database.dispose()


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]))
