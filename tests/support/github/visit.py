"""What a route's handler is given, and what a route is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from tests.support.github.answer import Answer, RefusedRequestError, not_found
from tests.support.github.asked import Recorded
from tests.support.github.history import History
from tests.support.github.paging import page_of
from tests.support.github.repository import Repository
from tests.support.github.shapes import Json
from tests.support.github.world import Token, World

T = TypeVar("T")


@dataclass(slots=True)
class Visit:
    """One request to one route: ``words`` are what the braces of its pattern took, ``rest`` its decoded segments."""

    world: World
    request: Recorded
    words: dict[str, str] = field(default_factory=dict)
    token: Token | None = None
    _repo: Repository | None = None
    rest: Sequence[str] = ()

    @property
    def repo(self) -> Repository:
        """The repository that is asked about. Raises RefusedRequestError where the route is about none."""
        if self._repo is None:
            raise not_found()
        return self._repo

    @property
    def history(self) -> History:
        """What git knows of it. Raises RefusedRequestError (409) where there is no clone."""
        if (history := self.repo.history) is None:
            raise RefusedRequestError(409, "Git Repository is empty.")
        return history

    def number(self, name: str) -> int:
        """Return a word that must be a positive integer. Raises RefusedRequestError (404) where it is none."""
        word = self.words[name]
        if not (word.isascii() and word.isdigit() and len(word) < 20):
            raise not_found()
        return int(word)

    def listed(self, items: Sequence[T], write: Callable[[World, Repository, T], Json]) -> Answer:
        """Answer with the page that is asked for of things of the repository."""
        page = page_of(items, self.request.query)
        return page.answer([write(self.world, self.repo, item) for item in page.items], self.url, self.request.query)

    @property
    def url(self) -> str:
        """Where this is asked, the repository named by its number."""
        return "/".join((f"{self.world.url}/repositories/{self.repo.id}", *self.rest))


Handler: TypeAlias = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A route: ``pattern`` has words in braces; of ``needs`` the caller must have one permission, at a ``level``."""

    method: str
    pattern: str
    handler: Handler
    needs: tuple[str, ...] = ()
    level: str = "read"

    def match(self, method: str, words: Sequence[str]) -> dict[str, str] | None:
        """Return what the braces took; None when this is another route's."""
        parts = self.pattern.split("/") if self.pattern else []
        if method != self.method or len(parts) != len(words):
            return None
        taken: dict[str, str] = {}
        for part, word in zip(parts, words, strict=True):
            if part.startswith("{"):
                taken[part[1:-1]] = word
            elif part != word:
                return None
        return taken
