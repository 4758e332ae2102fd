"""What may be written next in a story, as values that hypothesis draws.

A recipe is a few small values and knows nothing of its story: numbers in it point at *some* earlier text or *some*
commit, and are taken modulo what there is (``tests.support.stories``). So any recipe fits any story, and the one
that hypothesis shrinks to is the plainest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Person

REVIEWER = Person(id=504, login="review-bot", association="COLLABORATOR")
AGENTS = (("coder", 42), ("pr-reviewer", 42), ("planner", 9))
"""Agents, and the number that each signs for."""
NUMBERS = (42, 42, 43, 9)
"""Two pull requests (the second is a fork's) and an issue."""
PATHS = ("src/app.py", "src/new.py", "notes.md")
SENTENCES = ("The empty case is not handled.", "This test fails now and then.", "The name does not say what it is.")
NEVER_SAID = "Nobody ever wrote this sentence."


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody writes.

    ``claim`` names an agent, and the repository that it signs for: the story's (0), that under its first name (1), or
    the fork (2).
    """

    author: Person
    command: bool
    sentence: int
    claim: tuple[int, int] | None
    quote: int | None
    link: int | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A line, or several, or (``on`` None) a file; ``on`` says what the diff did with the commented line."""

    commit: int
    path: int
    on: str | None
    side: str
    several: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A commit: the agents that sign it, its path, and whether it gave that another name."""

    signers: tuple[int, ...]
    path: int
    renames: bool


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push to the first pull request's branch (0), another (1), or the fork's (2).

    ``back``: forced, to the first commit that is there; ``anew``: after the branch was deleted; ``reused``: it also
    brings the newest commit there is, which another branch may have; ``announced``: the pull request tells of it.
    """

    changes: tuple[Change, ...]
    branch: int
    forced: bool
    anew: bool
    back: bool
    reused: bool
    announced: bool


def _at_times(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


SOME = st.integers(0, 5)
"""Points at something earlier; of commits and reviews the last one is ``LOST``."""
LOST = 5
"""Points at what never arrives."""
_SELDOM = st.sampled_from((False,) * 7 + (True,))
ODDLY = st.sampled_from((False, False, True))
_CLAIMS = st.tuples(st.integers(0, len(AGENTS) - 1), st.sampled_from((0, 0, 0, 1, 2)))
_SAID: dict[str, st.SearchStrategy[Any]] = {
    "sentence": st.integers(0, len(SENTENCES) - 1),
    "quote": _at_times(st.integers(0, len(SENTENCES))),
    "link": _at_times(st.integers(0, 7)),
}
FEEDBACK = st.builds(
    Words, author=st.just(MAINTAINER), command=st.just(value=True), claim=_at_times(_at_times(_CLAIMS)), **_SAID
)
SIGNED = st.builds(
    Words, author=st.sampled_from((AGENT, REVIEWER, OUTSIDER)), command=st.just(value=False), claim=_CLAIMS, **_SAID
)
PEOPLE = st.sampled_from((MAINTAINER, OUTSIDER, AGENT))
_ANYTHING = st.builds(Words, author=PEOPLE, command=st.booleans(), claim=_at_times(_CLAIMS), **_SAID)

WORDS = st.one_of(FEEDBACK, SIGNED, _ANYTHING)
SPOTS = st.builds(
    Spot,
    commit=SOME,
    path=st.sampled_from((0, 0, 1, 2)),
    on=st.sampled_from(("added", "added", "context", "removed", None)),
    side=st.sampled_from(("RIGHT", "LEFT")),
    several=st.booleans(),
)
_CHANGES = st.builds(
    Change,
    signers=st.sampled_from(((0,), (0,), (1,), (), (0, 1), (2,))),
    path=st.sampled_from((0, 0, 1, 2)),
    renames=ODDLY,
)
PUSHES = st.builds(
    Pushed,
    changes=st.lists(_CHANGES, min_size=1, max_size=3).map(tuple),
    branch=st.sampled_from((0, 0, 0, 1, 2, 2)),
    forced=ODDLY,
    anew=ODDLY,
    back=_SELDOM,
    reused=ODDLY,
    announced=st.booleans(),
)


@dataclass(frozen=True, slots=True)
class When:
    """When what is written arrives, and how long nothing happens after it (in minutes).

    ``places`` holds a digit for each part: how far before its turn it arrives, among those that have not yet.
    """

    places: int
    pause: int

    def place(self, part: int) -> int:
        """Return how far before its turn the first (0), second, … part arrives."""
        return self.places >> 4 * (part % 3) & 15


# Often there is no pause, for GitHub's times have whole seconds; at times it is longer than the window.
WHENS = st.builds(When, places=st.integers(0, 16**3 - 1), pause=st.sampled_from((1, 1, 1, 0, 0, 25 * 60)))
