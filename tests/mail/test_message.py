"""The message: what every letter's bytes must satisfy, read back by programs that are not ours."""

import re
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blueprints import (
    A_STRANGER,
    ANNEKE,
    BASE_URL,
    HTML,
    SIGNER,
    TEXT,
    bodies,
    filled,
    frozen,
    newsletter,
    parts,
    read_new,
    read_old,
)
from wekelijks.domain.errors import BadInput
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Bearer, Purpose
from wekelijks.mail import encoding
from wekelijks.mail.blanks import BLANKS, GREETING, SINCE, UNSUBSCRIBE_URL
from wekelijks.mail.message import assemble

_LIST = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Help"}
_ALWAYS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"}
_WEEKLY = _ALWAYS | _LIST | {"List-Owner", "Feedback-ID"}
_SINGLE = _ALWAYS | {"Auto-Submitted", "Feedback-ID"}
_SINGLE_KINDS = sorted(set(MailingKind) - {MailingKind.WEEKLY})
_LARGEST = 2**63 - 1


def _lines(message: bytes) -> list[bytes]:
    assert message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    return message.split(b"\r\n")


def _decoded(value: str) -> str:
    """A header's value, unfolded and its encoded words read."""
    return str(make_header(decode_header(re.sub(r"\r?\n", "", value))))


def test_a_weekly_letter_has_these_headers_and_no_other() -> None:
    """Each header once, with the value that the standards and mailbox providers ask for."""
    token = SIGNER.sign(Purpose.UNSUBSCRIBE, Bearer(1, 12))

    letter = read_new(filled(frozen(archive_url=f"{BASE_URL}/archive/2026-03-08")))

    message_id = letter["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}@stilte\.example>", message_id)
    assert dict(letter.items()) == {
        "From": "Marijke de Wit <marijke@stilte.example>",
        "To": "Anneke <anneke@example.org>",
        "Subject": "Loslaten",
        "Date": "Sun, 08 Mar 2026 08:00:00 +0100",
        "Message-ID": message_id,
        "MIME-Version": "1.0",
        "Content-Type": letter["Content-Type"],
        "Content-Language": "nl",
        "List-Id": "Stilte op zondag <stilte.stilte.example>",
        "List-Unsubscribe": f"<{BASE_URL}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": f"<{BASE_URL}/archive>",
        "List-Help": f"<{BASE_URL}/>",
        "List-Owner": "<mailto:marijke@stilte.example>",
        "Archived-At": f"<{BASE_URL}/archive/2026-03-08>",
        "Feedback-ID": letter["Feedback-ID"],
    }
    assert len(letter.items()) == len(set(letter.keys()))


@pytest.mark.parametrize("kind", _SINGLE_KINDS)
def test_a_single_letter_says_that_a_machine_sent_it_and_is_no_list_mail(kind: MailingKind) -> None:
    """RFC 3834: nobody's absence notice answers it; and there is no list to leave."""
    letter = read_new(filled(frozen(kind=kind), A_STRANGER))

    assert set(letter.keys()) == _SINGLE
    assert letter["Auto-Submitted"] == "auto-generated"


def test_answers_go_to_the_address_that_the_writer_chose() -> None:
    """Reply-To stands there only when it differs from nothing."""
    chosen = read_new(filled(frozen(newsletter(reply_to="post@stilte.example"))))

    assert chosen["Reply-To"] == "post@stilte.example"
    assert chosen["List-Owner"] == "<mailto:post@stilte.example>"
    assert read_new(filled(frozen()))["Reply-To"] is None


def test_both_parts_are_there_and_whole_text_first() -> None:
    """multipart/alternative of text and HTML, UTF-8 in quoted-printable, with what was rendered in them."""
    message = filled(frozen())

    letter = read_new(message)
    first, second = letter.iter_parts()
    assert letter.get_content_type() == "multipart/alternative"
    assert [first.get_content_type(), second.get_content_type()] == ["text/plain", "text/html"]
    for part in (first, second):
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"
    text, html = bodies(message)
    assert text.startswith("Dag Anneke,\n\nSoms is een dag vol vóór hij begint.\n.\nFrom hier: één = 1\n\n")
    assert html.endswith(">rust</a></body></html>\n")


