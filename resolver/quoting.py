"""Which texts some quotes were taken from."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

from resolver.model.github import Text
from resolver.passages import read

MOST_TEXTS = 2_000
"""Of how many texts of a number, the newest ones, it is looked up whether they were quoted."""
MOST_READ = 1024 * 1024
"""Characters of Markdown that are read in search of quotes: about a second's work, however long the texts are."""

_DROP = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where quotes were found.

    ``texts`` hold at least one of them, ``missing`` are the quotes that were found nowhere; ``complete`` is false when
    there was too much to read all of it.
    """

    texts: tuple[Text, ...]
    missing: tuple[str, ...]
    complete: bool


def sources(quotes: Iterable[str], texts: Iterable[Text]) -> Sources:
    """Look some quotes (passages, as ``resolver.passages`` reads them) up in texts, in what each says itself."""
    hints = {quote: _hint(quote) for quote in quotes}
    missing = set(hints)
    found: list[Text] = []
    left = MOST_READ
    for text in texts:
        plain = text.body.translate(_DROP)
        hinted = [quote for quote, hint in hints.items() if hint in plain]
        if not hinted:
            continue
        left -= len(text.body)
        if left < 0:
            return Sources(tuple(found), tuple(quote for quote in hints if quote in missing), complete=False)
        own = read(text.body).own
        held = [quote for quote in hinted if quote in own]
        missing.difference_update(held)
        found += [text] if held else []
    return Sources(tuple(found), tuple(quote for quote in hints if quote in missing), complete=True)


def may_hold(quotes: Iterable[str], bodies: Iterable[str]) -> bool:
    """Whether any of some texts may hold any of some quotes; never false where one does."""
    hints = [_hint(quote) for quote in quotes]
    return any(hint in plain for plain in (body.translate(_DROP) for body in bodies) for hint in hints)


def _hint(quote: str) -> str:
    """Return the longest word of a quote: a text without it need not be read as Markdown."""
    words: list[str] = _WORD.findall(quote.translate(_DROP))
    return max(words, key=len, default="")
