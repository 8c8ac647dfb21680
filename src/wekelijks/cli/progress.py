"""Progress on a terminal: how far, how fast, what came of it, and how long it will take."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from wekelijks.delivery.means import Summary

_NAMES = (("accepted", "accepted"), ("put_off", "deferred"), ("refused", "refused"), ("in_doubt", "doubtful"))


class _Rate(ProgressColumn):
    """Letters a second, over the last half minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="dim")


class _Outcomes(ProgressColumn):
    """What became of the letters; what is none is not shown, apart from the accepted."""

    def render(self, task: Task) -> Text:
        told = [
            f"{task.fields.get(key, 0):,} {word}" for key, word in _NAMES if task.fields.get(key) or key == "accepted"
        ]
        return Text(" · ".join(told))


class SendingBar:
    """The bar of `send`: a context that gives the function to call with each summary."""

    def __init__(self, letters: int, *, console: Console | None = None) -> None:
        """`letters`: how many wait at the beginning."""
        self._letters = letters
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("[bold]Sending"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
            _Rate(),
            TimeRemainingColumn(compact=True),
            _Outcomes(Column(no_wrap=True)),  # Last, so that a narrow terminal cuts the least.
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=letters)

    def __enter__(self) -> "Callable[[Summary], None]":
        self._progress.start()
        return self._show

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def _show(self, summary: "Summary") -> None:
        counts: dict[str, Any] = {key: getattr(summary, key) for key, _word in _NAMES}
        settled = summary.accepted + summary.refused + summary.in_doubt
        # New letters may have come meanwhile; then the whole grows instead of being passed.
        self._progress.update(self._task, completed=settled, total=max(self._letters, settled), **counts)
