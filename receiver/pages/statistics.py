"""Numbers: how much feedback came to which confidence, by what, and what would make more of it exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint

from receiver.api.parameters import StatsParameters
from receiver.api.requests import invalid
from receiver.pages.charts import Chart, chart
from receiver.pages.rendering import render
from receiver.pages.visitor import Visitor, page, read_list
from receiver.queries import MOST_STATISTICS
from resolver.model.answers import Confidence
from resolver.model.statistics import By, Count
from resolver.model.tokens import Scope

MOST = 20
"""Rows of a table."""

GAPS: Final = {
    "commit_artifact": "Commits without a claim: install the git hook where agents commit (whichrun hook install).",
    "commit_file": "Several commits touched the file: let the App read contents, so that the line's commit decides.",
    "line_blame": "Lines of unsigned or unknown commits: sign agents' commits, and let the App read contents.",
    "artifact_pr_context": "Only the pull request as a whole speaks: sign the comments and the commits on it too.",
    "artifact_subject": "Only the issue's own text speaks: sign what agents post below it as well.",
    "artifact_thread": "Unsigned comments in a thread: post each with the run's hidden comment.",
    "inferred": "Only the time speaks: no text or commit there carries a claim. Sign what agents post.",
    "mark_comment": "Another tool's mark names the run: have the run sign its texts too.",
    "mark_parent_comment": "Another tool's mark names the run: have the run sign its comments too.",
    "mark_line": "Another tool's mark names the run: install the git hook where it commits (whichrun hook install).",
    "mark_commit": "Another tool's mark names the run: install the git hook where it commits (whichrun hook install).",
    "mark_subject": "Another tool's mark names the run: have the run sign the body too.",
    "unresolved": "Nothing there carries a claim, or no run was registered: sign what agents post, and register runs.",
}
"""What closes a gap, by the step at which feedback stopped short of exact."""

blueprint = Blueprint("statistics", __name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """Feedback that is not exact because of one step, and what would change that."""

    mode: str
    count: int
    remedy: str


@blueprint.get("/statistics")
@page(Scope.FEEDBACK_READ)
def show(visitor: Visitor) -> str:
    """Show the numbers of a time, the last 30 days unless the address says otherwise."""
    query = read_list(StatsParameters)
    found = visitor.queries.statistics(query.since, query.until, more=(By.PROMPT,))
    if found is None:
        raise invalid(("since", f"is to be before `until`, and at most {MOST_STATISTICS.days} days before"))
    groups = [
        ("By agent", "agent", found.groups[By.AGENT][:MOST]),
        ("By prompt version", None, found.groups[By.PROMPT][:MOST]),
        ("By repository", "repository", found.groups[By.REPOSITORY][:MOST]),
        ("By the step that decided", None, found.groups[By.MODE][:MOST]),
    ]
    days: Chart = chart(found.groups[By.DAY], since=found.since, until=found.until)
    return render("statistics.html", found=found, groups=groups, days=days, gaps=gaps(found.groups[By.MODE]))


def gaps(modes: tuple[Count, ...]) -> list[Gap]:
    """Return where evidence is missing, the most frequent first."""
    short = [(count.key or "", count.total - count.by_confidence[Confidence.EXACT]) for count in modes]
    found = [Gap(mode, count, GAPS[mode]) for mode, count in short if count and mode in GAPS]
    return sorted(found, key=lambda gap: -gap.count)
