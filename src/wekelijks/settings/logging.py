"""Log lines: a sentence with fields, on stderr; coloured on a terminal, key=value or JSON elsewhere.

Never an address of a reader and never a token: every field and every trace goes through `domain.discretion`, also
those of libraries that write through the standard library's logging.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from wekelijks.domain.discretion import discreet

_LOUD = ("uvicorn", "uvicorn.error", "apscheduler", "alembic", "asyncio")
"""Libraries whose chatter begins at a warning; ours says the same in sentences."""

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.StackInfoRenderer(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up(*, level: str = "info", form: str = "auto") -> None:
    """From here on every line of this process looks alike. Doing it again replaces what was set before.

    `form`: auto, console, plain or json.
    """
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(_decided(form)),
            ],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _Stderr(logging.Handler):
    """Writes to whatever stderr is now: a progress bar may stand in for it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a log line that cannot be written must never stop a letter.
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name.
        """Be still: the terminal has gone or its disk is full, and there is nowhere to say so."""


def _decided(form: str) -> str:
    if form != "auto":
        return form
    return "console" if sys.stderr.isatty() else "plain"


def _rendering(form: str) -> list[Processor]:
    # A trace is made to text first, so that it can be looked through; the pretty ones show what variables held.
    whole: list[Processor] = [structlog.processors.format_exc_info, _discreet]
    if form == "console":
        plain = structlog.dev.plain_traceback
        return [*whole, structlog.dev.ConsoleRenderer(pad_event_to=0, sort_keys=False, exception_formatter=plain)]
    if form == "json":
        return [*whole, structlog.processors.JSONRenderer(ensure_ascii=False)]
    order = ["timestamp", "level", "event"]
    return [*whole, structlog.processors.LogfmtRenderer(key_order=order, drop_missing=True, bool_as_flag=False)]


def _discreet(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return discreet(value)
    if isinstance(value, Mapping):
        return {key: _hidden(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return discreet(str(value))
