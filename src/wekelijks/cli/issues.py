"""The queue: add, edit, test, list, show, preview, move, pin, remove."""

import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import ID, Day, Doorway, as_json, pass_doorway, say, say_json, say_table
from wekelijks.domain.errors import BadInput, WekelijksError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wekelijks.domain.issue_file import IssueFile
    from wekelijks.domain.letter import Letter
    from wekelijks.mail.preflight import Finding
    from wekelijks.services.queueing import Done, Standing

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def issues() -> None:
    """The queue: what is sent before the pool is asked."""


@issues.command()
@click.argument("file", type=_FILE)
@as_json
@pass_doorway
def add(doorway: Doorway, file: Path, *, as_json: bool) -> None:
    """Add an issue at the queue's end; the same file again updates its issue. FILE is Markdown with front matter:

    \b
        ---
        subject: Snow on Sunday
        preheader: What silence lets you hear
        opening: A personal word before the theme.
        theme: 12, or the title of a theme, or words of your own
        insight: Silence does not fall, it appears.
        question: What made you quiet this week?
        answer: 3, or a readers' question from an article
        link: Read on <https://example.com/snow>
        ps: Next week something else.
        ---
        The reflection, as long as you like.

    A subject and a reflection are enough, and so is a theme of the pool: whatever you leave out is taken from
    there. `-` reads from a pipe.
    """
    from wekelijks.services import queueing

    document, key = _read(file)
    now = doorway.app.clock()
    done = queueing.add(doorway.app.database, doorway.newsletter, document, file_key=key, now=now)
    _say_done(doorway, done, as_json=as_json, now=now)


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("file", type=_FILE)
@as_json
@pass_doorway
def edit(doorway: Doorway, issue_id: int, file: Path, *, as_json: bool) -> None:
    """Replace an issue's content by this file; its place or its date stays."""
    from wekelijks.services import queueing

    document, key = _read(file)
    now = doorway.app.clock()
    done = queueing.edit(doorway.app.database, doorway.newsletter, issue_id, document, file_key=key, now=now)
    _say_done(doorway, done, as_json=as_json, now=now)


