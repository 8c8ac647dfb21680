"""The press: what it takes to make a letter out of a choice and to promise it.

Built once a process by `app`; holds no letter and no time.
"""

from dataclasses import dataclass

from wekelijks.domain.tokens import Signer
from wekelijks.mail.composer import Composer
from wekelijks.store.database import Database


@dataclass(frozen=True)
class Press:
    """Database, composer and keys together."""

    database: Database
    composer: Composer
    signer: Signer
    hashing_key: str
    base_url: str
    """Where readers reach the pages, without a slash at the end."""
