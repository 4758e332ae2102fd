"""Which texts some quotes were taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from resolver.model.github import Text
from resolver.passages import read, unmarked

MOST_TEXTS = 2_000
"""Of how many texts of a number, the newest ones, it is looked up whether they were quoted."""
MOST_READ = 1024 * 1024
"""Characters of Markdown that are read in search of quotes: about a second's work, however long the texts are."""

_TAG_OR_TARGET = re.compile(r"<[^<>]*>|\]\([^()\s]*\)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where quotes were found.

    ``texts`` hold at least one of them, ``missing`` are the quotes that were found nowhere; ``complete`` is false when
    there was too much to read all of it, or nobody can say what GitHub shows of a text that may hold one.
    """

    texts: tuple[Text, ...]
    missing: tuple[str, ...]
    complete: bool


def sources(quotes: Iterable[str], texts: Iterable[Text]) -> Sources:
    """Look some quotes (passages, as ``resolver.passages`` reads them) up in texts, in what each says itself."""
    hints = {quote: _hint(quote) for quote in quotes}
    missing = set(hints)
    found: list[Text] = []
    left, complete = MOST_READ, True
    for text in texts:
        plain = _plain(text.body)
        hinted = [quote for quote, hint in hints.items() if hint in plain]
        if not hinted:
            continue
        left -= len(text.body)
        if left < 0:
            return Sources(tuple(found), tuple(quote for quote in hints if quote in missing), complete=False)
        passages = read(text.body)
        held = [quote for quote in hinted if quote in passages.own]
        complete = complete and (passages.whole or len(held) == len(hinted))
        missing.difference_update(held)
        found += [text] if held else []
    return Sources(tuple(found), tuple(quote for quote in hints if quote in missing), complete)


def may_hold(quotes: Iterable[str], bodies: Iterable[str]) -> bool:
    """Whether any of some texts may hold any of some quotes; never false where one does."""
    hints = [_hint(quote) for quote in quotes]
    return any(hint in plain for plain in map(_plain, bodies) for hint in hints)


def _plain(body: str) -> str:
    """Return a text without what Markdown may hold within a word; the longest word of what is shown stands there."""
    return unmarked(_TAG_OR_TARGET.sub("", body)).replace("\\", "")


def _hint(quote: str) -> str:
    """Return the longest word of a quote: a text without it need not be read as Markdown."""
    words: list[str] = _WORD.findall(quote)
    return max(words, key=len, default="")
