"""`/health`, `/health/live`, `/metrics`, `/admin`: the truth, for whoever asks, about nobody."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from cast import FOUNDED, a_newsletter, a_reader, a_theme
from wekelijks.app import App
from wekelijks.domain.alarm import AlarmKind
from wekelijks.domain.subscriber import Standing
from wekelijks.domain.tokens import Signer
from wekelijks.services.slots import ticking
from wekelijks.settings.installation import Settings
from wekelijks.settings.keys import Keys
from wekelijks.store import alarms
from wekelijks.store.database import Database
from wekelijks.web.application import create


@dataclass
class Clock:
    """A clock that stands where it is put."""

    now: datetime

    def __call__(self) -> datetime:
        """The present."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Two days before the next slot."""
    return Clock(FOUNDED + timedelta(days=60))


@pytest.fixture
def app(database: Database, tmp_path: Path, clock: Clock) -> App:
    """A healthy installation: a theme, a reader, a clock that just ticked."""
    newsletter = a_newsletter(database, created_at=clock.now - timedelta(days=2))
    a_theme(database, newsletter)
    a_reader(database, newsletter, "anneke@lezers.example")
    a_reader(database, newsletter, "bram@lezers.example", status=Standing.LEFT)
    keys = Keys(("key",), "hashing")
    settings = Settings(data=tmp_path, base_url="http://localhost")
    app = App(settings=settings, database=database, keys=keys, signer=Signer(["key"]), clock=clock)
    ticking.tick(app.press, clock.now)
    return app


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(app: App) -> Ask:
    """Send one request."""
    return asking(create(app, ticks_here=True))


def asking(web: FastAPI) -> Ask:
    """How to send this application one request."""

    def ask(path: str, method: str = "GET") -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(web, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path)

        return asyncio.run(run())

    return ask


def samples(ask: Ask) -> dict[tuple[str, ...], float]:
    """Every figure by its name and the values of its labels."""
    answer = ask("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_health_is_200_when_all_is_well_and_503_with_reasons_when_not(ask: Ask, app: App, clock: Clock) -> None:
    """The very next answer tells; nothing is kept."""
    well = ask("/health")
    with app.database.begin() as transaction:
        alarms.raise_(
            transaction,
            newsletter_id=1,
            kind=AlarmKind.HELD,
            about="2026-03-08",
            message="Held by anneke@x.nl.",
            now=clock.now,
        )
    ill = ask("/health")

    assert (well.status_code, well.json()["status"], well.json()["reasons"]) == (200, "ok", [])
    assert (ill.status_code, ill.json()["status"]) == (503, "trouble")
    assert ill.json()["reasons"] == [{"kind": "alarm", "newsletter": "stilte", "message": "Held by …@x.nl."}]
    assert ill.headers["cache-control"] == "no-store"


def test_a_monitor_may_ask_with_head(ask: Ask, clock: Clock) -> None:
    """The status alone, and it changes with the truth."""
    assert ask("/health", "HEAD").status_code == 200
    clock.now += timedelta(minutes=5)
    assert ask("/health", "HEAD").status_code == 503


def test_a_database_out_of_reach_is_a_reason_and_no_reason_to_restart(app: App) -> None:
    """`/health` says so, without the password; `/health/live` asks nobody."""
    away = Database("postgresql+psycopg://me:secret@127.0.0.1:1/none")

    ill = asking(create(replace(app, database=away)))("/health")

    assert ill.status_code == 503
    assert [reason["kind"] for reason in ill.json()["reasons"]] == ["database"]
    assert "secret" not in ill.text
    assert asking(create(replace(app, database=away)))("/health/live").status_code == 200
    away.dispose()


def test_metrics_count_readers_slots_alarms_and_beats(ask: Ask, app: App, clock: Clock) -> None:
    """What is none is 0, not absent."""
    with app.database.begin() as transaction:
        alarms.raise_(
            transaction, newsletter_id=None, kind=AlarmKind.RELAY, about="x", message="Away.", now=clock.now
        )
    clock.now += timedelta(seconds=30)

    found = samples(ask)

    assert found["wekelijks_subscribers", "active", "stilte"] == 1
    assert found["wekelijks_subscribers", "left", "stilte"] == 1
    assert found["wekelijks_subscribers", "paused", "stilte"] == 0
    assert found["wekelijks_slots", "planned", "stilte"] == 1
    assert found["wekelijks_runway_weeks", "stilte"] == 1
    assert found["wekelijks_alarms", "", "relay"] == 1
    assert found["wekelijks_heartbeat_age_seconds", "scheduler"] == 30
    assert (
        found["wekelijks_next_slot_timestamp_seconds", "stilte"]
        == datetime.fromisoformat("2026-03-08T08:00+01:00").timestamp()
    )


def test_metrics_count_the_letters_on_their_way(ask: Ask, app: App, clock: Clock) -> None:
    """By state, of the mailings that are not done."""
    clock.now = datetime.fromisoformat("2026-03-08T08:00+01:00")
    ticking.tick(app.press, clock.now)

    found = samples(ask)

    assert found["wekelijks_deliveries", "2026-03-08", "stilte", "waiting", "weekly"] == 1
    assert found["wekelijks_deliveries", "2026-03-08", "accepted", "stilte", "weekly"] == 0
    assert found["wekelijks_slots", "open", "stilte"] == 1


def test_metrics_name_nobody_and_are_counted_once_however_many_ask(ask: Ask, app: App, clock: Clock) -> None:
    """Whoever hammers at them costs the database nothing for two seconds."""
    statements: list[str] = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    first = ask("/metrics").text
    asked = len(statements)
    second = ask("/metrics").text

    assert 0 < asked < 40
    assert len(statements) == asked
    assert first == second
    assert "@" not in first
    clock.now += timedelta(seconds=3)
    ask("/metrics")
    assert len(statements) > asked


def test_the_desk_is_not_there_yet(ask: Ask) -> None:
    """404 until it has a login."""
    assert ask("/admin").status_code == 404
    assert ask("/admin/").status_code == 404
