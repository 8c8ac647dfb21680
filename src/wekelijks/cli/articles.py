"""Articles: import, list, show."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import ID, Doorway, as_json, pass_doorway, say, say_json, say_table

if TYPE_CHECKING:
    from wekelijks.domain.article.stored import Head
    from wekelijks.domain.article.values import Article, Theme
    from wekelijks.services.importing import Imported, Report


@click.group()
def articles() -> None:
    """Material out of blog articles: themes, insights, questions, answers."""


@articles.command(name="import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be taken; change nothing.")
@click.option("--url", default="", metavar="ADDRESS", help="Where to read on, where the file does not say it.")
@as_json
@pass_doorway
def import_(doorway: Doorway, files: tuple[Path, ...], url: str, *, dry_run: bool, as_json: bool) -> None:
    """Bring in articles saved as HTML, Markdown or plain text.

    The same article again is an update. What you corrected in the Markdown of `articles show` stays as you made it.
    """
    from wekelijks.services import importing

    if url and len(files) > 1:
        raise click.UsageError("--url is the address of one article: import the files one by one.")
    with _progress(len(files)) as progress:
        report = importing.bring_in(
            doorway.app.database,
            doorway.newsletter,
            files,
            importing.Manner(url=url, dry_run=dry_run),
            now=doorway.app.clock(),
            progress=progress,
        )
    _say_report(report, dry_run=dry_run, as_json=as_json)
    if not report.is_whole:
        sys.exit(1)


@articles.command(name="list")
@as_json
@pass_doorway
def list_(doorway: Doorway, *, as_json: bool) -> None:
    """All articles, in the order in which they came."""
    from wekelijks.services import importing

    found = importing.all_of(doorway.app.database, doorway.newsletter)
    if as_json:
        say_json([_as_document(article) | _when(head) for head, article in found])
        return
    headings = ("id", "title", "themes", "insights", "questions", "answers", "imported", "corrected", "address")
    rows = ((head.id, article.title, *_counts(article), *_days(head), article.url) for head, article in found)
    say_table(headings, rows)


@articles.command()
@click.argument("id_", metavar="ID", type=ID)
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), help="markdown is for correcting it."
)
@as_json
@pass_doorway
def show(doorway: Doorway, id_: int, format_: str | None, *, as_json: bool) -> None:
    """One article's material. `--format markdown > FILE`, correct FILE, import it: that is the truth from then on."""
    from wekelijks.services import importing

    if as_json and format_ not in (None, "json"):
        raise click.UsageError("--json is --format json: choose one.")
    if format_ == "markdown":
        click.echo(importing.as_markdown(doorway.app.database, doorway.newsletter, id_), nl=False)
        return
    head, article = importing.show(doorway.app.database, doorway.newsletter, id_)
    if as_json or format_ == "json":
        say_json(_as_document(article) | _when(head))
        return
    _say_article(article)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, where there is more than one file; gives the function that moves it."""
    if files < 2 or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=files)
        yield lambda done: bar.update(task, completed=done)


def _as_document(article: "Article") -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "questions": [{"id": one.id, "question": one.text, "why": one.why} for one in article.questions],
        "themes": [_theme_document(theme) for theme in article.themes],
        "answers": [{"id": one.id, "question": one.question, "answer": one.answer} for one in article.answers],
        "skipped": dict(article.skipped),
    }


def _theme_document(theme: "Theme") -> dict[str, Any]:
    link = theme.read_more
    return {
        "id": theme.id,
        "title": theme.title,
        "subtitle": theme.subtitle,
        "reflection": list(theme.reflection),
        "insights": [insight.text for insight in theme.insights],
        "insight_ids": [insight.id for insight in theme.insights],
        "question": theme.question.text if theme.question else None,
        "question_id": theme.question.id if theme.question else None,
        "read_more": {"title": link.title, "url": link.url} if link else None,
        "incomplete": list(theme.incomplete),
    }


def _when(head: "Head") -> dict[str, Any]:
    return {"imported_at": head.imported_at, "edited_at": head.edited_at}


def _days(head: "Head") -> tuple[object, object]:
    return head.imported_at.date(), head.edited_at.date() if head.edited_at else ""


def _counts(article: "Article") -> tuple[int, int, int, int]:
    asked = len(article.questions) + sum(theme.question is not None for theme in article.themes)
    insights = sum(len(theme.insights) for theme in article.themes)
    return len(article.themes), insights, asked, len(article.answers)


def _say_report(report: "Report", *, dry_run: bool, as_json: bool) -> None:
    """Results on stdout; on stderr one line for every file that brought nothing, with the reason."""
    if as_json:
        say_json([_as_document(one.article) | _outcome(one) for one in report.imported])
    for one in report.imported:
        if one.why:
            say(f"wekelijks: {one.file}: {one.why}")
        elif not as_json:
            _say_imported(one, dry_run=dry_run)
    for error in report.errors:
        say(f"wekelijks: {error}")
    if dry_run and not as_json:
        say("This was a dry run: nothing was changed.")


def _outcome(one: "Imported") -> dict[str, Any]:
    outcome = {"file": one.file, "state": one.state.value, "added": list(one.added), "dropped": list(one.dropped)}
    return outcome | {"notes": [*one.notes, *([one.why] if one.why else [])]}


def _say_imported(one: "Imported", *, dry_run: bool) -> None:
    click.echo(f"{one.file}: {one.state}")
    if dry_run:
        _say_article(one.article)
    else:
        _say_title(one.article)
        _say_incomplete(one.article)
    counted = zip(_counts(one.article), ("theme", "insight", "question", "answer"), strict=True)
    click.echo(", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted))
    if one.state.value == "updated":
        _say_titles("New", one.added)
    _say_titles("No longer in the article", one.dropped)
    if dry_run and one.article.skipped:
        left_out = ", ".join(f"{count} {kind}" for kind, count in sorted(one.article.skipped.items()))
        click.echo(f"Left out as no material: {left_out}")
    for note in one.notes:
        say(note)
    click.echo()


def _say_incomplete(article: "Article") -> None:
    for theme in article.themes:
        if theme.incomplete:
            click.echo(f"“{theme.title}”: {_lack(theme, lends=bool(article.questions))}")


def _lack(theme: "Theme", *, lends: bool) -> str:
    """What an incomplete theme lacks, and what that means."""
    if theme.incomplete == ("question",) and lends:
        return "INCOMPLETE: no question of its own, the opening lends one"
    return f"INCOMPLETE, is not picked: no {', no '.join(theme.incomplete)}"


def _say_titles(heading: str, titles: Sequence[str]) -> None:
    if titles:
        click.echo(f"{heading}: {', '.join(titles)}")


def _say_title(article: "Article") -> None:
    number = f"{article.id}  " if article.id else ""
    click.echo(f"{number}{article.title}{f'  <{article.url}>' if article.url else ''}")


def _say_article(article: "Article") -> None:
    _say_title(article)
    for question in article.questions:
        click.echo(f"  → {question.text}{f'  ({question.why})' if question.why else ''}")
    for theme in article.themes:
        _say_theme(theme, lends=bool(article.questions))
    for answer in article.answers:
        click.echo(f"  ? {answer.question}")


def _say_theme(theme: "Theme", *, lends: bool) -> None:
    number = f"{theme.id}  " if theme.id else ""
    subtitle = f" — {theme.subtitle}" if theme.subtitle else ""
    click.echo(f"\n  {number}{theme.title}{subtitle}")
    words = sum(len(paragraph.split()) for paragraph in theme.reflection)
    click.echo(f"     {words} words in {len(theme.reflection)} paragraphs")
    for insight in theme.insights:
        click.echo(f"     “{insight.text}”")
    if theme.question:
        click.echo(f"     💡 {theme.question.text}")
    if theme.read_more:
        click.echo(f"     read on: {theme.read_more.title} {theme.read_more.url}".rstrip())
    if theme.incomplete:
        click.echo(f"     {_lack(theme, lends=lends)}")
