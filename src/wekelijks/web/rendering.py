"""Pages out of templates: always escaped, in the reader's language, with nothing from a third party."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from wekelijks import shipped
from wekelijks.app import App
from wekelijks.domain.links import Pages
from wekelijks.domain.newsletter import Newsletter
from wekelijks.i18n.pages import PAGES, language_of
from wekelijks.mail.markdown import to_html, typeset


def page(
    app: App, template: str, newsletter: Newsletter | None, *, language: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """Render one page; `language` as wanted, the newsletter's where we have no words in it."""
    own = newsletter.language if newsletter else ""
    language = language_of(language, own)
    common = {
        "newsletter": newsletter,
        "pages": Pages(app.settings.base_url, newsletter) if newsletter else None,
        "t": PAGES[language],
        "language": language,
        "canonical": "",
        "private": False,
        "message": "",
        "base_path": base_path(app),
    }
    return HTMLResponse(_environment().get_template(template).render({**common, **values}), status_code=status)


def base_path(app: App) -> str:
    """Where the pages begin on whatever host they are reached: style and forms must stay on that host for the CSP."""
    return urlsplit(app.settings.base_url).path


def stylesheet() -> str:
    """Our one stylesheet."""
    return (directory() / "style.css").read_text("utf-8")


def directory() -> Path:
    """Where the pages' templates and stylesheets stand."""
    return shipped.directory_of("templates/web/page.html")


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(directory()), autoescape=True, undefined=StrictUndefined)
    environment.globals.update(may_leave=False, may_undo=False, choices=(), leave_link="", is_home=False)
    environment.filters["day"] = _day
    # The same words as in the letter, cleaned the same way: what a writer pasted cannot become an element of ours.
    environment.filters["markdown"] = to_html
    environment.filters["typeset"] = typeset
    return environment


@pass_context
def _day(context: Context, on: date) -> str:
    return day(on, str(context["language"]))


def day(on: date, language: str) -> str:
    """The date in words."""
    return format_date(on, "d MMMM y", locale=language)


def weekday(number: int, language: str) -> str:
    """The name of a day of the week; 0 is Monday."""
    return format_date(date(2024, 1, 1 + number), "EEEE", locale=language)
