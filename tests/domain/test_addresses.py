"""Addresses: the stored form, the canonical key, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wekelijks.domain import addresses
from wekelijks.domain.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Anneke@Example.NL", "anneke@example.nl"),
        (" anneke.de+brief@example.nl\n", "anneke.de+brief@example.nl"),
        ("info@straße.de", "info@xn--strae-oqa.de"),
        ("info@STRASSE.de", "info@strasse.de"),
        ("zoe@BÜCHER.example", "zoe@xn--bcher-kva.example"),
    ],
)
def test_the_key_is_canonical_and_the_typed_form_stays(typed: str, key: str) -> None:
    """Domain as lower-case A-label by IDNA 2008, local part lower-case, dots and plus tags kept."""
    address = addresses.read(typed)

    assert address.key == key
    assert address.typed == typed.strip()
    assert address.wire.isascii()


@pytest.mark.parametrize(
    "typed",
    ["", "anneke", "anneke@", "@example.nl", "anneke@gmail", "zoë@example.nl", "a\rb@example.nl", "a b@example.nl",
     "a@example.nl, b@example.nl", "a@example.nl\x00", "a@[127.0.0.1]", "a@exa\u2028mple.nl"],
)  # fmt: skip
def test_what_cannot_be_written_to_is_refused(typed: str) -> None:
    """With a sentence, and without raising anything else."""
    with pytest.raises(BadInput):
        addresses.read(typed)


@given(st.emails())
def test_a_key_is_its_own_key(typed: str) -> None:
    """Reading the key again gives the key, whatever was typed: no chain of forms."""
    try:
        key = addresses.read(typed).key
    except BadInput:
        return

    assert addresses.read(key).key == key
    assert addresses.read(typed.swapcase()).key == key


@given(st.text(max_size=150))
def test_a_plain_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    """Whatever somebody calls themself fits in a letter's line."""
    line = addresses.plain(text)

    assert addresses.plain(line) == line
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("Anneke+rust@Example.nl", "Anneke+rust@Example.nl"),
        ("jo@straße.example", "jo@xn--strae-oqa.example"),
        ("jo@café.example", "jo@xn--caf-dma.example"),
    ],
)
def test_domains_go_as_a_labels_on_the_wire(typed: str, wire: str) -> None:
    """IDNA 2008; what is ASCII already stays as it was typed."""
    assert addresses.wire(typed) == wire


@pytest.mark.parametrize(
    "typed",
    ["", "a@b\n", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>", "é@b.example"],
)
def test_what_is_no_single_address_never_reaches_the_wire(typed: str) -> None:
    """Also when something else than our own doors wrote it into the database."""
    with pytest.raises(BadInput):
        addresses.wire(typed)


@given(st.emails())
def test_the_quick_way_agrees_with_the_careful_one(typed: str) -> None:
    """Apart from the domain's case, the wire's form is that of a full reading."""
    try:
        careful = addresses.read(typed).wire
    except BadInput:
        return

    assert addresses.wire(typed).lower() == careful.lower()
