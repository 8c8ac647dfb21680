"""The blueprint: one frozen letter, filled for one reader after the other."""

import hashlib
import html
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from babel.dates import format_date
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blueprints import (
    A_STRANGER,
    ANNEKE,
    BASE_URL,
    BRAM,
    DUTCH,
    SIGNER,
    bodies,
    filled,
    frozen,
    newsletter,
    parts,
    read_new,
    read_old,
)
from wekelijks.domain.addresses import plain
from wekelijks.domain.errors import BadInput, BadLink
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.mail.blanks import Wording
from wekelijks.mail.blueprint import Blueprint
from wekelijks.mail.message import assemble

ENGLISH = Wording(
    greeting="Hello,",
    greeting_named="Hello {name},",
    since="You receive this letter because you signed up for it.",
    since_date="You receive this letter because you signed up on {date}.",
    since_source="You receive this letter because you signed up at {source}.",
    since_date_source="You receive this letter because you signed up on {date} at {source}.",
)

_PER_READER = {"To", "Message-ID", "List-Unsubscribe"}


def _links(message: bytes) -> dict[str, str]:
    text, _html = bodies(message)
    return dict(re.findall(rf"{BASE_URL}/(u|preferences)/(\S+)", text))


def _since(message: bytes) -> str:
    text, _html = bodies(message)
    return text.split("\n\n")[2]


def test_two_readers_letters_differ_only_in_what_is_theirs() -> None:
    """To, Message-ID, the links, the greeting and the line of since when: nothing else tells readers apart."""
    blueprint = frozen()

    hers, his = filled(blueprint, ANNEKE), filled(blueprint, BRAM)

    one, other = read_old(hers), read_old(his)
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] != other[name]} == _PER_READER
    assert _without(hers, 12, "Dag Anneke,", _HERS) == _without(his, 3456, "Dag,", DUTCH.since)


_HERS = "Je krijgt deze brief omdat je je op 5 januari 2026 hebt aangemeld via stilte.example."


def _without(message: bytes, subscriber_id: int, *own: str) -> list[str]:
    """Both parts with this reader's own words and tokens taken out."""
    shared = list(bodies(message))
    for word in (*own, *(SIGNER.sign(purpose, Bearer(1, subscriber_id)) for purpose in Purpose)):
        assert all(word in each for each in shared)
        shared = [each.replace(word, "…") for each in shared]
    return shared


def test_a_letter_is_the_same_to_the_last_byte_after_keys_have_rotated() -> None:
    """A letter in doubt that is sent once more has the same links, and they still work."""
    blueprint = frozen()
    first = filled(blueprint)

    rotated = Signer(["the oldest key", "the newest key", "a newer key", "and one more"])
    again = filled(Blueprint.from_bytes(blueprint.to_bytes()), signer=rotated)

    assert again == first
    assert rotated.read(Purpose.UNSUBSCRIBE, _links(again)["u"]) == Bearer(1, 12)


def test_a_letter_frozen_after_a_rotation_is_signed_by_the_new_key() -> None:
    """Each blueprint remembers its own key."""
    rotated = Signer(["the newest key", "a newer key"])
    blueprint = assemble(parts(), key_id=rotated.key_id)

    token = _links(filled(blueprint, signer=rotated))["u"]

    assert Signer(["a newer key"]).read(Purpose.UNSUBSCRIBE, token) == Bearer(1, 12)
    with pytest.raises(BadLink):
        SIGNER.read(Purpose.UNSUBSCRIBE, token)


def test_each_link_belongs_to_its_reader_and_its_purpose() -> None:
    """The tokens in header, text and HTML verify, and one for resting does not leave."""
    message = filled(frozen(newsletter(id=7)), BRAM)

    links = _links(message)
    assert SIGNER.read(Purpose.UNSUBSCRIBE, links["u"]) == Bearer(7, 3456)
    assert SIGNER.read(Purpose.PREFERENCES, links["preferences"]) == Bearer(7, 3456)
    assert read_new(message)["List-Unsubscribe"] == f"<{BASE_URL}/u/{links['u']}>"
    _text, shown = bodies(message)
    assert f'<a href="{BASE_URL}/preferences/{links["preferences"]}">rust</a>' in shown


