"""How long texts take to be scanned that were written to be slow: 64 KiB of each, and twice as much."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from resolver.claims.reader import ClaimReader
from resolver.claims.ring import parse_ring
from resolver.model.github import Kind
from resolver.model.runs import Carrier

SIZE = 64 * 1024
TAKES = 3
MARK = "<!-- agents-run: {"

HOSTILE = {
    "comments that never end": MARK,
    "comments of white space": MARK + " " * 200,
    "comments that hold no JSON": f"{MARK} -->\n\n",
    "nested JSON": f"{MARK}" + '"a":{' * 100,
    "brackets": f"{MARK}-->" + "[" * 200,
    "backticks of growing length": f"{MARK}-->" + " ".join("`" * length for length in range(1, 20)),
    "nested quotes": f"\n{'> ' * 60}{MARK}",
    "nested lists": f"\n{'- ' * 60}{MARK}",
    "open fences": f"\n```\n{MARK}",
    "emphasis and links": f"{MARK}-->*_[a](<b*_",
}


def figures() -> Iterator[tuple[str, float, float]]:
    """Yield each text's name, and the seconds for 64 KiB and for 128 KiB of it, the best of three takes."""
    for name, piece in HOSTILE.items():
        yield name, _seconds(piece, SIZE), _seconds(piece, 2 * SIZE)


def _seconds(piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    reader = ClaimReader(parse_ring("secret", name="ring"), "default", lambda: moment)
    carrier = Carrier(1, Kind.ISSUE_COMMENT, "1", moment)
    takes = []
    for _ in range(TAKES):
        begun = time.perf_counter()
        reader.read_text(text, carrier)
        takes.append(time.perf_counter() - begun)
    return min(takes)
