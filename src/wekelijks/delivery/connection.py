"""One connection to the relay: one letter at a time, one recipient a letter, one unanswered dot at most.

aiosmtplib opens it (TLS, login); then its transport is taken over. A connection on which an answer failed to come is
closed for good, because a late answer must never be paired with the next reader; so is one on which the relay speaks
without being asked.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Self, cast

import aiosmtplib

from wekelijks.delivery import wire
from wekelijks.delivery.relay import Relay, Tls
from wekelijks.domain.outcome import Answer, Outcome, Stage, judge

_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. The dot's is at least what RFC 5321 4.5.3.2.6 asks: an impatient client makes doubles."""

    connect: float = 60
    command: float = 300
    dot: float = 600
    quit: float = 2


class Unreachable(Exception):
    """The relay cannot be used now: connecting, TLS or login failed. Never the end of a letter."""


class _Replies(asyncio.StreamReaderProtocol):
    """What the relay says, and how much of it nobody has read."""

    def __init__(self, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(reader, loop=loop)
        self._lines = reader
        self.unread = 0

    def data_received(self, data: bytes) -> None:
        self.unread += len(data)
        super().data_received(data)

    async def line(self) -> bytes:
        line = await self._lines.readuntil(b"\n")
        self.unread -= len(line)
        return line


class Connection:
    """A connection that is ready for letters."""

    def __init__(self, client: aiosmtplib.SMTP, timeouts: Timeouts) -> None:
        transport = client.transport
        if transport is None:
            raise Unreachable("the relay closed the connection")
        loop = asyncio.get_running_loop()
        self._client = client  # Kept, because the transport's first protocol belongs to it.
        self._timeouts = timeouts
        self._pipelines = client.supports_extension("pipelining")
        self._reader = asyncio.StreamReader(limit=_BUFFER, loop=loop)
        self._replies = _Replies(self._reader, loop)
        transport.set_protocol(self._replies)
        self._replies.connection_made(transport)
        # uvloop's transports are none of asyncio's classes, so nothing is asked here; both can write.
        self._writer = asyncio.StreamWriter(cast("asyncio.Transport", transport), self._replies, self._reader, loop)
        self.is_open = not transport.is_closing()

    @classmethod
    async def open(cls, relay: Relay, timeouts: Timeouts) -> Self:
        """Connect, encrypt and log in as the relay's address says. Raises Unreachable."""
        start_tls = {Tls.REQUIRED: True, Tls.OPPORTUNISTIC: None}.get(relay.tls, False)
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username or None,
            password=relay.password or None,
            use_tls=relay.tls is Tls.IMPLICIT,
            start_tls=start_tls,
            # Reading the system's certificates takes tens of milliseconds.
            tls_context=None if relay.tls is Tls.NONE else relay.context(),
            timeout=timeouts.connect,
        )
        try:
            await client.connect()
            if client.last_ehlo_response is None:
                await client.ehlo()
            return cls(client, timeouts)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    @property
    def is_fresh(self) -> bool:
        """False once the relay has closed it, or has said something that answers nothing of ours."""
        return self.is_open and not self._replies.unread and not self._reader.at_eof()

    async def offer(self, sender: str, recipient: str) -> Outcome | None:
        """MAIL, RCPT and DATA. None: the relay waits for the letter; else what became of it."""
        commands = [
            (Stage.MAIL, f"MAIL FROM:<{sender}>\r\n".encode("ascii")),
            (Stage.RCPT, f"RCPT TO:<{recipient}>\r\n".encode("ascii")),
            (Stage.DATA, b"DATA\r\n"),
        ]
        if self._pipelines:
            self._writer.write(b"".join(line for _stage, line in commands))
        failed: Outcome | None = None
        for stage, line in commands:
            if not self._pipelines:
                self._writer.write(line)
            answer = await self._answer(self._timeouts.command)
            good = answer.code == 354 if stage is Stage.DATA else 200 <= answer.code < 300
            if not good:
                failed = failed or judge(stage, _unexpected(answer))
            elif failed and stage is Stage.DATA:
                # RFC 2920 3.1: the relay waits for a letter that has no recipient. No dot: leave.
                self.abort()
            if failed and (not self.is_open or not self._pipelines):
                break
        if failed and self.is_open:
            await self._reset()
        return failed

    async def deliver(self, body: bytes) -> Outcome:
        """The letter and its final dot, as `wire.data` made it; then the one answer that counts."""
        if not self.is_fresh:
            # A reply that is here before the letter is not the letter's: it would move every answer one reader on.
            self.abort()
            return judge(Stage.DATA, Answer(0, "the relay spoke before it had the letter"))
        try:
            self._writer.write(body)
            async with asyncio.timeout(self._timeouts.dot):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            # Nothing says which bytes arrived: the dot may be among them.
            self.abort()
            return judge(Stage.DOT, Answer(0, f"connection lost: {type(error).__name__}"))
        answer = await self._answer(self._timeouts.dot)
        return judge(Stage.DOT, _unexpected(answer) if answer.code == 354 else answer)

    def abort(self) -> None:
        """Close at once, without a word. What was not dotted was not sent."""
        self.is_open = False
        self._writer.transport.abort()

    async def close(self) -> None:
        """QUIT and close; the answer is waited for briefly and does not matter."""
        try:
            if self.is_open:
                self._writer.write(b"QUIT\r\n")
                await self._answer(self._timeouts.quit)
        finally:
            self.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _reset(self) -> None:
        self._writer.write(b"RSET\r\n")
        answer = await self._answer(self._timeouts.command)
        if answer.code != 250:
            self.abort()

    async def _answer(self, seconds: float) -> Answer:
        """One whole reply; code 0 when none came, and then the connection is closed."""
        reply, answer = wire.ReplyReader(), None
        try:
            async with asyncio.timeout(seconds):
                while answer is None:
                    answer = reply.feed(await self._replies.line())
        except TimeoutError:
            answer = Answer(0, f"no answer within {seconds:g} s")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, wire.BadReply) as error:
            answer = Answer(0, f"connection lost: {type(error).__name__}")
        if answer.closes:
            self.abort()
        return answer


def _unexpected(answer: Answer) -> Answer:
    """A 2xx or 3xx out of place is no consent: treat it as a passing fault of the relay."""
    return answer if answer.code == 0 or answer.code >= 400 else Answer(451, f"out of place: {answer.code}")
