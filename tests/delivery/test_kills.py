"""A sender that is killed on the way loses nobody, and repeats only those it names."""

import asyncio
import fcntl
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from cast import SUNDAY, a_newsletter
from relays import ScriptedRelay, listening
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store import ledger, schema
from wekelijks.store.database import Database

READERS, KILLS, CONNECTIONS = 800, 4, 4
CARRIER = Path(__file__).parents[1] / "carrier.py"


def promised(database: Database, readers: int) -> int:
    """An open slot for this many readers, now; the mailing's id."""
    newsletter, now = a_newsletter(database), datetime.now(UTC)
    people = [
        {
            "newsletter_id": newsletter.id,
            "address": f"lezer{number}@example.nl",
            "address_key": f"lezer{number}@example.nl",
            "language": "nl",
            "status": Standing.ACTIVE,
            "created_at": now,
        }
        for number in range(readers)
    ]
    row = insert(schema.slot).values(newsletter_id=newsletter.id, on=SUNDAY, state=SlotState.OPEN, opened_at=now)
    with database.begin() as transaction:
        transaction.execute(insert(schema.subscriber), people)
        slot_id = transaction.execute(row.returning(schema.slot.c.id)).scalar_one()
        return ledger.promise_slot(
            transaction,
            newsletter=newsletter,
            slot_id=slot_id,
            on=SUNDAY,
            blueprint=b"Dag,\r\n",
            opened_at=now,
            deadline=now + timedelta(hours=48),
        )


async def carry_and_kill(url: str, relay: ScriptedRelay, *, kill_at: int | None) -> None:
    """One sender process; SIGKILL once the relay has taken `kill_at` letters, or left to finish."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CARRIER), url, str(relay.port), str(CONNECTIONS), stdout=asyncio.subprocess.DEVNULL
    )
    while kill_at is not None and len(relay.taken) < kill_at and process.returncode is None:  # noqa: ASYNC110 - watches two.
        await asyncio.sleep(0.001)
    if kill_at is not None and process.returncode is None:
        process.kill()
    status = await process.wait()
    assert kill_at is not None or status == 0


def test_nobody_is_lost_and_doubles_are_named(database: Database) -> None:
    """kill -9 on the way: everyone has the letter, doubles ≤ open connections per kill, each in `doubtful`."""
    mailing_id = promised(database, READERS)
    relay = ScriptedRelay()
    url = database.url.render_as_string(hide_password=False)

    async def run() -> None:
        async with listening(relay):
            for kill in range(1, KILLS + 1):
                await carry_and_kill(url, relay, kill_at=kill * READERS // (KILLS + 1))
            await carry_and_kill(url, relay, kill_at=None)

    asyncio.run(run())

    copies = Counter(address for address, _message in relay.taken)
    with database.read() as transaction:
        balance = ledger.balance(transaction, mailing_id)
        doubtful = set(ledger.doubtful(transaction, mailing_id))
    doubles = {address for address, count in copies.items() if count > 1}
    assert len(copies) == READERS
    assert sum(copies.values()) - READERS <= KILLS * CONNECTIONS
    assert doubles <= doubtful
    assert balance.is_settled


def test_a_sender_told_to_stop_ends_though_the_database_never_answers(database: Database) -> None:
    """Another process keeps the turn to write and does not let go: out in time all the same, and nobody is lost."""
    if not database.is_sqlite:
        return
    mailing_id, relay = promised(database, 200), ScriptedRelay()
    url = database.url.render_as_string(hide_password=False)
    hasty = "from wekelijks.cli import send; send._EXIT_WITHIN = 1; import carrier, sys; carrier.main(*sys.argv[1:])"

    async def run() -> int:
        async with listening(relay):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", hasty, url, str(relay.port), str(CONNECTIONS)),
                env={**os.environ, "PYTHONPATH": str(CARRIER.parent)},
                stdout=asyncio.subprocess.DEVNULL,
            )
            while len(relay.taken) < 50 and process.returncode is None:  # noqa: ASYNC110 - watches two.
                await asyncio.sleep(0.001)
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            process.terminate()
            status = await asyncio.wait_for(process.wait(), 20)
            fcntl.flock(lock, fcntl.LOCK_UN)
            await carry_and_kill(url, relay, kill_at=None)
            return status

    with Path(f"{database.url.database}.lock").open("w") as lock:
        status = asyncio.run(run())

    copies = Counter(address for address, _message in relay.taken)
    with database.read() as transaction:
        doubtful = set(ledger.doubtful(transaction, mailing_id))
    assert status == -signal.SIGALRM
    assert len(copies) == 200
    assert {address for address, count in copies.items() if count > 1} <= doubtful
