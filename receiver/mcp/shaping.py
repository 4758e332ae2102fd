"""The API's answers made compact, and divided into what the service says and what people wrote.

``span_id`` and ``agent_name`` are the service's own word where a run is registered under them. A run that only a
text names may be called anything: such a name stands outside of ``untrusted`` only when it reads as an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from receiver.mcp.results import (
    AnswerBrief,
    AnswerShown,
    AnswerWords,
    CandidateShown,
    CandidateWords,
    FeedbackBrief,
    FeedbackPage,
    FeedbackShown,
    FeedbackWords,
    FindingShown,
    FindingWords,
    RunShown,
    RunWords,
    StatusSet,
)
from resolver.model.answers import Outcome

Json = Mapping[str, Any]

SHORT = 300
"""Characters of an instruction in a list; a longer one ends in an ellipsis."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def run_shown(run: Json) -> RunShown:
    """Write a run."""
    said = {name: value for name, value in run.items() if value not in (None, [], False, "")}
    branch = said.pop("branch", None)
    if said.get("numbers") == [said.get("number")]:
        del said["numbers"]
    return RunShown(**_fields(said, RunShown), untrusted=None if branch is None else RunWords(branch=branch))


def answer_brief(answer: Json) -> AnswerBrief:
    """Write an answer as lists have it: which run, and how sure that is."""
    return AnswerBrief(**_verdict({**answer, "diagnostic": None}))


def answer_shown(answer: Json) -> AnswerShown:
    """Write an answer with its evidence; steps that did not apply are left out."""
    run = answer["run"]
    findings = [finding for finding in answer["findings"] if finding["outcome"] != Outcome.NOT_APPLICABLE]
    return AnswerShown(
        **_verdict(answer),
        run=None if run is None else run_shown(run),
        candidates=[_candidate(one) for one in answer["candidates"]] or None,
        findings=[_finding(one) for one in findings] or None,
        resolved_at=answer["resolved_at"],
    )


def feedback_brief(feedback: Json) -> FeedbackBrief:
    """Write feedback as lists have it."""
    answer = feedback["resolution"]
    words = FeedbackWords(
        author=feedback["author"], instruction=_cut(feedback["instruction"] or ""), path=feedback["path"]
    )
    return FeedbackBrief(
        **_fields(feedback, FeedbackBrief),
        resolution=None if answer is None else answer_brief(answer),
        untrusted=words,
    )


def feedback_shown(feedback: Json) -> FeedbackShown:
    """Write feedback with all that is known of it."""
    answer = feedback["resolution"]
    words = FeedbackWords(
        author=feedback["author"],
        instruction=feedback["instruction"] or "",
        body=feedback["body"],
        path=feedback["path"],
        diff_hunk=feedback["diff_hunk"],
    )
    return FeedbackShown(
        **_fields(feedback, FeedbackShown),
        resolution=None if answer is None else answer_shown(answer),
        untrusted=words,
    )


def page_shown(page: Json) -> FeedbackPage:
    """Write a page."""
    return FeedbackPage(items=[feedback_brief(one) for one in page["items"]], next_cursor=page["next_cursor"])


def status_set(feedback: Json) -> StatusSet:
    """Write what became of feedback."""
    return StatusSet(**_fields(feedback, StatusSet))


def _fields(said: Json, model: type[RunShown | FeedbackBrief | StatusSet]) -> dict[str, Any]:
    """Return what a model takes over as it is."""
    own = model.model_fields.keys() - {"untrusted", "resolution"}
    return {name: value for name, value in said.items() if name in own}


def _verdict(answer: Json) -> dict[str, Any]:
    run, span_id = answer["run"], answer["span_id"]
    claimed = None if run is not None or _is_identifier(span_id) else span_id
    words = AnswerWords(diagnostic=answer["diagnostic"] or None, span_id=claimed)
    return {
        "confidence": answer["confidence"],
        "mode": answer["mode"],
        "span_id": span_id if claimed is None else None,
        "agent_name": None if run is None else run["agent_name"],
        "untrusted": words if words.written() else None,
    }


def _candidate(candidate: Json) -> CandidateShown:
    span_id = candidate["span_id"]
    named = _is_identifier(span_id)
    return CandidateShown(
        span_id=span_id if named else None,
        untrusted=CandidateWords(
            span_id=None if named else span_id, agent_name=candidate["agent_name"] or None, reason=candidate["reason"]
        ),
    )


def _finding(finding: Json) -> FindingShown:
    words = FindingWords(detail=finding["detail"], evidence=list(finding["evidence"]) or None)
    return FindingShown(step=finding["step"], outcome=finding["outcome"], untrusted=words)


def _is_identifier(name: str | None) -> bool:
    return name is None or _IDENTIFIER.fullmatch(name) is not None


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
