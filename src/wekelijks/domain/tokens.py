"""Signed links: bound to a purpose, naming no address, valid for years and over key rotations.

The signature is the permission, so a token that we did not make, or made for another purpose, raises BadLink and
says nothing about anybody. Never keep a table keyed by a token's text: the last base64 character is malleable.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

import itsdangerous
from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from wekelijks.domain.errors import BadLink

_NEVER_SHRINKS = 14
"""itsdangerous tries zlib on every payload, most of a signature's time. Two ids in so few characters never shrink:
their four different characters and one repetition alone make 13 bytes with zlib's frame."""


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
    """Makes and reads the links' tokens: at most 60 characters, so that no mail program breaks the line.

    That length holds for newsletters and subscribers with twelve characters of ids between them; the largest ids
    that a database gives make 99.
    """

    def __init__(self, keys: list[str]) -> None:
        """`keys`: the oldest first; the last one signs and all of them verify."""
        self._keys = keys
        self._by_id = {_key_id(key): key for key in keys}
        self._payloads = URLSafeSerializer("")
        self._ready: dict[tuple[Purpose, str], itsdangerous.Signer] = {}

    @property
    def key_id(self) -> str:
        """Names the newest key without telling it: what is frozen now and signed later names its key by this."""
        return _key_id(self._keys[-1])

    def sign(self, purpose: Purpose, bearer: Bearer, *, key_id: str | None = None) -> str:
        """The token of this reader for this purpose, by the newest key or by the one with this id.

        A letter that is sent once more has the same links in this way, also after a rotation. Where that key is
        gone, the newest one signs: a link that works is worth more than the same link.
        """
        payload = self._payload(bearer)
        signer = self._ready.get((purpose, key_id or "")) or self._prepare(purpose, key_id or "")
        return signer.sign(payload).decode("ascii")

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

    def _payload(self, bearer: Bearer) -> bytes:
        plain = f"[{bearer.newsletter_id},{bearer.subscriber_id}]".encode()
        if len(plain) <= _NEVER_SHRINKS:
            return base64_encode(plain)
        return self._payloads.dump_payload([bearer.newsletter_id, bearer.subscriber_id])

    def _prepare(self, purpose: Purpose, key_id: str) -> itsdangerous.Signer:
        """A signer whose derived key is computed once, not per letter; it makes what `_serializer` reads."""
        key = self._by_id.get(key_id, self._keys[-1])
        derived = itsdangerous.Signer(key, salt=_salt(purpose), digest_method=hashlib.sha256).derive_key()
        signer = itsdangerous.Signer(derived, key_derivation="none", digest_method=hashlib.sha256)
        return self._ready.setdefault((purpose, key_id), signer)

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys, salt=_salt(purpose), signer_kwargs={"digest_method": hashlib.sha256})


def _salt(purpose: Purpose) -> str:
    return f"wekelijks.{purpose}"


def _key_id(key: str) -> str:
    return hmac.new(key.encode(), b"wekelijks.key-id", hashlib.sha256).hexdigest()[:16]


def _spelled_canonically(token: str) -> bool:
    """Base64 decoding skips foreign characters and the last unused bits: only our own spelling counts."""
    signature = token.rpartition(".")[2]
    return base64_encode(base64_decode(signature)) == signature.encode()
