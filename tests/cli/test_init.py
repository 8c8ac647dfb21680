"""`init`, `migrate`, `newsletters`, `keys`: from nothing to an installation, at a terminal and without one."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands import Operator, environment
from wekelijks import cli
from wekelijks.settings import installation
from wekelijks.store.database import Database

GIVEN = {
    "--name": "Stilte op zondag",
    "--from": "Marijke de Wit <marijke@stilte.example>",
    "--base-url": "https://brief.stilte.example/",
    "--smtp-url": "smtp://me:secret@relay.example:587",
    "--language": "nl",
    "--timezone": "Europe/Amsterdam",
    "--weekday": "zondag",
    "--time": "8:00",
    "--postal-address": "Kerkstraat 1, 1234 AB Ons Dorp",
}


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variables of anybody's installation."""
    for name in [name for name in os.environ if name.startswith("WEKELIJKS_")]:
        monkeypatch.delenv(name)


def words(**changes: str | None) -> list[str]:
    """The options of `init`; None leaves one out."""
    given: dict[str, str | None] = {
        **GIVEN,
        **{f"--{key.replace('_', '-')}": value for key, value in changes.items()},
    }
    return [word for option, value in given.items() if value is not None for word in (option, value)]


def test_init_makes_an_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what there is, and what comes next; the relay's password is not shown."""
    data = tmp_path / "data"

    assert cli.run(["--data", str(data), "init", *words()]) == 0

    told = capsys.readouterr().out
    assert "every Sunday at 08:00 (Europe/Amsterdam), from Marijke de Wit <marijke@stilte.example>" in told
    assert f"wekelijks --data {data} serve" in told
    assert "secret" not in told
    settings = installation.load(data, {})
    assert settings.base_url == "https://brief.stilte.example"
    assert settings.operator == ["marijke@stilte.example"]
    assert cli.run(["--data", str(data), "status"]) == 0


