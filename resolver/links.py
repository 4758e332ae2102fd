"""Inline rules for what GitHub hides in links, or takes whole: addresses, titles, labels, definitions, footnotes.

A backtick there opens no code and a ``<`` no tag, so a text that holds one must be read just as GitHub does, or not
at all. These rules leave no link half understood: what can only be a link's end holds neither character and is set
aside, be it one or not; where it holds one, the rest of the block becomes a *doubt*, in which nothing counts.
The library's own rule for links is not used: it takes quadratic time on brackets.

Tokens: ``bracket`` (``[``, ``![`` or ``]``), ``link`` (what follows ``]``, its address as ``meta["url"]``),
``hidden`` (definitions, their addresses by label as ``meta["definitions"]``, or a ``meta["label"]``) and ``doubt`` (the
rest of a block; ``meta["all"]`` says that what follows it is in doubt too).
"""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

_SPACE = re.compile(r"\s*", re.ASCII)
_TEXT = re.compile(r"(?:[^\n\\`<\[\]!:w]|w(?!ww\.)|:(?!//)|!(?!\[))+")
_URL = re.compile(r"://|www\.")
_RUN = re.compile(r"[^\s<]*", re.ASCII)
_BARE = re.compile(r"[^\s<][^\s]*", re.ASCII)
_STOP = re.compile(r"\\[!-/:-@\[-`{-~]|[()\s]", re.ASCII)
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)*+)\]", re.DOTALL)
_PAIRED = re.compile(r"[^`\\<]*+(?:`[^`\\<]++`[^`\\<]*+)*+")
_TITLE = {'"': re.compile('"[^"]*"'), "'": re.compile("'[^']*'"), "(": re.compile(r"\([^()]*\)")}
_LINE_END = re.compile(r"[ \t]*(?:\n|\Z)")
_NO_PARAGRAPH = re.compile(r" {4}| *(?:\t|[0-9<]|[-+*](?:\s|\Z))")  # would begin a line that goes on with none

# An address in angle brackets that, were it a tag instead, would be one that changes nothing.
_HARMLESS = re.compile(
    r"<(?![!?]|/?(?:pre|code|blockquote|samp|kbd|tt|template|script|style|textarea|xmp|title|iframe|noembed|noframes"
    r"|plaintext)\b)[^<>\n`\"'\\]*>",
    re.IGNORECASE | re.ASCII,
)
_DEEPEST = 32  # parentheses within each other in an address; GitHub reads no more

_FOOTNOTE = re.compile(r"^[ \t]*\[\^[^\]\s]+\]:", re.MULTILINE)
_PLAIN_FOOTNOTES = re.compile(r"(?:[ \t]*\[\^[^\]\s]+\]:[ \t]+(?:[^\W\d_]|\[[^^\n])[^\n]*(?:\n|\Z))+")


