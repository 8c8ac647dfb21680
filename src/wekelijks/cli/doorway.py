"""What every command stands in: which installation, which newsletter, and how to speak.

stdout is for results (tables, or one JSON document with `--json`), stderr for messages to people.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from wekelijks.app import App
    from wekelijks.domain.newsletter import Newsletter


class Doorway:
    """The installation and the newsletter that a command is about; built when first asked for."""

    def __init__(self, data: Path, slug: str | None) -> None:
        self.data = data
        self.slug = slug

    @cached_property
    def app(self) -> "App":
        """The installation. Raises as `app.build` does."""
        from wekelijks.app import build

        app = build(self.data)
        self.listen(app)
        return app

    def listen(self, app: "App", *, aloud: bool = False) -> None:
        """Send log lines to stderr as the settings say; a command that a person waits for has only errors there.

        What it warns of, it says itself at its end, in one line. `aloud`: everything, for what runs on its own.
        """
        from wekelijks.settings import logging

        settings = app.settings
        quiet = not aloud and settings.log_level == "info"
        logging.set_up(level="error" if quiet else settings.log_level, form=settings.log_format)

    @cached_property
    def newsletter(self) -> "Newsletter":
        """The newsletter of `--newsletter`, or the default one. Raises NotFound."""
        from wekelijks.store import newsletters

        with self.app.database.read() as transaction:
            return newsletters.named(transaction, self.slug)


ID = click.IntRange(max=2**63 - 1)
"""An id as a command takes it: no larger than the database can hold."""


def read_day(text: str) -> date:
    """A date such as 2026-03-08; wrong usage (status 2) for anything else, other forms of ISO 8601 included."""
    with suppress(ValueError):
        found = date.fromisoformat(text)
        if found.isoformat() == text:
            return found
    raise click.BadParameter(f"“{text}” is no date of the calendar; write it as 2026-03-08.")


class Day(click.ParamType[date]):
    """A date such as 2026-03-08."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; wrong usage (status 2) for anything else."""
        return value if isinstance(value, date) else read_day(value)


pass_doorway = click.make_pass_decorator(Doorway)

as_json: Callable[..., Any] = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
"""The option of every command that lists, shows, adds, imports, sends or reports."""


def say_json(document: Any) -> None:
    """Print one JSON document: dates and times as ISO 8601, UTC instants with their offset."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def say(message: str) -> None:
    """Tell the person at the terminal something, on stderr."""
    click.echo(message, err=True)


def is_conversation() -> bool:
    """True when a person can be asked something and will read the question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on stdout. A file or a pipe has no edge: there every cell is whole, and a row one line."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        _say_lines([list(headings), *cells])
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*headings, header_style="bold", box=None, pad_edge=False)
    for row in cells:
        table.add_row(*map(escape, row))
    Console(file=sys.stdout, highlight=False).print(table)


def _say_lines(rows: list[list[str]]) -> None:
    # Laid out here, because a library's table of a hundred thousand readers takes minutes.
    from rich.cells import cell_len

    lines = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _plain(value: object) -> object:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"not for JSON: {value!r}")
