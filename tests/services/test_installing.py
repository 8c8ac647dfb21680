"""An installation comes into being whole or not at all, and nothing that exists is overwritten."""

import stat
import threading
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import select

from cast import FOUNDED, a_newsletter
from wekelijks import app
from wekelijks.domain.errors import NotAllowed, NotFound, Unavailable
from wekelijks.domain.identity import Sender
from wekelijks.domain.tokens import Bearer, Purpose
from wekelijks.services import installing
from wekelijks.services.installing import Identity, Plan
from wekelijks.settings import installation, keys
from wekelijks.settings.keys import Keys
from wekelijks.store import newsletters, schema
from wekelijks.store.database import Database

IDENTITY = Identity(
    slug="stilte",
    name="Stilte op zondag",
    sender=Sender("Marijke de Wit", "marijke@stilte.example"),
    language="nl",
    timezone="Europe/Amsterdam",
    weekday=6,
    moment=time(8, 0),
    postal_address="Kerkstraat 1, 1234 AB Ons Dorp",
)
SETTINGS = {"base_url": "https://brief.stilte.example", "smtp_url": 'smtp://me:p"w\\@relay.example:587'}
SECRETS = Keys(("signing",), "hashing")


def installed(data: Path, *, database_url: str = "", identity: Identity = IDENTITY) -> None:
    """Install in `data`."""
    plan = Plan(identity=identity, settings=SETTINGS, database_url=database_url)
    installing.install(data, plan, secrets=SECRETS, now=FOUNDED)


def test_what_was_planned_is_what_is_there(tmp_path: Path) -> None:
    """Keys, settings and newsletter read back as they were given, also a password with quotes in it."""
    data = tmp_path / "deep" / "data"

    installed(data)

    assert keys.read(data) == SECRETS
    settings = installation.load(data, {})
    assert (settings.base_url, settings.smtp_url.get_secret_value()) == tuple(SETTINGS.values())
    built = app.build(data)
    with built.database.read() as transaction:
        newsletter = newsletters.named(transaction, None)
    built.database.dispose()
    assert (newsletter.slug, newsletter.is_default, newsletter.moment) == ("stilte", True, time(8, 0))
    assert newsletter.sender_address == "marijke@stilte.example"


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """The directory is 0700 and every file in it 0600, the database too."""
    data = tmp_path / "data"

    installed(data)

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
    assert modes == {"keys.json": 0o600, "wekelijks.toml": 0o600, "wekelijks.sqlite3": 0o600}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second installation in the same place is refused, and the first one stays as it was."""
    installed(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(NotAllowed, match="already"):
        installed(tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("left", ["wekelijks.sqlite3", "wekelijks.toml"])
def test_an_installation_that_lost_its_keys_is_not_taken_for_an_empty_place(tmp_path: Path, left: str) -> None:
    """With new keys every link that was ever sent would be dead: put the old ones back."""
    (tmp_path / left).write_text("", "utf-8")

    with pytest.raises(NotAllowed, match=r"keys\.json: put that back"):
        installed(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [left]


def test_what_fails_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full at the very end, directory and files are gone, and the next attempt succeeds."""
    data = tmp_path / "data"
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name == "keys.json":
            raise OSError(28, "No space left on device", str(self))
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(Unavailable, match="No space left"):
            installed(data)

    assert not data.exists()
    installed(data)
    assert keys.read(data) == SECRETS


def test_what_a_killed_attempt_left_is_cleared_away(tmp_path: Path) -> None:
    """A staging directory of which nobody holds the lock stands in nobody's way."""
    (tmp_path / ".init-killed").mkdir()
    (tmp_path / ".init-killed" / "keys.json").write_text("{}", "utf-8")

    installed(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys.json", "wekelijks.sqlite3", "wekelijks.toml"]


def test_of_many_at_once_one_installs(tmp_path: Path) -> None:
    """The others are told, and what stands belongs together."""
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            installed(tmp_path / "data")
            outcomes.append("installed")
        except NotAllowed:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["installed", "refused", "refused", "refused"]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        *("keys.json", "wekelijks.sqlite3", "wekelijks.toml")
    ]


def test_two_directories_do_not_share_a_postgresql_database(tmp_path: Path, empty_postgres_url: str) -> None:
    """The second one is refused, leaves no directory, and the database has one newsletter."""
    installed(tmp_path / "first", database_url=empty_postgres_url)

    with pytest.raises(NotAllowed, match="stilte"):
        installed(tmp_path / "second", database_url=empty_postgres_url)

    assert not (tmp_path / "second").exists()
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == ["keys.json", "wekelijks.toml"]
    database = Database(empty_postgres_url)
    with database.read() as transaction:
        assert list(transaction.execute(select(schema.newsletter.c.slug)).scalars()) == ["stilte"]
    database.dispose()


def test_a_directory_that_cannot_be_filled_leaves_no_newsletter_on_postgresql(
    tmp_path: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are put in place before the database commits, so the next attempt finds it empty."""

    def full(self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(Unavailable):
            installed(tmp_path / "data", database_url=empty_postgres_url)

    installed(tmp_path / "data", database_url=empty_postgres_url)


def test_a_database_out_of_reach_leaves_nothing(tmp_path: Path) -> None:
    """It is said in one sentence, and the directory is gone."""
    with pytest.raises(Unavailable, match="database"):
        installed(tmp_path / "data", database_url="postgresql+psycopg://me:secret@127.0.0.1:1/none")

    assert not (tmp_path / "data").exists()


def test_a_second_newsletter_stands_beside_the_first(database: Database) -> None:
    """The default one stays the default one, and a slug is given once."""
    a_newsletter(database, slug="eerste")

    added = installing.add_newsletter(database, IDENTITY, now=FOUNDED)

    assert not added.is_default
    with pytest.raises(NotAllowed, match="stilte"):
        installing.add_newsletter(database, IDENTITY, now=FOUNDED)
    with database.read() as transaction:
        assert newsletters.named(transaction, None).slug == "eerste"


def test_old_links_work_after_rotation_and_new_ones_in_a_process_that_was_not_restarted(tmp_path: Path) -> None:
    """A running web knows links of a key that another process made since."""
    installed(tmp_path)
    running = app.build(tmp_path)
    bearer = Bearer(1, 7)
    old = running.signer.sign(Purpose.UNSUBSCRIBE, bearer)

    assert app.rotate(tmp_path) == 2
    app.rotate(tmp_path)

    fresh = app.build(tmp_path)
    new = fresh.signer.sign(Purpose.UNSUBSCRIBE, bearer)
    assert new != old
    assert fresh.signer.read(Purpose.UNSUBSCRIBE, old) == bearer
    assert running.signer.read(Purpose.UNSUBSCRIBE, new) == bearer
    assert running.signer.read(Purpose.UNSUBSCRIBE, old) == bearer
    for each in (running, fresh):
        each.database.dispose()


def test_there_is_nothing_to_rotate_where_nothing_is_installed(tmp_path: Path) -> None:
    """It names `init`."""
    with pytest.raises(NotFound, match="init"):
        app.rotate(tmp_path / "nothing")
