"""Where the pages of a newsletter stand. The one place that spells their paths.

The default newsletter lives at the root, every other under ``/n/{slug}``; tokens name their newsletter, so links
with a token need no slug.
"""

from dataclasses import dataclass
from datetime import date

from wekelijks.domain.newsletter import Newsletter


@dataclass(frozen=True, slots=True)
class Pages:
    """The addresses of one newsletter's pages; `base_url` has no slash at its end."""

    base_url: str
    newsletter: Newsletter

    @property
    def home(self) -> str:
        """The sign-up page with the latest letters."""
        return f"{self._root}/"

    @property
    def archive(self) -> str:
        """All letters."""
        return f"{self._root}/archive"

    def letter(self, on: date) -> str:
        """The letter of one slot, as a page."""
        return f"{self._root}/archive/{on.isoformat()}"

    def unsubscribe(self, token: str) -> str:
        """The page that leaves; also the target of the one-click POST (RFC 8058)."""
        return f"{self.base_url}/u/{token}"

    def preferences(self, token: str) -> str:
        """The page that pauses and, later, changes and erases."""
        return f"{self.base_url}/preferences/{token}"

    @property
    def _root(self) -> str:
        return self.base_url if self.newsletter.is_default else f"{self.base_url}/n/{self.newsletter.slug}"
