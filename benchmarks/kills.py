"""kill -9 twenty times on the way to 10,000 readers, on each database that is given: lost, doubled, named.

python benchmarks/kills.py sqlite:////tmp/kills.sqlite3 postgresql+psycopg://…   (empty databases)
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "delivery")]

# The tests' own relay and killing are measured here, so their folders come first on the path.
from test_kills import CONNECTIONS, carry_and_kill, promised  # noqa: E402 - see above.

from relays import ScriptedRelay, listening  # noqa: E402 - see above.
from wekelijks.store import ledger, migrations  # noqa: E402 - see above.
from wekelijks.store.database import Database  # noqa: E402 - see above.

READERS, KILLS = 10_000, 20


def measure(url: str) -> None:
    """One run on one empty database; one line of the table."""
    database, relay = Database(url), ScriptedRelay()
    migrations.upgrade(database)
    mailing_id = promised(database, READERS)
    began = time.perf_counter()

    async def run() -> None:
        async with listening(relay):
            for kill in range(1, KILLS + 1):
                await carry_and_kill(url, relay, kill_at=kill * READERS // (KILLS + 1))
            await carry_and_kill(url, relay, kill_at=None)

    asyncio.run(run())
    copies = Counter(address for address, _message in relay.taken)
    with database.read() as transaction:
        settled = ledger.balance(transaction, mailing_id).is_settled
        doubtful = set(ledger.doubtful(transaction, mailing_id))
    doubles = {address for address, count in copies.items() if count > 1}
    extra = sum(copies.values()) - len(copies)
    print(
        f"{database.engine.dialect.name:12} lost {READERS - len(copies):4}  doubles {extra:4} "
        f"(allowed {KILLS * CONNECTIONS})  unnamed {len(doubles - doubtful):4}  doubtful {len(doubtful):4}  "
        f"balanced {settled}  {time.perf_counter() - began:.0f} s"
    )
    database.dispose()


if __name__ == "__main__":
    for each in sys.argv[1:]:
        measure(each)
