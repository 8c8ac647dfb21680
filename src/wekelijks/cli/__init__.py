"""The operator's commands: ask, call a service, say. No logic.

Commands are loaded only when they run, so that `--help` answers at once: the one place with imports in functions.
"""

import sys
from importlib import import_module
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
    try:
        wekelijks.main(prog_name="wekelijks", standalone_mode=True)
    except WekelijksError as error:
        click.echo(f"wekelijks: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has left (`| head`): nothing to say to anybody.
        sys.stderr.close()
        sys.exit(1)
