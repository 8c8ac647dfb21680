"""The built-in relay: it takes what is clean, whole, and nothing else; it says 250 for what it has kept."""

import asyncio
import smtplib
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wekelijks.delivery import wire
from wekelijks.delivery.catching import letterbox as letterboxes
from wekelijks.delivery.catching.catcher import LARGEST, Conversation, catching
from wekelijks.delivery.catching.letterbox import Caught, Letterbox
from wekelijks.delivery.connection import Connection, Timeouts
from wekelijks.delivery.relay import Relay, Tls
from wekelijks.domain.errors import NotFound, Unavailable
from wekelijks.domain.outcome import Verdict

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
ENVELOPE = b"EHLO ons.example\r\nMAIL FROM:<wij@stilte.example>\r\nRCPT TO:<anneke@lezers.example>\r\nDATA\r\n"
LETTER = b"Subject: Rust\r\n\r\n.Dag\r\n..\r\nwij\r\n"


def said(*pieces: bytes) -> tuple[list[bytes], list[Caught]]:
    """The codes of the replies to these pieces (a reply of several lines counts once), and the letters caught."""
    caught: list[Caught] = []
    conversation = Conversation(caught.append)
    replies = b"".join(conversation.feed(piece) for piece in pieces)
    return [line[:3] for line in replies.splitlines() if line[3:4] == b" "], caught


def test_a_letter_comes_out_as_it_went_in() -> None:
    """Dots unstuffed, envelope kept, everything pipelined in one piece."""
    codes, caught = said(ENVELOPE + wire.data(LETTER) + b"QUIT\r\n")

    assert codes == [b"250", b"250", b"250", b"354", b"250", b"221"]
    assert caught == [Caught("wij@stilte.example", ("anneke@lezers.example",), LETTER, "ons.example")]


@given(st.binary(max_size=900).map(lambda raw: raw.translate(None, b"\r\0").replace(b"\n", b"\r\n.")), st.data())
def test_pieces_make_no_difference(text: bytes, data: st.DataObject) -> None:
    """However the bytes are cut on their way, the same letter arrives."""
    message = text + b"\r\n"
    stream = ENVELOPE + wire.data(message) + b"NOOP\r\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))

    codes, caught = said(*(stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)))

    assert [one.message for one in caught] == [message]
    assert codes[-2:] == [b"250", b"250"]


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\r\n.\r\r\n"])
def test_nothing_else_ends_a_letter(end: bytes) -> None:
    """SMTP smuggling: what follows a false end is still the letter, and the letter is refused for it."""
    smuggled = b"MAIL FROM:<x@x.test>\r\nRCPT TO:<y@x.test>\r\nDATA\r\n"

    codes, caught = said(ENVELOPE + b"Subject: Rust\r\n\r\nDag" + end + smuggled + b"bad\r\n.\r\n")

    assert codes == [b"250", b"250", b"250", b"354", b"554"]
    assert caught == []


@pytest.mark.parametrize("body", [b"with\0nul", b"x" * 999, b"bare\nLF", b"bare\rCR"])
def test_an_unclean_letter_is_refused_for_good(body: bytes) -> None:
    """5xx, and the conversation goes on with the next letter."""
    codes, caught = said(ENVELOPE + body + b"\r\n.\r\n", ENVELOPE + wire.data(LETTER))

    assert codes[4] == b"554"
    assert [one.message for one in caught] == [LETTER]


