"""Answers that are kept, as values: what is immutable is asked once, what is not is asked with its ETag.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from resolver.errors import GithubAnswerError
from resolver.github import reading
from resolver.github.answers import Answers

T = TypeVar("T")

_LARGEST = 4 * 2**20
_ETAG = re.compile(r'(?:W/)?"[!#-~]{1,200}"')


@dataclass(frozen=True, slots=True)
class KeptOne(Generic[T]):
    """An answer, and what names this version of it."""

    value: T
    etag: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Answers by repository and question, read into shapes. One that does not fit its shape any more is not there."""

    answers: Answers

    def one(self, shape: type[T], repository_id: int, question: str) -> KeptOne[T] | None:
        """Return an object that was kept."""
        found = self.answers.get(repository_id, question)
        if found is None:
            return None
        body, etag = found
        try:
            return KeptOne(reading.one(shape, body), _fitting(etag))
        except GithubAnswerError:
            return None

    def many(self, shape: type[T], repository_id: int, question: str) -> tuple[T, ...] | None:
        """Return a list that was kept."""
        found = self.answers.get(repository_id, question)
        try:
            return None if found is None else reading.many(shape, found[0])
        except GithubAnswerError:
            return None

    def keep(self, shape: type[T], repository_id: int, question: str, value: T) -> None:
        """Keep an object that never changes, unless it is too large."""
        self._put(repository_id, question, reading.written_one(shape, value), None)

    def keep_version(self, shape: type[T], repository_id: int, question: str, kept: KeptOne[T]) -> None:
        """Keep an object as it is now; without an ETag there would be no use in it."""
        etag = _fitting(kept.etag)
        if etag is not None:
            self._put(repository_id, question, reading.written_one(shape, kept.value), etag)

    def keep_many(self, shape: type[T], repository_id: int, question: str, value: tuple[T, ...]) -> None:
        """Keep a list that never changes, unless it is too large."""
        self._put(repository_id, question, reading.written_many(shape, value), None)

    def _put(self, repository_id: int, question: str, body: bytes, etag: str | None) -> None:
        if len(body) <= _LARGEST:
            self.answers.put(repository_id, question, body, etag)


def _fitting(etag: str | None) -> str | None:
    """Return an ETag that a header can carry."""
    return etag if etag is not None and _ETAG.fullmatch(etag) else None
