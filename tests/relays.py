"""Relays for tests: real SMTP servers on loopback that do as they are told, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Reply = Callable[[str, str], str | None]
"""Given the stage (`rcpt` or `dot`) and the recipient: the reply line; None: hang up without a word."""


def agreeable(_stage: str, _recipient: str) -> str | None:
    """Take everything."""
    return "250 2.0.0 taken"


class ScriptedRelay:
    """A small SMTP server that answers by script and remembers what it took."""

    def __init__(self, reply: Reply = agreeable) -> None:
        self.reply = reply
        self.taken: list[tuple[str, bytes]] = []
        self.port = 0
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        self.connections += 1
        writer.write(b"220 relay.example\r\n")
        recipient = ""
        try:
            while line := await reader.readline():
                word = line[:4].upper().strip()
                if word == b"RCPT":
                    recipient = line.split(b"<")[1].split(b">")[0].decode()
                if not await self._answer(word, recipient, reader, writer):
                    break
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(
        self, word: bytes, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if word == b"RCPT":
            return self._say(writer, "rcpt", recipient)
        if word == b"DATA":
            return await self._take(recipient, reader, writer)
        plain = {b"EHLO": b"250-relay.example\r\n250 PIPELINING\r\n", b"QUIT": b"221 bye\r\n"}
        writer.write(plain.get(word, b"250 fine\r\n"))
        return word != b"QUIT"

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"354 go on\r\n")
        message = await reader.readuntil(b"\r\n.\r\n")
        answer = self.reply("dot", recipient)
        if answer and answer.startswith("2"):
            self.taken.append((recipient, message))
        if answer is not None:
            writer.write(f"{answer}\r\n".encode())
        return answer is not None

    def _say(self, writer: asyncio.StreamWriter, stage: str, recipient: str) -> bool:
        answer = self.reply(stage, recipient)
        if answer is not None:
            writer.write(f"{answer}\r\n".encode())
        return answer is not None


@asynccontextmanager
async def listening(relay: ScriptedRelay) -> AsyncIterator[ScriptedRelay]:
    """The relay on a free port of this machine."""
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await server.wait_closed()
