"""`status` and the summary of `send`, as they are read."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

import wekelijks
from wekelijks import cli
from wekelijks.cli.progress import SendingBar
from wekelijks.delivery.means import Summary

SAMPLES = Path(wekelijks.__file__).parent / "samples"


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation with material and one reader."""
    data = tmp_path / "data"
    words = [
        *("init", "--name", "Stilte", "--from", "Marijke <marijke@stilte.example>", "--language", "nl"),
        *("--base-url", "http://127.0.0.1:8000", "--timezone", "Europe/Amsterdam", "--weekday", "zondag"),
        *("--time", "08:00", "--postal-address", "Kerkstraat 1"),
    ]
    assert cli.run(["--data", str(data), *words]) == 0
    assert cli.run(["--data", str(data), "articles", "import", str(SAMPLES / "loslaten.html")]) == 0
    add = ("subscribers", "add", "anneke@lezers.example", "--confirmed-by", "form of 3 March")
    assert cli.run(["--data", str(data), *add]) == 0
    capsys.readouterr()
    return data


def test_status_in_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next letter with its subject, how long the material lasts, who reads, what beats, what is wrong."""
    assert cli.run(["--data", str(data), "status"]) == 0

    told = capsys.readouterr().out
    assert "Stilte (stilte)" in told
    assert "08:00 (Europe/Amsterdam)" in told
    assert "” to 1 reader\n" in told
    assert "1 active" in told
    assert "none yet: run `serve`" in told
    assert "anneke" not in told


def test_status_as_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document; what the next slot sends is what the runway shows first."""
    assert cli.run(["--data", str(data), "status", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert cli.run(["--data", str(data), "runway", "--json"]) == 0
    runway = json.loads(capsys.readouterr().out)

    (newsletter,) = document["newsletters"]
    first = runway[0]
    assert newsletter["next"]["subject"] == first["subject"]
    assert newsletter["next"]["date"] == first["date"]
    assert newsletter["readers"] == {"active": 1}
    assert document["alarms"] == document["mailings"] == []


def test_an_opened_letter_is_on_its_way(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its numbers, for people and for programs."""
    cli.run(["--data", str(data), "status", "--json"])
    on = json.loads(capsys.readouterr().out)["newsletters"][0]["next"]["date"]
    assert cli.run(["--data", str(data), "slots", "open", on, "--yes"]) == 0
    capsys.readouterr()

    assert cli.run(["--data", str(data), "status", "--json"]) == 0
    (mailing,) = json.loads(capsys.readouterr().out)["mailings"]
    assert cli.run(["--data", str(data), "status"]) == 0

    assert (mailing["date"], mailing["state"], mailing["snapshot"], mailing["waiting"]) == (on, "open", 1, 1)
    assert f"the letter of {on}: open; 1 letter: 1 waiting" in capsys.readouterr().out


def test_send_with_nothing_to_carry_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is done."""
    assert cli.run(["--data", str(data), "send"]) == 0
    assert capsys.readouterr().out == "Nothing is waiting.\n"
    assert cli.run(["--data", str(data), "send", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["waiting"] == 0


def test_the_bar_tells_what_became_of_the_letters() -> None:
    """How far, accepted, deferred, refused and doubtful; the whole grows when letters come in on the way."""
    written = io.StringIO()
    bar = SendingBar(40, console=Console(file=written, force_terminal=True, width=140))

    with bar as show:
        show(Summary(accepted=20, refused=2, put_off=3, in_doubt=1))
        bar._progress.refresh()
        halfway = written.getvalue()
        show(Summary(accepted=50))
        bar._progress.refresh()

    assert "23 of 40" in halfway
    for part in ("20 accepted", "3 deferred", "2 refused", "1 doubtful"):
        assert part in halfway
    assert "50 of 50" in written.getvalue()
