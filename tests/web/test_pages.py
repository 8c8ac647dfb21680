"""The reader's pages: looking changes nothing, one click leaves, and nothing is said about anybody."""

import asyncio
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from cast import FOUNDED, SUNDAY, a_newsletter, a_reader
from wekelijks.app import App
from wekelijks.domain.errors import BadLink
from wekelijks.domain.letter import Letter
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.services import subscribing
from wekelijks.settings.installation import Settings
from wekelijks.settings.keys import Keys
from wekelijks.store import schema
from wekelijks.store.database import Database
from wekelijks.web.application import create

NOW = FOUNDED + timedelta(days=60)


@pytest.fixture
def app(database: Database, tmp_path: Path) -> App:
    """An installation whose keys were rotated twice."""
    keys = Keys(("oldest", "older", "newest"), "hashing")
    settings = Settings(data=tmp_path, base_url="https://testserver")
    signer = Signer(list(keys.signing))
    return App(settings=settings, database=database, keys=keys, signer=signer, clock=lambda: NOW)


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """The default newsletter."""
    return a_newsletter(database, promise="Een moment van rust.")


class Client:
    """A browser without cookies or redirects."""

    def __init__(self, web: FastAPI) -> None:
        self._web = web

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Look at a page."""
        return asyncio.run(self._ask("GET", path, **more))

    def head(self, path: str) -> httpx.Response:
        """Ask as a link scanner does."""
        return asyncio.run(self._ask("HEAD", path))

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Press a button."""
        return asyncio.run(self._ask("POST", path, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._web, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
            return await client.request(method, path, **more)


@pytest.fixture
def client(app: App) -> Client:
    """A browser on the pages of this installation."""
    return Client(create(app))


def standing(app: App, newsletter: Newsletter, address: str = "anneke@example.nl") -> Standing:
    """Where this reader stands."""
    return subscribing.find(app.database, newsletter, address).status


def test_looking_changes_nothing_and_one_click_leaves(app: App, newsletter: Newsletter, client: Client) -> None:
    """With a token of two rotations ago; urlencoded and multipart; twice is harmless; then undo and pause."""
    reader = a_reader(app.database, newsletter, "anneke@example.nl")
    bearer = Bearer(newsletter.id, reader)
    url = f"/u/{Signer(['oldest']).sign(Purpose.UNSUBSCRIBE, bearer)}"

    shown = [client.get(url), client.head(url)]
    assert [answer.status_code for answer in shown] == [200, 200]
    assert standing(app, newsletter) is Standing.ACTIVE
    assert shown[0].headers["referrer-policy"] == "no-referrer"
    assert "anneke" not in shown[0].text

    body = {"List-Unsubscribe": "One-Click"}
    assert client.post(url, data=body).status_code == 200
    assert standing(app, newsletter) is Standing.LEFT
    assert "Je bent afgemeld" in client.post(url, files={"List-Unsubscribe": (None, "One-Click")}).text
    assert client.post(f"{url}/undo").status_code == 200
    assert standing(app, newsletter) is Standing.ACTIVE

    client.post(url)
    resting = f"/preferences/{app.signer.sign(Purpose.PREFERENCES, bearer)}"
    assert "3 april 2026" in client.post(resting, data={"rest": "4"}).text
    assert standing(app, newsletter) is Standing.PAUSED
    assert client.post(resting, data={"rest": "forever"}).status_code == 422


def test_no_forged_link_is_accepted_or_says_anything(app: App, newsletter: Newsletter, client: Client) -> None:
    """Flipped bits, truncation, another purpose, another key: one and the same friendly page."""
    reader = a_reader(app.database, newsletter, "anneke@example.nl")
    bearer = Bearer(newsletter.id, reader)
    token = app.signer.sign(Purpose.UNSUBSCRIBE, bearer)
    flipped = [
        token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
        for place in range(len(token))
        for bit in range(7)
    ]
    forged = [*flipped, *(token[:length] for length in range(1, len(token))), token + "A", token + "="]
    forged += [app.signer.sign(Purpose.PREFERENCES, bearer), Signer(["theirs"]).sign(Purpose.UNSUBSCRIBE, bearer)]

    from_urls = {client.post(f"/u/{one}").status_code for one in forged if one.isalnum()}

    assert from_urls <= {404}
    for one in forged:
        with pytest.raises(BadLink):
            app.signer.read(Purpose.UNSUBSCRIBE, one)
    assert standing(app, newsletter) is Standing.ACTIVE
    assert client.get("/u/nonsense").status_code == 404


def test_letters_can_be_read_back(app: App, newsletter: Newsletter, client: Client) -> None:
    """The newsletter's page, the archive and the letter, with an ETag and without anything of a reader."""
    letter = asdict(
        Letter(on=SUNDAY, subject="Loslaten", title="Loslaten", reflection="Eén <b onclick='x()'>ding</b>.")
    )
    letter["on"] = SUNDAY.isoformat()
    row = {"newsletter_id": newsletter.id, "on": SUNDAY, "state": "open", "letter": letter, "opened_at": NOW}
    with app.database.begin() as transaction:
        transaction.execute(insert(schema.slot).values(**row))

    home, archive, page = client.get("/"), client.get("/archive"), client.get(f"/archive/{SUNDAY}")

    assert "Een moment van rust." in home.text
    assert "Elke zondag om 08:00" in home.text
    assert f"/archive/{SUNDAY}" in archive.text
    assert "<b>ding</b>" in page.text
    assert client.get(f"/archive/{SUNDAY}", headers={"if-none-match": page.headers["etag"]}).status_code == 304
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert [client.get(path).status_code for path in ("/archive/2026-03-09", "/archive/x", "/n/none/")] == [404] * 3


def test_a_large_body_is_refused(client: Client, newsletter: Newsletter) -> None:
    """Nobody fills our memory."""
    assert client.post("/u/x", content=b"x" * 70_000).status_code == 413


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/archive/", "/brieven/archive"),
        ("/n/stilte", "/brieven/n/stilte/"),
        ("/archive/2026-03-08/", "/brieven/archive/2026-03-08"),
        ("/n/stilte/archive/", "/brieven/n/stilte/archive"),
    ],
)
def test_a_slash_too_many_leads_to_the_page_on_the_same_host(
    database: Database, newsletter: Newsletter, app: App, path: str, leads_to: str
) -> None:
    """Below the path that a proxy takes off, and never to the host that a request names."""
    settings = Settings(data=app.settings.data, base_url="https://stilte.example/brieven")

    answer = Client(create(replace(app, settings=settings))).get(path, headers={"host": "evil.example"})

    assert (answer.status_code, answer.headers["location"]) == (308, leads_to)


def test_no_path_is_too_odd_for_an_answer(client: Client, newsletter: Newsletter) -> None:
    """A NUL is no letter of any name, also where a database would refuse the question."""
    paths = ("/n/%00/", "/n/%00/archive", "/archive/%00", "/u/%00", "/n/%ff/", "/" + "x" * 9_000)

    assert {client.get(path).status_code for path in paths} == {404}


@pytest.mark.filterwarnings("error")
def test_the_description_of_the_interface_is_made_without_complaint(client: Client, newsletter: Newsletter) -> None:
    """Each way to ask has a name of its own."""
    assert set(client.get("/openapi.json").json()["paths"]) == {"/health", "/health/live", "/metrics"}