def test_no_relay_can_mistake_a_line_for_something_else() -> None:
    """ASCII, CRLF, at most 76 characters in a part; no line begins with a dot or with what separates mailboxes."""
    message = filled(frozen(text="." * 200 + "\n.\nFrom here\n" + "x" * 72 + " From there\n" + TEXT))

    _head, _separator, body = message.partition(b"\r\n\r\n")
    assert message.isascii()
    assert max(map(len, _lines(message))) <= 998
    assert max(map(len, _lines(body))) <= 76
    assert not [line for line in _lines(body) if line.startswith((b".", b"From "))]


def test_no_line_ends_in_a_space_that_may_get_lost() -> None:
    """Relays may drop white space at a line's end (RFC 2045 section 6.7): it is written as a code."""
    _head, _separator, body = filled(frozen(text="-- \neen\t\n \n" + "x " * 60 + "\n" + TEXT)).partition(b"\r\n\r\n")

    assert not [line for line in _lines(body) if line.endswith((b" ", b"\t"))]


@pytest.mark.parametrize(
    "unwanted", ["\r\n", "\n", "\r", "\0", "\x0b", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\ud800"]
)
def test_what_breaks_a_header_becomes_a_space(unwanted: str) -> None:
    """Whatever some program takes for the end of a line, and half a character."""
    letter = read_new(
        filled(frozen(newsletter(sender_name=f"De{unwanted}Wit"), subject=f"één {unwanted}{unwanted} ding"))
    )

    assert letter["Subject"] == "één ding"
    assert letter["From"] == "De Wit <marijke@stilte.example>"


@pytest.mark.parametrize(
    ("base_url", "bearer"),
    [
        (BASE_URL, Bearer(1, 12)),
        (
            "https://een-heel-lange-naam-voor-een-nieuwsbrief.brieven.voorbeeld.example/met/een/pad",
            Bearer(12, 1234567),
        ),
        (f"https://{'a' * 60}.{'b' * 60}.example/{'pad/' * 100}eind", Bearer(_LARGEST, _LARGEST)),
    ],
)
def test_the_link_to_leave_stands_on_one_line_as_it_is(base_url: str, bearer: Bearer) -> None:
    """Folded or encoded, mailbox providers no longer see a URL: the longest token of the longest address too."""
    url = f"{base_url}/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, bearer)}"
    reader = Reader(address="a@example.org", subscriber_id=bearer.subscriber_id)

    message = filled(frozen(newsletter(id=bearer.newsletter_id), base_url=base_url), reader)

    assert (
        f"\r\nList-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode() in message
    )
    text, html = bodies(message)
    assert f"Afmelden: {url}\n" in text
    assert f'<a href="{url}">Afmelden</a>' in html
    assert max(map(len, _lines(message))) <= 998


@pytest.mark.parametrize(
    "subject",
    [
        "Loslaten",
        "Eén ding neerleggen",
        "Wat je vasthoudt, houdt jou vast: over loslaten, en over wat er dan op je af mag komen deze week",
        "Geëmotioneerd zijn én blijven: waarom ‘kalm aan’ géén zwaktebod is, maar een kunst op zich 🌿🕊️ voor jou",
        "👩‍👩‍👧‍👦" * 12,
        "静けさ" * 30,
        "=?utf-8?q?Gewonnen!?=",
        "x" * 300,
        "y" * 72,
        "Een adres: https://www.voorbeeld.example/een/heel/lang/pad/waar/geen/spatie/in/staat",
        'a, b; c: <d@e> "f" (g)',
        "",
    ],
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    """Folded at 76 columns, ASCII, and both readers give back the writer's words."""
    message = filled(frozen(subject=subject))

    head = message.partition(b"\r\n\r\n")[0]
    lines = re.search(rb"^Subject:(?:.*\r\n[ \t])*.*", head, re.MULTILINE)
    assert lines is not None
    assert max(map(len, lines[0].split(b"\r\n"))) <= 76
    assert read_new(message)["Subject"] == subject
    assert _decoded(read_old(message)["Subject"]) == subject


@pytest.mark.parametrize(
    ("subject", "letter"), [("Loslaten één ding", "q"), ("Élégance à la fête", "q"), ("静けさの中で", "b")]
)
def test_latin_letters_stay_readable_in_an_encoded_subject(subject: str, letter: str) -> None:
    """Q for texts that are mostly ASCII, B where Q would be twice as long."""
    assert f"\r\nSubject: =?utf-8?{letter}?".encode() in filled(frozen(subject=subject))


_ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=120)  # Lone surrogates too.


@settings(max_examples=150, deadline=None)
@given(subject=_ANYTHING, sender=_ANYTHING, name=_ANYTHING)
@example(subject="Rust\r\nBcc: all@example.org", sender='"\r\nBcc: x', name="\r\n\r\n<script>")
@example(subject="a\x00b\u2028c\u0085d\ud800e", sender='de Wit, "M." <x@y.z>', name="=?utf-8?b?Qmx1Zg==?=")
def test_nothing_that_a_writer_typed_becomes_a_header(subject: str, sender: str, name: str) -> None:
    """Exactly the expected headers, each once, one sender, and the words are still the writer's."""
    message = filled(frozen(newsletter(sender_name=sender, name=name), subject=subject))

    old, new = read_old(message), read_new(message)
    assert sorted(old.keys()) == sorted(new.keys()) == sorted(_WEEKLY)
    assert new["Subject"] == encoding.one_line(subject)
    (author,) = new["From"].addresses
    assert author.addr_spec == "marijke@stilte.example"
    # Not `author.display_name`: Python puts a space between two encoded words of one name, which RFC 2047 forbids.
    display, address = parseaddr(old["From"])
    assert (_decoded(display), address) == (encoding.one_line(sender), "marijke@stilte.example")
    assert str(new["List-Id"]).endswith("<stilte.stilte.example>")
    assert [part.get_content_type() for part in new.iter_parts()] == ["text/plain", "text/html"]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400))
