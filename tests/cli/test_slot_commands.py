"""`slots`, `tick` and `runway` as an operator types them."""

import json
import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from cast import SUNDAY, a_newsletter, a_reader, a_theme
from commands import Operator, environment
from printing import BORN, EIGHT, HOUR, MINUTE
from wekelijks import app
from wekelijks.cli import wekelijks
from wekelijks.domain.errors import WekelijksError
from wekelijks.domain.newsletter import Newsletter
from wekelijks.services.slots import handling
from wekelijks.settings import keys
from wekelijks.store import migrations, schema
from wekelijks.store.database import Database

Command = Callable[..., Result]


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Database]:
    """The database of an installation on a SQLite file."""
    keys.write(tmp_path, keys.Keys(("key",), "hash"))
    database = Database(f"sqlite:///{tmp_path / 'wekelijks.sqlite3'}")
    migrations.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], Command]:
    """`at(now)(*words)`: run a command as if it were `now`; an explained error is its result's exception."""

    def clock(now: datetime) -> Command:
        def run(*words: str) -> Result:
            monkeypatch.setattr(app, "_now", lambda: now)
            return CliRunner().invoke(wekelijks, ["--data", str(tmp_path), *words])

        return run

    return clock


def a_weekly(database: Database, *, readers: int = 2, themes: int = 1, born: datetime = BORN) -> Newsletter:
    """A newsletter with material and readers."""
    newsletter = a_newsletter(database, created_at=born)
    for number in range(themes):
        a_theme(database, newsletter, f"Thema {number}")
    for number in range(readers):
        a_reader(database, newsletter, f"lezer{number}@example.nl")
    return newsletter


def document(result: Result) -> Any:
    """The JSON document of a command that succeeded."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_tick_says_what_it_did_in_sentences(installed: Database, at: Callable[[datetime], Command]) -> None:
    """And with --json as a list."""
    a_weekly(installed, themes=2)

    said = at(EIGHT)("tick").stdout
    nothing = at(EIGHT + MINUTE)("tick").stdout
    events = document(at(EIGHT + timedelta(weeks=1))("tick", "--json"))

    assert said == "The letter of 2026-03-08, “Thema 0”, is promised to 2 readers.\n"
    assert nothing == "Nothing is due.\n"
    assert ("2026-03-15", "opened") in [(event["on"], event["kind"]) for event in events]


def test_a_slot_is_opened_by_hand_once(installed: Database, at: Callable[[datetime], Command]) -> None:
    """Without a terminal it goes; the second time it says so, status 0; `show --json` has the contract's fields."""
    a_weekly(installed)

    first = at(BORN)("slots", "open", "2026-03-08")
    second = at(BORN + MINUTE)("slots", "open", "2026-03-08")
    shown = document(at(BORN + MINUTE)("slots", "show", "2026-03-08", "--json"))

    assert first.stdout.startswith("Opened: «Thema 0» of 2026-03-08, promised to 2 readers")
    assert (second.exit_code, "already opened" in second.stdout) == (0, True)
    numbers = ("sending", "accepted", "refused", "expired", "suppressed", "cancelled", "in_doubt")
    assert (shown["state"], shown["snapshot"], shown["waiting"]) == ("open", 2, 2)
    assert [shown[name] for name in numbers] == [0] * 7
    assert shown["doubtful"] == []
    assert document(at(BORN)("issues", "list", "--json")) is not None
    assert isinstance(shown["issue"], int)


@pytest.mark.parametrize(("themes", "readers", "words"), [(0, 2, "nothing to send"), (1, 0, "nobody to send")])
def test_nothing_to_send_is_an_explained_error(
    installed: Database, at: Callable[[datetime], Command], themes: int, readers: int, words: str
) -> None:
    """Which `main` makes one line and status 1."""
    a_weekly(installed, themes=themes, readers=readers)

    result = at(BORN)("slots", "open", "2026-03-08")

    assert isinstance(result.exception, WekelijksError)
    assert words in str(result.exception)


@pytest.mark.parametrize(
    "words",
    [("open", "2026-02-30"), ("hold", "sunday"), ("skip", "2026-03-08..2026-13-01"), ("settle", "2026-03-08")],
)
def test_a_date_that_does_not_exist_is_wrong_usage(
    installed: Database, at: Callable[[datetime], Command], words: tuple[str, ...]
) -> None:
    """Status 2, with the place."""
    a_weekly(installed)

    assert at(BORN)("slots", *words).exit_code == 2


