"""The mailbox page: caught letters as they are, in a frame that they cannot leave; looked at in a real browser."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from cast import FOUNDED, a_newsletter, a_reader
from wekelijks.app import App
from wekelijks.delivery.catching import letterbox as letterboxes
from wekelijks.delivery.catching.letterbox import Caught, Letterbox
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.mail import reading
from wekelijks.services import subscribing
from wekelijks.settings.installation import Settings
from wekelijks.settings.keys import Keys
from wekelijks.store import migrations
from wekelijks.store.database import Database
from wekelijks.web.application import create

CHROMIUM = Path("/usr/bin/chromium")
NOW = FOUNDED + timedelta(days=60)
HTML = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Loslaten</title>
<style>p { color: rgb(1, 2, 3); background: white }</style></head>
<body><h1>Loslaten</h1><p>Eén ding.</p><a href="https://elders.example/">Lees</a>
<img alt="" src="https://elders.example/pixel.gif"><script>document.title = "overgenomen"</script>
</body></html>
"""


@pytest.fixture
def base() -> Iterator[tuple[str, socket.socket]]:
    """An address with a socket that listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", listening


@pytest.fixture
def app(tmp_path: Path, base: tuple[str, socket.socket]) -> Iterator[App]:
    """An installation on SQLite: the mailbox has nothing to do with the database."""
    database = Database(f"sqlite:///{tmp_path / 'wekelijks.sqlite3'}")
    migrations.upgrade(database)
    settings, keys = Settings(data=tmp_path, base_url=base[0]), Keys(("key",), "hashing")
    yield App(settings=settings, database=database, keys=keys, signer=Signer(["key"]), clock=lambda: NOW)
    database.dispose()


@pytest.fixture
def newsletter(app: App) -> Newsletter:
    """The default newsletter."""
    return a_newsletter(app.database)


@pytest.fixture
def box(tmp_path: Path) -> Letterbox:
    """An empty mailbox."""
    return Letterbox(tmp_path / "mailbox")


def caught(app: App, newsletter: Newsletter, box: Letterbox, name: str, *, html: str = HTML) -> int:
    """A letter to this reader, in the mailbox; the reader's id."""
    reader = a_reader(app.database, newsletter, f"{name.lower()}@lezers.example")
    token = app.signer.sign(Purpose.UNSUBSCRIBE, Bearer(newsletter.id, reader))
    message = EmailMessage()
    message["From"] = "Marijke de Wit <marijke@stilte.example>"
    message["To"] = f"{name} <{name.lower()}@lezers.example>"
    message["Subject"] = "Loslaten – één ding & meer"
    message["Date"] = NOW
    message["List-Unsubscribe"] = f"<{app.settings.base_url}/u/{token}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"Dag {name},\n\nLees https://elders.example/ <b>niet vet</b>.\n")
    if html:
        message.add_alternative(html, subtype="html")
    whole = message.as_bytes().replace(b"\n", b"\r\n")
    box.put(Caught("marijke@stilte.example", (f"{name.lower()}@lezers.example",), whole), now=NOW)
    return reader


