"""A spreadsheet's file: its encoding, its separator, its rows and what its cells mean.

Reading streams, and one broken row never takes another one with it: a quotation mark that nobody closes costs the
line in which it stands.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wekelijks.domain.errors import BadInput
from wekelijks.domain.subscriber import Standing

_BLOCK = 1 << 16
_LONGEST_RECORD = 50  # Lines that one quoted cell may span before its opening mark counts as forgotten.
_ALIASES = {
    "e-mail": "email",
    "e-mailadres": "email",
    "emailadres": "email",
    "email address": "email",
    "naam": "name",
    "voornaam": "name",
    "first name": "name",
    "taal": "language",
    "tijdzone": "timezone",
    "time zone": "timezone",
    "bron": "source",
}
_KNOWN = {
    "email",
    "name",
    "language",
    "timezone",
    "status",
    "confirmed_at",
    "source",
    "paused_until",
    "rhythm_weeks",
    "rhythm_phase",
}
# What a spreadsheet would run as a formula, and what we put before it (OWASP, CSV injection).
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


def guarded(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula; `plain_cell` gives it back exactly."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain_cell(cell: str) -> str:
    """What stood in the cell before it was guarded."""
    return cell[1:] if _GUARDED.match(cell) else cell


class Sheet:
    """One opened file whose header is understood."""

    def __init__(self, raw: BufferedReader, size: int) -> None:
        self.bytes_in_all = size
        self._raw = raw
        self.encoding, note = _encoding(raw)
        self.notes = [note] if note else []
        errors = "replace" if self.encoding == "cp1252" else "strict"
        self._text = TextIOWrapper(raw, encoding=self.encoding, errors=errors, newline="")
        self._waiting: list[str] = []
        self._line = 0
        self.separator = self._read_header()

    @property
    def bytes_read(self) -> int:
        """How far we are."""
        return self._raw.tell()

    def records(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Each row's first line number with its cells by column, or with the reason why it cannot be read."""
        while (first := self._next_line()) is not None:
            number = self._line
            cells = self._record(first)
            if isinstance(cells, str):
                yield number, cells
            elif any(cell.strip() for cell in cells):
                yield number, self._by_column(cells)

    def _by_column(self, cells: list[str]) -> dict[str, str] | str:
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            return f"The row has {len(cells)} cells, the header {len(self._columns)}."
        cells += [""] * (len(self._columns) - len(cells))
        return {name: plain_cell(cell) for name, cell in zip(self._columns, cells, strict=False) if name}

    def _record(self, first: str) -> list[str] | str:
        lines = [first]
        while True:
            try:
                return next(
                    csv.reader(["".join(lines)] if len(lines) == 1 else lines, strict=True, delimiter=self.separator)
                )
            except StopIteration:
                return []
            except csv.Error as error:
                if "field limit" in str(error):
                    self._put_back(lines[1:])
                    return f"A cell is longer than {csv.field_size_limit():,} characters."
                more = self._next_line() if _is_unfinished(error, lines) else None
                if more is None:
                    self._put_back(lines[1:])
                    return "A quotation mark is opened and not closed."
                lines.append(more)

    def _read_header(self) -> str:
        first = self._next_line() or ""
        declared = re.fullmatch(r"sep=(.)\s*", first)
        if declared:
            first = self._next_line() or ""
        self.separator = declared.group(1) if declared else max(";\t,", key=first.count)
        cells = self._record(first)
        names = [cell.strip().lower() for cell in cells] if isinstance(cells, list) else []
        self._columns = [_ALIASES.get(name, name) for name in names]
        if "email" not in self._columns:
            raise BadInput("The file's first line must name its columns, and one of them must be “email”.")
        if twice := sorted({name for name in self._columns if name in _KNOWN and self._columns.count(name) > 1}):
            raise BadInput(f"There is more than one column for {' and for '.join(twice)}: rename or remove one.")
        if unknown := [name for name in self._columns if name not in _KNOWN]:
            self.notes.append(f"These columns are not used: {', '.join(unknown)}.")
        self._columns = [name if name in _KNOWN else "" for name in self._columns]
        return self.separator

    def _next_line(self) -> str | None:
        try:
            line = self._waiting.pop() if self._waiting else self._text.readline()
        except UnicodeError as error:
            raise BadInput(f"The file is not valid {self.encoding} after line {self._line}.") from error
        if not line:
            return None
        self._line += 1
        return line

    def _put_back(self, lines: list[str]) -> None:
        self._waiting.extend(reversed(lines))
        self._line -= len(lines)


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The sheet in `path`. Raises BadInput when it cannot be read or has no column for addresses."""
    try:
        with path.open("rb") as raw:
            yield Sheet(raw, path.stat().st_size)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def standing(text: str) -> Standing | None:
    """The status that a cell names; None for an empty one. Raises BadInput with the words that exist."""
    word = text.strip().lower()
    if not word:
        return None
    try:
        return Standing(word)
    except ValueError as error:
        raise BadInput(f"There is no status “{word[:30]}”: it is one of {', '.join(Standing)}.") from error


def instant(text: str, zone: str, now: datetime) -> datetime | None:
    """An ISO 8601 instant in UTC; one without a zone is local to `zone`. Raises BadInput."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"“{text[:40]}” is no moment: write it as 2026-03-01 or 2026-03-01T08:00:00+01:00.") from error
    if found > now:
        raise BadInput(f"“{text[:40]}” lies in the future.")
    return found


def day(text: str) -> date | None:
    """An ISO 8601 date. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise BadInput(f"“{text[:40]}” is no date: write it as 2026-03-01.") from error


def small(text: str, least: int, most: int) -> int:
    """A small number; empty is the least. Raises BadInput."""
    word = text.strip() or str(least)
    if not (word.isascii() and word.isdigit() and least <= int(word) <= most):
        raise BadInput(f"“{text[:20]}” is no number from {least} to {most}.")
    return int(word)


def language(text: str, default: str) -> str:
    """A language code such as `nl`; empty is the default. Raises BadInput."""
    code = text.strip().lower().replace("_", "-")
    if code and not _LANGUAGE.fullmatch(code):
        raise BadInput(f"“{text[:20]}” is no language code such as nl or en.")
    return code or default


@lru_cache(maxsize=1024)
def timezone(text: str) -> str:
    """The name of a time zone, or nothing. Raises BadInput."""
    name = text.strip()
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"There is no time zone “{name[:40]}”: write it as Europe/Amsterdam.") from error


def _is_unfinished(error: csv.Error, lines: list[str]) -> bool:
    return "unexpected end of data" in str(error) and len(lines) < _LONGEST_RECORD


def _encoding(raw: BufferedReader) -> tuple[str, str]:
    """The encoding, and what is to be said about it. Reads the file once where nothing marks it."""
    start = raw.read(4)
    raw.seek(0)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", ""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ""
    if len(start) > 1 and 0 in start[:2]:
        return ("utf-16-be" if start[0] == 0 else "utf-16-le"), ""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := raw.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", "The file is not UTF-8 and was read as Windows-1252: look at names with accents."
    finally:
        raw.seek(0)
    return "utf-8", ""