@example(text="x" * 500)
@example(text=" \t \n\n eind \t")
@example(text="een\x0btwee\r\ndrie\rvier\x00")
@example(text="🌿" * 50)
def test_any_text_arrives_whole(text: str) -> None:
    """Whatever letters it is of, a part says what was rendered, in lines of at most 76 characters."""
    message = filled(frozen(text=text, html=text[::-1]))

    assert bodies(message) == (encoding.body(text), encoding.body(text[::-1]))
    assert max(map(len, _lines(message.partition(b"\r\n\r\n")[2]))) <= 76


def test_a_text_that_looks_like_a_boundary_ends_nothing() -> None:
    """The boundary cannot occur in quoted-printable."""
    boundary = str(read_old(filled(frozen())).get_boundary())

    text, html = bodies(filled(frozen(text=f"--{boundary}\n\n--{boundary}--\n", html=HTML)))

    assert text == f"--{boundary}\n\n--{boundary}--\n"
    assert "</html>" in html


@pytest.mark.parametrize(
    "text",
    [
        f"{GREETING}",
        f"{GREETING}{GREETING}",
        f"{GREETING}\n{GREETING}",
        f"\n{GREETING}\n",
        f"voor {GREETING} na",
        f" {GREETING} ",
        f"{'x' * 75}{GREETING}{'y' * 75}",
        f"é{GREETING}é{SINCE}{UNSUBSCRIBE_URL}",
    ],
)
def test_a_blank_may_stand_anywhere(text: str) -> None:
    """At either end, side by side, in the middle of a line: what is decoded is the text with the words in it."""
    message = filled(frozen(text=text, html=text))

    url = f"{BASE_URL}/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, Bearer(1, 12))}"
    since = "Je krijgt deze brief omdat je je op 5 januari 2026 hebt aangemeld via stilte.example."
    said = text.replace(str(GREETING), "Dag Anneke,").replace(str(SINCE), since).replace(str(UNSUBSCRIBE_URL), url)
    assert bodies(message) == (said, said)
    for line in _lines(message):
        assert line.rstrip(b"=") == b"Dag Anneke," or b"Dag Anneke," not in line


