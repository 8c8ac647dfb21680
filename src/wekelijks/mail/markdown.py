"""Markdown to HTML and to text: one source, two faithful renderings."""


def to_html(source: str, *, language: str = "en") -> str:
    """Safe HTML of these paragraphs."""
    raise NotImplementedError


def to_text(source: str, *, language: str = "en") -> str:
    """Plain text of these paragraphs, wrapped at 76 columns, every link with its address."""
    raise NotImplementedError
