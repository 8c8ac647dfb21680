"""Matching: what an issue's file means in the pool that there is.

A theme, an insight, a question or an answer is meant by its id or by its exact words. What could never be sent is
refused here, with its place in the file, long before the week in which it would be due.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from wekelijks.domain import picking
from wekelijks.domain.errors import BadInput
from wekelijks.domain.issue import PoolAnswer, link_of
from wekelijks.domain.issue_file import IssueFile
from wekelijks.domain.material import PoolInsight, PoolQuestion, PoolTheme
from wekelijks.domain.supply import Supply

LONGEST_LINE = {"subject": 200, "preheader": 300, "theme": 300, "insight": 600, "question": 600}
"""Characters; RFC 5322 and readers both give up far earlier than these."""

_QUOTATION_MARKS = {"“": "”", "„": "”", "‘": "’", "«": "»", "»": "«", '"': '"', "'": "'"}


def columns_of(file: IssueFile, supply: Supply) -> dict[str, Any]:
    """The columns of the issue that this file is, as in the schema. Raises BadInput with place and reason."""
    _refuse_long_lines(file)
    theme = _pinned(file, supply)
    if theme is None:
        _require_whole(file, supply)
    else:
        _require_sendable(file, theme)
    insight_id, insight = _part(file, "insight", theme.insights if theme else ())
    question_id, question = _part(file, "question", theme.questions if theme else ())
    answer = _answer(file, supply.answers)
    return {
        "subject": file.subject,
        "preheader": file.preheader,
        "opening": file.opening,
        "theme_id": theme.id if theme else None,
        "insight_id": insight_id,
        "question_id": question_id,
        "answer_id": answer.id if answer else None,
        "theme": "" if theme else file.theme,
        "insight": _without_quotation_marks(insight),
        "question": question,
        "body": file.body,
        "link": _link(file),
        "ps": file.ps,
    }


def notes_on(supply: Supply, columns: Mapping[str, Any], issue_id: int | None) -> list[str]:
    """What the writer may not have meant, as sentences.

    A theme in free text that looks like one of the pool's; a theme that readers had lately, or that another waiting
    issue has too.
    """
    theme = supply.theme(columns["theme_id"])
    if theme is None:
        near = _perhaps(_near(columns["theme"], (one.title for one in supply.pool if not one.retired)))
        return [f"“{columns['theme']}” is no theme of the pool, so it is free text.{near}"] if near else []
    notes = [] if theme.last_used is None else [f"Readers had the theme “{theme.title}” on {theme.last_used}."]
    others = [issue.id for issue in supply.waiting if issue.theme_id == theme.id and issue.id != issue_id]
    return notes + [f"Issue {id_} is about the theme “{theme.title}” too." for id_ in others]


def _refuse_long_lines(file: IssueFile) -> None:
    for key, most in LONGEST_LINE.items():
        if len(getattr(file, key)) > most:
            raise file.refusal(key, f"{len(getattr(file, key))} characters are too many for a {key}; at most {most}")


def _pinned(file: IssueFile, supply: Supply) -> PoolTheme | None:
    """The theme of the pool that the file means by id or exact title."""
    if not file.theme:
        return None
    if file.theme.isdecimal():
        by_id = supply.theme(_number(file.theme))
        if by_id is not None:
            return by_id
    titled = [theme for theme in supply.pool if _same(theme.title, file.theme)]
    living = [theme for theme in titled if not theme.retired] or titled
    if len(living) > 1:
        ids = " or ".join(str(theme.id) for theme in living)
        raise file.refusal("theme", f"several themes are called “{file.theme}”: give the id, {ids}")
    return living[0] if living else None


def _require_sendable(file: IssueFile, theme: PoolTheme) -> None:
    """A pinned theme must give what the file leaves open."""
    if theme.retired:
        raise file.refusal("theme", f"theme {theme.id} “{theme.title}” is retired")
    if not file.body and not picking.has_reflection(theme):
        raise file.refusal("theme", f"theme {theme.id} “{theme.title}” has no reflection: write one as the body")
    if not file.insight and picking.longest_ago(theme.insights) is None:
        raise file.refusal("theme", f"theme {theme.id} “{theme.title}” has no insight: give one with `insight`")


def _require_whole(file: IssueFile, supply: Supply) -> None:
    """Without a theme of the pool the file must have everything that a letter needs."""
    if file.theme and not (file.body and file.insight):
        what = "there is no theme" if file.theme.isdecimal() else "the pool has no theme"
        near = _perhaps(_near(file.theme, (theme.title for theme in supply.pool if not theme.retired)))
        lacking = " and ".join(
            word for word, there in (("an insight", file.insight), ("a body", file.body)) if not there
        )
        raise file.refusal(
            "theme",
            f"{what} “{file.theme}”.{near} A theme in free text needs {lacking} beside it",
        )
    if not (file.subject or file.theme):
        raise file.refusal("subject", "a letter needs a subject: add `subject: …`, or pin a theme with `theme: …`")
    if not file.body:
        raise file.refusal(
            "body", "there is nothing to read: write the letter below the front matter, or pin a theme"
        )


def _part(file: IssueFile, key: str, parts: Sequence[PoolInsight] | Sequence[PoolQuestion]) -> tuple[int | None, str]:
    """The theme's insight or question that is meant, by id, else the writer's own words."""
    words: str = getattr(file, key)
    usable = [part for part in parts if not part.retired]
    meant = next((part.id for part in usable if _same(part.text, words)), None)
    if words.isdecimal():
        meant = next((part.id for part in usable if part.id == _number(words)), None)
        if meant is None:
            ids = ", ".join(str(part.id) for part in usable) or "none"
            raise file.refusal(key, f"the theme has no {key} {words}; it has {ids}")
    return meant, "" if meant is not None else words


def _answer(file: IssueFile, answers: Sequence[PoolAnswer]) -> PoolAnswer | None:
    if not file.answer:
        return None
    number = _number(file.answer) if file.answer.isdecimal() else None
    for answer in answers:
        if answer.id == number or _same(answer.question, file.answer):
            return answer
    near = _perhaps(_near(file.answer, (answer.question for answer in answers)))
    raise file.refusal("answer", f"no article answers the question “{file.answer}”.{near}".rstrip("."))


def _link(file: IssueFile) -> str:
    try:
        link_of(file.link)
    except BadInput as error:
        raise file.refusal("link", str(error)) from error
    return file.link


def _number(digits: str) -> int:
    """Ids are small; a longer row of digits is none of them."""
    return int(digits) if len(digits) < len(str(2**63)) else 0


def _same(one: str, other: str) -> bool:
    return bool(other) and _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _near(words: str, known: Iterable[str]) -> list[str]:
    """At most three of the known ones that look like these words or hold them, the nearest first."""
    by_fold = {_plain(one).casefold(): one for one in known}
    folded = _plain(words).casefold()
    close = get_close_matches(folded, by_fold, n=3, cutoff=0.6)
    holding = [one for one in by_fold if folded and (folded in one or one in folded) and one not in close]
    return [by_fold[one] for one in [*close, *holding][:3]]


def _perhaps(near: Sequence[str]) -> str:
    return f" Perhaps you mean {' or '.join(f'“{one}”' for one in near)}." if near else ""


def _without_quotation_marks(words: str) -> str:
    """The letter sets the quotation marks of its own language around an insight."""
    if (
        len(words) > 1
        and _QUOTATION_MARKS.get(words[0]) == words[-1]
        and not set(words[1:-1]) & {words[0], words[-1]}
    ):
        return words[1:-1].strip()
    return words
