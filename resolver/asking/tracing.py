"""Lines that GitHub's blame alone does not explain: removed ones, and those that a squash merge brought.

GitHub tells who last changed a line that is there. Who removed one is read off the patches of the commits between; of
a line that a squash merge brought, where it stands at the head of the pull request, whose blame names its writer.
"""

from __future__ import annotations

from collections.abc import Mapping

from resolver.asking.asked import Asked, given
from resolver.asking.removing import LONGEST_WAY, Gone, who_removed
from resolver.github.shapes import CommitShape, FileShape
from resolver.hunks import LEFT, RIGHT
from resolver.lines import as_ranges
from resolver.model.asking import Want
from resolver.model.github import Blame, BlameRange, Lines, Origin
from resolver.observe.observation import Observation
from resolver.tracing.earlier import stood
from resolver.tracing.listed import MOST_COMMITTED
from resolver.tracing.patches import PatchError
from resolver.tracing.removed import first_parents
from resolver.tracing.shown import removed_texts, shows
from resolver.tracing.squashes import Squashed, squashed_lines


def removed(asked: Asked, want: Want) -> Observation | None:
    """Tell who removed lines on the way from where the pull request begins to the commented commit.

    The want's ``text`` is the part of the diff that the comment shows. Where the diff between the two commits has no
    such part, it does not begin where the comment's did: its numbers would be those of other lines.
    """
    sha, path, first, last = _where(want)
    hunk = given(want.text)
    texts = removed_texts(hunk, first=first, last=last)
    compared = None if texts is None else asked.github.compare(asked.place, given(want.base), sha)
    if texts is None or compared is None:
        return None
    file = _changed(path, compared.files)
    if file is None or not shows(file.patch or "", hunk):
        return None
    gone = Gone(_former_name(file), first, last, texts[-1])
    ranges = who_removed(asked, gone, compared, sha=sha)
    if ranges is None:
        return None
    return Observation(blames=(Blame(want.repository_id, sha, path, LEFT, ranges, hunk),))


def squashed(asked: Asked, want: Want) -> Observation | None:
    """Tell which commits of a pull request wrote lines that are blamed on the squash merge of it."""
    sha, path, first, last = _where(want)
    merge, number = given(want.base), given(want.number)
    pull, squash = asked.github.pull(asked.place, number), asked.shape(merge)
    since = _since(asked, merge, sha)
    files = None if pull is None else asked.github.pull_files(asked.place, number, pull.head.sha)
    if pull is None or squash is None or since is None or files is None:
        return None
    also = _blamed_on(asked, sha, path, merge)
    lines = range(first, last + 1)
    there = squashed_lines(path, lines, squash=squash, since=since, pull_files=files, also=also)
    if there is None:
        there = _step_by_step(asked, want, squash=squash, pull_files=files)
    if there is None:
        return None
    blamed = asked.github.blame(asked.place, pull.head.sha, there.path)
    own = {one.sha for page in asked.github.pull_commits(asked.place, number) for one in page}
    ranges = None if blamed is None else _origins(there, blamed, own)
    commits = None if ranges is None else asked.commits(tuple(dict.fromkeys(one.sha for one in ranges)))
    if ranges is None or commits is None:
        return None
    return Observation(commits=commits, origins=(Origin(want.repository_id, sha, path, merge, ranges),))


def _changed(path: str, files: tuple[FileShape, ...]) -> FileShape | None:
    """Return what a diff says of a file, by its name at the end, or else where the diff begins."""
    named = (one for one in files if one.filename == path)
    renamed = (one for one in files if one.status == "renamed" and one.previous_filename == path)
    return next(named, None) or next(renamed, None)


def _former_name(file: FileShape) -> str:
    """Return what a file was called where the diff begins, as far as the whole diff says."""
    return (file.previous_filename if file.status == "renamed" else None) or file.filename


def _where(want: Want) -> tuple[str, str, int, int]:
    """Return the commit, the path, and the first and last of the lines."""
    return given(want.sha), given(want.path), given(want.first), given(want.last)


def _since(asked: Asked, squash: str, sha: str) -> tuple[FileShape, ...] | None:
    """Return the files that changed between a squash merge and a commit that holds it; None where it does not.

    None as well where nothing differs between two commits: what was changed and changed back is not seen.
    """
    if sha == squash:
        return ()
    compared = asked.github.compare(asked.place, squash, sha)
    if compared is None or compared.merge_base_commit.sha != squash:
        return None
    return compared.files or None


def _step_by_step(
    asked: Asked, want: Want, *, squash: CommitShape, pull_files: tuple[FileShape, ...]
) -> Squashed | None:
    """Follow lines back to a squash merge through each commit since, where the whole difference tells too little.

    A file that was renamed, and then rewritten, shows as a new one there.
    """
    sha, path, first, last = _where(want)
    compared = asked.github.compare(asked.place, squash.sha, sha)
    way = None if compared is None else first_parents(squash.sha, sha, compared.commits)
    if way is None or len(way) > LONGEST_WAY:
        return None
    places = {line: line for line in range(first, last + 1)}
    try:
        for one in reversed(way):
            path, places = _one_step_back(asked.shape(one), path, places)
    except PatchError:
        return None
    there = squashed_lines(path, places.values(), squash=squash, since=(), pull_files=pull_files)
    if there is None:
        return None
    return Squashed(there.path, {line: there.lines[place] for line, place in places.items()})


def _one_step_back(commit: CommitShape | None, path: str, places: Mapping[int, int]) -> tuple[str, dict[int, int]]:
    """Return what a file was called before a commit, and where lines stood. Raises PatchError where one was not."""
    if commit is None or commit.files is None:
        raise PatchError("a commit is not known")
    name, were = stood(commit.files, path, places.values(), most=MOST_COMMITTED)
    return name, {line: were[place] for line, place in places.items()}


def _blamed_on(asked: Asked, sha: str, path: str, squash: str) -> tuple[int, ...]:
    """Return the lines of a file that are blamed on the squash merge, as far as that is known."""
    with asked.facts() as facts:
        whole = facts.blame(Lines(asked.place.id, sha, path, RIGHT, 1, 2**31 - 1))
    return tuple(line for one in whole if one.sha == squash for line in range(one.first, one.last + 1))


def _origins(squashed_from: Squashed, blamed: tuple[BlameRange, ...], own: set[str]) -> tuple[BlameRange, ...] | None:
    """Say which of a pull request's own commits wrote each line; None where one is not of its own."""
    writers: dict[int, str] = {}
    for line, there in squashed_from.lines.items():
        writer = next((one.sha for one in blamed if one.first <= there <= one.last), None)
        if writer is None or writer not in own:
            return None
        writers[line] = writer
    return as_ranges(writers)
