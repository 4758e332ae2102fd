"""What GitHub's REST says of a clone's commits and comparisons: files with patches, hunks only, renames found.

https://docs.github.com/en/rest/commits/commits
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from resolver.github.shapes import CommitShape, FileShape, GitCommitShape, Parent, Signature
from tests.support.clone import LONG_AGO, Clone

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}
FILE, PROGRAM, SUBMODULE = "100644", "100755", "160000"
"""Modes of what a tree holds, as git writes them."""
_COMMIT = GitCommitShape(message="", committer=Signature(date=LONG_AGO))


def files_of(clone: Clone, old: str, new: str) -> tuple[FileShape, ...]:
    """Return what changed from one commit to another."""
    named = clone.git("diff", "-M", "--name-status", "-z", old, new, "--").decode().split("\0")[:-1]
    shown = clone.git("diff", "-M", old, new, "--").decode()
    parts = re.split(r"^diff --git .*\n", shown, flags=re.MULTILINE)[1:]
    files: list[FileShape] = []
    words, shown_parts = iter(named), iter(parts)
    for letters in words:
        status = _STATUS[letters[0]]
        previous = next(words) if status == "renamed" else None
        hunks = re.search(r"^@@ .*", next(shown_parts), flags=re.MULTILINE | re.DOTALL)
        if status == "changed":
            # A file that became a submodule, or a link, is shown as removed and added; GitHub has no patch of it.
            next(shown_parts)
            hunks = None
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


def commit_tree(clone: Clone, entries: Mapping[str, tuple[str, str]], parents: Sequence[str] = ()) -> str:
    """Write a commit whose files have modes; return its id. Of a submodule (mode 160000) the text is a commit's id."""
    rows = ""
    for name, (mode, text) in entries.items():
        is_module = mode == SUBMODULE
        blob = text if is_module else clone.git("hash-object", "-w", "--stdin", given=text.encode()).decode().strip()
        rows += f"{mode} {'commit' if is_module else 'blob'} {blob}\t{name}\n"
    tree = clone.git("mktree", "--missing", given=rows.encode()).decode().strip()
    known_as = ("-c", "user.name=Someone", "-c", "user.email=someone@example.com")
    options = [word for parent in parents for word in ("-p", parent)]
    return clone.git(*known_as, "commit-tree", tree, *options, "-m", "A commit").decode().strip()


def shape_of(clone: Clone, sha: str) -> CommitShape:
    """Return a commit, with what it changed against its first parent."""
    parents = clone.git("rev-list", "--parents", "-n1", sha, "--").decode().split()[1:]
    return commit_shape(sha, parents, files_of(clone, parents[0], sha))