def test_init_as_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what was understood."""
    assert cli.run(["--data", str(tmp_path), "init", *words(), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["slug"]) == (1, "stilte-op-zondag")
    assert (document["weekday"], document["time"]) == ("sunday", "08:00")


def test_without_a_terminal_everything_that_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All at once, and nothing is made."""
    data = tmp_path / "data"

    assert cli.run(["--data", str(data), "init", "--name", "Stilte"]) == 2

    told = capsys.readouterr().err
    assert [option for option in GIVEN if option not in told] == ["--name"]
    assert not data.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("from", "Marijke"),
        ("base_url", "http://brief.stilte.example"),
        ("smtp_url", "http://relay.example"),
        ("smtp_url", "smtp://me:secret@relay.example?tls=none"),
        ("language", "fy"),
        ("timezone", "Europe/Ons-Dorp"),
        ("weekday", "someday"),
        ("time", "25:00"),
        ("postal_address", " "),
        ("database_url", "mysql://me:secret@host/name"),
        ("operator", "nobody"),
        ("slug", "Not A Slug"),
    ],
)
def test_what_cannot_be_used_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    """It names the option, repeats no password, and nothing is made."""
    data = tmp_path / "data"

    assert cli.run(["--data", str(data), "init", *words(**{option: value})]) == 2

    told = capsys.readouterr().err
    assert f"--{option.replace('_', '-')}" in told
    assert "secret" not in told
    assert not data.exists()


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1 and one line, before anything is asked."""
    assert cli.run(["--data", str(tmp_path), "init", *words()]) == 0
    capsys.readouterr()

    assert cli.run(["--data", str(tmp_path), "init"]) == 1

    assert capsys.readouterr().err == (
        f"wekelijks: There is an installation in {tmp_path} already: nothing was changed.\n"
    )


def test_what_the_environment_says_is_neither_asked_for_nor_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_postgres_url: str
) -> None:
    """A secret that an orchestrator keeps stays there, and PostgreSQL is used where it says so."""
    monkeypatch.setenv("WEKELIJKS_DATABASE_URL", empty_postgres_url)
    monkeypatch.setenv("WEKELIJKS_SMTP_URL", "smtp://me:kept@relay.example:587")
    monkeypatch.setenv("WEKELIJKS_BASE_URL", "https://brief.stilte.example")

    assert cli.run(["--data", str(tmp_path / "data"), "init", *words(smtp_url=None, base_url=None)]) == 0

    names = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert names == ["keys.json", "wekelijks.toml"]
    text = (tmp_path / "data" / "wekelijks.toml").read_text("utf-8")
    assert "kept" not in text
    assert empty_postgres_url not in text
    assert cli.run(["--data", str(tmp_path / "data"), "migrate"]) == 0


def test_a_terminal_is_asked_until_the_answer_can_be_used(tmp_path: Path) -> None:
    """One question after the other; an empty answer takes what is offered."""
    data = tmp_path / "data"
    answers = {
        "called?": "Stilte op zondag",
        "Who is it from?": "marijke@stilte.example",
        "its pages?": "http://brief.stilte.example",
        "this machine": "https://brief.stilte.example",
        "Which relay": "",
        "which language": "",
        "time zone": "Europe/Amsterdam",
        "day of the week": "vrijdag",
        "At what time": "",
        "postal address": "Kerkstraat 1",
    }

    process, terminal = _at_a_terminal(data, "init")
    for question, answer in answers.items():
        _until(terminal, question)
        os.write(terminal, answer.encode() + b"\n")
    seen = _until(terminal, "week after week")

    assert process.wait(timeout=20) == 0
    assert "every Friday at 08:00 (Europe/Amsterdam), from Stilte op zondag <marijke@stilte.example>" in seen
    assert installation.load(data, {}).smtp_url.get_secret_value() == "smtp://127.0.0.1:25"
    os.close(terminal)


def test_migrate_may_be_repeated_and_an_older_database_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every other command names `migrate`; one that is newer than the program is left alone."""
    data = ["--data", str(tmp_path)]
    cli.run([*data, "init", *words()])
    _stamp(tmp_path, "DELETE FROM alembic_version")
    capsys.readouterr()
    assert cli.run([*data, "status"]) == 1
    assert "wekelijks migrate" in capsys.readouterr().err

    _stamp(tmp_path, "INSERT INTO alembic_version VALUES ('0001')")
    assert cli.run([*data, "migrate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"before": "0001", "schema": "0001", "changed": False}

    _stamp(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    for command in ("migrate", "status"):
        assert cli.run([*data, command]) == 1
        assert "newer schema (9999)" in capsys.readouterr().err


def test_a_second_newsletter_takes_what_is_not_given_from_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And stands in the list beside it."""
    data = ["--data", str(tmp_path)]
    cli.run([*data, "init", *words()])
    assert cli.run([*data, "newsletters", "add", "rust-brief", "--weekday", "wo", "--from", "a@b.example"]) == 0
    assert cli.run([*data, "newsletters", "add", "rust-brief"]) == 1
    assert cli.run([*data, "newsletters", "add", "Rust Brief"]) == 2
    capsys.readouterr()

    assert cli.run([*data, "newsletters", "list", "--json"]) == 0

    first, second = json.loads(capsys.readouterr().out)
    assert (first["slug"], first["default"]) == ("stilte-op-zondag", True)
    assert second["name"] == "Rust brief"
    assert second["sender"] == "Rust brief <a@b.example>"
    assert (second["weekday"], second["time"], second["timezone"]) == ("wednesday", "08:00", "Europe/Amsterdam")
    assert second["url"] == "https://brief.stilte.example/n/rust-brief/"


def test_rotating_keys_counts_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file stays its owner's."""
    cli.run(["--data", str(tmp_path), "init", *words()])
    capsys.readouterr()

    assert cli.run(["--data", str(tmp_path), "keys", "rotate", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"keys": 2}
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def _stamp(data: Path, statement: str) -> None:
    database = Database(f"sqlite:///{data / installation.DATABASE_NAME}")
    with database.begin() as transaction:
        transaction.exec_driver_sql(statement)
    database.dispose()


def _at_a_terminal(data: Path, *words: str) -> "tuple[subprocess.Popen[Any], int]":
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        Operator(data).command(*words), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), close_fds=True
    )
    os.close(theirs)
    return process, ours


def _until(terminal: int, *what: str) -> str:
    """Read on until all of this was said."""
    seen = ""
    while not all(each in seen for each in what):
        seen += os.read(terminal, 4096).decode()
    return seen
