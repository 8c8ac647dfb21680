"""A private Postfix on a free port of this machine that delivers every letter into one real mailbox."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "lezers.example"
"""What this Postfix takes letters for; anything else is refused, so nothing can leave the machine."""

_MAIN = """
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
smtpd_recipient_restrictions = reject_unauth_destination
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running instance: where it listens, and the mailbox (mbox) that it fills."""

    port: int
    mailbox: Path
    folder: Path

    def wait_for(self, letters: int, *, seconds: float = 60) -> int:
        """Wait until this many letters are in the mailbox; how many there are."""
        end = time.monotonic() + seconds
        while (there := self._count()) < letters and time.monotonic() < end:
            time.sleep(0.2)
        return there

    def _count(self) -> int:
        if not self.mailbox.exists():
            return 0
        with self.mailbox.open("rb") as lines:
            return sum(line.startswith(b"From ") for line in lines)


def is_there() -> bool:
    """Postfix is installed, and we may run it: its master insists on root."""
    return os.geteuid() == 0 and shutil.which("postfix", path="/usr/sbin:/usr/bin") is not None


@contextmanager
def running() -> Iterator[Postfix]:
    """Start one; stop it and take everything away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    port, owner = _free_port(), pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    words = {"folder": folder, "domain": DOMAIN, "port": port, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**words), "utf-8")
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**words), "utf-8")
    _postfix(folder, "start")
    try:
        yield Postfix(port, folder / "mail" / "all", folder)
    finally:
        _postfix(folder, "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postfix(folder: Path, word: str) -> None:
    done = subprocess.run(
        ["/usr/sbin/postfix", "-c", str(folder / "etc"), word],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
