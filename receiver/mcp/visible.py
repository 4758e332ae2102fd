"""Texts as an agent may read them: no character that a person would not see.

A model reads what a browser hides. Text that is turned around, that has no width or that is spelled in invisible tags
can say to an agent what no reviewer ever saw, so each such character is written out as an escape.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that control, order or divide text and show nothing; half a surrogate pair is no character."""

_KEPT: Final = frozenset("\n\t")

_BLANK: Final = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # fillers of Hangul
    (0x17B4, 0x17B5),  # inherent vowels of Khmer
    (0x180B, 0x180F),  # Mongolian selectors
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),  # tags and further variation selectors
)
"""First and last of the other characters that fonts leave out (Unicode's ``Default_Ignorable_Code_Point``)."""


def visible(text: str) -> str:
    r"""Return a text in which each unseen character stands as an escape, such as ``\u202e``.

    Line feeds and tabs are kept; a carriage return before a line feed, as GitHub ends lines, is left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def all_visible(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON in which each text and each name is ``visible``; fields that are null are left out."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [all_visible(part) for part in value]
    if isinstance(value, dict):
        return {visible(name): all_visible(part) for name, part in value.items() if part is not None}
    return value


def is_unseen(character: str) -> bool:
    """Say whether a character shows nothing, or moves what stands beside it."""
    if character in _KEPT:
        return False
    code = ord(character)
    return unicodedata.category(character) in _UNSEEN or any(first <= code <= last for first, last in _BLANK)


def _shown(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii") if is_unseen(character) else character
