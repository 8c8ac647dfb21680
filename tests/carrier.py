"""A sender in a process of its own, to be killed: `python carrier.py DATABASE_URL PORT CONNECTIONS`."""

import os
import random
import sys
from datetime import UTC, datetime

from wekelijks.cli.send import carry
from wekelijks.delivery.means import Means, Options
from wekelijks.delivery.relay import Relay, Tls
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer
from wekelijks.store.database import Database
from wekelijks.store.senders import Place


class Plain:
    """The smallest frozen letter."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def fill(self, reader: Reader, *, signer: Signer, hashing_key: str) -> bytes:
        """A message for this reader."""
        return b"To: <" + reader.address.encode() + b">\r\n\r\n" + self._text


def _now() -> datetime:
    return datetime.now(UTC)


def main(url: str, port: str, connections: str) -> None:
    """Carry until nothing is due."""
    database = Database(url)
    place = Place(database, host="here", pid=os.getpid())
    place.take(now=_now())
    means = Means(
        database=database,
        place=place,
        clock=_now,
        chance=random.random,
        signer=Signer(["key"]),
        hashing_key="hash",
        read_blueprint=Plain,
    )
    relay = Relay("127.0.0.1", int(port), Tls.NONE)
    carry(means, Options(relay=relay, connections=int(connections)), follow=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
