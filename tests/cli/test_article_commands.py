"""Articles and the pool at the terminal."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import insert

from cast import a_newsletter
from wekelijks.cli import wekelijks
from wekelijks.domain.slot import SlotState
from wekelijks.settings import keys
from wekelijks.settings.installation import DATABASE_NAME
from wekelijks.settings.keys import Keys
from wekelijks.store import content, migrations, schema
from wekelijks.store.database import Database

NOW = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
SAMPLES = Path(content.__file__).parents[1] / "samples"
HTML, TEXT, ENGLISH = (str(SAMPLES / name) for name in ("loslaten.html", "rust.txt", "inner-freedom.md"))

BARE = """# Rust: een plek

## De drempel — een halve minuut

Ze had achttien kamers op een ochtend en nergens tijd voor, maar die halve minuut voor elke deur had ze wel degelijk.

Een drempel vraagt weinig: blijf staan, adem één keer uit tot het eind, en laat wat net was achter op de gang staan.
Daarna ga je naar binnen, en wie daar zit, hoort het verschil al aan de deur, die langzamer opengaat dan bij de
anderen, en aan de stoel die je eerst dichterbij schuift voordat je iets zegt over de dag.
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with two newsletters and nothing in the pool."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WEKELIJKS_DATA", raising=False)
    keys.write(tmp_path, Keys(signing=("key",), hashing="hash"))
    database = Database(f"sqlite:///{tmp_path / DATABASE_NAME}")
    migrations.upgrade(database)
    a_newsletter(database)
    a_newsletter(database, slug="ander", is_default=False)
    database.dispose()
    with time_machine.travel(NOW, tick=False):
        yield tmp_path


def run(data: Path, *words: str) -> Result:
    """The command as it would be typed."""
    return CliRunner().invoke(wekelijks, ["--data", str(data), *words])


