"""The built-in relay: speaks SMTP on this machine's own address and catches every letter. Nothing goes further.

It is stricter than most relays, so that a letter which it took is clean: only CRLF.CRLF ends one, and a bare CR or
LF, a NUL or a line that is too long refuses it. 250 is said after the letter was kept, never before.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import cast

from wekelijks.delivery.catching.letterbox import Caught
from wekelijks.domain.errors import Unavailable

HOST = "127.0.0.1"
LARGEST = 10 * 1024 * 1024
"""Bytes of a letter, as announced with SIZE (RFC 1870)."""

_NAME = "catcher.invalid"
_LONGEST_COMMAND = 1_000  # RFC 5321 4.5.3.1.4 says 512 and more where extensions have parameters.
_LONGEST_LINE = 998  # RFC 5322 2.1.1, without CRLF.
_MOST_RECIPIENTS = 100  # RFC 5321 4.5.3.1.8: no server may take fewer.
_IDLE_SECONDS = 300  # RFC 5321 4.5.3.2.7.
_END = b"\r\n.\r\n"

_ADDRESS = rb"<([!-=?-~]+@[!-=?-~]+)>"
_MAIL = re.compile(rb"FROM:(?:<>|" + _ADDRESS + rb")(?: +(.*))?\Z", re.IGNORECASE)
_RCPT = re.compile(rb"TO:" + _ADDRESS + rb"( .*)?\Z", re.IGNORECASE)
_PARAMETER = re.compile(rb"(?:SIZE=([0-9]{1,20})|BODY=(?:7BIT|8BITMIME))\Z", re.IGNORECASE)

Keep = Callable[[Caught], None]
"""Keeps a letter. OSError: it could not be kept, and the client is asked to come back later."""


class Conversation:
    """One client's SMTP session, without a socket: bytes in, replies out."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._greeted_as = ""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._buffer = bytearray()
        self._in_letter = False
        self._too_large = False
        self._looked = 0
        self._answers: dict[bytes, Callable[[bytes], str]] = {
            b"EHLO": self._ehlo,
            b"HELO": self._helo,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"RSET": self._rset,
            b"NOOP": self._noop,
            b"HELP": self._help,
            b"VRFY": self._vrfy,
            b"QUIT": self._quit,
        }
        self.is_over = False
        """True when the connection is to be closed after the last reply."""

    @property
    def greeting(self) -> bytes:
        """What a client hears first."""
        return f"220 {_NAME} ESMTP wekelijks catches letters here\r\n".encode()

    def feed(self, received: bytes) -> bytes:
        """Take what came; the replies to everything that is complete in it (RFC 2920)."""
        self._buffer += received
        replies = bytearray()
        while not self.is_over:
            reply = self._letter() if self._in_letter else self._command()
            if reply is None:
                break
            replies += reply.encode("ascii") + b"\r\n"
        return bytes(replies)

    def _command(self) -> str | None:
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) <= _LONGEST_COMMAND:
            return None
        line = bytes(self._buffer[:end]) if 0 <= end <= _LONGEST_COMMAND else None
        if line is None or not line.isascii() or any(byte in line for byte in (b"\r", b"\n", b"\0")):
            # Whoever sends this is out of step, or smuggles: nothing that follows can be trusted.
            self.is_over = True
            return "500 5.5.2 Not a command of printable ASCII that ends in CRLF; closing"
        del self._buffer[: end + 2]
        verb, _space, rest = line.partition(b" ")
        answer = self._answers.get(verb.upper())
        return answer(rest) if answer else "500 5.5.1 There is no such command"

    def _helo(self, rest: bytes) -> str:
        return self._greeted(rest, [_NAME])

    def _ehlo(self, rest: bytes) -> str:
        return self._greeted(rest, [_NAME, "PIPELINING", f"SIZE {LARGEST}", "8BITMIME", "ENHANCEDSTATUSCODES"])

    def _greeted(self, rest: bytes, lines: list[str]) -> str:
        name = rest.strip().decode("ascii")
        if not name or " " in name:
            return "501 5.5.4 Say who you are"
        self._reset()
        self._greeted_as = name
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def _mail(self, rest: bytes) -> str:
        found = _MAIL.match(rest)
        if not self._greeted_as or self._sender is not None:
            return "503 5.5.1 EHLO first, then one MAIL a letter"
        if found is None:
            return "501 5.5.4 MAIL FROM:<address>"
        parameters = [_PARAMETER.match(each) for each in (found[2] or b"").split()]
        if not all(parameters):
            return "555 5.5.4 A parameter that was not offered"
        if any(each and each[1] and int(each[1]) > LARGEST for each in parameters):
            return "552 5.3.4 That letter is too large"
        self._sender = (found[1] or b"").decode("ascii")
        return "250 2.1.0 Go on"

    def _rcpt(self, rest: bytes) -> str:
        found = _RCPT.match(rest)
        if self._sender is None:
            return "503 5.5.1 MAIL first"
        if found is None:
            return "501 5.5.4 RCPT TO:<address>"
        if found[2]:
            return "555 5.5.4 A parameter that was not offered"
        if len(self._recipients) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        self._recipients.append(found[1].decode("ascii"))
        return "250 2.1.5 Go on"

    def _data(self, rest: bytes) -> str:
        if rest:
            return "501 5.5.4 DATA has no parameter"
        if not self._recipients:
            return "503 5.5.1 RCPT first"
        self._in_letter, self._too_large, self._looked = True, False, 0
        # The line end of DATA itself stands before the first line, so that a letter may begin with its dot.
        self._buffer[:0] = b"\r\n"
        return "354 The letter, then CRLF.CRLF"

    def _letter(self) -> str | None:
        end = self._buffer.find(_END, self._looked)
        if end < 0:
            self._wait_for_the_end()
            return None
        raw = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(_END)]
        self._in_letter = False
        sender, recipients = self._sender or "", tuple(self._recipients)
        self._reset()
        if self._too_large or len(raw) > LARGEST:
            return "552 5.3.4 The letter is too large"
        # RFC 5321 4.5.2: of a line that begins with a dot, the dot goes.
        message = raw.replace(b"\r\n.", b"\r\n")[2:]
        if fault := _fault(message):
            return f"554 5.6.0 {fault}"
        try:
            self._keep(Caught(sender, recipients, message, self._greeted_as))
        except OSError as error:
            return f"452 4.3.1 It cannot be kept now: {type(error).__name__}"
        return "250 2.0.0 Caught"

    def _wait_for_the_end(self) -> None:
        if len(self._buffer) > LARGEST + len(_END):
            self._too_large = True
            del self._buffer[: -len(_END)]
        self._looked = max(0, len(self._buffer) - len(_END) + 1)

    def _rset(self, _rest: bytes) -> str:
        self._reset()
        return "250 2.0.0 Forgotten"

    def _noop(self, _rest: bytes) -> str:
        return "250 2.0.0 Fine"

    def _help(self, _rest: bytes) -> str:
        return "214 2.0.0 Letters are caught here and go no further"

    def _vrfy(self, _rest: bytes) -> str:
        return "252 2.5.2 Anybody can have letters here"

    def _quit(self, _rest: bytes) -> str:
        self.is_over = True
        return "221 2.0.0 Goodbye"

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []


def _fault(message: bytes) -> str:
    """What makes this letter one that other relays may refuse or read differently; empty: nothing."""
    breaks = message.count(b"\r\n")
    if message.count(b"\r") != breaks or message.count(b"\n") != breaks:
        return "The letter holds a bare CR or LF"
    if b"\0" in message:
        return "The letter holds a NUL"
    longest = max(map(len, message.split(b"\r\n")))
    return f"The letter holds a line of {longest} bytes" if longest > _LONGEST_LINE else ""


class _Line(asyncio.Protocol):
    """A conversation on a socket."""

    def __init__(self, keep: Keep, open_lines: set[asyncio.Transport]) -> None:
        self._conversation = Conversation(keep)
        self._open_lines = open_lines
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A stream's transport, in every loop; but uvloop's own is no subclass that could be asked for.
        self._transport = cast(asyncio.Transport, transport)
        self._open_lines.add(self._transport)
        self._heard_at = asyncio.get_running_loop().time()
        self._transport.write(self._conversation.greeting)
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(self._conversation.feed(data))
        if self._conversation.is_over:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._open_lines.discard(self._transport)
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._heard_at + _IDLE_SECONDS - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._watch)
        elif self._transport is not None:
            self._transport.write(b"421 4.4.2 Nothing was said for a long time; closing\r\n")
            self._transport.close()


@asynccontextmanager
async def listening(keep: Keep, *, port: int = 0) -> AsyncIterator[int]:
    """Catch on loopback for as long as the block runs; gives the port. 0: a free one.

    Raises Unavailable when the port is taken.
    """
    loop, open_lines = asyncio.get_running_loop(), set[asyncio.Transport]()
    try:
        server = await loop.create_server(lambda: _Line(keep, open_lines), HOST, port)
    except OSError as error:
        raise Unavailable(f"Port {port} cannot be used for the built-in relay: {error.strerror}.") from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for line in list(open_lines):
            line.abort()
        await server.wait_closed()


@contextmanager
def catching(keep: Keep, *, port: int = 0) -> Iterator[int]:
    """The same beside a program that is not async: in a loop on a thread of its own, where `keep` is called too."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def catch() -> None:
        over = asyncio.Event()
        async with listening(keep, port=port) as taken:
            ready.set_result((asyncio.get_running_loop(), over, taken))
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(catch())
        except Unavailable as error:
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="catcher")
    thread.start()
    loop, over, taken = ready.result()
    try:
        yield taken
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