def text(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Take the text up to where another rule may begin."""
    found = _TEXT.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.append_pending(found[0])
    state.pos = found.end()
    return True


def opening(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Set link reference definitions aside, which begin a paragraph (CommonMark §4.7); doubt footnotes.

    GitHub takes a footnote out of its place, shows it only when something refers to it, and begins a block with it.
    """
    if state.pos:
        return False
    if found := _FOOTNOTE.search(state.src):
        start = found.start()
        return _doubt(state, everything=_PLAIN_FOOTNOTES.fullmatch(state.src, start) is None)
    end = 0
    definitions: dict[str, str] = {}
    while label := _LABEL.match(state.src, end):
        if not state.src.startswith(":", label.end()):
            break
        start = _space(state.src, label.end() + 1)
        if state.src.startswith("<", start) and not _HARMLESS.match(state.src, start):
            return _doubt(state)
        stop = _definition_end(state.src, start)
        if stop is None:
            break
        if not _PAIRED.fullmatch(label[1]) or _odd(state.src[start:stop]):
            return _doubt(state)
        if _NO_PARAGRAPH.match(state.src, stop):
            return _doubt(state, everything=True)
        address = _HARMLESS.match(state.src, start) or _BARE.match(state.src, start)
        definitions.setdefault(label[1], address[0].strip("<>") if address else "")
        end = _space(state.src, stop)
    if not end:
        return False
    state.push("hidden", "", 0).meta["definitions"] = definitions
    state.pos = end
    return True


def url(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Doubt an address that stands in the text and runs into a backtick: GitHub takes that for a part of it."""
    found = _URL.match(state.src, state.pos)
    if found is None:
        return False
    if _swallows(state, found.start()):
        return _doubt(state)
    state.append_pending(found[0])
    state.pos = found.end()
    return True


def bracket(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001 -- the library's shape
    """Take a bracket, and what makes a link or an image of the text before a closing one."""
    source, start = state.src, state.pos
    if source[start] not in "[]!":
        return False
    token = state.push("bracket", "", 0)
    token.content = "![" if source.startswith("![", start) else source[start]
    state.pos = start + len(token.content)
    if token.content == "]" and source.startswith("(", state.pos):
        return _link(state)
    if token.content == "]" and (label := _LABEL.match(source, state.pos)):
        if not _PAIRED.fullmatch(label[1]):
            return _doubt(state)
        state.push("bracket", "", 0).content = "["
        state.push("hidden", "", 0).meta["label"] = label[1]
        state.pos = label.end() - 1
    return True


def _link(state: StateInline) -> bool:
    """Set ``(address "title")`` aside, whether or not there is a ``[`` before it; always true."""
    source, start = state.src, state.pos
    place = _space(source, start + 1)
    if source.startswith("<", place):
        angle = _HARMLESS.match(source, place)
        end = angle.end() if angle else None
    else:
        end = _bare_end(source, place)
    if end is None:
        return _doubt(state)
    address, after = source[place:end].strip("<>"), _space(source, end)
    title = _TITLE.get(source[after : after + 1]) if after > end else None
    if title and (found := title.match(source, after)):
        if found[0][-2] == "\\":  # an escaped quote: where the title ends depends on what follows
            return _doubt(state)
        after = _space(source, found.end())
    if not source.startswith(")", after):
        return True
    inside = source[start + 1 : after]
    last = max(inside.rfind("://"), inside.rfind("www."))
    if _odd(inside.lstrip()) or (last >= 0 and _swallows(state, start + 1 + last)):
        return _doubt(state)
    state.push("link", "", 0).meta["url"] = address
    state.pos = after + 1
    return True


def _bare_end(source: str, place: int) -> int | None:
    """Return where an address without angle brackets ends; None when its parentheses are too deep to say."""
    depth = 0
    for found in _STOP.finditer(source, place):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")" and depth:
            depth -= 1
        elif found[0][0] != "\\":
            return found.start()
        if depth > _DEEPEST:
            return None
    return len(source)


def _definition_end(source: str, start: int) -> int | None:
    """Return where a definition's address, and its title if it has one, end with their line; None if they do not."""
    address = _HARMLESS.match(source, start) or _BARE.match(source, start)
    if address is None:
        return None
    after = _space(source, address.end())
    title = _TITLE.get(source[after : after + 1]) if after > address.end() else None
    found = title.match(source, after) if title else None
    for part in (found, address):
        if part and (ended := _LINE_END.match(source, part.end())):
            return ended.end()
    # An escaped quote is no end of a title, but that it ends nowhere else is not looked into.
    return len(source) if found and found[0][-2] == "\\" else None


def _odd(text: str) -> bool:
    """Whether an address and title may hide something; ``](`` is there because a link may begin there instead."""
    harmless = _HARMLESS.match(text)
    rest = text[harmless.end() :] if harmless else text
    return "`" in rest or "<" in rest or "](" in rest


def _swallows(state: StateInline, start: int) -> bool:
    """Whether an address in the text takes a backtick, or the backslash of an escaped ``<``, with it."""
    if start < state.cache.get(-1, 0):  # within a run that was looked at
        return False
    run = _RUN.match(state.src, start)
    end = state.cache[-1] = run.end() if run else start
    return state.src.find("`", start, end) >= 0 or state.src.startswith("\\<", end - 1)


def _doubt(state: StateInline, *, everything: bool = False) -> bool:
    token = state.push("doubt", "", 0)
    token.content = state.src[state.pos :]
    token.meta["all"] = everything
    state.pos = state.posMax
    return True


def _space(source: str, place: int) -> int:
    found = _SPACE.match(source, place)
    return found.end() if found else place
