"""Whether a diff is the one that a comment was written on, and which removed lines the comment's part of it shows.

GitHub sends a comment with the hunk that it stands on, from the hunk's head to the commented line (``diff_hunk``).
https://docs.github.com/en/rest/pulls/comments
"""

from __future__ import annotations

from resolver.tracing.patches import NO_NEWLINE, numbers


def shows(patch: str, hunk: str) -> bool:
    """Whether a patch has a hunk that begins with exactly some text, and goes on with another line or ends.

    The four numbers of the head and all rows are the same; what stands behind the head's second ``@@`` may differ, and
    so may a carriage return at the end of a row. A head alone shows no line.
    """
    head, *rows = _rows(hunk)
    wanted = numbers(head)
    if wanted is None or not rows:
        return False
    theirs = _rows(patch)
    for index, row in enumerate(theirs):
        # Within a hunk each row begins with its sign, so that one of a head's form is a head.
        if row.startswith("@@") and numbers(row) == wanted:
            return theirs[index + 1 : index + 1 + len(rows)] == rows
    return False


def removed_texts(hunk: str, *, first: int, last: int) -> tuple[str, ...] | None:
    """Return the texts of lines ``first`` to ``last`` of the old file, which a hunk shows as removed up to its end.

    None where it does not end with line ``last``, does not begin early enough, or shows one of them as kept: what the
    diff shows at both ends was removed by nobody, though it may have been gone in between.
    """
    head, *rows = _rows(hunk)
    begins = numbers(head)
    shown = [row for row in rows if row != NO_NEWLINE]
    if begins is None or not shown or any(row[:1] not in {" ", "-", "+"} for row in shown):
        return None
    old = [row for row in shown if row[0] != "+"]
    end = begins[0] + len(old) - 1
    if shown[-1][0] == "+" or last != end or not begins[0] <= first <= last:
        return None
    asked = old[first - begins[0] :]
    return tuple(row[1:] for row in asked) if all(row[0] == "-" for row in asked) else None


def _rows(text: str) -> list[str]:
    return [row.removesuffix("\r") for row in text.removesuffix("\n").split("\n")]
