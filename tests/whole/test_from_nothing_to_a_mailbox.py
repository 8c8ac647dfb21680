"""The main job, whole: from an empty directory to a letter in a real mailbox, and out again with one click."""

import mailbox
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import httpx
import pytest

import postfix
from commands import Operator

READERS = ("anneke@lezers.example", "Bram.de-Vries+brief@lezers.example", "cato@lezers.example")
SAMPLES = Path(__file__).parents[2] / "src" / "wekelijks" / "samples"
SUNDAY = "2031-03-09"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def relay() -> Iterator[postfix.Postfix]:
    """A private Postfix; missing only where nobody could have installed one, and never where the check lands."""
    if not postfix.is_there() and not os.environ.get("CI"):
        pytest.skip("Postfix is not installed, or we are not root: the letter's way into a mailbox was NOT tried")
    with postfix.running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def operator(request: pytest.FixtureRequest, tmp_path: Path, relay: postfix.Postfix) -> Operator:
    """A new installation that knows this relay."""
    variables: tuple[tuple[str, str], ...] = ()
    if request.param == "postgresql":
        variables = (("WEKELIJKS_DATABASE_URL", request.getfixturevalue("empty_postgres_url")),)
    operator = Operator(tmp_path / "data", variables)
    operator.runs(
        *("init", "--name", "Stilte op zondag", "--from", "Marijke de Wit <marijke@stilte.example>"),
        *("--base-url", f"http://127.0.0.1:{_free_port()}", "--smtp-url", f"smtp://127.0.0.1:{relay.port}?tls=none"),
        *("--language", "nl", "--timezone", "Europe/Amsterdam", "--weekday", "sunday", "--time", "08:00"),
        *("--postal-address", "Kerkstraat 1, 1234 AB Ons Dorp"),
    )
    return operator


def test_a_letter_reaches_a_mailbox_and_one_click_leaves(operator: Operator, relay: postfix.Postfix) -> None:
    """Material and readers in, one slot out: each reader has one whole letter, and its header's link leaves."""
    operator.runs("articles", "import", str(SAMPLES / "loslaten.html"))
    for address in READERS:
        operator.runs("subscribers", "add", address, "--name", "Anneke", "--confirmed-by", "form of 3 March")

    operator.runs("slots", "open", SUNDAY, "--yes")
    operator.runs("send")
    slot = operator.asks("slots", "show", SUNDAY)
    assert (slot["state"], slot["snapshot"], slot["accepted"]) == ("done", 3, 3)
    operator.runs("send")

    assert relay.wait_for(3) == 3
    letters = _letters_in(relay.mailbox)
    assert sorted(_bare(to) for to in letters) == sorted(READERS)
    for letter in letters.values():
        _is_whole(letter)

    _one_click(operator, letters)
    _read_by_another_program(relay.mailbox, letters)


def _bare(to: str) -> str:
    return to.rpartition("<")[2].rstrip(">")


def _letters_in(box: Path) -> dict[str, EmailMessage]:
    """To → letter, out of the bytes as they were delivered: a message of `mailbox` would fold its headers anew."""
    with closing(mailbox.mbox(box)) as delivered:
        parse = BytesParser(policy=default).parsebytes
        letters = [parse(delivered.get_bytes(key)) for key in delivered.keys()]  # noqa: SIM118 - no mapping of its own.
    return {letter["To"]: letter for letter in letters}


def _is_whole(letter: EmailMessage) -> None:
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://127\.0\.0\.1:\d+/u/[\w.-]+>", letter["List-Unsubscribe"])
    assert not letter.defects
    text, html = (part.get_content() for part in letter.iter_parts())
    link = letter["List-Unsubscribe"].strip("<>")
    for part in (text, html):
        assert "Anneke" in part
        assert link in part
        assert part.rstrip().endswith(("</html>", link)) or "Kerkstraat 1" in part


def _read_by_another_program(box: Path, letters: dict[str, EmailMessage]) -> None:
    """GNU Mailutils finds the same headers and decodes both parts."""
    if shutil.which("readmsg") is None:
        pytest.skip("THERE IS NO MAILUTILS: all else is right, but no other program read the letters")
    for number in (1, 2, 3):
        words = ["readmsg", "--no-config", "-h", "-f", str(box), str(number)]
        read = subprocess.run(words, capture_output=True, check=True, timeout=30).stdout.decode("utf-8")
        to = re.search(r"^To: (.*)$", read, re.MULTILINE)
        assert to is not None
        ours = letters[to[1].strip()]
        # As sent, on one line: a folded or encoded word here would end one-click leaving.
        assert f"\nList-Unsubscribe: {ours['List-Unsubscribe']}\n" in read
        assert f"\nMessage-ID: {ours['Message-ID']}\n" in read


def _one_click(operator: Operator, letters: dict[str, EmailMessage]) -> None:
    urls = [letter["List-Unsubscribe"].strip("<>") for letter in letters.values()]
    port = urls[0].split("/")[2].rpartition(":")[2]
    with operator.keeps_running("serve", "--port", port, "--no-scheduler", "--no-sender"):
        _until_it_answers(f"http://127.0.0.1:{port}/health/live")
        for url in urls:
            assert httpx.get(url).status_code == 200
            assert httpx.head(url).status_code == 200
        assert {one["status"] for one in operator.asks("subscribers", "list")} == {"active"}

        form = httpx.post(urls[0], data={"List-Unsubscribe": "One-Click"})
        parts = httpx.post(urls[1], files={"List-Unsubscribe": (None, "One-Click")})

        assert (form.status_code, parts.status_code) == (200, 200)
    standing = {one["email"]: one["status"] for one in operator.asks("subscribers", "list")}
    left = [_bare(to) for to in list(letters)[:2]]
    assert [standing[address] for address in left] == ["left", "left"]
    assert sorted(standing.values()) == ["active", "left", "left"]


def _until_it_answers(url: str) -> None:
    for _try in range(200):
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")
