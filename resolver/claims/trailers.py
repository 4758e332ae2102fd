"""The trailer that carries a claim in a commit message, folded or not, anywhere in the message (SPEC §2.1, §2.2).

A folded value goes on in lines that start with white space. A squash merge indents whole messages though, so such a
line may as well be prose, or the next trailer: which lines belong to a value is decided by what decodes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from resolver.claims import base64url
from resolver.claims.block import MAX_BLOCK
from resolver.claims.jws import holds_jws

_KEY = re.compile(r"([ \t]*)agents-attribution[ \t]*:(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_CONTINUATION = re.compile(r"([ \t]+)([A-Za-z0-9_=-]+)\s*", re.ASCII)
_JWS_CONTINUATION = re.compile(r"([ \t]+)([A-Za-z0-9_.-]+)\s*", re.ASCII)
_MAX_TEXT = (MAX_BLOCK + 2) // 3 * 4  # characters of base64, padding included


def find_trailers(message: str) -> Iterator[str]:
    """Yield the value of each trailer, its lines joined.

    The lines that belong to it are those indented deeper than its key, else all that are indented, else none: the
    first of these that decodes to a JSON object, or is a JWS, counts, and the first of all when none does. Takes
    linear time: a line continues one trailer at most, and is decoded six times at most.
    """
    if "agents-attribution" not in message.lower():
        return
    lines = message.split("\n")
    for index, line in enumerate(lines):
        if key := _KEY.fullmatch(line):
            candidates = list(_candidates(key, lines, index + 1, _CONTINUATION))
            folded = _candidates(key, lines, index + 1, _JWS_CONTINUATION)
            found = next(filter(_holds_object, candidates), None) or next(filter(_is_jws, folded), None)
            yield found or candidates[0]


def _candidates(key: re.Match[str], lines: list[str], start: int, form: re.Pattern[str]) -> Iterator[str]:
    indent, first = len(key[1].expandtabs()), key[2].strip()
    continuation = []
    for index in range(start, len(lines)):
        found = form.fullmatch(lines[index])
        if found is None:
            break
        continuation.append((len(found[1].expandtabs()), found[2]))
    deeper = next((count for count, (depth, _) in enumerate(continuation) if depth <= indent), len(continuation))
    texts = [text for _, text in continuation]
    yield first + "".join(texts[:deeper])
    yield first + "".join(texts)
    yield first


def _holds_object(text: str) -> bool:
    """Whether a value decodes to a JSON object of any kind; one that is too long is not decoded."""
    if len(text) > _MAX_TEXT:
        return False
    try:
        return isinstance(json.loads(base64url.decode(text)), dict)
    except (ValueError, RecursionError):
        return False


def _is_jws(text: str) -> bool:
    """Whether a value is a whole JWS; one that is too long is not decoded."""
    return len(text) <= MAX_BLOCK and holds_jws(text)
