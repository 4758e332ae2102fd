"""What any delivery's JSON has to be, used or not: finite, and nested at most 64 deep (SPEC §3).

pydantic's parser takes ``NaN`` and 200 levels, and building the whole document to look for them would cost several
times what reading the few used fields costs. So the raw bytes are looked at, in two or three passes of C loops.
"""

from __future__ import annotations

DEEPEST = 64

_ALIKE = bytes.maketrans(b"{}", b"[]")
_REST = bytes(set(range(256)) - set(b'"[]{}NI'))
"""All but quotes, brackets, and the letters that, outside strings, stand in NaN and Infinity only."""


def is_sound(body: bytes) -> bool:
    """Say whether valid JSON is finite and shallow enough; ``faults.explain`` says what is wrong otherwise."""
    if b"\\" in body and b'\\"' in body:
        # Escaped backslashes go first, paired from the left of their run as JSON pairs them: what is left of a run
        # is a single backslash before the character that it escapes.
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Every quote left begins or ends a string. Two in a row hide nothing: without them the next step is short.
    kept = body.translate(_ALIKE, _REST).replace(b'""', b"")
    bare = b"".join(kept.split(b'"')[::2])
    return b"N" not in bare and b"I" not in bare and not _is_deep(bare)


def _is_deep(brackets: bytes) -> bool:
    """Peel off the innermost level as often as there may be levels: whatever is left then is too deep."""
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return brackets != b""
