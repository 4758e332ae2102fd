"""Who else may have written what a squashed commit holds: the commits of the pull request that it merged."""

from __future__ import annotations

from datetime import datetime

from resolver.evidence import Evidence

MOST_RENAMED = 50
"""Of how many names that a file may have had before it is looked up who touched them."""


def others_squashed(evidence: Evidence, sha: str, path: str, spans: tuple[str, ...], at: datetime) -> str | None:
    """Say what leaves room for others than some runs in a commit that merged a pull request; None when nothing does."""
    for pull in evidence.merged_as(sha):
        count = evidence.commit_count(pull.number)
        if pull.commit_count != 1 and not count.all_known(at):
            return f"it merged pull request {pull.number}, of which not every commit is known"
        former = evidence.former_names(path, MOST_RENAMED + 1, pull.number)
        if len(former) > MOST_RENAMED:
            return f"it may have renamed any of many files to {path}"
        touching = {other for name in (path, *former) for other in evidence.commits_touching(name, pull.number)}
        others = [other for other in touching - {sha} if evidence.commit(other)[1].spans != spans]
        if others:
            return f"{len(others)} commit(s) that it merged touched {path} too"
        if any(evidence.squashed(other) for other in touching - {sha}):
            return f"it merged commits that merged others' work on {path}"
    return None
