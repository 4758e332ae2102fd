"""What is ordinary text when Markdown holds raw HTML: a walk that knows which elements are open.

CommonMark passes HTML on as it stands, so ``<pre>``, ``<code>`` and ``<blockquote>`` make code and quotes too, over
any number of Markdown blocks. Whatever is left open swallows the rest of the text: where a browser would recover
in ways of its own, nothing counts.
"""

from __future__ import annotations

import re
from collections import Counter

_RAW = frozenset({"script", "style", "textarea", "xmp", "title", "iframe", "noembed", "noframes", "plaintext"})
"""Elements that hold no elements: only their own closing tag ends them."""

_DEAD = _RAW | {"pre", "code", "blockquote", "samp", "kbd", "tt", "template"}
"""Elements whose text is code, a quotation, or not shown."""

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_QUOTE_OR_END = re.compile(r"=\s*[\"']|>")
_DELIMITED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"), ("</", ">"))


class Walk:
    """A walk through the pieces of a text in document order, that notes which *marks* stand where they count.

    A mark is a number between two ``marker`` characters. ``comments`` gathers the numbers of those right behind the
    ``<!--`` of a comment, ``words`` those in text: of each, what is outside any code, quote and unclosed comment.
    """

    def __init__(self, marker: str) -> None:
        self.comments: set[int] = set()
        self.words: set[int] = set()
        self.quotes = 0
        self.swallowed = False
        self._mark = re.compile(f"{marker}([0-9]+){marker}")
        self._open: Counter[str] = Counter()
        self._raw = ""

    def text(self, content: str) -> None:
        """Go through text as Markdown shows it. A ``<!--`` in it is one that nothing closes."""
        shown, unclosed, _ = content.partition("<!--")
        self._note(shown)
        self.swallowed = self.swallowed or bool(unclosed)

    def html(self, content: str) -> None:
        """Go through HTML as it stands: tags, comments, and the text between them."""
        place = 0
        while not self.swallowed:
            start = self._next(content, place)
            if start < 0:
                if not self._raw:
                    self._note(content[place:])
                return
            if not self._raw:
                self._note(content[place:start])
            end = self._piece(content, start)
            self.swallowed = end is None
            place = end or start

    def _next(self, content: str, place: int) -> int:
        """Return where the next tag or comment may begin: inside a raw element, only its closing tag."""
        if not self._raw:
            return content.find("<", place)
        closing = re.compile(rf"</{self._raw}(?=[\s/>])", re.IGNORECASE | re.ASCII).search(content, place)
        return closing.start() if closing else -1

    def _piece(self, content: str, start: int) -> int | None:
        """Go through the piece at a ``<``; return its end, or None when it has none."""
        if tag := _TAG.match(content, start):
            self._tag(name=tag[2].lower(), closes=bool(tag[1]))
            return _tag_end(content, tag.end())
        for opening, closing in _DELIMITED:
            if content.startswith(opening, start):
                end = content.find(closing, start + len(opening))
                if end < 0:
                    return None
                if opening == "<!--" and (mark := self._mark.match(content, start + 4)) and self._counts:
                    self.comments.add(int(mark[1]))
                return end + len(closing)
        return start + 1

    def _tag(self, *, name: str, closes: bool) -> None:
        if name not in _DEAD:
            return
        # Each is closed by its own tag only: browsers reopen `code` behind a `</pre>` that cut it off.
        if closes:
            self._open[name] = max(0, self._open[name] - 1)
            self._raw = ""
        else:
            self._open[name] += 1
            self._raw = name if name in _RAW else ""

    def _note(self, text: str) -> None:
        if self._counts:
            self.words.update(int(number) for number in self._mark.findall(text))

    @property
    def _counts(self) -> bool:
        return not (self.swallowed or self.quotes or any(self._open.values()))


def _tag_end(content: str, place: int) -> int | None:
    """Return the end of a tag, from behind its name: the next ``>`` outside the quotes of a value."""
    while found := _QUOTE_OR_END.search(content, place):
        if found[0] == ">":
            return found.end()
        closing = content.find(found[0][-1], found.end())
        if closing < 0:
            return None
        place = closing + 1
    return None
