"""Lists of readers in and out, as CSV that comes from spreadsheets and goes back into them.

A row comes in whole or not at all, and a list that comes in twice changes nothing: nobody who left or was erased
returns, and nobody becomes active without proof of consent.
"""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from wekelijks.domain import addresses
from wekelijks.domain.consent import Consent, ConsentKind
from wekelijks.domain.errors import WekelijksError
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.subscriber import Standing, Subscriber
from wekelijks.services import sheets
from wekelijks.store import consents, subscribers, suppressions
from wekelijks.store.database import Database, Transaction

_ROWS_PER_COMMIT = 1_000  # What fits in some tens of milliseconds, so that nobody waits for an import.
_BREATH = 0.01  # Seconds between two commits: long enough for whoever waits at the lock file to get their turn.

COLUMNS = ("email", "name", "language", "timezone", "status", "confirmed_at", "source")
"""The columns of a list; only the first is required."""
RHYTHM_COLUMNS = ("paused_until", "rhythm_weeks", "rhythm_phase")
"""Columns that follow where somebody has a rhythm or a pause of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """How a list comes in."""

    confirmed_by: str = ""
    """Proof of consent for the whole file, in the operator's words."""
    dry_run: bool = False
    hashing_key: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was left out."""

    line: int
    reason: str
    email: str = ""


@dataclass(kw_only=True)
class Report:
    """What became of a list."""

    rows: int = 0
    added: int = 0
    active: int = 0
    pending: int = 0
    confirmed: int = 0
    """Readers who were pending and became active."""
    unchanged: int = 0
    kept_away: int = 0
    """Rows of people who left or were erased."""
    rejected: list[Rejected] = field(default_factory=list)
    encoding: str = ""
    separator: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: dict[str, Any]
    consent: Consent | None

    @property
    def key(self) -> str:
        return str(self.values["address_key"])


def bring_in(
    database: Database,
    newsletter: Newsletter,
    path: Path,
    incoming: Incoming,
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Import the list in `path`. Commits per thousand rows, so that a list that was cut off can be brought in again.

    `progress` is told how many bytes of how many were read. Raises BadInput for a file that is no list at all.
    """
    proof = addresses.plain(incoming.confirmed_by)
    with sheets.opened(path) as sheet:
        report = Report(encoding=sheet.encoding, separator=sheet.separator, notes=list(sheet.notes))
        rows = _readable(sheet, newsletter, proof, now, report)
        while chunk := list(islice(rows, _ROWS_PER_COMMIT)):
            _bring_chunk(database, newsletter, chunk, incoming, report)
            if progress is not None:
                progress(sheet.bytes_read, sheet.bytes_in_all)
            time.sleep(_BREATH)
    return report


def write_out(database: Database, newsletter: Newsletter, file: TextIO) -> int:
    """Write the whole list to `file`, opened with ``newline=""``; how many. Bringing it in gives the same list."""
    written = 0
    with database.read() as transaction:
        unusual = subscribers.any_with_rhythm_or_pause(transaction, newsletter.id)
        writer = csv.writer(file)
        writer.writerow(COLUMNS + (RHYTHM_COLUMNS if unusual else ()))
        for reader in subscribers.stream(transaction, newsletter.id):
            cells = _cells(reader) + (_rhythm_cells(reader) if unusual else [])
            writer.writerow([sheets.guarded(cell) for cell in cells])
            written += 1
    return written


def everybody(database: Database, newsletter: Newsletter, status: Standing | None = None) -> Iterator[Subscriber]:
    """All readers, or those who stand so, in the order in which they came."""
    with database.read() as transaction:
        yield from subscribers.stream(transaction, newsletter.id, status=status)


def _cells(reader: Subscriber) -> list[str]:
    confirmed = reader.confirmed_at.isoformat() if reader.confirmed_at else ""
    return [reader.address, reader.name, reader.language, reader.timezone, reader.status, confirmed, reader.source]


def _rhythm_cells(reader: Subscriber) -> list[str]:
    until = reader.paused_until.isoformat() if reader.paused_until else ""
    return [until, str(reader.rhythm_weeks), str(reader.rhythm_phase)]


def _readable(
    sheet: sheets.Sheet, newsletter: Newsletter, proof: str, now: datetime, report: Report
) -> Iterator[_Row]:
    for line, cells in sheet.records():
        report.rows += 1
        email = cells.get("email", "") if isinstance(cells, dict) else ""
        try:
            if isinstance(cells, str):
                report.rejected.append(Rejected(line, cells))
                continue
            yield _read_row(line, cells, newsletter, proof, now)
        except WekelijksError as error:
            report.rejected.append(Rejected(line, str(error), email[:120]))


