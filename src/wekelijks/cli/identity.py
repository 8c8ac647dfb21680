"""The questions about a newsletter: as options, as prompts, as what is missing; for `init` and `newsletters` alike.

An answer is read by `domain.identity` whichever way it comes; on a terminal a wrong one is asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from wekelijks.domain import identity
from wekelijks.domain.errors import BadInput
from wekelijks.domain.newsletter import WEEKDAYS, Newsletter

_ZONES = "/zoneinfo/"
_HOME = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know: `option` without its dashes, how to read an answer, what to offer."""

    option: str
    prompt: str
    help: str
    read: Callable[[str], Any]
    offer: Callable[[], str | None] = lambda: None

    @property
    def key(self) -> str:
        """The option as a Python name."""
        return self.option.replace("-", "_")

    def as_option(self) -> Callable[..., Any]:
        """The option of a command; wrong usage where its value cannot be read."""
        return click.option(f"--{self.option}", self.key, metavar="TEXT", help=self.help, callback=self._checked)

    def ask(self) -> Any:
        """Ask the person at the terminal until the answer can be read."""
        return click.prompt(self.prompt, default=self.offer(), err=True, prompt_suffix=" ", value_proc=self._read)

    def _checked(self, _context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        try:
            return self.read(value)
        except BadInput as error:
            raise click.BadParameter(str(error), param=parameter) from error

    def _read(self, value: str) -> Any:
        try:
            return self.read(value)
        except BadInput as error:
            raise click.UsageError(str(error)) from error


def _zone_here() -> str:
    """The zone of this machine; a server's UTC is nobody's morning, so that is not offered."""
    try:
        name = str(Path("/etc/localtime").resolve()).partition(_ZONES)[2]
        return identity.timezone(name) if "/" in name and not name.startswith("Etc/") else _HOME
    except (BadInput, OSError):
        return _HOME


NEWSLETTER = (
    Question("name", "What is your newsletter called?", "The newsletter's name.", identity.line),
    Question(
        "from",
        "Who is it from? (Name <address>)",
        "The sender: Name <address>; answers go there too.",
        identity.sender,
    ),
    Question("language", "In which language, nl or en?", "nl or en.", identity.language, lambda: "nl"),
    Question(
        "timezone", "In which time zone?", "The readers' time zone, such as Europe/Amsterdam.", identity.timezone,
        _zone_here,
    ),
    Question(
        "weekday", "On which day of the week?", "The day of the letter, in English or Dutch.", identity.weekday,
        lambda: "sunday",
    ),
    Question("time", "At what time?", "The time of the letter, HH:MM.", identity.moment, lambda: "08:00"),
    Question(
        "postal-address",
        "Your postal address? (It stands at the foot of each letter; the law asks for it.)",
        "The sender's postal address, for the foot of each letter.",
        identity.postal_address,
    ),
)  # fmt: skip


def document_of(newsletter: Newsletter) -> dict[str, Any]:
    """The answers as they are kept, for programs."""
    return {
        "id": newsletter.id,
        "slug": newsletter.slug,
        "name": newsletter.name,
        "sender": f"{newsletter.sender_name} <{newsletter.sender_address}>",
        "language": newsletter.language,
        "timezone": newsletter.timezone,
        "weekday": WEEKDAYS[newsletter.weekday],
        "time": f"{newsletter.moment:%H:%M}",
        "postal_address": newsletter.postal_address,
    }


def options(*questions: Question) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """All these questions as options, in this order in `--help`."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for question in reversed(questions):
            command = question.as_option()(command)
        return command

    return decorated
