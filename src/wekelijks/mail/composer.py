"""The composer: one letter and one newsletter become the two parts of a message, once, for every reader.

HTML and text come from the same words, so neither says what the other leaves out. Whatever is wrong with a template
or a text is a finding with its place; a caller who sees `blocks` sends nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wekelijks.domain.letter import Letter
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.mail.blueprint import Blueprint
from wekelijks.mail.preflight import Finding, Severity
from wekelijks.mail.templates import Templates


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A letter, ready to be frozen, with what the pre-flight found."""

    blueprint: Blueprint
    subject: str
    html: str
    """The HTML part, markers of the blanks still in it."""
    text: str
    """The text part, likewise."""
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> bool:
        """True when something was found that must not be sent."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)


class Composer:
    """Makes letters out of templates. Built once a process; holds no letter."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def compose(  # noqa: PLR0913 - each value is spelled at the call; a bag of them would hide which one is missing.
        self,
        letter: Letter,
        newsletter: Newsletter,
        *,
        base_url: str,
        key_id: str,
        date: datetime,
        kind: MailingKind = MailingKind.WEEKLY,
        key: str = "",
        inert_links: bool = False,
    ) -> Composed:
        """The weekly letter, or (with TEST, `key` and `inert_links`) the same letter marked as a test."""
        raise NotImplementedError

    def note(  # noqa: PLR0913 - as above.
        self,
        *,
        subject: str,
        paragraphs: Sequence[str],
        newsletter: Newsletter,
        base_url: str,
        key_id: str,
        date: datetime,
        key: str,
        kind: MailingKind = MailingKind.ALARM,
        language: str = "",
    ) -> Composed:
        """A plain single letter, paragraphs in Markdown, without greeting blank or links of a reader."""
        raise NotImplementedError
