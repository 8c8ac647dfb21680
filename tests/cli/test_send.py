"""`send` as an operator types it."""

import json
from pathlib import Path

import pytest

from cast import SUNDAY, a_newsletter, a_reader, a_theme
from commands import Operator
from wekelijks.settings import keys
from wekelijks.store import migrations
from wekelijks.store.database import Database

# A port on which nothing may listen without root, and nothing does in a test.
NOBODY = (("WEKELIJKS_SMTP_URL", "smtp://127.0.0.1:9?tls=none"),)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An installation with one reader, one theme, and a relay that is not there."""
    keys.write(tmp_path, keys.Keys(("key",), "hash"))
    database = Database(f"sqlite:///{tmp_path / 'wekelijks.sqlite3'}")
    migrations.upgrade(database)
    newsletter = a_newsletter(database)
    a_reader(database, newsletter, "anneke@example.nl")
    a_theme(database, newsletter)
    database.dispose()
    return Operator(tmp_path, NOBODY)


def test_nothing_to_carry_is_no_failure(operator: Operator) -> None:
    """Status 0, and a summary of noughts."""
    done = operator.tries("send", "--json")

    assert done.returncode == 0
    assert (json.loads(done.stdout)["accepted"], json.loads(done.stdout)["waiting"]) == (0, 0)


def test_a_relay_that_is_not_there_is_one_line_and_the_letter_waits(operator: Operator) -> None:
    """Status 1, one line on stderr that names the relay, nothing lost."""
    operator.runs("slots", "open", SUNDAY.isoformat(), "--yes")

    done = operator.tries("send", "--json")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "127.0.0.1:9" in done.stderr
    assert json.loads(done.stdout)["waiting"] == 1
