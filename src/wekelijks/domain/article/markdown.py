"""Our own Markdown: an article's material as a person may correct it, and back.

What `write` gives, `parse` reads back exactly. Marks such as ``{#theme-12}`` say which theme, insight or question is
meant, so a corrected text is an update and never a double. A file that is damaged is refused with its line.
"""

from wekelijks.domain.article.values import Article


def write(article: Article) -> str:
    """The material as editable Markdown, with the ids that it has."""
    raise NotImplementedError


def parse(text: str) -> Article | None:
    """The article in Markdown that we wrote (`edited`), or None when it is not ours. Raises BadInput with the line."""
    if "\nwekelijks:" not in text[:2000]:
        return None
    raise NotImplementedError
