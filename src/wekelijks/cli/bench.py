"""`bench`: the real path from database to relay, measured.

The list, the freeze, the ledger, the sender and SMTP are the ones that letters go through every week. Readers have
addresses under a reserved domain (RFC 2606), so nobody gets anything, whatever relay is measured.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli import stage
from wekelijks.cli.doorway import as_json, is_conversation, say_json, say_table
from wekelijks.domain.errors import NotAllowed, Unavailable

if TYPE_CHECKING:
    from rich.progress import Progress

    from wekelijks.app import App
    from wekelijks.services.rehearsing import Figures

_BASE_URL = "http://127.0.0.1:8000"  # Stands in the letters; nothing is served.


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run."""

    readers: int
    database: str
    relay: str
    bring_in_seconds: float
    freeze_seconds: float
    figures: "Figures"
    sent: stage.Sent
    counted: dict[str, Any]
    """What the built-in relay saw; empty for another one, which cannot be asked."""

    @property
    def is_exact(self) -> bool:
        """True when every promise has ended, and the built-in relay has had each letter once."""
        balance = self.figures.balance
        seen_once = not self.counted or (self.counted["letters"] == self.counted["recipients"] == balance.accepted)
        return balance.is_settled and balance.snapshot == self.readers and seen_once and self.sent.status == 0


@click.command()
@click.option("--subscribers", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True, metavar="N")
@click.option(
    "--smtp-url", metavar="URL", help="The relay to measure  [default: the built-in one, in a process of its own]."
)
@click.option(
    "--database-url", metavar="URL", help="An empty PostgreSQL database  [default: SQLite, in a temporary directory]."
)
@click.option(
    "--connections", type=click.IntRange(1, 500), default=10, show_default=True, help="To the relay, at once."
)
@click.option("--yes", is_flag=True, help="Do not ask before a relay elsewhere is given that many letters.")
@as_json
def bench(
    *, subscribers: int, smtp_url: str | None, database_url: str | None, connections: int, yes: bool, as_json: bool
) -> None:
    """Measure the real path from database to relay: letters a second, memory, balance."""
    stage.forget_settings()
    if smtp_url and not yes:
        _ask(smtp_url, subscribers)
    more = {"smtp_connections": str(connections)}
    if database_url:
        _require_empty(database_url)
        more["database_url"] = database_url
    with stage.own_directory("wekelijks-bench-") as data:
        measured = _measure(data, subscribers, smtp_url, more)
    if as_json:
        say_json(_as_document(measured))
    else:
        _show(measured)
    if not measured.is_exact:
        raise Unavailable(f"Not every letter is accounted for. {measured.sent.complaint}".strip())


def _ask(smtp_url: str, letters: int) -> None:
    """Ask a person before somebody else's relay is loaded. Raises BadInput for an address that cannot be read."""
    from wekelijks.delivery import relay

    found = relay.read(smtp_url)
    if not found.is_loopback and is_conversation():
        question = f"Hand {letters:,} letters to nobody (addresses under a reserved domain) to {found.name}?"
        click.confirm(question, abort=True, err=True)


def _require_empty(database_url: str) -> None:
    """Raises NotAllowed for a database in which anything of ours stands: it may be somebody's."""
    from wekelijks.store import migrations
    from wekelijks.store.database import Database

    database = Database(database_url)
    try:
        if migrations.found(database):
            raise NotAllowed("This database is in use already: bench wants an empty one. Nothing was changed.")
    finally:
        database.dispose()