def test_links_are_escaped_for_where_they_stand() -> None:
    """An address may hold what HTML or quoted-printable gives another meaning."""
    base_url = "https://brieven.stilte.example/~it's&=3D"

    message = filled(frozen(base_url=base_url))

    url = f"{base_url}/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, Bearer(1, 12))}"
    text, shown = bodies(message)
    assert f"Afmelden: {url}\n" in text
    assert f'<a href="{html.escape(url)}">Afmelden</a>' in shown
    assert read_new(message)["List-Unsubscribe"] == f"<{url}>"


@pytest.mark.parametrize(
    ("since", "source", "expected"),
    [
        (
            date(2026, 1, 5),
            "stilte.example",
            "Je krijgt deze brief omdat je je op 5 januari 2026 hebt aangemeld via stilte.example.",
        ),
        (date(2026, 1, 5), "", "Je krijgt deze brief omdat je je op 5 januari 2026 hebt aangemeld."),
        (None, "stilte.example", "Je krijgt deze brief omdat je je hebt aangemeld via stilte.example."),
        (None, "", "Je krijgt deze brief omdat je je hebt aangemeld."),
    ],
)
def test_the_letter_says_since_when_and_where_as_far_as_we_know(
    since: date | None, source: str, expected: str
) -> None:
    """One whole sentence for each case, so that none has a hole in it."""
    message = filled(frozen(), replace(ANNEKE, since=since, source=source))

    assert _since(message) == expected
    assert f"<p>{expected}</p>" in bodies(message)[1]


@pytest.mark.parametrize(("language", "wording"), [("nl", DUTCH), ("en", ENGLISH)])
@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_written_in_the_letters_language(language: str, wording: Wording, month: int) -> None:
    """As the locale data write a day, though filling needs no locale data."""
    day = date(2026, month, 28)

    message = filled(frozen(newsletter(language=language), wording=wording), replace(ANNEKE, since=day))

    assert format_date(day, "d MMMM y", locale=language) in _since(message)


def test_since_is_wrapped_where_the_text_is() -> None:
    """In the text part only; HTML wraps by itself."""
    message = filled(frozen(text_width=40))

    assert _since(message) == (
        "Je krijgt deze brief omdat je je op 5\njanuari 2026 hebt aangemeld via\nstilte.example."
    )
    assert "op 5 januari 2026 hebt aangemeld via stilte.example.</p>" in bodies(message)[1]


def test_what_a_reader_wrote_is_never_filled_in_again() -> None:
    """Words in braces in a name or a source stay what they are, and so do a wording's other braces."""
    wording = replace(DUTCH, since_date_source="{x} {source} {date}", greeting_named="{} {name}!")

    message = filled(frozen(wording=wording), replace(ANNEKE, name="{source}", source="{date}{name}"))

    assert bodies(message)[0].startswith("{} {source}!\n")
    assert _since(message) == "{x} {date}{name} 5 januari 2026"


@pytest.mark.parametrize("kind", list(MailingKind))
def test_somebody_without_a_subscription_gets_no_link_that_acts(kind: MailingKind) -> None:
    """A test goes to anybody: links lead where nothing happens, and no header offers to leave."""
    inert = f"{BASE_URL}/archive?a=1&b=2"

    message = filled(frozen(kind=kind, inert_url=inert, inert_since="Dit is een proef."), A_STRANGER)

    text, shown = bodies(message)
    assert "Dag Marijke,\n" in text
    assert f"\n\nDit is een proef.\n\nAfmelden: {inert}\nRust: {inert}\n" in text
    assert f'<a href="{html.escape(inert)}">Afmelden</a>' in shown
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(read_old(message).keys())


def test_without_anything_said_inert_links_lead_home() -> None:
    """The newsletter's own page, and the sentence for a reader of whom nothing is known."""
    text, _html = bodies(filled(frozen(), A_STRANGER))

    assert f"{DUTCH.since}\n\nAfmelden: {BASE_URL}/\n" in text