def _read_row(line: int, cells: dict[str, str], newsletter: Newsletter, proof: str, now: datetime) -> _Row:
    address = addresses.read(cells["email"])
    source = addresses.plain(cells.get("source", ""))
    confirmed_at = sheets.instant(cells.get("confirmed_at", ""), newsletter.timezone, now)
    own_proof = bool(confirmed_at and source)
    proven = own_proof or bool(proof)
    status = _standing(cells.get("status", ""), proven=proven)
    if proven and not own_proof:
        source = source or proof
        confirmed_at = confirmed_at or (None if status is Standing.PENDING else now)
    values = {
        "newsletter_id": newsletter.id,
        "address": address.typed,
        "address_key": address.key,
        "name": addresses.plain(cells.get("name", "")),
        "language": sheets.language(cells.get("language", ""), newsletter.language),
        "timezone": sheets.timezone(cells.get("timezone", "")),
        "status": status,
        "source": source,
        "confirmed_at": confirmed_at,
        "created_at": now,
        "paused_until": sheets.day(cells.get("paused_until", "")) if status is Standing.PAUSED else None,
        "rhythm_weeks": sheets.small(cells.get("rhythm_weeks", ""), 1, 8) or 1,
        "rhythm_phase": sheets.small(cells.get("rhythm_phase", ""), 0, 7),
    }
    return _Row(line, values, _consent(values, proof, proven=proven))


def _consent(values: dict[str, Any], proof: str, *, proven: bool) -> Consent | None:
    if not proven or values["status"] in {Standing.PENDING, Standing.LEFT}:
        return None
    evidence = {"confirmed_at": values["confirmed_at"].isoformat(), "source": values["source"]}
    if proof:
        evidence["confirmed_by"] = proof
    at = values["confirmed_at"]
    return Consent(kind=ConsentKind.GIVEN, at=at, source=values["source"], evidence=evidence)


def _standing(text: str, *, proven: bool) -> Standing:
    """Where somebody may stand: what the row says, and pending where that needs a proof which is not there."""
    wanted = sheets.standing(text)
    if wanted is None:
        return Standing.ACTIVE if proven else Standing.PENDING
    return Standing.PENDING if wanted in {Standing.ACTIVE, Standing.PAUSED} and not proven else wanted


def _bring_chunk(
    database: Database, newsletter: Newsletter, chunk: list[_Row], incoming: Incoming, report: Report
) -> None:
    rows: dict[str, _Row] = {}
    for row in chunk:
        rows.setdefault(row.key, row)
    report.unchanged += len(chunk) - len(rows)
    prints = {addresses.fingerprint(key, hashing_key=incoming.hashing_key): key for key in rows}
    with database.read() if incoming.dry_run else database.begin() as transaction:
        away = {prints[one] for one in suppressions.among(transaction, newsletter.id, prints)}
        known = subscribers.find_many(transaction, newsletter.id, rows)
        new = [row for key, row in rows.items() if key not in known and key not in away]
        confirmed = _confirm_known(transaction, rows, known, dry_run=incoming.dry_run)
        if not incoming.dry_run:
            new, gone = _add_new(transaction, newsletter, new, prints)
            away |= gone
    left = sum(known[key].status is Standing.LEFT for key in known)
    report.added += len(new)
    report.active += sum(row.values["status"] is Standing.ACTIVE for row in new)
    report.pending += sum(row.values["status"] is Standing.PENDING for row in new)
    report.confirmed += confirmed
    report.kept_away += len(away) + left
    report.unchanged += len(rows) - len(new) - len(away) - left - confirmed


def _add_new(
    transaction: Transaction, newsletter: Newsletter, new: list[_Row], prints: dict[str, str]
) -> tuple[list[_Row], set[str]]:
    """Add these rows with their consents; those that were added, and the keys of whom an erasure overtook."""
    ids = subscribers.add_many(transaction, [row.values for row in new])
    fresh = [one for one, key in prints.items() if key in ids]
    # On PostgreSQL an erasure may commit between our first look and the insert: it wins.
    gone = {prints[one] for one in suppressions.among(transaction, newsletter.id, fresh)} if fresh else set()
    if gone:
        subscribers.erase(transaction, [ids[key] for key in gone])
    added = [row for row in new if row.key in ids and row.key not in gone]
    _write_consents(transaction, newsletter, {ids[row.key]: row.consent for row in added if row.consent})
    return added, gone


def _confirm_known(
    transaction: Transaction, rows: dict[str, _Row], known: dict[str, Subscriber], *, dry_run: bool
) -> int:
    """Readers who were pending and whose row brings the proof; how many became active."""
    confirmed = 0
    for key, reader in known.items():
        consent = rows[key].consent
        wanted = rows[key].values["status"]
        if consent is None or reader.status is not Standing.PENDING or wanted is not Standing.ACTIVE:
            continue
        if dry_run or subscribers.confirm_pending(transaction, reader.id, at=consent.at, source=consent.source):
            confirmed += 1
            if not dry_run:
                consents.add(
                    transaction, newsletter_id=reader.newsletter_id, subscriber_id=reader.id, consent=consent
                )
    return confirmed


def _write_consents(transaction: Transaction, newsletter: Newsletter, given: dict[int, Consent]) -> None:
    rows = [
        consents.row(newsletter_id=newsletter.id, subscriber_id=subscriber_id, consent=consent)
        for subscriber_id, consent in given.items()
    ]
    consents.add_many(transaction, rows)
