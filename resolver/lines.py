"""Which lines of a file a comment is about."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from resolver.hunks import RIGHT, Change, commented, last_line
from resolver.model.github import BlameRange, Lines, Position


class Share(enum.Enum):
    """How many of the commented lines a diff changed."""

    ALL = enum.auto()
    SOME = enum.auto()
    NONE = enum.auto()


def commented_lines(repository_id: int, position: Position) -> Lines | None:
    """Return the lines that a comment was written on; None for a comment on a whole file, or on none.

    GitHub moves ``line`` and ``commit_id`` along with later pushes and nulls them when the line is gone, so the
    original ones count where they are given. Of a comment that begins among the removed lines and ends among the
    added ones, only the last line has a number on the side where it ends.
    https://docs.github.com/en/rest/pulls/comments
    """
    if position.path is None or position.subject_type == "file":
        return None
    original = position.original_commit is not None and position.original_line is not None
    sha = position.original_commit if original else position.commit or position.original_commit
    first = position.original_start_line if original else position.start_line
    last = position.original_line if original else position.line
    if sha is None or last is None:
        return None
    side = position.side or RIGHT
    if first is None or first > last or not _begins_there(position, side):
        first = last
    hunk = position.diff_hunk
    return Lines(repository_id, sha, position.path, side, first, last, last_line(hunk), hunk)


def changed(repository_id: int, position: Position) -> Share | None:
    """Say how many of the commented lines the diff changed; None where it does not show them."""
    if position.subject_type == "file":
        return None
    lines = commented_lines(repository_id, position)
    side = position.side or RIGHT
    count = 1 if lines is None else lines.last - lines.first + 1
    changes = commented(position.diff_hunk, side=side, count=count)
    if not changes:
        return None
    if covers_two_sides(position) or len(changes) < count:
        return Share.SOME
    if Change.CONTEXT not in changes:
        return Share.ALL
    return Share.NONE if set(changes) == {Change.CONTEXT} else Share.SOME


def covers_two_sides(position: Position) -> bool:
    """Whether a comment begins among the removed lines and ends among the others."""
    return not _begins_there(position, position.side or RIGHT)


def cover(ranges: tuple[BlameRange, ...], lines: Lines) -> bool:
    """Whether some ranges, which come in order and do not overlap, cover all of some lines."""
    following = lines.first
    for one in ranges:
        if one.first > following:
            return False
        following = max(following, one.last + 1)
    return following > lines.last


def as_ranges(commits: Mapping[int, str]) -> tuple[BlameRange, ...]:
    """Put lines of one commit that follow each other together; ``commits`` has the commit of each line."""
    ranges: list[BlameRange] = []
    for line, sha in sorted(commits.items()):
        if ranges and ranges[-1].sha == sha and ranges[-1].last == line - 1:
            ranges[-1] = BlameRange(ranges[-1].first, line, sha)
        else:
            ranges.append(BlameRange(line, line, sha))
    return tuple(ranges)


def _begins_there(position: Position, side: str) -> bool:
    return position.start_side is None or position.start_side == side