def test_names_of_hosts_go_as_a_labels() -> None:
    """Letters outside ASCII in a domain are written as IDNA 2008 says, also in the reader's address and the links."""
    straße = newsletter(sender_address="marijke@straße.example")

    message = filled(
        frozen(straße, base_url="https://café.example"), Reader(address="jo@Füße.example", subscriber_id=1)
    )

    letter = read_new(message)
    assert letter["From"] == "Marijke de Wit <marijke@xn--strae-oqa.example>"
    assert letter["To"] == "jo@xn--fe-gia9i.example"
    assert letter["Message-ID"].endswith("@xn--strae-oqa.example>")
    assert letter["List-Id"] == "Stilte op zondag <stilte.xn--strae-oqa.example>"
    assert letter["List-Unsubscribe"].startswith("<https://xn--caf-dma.example/u/")


def test_gmail_can_tell_our_mailings_apart_and_our_readers_not() -> None:
    """Feedback-ID: slot, newsletter and kind, then 5 to 15 characters that are always the same; one line."""
    weekly, single = frozen(key="2026-03-08"), frozen(kind=MailingKind.TEST, key="unique: 71 <x>")

    ids = [read_new(filled(each, ANNEKE))["Feedback-ID"] for each in (weekly, single)]

    sender = ids[0].rpartition(":")[2]
    assert ids == [f"2026-03-08:stilte:weekly:{sender}", f"stilte:test:{sender}"]
    assert re.fullmatch(r"[0-9a-f]{5,15}", sender)


def test_a_letter_in_another_language_says_so() -> None:
    """A single letter may be in its reader's own language."""
    assert read_new(filled(frozen(language="en", kind=MailingKind.CONFIRMATION)))["Content-Language"] == "en"


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "half \ud800"},
        {"html": "half \udfff"},
        {"base_url": "https://x.example/" + "a" * 900},
        {"base_url": "https://x.example/ spatie"},
        {"inert_url": 'https://x.example/">'},
        {"newsletter": newsletter(sender_address="geen adres")},
        {"newsletter": newsletter(sender_address="a@b.example\r\nBcc: c@d.example")},
        {"newsletter": newsletter(reply_to="a@b.example>\r\nBcc: c@d.example")},
    ],
)
def test_what_no_message_can_hold_is_refused_before_anything_is_promised(changes: dict[str, Any]) -> None:
    """A BadInput at the freeze, not a broken letter to everybody."""
    with pytest.raises(BadInput):
        assemble(parts(**changes), key_id="k")


def test_a_date_without_its_zone_is_refused() -> None:
    """A naive one would silently be the machine's own zone."""
    with pytest.raises(ValueError, match="aware"):
        assemble(parts(date=datetime(2026, 3, 8, 7, 0)), key_id="k")  # noqa: DTZ001 - the point.


def test_nothing_of_a_reader_is_frozen() -> None:
    """Markers become blanks: neither a marker nor a reader is in the bytes."""
    blueprint = frozen()
    before = blueprint.to_bytes()

    filled(blueprint, ANNEKE)

    assert blueprint.to_bytes() == before
    assert not [blank for blank in BLANKS if str(blank).encode() in before]
