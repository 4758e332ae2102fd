"""A commit as a unified diff, in git's own format, from the files that GitHub lists with it.

https://git-scm.com/docs/diff-format#generate_patch_text_with_p
https://docs.github.com/en/rest/commits/commits#get-a-commit

Each file is shown whole or not at all, and what is not shown is said: applied to the tree of the commit's (first)
parent, a complete diff leads to the contents of the commit's tree. GitHub tells no modes: an executable file or a
symbolic link is shown as a plain file. Nor does it tell a binary file that was moved and changed from one that was
only moved: ``moved`` says which were.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from resolver.git_paths import quoted
from resolver.github.shapes import CommitShape, FileShape
from resolver.tracing.listed import MOST_COMMITTED, may_hide
from resolver.tracing.patches import Patch, PatchError, read

LARGEST: Final = 2**20
"""Bytes of a diff's text, in UTF-8."""
MOST_NAMED: Final = 100
"""How many files that are missing are named."""

_MOVED = frozenset({"renamed", "copied"})
_NOWHERE = "/dev/null"
_PLAIN, _SUBMODULE = "100644", "160000"
_UNREADABLE = "\ufffd"
"""What stands for bytes that are no text in UTF-8."""
_SUBPROJECT = re.compile(r"Subproject commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Diff:
    """A commit's diff. ``missing`` says in sentences what ``text`` does not show."""

    text: str
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


class _UntoldError(Exception):
    """A file cannot be shown: the message says why, to go on from its name."""


@dataclass(slots=True)
class _Page:
    """What is shown so far, and what is not."""

    largest: int
    shown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unnamed: int = 0

    def add(self, text: str) -> None:
        """Show a file, if there is room for it. Raises _UntoldError."""
        size = len(text.encode())
        if size > self.largest:
            raise _too_much()
        self.largest -= size
        self.shown.append(text)

    def miss(self, name: str, why: str) -> None:
        """Say that a file is missing."""
        if len(self.missing) < MOST_NAMED:
            self.missing.append(f"{quoted(name)} {why}.")
        else:
            self.unnamed += 1


def render(commit: CommitShape, *, moved: Collection[str] | None = None, largest: int = LARGEST) -> Diff:
    """Return the diff of a commit with all its files, of a merge against its first parent.

    ``moved`` names the files (as they are called now) that were moved and are known to be the same otherwise; without
    it GitHub is believed, which counts no changed lines for them. ``largest`` is in bytes.
    """
    files = commit.files or ()
    page, hides = _Page(largest), may_hide(files)
    for file in files:
        same = not hides and file.additions == file.deletions == 0 if moved is None else file.filename in moved
        try:
            page.add(_shown(file, same=same, room=page.largest))
        except _UntoldError as error:
            page.miss(file.filename, str(error))
    if page.unnamed:
        page.missing.append(f"{page.unnamed} more files are not shown.")
    if commit.files is None or len(files) >= MOST_COMMITTED:
        page.missing.append(f"GitHub tells of {MOST_COMMITTED:,} files at most: there may be more.")
    return Diff("".join(page.shown), tuple(page.missing))


def _shown(file: FileShape, *, same: bool, room: int) -> str:
    """Return a file's part of the diff. Raises _UntoldError."""
    if file.status == "unchanged":
        return ""
    if _UNREADABLE in file.filename + (file.previous_filename or ""):
        raise _UntoldError("has a name that is not UTF-8")
    if len(file.patch or "") > room:  # so as not to read what is not shown anyway
        raise _too_much()
    patch = _patch(file) if file.patch else None
    mode, index = _kind(file, patch)
    old, new, head = _head(file, mode, same=patch is None)
    rows = [f"diff --git {quoted(f'a/{old}')} {quoted(f'b/{new}')}", *head, *index]
    if patch is None:
        if not (same if file.status in _MOVED else _is_empty(file)):
            raise _UntoldError("has no patch at GitHub: it is binary or too large, or its lines are the same")
        return "\n".join([*rows, ""])
    if not _is_faithful(file, patch):
        raise _UntoldError("cannot be shown byte for byte: it is not UTF-8")
    rows += [f"--- {_side('a', old, file, 'added')}", f"+++ {_side('b', new, file, 'removed')}"]
    return "\n".join([*rows, (file.patch or "").removesuffix("\n"), ""])


def _patch(file: FileShape) -> Patch:
    """Read a patch, which has to hold as many lines as GitHub counts. Raises _UntoldError."""
    try:
        patch = read(file.patch or "")
    except PatchError as error:
        raise _UntoldError(f"has a patch that cannot be read: {error}") from None
    for count, lines in ((file.additions, patch.added), (file.deletions, patch.removed)):
        if count is not None and count != len(lines):
            raise _UntoldError("has a patch that does not show all its changed lines")
    return patch


def _head(file: FileShape, mode: str, *, same: bool) -> tuple[str, str, list[str]]:
    """Return a file's names before and after, and the rows that say what became of it. Raises _UntoldError."""
    name, former = file.filename, file.previous_filename
    if file.status == "added":
        return name, name, [f"new file mode {mode}"]
    if file.status == "removed":
        return name, name, [f"deleted file mode {mode}"]
    if file.status in {"modified", "changed"}:
        return name, name, []
    if file.status not in _MOVED:
        raise _UntoldError("was changed in a way that is not known here")
    if former is None:
        raise _UntoldError("was moved, GitHub does not tell from where")
    word = "rename" if file.status == "renamed" else "copy"
    return (
        former,
        name,
        [*["similarity index 100%"] * same, f"{word} from {quoted(former)}", f"{word} to {quoted(name)}"],
    )


def _kind(file: FileShape, patch: Patch | None) -> tuple[str, list[str]]:
    """Return the mode to be written, and the row that names a submodule's commits.

    A submodule shows as a file of one line that names a commit, and GitHub gives that commit as the file's ``sha``: no
    file's own id can be in the file.
    """
    if patch is None:
        return _PLAIN, []
    old, new = (_SUBPROJECT.fullmatch(text) for text in _contents(patch))
    ours = old if file.status == "removed" else new
    if ours is None or ours[1] != file.sha:
        return _PLAIN, []
    return _SUBMODULE, [] if old is None or new is None else [f"index {old[1]}..{new[1]} {_SUBMODULE}"]


def _contents(patch: Patch) -> tuple[str, str]:
    """Return what a patch shows of the old file and of the new one: all of it, of one that came or went."""
    hunks = patch.hunks
    return "".join(row for hunk in hunks for row in hunk.old()), "".join(row for hunk in hunks for row in hunk.new())


def _is_faithful(file: FileShape, patch: Patch) -> bool:
    """Whether a patch shows the bytes of a file: GitHub's text is UTF-8, whatever the file's encoding is.

    Plain ASCII is the same in all of them. A file that came or went is shown whole, and is held against its id.
    """
    text = file.patch or ""
    if text.isascii():
        return True
    if file.status in {"added", "removed"} and file.sha is not None:
        return _blob(_contents(patch)[file.status == "added"].encode(), file.sha) == file.sha
    return _UNREADABLE not in text


def _is_empty(file: FileShape) -> bool:
    """Whether a file that came or went is known to be empty."""
    return file.status in {"added", "removed"} and file.sha is not None and _blob(b"", file.sha) == file.sha


def _blob(content: bytes, like: str) -> str:
    """Return git's id of a file's content, by the same algorithm as another id.

    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
    """
    made = hashlib.sha256 if len(like) == _SHA256_LENGTH else hashlib.sha1
    return made(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _side(letter: str, name: str, file: FileShape, unless: str) -> str:
    """Name one side; git ends a name with spaces with a tab, as patch(1) does."""
    if file.status == unless:
        return _NOWHERE
    shown = quoted(f"{letter}/{name}")
    return f"{shown}\t" if " " in shown else shown


def _too_much() -> _UntoldError:
    return _UntoldError("is left out: the diff would be too large")
