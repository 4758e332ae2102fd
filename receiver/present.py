"""How answers look as JSON: one writer for each thing, shared by every surface that shows it (SPEC §7).

Every field is always there, null when it is missing; times are RFC 3339 in UTC.
"""

from __future__ import annotations

from typing import Any

from receiver.artifacts import Artifact
from receiver.queries import AnswerView, FeedbackView, view_of
from resolver import times
from resolver.model.answers import Candidate, Finding
from resolver.model.deliveries import Delivery
from resolver.model.github import Revision
from resolver.model.runs import Run

Json = dict[str, Any]
"""A JSON object."""


def run_json(run: Run) -> Json:
    """Write a run."""
    return {
        "span_id": run.span_id,
        "workspace": run.workspace,
        "repository": run.repository,
        "number": run.number,
        "numbers": list(run.numbers),
        "agent_id": run.agent_id,
        "agent_name": run.agent_name,
        "backend": run.backend,
        "prompt_version_id": run.prompt_version_id,
        "prompt_ref": run.prompt_ref,
        "skill_version_ids": list(run.skill_version_ids),
        "guardrail_version_ids": list(run.guardrail_version_ids),
        "event_id": run.event_id,
        "head_sha": run.head_sha,
        "branch": run.branch,
        "trace_id": run.trace_id,
        "internal": run.internal,
        "report_id": run.report_id,
        "purpose": run.purpose,
        "started_at": times.write(run.started_at),
        "ended_at": times.write_optional(run.ended_at),
    }


def artifact_json(artifact: Artifact) -> Json:
    """Write something that a run made; a commit's kind is ``commit``."""
    return {
        "url": artifact.url,
        "kind": artifact.kind or "commit",
        "number": artifact.number,
        "confirmed": artifact.confirmed,
        "copied": artifact.copied,
        "trust": artifact.trust,
        "verified_with": artifact.verified_with,
        "verified_at": times.write_optional(artifact.verified_at),
        "posted_at": times.write_optional(artifact.posted_at),
        "author": artifact.author,
    }


def feedback_json(view: FeedbackView) -> Json:
    """Write one piece of feedback with its newest resolution."""
    feedback, state, thing = view.feedback, view.feedback.state, view.feedback.object
    position, resolution = thing.position, view.feedback.resolution
    return {
        "id": feedback.id,
        "workspace": feedback.workspace,
        "repository": feedback.repository,
        "repository_id": thing.ref.repository_id,
        "number": thing.number,
        "source": thing.ref.kind,
        "github_id": thing.ref.id,
        "url": thing.url,
        "author": thing.author.login,
        "author_association": state.author_association,
        "authorized": state.authorized,
        "status": state.status,
        "body": state.body,
        "instruction": state.instruction,
        "path": position.path,
        "line": position.line,
        "side": position.side,
        "diff_hunk": position.diff_hunk,
        "commit_sha": position.original_commit or position.commit,
        "created_at": times.write(thing.created_at),
        "updated_at": times.write(state.updated_at),
        "report_id": None,
        "resolution": None if resolution is None else answer_json(view_of(resolution, view.run)),
    }


def answer_json(view: AnswerView) -> Json:
    """Write a resolution, kept or fresh: it has the same fields either way."""
    answer = view.answer
    return {
        "confidence": answer.confidence,
        "mode": answer.mode,
        "span_id": answer.span_id,
        "run": None if view.run is None else run_json(view.run),
        "diagnostic": answer.diagnostic,
        "candidates": [candidate_json(candidate) for candidate in answer.candidates],
        "findings": [finding_json(finding) for finding in answer.findings],
        "cause": view.cause,
        "resolved_at": times.write(view.resolved_at),
    }


def candidate_json(candidate: Candidate) -> Json:
    """Write a run that the evidence admits but does not prove."""
    return {"span_id": candidate.span_id, "agent_name": candidate.agent_name, "reason": candidate.reason}


def finding_json(finding: Finding) -> Json:
    """Write one step's account."""
    return {
        "step": finding.step,
        "outcome": finding.outcome,
        "detail": finding.detail,
        "evidence": list(finding.evidence),
    }


def revision_json(revision: Revision) -> Json:
    """Write one version of a text; ``editor`` is the login of who wrote this version."""
    return {
        "body": revision.body,
        "author_association": revision.author_association,
        "editor": revision.editor.login,
        "edited": revision.edited,
        "updated_at": times.write(revision.updated_at),
    }


def delivery_json(delivery: Delivery) -> Json:
    """Write what the inbox keeps of a delivery, without its body."""
    return {
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "repository": delivery.repository,
        "repository_id": delivery.repository_id,
        "status": delivery.status,
        "error": delivery.error,
        "tries": delivery.tries,
        "received_at": times.write(delivery.received_at),
        "processed_at": times.write_optional(delivery.processed_at),
        "next_try_at": times.write_optional(delivery.next_try_at),
    }
