"""Patches and diffs: read whole or refused, lines that are followed there and back, and a diff that adds up."""

from __future__ import annotations

import contextlib

from pydantic import ValidationError

from resolver import diffs, hunks
from resolver.git_paths import quoted
from resolver.github.shapes import CommitShape
from resolver.tracing.patches import Patch, PatchError, backward, forward, read, turned
from tests.fuzz.given import text

WORDS = (
    "@@ -1 +1 @@",
    "@@ -0,0 +1,2 @@",
    "@@ -1,2 +0,0 @@",
    "\n-",
    "\n+",
    "\n ",
    "\\ No newline at end of file",
    "\r",
    "\u2028",
)
SEEDS = (
    "@@ -1 +1 @@\n-a\n+b", "@@ -0,0 +1 @@\n+a\n\\ No newline at end of file",
    "@@ -1,2 +1 @@\n a\n-b\n@@ -9 +8,2 @@\n c\n+d",
    "@@ -1,3 +1,3 @@\n-a\n+b\n c\n-d\n\\ No newline at end of file\n+d",
    "@@ -0,0 +1 @@\n+Subproject commit " + "0" * 40,
)  # fmt: skip
_STATUSES = ("added", "removed", "modified", "renamed", "copied", "changed", "unchanged", "other")
_LARGEST = 4096


def check(data: bytes) -> None:
    """A patch is followed both ways alike; a commit's diff is bounded, and tells each file or says that it does not."""
    given = text(data)
    with contextlib.suppress(PatchError):
        _follow(read(given))
    hunks.commented(given, side=hunks.LEFT, count=3)
    hunks.last_line(given)
    _render(given, data)


def _follow(patch: Patch) -> None:
    back = turned(patch)
    assert turned(back) == patch
    for line in range(1, 30):
        there = forward(patch, line)
        if isinstance(there, int) and there > 0:
            assert backward(patch, there) == line
            assert forward(back, there) == line


def _render(given: str, data: bytes) -> None:
    number = data[0] if data else 0
    name, lines = given.partition("\n")[0][:60], given.split("\n")
    file = {
        "filename": name, "status": _STATUSES[number % 8], "patch": given, "sha": "0" * 40,
        "additions": sum(line.startswith("+") for line in lines), "previous_filename": "a b" if number % 3 else None,
        "deletions": sum(line.startswith("-") for line in lines),
    }  # fmt: skip
    with contextlib.suppress(UnicodeError):
        quoted(name)
    commit = {
        "sha": "1" * 40, "commit": {"message": "m", "committer": {"date": "2026-10-01T00:00:00Z"}}, "parents": [],
        "files": [file],
    }  # fmt: skip
    with contextlib.suppress(ValidationError):
        shape = CommitShape.model_validate(commit, strict=False)
        told = diffs.render(shape, largest=_LARGEST)
        assert len(told.text.encode()) <= _LARGEST
        assert told.text or told.missing or file["status"] == "unchanged"
