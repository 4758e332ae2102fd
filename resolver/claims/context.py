"""The rules that need to know where a claim was found (SPEC §2.1, the last refusals).

A claim that names no repository, or no number, differs from none: agents leave out what they do not know, such as
the number of a push to a branch.
"""

from __future__ import annotations

from collections.abc import Iterable


def workspace_refusal(claimed: str, asked: str) -> str | None:
    """Say why a claim does not count for those who ask in a workspace; None when it does."""
    return None if claimed == asked.strip() else "The claim is of another workspace."


def repository_refusal(claimed: str | None, names: Iterable[str]) -> str | None:
    """Say why a claim does not count in a repository that bears, or has borne, these names; None when it does."""
    known = [name.strip().lower() for name in names]
    if not claimed or claimed.strip().lower() in known:
        return None
    return f"The claim was made for the repository {claimed}, not for the one where it was found."


def number_refusal(claimed: int | None, found: int | None) -> str | None:
    """Say why a claim does not count on an issue or pull request of this number; None when it does.

    Whether two numbers that differ are linked (SPEC §5.4) is for the caller to say. A commit has no number.
    """
    if not claimed or not found or claimed == found:
        return None
    return f"The claim was made for number {claimed}, and was found on number {found}."
