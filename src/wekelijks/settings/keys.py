"""The installation's keys, in one file that only its owner may read.

Signing keys rotate: the newest signs and all of them verify, so a link of years ago works. The hashing key never
changes: with it, an erased address is recognised and a letter keeps its Message-ID.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from wekelijks.domain.errors import BadInput, NotFound, Unavailable

FILE_NAME = "keys.json"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets as text; never shown in a repr, a log or an error."""

    signing: tuple[str, ...]
    """Oldest first."""
    hashing: str

    def __repr__(self) -> str:
        return f"Keys({len(self.signing)} signing)"


def read(data: Path) -> Keys:
    """The keys in `data`. Raises NotFound where there are none, BadInput where the file is damaged."""
    path = data / FILE_NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = Keys(tuple(content["signing"]), content["hashing"])
    except FileNotFoundError as error:
        raise NotFound(f"There is no installation in {data}: run `wekelijks --data {data} init` first.") from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}. Is this the user that owns it?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is damaged: put it back from a backup.") from error
    if not keys.signing or not all(keys.signing):
        raise BadInput(f"{path} holds no signing key: put it back from a backup.")
    return keys


def write(data: Path, keys: Keys) -> None:
    """Replace the keys in `data` at once and for good: the old file stays until the new one is on the disk."""
    path, fresh = data / FILE_NAME, data / f"{FILE_NAME}.new"
    content = json.dumps({"signing": list(keys.signing), "hashing": keys.hashing}, indent=1)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def stamp(data: Path) -> tuple[int, int]:
    """Changes whenever the keys in `data` were written; (0, 0) where there are none."""
    try:
        found = (data / FILE_NAME).stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)