def test_a_letter_that_is_too_large_is_refused_and_forgotten() -> None:
    """By its announced size at once, by its real size at its end; memory stays bounded."""
    announced, _none = said(b"EHLO x\r\nMAIL FROM:<a@x.test> SIZE=%d BODY=8BITMIME\r\n" % (LARGEST + 1))
    conversation = Conversation(lambda _caught: pytest.fail("it was kept"))

    conversation.feed(ENVELOPE)
    line = b"x" * 98 + b"\r\n"
    sizes = [len(conversation.feed(line * 10_000)) + len(conversation._buffer) for _each in range(12)]

    assert announced == [b"250", b"552"]
    assert max(sizes) <= LARGEST + len(line) * 10_000
    assert conversation.feed(b".\r\n").startswith(b"552")
    assert conversation.feed(b"NOOP\r\n").startswith(b"250")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"MAIL FROM:<a@x.test>", b"503"),
        (b"EHLO", b"501"),
        (b"EHLO two words", b"501"),
        (b"RCPT TO:<a@x.test>", b"503"),
        (b"DATA", b"503"),
        (b"HELO x\r\nMAIL FROM: <a@x.test>", b"501"),
        (b"HELO x\r\nMAIL FROM:a@x.test", b"501"),
        (b"HELO x\r\nMAIL FROM:<a@x.test> SMTPUTF8", b"555"),
        (b"HELO x\r\nMAIL FROM:<a@x.test>\r\nMAIL FROM:<a@x.test>", b"503"),
        (b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<>", b"501"),
        (b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.test> NOTIFY=NEVER", b"555"),
        (b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nDATA now", b"501"),
        (b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nRSET\r\nDATA", b"503"),
        (b"STARTTLS", b"500"),
        (b"AUTH PLAIN AAAA", b"500"),
        (b"VRFY anneke", b"252"),
        (b"HELP", b"214"),
        (b"BDAT 3", b"500"),
        (b"x" * 1_001, b"500"),
        (b"NOOP\nNOOP", b"500"),
        (b"EHLO \xe9", b"500"),
    ],
)
def test_a_command_out_of_place_is_told_so(line: bytes, code: bytes) -> None:
    """The last reply to each, and nothing caught."""
    codes, caught = said(line + b"\r\n")

    assert codes[-1] == code
    assert caught == []


def test_a_line_without_end_is_not_awaited_for_ever() -> None:
    """And after a broken line nothing that came with it is obeyed."""
    conversation = Conversation(lambda _caught: pytest.fail("it was kept"))

    answer = conversation.feed(b"x" * 1_001)

    assert answer.startswith(b"500")
    assert conversation.is_over
    assert conversation.feed(ENVELOPE) == b""


def test_what_could_not_be_kept_is_asked_for_again() -> None:
    """A full disk is 452: the sender comes back."""

    def full(_caught: Caught) -> None:
        raise OSError(28, "No space left on device")

    conversation = Conversation(full)
    answer = conversation.feed(ENVELOPE + LETTER + b".\r\n")

    assert answer.splitlines()[-1].startswith(b"452")


def test_our_own_connection_and_the_standard_library_are_understood(tmp_path: Path) -> None:
    """Over a real socket, several letters a connection; each is a file as a delivering host writes it."""
    box = Letterbox(tmp_path / "mailbox")

    async def ours(port: int) -> list[Verdict]:
        connection = await Connection.open(Relay("127.0.0.1", port, Tls.OPPORTUNISTIC), Timeouts())
        verdicts = []
        for name in ("anneke", "bram"):
            assert await connection.offer("wij@stilte.example", f"{name}@lezers.example") is None
            verdicts.append((await connection.deliver(wire.data(LETTER))).verdict)
        await connection.close()
        return verdicts

    with catching(lambda caught: box.put(caught, now=NOON)) as port:
        verdicts = asyncio.run(ours(port))
        with smtplib.SMTP("127.0.0.1", port, local_hostname="ons.example") as client:
            client.sendmail("wij@stilte.example", ["chris@lezers.example"], LETTER)

    assert verdicts == [Verdict.ACCEPTED] * 2
    assert box.taken == 3
    assert box.numbers() == [1, 2, 3]
    assert box.search("BRAM") == [2]
    trace, separator, message = box.read(3).partition(b"Subject:")
    assert separator + message == LETTER
    assert trace.splitlines()[:2] == [b"Return-Path: <wij@stilte.example>", b"Delivered-To: chris@lezers.example"]
    assert b"8 Mar 2026 12:00:00 +0000" in trace.replace(b"08", b"8")


def test_a_letterbox_goes_on_where_it_was_and_stops_growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers follow on those of an earlier run; beyond the most that is kept, letters are only counted."""
    monkeypatch.setattr(letterboxes, "MOST_KEPT", 3)
    caught = Caught("", ("a@x.test", "b@x.test"), LETTER)
    Letterbox(tmp_path).put(caught, now=NOON)

    later = Letterbox(tmp_path)
    later.put(caught, now=NOON)

    assert later.taken == 2
    assert later.numbers() == [1, 2, 3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.eml", "000002.eml", "000003.eml"]
    with pytest.raises(NotFound):
        later.read(4)


def test_a_taken_port_is_named() -> None:
    """Not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(Unavailable, match=str(port)), catching(lambda _caught: None, port=port):
            pytest.fail("it listens")


def test_closing_does_not_wait_for_a_silent_client() -> None:
    """A connection that is left open is cut."""
    with catching(lambda _caught: None) as port:
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        greeting = client.recv(100)

    assert greeting.startswith(b"220 ")
    assert client.recv(100) == b""
    client.close()