def test_the_list_shows_the_coming_weeks_too(installed: Database, at: Callable[[datetime], Command]) -> None:
    """What was opened, held and skipped, and what nobody has touched yet."""
    a_weekly(installed)
    for words in (("open", "2026-03-08"), ("hold", "2026-03-15"), ("skip", "2026-03-22..2026-03-29")):
        assert at(BORN)("slots", *words).exit_code == 0

    listed = document(at(BORN)("slots", "list", "--weeks", "3", "--json"))
    table = at(BORN)("slots", "list").stdout

    assert [(each["on"], each["state"]) for each in listed] == [
        ("2026-03-08", "open"),
        ("2026-03-15", "held"),
        ("2026-03-22", "skipped"),
        ("2026-03-29", "skipped"),
        ("2026-04-05", "planned"),
        ("2026-04-12", "planned"),
    ]
    assert "held (operator)" in table
    assert "Sun 05 Apr 2026 08:00" in table


def test_the_runway_shows_what_the_ticks_will_send(installed: Database, at: Callable[[datetime], Command]) -> None:
    """Week after week the same subjects, in the same order."""
    a_weekly(installed, themes=4)
    foretold = document(at(BORN)("runway", "--weeks", "6", "--json"))

    sent = []
    for week in range(4):
        events = document(at(EIGHT + timedelta(weeks=week))("tick", "--json"))
        sent += [event["message"].split("“")[1].split("”")[0] for event in events if event["kind"] == "opened"]

    assert [row["date"] for row in foretold] == [str(SUNDAY + timedelta(weeks=week)) for week in range(6)]
    assert [row["subject"] for row in foretold[:4]] == sent
    assert [row["source"] for row in foretold[4:]] == [None, None]


def test_pausing_and_cancelling_show_the_balance(installed: Database, at: Callable[[datetime], Command]) -> None:
    """A letter on its way, from the command line."""
    a_weekly(installed)
    at(BORN)("slots", "open", "2026-03-08")

    paused = document(at(BORN + HOUR)("slots", "pause", "2026-03-08", "--json"))
    resumed = document(at(BORN + HOUR)("slots", "resume", "2026-03-08", "--json"))
    cancelled = document(at(BORN + HOUR)("slots", "cancel", "2026-03-08", "--json"))

    assert [each["state"] for each in (paused, resumed, cancelled)] == ["paused", "open", "cancelled"]
    assert (cancelled["waiting"], cancelled["cancelled"], cancelled["snapshot"]) == (0, 2, 2)


@pytest.mark.parametrize(("answer", "state", "status"), [("y", "open", 0), ("n", "planned", 1)])
def test_on_a_terminal_opening_asks_first(
    installed: Database, tmp_path: Path, answer: str, state: str, status: int
) -> None:
    """With the subject and the number of readers, on a real terminal; no means that nothing has happened."""
    now = datetime.now(UTC)
    newsletter = a_weekly(installed, born=now - MINUTE)
    with installed.begin() as transaction:
        transaction.execute(insert(schema.subscriber), [a_row(newsletter, number) for number in range(1238)])
    on = handling.listing(installed, newsletter, weeks=1, now=now)[0].on

    said, code = at_a_terminal(Operator(tmp_path).command("slots", "open", str(on)), answer)

    assert "Send «Thema 0» to 1,240 readers now?" in said
    assert code == status
    assert handling.show(installed, newsletter, on, now=now).slot.state == state


def a_row(newsletter: Newsletter, number: int) -> dict[str, Any]:
    """One of many readers."""
    address = f"een-van-velen-{number}@example.nl"
    return {
        "newsletter_id": newsletter.id,
        "address": address,
        "address_key": address,
        "language": "nl",
        "status": "active",
        "created_at": BORN,
    }


def at_a_terminal(command: list[str], answer: str) -> tuple[str, int]:
    """Type one answer at a terminal; what stood on it, and the status."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment())
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:
        pass  # Linux says EIO when the other end has closed.
    finally:
        os.close(ours)
    return said.decode(), process.wait(timeout=60)
