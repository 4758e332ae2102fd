"""Which commit removed a line: told from the patches of the commits between where a diff begins and where it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from resolver.github.shapes import CommitShape, FileShape
from resolver.lines import as_ranges
from resolver.model.github import BlameRange
from resolver.tracing.alignments import Budget, fates
from resolver.tracing.listed import BEGAN, MOST_COMMITTED, before, patch_of, touching
from resolver.tracing.patches import Patch, PatchError, Removed, forward


def first_parents(base: str, head: str, commits: Iterable[CommitShape]) -> tuple[str, ...] | None:
    """Return the ids of the commits from ``base`` (left out) to ``head`` by first parents, oldest first.

    The commits come in any order; None when first parents do not lead from the head to the base.
    """
    known = {commit.sha: commit for commit in commits}
    way: list[str] = []
    sha = head
    while sha != base:
        # Each is taken once: a circle, which git cannot have, would end here too.
        commit = known.pop(sha, None)
        if commit is None or not commit.parents:
            return None
        way.append(sha)
        sha = commit.parents[0].sha
    return tuple(reversed(way))


def removers(
    path: str, chain: Sequence[CommitShape], *, base: str, first: int, last: int, text: str | None
) -> tuple[BlameRange, ...] | None:
    """Say which commit removed each of some lines; None when that cannot be told of all of them.

    ``chain`` leads by first parents from ``base``, where the diff begins, to the commented commit, oldest first. The
    lines are numbered as at the base; ``path`` is what their file is called at either end, at the base where it had
    that name already. ``text`` is that of the last line. As with ``git blame --reverse``, a line that was removed,
    put back and removed again was removed by the first. Of lines of one text a patch may name another than the one
    that was meant: where that would be another commit's, nothing is told.

    A commit of several parents may have taken over what another one removed, so it removes nothing for sure.
    """
    try:
        _check_linear(base, chain)
        most = sum((file.patch or "").count("\n-") for commit in chain for file in commit.files or ())
        if not 1 <= first <= last or last - first >= most:
            return None
        gone = _follow(_name_at_base(path, chain), chain, range(first, last + 1), text)
    except PatchError:
        return None
    return None if gone is None else as_ranges(gone)


def _check_linear(base: str, chain: Sequence[CommitShape]) -> None:
    expected = base
    for commit in chain:
        if not commit.parents or commit.parents[0].sha != expected:
            raise PatchError("the commits do not follow each other")
        expected = commit.sha


def _files(commit: CommitShape) -> tuple[FileShape, ...]:
    if commit.files is None:
        raise PatchError("it is not known which files a commit changed")
    return commit.files


def _touches(name: str, chain: Sequence[CommitShape]) -> list[FileShape]:
    """Return all that happened under a name, oldest first."""
    found = (touching(_files(commit), name, most=MOST_COMMITTED) for commit in chain)
    return [file for file in found if file is not None]


def _name_at_base(path: str, chain: Sequence[CommitShape]) -> str:
    """Return what a file was called at the base: as it is now where one was called so, else what it was renamed from.

    That is how git pairs files too: it takes only a file that is new for a renamed one, and only one that is gone for
    what it was renamed from. Raises PatchError where it cannot be told.
    """
    touches = _touches(path, chain)
    if not touches or not _begins(touches[0], path):
        return path
    if sum(_begins(file, path) for file in touches) > 1:
        raise PatchError("several files had the name in turn")
    name = path
    for commit in reversed(chain):
        file = touching(_files(commit), name, most=MOST_COMMITTED)
        if file is not None and _begins(file, name):
            if file.previous_filename is None or file.status != "renamed":
                raise PatchError("the file is new")
            name = file.previous_filename
    if _stands(_touches(name, chain)[-1], name):
        raise PatchError("the file is still there under its former name")
    return name


def _begins(file: FileShape, name: str) -> bool:
    return file.filename == name and file.status in BEGAN


def _stands(file: FileShape, name: str) -> bool:
    return file.filename == name and file.status != "removed"


def _follow(name: str, chain: Sequence[CommitShape], lines: range, text: str | None) -> Mapping[int, str] | None:
    """Return the commit that removed each line; None when one still stands. Raises PatchError.

    Each line is followed to where the patches say that it stands, and to wherever else it may stand: if another
    commit than the one that the patches name may have removed it, nobody did for sure.
    """
    budget = Budget()
    budget.spend(len(lines))
    standing = {line: line for line in lines}
    possible = {line: frozenset({line}) for line in lines}
    gone: dict[int, str] = {}
    for commit in chain:
        file = before(_files(commit), name, most=MOST_COMMITTED)
        if file is None:
            continue
        patch = patch_of(file, _files(commit))
        budget.spend(len(standing))
        going = _step(standing, patch)
        if going and len(commit.parents) > 1:
            raise PatchError("a merge removed it")
        if text is not None and going.get(lines[-1], text).removesuffix("\r") != text.removesuffix("\r"):
            raise PatchError("another text stood there")
        gone |= dict.fromkeys(going, commit.sha)
        possible = _elsewhere(possible, patch, going, budget)
        if file.status == "removed" and standing:
            raise PatchError("the file had fewer lines")
        if not possible:
            return gone
        name = file.filename
    return None if standing else gone


def _step(standing: dict[int, int], patch: Patch) -> Mapping[int, str]:
    """Follow lines through a patch; those that it removes are taken out, and returned with their texts."""
    going: dict[int, str] = {}
    for line, now in tuple(standing.items()):
        found = forward(patch, now)
        if isinstance(found, Removed):
            going[line] = found.text
            del standing[line]
        else:
            standing[line] = found
    return going


def _elsewhere(
    possible: Mapping[int, frozenset[int]], patch: Patch, going: Collection[int], budget: Budget
) -> dict[int, frozenset[int]]:
    """Follow lines to wherever they may stand; raises PatchError where one may go that is not ``going``."""
    budget.spend(sum(len(places) for places in possible.values()))
    told = fates(patch, frozenset(place for places in possible.values() for place in places), budget)
    following: dict[int, frozenset[int]] = {}
    for line, places in possible.items():
        if line not in going and any(told[place].removed for place in places):
            raise PatchError("it may have been removed before, or later")
        budget.spend(sum(len(told[former].places) for former in places))
        left = frozenset(place for former in places for place in told[former].places)
        if left:
            following[line] = left
    return following
