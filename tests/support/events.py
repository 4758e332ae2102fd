"""Server-sent events, as a reader takes them: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """What stands between two empty lines; ``comment`` is what a reader passes over."""

    id: str | None = None
    type: str | None = None
    data: Any = None
    retry: int | None = None
    comment: str | None = None


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Read events off what arrives, each as soon as it is whole."""
    text = ""
    for chunk in chunks:
        text += chunk.decode()
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            yield _event(block)


def _event(block: str) -> Event:
    said: dict[str, str] = {}
    for line in block.splitlines():
        name, colon, value = line.partition(":")
        assert colon, line
        assert name not in said, block
        said[name] = value.removeprefix(" ")
    unknown = set(said) - {"", "id", "event", "data", "retry"}
    assert not unknown, block
    return Event(
        id=said.get("id"),
        type=said.get("event"),
        data=json.loads(said["data"]) if "data" in said else None,
        retry=int(said["retry"]) if "retry" in said else None,
        comment=said.get(""),
    )
