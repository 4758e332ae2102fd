"""What ``whichrun doctor`` finds, as data."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    WRONG = "wrong"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what is so, and, where that is wrong, what to do about it.

    Neither text holds a secret. Both may hold words of GitHub, which are not for a terminal as they are.
    """

    name: str
    outcome: Outcome
    message: str
    remedy: str | None = None


def ok(name: str, message: str) -> Check:
    """Say that all is well."""
    return Check(name, Outcome.OK, message)


def wrong(name: str, message: str, remedy: str) -> Check:
    """Say what is wrong and what to do."""
    return Check(name, Outcome.WRONG, message, remedy)


def not_checked(names: Iterable[str], message: str) -> Iterator[Check]:
    """Say of several things why nobody looked at them."""
    for name in names:
        yield Check(name, Outcome.NOT_CHECKED, message)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 delivery`` or ``2 deliveries``."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def reasons(texts: Iterable[str | None], most: int = 3) -> str:
    """Return the commonest reasons, each with how often it was given."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text or "no reason is kept"] = counts.get(text or "no reason is kept", 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    said = [f"{text} ({count} times)" if count > 1 else text for text, count in ranked[:most]]
    left = len(ranked) - most
    return "; ".join([*said, *([f"and {counted(left, 'other reason')}"] if left > 0 else [])])
