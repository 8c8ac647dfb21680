"""Templates: ours, and the operator's own, which replace ours by name.

A template sees the values it is handed and nothing else: no settings, no secret, no file beside it. Whatever an
operator's file does wrong, up to running for ever, is told with its name and line and never leaves as a letter.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wekelijks import shipped
from wekelijks.mail.blanks import guarded
from wekelijks.mail.markdown import bound, underlined, wrap

_STEPS = 100_000  # Lines of a template that run for one letter; ours need some hundreds.
_VASTEST = 10_000  # A width, an indent or a count in a template; ours have some dozens.
_VAST_WIDTH = re.compile(r"\d{5}")
_VAST = f"a width or a count is {_VASTEST:,} at most."
_LONGEST = 1_000_000  # Characters: ten times what a mail program shows.
_FORGOTTEN = ".html", ".txt", ".css"

_Trace = Any  # What sys.settrace takes; typeshed spells it privately.


class BrokenTemplate(Exception):
    """A template cannot be rendered: `place` is its file and line."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message = place, message


class Templates:
    """The letter's templates. `own`: the operator's directory; it need not exist and is read anew for each letter."""

    def __init__(self, own: Path | None = None) -> None:
        self._own, self._ours = own, shipped.directory_of("templates/email/letter.html")
        ours = FileSystemLoader(self._ours)
        with_name = PrefixLoader({"ours": ours})  # So that an own letter.html can extend "ours/letter.html".
        self._only_ours = _environment(ChoiceLoader([ours, with_name]))
        loaders = [_Own(own), ours, with_name] if own else [ours, with_name]
        self._everything = _environment(ChoiceLoader(loaders))

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The template of this name, the operator's own first. Raises BrokenTemplate."""
        return self._render(self._everything, name, values)

    def render_ours(self, name: str, values: Mapping[str, Any]) -> str:
        """Our template of this name, whatever the operator has. Raises BrokenTemplate."""
        return self._render(self._only_ours, name, values)

    def idle(self) -> list[str]:
        """The operator's files that no template of ours has the name of, and that no own template mentions."""
        if self._own is None or not self._own.is_dir():
            return []
        files = [path for path in sorted(self._own.rglob("*")) if path.suffix in _FORGOTTEN and path.is_file()]
        sources = [path.read_text("utf-8", "replace") for path in files]
        names = [path.relative_to(self._own).as_posix() for path in files]
        return [
            self._place(str(self._own / name))
            for name in names
            if not (self._ours / name).is_file()
            and not any(f'"{name}"' in one or f"'{name}'" in one for one in sources)
        ]

    def _render(self, environment: Environment, name: str, values: Mapping[str, Any]) -> str:
        try:
            with _bounded(self._directories()):
                return _collected(environment.get_template(name).generate(values))
        except TemplateSyntaxError as error:
            place = self._place(error.filename or error.name or name, error.lineno)
            raise BrokenTemplate(place, error.message or "cannot be read") from error
        except RecursionError as error:
            raise BrokenTemplate(self._culprit(error, name), "includes itself without end.") from error
        except Exception as error:
            raise BrokenTemplate(self._culprit(error, name), _told(error)) from error

    def _culprit(self, error: BaseException, name: str) -> str:
        """The innermost line of a template that the error came through."""
        places, traceback = [], error.__traceback__
        while traceback is not None:
            places += self._lines(traceback)
            traceback = traceback.tb_next
        return places[-1] if places else self._place(name)

    def _lines(self, traceback: TracebackType) -> list[str]:
        file = traceback.tb_frame.f_code.co_filename
        return [self._place(file, traceback.tb_lineno)] if file.startswith(self._directories()) else []

    def _directories(self) -> tuple[str, ...]:
        return tuple(f"{one}/" for one in (self._own, self._ours) if one is not None)

    def _place(self, file: str, line: int | None = None) -> str:
        """The file as an operator looks for it: from `templates` on."""
        path = Path(file)
        for root in (self._own, self._ours):
            if root is not None and path.is_relative_to(root):
                path = Path(*root.parts[-2:]) / path.relative_to(root)
        if not path.is_absolute() and len(path.parts) == 1 and self._own and (self._own / path).is_file():
            path = Path(*self._own.parts[-2:]) / path
        return f"{path}, line {line}" if line else str(path)


class _Own(FileSystemLoader):
    """The operator's files, where anything may lie."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            file = str(Path(self.searchpath[0]) / template)
            raise TemplateSyntaxError("is not UTF-8 text.", 1, template, file) from error


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without arithmetic that fills the memory in one step."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(one, int | float) for one in (left, right)):
            raise SecurityError(f"“{operator}” works on numbers only, and raises none to a power.")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if obj is not self.globals["range"]:  # Which has a limit of its own.
            _refuse_vast(*args, *kwargs.values())
        method = getattr(obj, "__wrapped__", obj)  # Jinja wraps str.format, so that it is safe.
        if getattr(method, "__name__", "").startswith("format") and _VAST_WIDTH.search(
            str(getattr(method, "__self__", ""))
        ):
            raise SecurityError(_VAST)
        return super().call(context, obj, *args, **kwargs)


def _refuse_vast(*values: Any) -> None:
    """A width or a count beyond this would fill the memory with one call, which no line is counted of."""
    if any(isinstance(one, int) and one > _VASTEST for one in values):
        raise SecurityError(_VAST)


def _measured(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, refusing vast widths."""

    @wraps(function)  # Keeps Jinja's mark of what a filter wants to be handed.
    def measure(*arguments: Any, **named: Any) -> Any:
        _refuse_vast(*arguments[1:], *named.values())
        return function(*arguments, **named)

    return measure


def _environment(loader: ChoiceLoader) -> Environment:
    environment = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.globals.pop("lipsum", None)  # Filler text is what the pre-flight looks for.
    environment.filters.pop("format", None)  # Its widths cannot be told; “~” and `"{}".format` do the same.
    for name in ("center", "indent", "wordwrap"):
        environment.filters[name] = _measured(environment.filters[name])
    environment.filters = guarded({**environment.filters, "wrap": wrap, "underlined": underlined, "bound": bound})
    return environment


def _collected(pieces: Iterator[str]) -> str:
    kept, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > _LONGEST:
            raise _TooMuch("makes more than a million characters.")
        kept.append(piece)
    return "".join(kept)


class _TooMuch(Exception):
    """A template that does not come to an end, as far as anybody will wait."""


@contextmanager
def _bounded(directories: tuple[str, ...]) -> Iterator[None]:
    """Ends a template that runs too long, at the line where it is.

    Python has no other way to stop a loop from outside within one thread, so the lines of the templates, and only
    theirs, are counted as they run.
    """
    steps = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> _Trace:
        nonlocal steps
        steps += event == "line"
        if steps > _STEPS:
            raise _TooMuch("runs without end: it has a loop that is far too long.")
        return count

    def enter(frame: FrameType, _event: str, _argument: Any) -> _Trace:
        return count if frame.f_code.co_filename.startswith(directories) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)


def _told(error: Exception) -> str:
    """What went wrong, for somebody who wrote the template."""
    if isinstance(error, TemplateNotFound):
        return f"there is no template “{error.name}” to include or extend."
    said = str(error).strip() or type(error).__name__
    return said if said.endswith((".", "!", "?")) else f"{said}."
