"""What a text says in ordinary words, what it quotes, and what it links to: read off its Markdown.

Two texts are compared as *passages*: their words in order, without Markdown's marks, so that what GitHub's "Quote
reply" copies is found again in what it was copied from.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from resolver.commonmark import parse
from resolver.raw_html import Walk

SHORTEST_QUOTE = 12
"""Characters; anything shorter stands in too many texts to say which one is meant."""

_MARKS = str.maketrans("", "", "*_`~[]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ALERT = re.compile(r"\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.IGNORECASE)
_LINK = re.compile(r"(?<!\w)(?i:https?)://[^\s<>()\[\]{}\"'`|\\^]{1,2000}")
_PUNCTUATION = ".,;:!?*_~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What a text holds.

    ``prose``: ordinary text only, no code, quote, tag or comment; a newline stands where something was left out, and
    between blocks. ``own``: the text's own words as a passage, code among them, quotes and comments not. ``quotes``:
    each outermost block quote as a passage of at least ``SHORTEST_QUOTE`` characters. ``links``: the http(s)
    addresses in ordinary text, each once: addresses of links first, then those that stand in the text itself.
    ``relative``: addresses of links that lead on from the page where the text stands. ``whole``: whether all of the
    text was understood, so that nothing of its own is left out.
    """

    prose: str = ""
    own: str = ""
    quotes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    whole: bool = True


@lru_cache(maxsize=32)
def read(text: str) -> Passages:
    """Read a text; any text gives passages, in time linear in its length."""
    prose, own = Walk(), Walk(code=True)
    quotes: dict[str, None] = {}
    quote, depth = Walk(code=True), 0
    blocks = parse(text)
    alert = False
    for index, block in enumerate(blocks):
        opens, closes = block.type == "blockquote_open", block.type == "blockquote_close"
        if opens and depth == 0:
            quote = Walk(code=True)
            quote.swallowed = not own.counts  # a quote that is itself hidden or left out
        depth -= closes
        if depth and not (opens or closes):
            quote.block(block)
        depth += opens
        prose.block(block)
        # What GitHub shows as an alert is written as a quote, and quotes nobody.
        begins = opens and depth == 1 and _is_alert(blocks[index + 1 : index + 3])
        ends = alert and closes and depth == 0
        alert = (alert or begins) and not ends
        if not (begins or ends):
            own.block(block)
        if closes and depth == 0 and len(passage := _passage(quote.shown)) >= SHORTEST_QUOTE:
            quotes[passage] = None
    shown = "".join(prose.shown)
    return Passages(
        prose=shown,
        own=_passage(own.shown),
        quotes=tuple(quotes),
        links=tuple(dict.fromkeys(_links([*prose.links, *_referred(prose), "".join(prose.unlinked)]))),
        relative=tuple(
            address for address in (*prose.links, *_referred(prose)) if address.startswith(("#", "/", "?", "."))
        ),
        whole=own.counts,
    )


def unmarked(text: str) -> str:
    """Return a text without Markdown's marks and characters that nobody sees, in one form of Unicode."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", html.unescape(text))).translate(_MARKS)


def _is_alert(following: Sequence[Token]) -> bool:
    """Whether the tokens behind the beginning of a quote make it an alert.

    https://docs.github.com/en/get-started/writing-on-github (alerts)
    """
    return any(token.type == "inline" and _ALERT.match(token.content) for token in following)


def _referred(walk: Walk) -> Iterator[str]:
    """Yield the addresses of the definitions that something in the text refers to: ``[text][label]``, ``[label]``."""
    labels = {_label(label) for label in walk.labels}
    shown = _label("".join(walk.shown)) if walk.definitions else ""
    for label, address in walk.definitions.items():
        if _label(label) in labels or f"[{_label(label)}]" in shown:
            yield address


def _label(text: str) -> str:
    """Return a label as CommonMark §4.7 compares it."""
    return " ".join(text.casefold().split())


def _links(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for found in _LINK.finditer(text):
            yield found[0].rstrip(_PUNCTUATION)


def _passage(pieces: Iterable[str]) -> str:
    return " ".join(unmarked("".join(pieces)).split())
