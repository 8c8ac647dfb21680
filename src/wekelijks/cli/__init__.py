"""The operator's commands: ask, call a service, say. No logic.

Commands are loaded only when they run, so that `--help` answers at once: the one place with imports in functions.
"""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from wekelijks import __version__
from wekelijks.cli.doorway import Doorway
from wekelijks.domain.errors import WekelijksError

# Name → (module, one line for `--help`). The order is the order of use.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Everything on embedded parts: compose, send and show this week's letter."),
    "init": ("init", "Make a new installation."),
    "migrate": ("init", "Bring the database to the newest schema."),
    "serve": ("serve", "Run the web, the scheduler and the sender."),
    "tick": ("week", "Open, hold or miss what is due now, once. Sends nothing."),
    "send": ("send", "Carry what is waiting until nothing is due."),
    "status": ("status", "Next slot, runway, ledger, alarms."),
    "slots": ("slots", "The weeks: list, show, open, hold, release, skip, settle."),
    "runway": ("week", "The coming letters, and when the material runs out."),
    "issues": ("issues", "The queue: add, edit, test, list, show, preview, move, pin, remove."),
    "articles": ("articles", "Material out of blog articles: import, list, show."),
    "themes": ("themes", "The pool: list, show, retire."),
    "subscribers": ("subscribers", "Readers: add, import, export, list, show, unsubscribe, forget."),
    "newsletters": ("newsletters", "The newsletters of this installation: add, list."),
    "keys": ("keys", "The keys that sign links: rotate."),
    "bench": ("bench", "Measure the real path from database to relay."),
}

_DONE, _NOT_DONE, _WRONG_USAGE = 0, 1, 2


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in their order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"wekelijks.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; a near miss is met with what may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"There is no command “{args[0]}”." + (f" Did you mean “{near[0]}”?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_module, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="wekelijks")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="WEKELIJKS_DATA",
    default=Path("wekelijks-data"),
    show_default=True,
    help="The directory that holds everything of this installation.",
)
@click.option("--newsletter", metavar="SLUG", help="Which newsletter; not needed with one.")
@click.pass_context
def wekelijks(context: click.Context, data: Path, newsletter: str | None) -> None:
    """One good letter, every week, at the promised moment, to every reader exactly once."""
    context.obj = Doorway(data, newsletter)


def main() -> None:
    """The program's entry: status 0 done, 1 could not be done (one line on stderr), 2 wrong usage."""
    sys.exit(run())


def run(words: list[str] | None = None) -> int:
    """Run one command (default: what was typed); its exit status. Every failure that can be explained is one line."""
    _have_streams()
    try:
        status = _obey(words)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        return _WRONG_USAGE
    except BrokenPipeError:
        return _without_output()
    except (WekelijksError, click.ClickException, click.Abort, OSError) as error:
        return _fail(_one_line(error))
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        return _fail(_defect(error))
    return status


def _have_streams() -> None:
    """Give this process the streams that its caller closed (`>&-`), and let stdout carry every letter.

    Opened before anything else, so that no file of ours gets the number of a closed stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until the end.
    if isinstance(sys.stdout, TextIOWrapper):
        # In the C locale the output is UTF-8 all the same, as in PEP 540; in another one a strange letter is “?”.
        narrow = sys.stdout.encoding.lower() in {"ascii", "us-ascii", "ansi_x3.4-1968"}
        sys.stdout.reconfigure(encoding="utf-8" if narrow else None, errors="replace")


def _obey(words: list[str] | None) -> int:
    status = wekelijks.main(args=words, prog_name="wekelijks", standalone_mode=False)
    return status if isinstance(status, int) else _DONE


def _one_line(error: BaseException) -> str:
    if isinstance(error, click.Abort):
        return "stopped before the end."
    if isinstance(error, OSError):
        return f"{error.filename or 'the output'}: {error.strerror or error}."
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return " ".join(text.split())


def _defect(error: Exception) -> str:
    """A defect is ours to mend, and its trace helps nobody who did not write this program."""
    from wekelijks.domain.discretion import discreet

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    told = discreet(" ".join(str(error).split()))[:300]
    return (
        f"this is a defect{place}: {type(error).__name__}: {told} "
        "(`python -X dev -m wekelijks …` shows its whole trace, for a report)."
    )


def _fail(line: str) -> int:
    click.echo(f"wekelijks: {line}", err=True)
    try:
        sys.stdout.flush()
    except OSError:
        return _without_output()
    return _NOT_DONE


def _without_output() -> int:
    """Who read our output has left (`| head`), or its disk is full: what waits goes nowhere, also not at the end."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    return _NOT_DONE
