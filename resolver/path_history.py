"""Who else may have written what a squashed commit holds: the commits of the pull request that it merged."""

from __future__ import annotations

from resolver.evidence import Evidence


def others_squashed(evidence: Evidence, sha: str, path: str, spans: tuple[str, ...]) -> str | None:
    """Say what leaves room for others than some runs in a commit that merged a pull request; None when nothing does."""
    numbers = [pull.number for pull in evidence.merged_as(sha)]
    shas = dict.fromkeys(other for number in numbers for other in evidence.commits_touching(path, number))
    others = [other for other in shas if other != sha and evidence.commit(other)[1].spans != spans]
    return f"{len(others)} commit(s) that it merged touched {path} too" if others else None
