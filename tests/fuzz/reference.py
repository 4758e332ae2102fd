"""A second opinion on what is code, quote and comment: a whole CommonMark parser, and an HTML parser behind it.

Ours must never take for ordinary text what these show as code or a quotation. The other way round is no fault: where
ours is in doubt, nothing counts. Tables are GitHub's and no CommonMark: a text with a ``|`` is read with and without,
and once more with spaces for vertical tabs and form feeds, which only GitHub's own parser takes for space in the line
below a table's header (https://github.com/github/cmark-gfm, extensions/ext_scanners.re).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_DEEP = 1000
_COMMENT = re.compile(r"<!--(?:-?>|(.*?)--!?>)", re.DOTALL)
_DEAD = frozenset({"pre", "code", "samp", "kbd", "tt", "blockquote", "template"})
_SPACES = str.maketrans("\v\f", "  ")
_PARSERS = (
    MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEP}),
    MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEP}).enable("table"),
)


class _Shown(HTMLParser):
    """Gathers the comments and the text that no code or quotation holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.comments: list[str] = []
        self.texts: list[str] = []
        self._open = dict.fromkeys(_DEAD, 0)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Open an element; ``attrs`` is of no interest."""
        del attrs
        if tag in _DEAD:
            self._open[tag] += 1

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Open an element that looks closed: to HTML it is not."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag in _DEAD:
            self._open[tag] = max(0, self._open[tag] - 1)

    def handle_comment(self, data: str) -> None:
        """Take a comment, unless it is in code or a quotation."""
        if not any(self._open.values()):
            self.comments.append(data)

    def parse_html_declaration(self, i: int) -> int:
        """Take a declaration up to its ``>``: the library of Python 3.11 fails on some that are none."""
        if self.rawdata.startswith("<!--", i):
            return self.parse_comment(i)
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def parse_comment(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 -- the library's shape
        """Take a comment as browsers do: the library of Python 3.11 ends some of them elsewhere.

        https://html.spec.whatwg.org/multipage/parsing.html#comment-start-state
        """
        ended = _COMMENT.match(self.rawdata, i)
        if ended is None:
            return -1
        if report:
            self.handle_comment(ended[1] or "")
        return ended.end()

    def handle_data(self, data: str) -> None:
        """Take text, unless it is in code or a quotation."""
        if not any(self._open.values()):
            self.texts.append(data)


def ordinary(source: str) -> tuple[str, str]:
    """Return the comments and the text outside of code and quotations, by any of the opinions."""
    comments: list[str] = []
    texts: list[str] = []
    plain, with_tables = _PARSERS
    readings = [(plain, source)]
    if "|" in source:
        readings += [(with_tables, source), (with_tables, source.translate(_SPACES))]
    for parser, text in readings:
        shown = _Shown()
        shown.feed(parser.render(text))
        shown.close()
        comments += shown.comments
        texts += shown.texts
    return "\n".join(comments), "".join(texts)