@issues.command(name="list")
@click.option("--all", "sent", is_flag=True, help="Also those that were sent, and the pool's.")
@as_json
@pass_doorway
def list_(doorway: Doorway, *, sent: bool, as_json: bool) -> None:
    """The issues that wait, in the order in which they go."""
    from wekelijks.services import queueing

    found = queueing.listed(doorway.app.database, doorway.newsletter, sent=sent, now=doorway.app.clock())
    if as_json:
        say_json([_as_document(standing) for standing in found])
        return
    if not found:
        say("The queue is empty: letters come from the pool. `issues add FILE.md` adds one of your own.")
        return
    say_table(
        ["id", "place", "goes on", "subject", "theme", ""],
        ([one.issue.id, _place(one), one.goes_on, one.subject, one.theme, one.obstacle] for one in found),
    )


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@as_json
@pass_doorway
def show(doorway: Doorway, issue_id: int, *, as_json: bool) -> None:
    """One issue, with the words that the pool fills in."""
    from wekelijks.services import queueing

    standing, letter = queueing.show(doorway.app.database, doorway.newsletter, issue_id, now=doorway.app.clock())
    if as_json:
        say_json(_as_document(standing) | {"letter": asdict(letter)})
        return
    click.echo(f"Issue {issue_id}: {_whereabouts(standing)}")
    _say_letter(letter)


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--format", "form", type=click.Choice(["html", "text", "eml"]), default="text", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), help="Write to this file."
)
@pass_doorway
def preview(doorway: Doorway, issue_id: int, form: str, output: Path | None) -> None:
    """The letter as a reader will have it, on stdout or in a file."""
    from wekelijks.services import previewing

    shown = previewing.preview(
        doorway.app.press, doorway.newsletter, issue_id, previewing.Format(form), now=doorway.app.clock()
    )
    _say_findings(shown.findings)
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(shown.content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(shown.content)
    except OSError as error:
        raise BadInput(f"{output} cannot be written: {error.strerror}.") from error
    say(f"Written to {output}.")


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@click.option("--to", required=True, metavar="ADDRESS", help="Who gets it.")
@as_json
@pass_doorway
def test(doorway: Doorway, issue_id: int, to: str, *, as_json: bool) -> None:
    """Send the letter to one address, marked as a test, with links that do nothing."""
    from wekelijks.services import previewing

    tried = previewing.test(doorway.app.press, doorway.newsletter, issue_id, to, now=doorway.app.clock())
    _say_findings(tried.findings)
    if as_json:
        say_json({"id": issue_id, "mailing": tried.mailing_id, "to": tried.address, "subject": tried.subject})
    else:
        click.echo(f"“{tried.subject}” waits for {tried.address}: `wekelijks send` carries it, or `serve` at once.")


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("position", type=click.IntRange(1, ID.max))
@as_json
@pass_doorway
def move(doorway: Doorway, issue_id: int, position: int, *, as_json: bool) -> None:
    """Put an issue at this place of the queue; 1 goes first."""
    from wekelijks.services import queueing

    done = queueing.move(doorway.app.database, doorway.newsletter, issue_id, position, now=doorway.app.clock())
    _say_done(doorway, done, as_json=as_json, now=None)


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("on", metavar="DATE", type=Day())
@as_json
@pass_doorway
def pin(doorway: Doorway, issue_id: int, on: date, *, as_json: bool) -> None:
    """Let an issue go on this date and no other; `issues move` puts it back into the queue."""
    from wekelijks.services import queueing

    done = queueing.pin(doorway.app.database, doorway.newsletter, issue_id, on, now=doorway.app.clock())
    _say_done(doorway, done, as_json=as_json, now=None)


@issues.command()
@click.argument("issue_id", metavar="ID", type=ID)
@as_json
@pass_doorway
def remove(doorway: Doorway, issue_id: int, *, as_json: bool) -> None:
    """Remove an issue that was not sent."""
    from wekelijks.services import queueing

    queueing.remove(doorway.app.database, doorway.newsletter, issue_id)
    if as_json:
        say_json({"id": issue_id, "outcome": "removed"})
    else:
        say(f"Issue {issue_id} is removed.")


def _read(file: Path) -> "tuple[IssueFile, str]":
    """The issue in the file, and what makes it the same file next time: where it lies; nothing for stdin."""
    from wekelijks.domain import issue_file

    if str(file) == "-":
        return issue_file.read(sys.stdin.buffer.read(issue_file.LONGEST + 1), name="stdin"), ""
    try:
        with file.open("rb") as opened:
            content = opened.read(issue_file.LONGEST + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    return issue_file.read(content, name=str(file)), str(file.resolve())


def _say_done(doorway: Doorway, done: "Done", *, as_json: bool, now: datetime | None) -> None:
    """The id on stdout; what happened, and whatever the writer should look at, on stderr.

    With `now` the letter is composed too, so that what would hold it later is said while its writer is here.
    """
    for note in done.notes:
        say(f"Note: {note}")
    if now is not None:
        _say_findings_of(doorway, done.standing.issue.id, now)
    if as_json:
        say_json(_as_document(done.standing) | {"outcome": done.outcome.value, "notes": list(done.notes)})
        return
    click.echo(done.standing.issue.id)
    say(f"“{done.standing.subject}” is {done.outcome}: {_whereabouts(done.standing)}")


def _say_findings_of(doorway: Doorway, issue_id: int, now: datetime) -> None:
    """The issue is stored by now: a broken template is the operator's next task, not this command's failure."""
    from wekelijks.services import previewing

    try:
        _say_findings(previewing.findings(doorway.app.press, doorway.newsletter, issue_id, now=now))
    except WekelijksError as error:
        say(f"Look at: {error}")


def _say_findings(findings: "Iterable[Finding]") -> None:
    for finding in findings:
        say(f"{'Blocks sending' if finding.severity == 'block' else 'Look at'}: {finding.place}: {finding.message}")


def _whereabouts(standing: "Standing") -> str:
    issue = standing.issue
    if issue.sent_on is not None:
        return f"sent on {issue.sent_on}."
    if standing.obstacle:
        return f"it is passed over, because {standing.obstacle}."
    if issue.pinned_on is not None:
        return f"pinned to {issue.pinned_on}."
    when = f", goes on {standing.goes_on}" if standing.goes_on else ""
    return f"place {issue.position} in the queue{when}."


def _place(standing: "Standing") -> str:
    issue = standing.issue
    if issue.sent_on is not None:
        return "sent"
    return "pinned" if issue.pinned_on is not None else str(issue.position)


def _as_document(standing: "Standing") -> dict[str, Any]:
    issue = standing.issue
    words = {
        name: getattr(issue, name) for name in ("preheader", "opening", "insight", "question", "body", "link", "ps")
    }
    ids = {name: getattr(issue, name) for name in ("theme_id", "insight_id", "question_id", "answer_id")}
    place: dict[str, int | date | None] = {
        "position": issue.position,
        "pinned_on": issue.pinned_on,
        "goes_on": standing.goes_on,
        "sent_on": issue.sent_on,
    }
    return {
        "id": issue.id,
        "state": standing.state,
        "subject": standing.subject,
        "theme": standing.theme,
        **place,
        **ids,
        **words,
        "origin": issue.origin,
        "file": issue.file_key,
        "obstacle": standing.obstacle,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
    }


def _say_letter(letter: "Letter") -> None:
    for name, text in asdict(letter).items():
        if name in {"on", "from_pool"} or not text:
            continue
        shown = f"{text['title']} <{text['url']}>" if isinstance(text, dict) else str(text)
        indented = shown.replace("\n", "\n    ")
        click.echo(f"{name.replace('_', ' ')}: {indented}" if "\n" not in shown else f"{name}:\n    {indented}")
