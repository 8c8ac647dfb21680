"""`keys`: the keys that sign the links in letters."""

import click

from wekelijks.cli.doorway import Doorway, as_json, pass_doorway, say_json


@click.group()
def keys() -> None:
    """The keys that sign the links in letters."""


@keys.command()
@as_json
@pass_doorway
def rotate(doorway: Doorway, *, as_json: bool) -> None:
    """Let a new key sign from now on. Every link that was ever sent goes on working, and nothing needs a restart."""
    from wekelijks import app

    count = app.rotate(doorway.data)
    if as_json:
        say_json({"keys": count})
        return
    older = "1 older key goes" if count == 2 else f"{count - 1} older keys go"
    click.echo(f"A new key signs the links from now on; {older} on being accepted. Make a backup of {doorway.data}.")
