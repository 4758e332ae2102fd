"""What GitHub's REST says of a clone's commits and comparisons: files with patches, hunks only, renames found.

https://docs.github.com/en/rest/commits/commits
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolver.github.shapes import CommitShape, FileShape, GitCommitShape, Parent, Signature
from tests.support.clone import LONG_AGO, Clone

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed"}
_COMMIT = GitCommitShape(message="", committer=Signature(date=LONG_AGO))


def files_of(clone: Clone, old: str, new: str) -> tuple[FileShape, ...]:
    """Return what changed from one commit to another."""
    named = clone.git("diff", "-M", "--name-status", "-z", old, new, "--").decode().split("\0")[:-1]
    shown = clone.git("diff", "-M", old, new, "--").decode()
    parts = re.split(r"^diff --git .*\n", shown, flags=re.MULTILINE)[1:]
    files: list[FileShape] = []
    words = iter(named)
    for part in parts:
        status = _STATUS[next(words)[0]]
        previous = next(words) if status == "renamed" else None
        hunks = re.search(r"^@@ .*", part, flags=re.MULTILINE | re.DOTALL)
        files.append(file_shape(next(words), status, hunks and hunks[0].removesuffix("\n"), previous=previous))
    return tuple(files)


def file_shape(
    name: str, status: str = "modified", patch: str | None = None, *, previous: str | None = None
) -> FileShape:
    """Make a file with a patch, and count its changed lines as GitHub does."""
    rows = (patch or "").split("\n")
    added, removed = (sum(row.startswith(sign) for row in rows) for sign in "+-")
    return FileShape(
        filename=name, status=status, previous_filename=previous, patch=patch, additions=added, deletions=removed
    )


def commit_shape(sha: str, parents: Sequence[str], files: Sequence[FileShape] | None) -> CommitShape:
    """Make a commit."""
    told = None if files is None else tuple(files)
    return CommitShape(sha=sha, commit=_COMMIT, parents=tuple(Parent(sha=parent) for parent in parents), files=told)


def shape_of(clone: Clone, sha: str) -> CommitShape:
    """Return a commit, with what it changed against its first parent."""
    parents = clone.git("rev-list", "--parents", "-n1", sha, "--").decode().split()[1:]
    return commit_shape(sha, parents, files_of(clone, parents[0], sha))
