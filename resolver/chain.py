"""The walk from a question to the run: each step in its order, until one decides (SPEC §5.2).

A reply is about what it replies to; a fresh line comment is about the line; a general comment is about the pull
request or issue. What was decided is then held to the promise: ``exact`` only where the claim is signed, every
fact that was looked for was there, or GitHub was asked for it in vain, and the run is registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from resolver.evidence import Evidence
from resolver.model.answers import Answer, Confidence, Finding, Outcome
from resolver.model.asking import Want
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


def _hold(answer: Answer, trust: Trust, findings: list[Finding], evidence: Evidence) -> Answer:
    """Hold an answer to the promise of ``exact``, and to runs that exist."""
    if answer.span_id is None:
        return answer
    if evidence.run(answer.span_id) is None:
        diagnostic = f"run {answer.span_id} is not registered"
        return replace(answer, confidence=Confidence.UNRESOLVED, diagnostic=diagnostic)
    if answer.confidence is not Confidence.EXACT:
        return answer
    if trust is Trust.UNSIGNED:
        return replace(answer, confidence=Confidence.INFERRED, diagnostic="the claim is not signed")
    if evidence.expected is not None:
        diagnostic = f"not exact: GitHub has yet to tell {evidence.expected}"
        return replace(answer, confidence=Confidence.INFERRED, diagnostic=diagnostic)
    missing = next((finding for finding in findings if finding.outcome is Outcome.UNKNOWN), None)
    if missing is not None:
        return replace(answer, confidence=Confidence.INFERRED, diagnostic=f"not exact: {missing.detail}")
    return answer
