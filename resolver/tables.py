"""GitHub's tables: a block rule, since a backtick in one cell pairs with none in another (GFM §4.10).

The library's rule is not used: it fills short rows up, which takes quadratic time, and what GitHub's parser does
otherwise is no concern of its authors. Where GitHub's may see a table and we not, or the other way round, all that
follows is a *doubt*, in which nothing counts.
"""

from __future__ import annotations

import re

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import HTML_SEQUENCES

_MARKER = r"[ \t\v\f]*+:?-++:?[ \t\v\f]*+"
_DELIMITERS = re.compile(rf"\|?{_MARKER}(?:\|{_MARKER})*+\|?[ \t\v\f]*+")
_DASHES = re.compile(r"-+")
_ITEM = re.compile(r"-(?:\s|\Z)")
_PIPE = re.compile(r"(?<!\\)\|")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_LONE_TAG = HTML_SEQUENCES[-1][0]
_SILENT = True


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Parse a table: each cell becomes an ``inline`` token, cells beyond the header's are dropped."""
    if _missed_header(state, start):
        return _doubt(state, start, end, silent=silent)
    if start + 1 >= end or state.is_code_block(start) or not _delimits(state, start + 1):
        return False
    header, delimiters = _line(state, start), _line(state, start + 1)
    columns, heading = len(_cells(header)), _DASHES.fullmatch(delimiters) is not None
    if columns != len(_cells(delimiters)) or (heading and "|" not in header):
        if not heading:
            _remember_refusal(state, start, end)
        return False
    if heading or "|" not in header or "\\\\|" in header or start < state.env.get("refused until", 0):
        return _doubt(state, start, end, silent=silent)
    if not silent:
        before, state.parentType = state.parentType, "table"
        _row(state, start, columns)
        line = start + 2
        while line < end and _goes_on(state, line, end):
            _row(state, line, columns)
            line += 1
        state.parentType = before
        state.line = line
        if line < end and state.sCount[line] >= state.blkIndent and _LONE_TAG.search(_line(state, line)):
            return _doubt(state, start, end, silent=silent)  # HTML to GitHub, a row to others
    return True


def _delimits(state: StateBlock, line: int) -> bool:
    """Whether a line may be the one below a table's header."""
    if state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    text = _line(state, line)
    return text[:1] in ("|", "-", ":") and bool(_DELIMITERS.fullmatch(text)) and not _ITEM.match(text)


def _missed_header(state: StateBlock, line: int) -> bool:
    """Whether a line may follow a header that went by as a paragraph's indented or lazy line."""
    above = line - 1
    if above < 0 or state.isEmpty(above) or not (state.is_code_block(above) or state.sCount[above] < 0):
        return False
    return _delimits(state, line) and not _DASHES.fullmatch(_line(state, line))


def _remember_refusal(state: StateBlock, start: int, end: int) -> None:
    """Keep in mind up to where GitHub finds no table: one failed header in a paragraph, and it looks for no other."""
    if start < state.env.get("refused until", 0):
        return
    line = start
    while line < end and not state.isEmpty(line):
        line += 1
    state.env["refused until"] = line


def _goes_on(state: StateBlock, line: int, end: int) -> bool:
    """Whether a line is one more row: no blank line, and no line that begins another block."""
    if state.sCount[line] < state.blkIndent or state.isEmpty(line) or state.is_code_block(line):
        return False
    text = _line(state, line)
    if _FOOTNOTE.match(text) or (text.startswith("<") and _LONE_TAG.search(text)):
        return False
    return not any(ends(state, line, end, _SILENT) for ends in state.md.block.ruler.getRules("blockquote"))


def _row(state: StateBlock, line: int, columns: int) -> None:
    text = _line(state, line)
    for cell in _cells(text)[:columns]:
        token = state.push("inline", "", 0)
        token.map = [line, line + 1]
        token.content = mdTrim(cell).replace("\\|", "|")
        token.children = []
        token.meta["doubt"] = "\\\\|" in text  # which of the two the backslash escapes is told differently


def _cells(text: str) -> list[str]:
    cells = _PIPE.split(text)
    if not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def _line(state: StateBlock, line: int) -> str:
    return mdTrim(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])


def _doubt(state: StateBlock, start: int, end: int, *, silent: bool) -> bool:
    if not silent:
        # The paragraph right above may be one with this.
        above = next((token for token in reversed(state.tokens) if token.type == "inline"), None)
        if above and above.map and above.map[1] == start:
            above.meta["doubt"] = True
        state.push("doubt", "", 0)
        state.line = end
    return True
