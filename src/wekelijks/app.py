"""The one place that builds things: settings → database, keys, signer, templates, press, clock, chance.

Only here is a clock read, a die thrown or a secret made; everybody else is given them, and the linter sees to it.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from wekelijks.domain.errors import BadLink
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.mail.composer import Composer
from wekelijks.mail.templates import Templates
from wekelijks.services import installing
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
    chance: Callable[[], float] = random.random
    """Gives a number from 0 to 1, which nothing secret hangs on."""

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
    known = keys.read(data)
    settings = installation.load(data)
    return App(
        settings=settings,
        database=Database(settings.database),
        keys=known,
        signer=_KeptSigner(data, known),
        clock=clock or _now,
    )


def install(data: Path, plan: installing.Plan, *, clock: Clock | None = None) -> Newsletter:
    """Make a new installation in `data`, with keys that nobody has seen. Raises as `installing.install` does."""
    fresh = Keys((_fresh_key(),), _fresh_key())
    return installing.install(data, plan, secrets=fresh, now=(clock or _now)())


def rotate(data: Path) -> int:
    """Let a new key sign the links from now on; how many keys there are. Every older link goes on working."""
    return installing.rotate(data, fresh=_fresh_key())


class _KeptSigner(Signer):
    """A signer that looks for newer keys when it meets a link that it does not know.

    Another process may have rotated them; its links work here at once, without a restart.
    """

    def __init__(self, data: Path, known: Keys) -> None:
        super().__init__(list(known.signing))
        self._data, self._seen = data, keys.stamp(data)

    def read(self, purpose: Purpose, token: str) -> Bearer:
        """As in `Signer`; the file is read again only when it has changed."""
        try:
            return super().read(purpose, token)
        except BadLink:
            stamp = keys.stamp(self._data)
            if stamp == self._seen:
                raise
            super().__init__(list(keys.read(self._data).signing))
            self._seen = stamp
            return super().read(purpose, token)


def _fresh_key() -> str:
    return secrets.token_urlsafe(32)


def _now() -> datetime:
    return datetime.now(UTC)
