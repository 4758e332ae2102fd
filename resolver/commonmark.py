"""The CommonMark parser: markdown-it-py with the rules that decide what is code, quote or HTML, kept linear.

Emphasis and entities are left out: they make nothing code, quote or comment. Links and tables have rules of their
own, in ``links`` and ``tables``. The rule for addresses in angle brackets is ours because the library's goes on to
normalise them, which fails on half surrogate pairs. Two more are replaced because they take quadratic time (4.3.0):

* ``html_inline`` reads a comment with a regular expression that searches to the end of the text again for each
  ``<!--`` that it does not close, and does not take ``--->`` for an end. CommonMark 0.31 §6.6 says that it is one.
* ``blockquote`` marks every line up to the next blank one before it parses any, and gives most of them back when
  none can continue a paragraph: 8 KiB of ``> #`` and ``b`` in turn take three seconds. The lines looked at are
  counted here, and once they are far more than the text's own, what follows is taken for a quote.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.blockquote import blockquote
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from resolver import links, tables

_MAX_NESTING = 100  # levels of lists and quotes; what is nested deeper is dropped by the library
_SILENT = True  # asks a rule whether it would match, and no more
_LOOKS_PER_LINE = 2  # a quote nested n deep looks at its lines n times
_LOOKS_FREE = 4096  # so that no short text, however nested, comes near the bound

_AUTOLINK = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\x00-\x20]*"
    r"|[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)>"
)
_EMPTY_COMMENT = re.compile(r"<!---?>")
_DECLARATION = re.compile(r"<![A-Za-z]")
_NAME = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(
    r"[ \t\n]+[A-Za-z_:][A-Za-z0-9_.:-]*"
    r"(?:[ \t\n]*=[ \t\n]*(?:[^ \t\n\"'=<>`]+|'[^']*'|\"[^\"]*\"))?"
)
_OPEN_END = re.compile(r"[ \t\n]*/?>")
_CLOSE_END = re.compile(r"[ \t\n]*>")
_DELIMITED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))


def parse(text: str) -> list[Token]:
    """Return the block tokens of a text, in document order; those of type ``inline`` hold the rest as children."""
    return _PARSER.parse(text, {})


def _bounded_blockquote(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Parse a block quote as the library does, unless the text has had too many lines looked at already."""
    if silent or state.is_code_block(start) or not _quoted(state, start):
        return blockquote(state, start, end, silent)
    left = state.env.setdefault("looks left", _LOOKS_FREE + _LOOKS_PER_LINE * state.lineMax)
    state.env["looks left"] = left - _lines_ahead(state, start, min(end, start + left))
    if state.env["looks left"] > 0:
        return blockquote(state, start, end, silent)
    state.push("blockquote_open", "blockquote", 1)
    state.push("blockquote_close", "blockquote", -1)
    state.line = end
    return True


def _quoted(state: StateBlock, line: int) -> bool:
    """Whether a line begins with ``>``; indentation is not looked at."""
    return state.src.startswith(">", state.bMarks[line] + state.tShift[line])


def _lines_ahead(state: StateBlock, start: int, end: int) -> int:
    """Count the lines that the library's rule goes through for a quote at ``start`` (never too few)."""
    before, state.parentType = state.parentType, "blockquote"
    enders = state.md.block.ruler.getRules("blockquote")
    line = start + 1
    while line < end and not state.isEmpty(line):
        inside = _quoted(state, line) and state.sCount[line] >= state.blkIndent
        if not inside and any(ends(state, line, end, _SILENT) for ends in enders):
            break
        line += 1
    state.parentType = before
    return line - start


def _autolink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Take an address in angle brackets: it may hold backticks, which are no code there (CommonMark §6.5)."""
    found = _AUTOLINK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("autolink", "", 0).content = found[0][1:-1]
    state.pos = found.end()
    return True


def _html_inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Take one piece of raw HTML: a comment, an instruction, a declaration, CDATA or a tag (CommonMark §6.6)."""
    if not state.src.startswith("<", state.pos):
        return False
    end = _html_end(state, state.pos)
    if end is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _html_end(state: StateInline, start: int) -> int | None:
    """Return where the raw HTML that begins at ``start`` ends; None when there is none."""
    source = state.src
    if empty := _EMPTY_COMMENT.match(source, start):
        return empty.end()
    for opening, closing in _DELIMITED:
        if source.startswith(opening, start):
            return _after(state, closing, start + len(opening))
    if _DECLARATION.match(source, start):
        return _after(state, ">", start + 2)
    return _tag_end(source, start)


def _after(state: StateInline, closing: str, start: int) -> int | None:
    """Return the place behind the next ``closing``; the last one is remembered, so that a miss costs nothing."""
    if state.html_terminator_last(closing) < start:
        return None
    return state.src.index(closing, start) + len(closing)


def _tag_end(source: str, start: int) -> int | None:
    """Return the end of an open or closing tag.

    Of two tags begun at different places one is always within quotes where the other is not, or within quotes of
    the other kind: no character is read for more than three tags, so that tags in the quotes of tags stay linear.
    """
    name = _NAME.match(source, start)
    if name is None:
        return None
    if source.startswith("</", start):
        closed = _CLOSE_END.match(source, name.end())
        return closed.end() if closed else None
    place = name.end()
    while attribute := _ATTRIBUTE.match(source, place):
        place = attribute.end()
    ended = _OPEN_END.match(source, place)
    return ended.end() if ended else None


def _build() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING})
    parser.core.ruler.enableOnly(["normalize", "block", "inline"])
    parser.block.ruler.enableOnly(
        ["blockquote", "code", "fence", "heading", "hr", "html_block", "lheading", "list", "paragraph", "table"]
    )
    parser.block.ruler.at("table", tables.table, {"alt": ["paragraph"]})
    parser.block.ruler.at("blockquote", _bounded_blockquote, {"alt": ["paragraph", "blockquote", "list"]})
    parser.inline.ruler.enableOnly(["autolink", "backticks", "escape", "html_inline", "newline", "text"])
    parser.inline.ruler.before("text", "opening", links.opening)
    parser.inline.ruler.at("text", links.text)
    parser.inline.ruler.after("text", "url", links.url)
    parser.inline.ruler.after("url", "bracket", links.bracket)
    parser.inline.ruler.at("autolink", _autolink)
    parser.inline.ruler.at("html_inline", _html_inline)
    parser.inline.ruler2.enableOnly([])
    return parser


_PARSER = _build()  # holds no state between texts: what a parse needs is in its own state and environment
