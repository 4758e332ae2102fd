"""Finding the blocks in a text that may be claims. Whether they are is for ``reader`` to say.

Each kind of text has one carrier: hidden comments in comments and bodies, trailers in commit messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resolver.claims.trailers import find_trailers
from resolver.markdown import CLAIM, read


@dataclass(frozen=True, slots=True)
class Block:
    """What a carrier holds, as it was written: JSON in a hidden comment, base64 in a trailer; or a JWS in either."""

    carrier: Literal["hidden_comment", "commit_trailer"]
    text: str


def scan_text(text: str) -> tuple[Block, ...]:
    """Return the blocks in a comment or body, in order: none from code, from a quote, or behind a lone ``<!--``."""
    if CLAIM not in text:
        return ()
    contents = (comment.content.strip() for comment in read(text).comments)
    prefix = f"{CLAIM}:"
    return tuple(
        Block("hidden_comment", content.removeprefix(prefix).strip())
        for content in contents
        if content.startswith(prefix)
    )


def scan_commit(message: str) -> tuple[Block, ...]:
    """Return the blocks in a commit message, in order, wherever in the message the trailers stand."""
    return tuple(Block("commit_trailer", value) for value in find_trailers(message))