def test_message_ids_are_lasting_and_tell_nothing() -> None:
    """The same for every attempt, another for any other letter, reader, newsletter or installation; no address."""

    def of(reader: Reader = ANNEKE, hashing_key: str = "h", own: int = 1, **changes: str) -> str:
        blueprint = frozen(newsletter(id=own), **changes)
        return str(read_old(blueprint.fill(reader, signer=SIGNER, hashing_key=hashing_key))["Message-ID"])

    ids = [
        of(),
        of(BRAM),
        of(own=2),
        of(key="2026-03-15"),
        of(hashing_key="g"),
        of(replace(ANNEKE, subscriber_id=None)),
        of(Reader(address="12@example.org")),
        of(Reader(address="13@example.org")),
    ]

    assert len(set(ids)) == len(ids)
    assert of(replace(ANNEKE, name="Anders", address="verhuisd@example.net")) == ids[0]
    assert all(re.fullmatch(r"<[0-9a-f]{32}@stilte\.example>", each) for each in ids)


_HOSTILE = [
    "Anneke\r\nBcc: all@example.org",
    "\r\n.\r\nMAIL FROM:<x@example.org>\r\n",
    "<script>alert('1')</script>",
    '"><img src=x onerror=alert(1)>',
    'de "Wit", Marijke <x@example.org>; (hm) \\',
    "=?utf-8?q?=0d=0aBcc:_x?=",
    "nul\x00 bel\x07 del\x7f nel\x85",
    "half \ud800 a character",
    "line\u2028and\u2029paragraph",
    "\u202edetrevni\u202c \u2066isolate\u2069 \u200f",
    "René 👩‍👩‍👧‍👦 静けさ",
    "=41=3D=0D=0A",
    ".",
    "From here on",
    "x" * 200,
    "é" * 200,
    "😀" * 200,
    "y" * 20_000,
    " \t\u3000 ",
    "{name}{date}",
]


@settings(max_examples=250, deadline=None)
@given(name=st.text(st.characters(codec=None, exclude_categories=()), max_size=220), source=st.text(max_size=80))
@example(name="\r\n", source="\r\n\r\n--x")
def test_whatever_a_reader_is_called_the_letter_keeps_its_shape(name: str, source: str) -> None:
    """Two programs find exactly the expected headers and parts, the name as it may be told, and the links intact."""
    _is_whole(filled(frozen(), replace(ANNEKE, name=name, source=source)), name, source)


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_names_are_names(name: str) -> None:
    """Nothing in a name is a header, an element, an end of the letter or an encoded word."""
    _is_whole(filled(frozen(), replace(ANNEKE, name=name, source=name)), name, name)


def _is_whole(message: bytes, name: str, source: str) -> None:
    name, source = _may_be_told(name), _may_be_told(source)
    old, new, reference = read_old(message), read_new(message), read_old(filled(frozen()))
    assert old.keys() == new.keys() == reference.keys()
    assert {each for each in old if old[each] != reference[each]} <= {"To"}
    assert [part.get_content_type() for part in new.iter_parts()] == ["text/plain", "text/html"]
    assert max(map(len, message.split(b"\r\n"))) <= 160
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert [address.addr_spec for address in new["To"].addresses] == ["anneke@example.org"]
    display, address = parseaddr(re.sub(r"\r?\n", "", old["To"]))
    assert (str(make_header(decode_header(display))), address) in {
        (name, "anneke@example.org"),
        ("", "anneke@example.org"),
    }
    greeting = f"Dag {name}," if name else "Dag,"
    since = f"op 5 januari 2026 hebt aangemeld via {source}." if source else "op 5 januari 2026 hebt aangemeld."
    text, shown = bodies(message)
    own = (greeting, f"Je krijgt deze brief omdat je je {since}")
    assert text == bodies(filled(frozen()))[0].replace("Dag Anneke,", own[0]).replace(_HERS, own[1])
    assert f"<p>{html.escape(own[0])}</p>" in shown
    assert f"<p>{html.escape(own[1])}</p>" in shown
    assert not re.search(r"<(?:script|img)", shown)


def _may_be_told(text: str) -> str:
    try:
        return plain(text)
    except BadInput:
        return ""