def done(data: Path, *words: str) -> str:
    """What it wrote on stdout; it must succeed."""
    result = run(data, *words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def asked(data: Path, *words: str) -> Any:
    """The JSON document."""
    return json.loads(done(data, *words, "--json"))


def test_the_document_of_an_article_has_the_shape_of_the_contract(data: Path) -> None:
    """Every key with its type, dry and real; only ids come with being stored."""
    [dry] = asked(data, "articles", "import", "--dry-run", HTML)
    [real] = asked(data, "articles", "import", HTML)
    shown = asked(data, "articles", "show", "1")

    assert {"title", "url", "questions", "themes", "answers", "skipped"} <= dry.keys()
    assert (dry["state"], dry["id"], real["state"], real["id"]) == ("new", None, "new", 1)
    assert dry["url"] == "https://stilte.example/blog/loslaten"
    theme = dry["themes"][0]
    assert theme["title"] == "De gesloten hand"
    assert theme["subtitle"] == "waarom vasthouden zo moe maakt"
    assert len(theme["reflection"]) == 5
    assert theme["insights"] == ["Een hand die merkt dat hij dicht is, gaat al een beetje open."]
    assert theme["question"] == "Welke vuist heb je vandaag gemaakt zonder het te merken?"
    assert theme["read_more"] == {
        "title": "Zachter worden zonder weg te zakken",
        "url": "https://stilte.example/blog/zachter-worden",
    }
    assert theme["incomplete"] == []
    assert dry["themes"][1]["read_more"] is None
    assert {key for one in dry["questions"] for key in one} == {"id", "question", "why"}
    assert {key for one in dry["answers"] for key in one} == {"id", "question", "answer"}
    assert all(isinstance(count, int) for count in dry["skipped"].values())
    assert shown["themes"] == real["themes"]
    assert [theme["id"] for theme in shown["themes"]] == list(range(1, 8))
    assert (shown["imported_at"], shown["edited_at"]) == ("2026-03-06T10:00:00+00:00", None)


def test_a_dry_run_names_what_is_incomplete_and_changes_nothing(data: Path) -> None:
    """For a person too: which theme lacks what, and that nothing was written."""
    (data / "rust.md").write_text(BARE, "utf-8")

    result = run(data, "articles", "import", "--dry-run", str(data / "rust.md"))
    [document] = asked(data, "articles", "import", "--dry-run", str(data / "rust.md"))

    assert result.exit_code == 0
    assert "INCOMPLETE, is not picked: no insight, no question" in result.stdout
    assert "nothing was changed" in result.stderr
    assert document["themes"][0]["incomplete"] == ["insight", "question"]
    assert document["themes"][0]["question"] is None
    assert asked(data, "articles", "list") == []


def test_a_theme_that_lacks_its_question_may_borrow_one(data: Path) -> None:
    """It is named as incomplete, and that the opening lends one."""
    opening = "## Drie vragen\n\n- Waar kom je aan? → Dat zegt iets.\n- Waar ga je weg? → Dat ook.\n\n## De drempel"
    insight = "\n> Rust begint bij een deur.\n"
    (data / "rust.md").write_text(BARE.replace("## De drempel", opening) + insight, "utf-8")

    shown = done(data, "articles", "import", str(data / "rust.md"))

    assert "no question of its own, the opening lends one" in shown
    assert "not picked" not in shown
    [theme] = asked(data, "themes", "list")
    assert (theme["incomplete"], len(theme["questions"])) == ([], 2)


def test_a_bad_file_is_named_and_the_others_are_in(data: Path) -> None:
    """Status 1, one line on stderr for each, and one JSON document of what was read."""
    (data / "leeg.txt").write_text("", "utf-8")
    (data / "foto.txt").write_bytes(b"\x89PNG\r\n\x1a\n")

    result = run(data, "articles", "import", "--json", str(data / "foto.txt"), TEXT, "weg.md", str(data / "leeg.txt"))

    assert result.exit_code == 1
    assert [one["state"] for one in json.loads(result.stdout)] == ["new", "empty"]
    said = result.stderr.splitlines()
    assert len(said) == 3
    assert [next(name for name in ("foto", "weg", "leeg") if name in line) for line in said] == [
        "leeg",
        "foto",
        "weg",
    ]
    assert [article["id"] for article in asked(data, "articles", "list")] == [1]


def test_an_article_is_corrected_in_a_file(data: Path) -> None:
    """Out as Markdown, in again corrected: it is the truth, and the original changes nothing and says so."""
    done(data, "articles", "import", TEXT)
    file = data / "rust.md"
    file.write_text(
        done(data, "articles", "show", "1", "--format", "markdown").replace("De drempel", "De stoep"), "utf-8"
    )

    corrected = done(data, "articles", "import", str(file))
    again = run(data, "articles", "import", TEXT)

    assert "updated" in corrected
    assert again.exit_code == 0
    assert "kept" in again.stdout
    assert "corrected by hand" in again.stderr
    shown = asked(data, "articles", "show", "1")
    assert shown["themes"][0]["title"] == "De stoep"
    assert shown["edited_at"] == "2026-03-06T10:00:00+00:00"


def test_an_address_is_given_where_the_file_has_none(data: Path) -> None:
    """Not for several files, and not over the file's own."""
    [text] = asked(data, "articles", "import", TEXT, "--url", "https://stilte.example/blog/rust")
    [page] = asked(data, "articles", "import", HTML, "--url", "https://elders.example/")

    assert text["url"] == "https://stilte.example/blog/rust"
    assert page["url"] == "https://stilte.example/blog/loslaten"
    assert run(data, "articles", "import", TEXT, HTML, "--url", "https://stilte.example/").exit_code == 2
    theme = asked(data, "themes", "show", str(text["themes"][1]["id"]))
    assert theme["read_more"] == {"title": text["title"], "url": "https://stilte.example/blog/rust"}


def test_articles_are_listed_and_shown(data: Path) -> None:
    """As a table and as text; what does not exist is status 1."""
    done(data, "articles", "import", HTML, TEXT)

    table = done(data, "articles", "list")
    text = done(data, "articles", "show", "2")

    assert "Loslaten: wat er overblijft" in table
    assert "2026-03-06" in table
    assert "💡 Waar remt jouw voet nog mee?" in text
    assert run(data, "articles", "show", "9").exit_code == 1
    assert run(data, "articles", "show", "1", "--json", "--format", "markdown").exit_code == 2


def test_material_belongs_to_one_newsletter(data: Path) -> None:
    """The same file may come into both, as two articles."""
    done(data, "articles", "import", ENGLISH)
    done(data, "--newsletter", "ander", "articles", "import", ENGLISH)

    ids = [
        [one["id"] for one in asked(data, "--newsletter", slug, "articles", "list")] for slug in ("stilte", "ander")
    ]

    assert ids == [[1], [2]]
    assert run(data, "--newsletter", "ander", "themes", "show", "1").exit_code == 1


def test_themes_show_when_each_part_was_last_used(data: Path) -> None:
    """Theme and insight with the date of the slot, the others with none."""
    [article] = asked(data, "articles", "import", HTML)
    theme = article["themes"][1]
    database = Database(f"sqlite:///{data / DATABASE_NAME}")
    with database.begin() as transaction:
        used = {"theme_id": theme["id"], "insight_id": theme["insight_ids"][1]}
        times = {"created_at": NOW, "updated_at": NOW}
        transaction.execute(insert(schema.issue).values(id=1, newsletter_id=1, origin="pool", **used, **times))
        slot = {"newsletter_id": 1, "on": date(2026, 3, 1), "state": SlotState.DONE, "issue_id": 1, "opened_at": NOW}
        transaction.execute(insert(schema.slot).values(**slot))
    database.dispose()

    shown = asked(data, "themes", "show", str(theme["id"]))
    listed = asked(data, "themes", "list")

    assert shown["last_used"] == "2026-03-01"
    assert [one["last_used"] for one in shown["insights"]] == [None, "2026-03-01"]
    assert [one["last_used"] for one in listed] == [None, "2026-03-01", None, None, None, None, None]
    assert "2026-03-01" in done(data, "themes", "list")
    assert "2026-03-01" in done(data, "themes", "show", str(theme["id"]))


def test_themes_insights_and_questions_are_retired_and_brought_back(data: Path) -> None:
    """Each alone; a theme without its insight is said to lack it, without its question it borrows the opening's."""
    [article] = asked(data, "articles", "import", HTML)
    theme = article["themes"][0]
    id_ = str(theme["id"])

    without = asked(data, "themes", "retire", id_, "--insight", str(theme["insight_ids"][0]))
    lent = asked(data, "themes", "retire", id_, "--question", str(theme["question_id"]))
    retired = asked(data, "themes", "retire", id_)
    back = asked(data, "themes", "retire", id_, "--undo")

    assert (without["incomplete"], without["insights"][0]["retired"]) == (["insight"], True)
    assert [one["retired"] for one in lent["questions"]] == [True, False, False, False]
    assert (retired["retired"], back["retired"]) == (True, False)
    assert "no insight" in done(data, "themes", "list")
    assert run(data, "themes", "retire", "99").exit_code == 1
    assert run(data, "themes", "retire", id_, "--insight", "99").exit_code == 1
    assert run(data, "themes", "retire", id_, "--insight", "1", "--question", "1").exit_code == 2
