"""Importing articles: files in, material in the pool.

Importing again updates and never doubles, and it never overwrites what a person corrected: once our own Markdown of
an article came in, the original file changes nothing. A file in which nothing is found changes nothing either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from wekelijks.domain.article import markdown, matching, reading
from wekelijks.domain.article.sameness import address
from wekelijks.domain.article.stored import Head, Stored
from wekelijks.domain.article.values import Article
from wekelijks.domain.errors import BadInput
from wekelijks.domain.material import Link
from wekelijks.domain.newsletter import Newsletter
from wekelijks.services import article_files
from wekelijks.services.article_files import Page
from wekelijks.store import articles, newsletters
from wekelijks.store.database import Database, Transaction


class State(StrEnum):
    """What an import makes, or in a dry run would make, of an article."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """A person corrected it, so the original changes nothing."""
    EMPTY = "empty"
    """Nothing was found; `why` says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """One file and what came of it. `article` has the ids that exist; in a dry run nothing new has one."""

    file: str
    article: Article
    state: State
    added: tuple[str, ...] = ()
    """Titles of themes that are new in the pool."""
    dropped: tuple[str, ...] = ()
    """Titles of themes that the article does not hold any more."""
    notes: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How files are imported. `url` is the address to read on where the file has none; it belongs to one file."""

    url: str = ""
    dry_run: bool = False


@dataclass(kw_only=True, slots=True)
class Report:
    """What came of several files: those that were read, and one sentence for each that was not."""

    imported: list[Imported] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Every file was read and held something."""
        return not self.errors and all(one.state is not State.EMPTY for one in self.imported)


