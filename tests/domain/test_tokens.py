"""Signed links: made quickly, read strictly, valid over rotations."""

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from wekelijks.domain.errors import BadLink
from wekelijks.domain.tokens import Bearer, Purpose, Signer

_LARGEST = 2**63 - 1
_IDS = st.integers(1, 10**7) | st.integers(1, _LARGEST) | st.integers(1, 16).map(lambda ones: int("1" * ones))


@given(newsletter_id=_IDS, subscriber_id=_IDS, purpose=st.sampled_from(Purpose))
@example(1, 1111111111, Purpose.UNSUBSCRIBE)
@example(11111, 11111, Purpose.UNSUBSCRIBE)
@example(111111, 111111, Purpose.UNSUBSCRIBE)
@example(11111111, 111111111, Purpose.PREFERENCES)
@example(_LARGEST, _LARGEST, Purpose.PREFERENCES)
def test_a_token_is_itsdangerous_own_to_the_last_byte(
    newsletter_id: int, subscriber_id: int, purpose: Purpose
) -> None:
    """The shortcut that signs in microseconds makes what the library makes, so links of any age are read."""
    reference = URLSafeSerializer("key", salt=f"wekelijks.{purpose}", signer_kwargs={"digest_method": hashlib.sha256})
    signer, bearer = Signer(["an older key", "key"]), Bearer(newsletter_id, subscriber_id)

    token = signer.sign(purpose, bearer)

    assert token == reference.dumps([newsletter_id, subscriber_id])
    assert signer.read(purpose, token) == bearer


@pytest.mark.parametrize(
    ("bearer", "longest"), [(Bearer(1, 1), 60), (Bearer(99, 9999999), 60), (Bearer(_LARGEST, _LARGEST), 99)]
)
def test_tokens_are_short(bearer: Bearer, longest: int) -> None:
    """Sixty characters for all but the largest ids."""
    assert len(Signer(["key"]).sign(Purpose.UNSUBSCRIBE, bearer)) <= longest


def test_the_newest_key_signs_unless_another_is_named() -> None:
    """What was frozen before a rotation keeps its links."""
    before, after = Signer(["one", "two"]), Signer(["one", "two", "three"])
    bearer = Bearer(1, 2)

    token = before.sign(Purpose.UNSUBSCRIBE, bearer)

    assert after.sign(Purpose.UNSUBSCRIBE, bearer, key_id=before.key_id) == token
    assert after.sign(Purpose.UNSUBSCRIBE, bearer) != token
    assert after.sign(Purpose.UNSUBSCRIBE, bearer, key_id=after.key_id) == after.sign(Purpose.UNSUBSCRIBE, bearer)
    assert after.read(Purpose.UNSUBSCRIBE, token) == bearer


def test_a_key_that_is_gone_is_replaced_by_the_newest() -> None:
    """A link that works is worth more than the same link: taken from a backup, say, or after a leak."""
    signer, gone = Signer(["one", "two"]), Signer(["lost"])

    token = signer.sign(Purpose.UNSUBSCRIBE, Bearer(1, 2), key_id=gone.key_id)

    assert signer.read(Purpose.UNSUBSCRIBE, token) == Bearer(1, 2)


def test_a_key_id_names_one_key_and_does_not_tell_it() -> None:
    """The same on every machine that has the key."""
    assert Signer(["one", "two"]).key_id == Signer(["two"]).key_id != Signer(["one"]).key_id
    assert "two" not in Signer(["two"]).key_id
    assert hashlib.sha256(b"two").hexdigest()[:16] != Signer(["two"]).key_id


def test_a_token_is_no_token_for_another_purpose() -> None:
    """Resting is not leaving."""
    signer = Signer(["key"])
    token = signer.sign(Purpose.PREFERENCES, Bearer(1, 2))

    with pytest.raises(BadLink):
        signer.read(Purpose.UNSUBSCRIBE, token)
