"""What every answer carries and what no request may exceed."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LARGEST_BODY = 64 * 1024  # Bytes; no form of ours comes near.
_PRIVATE = ("/u/", "/preferences/")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class Guard:
    """Security headers on every answer, 413 for a body that is too large, nothing about tokens' pages kept."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        if "\0" in scope["path"]:
            scope["path"] = scope["path"].replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL takes no NUL.
        body, whole = await _collect(receive)
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _put_headers(scope["path"], MutableHeaders(scope=message))
            await send(message)

        if whole:
            await self._inner(scope, replay, guarded)
            return
        await guarded({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
        await guarded({"type": "http.response.body", "body": b"This request is too large.\n"})


async def _collect(receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether it is whole: reading ends where it grows too large."""
    body = b""
    while len(body) <= _LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body, len(body) <= _LARGEST_BODY


def _put_headers(path: str, headers: MutableHeaders) -> None:
    if path.startswith(_PRIVATE):
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex"
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