def bring_in(
    database: Database,
    newsletter: Newsletter,
    files: Sequence[Path],
    manner: Manner = Manner(),
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Import these files, each in a transaction of its own: a bad one takes no other with it.

    Raises BadInput for a wrong `manner`.
    """
    _require_address(manner.url, files)
    report = Report()
    for done, file in enumerate(files, 1):
        try:
            page = _read(file)
            report.imported.append(bring_in_page(database, newsletter, str(file), page, manner, now=now))
        except BadInput as error:
            report.errors.append(f"{file}: {error}")
        progress(done)
    return report


def _read(file: Path) -> Page:
    return article_files.decoded(article_files.opened(file), name=file.name)


def bring_in_page(
    database: Database, newsletter: Newsletter, file: str, page: Page, manner: Manner = Manner(), *, now: datetime
) -> Imported:
    """Import one page that was read from `file`. Raises BadInput for Markdown of ours that was damaged."""
    article = _reachable(reading.read(page.text, kind=page.kind, url=page.url or manner.url))
    if article.is_empty:
        why = reading.why_empty(article)
        return Imported(file=file, article=article, state=State.EMPTY, notes=page.notes, why=why)
    with database.read() if manner.dry_run else database.begin() as transaction:
        if not manner.dry_run:
            newsletters.take_turn(transaction, newsletter.id)
        imported = _compared(transaction, newsletter, file, article)
        if not manner.dry_run:
            imported = _saved(transaction, newsletter, imported, now)
    return replace(imported, notes=page.notes + imported.notes)


def all_of(database: Database, newsletter: Newsletter) -> list[tuple[Head, Article]]:
    """Every article of the newsletter with the material that it holds now, in the order in which they came."""
    with database.read() as transaction:
        heads = articles.heads(transaction, newsletter.id)
        return [(head, articles.get(transaction, newsletter.id, head.id).article()) for head in heads]


def show(database: Database, newsletter: Newsletter, article_id: int) -> tuple[Head, Article]:
    """One article with the material that it holds now. Raises NotFound."""
    with database.read() as transaction:
        stored = articles.get(transaction, newsletter.id, article_id)
    return stored.head, stored.article()


def as_markdown(database: Database, newsletter: Newsletter, article_id: int) -> str:
    """The article as Markdown to correct. Raises NotFound."""
    return markdown.write(show(database, newsletter, article_id)[1])


def _require_address(url: str, files: Sequence[Path]) -> None:
    if not url:
        return
    if len(files) != 1:
        raise BadInput("--url is the address of one article: import the files one by one.")
    _require_page(url)


def _reachable(article: Article) -> Article:
    """The article with whole addresses only: a letter has no page that a relative link could start from."""
    if article.edited:
        links = [theme.read_more.url for theme in article.themes if theme.read_more]
        for url in filter(None, [article.url, *links]):
            _require_page(url)
        return article
    url = article.url if _is_page(article.url) else ""
    themes = (
        replace(theme, read_more=theme.read_more and _absolute(theme.read_more, url)) for theme in article.themes
    )
    return replace(article, url=url, themes=tuple(themes))


def _absolute(link: Link, base: str) -> Link | None:
    try:
        url = urljoin(base, link.url) if link.url else ""
    except ValueError:
        url = ""
    link = replace(link, url=url if _is_page(url) else "")
    return link if link.title or link.url else None


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _require_page(url: str) -> None:
    if not _is_page(url):
        raise BadInput(f"“{url[:80]}” is no address of a page: write it as https://example.org/blog/article.")


def _compared(transaction: Transaction, newsletter: Newsletter, file: str, article: Article) -> Imported:
    """The article beside what is stored of it: ids found, and what would become of it."""
    stored, article = _found(transaction, newsletter, article)
    if stored and stored.head.edited_at and not article.edited:
        return _kept(file, stored, article)
    if stored:
        article = matching.matched(article, stored)
    article = replace(
        article, answers=matching.matched_answers(article, articles.answers(transaction, newsletter.id))
    )
    if stored is None:
        return Imported(file=file, article=article, state=State.NEW, added=tuple(t.title for t in article.themes))
    before = stored.article()
    ids = {theme.id for theme in article.themes}
    return Imported(
        file=file,
        article=article,
        state=State.UNCHANGED if _is_unchanged(article, stored) else State.UPDATED,
        added=tuple(theme.title for theme in article.themes if theme.id is None),
        dropped=tuple(theme.title for theme in before.themes if theme.id not in ids),
        notes=_notes(article, stored),
    )


def _found(transaction: Transaction, newsletter: Newsletter, article: Article) -> tuple[Stored | None, Article]:
    """What is stored of this article; ids of another installation, or of another newsletter, mean nothing here."""
    heads = articles.heads(transaction, newsletter.id)
    if article.id is not None and article.id in {head.id for head in heads}:
        stored = articles.get(transaction, newsletter.id, article.id)
        if matching.is_about(article, stored):
            return stored, article
    article = matching.without_ids(article)
    head = matching.same_article(article, heads)
    return (articles.get(transaction, newsletter.id, head.id) if head else None), article


def _kept(file: str, stored: Stored, article: Article) -> Imported:
    head = stored.head
    note = (
        f"“{head.title}” was corrected by hand, so this file changes nothing: "
        f"correct `articles show {head.id} --format markdown` and import that."
    )
    kept = replace(stored.article(), skipped=article.skipped)
    return Imported(file=file, article=kept, state=State.KEPT, notes=(note,))


def _is_unchanged(article: Article, stored: Stored) -> bool:
    """Whether the pool holds exactly this; a corrected file leaves out what a person retired."""
    if article.edited and not stored.head.edited_at:
        return False
    here = replace(article, skipped={}, edited=stored.head.edited_at is not None)
    return here in (stored.article(with_retired=True), stored.article())


def _notes(article: Article, stored: Stored) -> tuple[str, ...]:
    retired = {kept.id for kept in stored.themes if kept.retired}
    titles = [theme.title for theme in article.themes if theme.id in retired]
    notes = [f"“{title}” stays retired: `themes retire ID --undo` brings it back." for title in titles]
    if article.url and stored.head.url and address(article.url) != address(stored.head.url):
        notes.append(f"The address changes from {stored.head.url} to {article.url}.")
    return tuple(notes)


def _saved(transaction: Transaction, newsletter: Newsletter, imported: Imported, now: datetime) -> Imported:
    """Written where it changes something, and then as it is stored."""
    if imported.state is State.UNCHANGED or imported.state is State.KEPT:
        return imported
    read = imported.article
    article_id = articles.save(transaction, newsletter.id, read, now=now)
    stored = articles.get(transaction, newsletter.id, article_id).article(with_retired=not read.edited)
    return replace(imported, article=replace(stored, skipped=read.skipped))
