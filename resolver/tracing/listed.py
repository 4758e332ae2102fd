"""What a list of changed files says of one file, as GitHub gives it with a commit, comparison or pull request.

https://docs.github.com/en/rest/commits/commits
"""

from __future__ import annotations

from collections.abc import Sequence

from resolver.github.shapes import FileShape
from resolver.tracing.patches import UNCHANGED, Patch, PatchError, read

MOST_COMMITTED = 3000
"""Of how many files GitHub tells with a commit; it does not say that there are more."""
MOST_COMPARED = 300
"""Of how many files GitHub tells with a comparison; it does not say that there are more."""
MOST_SHOWN = 10_000
"""Up to how many changed lines in all a file without patch and without changed lines is believed to have none.

GitHub limits the diff of one answer to 20,000 lines and 1 MB; files behind that are said to have neither patch nor
changed lines (https://github.com/orgs/community/discussions/213491). Half of it leaves room.
https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits
"""
MOST_SHOWN_SIZE = 500_000
"""The same in characters."""

BEGAN = frozenset({"added", "copied", "renamed"})
"""How a file comes to stand under a name where none stood before."""
_KEEPS_NAME = frozenset({"modified", "changed"})
_UNTOUCHED = "unchanged"


def before(files: Sequence[FileShape], name: str, *, most: int) -> FileShape | None:
    """Return what became of the file that had a name before; None: nothing.

    Raises PatchError where the list may be cut, contradicts itself, or holds a word that is not known.
    """
    found = touching(files, name, most=most)
    if found is None:
        return None
    began = found.filename == name and found.status in BEGAN
    if began or found.status not in BEGAN | _KEEPS_NAME | {"removed"}:
        raise PatchError(f"a file was {found.status} where one stood")
    return found


def touching(files: Sequence[FileShape], name: str, *, most: int) -> FileShape | None:
    """Return what happened under a name: to the file that had it before, or has it since; None: nothing.

    Raises PatchError where the list may be cut, or contradicts itself.
    """
    found = tuple(file for file in files if name in names(file))
    if len(found) > 1:
        raise PatchError("a name is listed twice")
    if not found and len(files) >= most:
        raise PatchError("the list may not name every file")
    return found[0] if found else None


def after(files: Sequence[FileShape], name: str, *, most: int) -> FileShape | None:
    """Return how the file came about that has a name since; None: it was not touched.

    Raises PatchError where there is none by that name any more, it is a copy, or the list may be cut.
    """
    found = touching(files, name, most=most)
    if found is None:
        return None
    if found.filename != name or found.status not in {"added", "renamed"} | _KEEPS_NAME:
        raise PatchError("there is no such file any more, or a copy")
    return found


def names(file: FileShape) -> frozenset[str]:
    """Return the names under which a change shows: none for one that is none, both for a renamed file.

    Raises PatchError for a file that was renamed from what is not told.
    """
    if file.status == _UNTOUCHED:
        return frozenset()
    if file.status != "renamed":
        return frozenset({file.filename})
    if file.previous_filename is None:
        raise PatchError("a file was renamed, from what is not told")
    return frozenset({file.filename, file.previous_filename})


def patch_of(file: FileShape, files: Sequence[FileShape]) -> Patch:
    """Return the patch of a file, one of a list. Raises PatchError where it is missing, cut or malformed.

    A file that only got another name has none, and no changed lines either. A binary file says the same, but nobody
    comments on its lines.
    """
    if file.patch:
        patch = read(file.patch)
        told = (file.additions, file.deletions)
        for count, lines in zip(told, (patch.added, patch.removed), strict=True):
            if count is not None and count != len(lines):
                raise PatchError("a patch does not show all changed lines")
        return patch
    if file.status == "renamed" and file.additions == file.deletions == 0 and not may_hide(files):
        return UNCHANGED
    raise PatchError("a file has no patch")


def added_texts(file: FileShape, files: Sequence[FileShape]) -> frozenset[str]:
    """Return the texts of the lines that were added to a file, one of a list. Raises PatchError where one may miss.

    A binary file and an empty one have neither a patch nor lines.
    """
    if not file.patch and file.additions == file.deletions == 0 and not may_hide(files):
        return frozenset()
    return frozenset(patch_of(file, files).added.values())


def may_hide(files: Sequence[FileShape]) -> bool:
    """Whether a list is so large that GitHub may have left out the patches and numbers of its last files."""
    lines = sum(max((file.patch or "").count("\n"), (file.additions or 0) + (file.deletions or 0)) for file in files)
    size = sum(len(file.patch or "") for file in files)
    return lines > MOST_SHOWN or size > MOST_SHOWN_SIZE or len(files) >= MOST_COMPARED