def get(web: FastAPI, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    """Ask for one page, as a Dutch browser does."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(web, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, headers={"accept-language": "nl"}, **more)

    return asyncio.run(ask())


def test_letters_are_listed_found_and_turned_over(app: App, newsletter: Newsletter, box: Letterbox) -> None:
    """The newest first, fifty on a page; a part of an address finds its letters."""
    web = create(app, mailbox=box.directory)
    empty = get(web, "/mailbox")
    for name in ("Anneke", "Bram"):
        caught(app, newsletter, box, name)
    two, found, none = get(web, "/mailbox"), get(web, "/mailbox?q=ANNEKE@"), get(web, "/mailbox?q=<zoek>")
    for number in range(60):
        box.put(Caught("", (f"lezer{number}@lezers.example",), b"Subject: x\r\n\r\n"), now=NOW)
    second = get(web, "/mailbox?page=2")

    assert "Er is er nog geen." in empty.text
    assert "2 brieven" in two.text
    assert "6 maart 2026 09:00" in two.text
    assert two.text.index("Bram &lt;bram@") < two.text.index("Anneke &lt;anneke@")
    assert "Bram" not in found.text
    assert "Loslaten – één ding &amp; meer" in found.text
    assert "“&lt;zoek&gt;”" in none.text
    assert 'href="?page=1"' in second.text
    assert "Ouder" not in second.text
    assert second.text.count("<li>") == 12
    assert get(web, "/mailbox/").headers["location"] == "../mailbox"


def test_a_full_mailbox_says_so(
    app: App, newsletter: Newsletter, box: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no longer kept was taken all the same."""
    monkeypatch.setattr(letterboxes, "MOST_KEPT", 1)
    for name in ("Anneke", "Bram"):
        caught(app, newsletter, box, name)

    page = get(create(app, mailbox=box.directory), "/mailbox").text

    assert "1 brief," in page
    assert "wat daarna kwam is aangenomen en geteld" in page


def test_a_letter_is_shown_in_every_form(app: App, newsletter: Newsletter, box: Letterbox) -> None:
    """Frame, phone, text, source and file; headers decoded, the file byte for byte."""
    caught(app, newsletter, box, "Anneke")
    web = create(app, mailbox=box.directory)

    letter, phone, text, source, file = (
        get(web, f"/mailbox/1{end}") for end in ("", "/phone", "/text", "/source", ".eml")
    )

    assert '<iframe class="letter" src="/mailbox/1/html"' in letter.text
    assert '<iframe class="phone"' in phone.text
    assert "<dt>List-Unsubscribe</dt><dd>&lt;http" in letter.text
    assert "Loslaten – één ding &amp; meer</h1>" in letter.text
    assert "Lees <a" in text.text
    assert "&lt;b&gt;niet vet" in text.text
    assert "Delivered-To: anneke@lezers.example" in source.text
    assert file.content == box.read(1)
    assert file.headers["content-type"].startswith("message/rfc822")
    assert 'filename="000001.eml"' in file.headers["content-disposition"]
    assert get(web, "/mailbox/1", "HEAD").status_code == 200
    assert [get(web, f"/mailbox/{path}").status_code for path in ("2", "x", "9" * 5_000, "2.eml", "1/x")] == [404] * 5


def test_a_letter_stays_in_its_frame(app: App, newsletter: Newsletter, box: Letterbox) -> None:
    """Its own page allows it style and nothing else; our pages allow no style of its."""
    caught(app, newsletter, box, "Anneke")
    web = create(app, mailbox=box.directory)

    alone, around = get(web, "/mailbox/1/html"), get(web, "/mailbox/1")

    policy = alone.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert alone.headers["x-frame-options"] == "SAMEORIGIN"
    assert '<head><base target="_blank">' in alone.text
    assert "unsafe-inline" not in around.headers["content-security-policy"]


def test_a_letter_without_html_is_shown_as_text(app: App, newsletter: Newsletter, box: Letterbox) -> None:
    """And nothing pretends that there is HTML."""
    caught(app, newsletter, box, "Anneke", html="")
    web = create(app, mailbox=box.directory)

    page = get(web, "/mailbox/1")

    assert "Dag Anneke," in page.text
    assert "iframe" not in page.text
    assert get(web, "/mailbox/1/html").status_code == 404


def test_the_button_is_the_mail_programs_own(app: App, newsletter: Newsletter, box: Letterbox) -> None:
    """It posts what RFC 8058 says to the address in the header; somebody else's address gets no button."""
    caught(app, newsletter, box, "Anneke")
    stranger = (
        b"List-Unsubscribe: <https://elders.example/u/x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
    box.put(Caught("", ("bram@lezers.example",), stranger + b"\r\nDag\r\n"), now=NOW)
    web = create(app, mailbox=box.directory)

    action = reading.read(box.read(1)).one_click.removeprefix(app.settings.base_url)
    page, other = get(web, "/mailbox/1").text, get(web, "/mailbox/2").text
    answer = get(web, action, "POST", data={"List-Unsubscribe": "One-Click"})

    assert f'action="{action}"' in page
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    assert "one-click" not in other
    assert answer.status_code == 200
    assert subscribing.find(app.database, newsletter, "anneke@lezers.example").status is Standing.LEFT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"Subject: =?x-unknown?q?=ff?=\r\nFrom: <<>,;\r\nDate: yesterday\r\n\r\nDag\r\n",
        b"Content-Type: text/plain; charset=x-unknown\r\n\r\n\xff\r\n",
        b"Content-Type: multipart/alternative\r\n\r\nno boundary\r\n",
        b"Subject: \xff\xfe\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html\r\n\r\n!!\r\n",
    ],
)
def test_whatever_was_sent_can_be_looked_at(app: App, newsletter: Newsletter, box: Letterbox, raw: bytes) -> None:
    """A letter that is wrong in every way is shown, not a failure."""
    box.put(Caught("", ("a@x.test",), raw), now=NOW)
    web = create(app, mailbox=box.directory)

    assert [get(web, path).status_code for path in ("/mailbox", "/mailbox/1", "/mailbox/1/source")] == [200] * 3


def test_there_is_no_mailbox_without_a_built_in_relay(app: App, newsletter: Newsletter) -> None:
    """A real installation has no such page."""
    assert get(create(app), "/mailbox").status_code == 404


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        assert os.environ.get("CI") != "true", "the check needs Chromium"
        pytest.skip("THERE IS NO CHROMIUM: the pages were not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def served(app: App, newsletter: Newsletter, box: Letterbox, base: tuple[str, socket.socket]) -> Iterator[str]:
    """The mailbox with two letters, served."""
    for name in ("Anneke", "Bram"):
        caught(app, newsletter, box, name)
    server = uvicorn.Server(uvicorn.Config(create(app, mailbox=box.directory), log_level="error", ws="none"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [base[1]]})
    serving.start()
    yield base[0]
    server.should_exit = True
    serving.join()


def test_the_mailbox_keeps_nobody_out(served: str, browser: Browser) -> None:
    """No finding of axe in light and dark, nothing to scroll sideways at 320 px."""
    findings = []

    for scheme in ("light", "dark"):
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": 320, "height": 700},
            bypass_csp=True,
        )
        page = context.new_page()
        for path in ("/mailbox", "/mailbox?q=bram", "/mailbox/1/phone", "/mailbox/1/text", "/mailbox/1/source"):
            page.goto(served + path)
            findings += [(path, scheme, one["id"]) for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                findings.append((path, scheme, "too wide"))

    assert findings == []


def test_a_letter_has_its_style_and_no_power(served: str, browser: Browser) -> None:
    """In the frame its own style applies; its script does not run and its pixel is not fetched."""
    page = browser.new_page()
    failed: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: failed.update({request.url: request.failure}))

    page.goto(f"{served}/mailbox/1")
    frame = page.frame(url=f"{served}/mailbox/1/html")
    assert frame is not None
    frame.wait_for_load_state("load")

    assert frame.inner_text("h1") == "Loslaten"
    assert frame.locator("p").evaluate("element => getComputedStyle(element).color") == "rgb(1, 2, 3)"
    assert frame.title() == "Loslaten"
    assert failed == {"https://elders.example/pixel.gif": "csp"}
