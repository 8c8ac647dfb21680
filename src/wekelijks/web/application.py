"""The web application: the pages of every newsletter, and errors that help."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from wekelijks import __version__
from wekelijks.app import App
from wekelijks.domain.errors import BadInput, BadLink, NotAllowed, NotFound, Unavailable, WekelijksError
from wekelijks.i18n.pages import PAGES, language_of
from wekelijks.services import archive
from wekelijks.web import mailbox as mailboxes
from wekelijks.web import operations, public, reading, rendering
from wekelijks.web.guard import Guard

_STATUS: dict[type[WekelijksError], int] = {
    NotFound: 404,
    BadLink: 404,
    NotAllowed: 409,
    BadInput: 422,
    Unavailable: 503,
}
_NOT_FOUND, _SERVER_ERROR = 404, 500


def create(app: App, *, mailbox: Path | None = None, ticks_here: bool = False) -> FastAPI:
    """The application for one installation.

    `mailbox` shows the letters that a built-in relay caught there. `ticks_here`: the scheduler runs in this process,
    so `/health` notices its silence at once.
    """
    web = FastAPI(title="wekelijks", version=__version__, docs_url=None, redoc_url=None, redirect_slashes=False)
    web.state.app = app
    web.state.mailbox = mailbox
    web.state.ticks_here = ticks_here
    web.state.figures = operations.KeptFigures()
    web.include_router(public.router)
    web.include_router(reading.router)
    web.include_router(operations.router)
    if mailbox:
        web.include_router(mailboxes.router)
    for error in (WekelijksError, HTTPException, RequestValidationError, Exception):
        web.add_exception_handler(error, _explain)
    web.add_middleware(Guard)
    return web


def _explain(request: Request, error: Exception) -> Response:
    status = _status(error)
    kind = "missing" if status == _NOT_FOUND else "trouble" if status >= _SERVER_ERROR else "refused"
    app: App = request.app.state.app
    try:
        newsletter = archive.newsletter(app.database, None)
    except WekelijksError:
        newsletter = None
    accepted = request.headers.get("accept-language", "")[:2]
    language = language_of(newsletter.language if newsletter else accepted, accepted)
    title, text = PAGES[language][f"{kind}_title"], PAGES[language][f"{kind}_text"]
    page = rendering.page(
        app, "page.html", newsletter, language=language, status=status, title=title, message=text, private=True
    )
    if isinstance(error, HTTPException) and error.headers:
        page.headers.update(error.headers)
    return page


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), _SERVER_ERROR)
