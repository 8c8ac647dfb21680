"""The blueprint: one mailing's whole message as bytes, with blanks that are filled per reader."""

from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer


class Blueprint:
    """A frozen letter."""

    @classmethod
    def from_bytes(cls, frozen: bytes) -> "Blueprint":
        """The letter as it was frozen. Raises BadInput for bytes that are damaged or of a newer version."""
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        """The letter as the ledger keeps it."""
        raise NotImplementedError

    def fill(self, reader: Reader, *, signer: Signer, hashing_key: str) -> bytes:
        """The whole message for one reader: CRLF, lines of at most 998 bytes, not dot-stuffed.

        Raises BadInput for a reader whose letter cannot be made; that says nothing about the others.
        """
        raise NotImplementedError
