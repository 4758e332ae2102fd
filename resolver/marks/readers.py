"""Which marks a text holds: trailers in commit messages; hidden comments and lines of ordinary text in all others.

In comments and bodies what stands in code or in a quote is no mark, as it is no claim (SPEC §2.1): a CommonMark parser
decides that, and it is only asked where one of the words stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from resolver import markdown, passages
from resolver.marks import claude_session, generated_with, gh_aw, trailers
from resolver.model.marks import Mark, MarkKind

MOST: Final = 50
"""Marks of one text; a squash merge holds fewer."""
_CLAIM: Final = "agents-attribution"


def of_commit(message: str) -> tuple[Mark, ...]:
    """Return the marks in a commit message, each once, in order.

    ``Agents-Run`` is none where the message carries a claim: that is judged by its signature.
    """
    marks = _each_once(_in_message(message))
    if _CLAIM in message.lower():
        return tuple(mark for mark in marks if mark.kind is not MarkKind.AGENTS_RUN)
    return marks


def of_text(text: str) -> tuple[Mark, ...]:
    """Return the marks in a comment or body, each once, in order."""
    if not any(word in text for word in (gh_aw.WORD, generated_with.WORD, claude_session.ADDRESS)):
        return ()
    return _each_once(_in_text(text))


def _in_message(message: str) -> Iterator[Mark]:
    yield from trailers.find(message)
    yield from filter(None, map(claude_session.read, claude_session.addresses(message)))
    yield from (mark for mark, _ in generated_with.find(message))


def _in_text(text: str) -> Iterator[Mark]:
    if gh_aw.WORD in text:
        found = markdown.read(text, gh_aw.WORD).comments
        yield from filter(None, (gh_aw.read(comment.content) for comment in found))
    lines = [(mark, address) for address in claude_session.addresses(text) if (mark := claude_session.read(address))]
    lines += generated_with.find(text)
    if lines:
        links = frozenset(passages.read(text).links)
        yield from (mark for mark, address in lines if address in links)


def _each_once(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(dict.fromkeys(islice(marks, MOST)))
