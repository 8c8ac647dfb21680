"""Signed links: bound to a purpose, naming no address, valid for years and over key rotations.

The signature is the permission, so a token that we did not make, or made for another purpose, raises BadLink and
says nothing about anybody. Never keep a table keyed by a token's text: the last base64 character is malleable.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from wekelijks.domain.errors import BadLink


class Purpose(StrEnum):
    """What a link may do. A token made for one purpose is no token for another."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a link belongs to."""

    newsletter_id: int
    subscriber_id: int


class Signer:
    """Makes and reads the links' tokens: at most 60 characters, so that no mail program breaks the line."""

    def __init__(self, keys: list[str]) -> None:
        """`keys`: the oldest first; the last one signs and all of them verify."""
        self._keys = keys

    def sign(self, purpose: Purpose, bearer: Bearer) -> str:
        """The token of this reader for this purpose."""
        return str(self._serializer(purpose).dumps([bearer.newsletter_id, bearer.subscriber_id]))

    def read(self, purpose: Purpose, token: str) -> Bearer:
        """Whom the token belongs to. Raises BadLink for anything that we did not sign for this purpose."""
        try:
            newsletter_id, subscriber_id = self._serializer(purpose).loads(token)
            canonical = _spelled_canonically(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise BadLink("This link is not complete, or not one of ours.") from error
        if not canonical:
            raise BadLink("This link is not complete, or not one of ours.")
        return Bearer(newsletter_id, subscriber_id)

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys, salt=f"wekelijks.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
        )


def _spelled_canonically(token: str) -> bool:
    """Base64 decoding skips foreign characters and the last unused bits: only our own spelling counts."""
    signature = token.rpartition(".")[2]
    return base64_encode(base64_decode(signature)) == signature.encode()
