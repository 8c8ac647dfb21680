"""The one place that builds things: settings → database, keys, signer, templates, press, clock.

Only here is a clock read; everybody else is given `now` or `app.clock`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from wekelijks.domain.tokens import Signer
from wekelijks.mail.composer import Composer
from wekelijks.mail.templates import Templates
from wekelijks.services.press import Press
from wekelijks.settings import installation, keys
from wekelijks.settings.installation import Settings
from wekelijks.settings.keys import Keys
from wekelijks.store import migrations
from wekelijks.store.database import Database

Clock = Callable[[], datetime]
"""Gives the present instant, aware UTC."""


@dataclass(frozen=True, kw_only=True)
class App:
    """Everything that a door needs. Built once a process."""

    settings: Settings
    database: Database
    keys: Keys
    signer: Signer
    clock: Clock

    @cached_property
    def composer(self) -> Composer:
        """Makes letters; templates of the operator's own in `templates/email` of the data directory come first."""
        return Composer(Templates(self.settings.data / "templates" / "email"))

    @cached_property
    def press(self) -> Press:
        """What opens a slot."""
        return Press(self.database, self.composer, self.signer, self.keys.hashing, self.settings.base_url)


def build(data: Path, *, clock: Clock | None = None) -> App:
    """The installation in `data`, ready for use.

    Raises NotFound where nothing is installed, BadInput for a wrong setting, NotAllowed for an older schema.
    """
    app = build_unmigrated(data, clock=clock)
    migrations.require_newest(app.database)
    return app


def build_unmigrated(data: Path, *, clock: Clock | None = None) -> App:
    """The same without looking at the schema's version: for `init` and `migrate`."""
    secrets = keys.read(data)
    settings = installation.load(data)
    return App(
        settings=settings,
        database=Database(settings.database),
        keys=secrets,
        signer=Signer(list(secrets.signing)),
        clock=clock or _now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
