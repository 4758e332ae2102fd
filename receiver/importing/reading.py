"""What a row of another tool becomes, by the same rules as for callers of the API. Misfits raise UnfitError."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from receiver.api.bodies import Body, NewRun, QuestionBody
from resolver import times
from resolver.ask import Question
from resolver.claims.context import repository_refusal, workspace_refusal
from resolver.claims.reader import ClaimReader
from resolver.claims.scan import Block
from resolver.errors import ClaimError, UnfitError
from resolver.importing import given_at, named_by, read_time, repository_of, workspace_of
from resolver.model.github import Kind
from resolver.model.imported import OldArtifact, OldFeedback, OldRun

BodyT = TypeVar("BodyT", bound=Body)

_ID_FIELDS = {
    Kind.ISSUE_COMMENT: "issue_comment_id",
    Kind.REVIEW: "review_id",
    Kind.REVIEW_COMMENT: "review_comment_id",
}


def run_of(row: OldRun) -> NewRun:
    """Return the run as its agent would register it (``POST /v1/runs``)."""
    said = {
        "span_id": row.span_id,
        "repository": repository_of(row),
        "agent_name": row.agent_name,
        "number": row.issue_or_pr_number,
        "agent_id": row.agent_id,
        "backend": row.backend_name or row.backend_id,
        "prompt_version_id": row.prompt_version_id,
        "prompt_ref": row.prompt_ref,
        "skill_version_ids": _listed(row.skill_version_ids),
        "guardrail_version_ids": _listed(row.guardrail_version_ids),
        "event_id": row.event_id,
        "head_sha": row.head_sha,
        "branch": row.branch,
        "started_at": times.write(read_time(row.created_at)),
    }
    return _fitting(NewRun, said)


def question_of(row: OldFeedback) -> Question:
    """Return what the row says of feedback, as a question (``POST /v1/resolve``)."""
    kind, number = named_by(row)
    at = given_at(row)
    said = {
        "repository": repository_of(row),
        "number": row.pr_number or row.issue_number,
        "body": row.raw_body,
        "at": None if at is None else times.write(at),
        _ID_FIELDS[kind]: number,
        "in_reply_to_id": row.github_parent_comment_id if kind is Kind.REVIEW_COMMENT else 0,
        "pull_request_review_id": row.github_pull_request_review_id if kind is Kind.REVIEW_COMMENT else 0,
        "commit_sha": row.commit_sha,
        "path": row.file_path,
        "line": row.line,
        "side": row.side.upper(),
    }
    return _fitting(QuestionBody, said).to_question()


def refuse_unproven(row: OldArtifact, reader: ClaimReader, at: datetime) -> None:
    """Raise ClaimError unless the claim that a row keeps is this run's, and verifies with the keys of now.

    That proves that the claim was made, not that the text at the row's address carries it.
    """
    claim = reader.check(Block("hidden_comment", row.metadata_json), at).claim
    # An empty workspace is the default one there.
    refusals = (
        workspace_refusal(claim.workspace or workspace_of(row), workspace_of(row)),
        repository_refusal(claim.repository, (repository_of(row),)),
        None if claim.span_id == row.span_id else "The claim is of another run.",
    )
    for refusal in filter(None, refusals):
        raise ClaimError(refusal)


def _listed(text: str) -> tuple[str, ...]:
    """Read a list of ids, which the tool divides by commas."""
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _fitting(model: type[BodyT], said: dict[str, Any]) -> BodyT:
    """Make a body of what a row says; 0 and an empty text mean that nothing is said."""
    try:
        return model.model_validate({name: value for name, value in said.items() if value})
    except ValidationError as error:
        raise UnfitError("; ".join(map(_problem, error.errors(include_input=False)))) from None


def _problem(error: ErrorDetails) -> str:
    """Write what is wrong with a field, without what pydantic puts before the sentences of our own rules."""
    return f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"
