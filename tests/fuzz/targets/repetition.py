"""Time: whatever is repeated over 8 KiB, every scanner comes to its end (SPEC §2.1).

What is linear takes a second at most, under a fuzzer and all; what is not takes minutes. It is the processor's time
that counts: the machine may be busy.
"""

from __future__ import annotations

import time

from resolver import passages
from resolver.claims.scan import scan_commit
from resolver.markdown import read
from tests.fuzz.given import text
from tests.fuzz.targets import comments
from tests.support.steps import fill

LONGEST = 40
WORDS = comments.WORDS
SEEDS = ("> #\nb\n", "|a|\n|-|\n", "<a x='<a y=\"' z='", "[a](b 'c') ", "> - `<!-- <a b='\n", " e30\n")
_LENGTH = 8192
_ENDLESS = 30.0
"""Seconds of a processor, after which a text is taken for one that nobody could read."""


def check(data: bytes) -> None:
    """Each scanner reads to the end."""
    if unit := text(data[:LONGEST]):
        given = fill(unit, _LENGTH)
        begun = time.process_time()
        read(given)
        passages.read(given)
        scan_commit(given)
        assert time.process_time() - begun < _ENDLESS, f"to read {unit!r} again and again takes too long"
