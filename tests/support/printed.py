"""Whether commands printed what a document shows.

There ``…`` stands for anything within a line and, alone on a line, for any lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

ANYTHING = "…"
_LINES = "\0"
_SPAN = re.compile(r"\b[0-9a-f]{16}\b")


def prints(shown: str, printed: str, *, known: str = "") -> bool:
    """Whether a text was printed: line by line, white space at the ends of lines aside.

    An id of a run that is in ``known`` (the commands, for instance) has to be that one. Others are another each time;
    but where one is shown twice, the same has to be printed twice.
    """
    lines = re.sub(rf"^{ANYTHING}$", _LINES, _tidy(shown), flags=re.MULTILINE)
    return re.fullmatch(_pattern(lines, known), _tidy(printed)) is not None


def holds(shown: str, printed: str) -> bool:
    """Whether so many JSON documents were printed as are shown, each with at least what is shown of it.

    An object has at least these members, a list at least these elements in this order. Raises ValueError where either
    is no JSON.
    """
    parts, wholes = _documents(shown), _documents(printed)
    return len(parts) == len(wholes) and all(map(_within, parts, wholes))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def _pattern(shown: str, known: str) -> str:
    groups: dict[str, str] = {}
    pattern, end = "", 0
    for match in _SPAN.finditer(shown):
        span = match.group()
        if span in known:
            continue
        pattern += _literally(shown[end : match.start()])
        pattern += f"(?P={groups[span]})" if span in groups else f"(?P<span{len(groups)}>[0-9a-f]{{16}})"
        groups.setdefault(span, f"span{len(groups)}")
        end = match.end()
    return pattern + _literally(shown[end:])


def _literally(text: str) -> str:
    return ".*".join(map(re.escape, text.split(ANYTHING))).replace(_LINES, r"(?:.|\n)*")


def _documents(text: str) -> list[object]:
    decoder, found, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


def _within(part: object, whole: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return _in_order(part, whole)
    if isinstance(part, str) and isinstance(whole, str):
        return re.fullmatch(_literally(part), whole) is not None
    return type(part) is type(whole) and part == whole


def _in_order(parts: Sequence[object], wholes: Sequence[object]) -> bool:
    ahead = iter(wholes)
    return all(any(_within(part, whole) for whole in ahead) for part in parts)
