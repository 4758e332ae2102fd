"""Which things of a list are asked for, and in which order: ``since``, ``state``, ``sort``, ``direction``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from tests.support.github.answer import RefusedRequestError
from tests.support.github.texts import Issue, Pull, Text

T = TypeVar("T", bound=Text)
P = TypeVar("P", Issue, Pull, Issue | Pull)


def moment(word: str) -> datetime:
    """Read a time. Raises RefusedRequestError (422) for what is none."""
    try:
        read = datetime.fromisoformat(word)
    except ValueError:
        raise RefusedRequestError(422, f"Invalid time: {word}") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def since(items: Iterable[T], query: Mapping[str, str]) -> list[T]:
    """Return what was updated at ``since`` or later."""
    if "since" not in query:
        return list(items)
    begin = moment(query["since"])
    return [item for item in items if moment(item.updated_at) >= begin]


def ordered(items: Iterable[T], query: Mapping[str, str], *, sort: str, direction: str) -> list[T]:
    """Order by ``sort`` (``created``, ``updated``; others as by default) and ``direction`` (``asc``, ``desc``)."""
    by = query.get("sort", sort)
    is_down = query.get("direction", direction) == "desc"
    if by == "updated":
        return sorted(items, key=lambda item: (moment(item.updated_at), item.id), reverse=is_down)
    return sorted(items, key=lambda item: (moment(item.created_at), item.id), reverse=is_down)


def in_state(items: Iterable[P], query: Mapping[str, str]) -> list[P]:
    """Return those that are ``open`` (as by default), ``closed``, or ``all``."""
    wanted = query.get("state", "open")
    return [item for item in items if wanted in {"all", item.state}]
