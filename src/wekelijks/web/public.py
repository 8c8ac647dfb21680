"""Leaving and resting by signed link: GET shows and changes nothing, POST acts at once and twice is harmless."""

from typing import Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from wekelijks.app import App
from wekelijks.domain.errors import NotAllowed
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing, Subscriber
from wekelijks.domain.tokens import Bearer, Purpose
from wekelijks.i18n.pages import PAGES, language_of
from wekelijks.services import subscribing
from wekelijks.services.subscribing import Rest
from wekelijks.web import rendering

router = APIRouter(include_in_schema=False)


@router.api_route("/u/{token}", methods=["GET", "HEAD"])
def ask_to_leave(request: Request, token: str) -> HTMLResponse:
    """The page with one button."""
    app, bearer = _app(request), _bearer(request, Purpose.UNSUBSCRIBE, token)
    return _leaving(app, bearer)


@router.post("/u/{token}")
def leave(request: Request, token: str) -> HTMLResponse:
    """Leave, whatever the body says: the signature is the permission (RFC 8058, section 3.2)."""
    app, bearer = _app(request), _bearer(request, Purpose.UNSUBSCRIBE, token)
    _newsletter, reader = subscribing.by_link(app.database, bearer.newsletter_id, bearer.subscriber_id)
    if reader is not None:
        subscribing.unsubscribe(app.database, reader.id, source="unsubscribe link", now=app.clock())
    return _leaving(app, bearer)


@router.post("/u/{token}/undo")
def undo(request: Request, token: str) -> HTMLResponse:
    """Take a leaving back, within thirty days."""
    app, bearer = _app(request), _bearer(request, Purpose.UNSUBSCRIBE, token)
    _newsletter, reader = subscribing.by_link(app.database, bearer.newsletter_id, bearer.subscriber_id)
    now = app.clock()
    if reader is None or not subscribing.come_back(app.database, reader.id, source="undo link", now=now):
        raise NotAllowed("Leaving can be taken back for thirty days only.")
    return _preferences(app, bearer, title="back_title")


@router.api_route("/preferences/{token}", methods=["GET", "HEAD"])
def preferences(request: Request, token: str) -> HTMLResponse:
    """Where this reader stands, and how to rest."""
    return _preferences(_app(request), _bearer(request, Purpose.PREFERENCES, token))


@router.post("/preferences/{token}")
def rest(request: Request, token: str, rest: Rest = Form()) -> HTMLResponse:  # noqa: B008 - FastAPI's way.
    """Pause, slow down, or every week again."""
    app, bearer = _app(request), _bearer(request, Purpose.PREFERENCES, token)
    newsletter, reader = subscribing.by_link(app.database, bearer.newsletter_id, bearer.subscriber_id)
    if reader is not None:
        subscribing.rest(app.database, newsletter, reader.id, rest, source="preferences link", now=app.clock())
    return _preferences(app, bearer)


def _leaving(app: App, bearer: Bearer) -> HTMLResponse:
    newsletter, reader = subscribing.by_link(app.database, bearer.newsletter_id, bearer.subscriber_id)
    language = _language(newsletter, reader)
    words = PAGES[language]
    gone = reader is None or reader.status is Standing.LEFT
    may_undo = reader is not None and gone and subscribing.may_come_back(app.database, reader, now=app.clock())
    may_rest = reader is not None and (may_undo or reader.status in {Standing.ACTIVE, Standing.PAUSED})
    title, text = ("left_title", "left_text") if gone else ("leave_title", "leave_ask")
    return rendering.page(
        app,
        "reader.html",
        newsletter,
        language=language,
        private=True,
        title=words[title],
        message=words[text].format(name=newsletter.name),
        may_leave=not gone,
        may_undo=may_undo,
        choices=_choices(words, weekly=False) if may_rest else (),
        **_addresses(app, bearer),
    )


def _preferences(app: App, bearer: Bearer, *, title: str = "preferences_title") -> HTMLResponse:
    newsletter, reader = subscribing.by_link(app.database, bearer.newsletter_id, bearer.subscriber_id)
    if reader is None or reader.status is Standing.LEFT:
        return _leaving(app, bearer)
    language = _language(newsletter, reader)
    words = PAGES[language]
    standing = reader.standing_on(newsletter.today(app.clock()))
    may_rest = standing in {Standing.ACTIVE, Standing.PAUSED}
    slower = standing is Standing.PAUSED or reader.rhythm_weeks > 1
    urls = _addresses(app, bearer)
    return rendering.page(
        app,
        "reader.html",
        newsletter,
        language=language,
        private=True,
        title=words[title],
        message=_state(words, newsletter, reader, standing, language),
        choices=_choices(words, weekly=slower) if may_rest else (),
        leave_link=urls["leave_url"],
        **urls,
    )


def _state(
    words: dict[str, str], newsletter: Newsletter, reader: Subscriber, standing: Standing, language: str
) -> str:
    key = f"state_{standing.value}"
    until = ""
    if standing is Standing.PAUSED:
        key = "state_paused" if reader.paused_until else "state_paused_open"
        until = rendering.day(reader.paused_until, language) if reader.paused_until else ""
    elif standing is Standing.ACTIVE and reader.rhythm_weeks > 1:
        key = "state_other"
    return words[key].format(name=newsletter.name, until=until)


def _choices(words: dict[str, str], *, weekly: bool) -> list[tuple[str, str]]:
    pauses = [(str(weeks), words["weeks"].format(count=weeks)) for weeks in subscribing.PAUSES]
    first = [(Rest.NONE.value, words["weekly"])] if weekly else []
    return [*first, *pauses, (Rest.EVERY_OTHER_WEEK.value, words["other"])]


def _addresses(app: App, bearer: Bearer) -> dict[str, Any]:
    leaving = app.signer.sign(Purpose.UNSUBSCRIBE, bearer)
    resting = app.signer.sign(Purpose.PREFERENCES, bearer)
    base = rendering.base_path(app)
    return {
        "leave_url": f"{base}/u/{leaving}",
        "undo_url": f"{base}/u/{leaving}/undo",
        "rest_url": f"{base}/preferences/{resting}",
    }


def _language(newsletter: Newsletter, reader: Subscriber | None) -> str:
    return language_of(reader.language if reader else "", newsletter.language)


def _app(request: Request) -> App:
    app: App = request.app.state.app
    return app


def _bearer(request: Request, purpose: Purpose, token: str) -> Bearer:
    return _app(request).signer.read(purpose, token)
