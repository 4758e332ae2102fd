"""How answers look as JSON: one writer for each thing, shared by every surface that shows it (SPEC §7).

Every field is always there, null when it is missing; times are RFC 3339 in UTC.
"""

from __future__ import annotations

from datetime import date, timedelta

from receiver import shapes
from receiver.artifacts import Artifact
from receiver.signals import Signal
from receiver.views import AnswerView, ChangeView, FeedbackView, view_of
from resolver import times
from resolver.model.answers import Candidate, Confidence, Finding
from resolver.model.deliveries import Delivery
from resolver.model.github import Kind, Revision
from resolver.model.runs import Run
from resolver.model.signals import COMMIT
from resolver.model.statistics import By, Count, Statistics
from resolver.model.tokens import Token


def run_json(run: Run) -> shapes.Run:
    """Write a run."""
    shown: shapes.Run = {
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
    if run.sessions:
        shown["sessions"] = list(run.sessions)
    return shown


def artifact_json(artifact: Artifact) -> shapes.Artifact:
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


def signal_json(number: int, signal: Signal) -> shapes.Signal:
    """Write something that somebody did to what a run made; ``number`` is its id."""
    seen = signal.seen
    return {
        "id": number,
        "kind": seen.kind,
        "url": signal.url,
        "subject": "commit" if seen.subject_kind == COMMIT else Kind(seen.subject_kind),
        "number": seen.number,
        "detail": seen.detail,
        "actor_id": seen.actor_id,
        "occurred_at": times.write(seen.occurred_at),
    }


def feedback_json(view: FeedbackView) -> shapes.Feedback:
    """Write one piece of feedback with its newest resolution."""
    feedback, state, thing = view.feedback, view.feedback.state, view.feedback.object
    position, resolution = thing.position, view.feedback.resolution
    shown: shapes.Feedback = {
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
        "report_id": None if feedback.report_id is None else str(feedback.report_id),
        "resolution": None if resolution is None else answer_json(view_of(resolution, view.run)),
    }
    if feedback.erased:
        shown["erased"] = True
    return shown


def answer_json(view: AnswerView) -> shapes.Resolution:
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


def candidate_json(candidate: Candidate) -> shapes.Candidate:
    """Write a run that the evidence admits but does not prove."""
    return {"span_id": candidate.span_id, "agent_name": candidate.agent_name, "reason": candidate.reason}


def finding_json(finding: Finding) -> shapes.Finding:
    """Write one step's account."""
    return {
        "step": finding.step,
        "outcome": finding.outcome,
        "detail": finding.detail,
        "evidence": list(finding.evidence),
    }


def revision_json(revision: Revision) -> shapes.Revision:
    """Write one version of a text; ``editor`` is the login of who wrote this version."""
    shown: shapes.Revision = {
        "body": revision.body,
        "author_association": revision.author_association,
        "editor": revision.editor.login,
        "edited": revision.edited,
        "updated_at": times.write(revision.updated_at),
    }
    if revision.erased:
        shown["erased"] = True
    return shown


def delivery_json(delivery: Delivery) -> shapes.Delivery:
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
        "pruned_at": times.write_optional(delivery.pruned_at),
    }


def change_json(view: ChangeView, *, place: str) -> shapes.Change:
    """Write a change of feedback; ``place`` is where it stands, as its readers name it."""
    return {
        "id": place,
        "type": f"feedback.{view.change.kind}",
        "changed_at": times.write(view.change.changed_at),
        "feedback": feedback_json(view.feedback),
    }


def stats_json(statistics: Statistics) -> shapes.Stats:
    """Write counts of feedback, days in their order."""
    days = sorted((_dated(count) for count in statistics.groups[By.DAY]), key=lambda tally: tally["key"] or "")
    return {
        "since": times.write(statistics.since),
        "until": times.write(statistics.until),
        "total": _tally(statistics.total),
        "by_agent": [_tally(count) for count in statistics.groups[By.AGENT]],
        "by_mode": [_tally(count) for count in statistics.groups[By.MODE]],
        "by_repository": [_tally(count) for count in statistics.groups[By.REPOSITORY]],
        "by_day": days,
    }


def _dated(count: Count) -> shapes.Tally:
    day = date(1970, 1, 1) + timedelta(days=int(count.key or 0))
    return {**_tally(count), "key": day.isoformat()}


def _tally(count: Count) -> shapes.Tally:
    found, total = count.by_confidence, count.total
    return {
        "key": count.key,
        "count": total,
        "exact": found[Confidence.EXACT],
        "claimed": found[Confidence.CLAIMED],
        "inferred": found[Confidence.INFERRED],
        "unresolved": found[Confidence.UNRESOLVED],
        "shares": {
            "exact": _share(found[Confidence.EXACT], total),
            "claimed": _share(found[Confidence.CLAIMED], total),
            "inferred": _share(found[Confidence.INFERRED], total),
            "unresolved": _share(found[Confidence.UNRESOLVED], total),
        },
    }


def _share(part: int, total: int) -> float:
    return round(part / total, 4) if total else 0.0


def token_json(token: Token) -> shapes.Token:
    """Write a token, without its secret."""
    return {
        "id": token.id,
        "name": token.grant.name,
        "workspace": token.grant.workspace,
        "scopes": sorted(token.grant.scopes),
        "run": token.grant.run,
        "created_at": times.write(token.created_at),
        "expires_at": times.write_optional(token.grant.expires_at),
        "revoked_at": times.write_optional(token.revoked_at),
        "last_used_at": times.write_optional(token.used_at),
    }
