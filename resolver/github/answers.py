"""What GitHub answered before, kept for the next time: the store implements it."""

from __future__ import annotations

from typing import Protocol


class Answers(Protocol):
    """Answers by repository and question. Each method raises StoreError when the store cannot do it.

    A question is a short text of this project's own, such as ``commit:<sha>``; at most 200 ASCII characters. A body
    is JSON of at most 4 MiB. What is kept may be thrown away at any time: it is asked for again then.
    """

    def get(self, repository_id: int, question: str) -> tuple[bytes, str | None] | None:
        """Return the body and the ETag that were kept for a question; None when nothing is."""
        ...

    def put(self, repository_id: int, question: str, body: bytes, etag: str | None) -> None:
        """Keep an answer in place of any earlier one."""
        ...
