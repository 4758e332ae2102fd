"""The walk from a question to the run: each step in its order, until one decides (SPEC §5.2).

A reply is about what it replies to; a fresh line comment is about the line; a general comment is about the pull
request or issue. What was decided is then held to the promise: ``exact`` only where the claim is signed, every
fact that was looked for was there, or GitHub was asked for it in vain, and the run is registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from resolver.evidence import Evidence
from resolver.marked import Carried, MarkPlace, candidates, decide, names_sessions
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome
from resolver.model.asking import Want
from resolver.model.marks import MarkUse
from resolver.model.runs import Trust
from resolver.policy import Policy
from resolver.ports import Facts
from resolver.query import Query
from resolver.remembered import remembered
from resolver.step import Step
from resolver.steps import (
    artifact_comment,
    artifact_linked,
    artifact_parent_comment,
    artifact_pr_context,
    artifact_quoted,
    artifact_review,
    artifact_subject,
    artifact_thread,
    commit_artifact,
    commit_file,
    direct,
    inferred,
    line_blame,
    mark_comment,
    mark_commit,
    mark_line,
    mark_parent_comment,
    mark_subject,
    unresolved,
)

NOT_ASKED = "; GitHub was not asked: "
"""What comes between a finding's own words and why GitHub could not be asked for what it lacks."""

MOST_NAMED = 20
"""How much of what one step looked at its finding names."""


def chain(policy: Policy) -> tuple[Step, ...]:
    """Return the steps in their order: the one place that states it."""
    return (
        direct.look,
        artifact_comment.look,
        artifact_parent_comment.look,
        artifact_thread.look,
        artifact_review.look,
        line_blame.look,
        commit_artifact.look,
        commit_file.look,
        artifact_quoted.look,
        artifact_linked.look,
        artifact_pr_context.look,
        artifact_subject.look,
        inferred.within(policy.window),
        unresolved.look,
    )


MARKS: tuple[tuple[str, MarkPlace], ...] = (
    (mark_comment.MODE, mark_comment.place),
    (mark_parent_comment.MODE, mark_parent_comment.place),
    (mark_line.MODE, mark_line.place),
    (mark_commit.MODE, mark_commit.place),
    (mark_subject.MODE, mark_subject.place),
)
"""Where other tools' marks are looked for, in this order, once the chain has ended without signed evidence."""


@dataclass(frozen=True, slots=True)
class Walk:
    """An answer with its findings, the keys of the facts that could change it, and what GitHub is to be asked for."""

    answer: Answer
    keys: frozenset[str]
    wants: tuple[Want, ...]


def walk(facts: Facts, policy: Policy, query: Query) -> Walk:
    """Walk the chain for a query.

    Raises StoreError when a fact cannot be read: an answer is never made from half of the evidence.
    """
    evidence = Evidence(remembered(facts), policy, query)
    findings: list[Finding] = []
    for step in chain(policy):
        evidence.begin_step()
        found = step(query, evidence)
        findings.append(_with_evidence(found.finding, evidence))
        if found.answer is not None:
            answer = _hold(found.answer, found.trust, findings, evidence)
            if policy.marks is not MarkUse.OFF and _leaves_room(answer):
                answer = _marked(query, answer, findings, evidence)
            return Walk(replace(answer, findings=tuple(findings)), frozenset(evidence.keys), evidence.wants)
    raise AssertionError("the last step of the chain always decides")


def _with_evidence(finding: Finding, evidence: Evidence) -> Finding:
    """Let a finding say why GitHub was not asked, and, where it names no evidence of its own, what was looked at."""
    if evidence.refusals:
        refused = "; ".join(dict.fromkeys(evidence.refusals))
        finding = replace(finding, detail=f"{finding.detail}{NOT_ASKED}{refused}")
    if finding.evidence:
        return finding
    looked_at = tuple(dict.fromkeys(evidence.looked_at))
    more = len(looked_at) - MOST_NAMED
    return replace(finding, evidence=(*looked_at[:MOST_NAMED], *([f"and {more} more"] if more > 0 else ())))


def _leaves_room(answer: Answer) -> bool:
    """Whether nothing signed speaks for any run: a guess by time, or no run at all and no candidate."""
    return answer.mode == inferred.MODE or (answer.span_id is None and not answer.candidates)


def _marked(query: Query, answer: Answer, findings: list[Finding], evidence: Evidence) -> Answer:
    """Look for marks, and add what they say to the findings; return the answer that they make of another."""
    seen: list[Carried] = []
    for mode, place in MARKS:
        evidence.begin_step()
        carried = place(query, evidence)
        found = decide(mode, carried, evidence)
        if found is None:
            continue
        findings.append(_with_evidence(found.finding, evidence))
        seen += carried
        if found.answer is not None:
            guessed = _guessed(answer, evidence)
            others = tuple(one for one in (*answer.candidates, *guessed) if one.span_id != found.answer.span_id)
            return _hold(replace(found.answer, candidates=others), found.trust, findings, evidence)
        if names_sessions(carried):
            break
    named = {one.span_id for one in answer.candidates} | ({answer.span_id} - {None})
    more = tuple(one for one in candidates(seen, evidence) if one.span_id is None or one.span_id not in named)
    return replace(answer, candidates=(*answer.candidates, *more))


def _guessed(answer: Answer, evidence: Evidence) -> tuple[Candidate, ...]:
    """Return the run of an answer as a candidate of a better one."""
    run = None if answer.span_id is None else evidence.run(answer.span_id)
    return () if run is None else (Candidate(run.span_id, run.agent_name, "the only one that started at that time"),)


def _hold(answer: Answer, trust: Trust, findings: list[Finding], evidence: Evidence) -> Answer:
    """Hold an answer to the promise of ``exact`` (``claimed`` as well: of known facts), and to runs that exist."""
    if answer.span_id is None:
        return answer
    if evidence.run(answer.span_id) is None:
        diagnostic = f"run {answer.span_id} is not registered"
        return replace(answer, confidence=Confidence.UNRESOLVED, diagnostic=diagnostic)
    if answer.confidence not in {Confidence.EXACT, Confidence.CLAIMED}:
        return answer
    if trust is Trust.UNSIGNED:
        return replace(answer, confidence=Confidence.INFERRED, diagnostic="the claim is not signed")
    if evidence.expected is not None:
        diagnostic = f"not {answer.confidence}: GitHub has yet to tell {evidence.expected}"
        return replace(answer, confidence=Confidence.INFERRED, diagnostic=diagnostic)
    missing = next((finding for finding in findings if finding.outcome is Outcome.UNKNOWN), None)
    if missing is not None:
        return replace(answer, confidence=Confidence.INFERRED, diagnostic=f"not {answer.confidence}: {missing.detail}")
    return answer
