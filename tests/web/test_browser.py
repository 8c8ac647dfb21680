"""The pages in a real browser: leaving and resting by hand, on a phone, accessible in light and dark."""

import os
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from cast import FOUNDED, a_newsletter, a_reader
from wekelijks.app import App
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.settings.installation import Settings
from wekelijks.settings.keys import Keys
from wekelijks.store import migrations
from wekelijks.store.database import Database
from wekelijks.web.application import create

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Name → address of each page of a served installation with one reader."""
    database = Database(f"sqlite:///{tmp_path / 'wekelijks.sqlite3'}")
    migrations.upgrade(database)
    newsletter = a_newsletter(database, promise="Elke week een moment van rust.")
    bearer = Bearer(newsletter.id, a_reader(database, newsletter, "anneke@example.nl"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        signer, settings = Signer(["key"]), Settings(data=tmp_path, base_url=base)
        keys = Keys(("key",), "hashing")
        now = FOUNDED + timedelta(days=60)
        app = App(settings=settings, database=database, keys=keys, signer=signer, clock=lambda: now)
        server = uvicorn.Server(uvicorn.Config(create(app), log_level="error", ws="none"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        leaving, resting = (signer.sign(purpose, bearer) for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES))
        paths = {"home": "/", "archive": "/archive", "u": f"/u/{leaving}", "rest": f"/preferences/{resting}"}
        yield {name: base + path for name, path in {**paths, "missing": "/x"}.items()}
        server.should_exit = True
        serving.join()
    database.dispose()


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


def test_no_page_keeps_anybody_out(pages: dict[str, str], browser: Browser) -> None:
    """No finding of axe in light and dark, and nothing to scroll sideways at 320 px."""
    findings = []

    for scheme in ("light", "dark"):
        phone = ViewportSize(width=320, height=700)
        context = browser.new_context(color_scheme=scheme, viewport=phone, bypass_csp=True)
        page = context.new_page()
        for name, address in pages.items():
            page.goto(address)
            findings += [(name, scheme, one["id"]) for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > phone["width"]:
                findings.append((name, scheme, "too wide"))

    assert findings == []


def test_somebody_leaves_and_rests_instead(pages: dict[str, str], browser: Browser) -> None:
    """One click leaves, without script; another takes it back as a pause."""
    page = browser.new_context(java_script_enabled=False).new_page()

    page.goto(pages["u"])
    page.click("text=Meld me af")
    left = page.inner_text("h1")
    page.click("text=2 weken rust")

    assert left == "Je bent afgemeld"
    assert "Je hebt rust tot 20 maart 2026" in page.inner_text("main")
