"""What targets have in common: any bytes as a text, and claims that nobody but us can have made."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Key, Ring
from resolver.claims.write import Marks, write
from resolver.model.github import Kind
from resolver.model.runs import Carrier

NOW = datetime(2026, 10, 1, tzinfo=UTC)
RING = Ring((Key("k1", b"a secret of the fuzzer's"),))
READER = ClaimReader(RING, "default", lambda: NOW)
CARRIER = Carrier(repository_id=1, kind=Kind.ISSUE_COMMENT, key="1", posted_at=NOW)

SPANS = tuple(f"span-{number}" for number in range(6))
MARK = "\x01"
"""Stands in an input for a genuine mark: the first for that of the first span, and so on, round and round."""


def text(data: bytes) -> str:
    """Read any bytes as a text; those that are no UTF-8 become half surrogate pairs, which are in texts too."""
    return data.decode("utf-8", "surrogateescape")


def marks(span_id: str) -> Marks:
    """Sign the marks of a run."""
    return write(Claim(span_id=span_id, workspace="default", repository="acme/widgets", agent_name="coder"), RING)


_COMMENTS = tuple(marks(span).hidden_comment for span in SPANS)


def with_marks(source: str) -> str:
    """Put genuine hidden comments into a text, in the places where an input asks for them."""
    given = iter(range(source.count(MARK)))
    return re.sub(MARK, lambda _: _COMMENTS[next(given) % len(SPANS)], source)


def commit_trailer(span_id: str) -> str:
    """Return the trailer that carries the claim of a run."""
    return marks(span_id).commit_trailers.partition("\n")[0]
