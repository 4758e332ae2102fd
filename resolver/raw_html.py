"""What is ordinary text when Markdown holds raw HTML: a walk that knows which elements are open.

CommonMark passes HTML on as it stands, so ``<pre>``, ``<code>`` and ``<blockquote>`` make code and quotes too, over
any number of Markdown blocks. Whatever is left open swallows the rest of the text: where a browser would recover
in ways of its own, nothing counts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from markdown_it.token import Token

_RAW = frozenset({"script", "style", "textarea", "xmp", "title", "iframe", "noembed", "noframes", "plaintext"})
"""Elements that hold no elements: only their own closing tag ends them."""

_CODE = frozenset({"pre", "code", "samp", "kbd", "tt"})

_DEAD = _RAW | _CODE | {"blockquote", "template"}
"""Elements whose text is code, a quotation, or not shown."""

_WITHIN_WORDS = _CODE | {"a", "b", "del", "em", "i", "ins", "mark", "q", "s", "span", "strong", "sub", "sup", "u"}
"""Elements that may begin and end within a word."""

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_QUOTE_OR_END = re.compile(r"=\s*[\"']|>")
_EMPTY_COMMENT = re.compile(r"<!---?>")
_COMMENT_END = re.compile(r"--!?>")
_DELIMITED = (("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"), ("</", ">"))


class Walk:
    """A walk through the blocks of a text in document order, that gathers what is outside any code and quote.

    ``shown`` gathers the pieces of ordinary text, with a newline between what does not belong together, ``comments``
    the insides of comments, ``links`` the addresses of links, ``definitions`` addresses by label and ``labels`` those
    that are referred to. ``unlinked`` is what is shown but for the texts of links. With ``code`` as true, code is
    ordinary too.
    """

    def __init__(self, *, code: bool = False) -> None:
        self.shown: list[str] = []
        self.comments: list[str] = []
        self.links: list[str] = []
        self.definitions: dict[str, str] = {}
        self.labels: set[str] = set()
        self.unlinked: list[str] = []
        self.swallowed = False
        self._with_code = code
        self._dead = _DEAD - _CODE if code else _DEAD
        self._quotes = 0
        self._open: Counter[str] = Counter()
        self._raw = ""
        # Of those open in this block: whether it begins an image, and how much of ``unlinked`` stands before it.
        self._brackets: list[tuple[bool, int]] = []
        self._before_text = 0
        self._images = 0
        self._after_image = False

    @property
    def counts(self) -> bool:
        """Whether what stands here is ordinary text."""
        return not (self.swallowed or self._quotes or any(self._open.values()))

    def block(self, block: Token) -> None:
        """Go through one of the tokens that ``commonmark.parse`` gives."""
        if block.type == "blockquote_open":
            self._quotes += 1
        elif block.type == "blockquote_close":
            self._quotes -= 1
        elif block.type == "html_block":
            self._html(block.content)
        elif block.type in {"fence", "code_block"}:
            self._code(block.content)
        elif block.type == "doubt":
            self.swallowed = True
        elif block.meta.get("doubt"):
            self._doubt(block.content, everything=False)
        else:
            for token in block.children or ():
                self._inline(token)
        self._brackets.clear()
        self._images = 0
        self._note("\n")

    def _inline(self, token: Token) -> None:
        match token.type:
            case "html_inline":
                # Within an image's text GitHub drops tags, and whether it is an image shows only behind it.
                self.swallowed = self.swallowed or self._images > 0
                self._html(token.content)
            case "doubt":
                self._doubt(token.content, everything=self._images > 0 or token.meta["all"])
            case "bracket":
                self._bracket(token.content)
            case "link":
                if self.counts and not (self._after_image or self._images):
                    self.links.append(token.meta["url"])
                    del self.unlinked[self._before_text :]
            case "hidden":
                self._hidden(token.meta)
            case "code_inline":
                self._code(token.content)
            case "softbreak" | "hardbreak":
                self._note("\n")
            case "text" | "text_special" | "autolink":
                self._text(token.content, escaped=token.type == "text_special")

    def _text(self, content: str, *, escaped: bool) -> None:
        """Go through text as Markdown shows it. A ``<!--`` in it is one that nothing closes."""
        shown, unclosed, _ = (content, "", "") if escaped else content.partition("<!--")
        if not self._images:
            self._note(shown)
        self.swallowed = self.swallowed or bool(unclosed)

    def _bracket(self, content: str) -> None:
        """Keep count of images: what stands between ``![`` and its ``]`` is not shown as text."""
        image = content == "!["
        if content != "]":
            self._brackets.append((image, len(self.unlinked)))
        else:
            image, self._before_text = self._brackets.pop() if self._brackets else (False, len(self.unlinked))
            self._after_image = image
        self._note("\n" if image or self._images else content)
        if image:
            self._images += 1 if content == "![" else -1

    def _hidden(self, meta: dict[str, Any]) -> None:
        if self.counts:
            self.definitions = meta.get("definitions", {}) | self.definitions
            self.labels.add(meta.get("label", ""))

    def _code(self, content: str) -> None:
        self._note(content if self._with_code else "\n")

    def _doubt(self, content: str, *, everything: bool) -> None:
        """Go by what may be code, hidden or ordinary; behind it that is known again unless a tag was in it."""
        if "<" in content or everything:
            self.swallowed = True
        else:
            self._code(content)

    def _html(self, content: str) -> None:
        """Go through HTML as it stands: tags, comments, and the text between them."""
        place = 0
        while not self.swallowed:
            start = self._next(content, place)
            if start < 0:
                self._note(content[place:])
                return
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
        if content.startswith("<!--", start):
            return self._comment(content, start)
        for opening, closing in _DELIMITED:
            if content.startswith(opening, start):
                end = content.find(closing, start + len(opening))
                return None if end < 0 else end + len(closing)
        return start + 1

    def _comment(self, content: str, start: int) -> int | None:
        self._note("\n")
        if empty := _EMPTY_COMMENT.match(content, start):
            return empty.end()
        end = _COMMENT_END.search(content, start + 4)
        # Browsers end a comment at `--!>` too, Markdown does not: then neither is believed.
        if end is None or end[0] == "--!>":
            return None
        if self.counts:
            self.comments.append(content[start + 4 : end.start()])
        return end.end()

    def _tag(self, *, name: str, closes: bool) -> None:
        if name not in _WITHIN_WORDS or name in self._dead:
            self._note("\n")
        if name not in self._dead:
            return
        # Each is closed by its own tag only: browsers reopen `code` behind a `</pre>` that cut it off.
        if closes:
            self._open[name] = max(0, self._open[name] - 1)
            self._raw = ""
        else:
            self._open[name] += 1
            self._raw = name if name in _RAW else ""

    def _note(self, text: str) -> None:
        if self.counts:
            self.shown.append(text)
            self.unlinked.append(text)


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
