"""`newsletters`: the publications of this installation."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import Doorway, as_json, is_conversation, pass_doorway, say_json, say_table
from wekelijks.cli.identity import NEWSLETTER, document_of, options
from wekelijks.domain import identity
from wekelijks.domain.errors import BadInput
from wekelijks.domain.newsletter import WEEKDAYS

if TYPE_CHECKING:
    from wekelijks.domain.newsletter import Newsletter
    from wekelijks.services.installing import Identity


@click.group()
def newsletters() -> None:
    """The newsletters of this installation; the default one's pages stand at the root, others under /n/SLUG."""


@newsletters.command()
@click.argument("slug")
@options(*NEWSLETTER)
@as_json
@pass_doorway
def add(doorway: Doorway, /, *, slug: str, as_json: bool, **given: Any) -> None:
    """Add a newsletter. What is not given is as in the default one; a name is asked for on a terminal."""
    from wekelijks.services import installing

    try:
        identity.slug(slug)
    except BadInput as error:
        raise click.BadParameter(str(error), param_hint="SLUG") from error
    if given["name"] is None and is_conversation():
        given["name"] = NEWSLETTER[0].ask()
    app = doorway.app
    newsletter = installing.add_newsletter(app.database, _identity(slug, given, doorway.newsletter), now=app.clock())
    if as_json:
        say_json(_as_document(newsletter, doorway, readers=0))
        return
    click.echo(
        f"{newsletter.name} is there: a letter every {WEEKDAYS[newsletter.weekday].capitalize()} at "
        f"{newsletter.moment:%H:%M} ({newsletter.timezone}). Its pages are at {_home(newsletter, doorway)}; "
        f"commands are about it with --newsletter {slug}."
    )


@newsletters.command("list")
@as_json
@pass_doorway
def list_(doorway: Doorway, *, as_json: bool) -> None:
    """All newsletters."""
    from wekelijks.services import watching

    counted = watching.newsletters_with_readers(doorway.app.database)
    if as_json:
        say_json([_as_document(one, doorway, readers=readers) for one, readers in counted])
        return
    say_table(
        ("slug", "name", "moment", "zone", "language", "readers", ""),
        [
            (
                one.slug,
                one.name,
                f"{WEEKDAYS[one.weekday].capitalize()} {one.moment:%H:%M}",
                one.timezone,
                one.language,
                f"{readers:,}",
                "default" if one.is_default else "",
            )
            for one, readers in counted
        ],
    )


def _identity(slug: str, given: dict[str, Any], example: "Newsletter") -> "Identity":
    from wekelijks.services.installing import Identity

    name = given["name"] or slug.replace("-", " ").capitalize()
    sender = given["from"] or identity.Sender(example.sender_name, example.sender_address)
    moment = given["time"]
    return Identity(
        slug=slug,
        name=name,
        sender=replace(sender, name=sender.name or name),
        language=given["language"] or example.language,
        timezone=given["timezone"] or example.timezone,
        weekday=example.weekday if given["weekday"] is None else given["weekday"],
        moment=example.moment if moment is None else moment,
        postal_address=given["postal_address"] or example.postal_address,
    )


def _home(newsletter: "Newsletter", doorway: Doorway) -> str:
    from wekelijks.domain.links import Pages

    return Pages(doorway.app.settings.base_url, newsletter).home


def _as_document(newsletter: "Newsletter", doorway: Doorway, *, readers: int) -> dict[str, Any]:
    return {
        **document_of(newsletter),
        "default": newsletter.is_default,
        "url": _home(newsletter, doorway),
        "readers": readers,
    }
