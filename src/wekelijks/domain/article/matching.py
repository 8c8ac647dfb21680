"""Which theme, insight, question and answer of an article is which one in the pool.

Memory of use hangs on ids, so an import looks for the id of everything that it brings: first by the mark that our own
Markdown carries, then by the words, then by likeness. Nothing in the pool is taken twice.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from wekelijks.domain.article.sameness import address, alike, digest, key, words_shared
from wekelijks.domain.article.stored import Head, KeptAnswer, KeptTheme, Part, Stored
from wekelijks.domain.article.values import Answer, Article, Question, Theme
from wekelijks.domain.material import Link

# Below this share of common words an answer to the same question is another one, in another article.
_SAME_ANSWER = 0.4
# A theme with a new title is still the same one when so many of its words are.
_SAME_REFLECTION = 0.7


class _HasId(Protocol):
    @property
    def id(self) -> int | None: ...


_Kept = TypeVar("_Kept", Part, KeptTheme)
_Thing = TypeVar("_Thing", bound=_HasId)
_Rule = Callable[[_Thing, _Thing], bool]


def named(article: Article) -> str:
    """What the article is called: its title, else what stands first in it."""
    first = [theme.title for theme in article.themes] + [one.text for one in article.questions]
    return article.title or next(iter([*first, *(one.question for one in article.answers)]), "")


def same_article(article: Article, heads: Iterable[Head]) -> Head | None:
    """The stored article that this one is: the same address, else the same title and no other address."""
    heads = list(heads)
    if article.url:
        there = address(article.url)
        if found := next((head for head in heads if head.url and address(head.url) == there), None):
            return found
        heads = [head for head in heads if not head.url]
    # The key is the title under which it first came, whatever a person made of it since.
    keys = digest(named(article)), key(named(article))
    heads.sort(key=lambda head: bool(head.url))
    return next((head for head in heads if head.key == keys[0] or key(head.title) == keys[1]), None)


def new_key(article: Article, taken: Collection[str]) -> str:
    """The key of an article that is not stored yet."""
    first = digest(named(article))
    return first if first not in taken else digest(named(article), address(article.url))


def is_about(article: Article, stored: Stored) -> bool:
    """Whether the ids of this corrected file are those of the stored article, or of another installation's."""
    head = stored.head
    if article.url and head.url and address(article.url) == address(head.url):
        return True
    if alike(article.title, head.title):
        return True
    before = stored.article(with_retired=True)
    return bool(_texts(article) & _texts(before))


def _texts(article: Article) -> set[tuple[str, int, str]]:
    """Every part that has an id, as kind, id and words."""
    asked = [*article.questions, *(theme.question for theme in article.themes if theme.question)]
    insights = [insight for theme in article.themes for insight in theme.insights]
    found = [("theme", theme.id, theme.title) for theme in article.themes]
    found += [("insight", one.id, one.text) for one in insights] + [("question", one.id, one.text) for one in asked]
    found += [("answer", one.id, one.question) for one in article.answers]
    return {(kind, id_, key(text)) for kind, id_, text in found if id_ is not None}


def without_ids(article: Article) -> Article:
    """The same material as if it came from the article itself."""
    return replace(
        article,
        id=None,
        questions=tuple(replace(one, id=None) for one in article.questions),
        themes=tuple(
            replace(
                theme,
                id=None,
                insights=tuple(replace(one, id=None) for one in theme.insights),
                question=theme.question and replace(theme.question, id=None),
            )
            for theme in article.themes
        ),
        answers=tuple(replace(one, id=None) for one in article.answers),
    )


def matched(article: Article, stored: Stored) -> Article:
    """The article with the ids of everything that is stored already, answers aside."""
    ids = _paired(article.themes, [kept.theme for kept in _present_first(stored.themes)], _THEME_RULES)
    before = {kept.id: kept.theme for kept in stored.themes}
    themes = [
        replace(theme, id=id_, read_more=_link(theme.read_more, before[id_].read_more if id_ else None))
        for theme, id_ in zip(article.themes, ids, strict=True)
    ]
    # A new theme gets a number of its own here, so that its parts are told from the opening's, which have none.
    scopes = [theme.id or -number for number, theme in enumerate(themes, 1)]
    insights = _insight_ids(themes, scopes, stored)
    opening, own = _question_ids(article.questions, themes, scopes, stored)
    return replace(
        article,
        id=stored.head.id,
        url=article.url if article.edited else article.url or stored.head.url,
        questions=tuple(replace(one, id=id_) for one, id_ in zip(article.questions, opening, strict=True)),
        themes=tuple(
            replace(
                theme,
                insights=tuple(replace(one, id=insights.pop(0)) for one in theme.insights),
                question=theme.question and replace(theme.question, id=own.pop(0)),
            )
            for theme in themes
        ),
    )


def _insight_ids(themes: Sequence[Theme], scopes: Sequence[int], stored: Stored) -> list[int | None]:
    parts = [
        Part(id=one.id, theme_id=scope, text=one.text)
        for theme, scope in zip(themes, scopes, strict=True)
        for one in theme.insights
    ]
    return _paired(parts, _present_first(stored.insights), _PART_RULES)


def _question_ids(
    opening: Sequence[Question], themes: Sequence[Theme], scopes: Sequence[int], stored: Stored
) -> tuple[list[int | None], list[int | None]]:
    """The ids of the opening's questions, and of the themes' own."""
    parts = [Part(id=one.id, theme_id=None, text=one.text) for one in opening]
    parts += [
        Part(id=theme.question.id, theme_id=scope, text=theme.question.text)
        for theme, scope in zip(themes, scopes, strict=True)
        if theme.question
    ]
    ids = _paired(parts, _present_first(stored.questions), _PART_RULES)
    return ids[: len(opening)], ids[len(opening) :]


def _present_first(kept: Sequence[_Kept]) -> list[_Kept]:
    return sorted(kept, key=lambda one: one.dropped)


def _link(new: Link | None, before: Link | None) -> Link | None:
    """A link whose address is not in this file keeps the one that an earlier file gave."""
    if new and before and not new.url and key(new.title) == key(before.title):
        return replace(new, url=before.url)
    return new


def _paired(new: Sequence[_Thing], kept: Sequence[_Thing], rules: Sequence[_Rule[_Thing]]) -> list[int | None]:
    """For each new thing the id of the kept one that it is; an earlier rule goes before a later one."""
    found: list[int | None] = [None] * len(new)
    for rule in rules:
        for index, one in enumerate(new):
            if found[index] is None:
                found[index] = next((old.id for old in kept if old.id not in found and rule(one, old)), None)
    return found


def _is_named(one: _HasId, old: _HasId) -> bool:
    return one.id is not None and one.id == old.id


def _same_title(one: Theme, old: Theme) -> bool:
    return key(one.title) == key(old.title)


def _much_the_same(one: Theme, old: Theme) -> bool:
    if alike(one.title, old.title):
        return True
    if not (one.reflection and old.reflection):
        return False
    return words_shared(" ".join(one.reflection), " ".join(old.reflection)) >= _SAME_REFLECTION


def _same_words_here(one: Part, old: Part) -> bool:
    return one.theme_id == old.theme_id and key(one.text) == key(old.text)


def _same_words(one: Part, old: Part) -> bool:
    return key(one.text) == key(old.text)


def _corrected_here(one: Part, old: Part) -> bool:
    return one.theme_id == old.theme_id and alike(one.text, old.text)


_THEME_RULES: tuple[_Rule[Theme], ...] = (_is_named, _same_title, _much_the_same)
_PART_RULES: tuple[_Rule[Part], ...] = (_is_named, _same_words_here, _same_words, _corrected_here)


def matched_answers(article: Article, known: Sequence[KeptAnswer]) -> tuple[Answer, ...]:
    """The article's answers, each once, with the ids of those that the newsletter has.

    What a person corrected in one article is not changed by another one that brings the original.
    """
    found: list[Answer] = []
    for one in _each_once(article.answers):
        taken = {answer.id for answer in found}
        free = [kept for kept in known if kept.answer.id not in taken]
        kept = next((kept for rule in _ANSWER_RULES for kept in free if rule(one, kept, article.id)), None)
        if kept is None:
            found.append(replace(one, id=None))
        elif kept.corrected_in - {article.id} and not article.edited:
            found.append(kept.answer)
        else:
            found.append(replace(one, id=kept.answer.id))
    return tuple(found)


def answer_key(answer: Answer, taken: Collection[str]) -> str:
    """The key of an answer that is not stored yet: its question, where that is free."""
    first = digest(answer.question)
    return first if first not in taken else digest(answer.question, answer.answer)


def _each_once(answers: Iterable[Answer]) -> list[Answer]:
    """A block that stands twice on one page is one block."""
    return list({(one.id, key(one.question), key(one.answer)): one for one in reversed(list(answers))}.values())[::-1]


def _answer_is_named(one: Answer, kept: KeptAnswer, article_id: int | None) -> bool:
    return article_id in kept.article_ids and _is_named(one, kept.answer)


def _asked_here(one: Answer, kept: KeptAnswer, article_id: int | None) -> bool:
    return article_id in kept.article_ids and _is_asked(one, kept)


def _asked_elsewhere(one: Answer, kept: KeptAnswer, _article_id: int | None) -> bool:
    same = bool(kept.corrected_in) or words_shared(one.answer, kept.answer.answer) >= _SAME_ANSWER
    return same and _is_asked(one, kept)


def _answered_the_same(one: Answer, kept: KeptAnswer, _article_id: int | None) -> bool:
    return kept.key == digest(one.question, one.answer)


def _is_asked(one: Answer, kept: KeptAnswer) -> bool:
    return kept.key == digest(one.question) or key(kept.answer.question) == key(one.question)


_ANSWER_RULES = (_answer_is_named, _asked_here, _asked_elsewhere, _answered_the_same)
