"""`init`: a new installation; `migrate`: its database at the newest schema."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Doorway, as_json, is_conversation, pass_doorway, say, say_json
from wekelijks.cli.identity import NEWSLETTER, Question, document_of, options
from wekelijks.domain import identity
from wekelijks.domain.newsletter import WEEKDAYS

if TYPE_CHECKING:
    from wekelijks.domain.newsletter import Newsletter
    from wekelijks.settings.installation import Settings


def _relay(text: str) -> str:
    """The relay's address, read as the sender will read it. Raises BadInput."""
    from wekelijks.delivery import relay

    relay.read(text)
    return text


def _database(text: str) -> str:
    from wekelijks.store.database import Database

    Database(text).dispose()
    return text


def _operator(text: str) -> str:
    from wekelijks.domain import addresses

    return addresses.read(text).typed


_BASE_URL = Question(
    "base-url",
    "Where will readers reach its pages? (https://…)",
    "Where readers reach the pages: https://…, or http:// on this machine.",
    identity.base_url,
    lambda: "http://127.0.0.1:8000",
)
_SMTP_URL = Question(
    "smtp-url",
    "Which relay takes the letters? (smtp://user:password@host:587)",
    "The relay: smtp://user:password@host:587?tls=required|opportunistic|none or smtps://…  [default: "
    "smtp://127.0.0.1:25]",
    _relay,
    lambda: "smtp://127.0.0.1:25",
)
_QUESTIONS = (*NEWSLETTER[:2], _BASE_URL, _SMTP_URL, *NEWSLETTER[2:])
_DATABASE_URL = Question(
    "database-url",
    "",
    "PostgreSQL: postgresql+psycopg://user:password@host/name  [default: a SQLite file in the data directory]",
    _database,
)
_OPERATOR = Question(
    "operator",
    "",
    "Who is to be told when something needs a person (not by mail yet)  [default: the sender].",
    _operator,
)
_SLUG = Question("slug", "", "A short name for commands and addresses  [default: made of the name].", identity.slug)


@click.command()
@options(*_QUESTIONS, _DATABASE_URL, _OPERATOR, _SLUG)
@as_json
@pass_doorway
def init(doorway: Doorway, /, *, as_json: bool, **given: Any) -> None:
    """Make a new installation: its directory, its keys, its database, its newsletter.

    What is not given is asked for on a terminal. Nothing that exists is overwritten.
    """
    from wekelijks import app
    from wekelijks.services import installing
    from wekelijks.settings import installation

    installing.require_nothing(doorway.data)
    environment = installation.load(doorway.data)
    answers = _complete(given, environment)
    newsletter = app.install(doorway.data, _plan(answers, environment))
    settings = installation.load(doorway.data)
    if as_json:
        say_json(_as_document(newsletter, settings))
    else:
        _say_installed(doorway.data, newsletter, settings)


@click.command()
@as_json
@pass_doorway
def migrate(doorway: Doorway, *, as_json: bool) -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    from wekelijks.app import build_unmigrated
    from wekelijks.store import migrations

    app = build_unmigrated(doorway.data)
    doorway.listen(app)
    before = migrations.found(app.database)
    migrations.upgrade(app.database)
    after = migrations.found(app.database)
    app.database.dispose()
    if as_json:
        say_json({"before": before, "schema": after, "changed": before != after})
    else:
        changed = f"was brought from schema {before or 'nothing'} to" if before != after else "already has"
        click.echo(f"The database {changed} the newest schema, {after}.")


def _complete(given: dict[str, Any], environment: "Settings") -> dict[str, Any]:
    """Every answer: given, else set in the environment, else asked for. Wrong usage where nobody can be asked."""
    answers = {key: value for key, value in given.items() if value is not None}
    known = answers.keys() | environment.model_fields_set
    missing = [question for question in _QUESTIONS if question.key not in known]
    if not missing:
        return answers
    if is_conversation():
        say(
            "A new newsletter. An empty answer takes what stands in brackets; Ctrl-C stops and leaves nothing behind."
        )
        return answers | {question.key: question.ask() for question in missing}
    needed = [f"--{question.option}" for question in missing if question is not _SMTP_URL]
    if needed:
        also = f" ({_hint(_SMTP_URL)})" if _SMTP_URL in missing else ""
        raise click.UsageError(f"There is no terminal to ask at, and this is missing: {', '.join(needed)}{also}.")
    return answers | {_SMTP_URL.key: _SMTP_URL.offer()}


def _hint(question: Question) -> str:
    return f"without --{question.option} it is {question.offer()}"


def _plan(answers: dict[str, Any], environment: "Settings") -> Any:
    from wekelijks.services.installing import Identity, Plan

    written: dict[str, Any] = {
        key: answers[key] for key in ("base_url", "smtp_url", "database_url") if key in answers
    }
    sender = identity.Sender(answers["from"].name or answers["name"], answers["from"].address)
    if "operator" in answers or "operator" not in environment.model_fields_set:
        written["operator"] = [answers.get("operator") or sender.address]
    return Plan(
        identity=Identity(
            slug=answers.get("slug") or identity.slug_of(answers["name"]),
            name=answers["name"],
            sender=sender,
            language=answers["language"],
            timezone=answers["timezone"],
            weekday=answers["weekday"],
            moment=answers["time"],
            postal_address=answers["postal_address"],
        ),
        settings=written,
        # The environment is stronger than the file, also here.
        database_url=environment.database_url or answers.get("database_url", ""),
    )


def _as_document(newsletter: "Newsletter", settings: "Settings") -> dict[str, Any]:
    return {
        "data": str(settings.data),
        **document_of(newsletter),
        "base_url": settings.base_url,
    }


def _say_installed(data: Path, newsletter: "Newsletter", settings: "Settings") -> None:
    from wekelijks.delivery import relay

    command = "wekelijks" if data == Path("wekelijks-data") else f"wekelijks --data {shlex.quote(str(data))}"
    if os.environ.get("WEKELIJKS_DATA"):
        command = "wekelijks"
    moment = f"every {WEEKDAYS[newsletter.weekday].capitalize()} at {newsletter.moment:%H:%M} ({newsletter.timezone})"
    sender = f"{newsletter.sender_name} <{newsletter.sender_address}>"
    taker = relay.read(settings.smtp_url.get_secret_value()).name
    click.echo(
        f"{newsletter.name} is there: a letter {moment}, from {sender}.\n"
        f"Its pages are at {settings.base_url}, its relay is {taker}, everything is in {data}.\n\n"
        "Now\n"
        f"  {command} articles import ARTICLE.html\n"
        "      gives it themes and insights to write about;\n"
        f"  {command} subscribers import READERS.csv --confirmed-by TEXT\n"
        "      gives it readers, with proof that they asked for it;\n"
        f"  {command} runway\n"
        "      shows the coming letters;\n"
        f"  {command} serve\n"
        "      keeps the promise, week after week."
    )
