"""The queue at the terminal: a file in, a letter to look at, a test in the mailbox."""

import email
import json
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from cast import SUNDAY, a_newsletter, a_theme
from wekelijks.cli import wekelijks
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Purpose, Signer
from wekelijks.mail.blueprint import Blueprint
from wekelijks.settings import keys
from wekelijks.settings.installation import DATABASE_NAME
from wekelijks.settings.keys import Keys
from wekelijks.store import ledger, migrations
from wekelijks.store.database import Database

NOW = "2026-03-06T10:00:00+00:00"
SIGNER = Signer(["key"])
BRIEF = """---
subject: Sneeuw op zondag
preheader: Wat stilte hoorbaar maakt
insight: Stilte valt niet, ze komt tevoorschijn.
question: Waar werd jij deze week stil van?
---
Het had de hele nacht gesneeuwd, en toen ik opstond was de straat weg.

Er lag alleen nog licht.
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with one newsletter and one theme, on the Friday before a slot."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WEKELIJKS_DATA", raising=False)
    keys.write(tmp_path, Keys(signing=("key",), hashing="hash"))
    database = database_in(tmp_path)
    migrations.upgrade(database)
    a_theme(database, a_newsletter(database))
    database.dispose()
    with time_machine.travel(NOW):
        yield tmp_path


def database_in(data: Path) -> Database:
    """The installation's database."""
    return Database(f"sqlite:///{data / DATABASE_NAME}")


def run(data: Path, *words: str, stdin: str | None = None) -> Result:
    """The command as it would be typed."""
    return CliRunner().invoke(wekelijks, ["--data", str(data), "issues", *words], input=stdin)


def done(data: Path, *words: str, stdin: str | None = None) -> str:
    """What it wrote on stdout; it must succeed."""
    result = run(data, *words, stdin=stdin)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def asked(data: Path, *words: str) -> Any:
    """The JSON document."""
    return json.loads(done(data, *words, "--json"))


def flowing(text: str) -> str:
    """The words in a row, whatever space stands between them."""
    return " ".join(text.split())


def written(data: Path, text: str = BRIEF, name: str = "brief.md") -> str:
    """A file with this text; its path."""
    (data / name).write_text(text, "utf-8")
    return str(data / name)


def test_a_file_becomes_an_issue_and_its_id_is_all_of_stdout(data: Path) -> None:
    """For scripts; what happened is said on stderr. The same file from elsewhere is the same issue."""
    file = written(data)

    first = run(data, "add", file)
    again = run(data, "add", "./" + Path(file).name)

    assert (first.stdout, again.stdout) == ("1\n", "1\n")
    assert "“Sneeuw op zondag” is added: place 1 in the queue, goes on 2026-03-08." in first.stderr
    assert "unchanged" in again.stderr


def test_the_list_says_what_goes_when(data: Path) -> None:
    """As JSON with every field, as a table with the main ones."""
    done(data, "add", written(data))
    done(data, "add", written(data, "---\ntheme: Loslaten\nps: Dag!\n---\n", "thema.md"))

    found = asked(data, "list")
    table = done(data, "list")

    assert [(one["id"], one["position"], one["subject"], one["goes_on"], one["state"]) for one in found] == [
        (1, 1, "Sneeuw op zondag", "2026-03-08", "queued"),
        (2, 2, "Loslaten", "2026-03-15", "queued"),
    ]
    assert found[1]["theme_id"] == 1
    assert "2026-03-15" in table
    assert "Loslaten" in table


def test_an_issue_is_moved_pinned_edited_and_removed(data: Path) -> None:
    """Each prints the id, or the issue as JSON."""
    for name in ("a", "b"):
        done(data, "add", written(data, BRIEF.replace("Sneeuw", name), f"{name}.md"))

    moved = asked(data, "move", "2", "1")
    pinned = asked(data, "pin", "1", "2026-03-29")
    edited = asked(data, "edit", "1", written(data, BRIEF, "c.md"))
    removed = asked(data, "remove", "2")

    assert (moved["position"], moved["outcome"]) == (1, "updated")
    assert (pinned["state"], pinned["pinned_on"], pinned["position"]) == ("pinned", "2026-03-29", None)
    assert (edited["subject"], edited["pinned_on"]) == ("Sneeuw op zondag", "2026-03-29")
    assert removed == {"id": 2, "outcome": "removed"}
    assert [one["id"] for one in asked(data, "list")] == [1]


def test_show_gives_the_letter_with_the_pools_words(data: Path) -> None:
    """So that a writer sees what readers will."""
    done(data, "add", written(data, "---\ntheme: 1\nps: Dag!\n---\n"))

    document = asked(data, "show", "1")
    shown = done(data, "show", "1")

    assert document["letter"]["insight"] == "Rust is geen plek, maar een richting."
    assert document["letter"]["on"] == "2026-03-08"
    assert "insight: Rust is geen plek, maar een richting." in shown
    assert "ps: Dag!" in shown


