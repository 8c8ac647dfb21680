"""Reading back: the newsletter's own page and its letters, without anything about any reader."""

import hashlib
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from wekelijks.app import App
from wekelijks.domain.errors import NotFound
from wekelijks.domain.links import Pages
from wekelijks.domain.newsletter import Newsletter
from wekelijks.i18n.pages import PAGES, language_of
from wekelijks.services import archive
from wekelijks.web import rendering

router = APIRouter(include_in_schema=False)
_READ = ["GET", "HEAD"]
_ON_HOME = 5  # Letters below the promise: enough to get to know the writer.


@router.api_route("/style.css", methods=_READ)
def style(request: Request) -> Response:
    """Our stylesheet."""
    return _tagged(request, PlainTextResponse(rendering.stylesheet(), media_type="text/css"))


@router.api_route("/", methods=_READ)
@router.api_route("/n/{slug}/", methods=_READ)
def home(request: Request, slug: str | None = None) -> Response:
    """The newsletter, its promise and the latest letters."""
    app: App = request.app.state.app
    newsletter = archive.newsletter(app.database, slug)
    letters = archive.letters(app.database, newsletter, limit=_ON_HOME)
    day = rendering.weekday(newsletter.weekday, language_of(newsletter.language))
    pages = Pages(app.settings.base_url, newsletter)
    values = {"title": newsletter.name, "letters": letters, "weekday": day, "is_home": True}
    return _shown(request, "letters.html", newsletter, canonical=pages.home, **values)


@router.api_route("/archive", methods=_READ)
@router.api_route("/n/{slug}/archive", methods=_READ)
def all_letters(request: Request, slug: str | None = None) -> Response:
    """All letters."""
    app: App = request.app.state.app
    newsletter = archive.newsletter(app.database, slug)
    title = PAGES[language_of(newsletter.language)]["archive"]
    pages = Pages(app.settings.base_url, newsletter)
    letters = archive.letters(app.database, newsletter)
    return _shown(request, "letters.html", newsletter, canonical=pages.archive, title=title, letters=letters)


@router.api_route("/archive/{on}", methods=_READ)
@router.api_route("/n/{slug}/archive/{on}", methods=_READ)
def one_letter(request: Request, on: str, slug: str | None = None) -> Response:
    """One letter as a page."""
    app: App = request.app.state.app
    newsletter = archive.newsletter(app.database, slug)
    try:
        letter = archive.letter(app.database, newsletter, date.fromisoformat(on))
    except ValueError as error:
        raise NotFound("There is no letter of that day.") from error
    canonical = Pages(app.settings.base_url, newsletter).letter(letter.on)
    return _shown(request, "letter.html", newsletter, canonical=canonical, title=letter.subject, letter=letter)


@router.api_route("/n/{slug}", methods=_READ)
def home_without_slash(request: Request, slug: str) -> Response:
    """The newsletter's own page, as people type it."""
    return _moved(request, f"n/{slug}/")


@router.api_route("/archive/", methods=_READ)
@router.api_route("/archive/{on}/", methods=_READ)
@router.api_route("/n/{slug}/archive/", methods=_READ)
@router.api_route("/n/{slug}/archive/{on}/", methods=_READ)
@router.api_route("/u/{token}/", methods=_READ)
@router.api_route("/preferences/{token}/", methods=_READ)
def with_a_slash(request: Request) -> Response:
    """A page with a slash too many."""
    return _moved(request, request.scope["path"].strip("/"))


def _moved(request: Request, path: str) -> Response:
    """To another page of ours, whatever host and scheme a proxy in front of us is reached by."""
    return RedirectResponse(f"{rendering.base_path(request.app.state.app)}/{path}", 308)


def _shown(request: Request, template: str, newsletter: Newsletter, **values: Any) -> Response:
    page: HTMLResponse = rendering.page(
        request.app.state.app, template, newsletter, language=newsletter.language, **values
    )
    return _tagged(request, page)


def _tagged(request: Request, response: Response) -> Response:
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=60"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
