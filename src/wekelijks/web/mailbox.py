"""The mailbox: the letters that the built-in relay caught, as their readers see them, and as they are.

A letter is a stranger's document. Its HTML has an address of its own and is shown in a frame without scripts, forms
or remote images; nothing in it can reach our pages, and our pages' own rules stay as strict as they are.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_datetime
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from wekelijks.app import App
from wekelijks.delivery.catching import letterbox
from wekelijks.delivery.catching.letterbox import Letterbox
from wekelijks.domain.errors import NotFound
from wekelijks.i18n.mailbox import MAILBOX
from wekelijks.i18n.pages import PAGES, language_of
from wekelijks.mail import reading
from wekelijks.services import archive
from wekelijks.web import rendering

router = APIRouter(include_in_schema=False)

_READ = ["GET", "HEAD"]
_A_PAGE = 50
_HEAD_BYTES = 16_384  # More than the headers of a letter of ours ever are.
_NUMBER = re.compile(r"\A[0-9]{1,6}\Z")
_HEAD_TAG = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_OUR_PAGE = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A letter brings its own style and may open its links in a new window. It may do nothing else.
_A_LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One letter in the list."""

    number: int
    to: str
    subject: str
    date: str


@router.api_route("/mailbox", methods=_READ)
def all_letters(request: Request, q: str = "", page: int = 1) -> HTMLResponse:
    """The letters, the newest first; `q`: those to an address that holds this text."""
    box, words = _box(request), _words(request)
    text = q.strip()
    numbers = (box.search(text) if text else box.numbers())[::-1]
    last = max(1, -(-len(numbers) // _A_PAGE))
    page = min(max(page, 1), last)
    shown = numbers[(page - 1) * _A_PAGE : page * _A_PAGE]
    return _page(
        request,
        "mailbox.html",
        title=words["mailbox"],
        lines=[_line(box, number, words) for number in shown],
        count=_counted(words, "found" if text else "caught", len(numbers), text),
        is_full=len(numbers) >= letterbox.MOST_KEPT,
        most=f"{letterbox.MOST_KEPT:,}".replace(",", "\u202f"),
        text=text,
        newer=_turned(text, page - 1) if page > 1 else "",
        older=_turned(text, page + 1) if page < last else "",
        has_search=bool(text) or len(numbers) > 1,
    )


@router.api_route("/mailbox/", methods=_READ)
def with_a_slash() -> RedirectResponse:
    """The same page, as people type it."""
    return RedirectResponse("../mailbox", 308)


@router.api_route("/mailbox/style.css", methods=_READ)
def style() -> Response:
    """What these pages need beside our one stylesheet."""
    return Response((rendering.directory() / "mailbox.css").read_text("utf-8"), media_type="text/css")


@router.api_route("/mailbox/{number}.eml", methods=_READ)
def file(request: Request, number: str) -> Response:
    """The letter as a file, byte for byte."""
    disposition = f'attachment; filename="{_number(number):06}.eml"'
    raw = _box(request).read(_number(number))
    return Response(raw, media_type="message/rfc822", headers={"Content-Disposition": disposition})


@router.api_route("/mailbox/{number}", methods=_READ)
def letter(request: Request, number: str) -> HTMLResponse:
    """The letter as its reader sees it."""
    message = _message(request, number)
    return _shown(request, number, message, "letter" if message.html else "text")


@router.api_route("/mailbox/{number}/phone", methods=_READ)
def phone(request: Request, number: str) -> HTMLResponse:
    """The letter as wide as a small phone."""
    message = _message(request, number)
    return _shown(request, number, message, "phone" if message.html else "text")


@router.api_route("/mailbox/{number}/text", methods=_READ)
def text(request: Request, number: str) -> HTMLResponse:
    """The letter's plain text."""
    return _shown(request, number, _message(request, number), "text")


@router.api_route("/mailbox/{number}/source", methods=_READ)
def source(request: Request, number: str) -> HTMLResponse:
    """The letter as it lies in the mailbox, headers and encodings included."""
    raw = _box(request).read(_number(number)).decode("utf-8", "replace")
    return _shown(request, number, _message(request, number), "source", source=raw)


@router.api_route("/mailbox/{number}/html", methods=_READ)
def html(request: Request, number: str) -> HTMLResponse:
    """The letter's HTML alone, for the frame; its links open beside the mailbox."""
    content = _message(request, number).html
    if not content:
        raise NotFound("This letter has no HTML part.")
    base = '<base target="_blank">'
    content, found = _HEAD_TAG.subn(lambda tag: tag[0] + base, content, count=1)
    headers = {"Content-Security-Policy": _A_LETTER, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(content if found else base + content, headers=headers)


def _shown(request: Request, number: str, message: reading.Message, view: str, *, source: str = "") -> HTMLResponse:
    words = _words(request)
    return _page(
        request,
        "mailbox_letter.html",
        title=message.header("Subject") or words["no_subject"],
        number=_number(number),
        message=message,
        view=view,
        source=source,
        one_click=_own_path(request, message.one_click),
    )


def _page(request: Request, template: str, **values: Any) -> HTMLResponse:
    app: App = request.app.state.app
    newsletter = archive.newsletter(app.database, None)
    language = _language(request)
    common: dict[str, Any] = {"private": True, "t": _words(request), "moment": lambda text: _moment(text, language)}
    page = rendering.page(app, template, newsletter, language=language, **common, **values)
    page.headers["Content-Security-Policy"] = _OUR_PAGE
    page.headers["Cache-Control"] = "no-store"
    return page


def _own_path(request: Request, url: str) -> str:
    """The address without its host, so that the form stays on the host it is shown on; empty for another's."""
    app: App = request.app.state.app
    base = app.settings.base_url
    return rendering.base_path(app) + url.removeprefix(base) if url.startswith(f"{base}/") else ""


def _line(box: Letterbox, number: int, words: dict[str, str]) -> _Line:
    found = {name.lower(): value for name, value in reversed(reading.headers(box.read(number)[:_HEAD_BYTES]))}
    to = found.get("to") or found.get("delivered-to", "")
    bare = to.removeprefix("<").removesuffix(">") if to.startswith("<") else to
    return _Line(number, bare, found.get("subject") or words["no_subject"], found.get("date", ""))


def _moment(text: str, language: str) -> str:
    """A Date header in words, in the time zone that it names; as it came where it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return text
    return format_datetime(found, "d MMMM y HH:mm", tzinfo=found.tzinfo, locale=language)


def _counted(words: dict[str, str], key: str, count: int, text: str) -> str:
    form = {0: "none", 1: "one"}.get(count, "many")
    return words[f"{key}_{form}"].format(count=f"{count:,}".replace(",", "\u202f"), text=text)


def _turned(text: str, page: int) -> str:
    return "?" + urlencode({**({"q": text} if text else {}), "page": page})


def _message(request: Request, number: str) -> reading.Message:
    return reading.read(_box(request).read(_number(number)))


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise NotFound("There is no such letter.")
    return int(text)


def _box(request: Request) -> Letterbox:
    return Letterbox(request.app.state.mailbox)


def _words(request: Request) -> dict[str, str]:
    language = _language(request)
    return {**PAGES[language], **MAILBOX[language]}


def _language(request: Request) -> str:
    """The browser's language; the newsletter's where we have no words in it."""
    app: App = request.app.state.app
    accepted = request.headers.get("accept-language", "")[:2]
    return language_of(accepted, archive.newsletter(app.database, None).language)