def test_previews_are_the_letter_itself(data: Path) -> None:
    """HTML, text and the whole message: the same words, no marker left, and links that are well made."""
    done(data, "add", written(data))

    html, text = (done(data, "preview", "1", "--format", form) for form in ("html", "text"))
    eml = data / "brief.eml"
    assert done(data, "preview", "1", "--format", "eml", "--output", str(eml)) == ""
    message = email.message_from_bytes(eml.read_bytes(), policy=policy.default)

    for words in ("Stilte valt niet", "Er lag alleen nog licht.", "Waar werd jij deze week stil van?"):
        assert words in flowing(unescape(html))
        assert words in flowing(text)
    assert html.lstrip().lower().startswith("<!doctype html")
    assert message["Subject"] == "Sneeuw op zondag"
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    assert body.get_content().split() == text.split()
    token = re.search(r"/u/([^>\s]+)>", message["List-Unsubscribe"])
    assert token is not None
    assert SIGNER.read(Purpose.UNSUBSCRIBE, token[1]).subscriber_id == 0


def test_a_test_waits_in_the_ledger_outside_any_slot(data: Path) -> None:
    """One delivery of its own kind to the address, marked, with links that do nothing; no subscription is touched."""
    done(data, "add", written(data))

    document = asked(data, "test", "1", "--to", "Marijke@stilte.example")
    again = asked(data, "test", "1", "--to", "Marijke@stilte.example")

    database = database_in(data)
    with database.read() as transaction:
        mailing = ledger.get(transaction, document["mailing"])
        letters = [ledger.blueprint_of(transaction, one["mailing"]) for one in (document, again)]
    database.dispose()
    assert mailing is not None
    assert (mailing.kind, mailing.slot_id, mailing.snapshot) == (MailingKind.TEST, None, 1)
    reader = Reader(address="Marijke@stilte.example")
    filled = [Blueprint.from_bytes(one).fill(reader, signer=SIGNER, hashing_key="hash") for one in letters]
    messages = [email.message_from_bytes(one, policy=policy.default) for one in filled]
    assert messages[0]["To"] == "Marijke@stilte.example"
    assert messages[0]["Message-ID"] != messages[1]["Message-ID"]
    assert "/u/" not in filled[0].decode("latin-1")
    assert messages[0]["List-Unsubscribe"] is None


def test_a_test_to_no_address_is_refused(data: Path) -> None:
    """Before anything is composed."""
    done(data, "add", written(data))

    result = run(data, "test", "1", "--to", "geen adres")

    assert result.exit_code == 1
    assert "is no address" in str(result.exception)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "7"], "There is no issue 7"),
        (["preview", "7"], "There is no issue 7"),
        (["pin", "1", "2026-03-01"], "2026-03-01 has passed"),
        (["edit", "1", "leeg.md"], "leeg.md: the file is empty."),
        (["add", "fout.md"], "fout.md:2: there is no key `subjct`"),
        (["preview", "1", "--output", "weg/brief.html"], "weg/brief.html cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(data: Path, words: list[str], complaint: str) -> None:
    """With what was wrong and where; the exception tells the door status 1."""
    done(data, "add", written(data))
    written(data, "", "leeg.md")
    written(data, "---\nsubjct: x\n---\nTekst", "fout.md")

    result = run(data, *words)

    assert result.exit_code == 1
    assert complaint in str(result.exception)


@pytest.mark.parametrize("words", [["move", "1", "0"], ["pin", "1", "zondag"], ["add", "weg.md"], ["test", "1"]])
def test_wrong_usage_is_status_2(data: Path, words: list[str]) -> None:
    """Before the database is opened."""
    assert run(data, *words).exit_code == 2


def test_a_letter_may_come_through_a_pipe(data: Path) -> None:
    """A text without a file is always a new issue."""
    ids = [done(data, "add", "-", stdin=BRIEF) for _ in range(2)]

    assert ids == ["1\n", "2\n"]


def test_a_letter_that_will_be_held_is_said_when_it_is_added(data: Path) -> None:
    """Its writer is here now; on the day of sending perhaps not. It can be looked at, and is not sent as a test."""
    added = run(data, "add", written(data, BRIEF.replace("licht", "licht ![](https://a.example/x.png)")))
    shown = run(data, "preview", "1")
    tested = run(data, "test", "1", "--to", "marijke@stilte.example")

    assert (added.exit_code, added.stdout) == (0, "1\n")
    assert "Blocks sending: reflection:" in added.stderr
    assert (shown.exit_code, "Sneeuw op zondag" in shown.stdout) == (0, True)
    assert tested.exit_code == 1
    assert "must not be sent as it is. reflection:" in str(tested.exception)
    database = database_in(data)
    with database.read() as transaction:
        assert ledger.unfinished(transaction) == []
    database.dispose()


def test_the_forecast_is_of_the_installations_own_sunday(data: Path) -> None:
    """The slot of the cast."""
    assert asked(data, "list") == []
    done(data, "add", written(data))
    assert asked(data, "list")[0]["goes_on"] == SUNDAY.isoformat()
