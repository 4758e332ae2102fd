"""Pages of lists, with the ``Link`` header that leads from one to the next.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api. Links name a repository by its
number (``/repositories/9001/pulls?page=2``), whatever it was asked by: so does GitHub.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from tests.support.github.answer import Answer, said

MOST = 100
"""How many things GitHub puts on a page when it is asked for more."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list: page ``number`` (from 1) of ``last``, ``size`` things each."""

    items: Sequence[T]
    number: int
    last: int
    size: int

    def links(self, url: str, query: Mapping[str, str]) -> str:
        """Write the ``Link`` header; empty where there is but one page."""
        places = {"prev": self.number - 1, "next": self.number + 1, "last": self.last, "first": 1}
        if self.number >= self.last:
            places = {name: place for name, place in places.items() if name in {"prev", "first"}}
        if self.number <= 1:
            places = {name: place for name, place in places.items() if name in {"next", "last"}}
        asked = {name: value for name, value in query.items() if name != "page"}
        return ", ".join(
            f'<{url}?{urlencode({**asked, "page": place})}>; rel="{name}"' for name, place in places.items()
        )

    def answer(self, value: object, url: str, query: Mapping[str, str]) -> Answer:
        """Answer with what was made of the page."""
        links = self.links(url, query)
        return said(value, link=links) if links else said(value)


def page_of(items: Sequence[T], query: Mapping[str, str], *, size: int = 30, most: int = MOST) -> Page[T]:
    """Return the page that a query asks for with ``per_page`` and ``page``; what is no number is not heard."""
    size = min(_number(query.get("per_page"), size), most)
    number = _number(query.get("page"), 1)
    last = max(1, -(-len(items) // size))
    return Page(items[(number - 1) * size : number * size], number, last, size)


def _number(word: str | None, otherwise: int) -> int:
    return int(word) if word is not None and word.isascii() and word.isdigit() and int(word) > 0 else otherwise
