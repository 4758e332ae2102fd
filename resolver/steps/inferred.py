"""Step 13: no evidence, but exactly one run worked on this number shortly before."""

from __future__ import annotations

from datetime import timedelta

from resolver.evidence import Evidence
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome
from resolver.query import Query
from resolver.step import Found, Step, inferred_run, not_applicable, nothing
from resolver.times import write

MODE = "inferred"


def within(window: timedelta) -> Step:
    """Return the step for a window before the feedback in which a run must have started."""

    def look(query: Query, evidence: Evidence) -> Found:
        if query.number is None:
            return not_applicable(MODE, "the question names no issue or pull request")
        runs = evidence.runs_in(query.number, window)
        hours = window.total_seconds() / 3600
        if not runs:
            return nothing(MODE, f"no run of number {query.number} started in the {hours:g} h before")
        if len(runs) == 1:
            return inferred_run(MODE, runs[0], f"run {runs[0].span_id} alone started in the {hours:g} h before")
        diagnostic = f"{len(runs)} runs of number {query.number} started in the {hours:g} h before"
        candidates = tuple(
            Candidate(run.span_id, run.agent_name, f"started at {write(run.started_at)}") for run in runs
        )
        finding = Finding(MODE, Outcome.DECIDED, diagnostic, tuple(f"run {run.span_id}" for run in runs))
        return Found(finding, Answer(Confidence.UNRESOLVED, MODE, None, diagnostic, candidates))

    return look
