"""Relays that misbehave, and a real `wekelijks send` against each: what it says, its status, where the letters stand.

After each fault a good relay carries the rest, two hours later by the sender's clock (`faketime`, Debian's package).

python benchmarks/faults.py [postgresql+psycopg://…]     (a server on which databases may be made; SQLite always)
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from kills import a_database
from rig import Rig, relaying

from relays import ScriptedRelay

READERS = 100


class Faulty(ScriptedRelay):
    """Does one thing wrong, in the way of `fault`."""

    def __init__(self, fault: str) -> None:
        super().__init__(self._reply)
        self.fault = fault

    def _reply(self, stage: str, recipient: str) -> str | None:
        answers: dict[tuple[str, str], str | None] = {
            ("4xx for all", "rcpt"): "451 4.7.1 greylisted",
            ("4xx at the dot", "dot"): "452 4.3.1 no room",
            ("hangs up at the dot", "dot"): None,
            ("5xx about the letter", "dot"): "554 5.7.1 looks like spam",
        }
        if self.fault == "5xx for one in ten" and stage == "rcpt" and recipient.split("@")[0].endswith("7"):
            return "550 5.1.1 no such user"
        return answers.get((self.fault, stage), "250 2.0.0 fine")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be wrong before the first word, where that is the fault."""
        if self.fault == "421 as greeting":
            writer.write(b"421 4.3.2 not now\r\n")
            writer.close()
            return
        await super().serve(reader, writer)

    async def _answer(
        self, word: bytes, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if word == b"EHLO" and self.fault == "wrong password":
            writer.write(b"250-relay.example\r\n250 AUTH PLAIN LOGIN\r\n")
        elif word == b"AUTH":
            writer.write(b"535 5.7.8 wrong\r\n")
        elif word == b"MAIL" and self.fault == "5xx about the sender":
            writer.write(b"550 5.7.1 you may not send\r\n")
        elif word == b"DATA" and self.fault == "hangs up after DATA":
            writer.write(b"354 go on\r\n")
            return False
        elif word == b"DATA" and self.fault == "two replies at DATA":
            writer.write(b"354 go on\r\n250 2.0.0 queued\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"451 4.3.0 not kept\r\n")
        else:
            return await super()._answer(word, recipient, reader, writer)
        return True


FAULTS = (
    "refuses connections",
    "421 as greeting",
    "4xx for all",
    "4xx at the dot",
    "5xx for one in ten",
    "5xx about the sender",
    "5xx about the letter",
    "hangs up after DATA",
    "hangs up at the dot",
    "two replies at DATA",
    "wrong password",
    "TLS required, not offered",
)


def measure(server: str, fault: str) -> None:
    """One fault; three lines."""
    relay = Faulty(fault)
    with tempfile.TemporaryDirectory() as data, relaying(relay) as url:
        rig = Rig(Path(data), url, database_url=a_database(server) if server else "", readers=READERS)
        rig.open()
        special = {
            "refuses connections": "smtp://127.0.0.1:1?tls=none",
            "wrong password": url.replace("//", "//marijke:geheim@"),
            "TLS required, not offered": url.replace("tls=none", "tls=required"),
        }
        rig.settings["WEKELIJKS_SMTP_URL"] = special.get(fault, url)
        process = rig.start("send", stdout=-1, stderr=-1)
        out, err = process.communicate(timeout=120)
        last = (out.strip().splitlines() or [""])[-1] + " | " + (err.strip().splitlines() or [""])[-1]
        shown = rig.show()
        states = {key: shown[key] for key in ("waiting", "sending", "accepted", "refused", "in_doubt") if shown[key]}
        print(f"{'PostgreSQL' if server else 'SQLite':10}  {fault}: status {process.returncode}, {last}", flush=True)
        print(f"            {shown['state']} {states}, ever in doubt {len(shown['doubtful'])}", flush=True)
        rig.settings["WEKELIJKS_SMTP_URL"], relay.fault = url, ""
        if shown["state"] == "paused":
            rig.run("slots", "resume", rig.on)
        assert "geheim" not in out + err
        rig.start("send", before=("faketime", "-f", "+2h")).wait()
        if rig.show()["in_doubt"]:
            rig.run("slots", "settle", rig.on, "--resend")
            rig.run("send")
        print(f"            then: {rig.judge(relay)}", flush=True)


if __name__ == "__main__":
    for each in ["", *sys.argv[1:]]:
        for one in FAULTS:
            measure(each, one)
