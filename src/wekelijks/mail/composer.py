"""The composer: one letter and one newsletter become the two parts of a message, once, for every reader.

HTML and text come from the same words, so neither says what the other leaves out. Whatever is wrong with a template
or a text is a finding with its place; a caller who sees `blocks` sends nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import css_inline

from wekelijks.domain.errors import BadInput
from wekelijks.domain.letter import Letter
from wekelijks.domain.links import Pages
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.newsletter import Newsletter
from wekelijks.mail import contents, inspection, markdown, preflight
from wekelijks.mail.blueprint import Blueprint
from wekelijks.mail.contents import Setting
from wekelijks.mail.message import Parts, assemble
from wekelijks.mail.preflight import Finding
from wekelijks.mail.templates import BrokenTemplate, Templates

_MANY_LINES = re.compile(r"\n{3,}")
_EARLY_STYLE = re.compile(r"<head>(<style>.*?</style>)(.*?)</head>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A letter, ready to be frozen, with what the pre-flight found."""

    message: Blueprint | None
    """None where there cannot be one: the sender's address is none, say. Then `findings` block and say why."""
    subject: str
    html: str
    """The HTML part, markers of the blanks still in it."""
    text: str
    """The text part, likewise."""
    findings: tuple[Finding, ...]

    @property
    def blueprint(self) -> Blueprint:
        """The message to freeze or to look at. Raises BadInput where there cannot be one."""
        if self.message is None:
            raise BadInput(" ".join(f"{one.place}: {one.message}" for one in self.findings if one.is_blocking))
        return self.message

    @property
    def blocks(self) -> bool:
        """True when something was found that must not be sent."""
        return any(finding.is_blocking for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class _Rendered:
    html: str
    text: str
    findings: tuple[Finding, ...]


class Composer:
    """Makes letters out of templates. Built once a process; holds no letter."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        # Nothing may be fetched, and the rules for dark, small and paper must stay where they are.
        self._inliner = css_inline.CSSInliner(keep_at_rules=True, keep_link_tags=True, load_remote_stylesheets=False)

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
        """The weekly letter, or (with TEST, `key` and `inert_links`) the same letter marked as a test.

        `key` makes the Message-ID and is the slot's date where none is given. `date` is aware. A template that is
        broken is a blocking finding; what is shown then was made with ours, so that there is something to look at.
        """
        setting = Setting(
            newsletter=newsletter,
            pages=Pages(base_url, newsletter),
            language=newsletter.language,
            is_test=kind is MailingKind.TEST,
            inert=inert_links,
        )
        clean = replace(letter, subject=preflight.one_line(letter.subject))
        html, text = (contents.of_letter(clean, setting, prose) for prose in (markdown.to_html, markdown.to_text))
        rendered = self._rendered("letter", html, text)
        return self._composed(
            rendered,
            findings=(
                *preflight.letter(letter, newsletter, base_url=base_url),
                *rendered.findings,
                *inspection.inspect(rendered.html, rendered.text, letter=clean, setting=setting),
            ),
            parts=Parts(
                kind=kind,
                newsletter=newsletter,
                pages=setting.pages,
                key=key or letter.on.isoformat(),
                subject=self._marked(clean.subject, setting),
                html=rendered.html,
                text=rendered.text,
                date=date,
                wording=contents.wording(setting),
                archive_url="" if inert_links else setting.pages.letter(letter.on),
                language=setting.language,
                inert_since=setting.words["since_nobody"],
                text_width=markdown.WIDTH,
            ),
            key_id=key_id,
        )

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
        """A plain single letter, paragraphs in Markdown, without greeting blank or links of a reader.

        `key` must be unique among the newsletter's single letters; `language` is the recipient's own, where known.
        """
        setting = Setting(
            newsletter=newsletter, pages=Pages(base_url, newsletter), language=language or newsletter.language
        )
        subject, body = preflight.one_line(subject), "\n\n".join(paragraphs)
        html, text = (contents.of_note(subject, body, setting, each) for each in (markdown.to_html, markdown.to_text))
        rendered = self._rendered("note", html, text)
        return self._composed(
            rendered,
            findings=rendered.findings,
            parts=Parts(
                kind=kind,
                newsletter=newsletter,
                pages=setting.pages,
                key=key,
                subject=subject,
                html=rendered.html,
                text=rendered.text,
                date=date,
                wording=contents.wording(setting),
                language=setting.language,
            ),
            key_id=key_id,
        )

    def _composed(self, rendered: _Rendered, *, findings: tuple[Finding, ...], parts: Parts, key_id: str) -> Composed:
        message: Blueprint | None = None
        try:
            message = assemble(parts, key_id=key_id)
        except BadInput as error:
            # Mostly a thing that the pre-flight has told already; told twice is better than not at all.
            findings = (*findings, preflight.block("message", str(error)))
        return Composed(
            message=message,
            subject=parts.subject,
            html=rendered.html,
            text=rendered.text,
            findings=_distinct(findings),
        )

    def _rendered(self, name: str, html: Mapping[str, Any], text: Mapping[str, Any]) -> _Rendered:
        findings: list[Finding] = [
            preflight.warn(place, "No template has this name, so the file does nothing: see README.md of ours.")
            for place in self._templates.idle()
        ]
        document = self._one(f"{name}.html", html, findings)
        plain = self._one(f"{name}.txt", text, findings)
        return _Rendered(html=self._inlined(document, findings), text=_spaced(plain), findings=tuple(findings))

    def _one(self, name: str, values: Mapping[str, Any], findings: list[Finding]) -> str:
        try:
            return self._templates.render(name, values)
        except BrokenTemplate as broken:
            findings.append(preflight.block(broken.place, broken.message))
            return self._templates.render_ours(name, values)

    def _inlined(self, html: str, findings: list[Finding]) -> str:
        try:
            # The inliner puts the remaining style before the charset, whose place is in the first 1,024 bytes.
            return _EARLY_STYLE.sub(r"<head>\2\1\n</head>", self._inliner.inline(html), count=1)
        except css_inline.InlineError as error:
            findings.append(preflight.block("style.css", f"The style cannot be read: {error}."))
            return html

    def _marked(self, subject: str, setting: Setting) -> str:
        return setting.words["test_subject"].replace("{subject}", subject) if setting.is_test else subject


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same thing is said once, at the place nearest to who can mend it: the words come before the template."""
    return tuple({finding.message: finding for finding in reversed(list(findings))}.values())[::-1]


def _spaced(text: str) -> str:
    """Never two empty lines, nor spaces at a line's end, apart from the mark above a signature (RFC 3676, 4.3)."""
    lines = (line if line == "-- " else line.rstrip() for line in text.splitlines())
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"