def test_a_short_name_stands_beside_the_address_and_a_long_one_does_not() -> None:
    """To has a name that fits one encoded word; longer ones are left to the greeting."""
    named, long = (replace(ANNEKE, name=name) for name in ("René d’Été", "René " * 30))

    assert read_new(filled(frozen(), named))["To"].addresses[0].display_name == "René d’Été"
    assert read_old(filled(frozen(), long))["To"] == "<anneke@example.org>"


@pytest.mark.parametrize("kind", sorted(set(MailingKind) - {MailingKind.WEEKLY}))
def test_a_single_letter_names_nobody_in_its_headers(kind: MailingKind) -> None:
    """Whoever signs somebody else up cannot send them a line of advertising as a name."""
    message = filled(frozen(kind=kind), replace(ANNEKE, name="Win €1000 op casino.example"))

    assert read_old(message)["To"] == "<anneke@example.org>"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "geen",
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "a@b.example, c@d.example",
        "é@b.example",
        "a@b\n",
    ],
)
def test_an_address_that_no_letter_can_go_to_is_that_readers_alone(address: str) -> None:
    """The sender writes it down for this row; the blueprint is as good as before."""
    blueprint = frozen()
    before = filled(blueprint)

    with pytest.raises(BadInput):
        filled(blueprint, replace(ANNEKE, address=address))

    assert filled(blueprint) == before


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 10**9), byte=st.integers(1, 255), how=st.sampled_from(["cut", "changed"]))
@example(at=len(b"wekelijks blueprint "), byte=10, how="changed")
def test_a_damaged_blueprint_is_never_sent(at: int, byte: int, how: str) -> None:
    """One changed byte, or a missing end, and it says so."""
    whole = frozen().to_bytes()
    at %= len(whole)
    damaged = whole[:at] if how == "cut" else whole[:at] + bytes([whole[at] ^ byte]) + whole[at + 1 :]

    with pytest.raises(BadInput, match=r"damaged|newer wekelijks"):
        Blueprint.from_bytes(damaged)


def test_a_blueprint_of_a_newer_version_says_what_to_do() -> None:
    """An older program may find it after a downgrade."""
    newer = frozen().to_bytes().replace(b"wekelijks blueprint 1 ", b"wekelijks blueprint 2 ")

    with pytest.raises(BadInput, match="newer wekelijks"):
        Blueprint.from_bytes(newer)


@pytest.mark.parametrize(
    "change", [{"fields": ["to"]}, {"fields": ["unknown"]}, {"pieces": 1}, {"months": None}, {"x": 1}]
)
def test_a_blueprint_that_does_not_fit_together_is_damaged(change: dict[str, object]) -> None:
    """Also with a checksum that is right: every blueprint that was read can be filled."""
    content = json.dumps({**json.loads(frozen().to_bytes().partition(b"\n")[2]), **change}).encode()

    with pytest.raises(BadInput, match="damaged"):
        Blueprint.from_bytes(
            b"wekelijks blueprint 1 " + hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        )


def test_a_blueprint_is_read_as_it_was_written_and_keeps_no_secret() -> None:
    """Written and read once more it is the same; of the key there is only the name."""
    blueprint = frozen()

    written = blueprint.to_bytes()

    assert Blueprint.from_bytes(written).to_bytes() == written
    assert blueprint.key_id == SIGNER.key_id
    assert b"newest key" not in written
    assert b"hashing" not in written


def test_one_blueprint_may_be_filled_by_several_threads() -> None:
    """Nothing of one reader comes into the letter of another."""
    blueprint = frozen()
    readers = [replace(ANNEKE, name=f"Lezer {number}", subscriber_id=number) for number in range(1, 5)]
    expected = [{filled(blueprint, reader)} for reader in readers]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # Threads take turns within one filling.
    try:
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(lambda reader: {filled(blueprint, reader) for _time in range(400)}, readers))
    finally:
        sys.setswitchinterval(before)

    assert together == expected


def test_a_letter_without_blanks_of_its_own_signs_nothing() -> None:
    """A note to the operator holds no reader's links, so no token is made for it."""
    note = frozen(kind=MailingKind.ALARM, text="Let op.", html="<p>Let op.</p>")

    assert bodies(note.fill(ANNEKE, signer=Signer([]), hashing_key="h")) == ("Let op.", "<p>Let op.</p>")
