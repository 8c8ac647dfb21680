"""Ids and dates as scripts and slips of the finger give them: the same words are understood by every command."""

import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast import a_newsletter
from commands import environment
from wekelijks.cli import doorway, wekelijks
from wekelijks.settings import keys
from wekelijks.settings.installation import DATABASE_NAME
from wekelijks.store import migrations
from wekelijks.store.database import Database

HUGE = str(10**30)
ASKS_FOR_AN_ID = (
    ("issues", "show", HUGE),
    ("issues", "preview", HUGE),
    ("issues", "remove", HUGE),
    ("issues", "move", HUGE, "1"),
    ("issues", "move", "1", HUGE),
    ("issues", "pin", HUGE, "2026-12-06"),
    ("issues", "test", HUGE, "--to", "proef@example.nl"),
    ("articles", "show", HUGE),
    ("themes", "show", HUGE),
    ("themes", "retire", "1", "--insight", HUGE),
)
ASKS_FOR_A_DATE = (
    ("slots", "show"),
    ("slots", "skip"),
    ("issues", "pin", "1"),
    ("subscribers", "pause", "jan@example.nl", "--until"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with one newsletter."""
    keys.write(tmp_path, keys.Keys(("key",), "hash"))
    database = Database(f"sqlite:///{tmp_path / DATABASE_NAME}")
    migrations.upgrade(database)
    a_newsletter(database)
    database.dispose()
    return tmp_path


def typed(data: Path, *words: str) -> Result:
    """The command as it would be typed."""
    return CliRunner().invoke(wekelijks, ["--data", str(data), *words])


@pytest.mark.parametrize("words", ASKS_FOR_AN_ID, ids=" ".join)
def test_a_number_that_no_database_holds_is_wrong_usage(data: Path, words: tuple[str, ...]) -> None:
    """It is told apart from an id that is not there, and is no defect."""
    result = typed(data, *words)

    assert result.exit_code == 2
    assert "range" in result.stderr


@pytest.mark.parametrize("words", ASKS_FOR_A_DATE, ids=" ".join)
@pytest.mark.parametrize("text", ["2026-02-30", "20261129", "2026-W48-7", "2026-3-8", "", "zondag"])
def test_a_date_is_written_in_one_way(data: Path, words: tuple[str, ...], text: str) -> None:
    """Year, month and day with hyphens; whatever else may be meant is asked back about, by every command."""
    result = typed(data, *words, text)

    assert result.exit_code == 2
    assert "write it as 2026-03-08" in result.stderr


def test_a_list_that_cannot_be_read_empties_no_file(tmp_path: Path) -> None:
    """An export from a directory where nothing is installed leaves the file of the last one as it was."""
    file = tmp_path / "readers.csv"
    file.write_text("email\njan@example.nl\n", "utf-8")

    result = typed(tmp_path / "nowhere", "subscribers", "export", str(file))

    assert result.exit_code != 0
    assert file.read_text("utf-8") == "email\njan@example.nl\n"


def test_a_long_list_is_written_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand rows into a pipe: every cell whole, columns under each other, within seconds."""
    out = StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    rows = [(f"lezer{number}@example.nl", "Zoë", None) for number in range(20_000)]
    began = time.perf_counter()

    doorway.say_table(("address", "name", "until"), rows)

    lines = out.getvalue().splitlines()
    assert time.perf_counter() - began < 5  # A table of the library takes some forty.
    assert (len(lines), {line.index("Zoë") for line in lines[1:]}) == (20_001, {lines[0].index("name")})


@pytest.mark.parametrize("closed", ["0", "1", "2"])
def test_a_closed_stream_is_no_reason_to_fail(data: Path, closed: str) -> None:
    """Started by something that closes stdin, stdout or stderr, a command does what it should."""
    command = [sys.executable, "-m", "wekelijks", "--data", str(data), "newsletters", "list"]

    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command], capture_output=True, check=False, env=environment()
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_c_locale_cannot_stop_a_name_with_an_accent(data: Path) -> None:
    """Where the terminal claims to be ASCII, results are UTF-8."""
    database = Database(f"sqlite:///{data / DATABASE_NAME}")
    a_newsletter(database, slug="tweede", name="Zoë", is_default=False)
    database.dispose()
    command = [sys.executable, "-m", "wekelijks", "--data", str(data), "newsletters", "list"]

    done = subprocess.run(command, capture_output=True, check=False, env=environment(PYTHONIOENCODING="ascii"))

    assert (done.returncode, "Zoë" in done.stdout.decode("utf-8")) == (0, True)
