"""Installing: a new installation, whole or not at all, and further newsletters in it.

Nothing that exists is ever overwritten: neither by a second `init`, nor by two at once, nor by one that fails. The
keys come last, and what has no keys is no installation.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from wekelijks.domain.errors import NotAllowed, Unavailable
from wekelijks.domain.identity import Sender
from wekelijks.domain.newsletter import Newsletter
from wekelijks.settings import installation, keys, template
from wekelijks.settings.keys import Keys
from wekelijks.store import migrations, newsletters
from wekelijks.store.database import Database

_STAGING = ".init-"
_OWNER_ONLY = 0o700
# In the order in which they are put in place; the keys make it an installation, so they are last.
_FILES = (installation.DATABASE_NAME, installation.FILE_NAME, keys.FILE_NAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A newsletter as somebody wants it; every value is one that `domain.identity` has read."""

    slug: str
    name: str
    sender: Sender
    language: str
    timezone: str
    weekday: int
    moment: time
    postal_address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An installation as somebody wants it.

    `settings` are written to `wekelijks.toml`; what stands in the environment already need not be among them.
    """

    identity: Identity
    settings: Mapping[str, template.Value]
    database_url: str = ""
    """Empty for the SQLite file in the data directory."""


def install(data: Path, plan: Plan, *, secrets: Keys, now: datetime) -> Newsletter:
    """Make the installation in `data`: keys, `wekelijks.toml`, the database with its first newsletter.

    Raises NotAllowed where something is installed already, Unavailable where the directory or the database cannot
    be used; then nothing is left of the attempt.
    """
    with _room(data) as room:
        keys.write(room.staging, secrets)
        template.write(room.staging, plan.settings)
        database = Database(plan.database_url or _database_file(room.staging))
        try:
            migrations.upgrade(database)
            with database.begin() as transaction:
                newsletter_id = newsletters.add_first(transaction, **_columns(plan.identity, now=now))
                newsletter = newsletters.get(transaction, newsletter_id)
                if not database.is_sqlite:
                    room.furnish()  # Before the commit: a directory that cannot be filled leaves no newsletter.
        finally:
            database.dispose()
        room.furnish()
    return newsletter


def add_newsletter(database: Database, identity: Identity, *, now: datetime) -> Newsletter:
    """Add a newsletter beside the default one. Raises NotAllowed when the slug exists."""
    with database.begin() as transaction:
        if any(one.slug == identity.slug for one in newsletters.all_of_them(transaction)):
            raise NotAllowed(f"There is a newsletter “{identity.slug}” already: nothing was changed.")
        newsletter_id = newsletters.add(transaction, **_columns(identity, now=now), is_default=False)
        return newsletters.get(transaction, newsletter_id)


def rotate(data: Path, *, fresh: str) -> int:
    """Let `fresh` sign from now on; every older key goes on verifying. How many keys there are now."""
    with _alone_in(data):
        old = keys.read(data)
        keys.write(data, Keys((*old.signing, fresh), old.hashing))
    return len(old.signing) + 1


@dataclass(slots=True)
class _Room:
    """Where an installation is prepared, and where it goes."""

    data: Path
    staging: Path
    furnished: list[Path]

    def furnish(self) -> None:
        """Put everything in place. Doing it twice changes nothing."""
        for name in _FILES:
            source = self.staging / name
            if source.exists():
                source.rename(self.data / name)
                self.furnished.append(self.data / name)
        _sync(self.data)

    def clear(self) -> None:
        """Take away what this attempt had put in place."""
        for path in self.furnished:
            path.unlink(missing_ok=True)


@contextmanager
def _room(data: Path) -> Iterator[_Room]:
    """A place to prepare an installation, held by nobody else; on failure nothing is left of it."""
    existed = data.exists()
    with _readable(data):
        _make(data)
        with _alone_in(data):
            require_nothing(data)
            for stale in data.glob(f"{_STAGING}*"):
                shutil.rmtree(stale)  # Of an init that was killed: the lock says that nobody is at work in it.
            room = _Room(data, Path(tempfile.mkdtemp(prefix=_STAGING, dir=data)), [])
            whole = False
            try:
                yield room
                whole = True
            finally:
                if not whole:
                    room.clear()
                shutil.rmtree(room.staging, ignore_errors=True)
                if not whole and not existed:
                    with suppress(OSError):
                        data.rmdir()


def _make(data: Path) -> None:
    with suppress(FileExistsError):
        data.mkdir(mode=_OWNER_ONLY, parents=True)
    if not any(data.iterdir()):  # What holds something of somebody already keeps its mode; our files have their own.
        with suppress(PermissionError):
            data.chmod(_OWNER_ONLY)


def require_nothing(data: Path) -> None:
    """Raises NotAllowed where `data` holds an installation, or part of one."""
    found = [name for name in _FILES if (data / name).exists()]
    if keys.FILE_NAME in found:
        raise NotAllowed(f"There is an installation in {data} already: nothing was changed.")
    if found:
        raise NotAllowed(
            f"There is {' and '.join(found)} in {data}, but no {keys.FILE_NAME}: put that back from a backup, or "
            "choose another directory. Nothing was changed."
        )


@contextmanager
def _alone_in(data: Path) -> Iterator[None]:
    """Keep others out of the directory; a second one waits. Gone when this process is."""
    try:
        descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        keys.read(data)  # Says that nothing is installed here.
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _database_file(directory: Path) -> str:
    """An empty file for its owner only; SQLite gives the files that it puts beside it the same mode."""
    file = (directory / installation.DATABASE_NAME).absolute()
    file.touch(mode=_OWNER_ONLY & 0o666)
    return f"sqlite:///{file}"


@contextmanager
def _readable(data: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.filename or data} cannot be used: {error.strerror or error}.") from error


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _columns(identity: Identity, *, now: datetime) -> dict[str, Any]:
    return {
        "slug": identity.slug,
        "name": identity.name,
        "sender_name": identity.sender.name,
        "sender_address": identity.sender.address,
        "language": identity.language,
        "timezone": identity.timezone,
        "weekday": identity.weekday,
        "moment": identity.moment,
        "postal_address": identity.postal_address,
        "created_at": now,
    }