def _measure(data: Path, readers: int, smtp_url: str | None, more: dict[str, str]) -> Measured:
    from wekelijks.delivery import relay
    from wekelijks.services import rehearsing
    from wekelijks.services.slots import opening

    with _relay(smtp_url) as (url, count), stage.progress() as bar:
        app, newsletter = stage.install(data, base_url=_BASE_URL, smtp_url=url, **more)
        crowd = rehearsing.Crowd(readers, domain=rehearsing.MEASURED, mixed=False)
        began = time.perf_counter()
        stage.gather(app, newsletter, crowd, bar)
        gathered = time.perf_counter()
        rehearsing.bring_material(app.database, newsletter, now=app.clock())
        on = newsletter.today(app.clock())
        freezing = time.perf_counter()
        opening.open_slot(app.press, newsletter, on, now=app.clock())
        opened = time.perf_counter()
        sent = _sent(app, bar)
        figures = rehearsing.figures(app.database, newsletter, on, now=app.clock())
        app.database.dispose()
        return Measured(
            readers=readers,
            database="SQLite" if app.database.is_sqlite else "PostgreSQL",
            relay=relay.read(url).name if smtp_url else "built in",
            bring_in_seconds=gathered - began,
            freeze_seconds=opened - freezing,
            figures=figures,
            sent=sent,
            counted=count(),
        )


def _sent(app: "App", bar: "Progress | None") -> stage.Sent:
    with stage.step(bar, "Sending"):
        return stage.send(app.settings.data)


@contextmanager
def _relay(smtp_url: str | None) -> Iterator[Any]:
    """The relay's address, and a function that ends it and gives what it counted."""
    if smtp_url:
        yield smtp_url, dict
        return
    command = [sys.executable, "-P", "-m", "wekelijks.delivery.catching.tally"]
    with stage.running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        port = int((process.stdout.readline() if process.stdout else b"") or 0)
        if not port:
            raise Unavailable("The built-in relay did not start.")

        def count() -> dict[str, Any]:
            said, _none = process.communicate()  # Closes its stdin, and waits for the end.
            counted: dict[str, Any] = json.loads(said)
            return counted

        yield f"smtp://127.0.0.1:{port}?tls=none", count


def _as_document(measured: Measured) -> dict[str, Any]:
    figures = measured.figures
    return {
        "subscribers": measured.readers,
        "database": measured.database,
        "relay": measured.relay,
        "import_seconds": round(measured.bring_in_seconds, 3),
        "imported_per_second": _rate(measured.readers, measured.bring_in_seconds),
        "freeze_seconds": round(measured.freeze_seconds, 3),
        "carry_seconds": round(figures.seconds, 3),
        "letters_per_second": figures.letters_per_second,
        "sender_seconds": round(measured.sent.seconds, 3),
        "sender_peak_mb": measured.sent.peak_megabytes and round(measured.sent.peak_megabytes, 1),
        **asdict(figures.balance),
        "relay_counted": measured.counted,
        "balanced": measured.is_exact,
    }


def _show(measured: Measured) -> None:
    figures, balance, sent = measured.figures, measured.figures.balance, measured.sent
    rate = f"{figures.letters_per_second:,}/s" if figures.letters_per_second else ""
    memory = f"{sent.peak_megabytes:.0f} MB" if sent.peak_megabytes else "memory unknown"
    ended = ", ".join(
        f"{count:,} {state.replace('_', ' ')}"
        for state, count in asdict(balance).items()
        if count and state != "snapshot"
    )
    click.echo(f"{measured.database}, relay {measured.relay}. Addresses under a reserved domain: nobody gets mail.\n")
    brought_in = f"{_rate(measured.readers, measured.bring_in_seconds):,}/s"
    rows = [
        ("Readers in", f"{measured.readers:,}", f"{measured.bring_in_seconds:.2f} s", brought_in),
        (
            "Letter frozen",
            f"{balance.snapshot:,}",
            f"{measured.freeze_seconds:.2f} s",
            "with a promise to each reader",
        ),
        ("Letters carried", f"{balance.accepted:,}", f"{figures.seconds:.2f} s", rate),
        ("Sender", memory, f"{sent.seconds:.2f} s", "its whole process"),
        ("Balance", "exact" if measured.is_exact else "NOT EXACT", "", ended),
    ]
    say_table(("", "", "", ""), rows)


def _rate(count: int, seconds: float) -> int:
    return round(count / max(seconds, 1e-9))
