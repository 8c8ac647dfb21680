"""Lists in and out: every encoding of a spreadsheet, nothing lost, nobody revived."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest

from cast import FOUNDED, a_newsletter, a_reader
from wekelijks.domain.errors import BadInput
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing
from wekelijks.services import lists, sheets, subscribing
from wekelijks.store.database import Database

NOW = FOUNDED + timedelta(days=60)
KEY = "hashing key of the tests"


def bring_in(
    database: Database, newsletter: Newsletter, path: Path, content: bytes, proof: str = "", *, dry_run: bool = False
) -> lists.Report:
    """Import this content; the report."""
    file = path / "list.csv"
    file.write_bytes(content)
    incoming = lists.Incoming(confirmed_by=proof, dry_run=dry_run, hashing_key=KEY)
    return lists.bring_in(database, newsletter, file, incoming, now=NOW)


def written(database: Database, newsletter: Newsletter) -> str:
    """The exported list."""
    file = io.StringIO(newline="")
    lists.write_out(database, newsletter, file)
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_list_is_read_as_spreadsheets_write_it(
    database: Database, tmp_path: Path, encoding: str, separator: str
) -> None:
    """Whatever the encoding and the separator, with quoted newlines; the fall-back is said."""
    newsletter = a_newsletter(database)
    rows = ["E-mail,Naam,Kleur", 'zoe@example.nl,"Zoë\r\nAnne",rood', "pim@example.nl,Pim,"]
    content = "\r\n".join(rows).replace(",", separator).encode(encoding)

    report = bring_in(database, newsletter, tmp_path, content, "papier")

    assert (report.rows, report.added, report.active, report.rejected) == (2, 2, 2, [])
    assert subscribing.find(database, newsletter, "zoe@example.nl").name == "Zoë Anne"
    assert any("kleur" in note for note in report.notes)
    assert any("Windows-1252" in note for note in report.notes) is (encoding == "cp1252")


def test_a_broken_row_is_named_and_everything_else_kept(database: Database, tmp_path: Path) -> None:
    """Line number and reason of each; a forgotten quotation mark costs its own line alone."""
    newsletter = a_newsletter(database)
    lines = [
        "email,name,status,confirmed_at,source",
        "een@example.nl,Een",
        "geen adres,Twee",
        '"drie@example.nl,Drie',
        "vier@example.nl,Vier",
        '"vijf@example.nl","Vijf",pending',
        "zes@example.nl,Zes,wakker",
        "zeven@example.nl,Zeven,active,gisteren,form",
        "acht@example.nl,Acht,active,2026-01-01,form,te,veel",
        "",
        "negen@example.nl,Negen,active,2026-01-01,form",
    ]

    report = bring_in(database, newsletter, tmp_path, "\n".join(lines).encode())

    assert [one.line for one in report.rejected] == [3, 4, 7, 8, 9]
    assert (report.added, report.active, report.pending) == (4, 1, 3)


def test_nobody_becomes_active_without_proof_and_a_second_import_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    """Pending first; the proof confirms; afterwards the same file changes nothing."""
    newsletter = a_newsletter(database)
    content = b"email,status\nanneke@example.nl,active\nrust@example.nl,paused\nAnneke@EXAMPLE.nl,\n"

    first = bring_in(database, newsletter, tmp_path, content)
    dry = bring_in(database, newsletter, tmp_path, content, "papier", dry_run=True)
    second = bring_in(database, newsletter, tmp_path, content, "papier")
    list_then = written(database, newsletter)
    third = bring_in(database, newsletter, tmp_path, content, "papier")

    assert (first.added, first.pending, first.active) == (2, 2, 0)
    assert dry.confirmed == second.confirmed == 1
    assert (third.added, third.confirmed, third.unchanged) == (0, 0, 3)
    assert written(database, newsletter) == list_then


def test_an_import_revives_nobody(database: Database, tmp_path: Path) -> None:
    """Those who left stay gone, and those who were erased are not even added."""
    newsletter = a_newsletter(database)
    a_reader(database, newsletter, "weg@example.nl", status=Standing.LEFT)
    a_reader(database, newsletter, "vergeten@example.nl")
    subscribing.forget(database, "vergeten@example.nl", hashing_key=KEY, now=NOW)

    report = bring_in(database, newsletter, tmp_path, b"email\nweg@example.nl\nVergeten@example.nl\n", "papier")

    assert (report.added, report.kept_away) == (0, 2)
    assert subscribing.find(database, newsletter, "weg@example.nl").status is Standing.LEFT
    assert "vergeten" not in written(database, newsletter)


def test_what_goes_out_comes_back_as_the_very_same_list(database: Database, tmp_path: Path) -> None:
    """Names that are formulas, quotes or separators, every standing, a rhythm and a pause."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="tweede", is_default=False)
    names = ["=1+1", "'=1", "@SUM(A1)", "-2", "+31", 'Jan "de" Wit', "a;b,c", "''-x", "O'Neil", "", "Zoë", "sep=;"]
    for number, name in enumerate(names):
        standing = list(Standing)[number % len(Standing)]
        pause = date(2026, 5, 1) if standing is Standing.PAUSED else None
        a_reader(database, newsletter, f"r{number}@example.nl", name=name, status=standing, paused_until=pause)
    a_reader(database, newsletter, "+plus@example.nl", rhythm_weeks=2, rhythm_phase=1, source="=HYPERLINK(1)")
    list_out = written(database, newsletter)

    report = bring_in(database, other, tmp_path, list_out.encode())

    assert report.rejected == []
    assert written(database, other) == list_out
    cells = [cell for row in csv.reader(io.StringIO(list_out, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]


@pytest.mark.parametrize("content", [b"", b"naam\nJan\n", b"\xff\xfe\x00", b"email\x00\n"])
def test_a_file_that_is_no_list_says_so(database: Database, tmp_path: Path, content: bytes) -> None:
    """One sentence, nothing added."""
    newsletter = a_newsletter(database)

    with pytest.raises(BadInput):
        bring_in(database, newsletter, tmp_path, content)


def test_a_guarded_cell_gives_back_what_stood_there() -> None:
    """The guard and its removal are each other's inverse."""
    for cell in ("=x", "'=x", "''=x", "x", "'x", "", "'", "-", "\t=", "'\r"):
        assert sheets.plain_cell(sheets.guarded(cell)) == cell


def test_a_date_at_the_edge_of_the_calendar_costs_its_own_row_alone(database: Database, tmp_path: Path) -> None:
    """The first day of all lies before the calendar's beginning in UTC; the rows around it come in."""
    newsletter = a_newsletter(database)
    content = "email,confirmed_at,source\neen@example.nl,0001-01-01,form\ntwee@example.nl,2026-01-01,form\n"

    report = bring_in(database, newsletter, tmp_path, content.encode())

    assert (report.active, [one.line for one in report.rejected]) == (1, [2])


def test_a_cell_of_a_million_letters_is_called_too_long(database: Database, tmp_path: Path) -> None:
    """Its row is left out for the right reason, the next one comes in."""
    newsletter = a_newsletter(database)
    content = f"email,name\neen@example.nl,{'x' * 1_000_000}\ntwee@example.nl,Twee\n"

    report = bring_in(database, newsletter, tmp_path, content.encode(), "papier")

    assert report.added == 1
    assert ["longer than" in one.reason for one in report.rejected] == [True]


def test_two_columns_of_one_meaning_are_not_guessed_about(database: Database, tmp_path: Path) -> None:
    """Which of two addresses is the reader's, only the operator knows: nothing comes in."""
    newsletter = a_newsletter(database)

    with pytest.raises(BadInput, match="more than one column for email"):
        bring_in(database, newsletter, tmp_path, b"email,E-mailadres\neen@example.nl,twee@example.nl\n", "papier")
    assert list(lists.everybody(database, newsletter)) == []
