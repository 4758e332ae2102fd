"""Paths, as git writes them for people and for its own patches.

https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f-\U0010ffff]')
_LETTERS = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}


def quoted(path: str) -> str:
    """Write a path as git does by default: in quotes, with octal bytes, where it holds a special character."""
    return f'"{_SPECIAL.sub(_escaped, path)}"' if _SPECIAL.search(path) else path


def _escaped(found: re.Match[str]) -> str:
    letter = _LETTERS.get(found[0])
    return "".join(f"\\{byte:03o}" for byte in found[0].encode()) if letter is None else f"\\{letter}"
