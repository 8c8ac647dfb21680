"""Listening: the web's door on this machine, and the server that stands in it."""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from wekelijks.domain.errors import Unavailable

_WAITING = 512  # Connections that the system keeps while all hands are full.
_KEEP_ALIVE = 5  # Seconds a quiet connection may stay; slow clients are the proxy's to keep away.

_WHY = {
    errno.EADDRINUSE: "something listens there already: stop that, or choose another with --port",
    errno.EACCES: "ports below 1024 are for root: choose a higher one and put a proxy in front",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose another with --host",
}


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket. Raises Unavailable with what to do."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise Unavailable(f"“{host}” is no address of this machine: choose another with --host.") from error
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
            door.listen(_WAITING)
        except OSError as error:
            why = _WHY.get(error.errno or 0, error.strerror or str(error))
            raise Unavailable(f"Cannot listen on {host or '*'}, port {port}: {why}.") from error
        yield door


def url_of(door: socket.socket) -> str:
    """The address at which this machine itself reaches the door."""
    host, port = door.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class Pages(uvicorn.Server):
    """The web server. Signals are its owner's business: set `should_exit` to end it."""

    def __init__(self, web: Any, trusted_proxies: Sequence[str], *, finish_within: int) -> None:
        """`trusted_proxies`: whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's when empty."""
        super().__init__(
            uvicorn.Config(
                web,
                http="httptools",
                loop="uvloop",
                log_config=None,
                # A page's path may hold a reader's token, and visits are nobody's business.
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=finish_within,
                backlog=_WAITING,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield
