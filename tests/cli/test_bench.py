"""`bench`: it measures the real path, reaches nobody, and admits what is not accounted for."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands import environment
from relays import ScriptedRelay, listening


def bench(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run it in an empty place."""
    places = {"TMPDIR": str(home), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "wekelijks", "bench", *words],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=home,
        env=environment(WEKELIJKS_SMTP_URL="smtp://127.0.0.1:1", **places),
    )


def against(relay: ScriptedRelay, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run it against this relay."""

    async def run() -> "subprocess.CompletedProcess[str]":
        async with listening(relay):
            url = f"smtp://127.0.0.1:{relay.port}?tls=none"
            return await asyncio.to_thread(bench, home, "--smtp-url", url, *words)

    return asyncio.run(run())


def test_the_built_in_relay_counts_what_the_ledger_says(tmp_path: Path) -> None:
    """Each letter once; time, speed and memory of the real sender; nothing stays."""
    done = bench(tmp_path, "--subscribers", "300", "--json")

    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["balanced"] is True
    assert (told["snapshot"], told["accepted"]) == (300, 300)
    assert (told["relay_counted"]["letters"], told["relay_counted"]["recipients"]) == (300, 300)
    assert told["relay_counted"]["bytes"] > 300 * 5_000
    assert told["letters_per_second"] > 10
    assert 20 < told["sender_peak_mb"] < 150
    assert list(tmp_path.iterdir()) == []


def test_a_relay_of_ones_own_is_given_addresses_of_nobody(tmp_path: Path) -> None:
    """Every recipient under a reserved domain, and said so."""
    relay = ScriptedRelay()

    done = against(relay, tmp_path, "--subscribers", "20")

    assert done.returncode == 0, done.stderr
    assert len(relay.taken) == 20
    assert {address.rpartition("@")[2] for address, _message in relay.taken} == {"lezers.test"}
    assert "nobody" in done.stdout
    assert "exact" in done.stdout


def test_letters_that_still_wait_are_no_success(tmp_path: Path) -> None:
    """A relay that puts everything off: status 1, and the balance says what waits."""
    relay = ScriptedRelay(lambda _stage, _recipient: "451 4.2.0 later")

    done = against(relay, tmp_path, "--subscribers", "5", "--json")

    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["balanced"] is False
    assert told["waiting"] == 5
    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_measured_once_and_never_overwritten(tmp_path: Path, empty_postgres_url: str) -> None:
    """An empty database is used; one that holds anything of ours is left alone."""
    first = bench(tmp_path, "--subscribers", "50", "--database-url", empty_postgres_url, "--json")
    second = bench(tmp_path, "--subscribers", "50", "--database-url", empty_postgres_url)

    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["database"] == "PostgreSQL"
    assert second.returncode == 1
    assert "in use" in second.stderr


@pytest.mark.parametrize("words", [("--smtp-url", "http://x"), ("--subscribers", "0")])
def test_what_makes_no_sense_is_refused_at_once(tmp_path: Path, words: tuple[str, str]) -> None:
    """With one line, and before anything is made."""
    done = bench(tmp_path, *words)

    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
