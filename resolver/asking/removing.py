"""Who removed lines, asked for along the way from where a diff begins to the commented commit.

By first parents that way is straight. Where the base branch was merged into the pull request's, the diff begins at
what was merged, which first parents do not lead back to: then lines are taken through the merge, to the part of the
way on which they went.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from resolver.asking.asked import Asked
from resolver.github.shapes import CommitShape, CompareShape, FileShape
from resolver.model.github import BlameRange
from resolver.tracing.alignments import Budget, sure_places
from resolver.tracing.earlier import stood
from resolver.tracing.listed import MOST_COMPARED, before, patch_of
from resolver.tracing.patches import PatchError
from resolver.tracing.removed import first_parents, removers

LONGEST_WAY = 250
"""Of how many commits, at most, the patches are asked for."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Lines ``first`` to ``last`` of the file ``name`` at a commit, gone later; ``text`` is that of the last one."""

    name: str
    first: int
    last: int
    text: str


def who_removed(asked: Asked, gone: Gone, compared: CompareShape, *, sha: str) -> tuple[BlameRange, ...] | None:
    """Say who removed lines, of the file where a comparison begins, on the way to its end; None: it cannot be told."""
    base = compared.merge_base_commit.sha
    way = first_parents(base, sha, compared.commits)
    if way is not None:
        return _along(asked, gone, base=base, way=way)
    try:
        return _through_merge(asked, gone, compared, sha=sha)
    except PatchError:
        return None


def _along(asked: Asked, gone: Gone, *, base: str, way: tuple[str, ...]) -> tuple[BlameRange, ...] | None:
    """Say who removed lines on a straight way."""
    if len(way) > LONGEST_WAY:
        return None
    chain = [asked.shape(one) for one in way]
    known = [commit for commit in chain if commit is not None]
    if len(known) < len(chain):
        return None
    return removers(gone.name, known, base=base, first=gone.first, last=gone.last, text=gone.text)


def _through_merge(asked: Asked, gone: Gone, compared: CompareShape, *, sha: str) -> tuple[BlameRange, ...] | None:
    """Say who removed lines where what the diff begins at was merged in; told by the numbers that they had there.

    They went after that merge, or before it, on the way from where the branch began. Raises PatchError.
    """
    base = compared.merge_base_commit.sha
    commits = {commit.sha: commit for commit in compared.commits}
    way, fork = _first_parents_of(sha, commits)
    merges = [one for one in way if base in (parent.sha for parent in commits[one].parents[1:])]
    if not merges or fork is None:
        return None
    place = way.index(merges[-1])
    left = _still_there(gone, _files(asked, base, merges[-1]))
    if left is not None:
        later = _along(asked, left, base=merges[-1], way=way[place + 1 :])
        return _shifted(later, gone.first - left.first)
    origin = _at_fork(gone, _files(asked, fork, base))
    earlier = _along(asked, origin, base=fork, way=way[:place])
    return _shifted(earlier, gone.first - origin.first)


def _first_parents_of(sha: str, commits: Mapping[str, CommitShape]) -> tuple[tuple[str, ...], str | None]:
    """Return the way by first parents as far as it is the pull request's, oldest first, and where it began."""
    way: list[str] = []
    at: str | None = sha
    while at is not None and at in commits and at not in way:
        way.append(at)
        parents = commits[at].parents
        at = parents[0].sha if parents else None
    return tuple(reversed(way)), at


def _files(asked: Asked, base: str, head: str) -> tuple[FileShape, ...]:
    """Return what changed between a commit and one that holds it. Raises PatchError where that cannot be told."""
    asked.alive()
    compared = asked.github.compare(asked.place, base, head)
    if compared is None or compared.merge_base_commit.sha != base:
        raise PatchError("one commit does not lead to the other")
    return compared.files


def _still_there(gone: Gone, files: tuple[FileShape, ...]) -> Gone | None:
    """Return where lines stand after some changes; None when all of them went. Raises PatchError when only some did."""
    file = before(files, gone.name, most=MOST_COMPARED)
    if file is None:
        return gone
    now = sure_places(patch_of(file, files), range(gone.first, gone.last + 1), Budget())
    if all(place is None for place in now.values()):
        return None
    if file.status == "removed":
        raise PatchError("the file had fewer lines")
    return _moved(replace(gone, name=file.filename), now.values())


def _at_fork(gone: Gone, files: tuple[FileShape, ...]) -> Gone:
    """Return where lines stood before some changes. Raises PatchError where one of them was not there."""
    name, were = stood(files, gone.name, range(gone.first, gone.last + 1), most=MOST_COMPARED)
    return _moved(replace(gone, name=name), were.values())


def _moved(gone: Gone, places: Iterable[int | None]) -> Gone:
    """Return lines under other numbers. Raises PatchError where one is not there, or they do not follow each other."""
    lines = [place for place in places if place is not None]
    if not lines or lines != list(range(lines[0], lines[0] + gone.last - gone.first + 1)):
        raise PatchError("the lines do not stand together")
    return replace(gone, first=lines[0], last=lines[-1])


def _shifted(ranges: tuple[BlameRange, ...] | None, by: int) -> tuple[BlameRange, ...] | None:
    """Give ranges the numbers that their lines have where they were asked for."""
    if ranges is None:
        return None
    return tuple(BlameRange(one.first + by, one.last + by, one.sha) for one in ranges)
