"""Which comments and commands of a GitHub text count: those in ordinary text, as CommonMark and HTML see it.

A comment or command in code or in a quote, or behind an unclosed ``<!--``, does not count; nor does a command in a
comment, or in what a link or an image hides: address, title, alternative text (SPEC §2.1, §5.1). To tell which
place in the source a parsed piece came from, each candidate is *marked* in a copy of the text, with a character that
the text does not hold, and the copy is parsed. A mark changes nothing about how the text is read: it stands within a
comment or within a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from resolver.commonmark import parse
from resolver.raw_html import Walk

COMMAND = "/agents improve"
CLAIM = "agents-run"

# A command may touch punctuation, but is no part of a path, an escape or a longer word. `<!-->` and `<!--->` are
# whole comments. An address is taken whole, so that a command in it is none.
_CANDIDATE = re.compile(
    rf"(?P<comment><!--)(?P<empty>-?>)?"
    rf"|(?P<address>(?:://|www\.)[^\s<]*)"
    rf"|(?<![^\W_])(?<![/\\]){COMMAND}(?![^\W_])(?![-_][^\W_])"
)
_PRIVATE_USE = range(0xE000, 0xF900)


@dataclass(frozen=True, slots=True)
class Piece:
    """A place in a text, from ``start`` up to ``end``; ``content`` is a comment's inside, or the command."""

    start: int
    end: int
    content: str


@dataclass(frozen=True, slots=True)
class Ordinary:
    """The comments and commands of a text that count, each in the order in which they stand."""

    comments: tuple[Piece, ...] = ()
    commands: tuple[Piece, ...] = ()


NOTHING = Ordinary()
_SHORT = 8192
"""Characters of a text up to which what was found in it is remembered for a while."""


def read(text: str, word: str = CLAIM) -> Ordinary:
    """Find what counts in a text, in time linear in its length.

    A text that names neither the command nor a word (that of claims) is not parsed: its other comments are of no use.
    """
    if word not in text and COMMAND not in text:
        return NOTHING
    return _remembered(text) if len(text) <= _SHORT else _parsed(text)


@lru_cache(maxsize=32)
def _remembered(text: str) -> Ordinary:
    """Parse a text that is asked about twice within moments: for its claims, and for the command."""
    return _parsed(text)


def _parsed(text: str) -> Ordinary:
    marker = _absent(text)
    if marker is None:
        return NOTHING
    candidates = [found for found in _CANDIDATE.finditer(text) if not found["address"]]
    walk = Walk()
    for block in parse(_marked(text, candidates, marker)):
        walk.block(block)
    mark = re.compile(f"{marker}([0-9]+){marker}")
    begun = [found for content in walk.comments if (found := mark.match(content))]
    comments = [_comment(text, candidates[number]) for number in _numbers(begun)]
    shown = _numbers(mark.finditer("".join(walk.shown)))
    # An escaped `<!--` is shown too, but no command.
    commands = [candidates[number] for number in shown if not candidates[number]["comment"]]
    return Ordinary(tuple(comments), tuple(Piece(found.start(), found.end(), COMMAND) for found in commands))


def _absent(text: str) -> str | None:
    """Return a private-use character that the text does not hold; None when somebody took the pains to use all."""
    used = set(text)
    return next((char for char in map(chr, _PRIVATE_USE) if char not in used), None)


def _marked(text: str, candidates: list[re.Match[str]], marker: str) -> str:
    """Return the text with a numbered mark in each candidate: ``<!--1``, ``/2agents improve``."""
    parts, place = [], 0
    for number, found in enumerate(candidates):
        cut = found.end("comment") if found["comment"] else found.start() + 1
        parts += [text[place:cut], f"{marker}{number}{marker}"]
        if found["empty"]:
            parts.append("-->")
            cut = found.end()
        place = cut
    return "".join([*parts, text[place:]])


def _numbers(marks: Iterable[re.Match[str]]) -> list[int]:
    return sorted(int(found[1]) for found in marks)


def _comment(text: str, found: re.Match[str]) -> Piece:
    """Return a comment as it stands in the source: it ends at the first ``-->``, whatever block it is in."""
    inside = found.end("comment")
    if found["empty"]:
        return Piece(found.start(), found.end(), "")
    end = text.index("-->", inside)
    return Piece(found.start(), end + 3, text[inside:end])
