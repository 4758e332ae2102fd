"""Rows of another tool's database, as they stand there: nothing of them is believed yet.

The tool is eloylp/agents (https://github.com/eloylp/agents, ``internal/store/migrations``: 036, 037, 056 to 058 and
``internal/observe``, which writes the rows). Each class is one of its tables and each field a column by its own name;
a field without a default is a column that has to be there. Texts are stripped, NULL is the default, times are the
text that the tool wrote (``resolver.importing`` reads it). ``row`` is SQLite's ``rowid``.
"""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_WORKSPACE = "default"
"""What an empty workspace means there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRun:
    """A row of ``run_attributions``: a run, its lists of ids divided by commas, its start in ``created_at``."""

    row: int
    span_id: str
    repo_owner: str
    repo_name: str
    agent_name: str
    created_at: str
    workspace_id: str = DEFAULT_WORKSPACE
    issue_or_pr_number: int = 0
    event_id: str = ""
    agent_id: str = ""
    backend_id: str = ""
    backend_name: str = ""
    prompt_version_id: str = ""
    prompt_ref: str = ""
    skill_version_ids: str = ""
    guardrail_version_ids: str = ""
    head_sha: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldArtifact:
    """A row of ``run_attribution_artifacts``: where a claim was seen, and in ``metadata_json`` that claim with its sig.

    The text that carried it is not kept there, nor any number of its author or repository.
    """

    row: int
    repo_owner: str
    repo_name: str
    source_type: str
    span_id: str
    metadata_json: str
    workspace_id: str = DEFAULT_WORKSPACE
    issue_or_pr_number: int = 0
    github_comment_id: int = 0
    github_review_id: int = 0
    github_review_comment_id: int = 0
    source_url: str = ""
    commit_sha: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFeedback:
    """A row of ``self_improvement_feedback``: a comment with the command, and the run that it was linked to, if any."""

    row: int
    repo_owner: str
    repo_name: str
    source_type: str
    raw_body: str
    linked_span_id: str
    link_confidence: str
    workspace_id: str = DEFAULT_WORKSPACE
    github_comment_id: int = 0
    github_review_id: int = 0
    source_url: str = ""
    issue_number: int = 0
    pr_number: int = 0
    file_path: str = ""
    line: int = 0
    side: str = ""
    commit_sha: str = ""
    github_created_at: str = ""
    github_updated_at: str = ""
    ingested_at: str = ""
    link_diagnostics: str = ""
    status: str = ""
    github_review_comment_id: int = 0
    github_parent_comment_id: int = 0
    github_pull_request_review_id: int = 0


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row that does not fit, and why."""

    row: int
    reason: str
