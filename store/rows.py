"""Rows to values, and the lists of columns that each of these readers expects, in order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from resolver.model.github import Commit, GithubObject, Kind, ObjectRef, Position, PullRequest, Revision, User
from resolver.model.runs import Carrier, Run, Sighting, Trust
from store.database import Row
from store.times import from_micros, from_optional

OBJECT = (
    "o.repository_id, o.kind, o.github_id, o.number, o.author_id, o.author_login, o.author_type, o.created_at, "
    "o.url, o.reply_to, o.review_id, o.path, o.line, o.start_line, o.original_line, o.original_start_line, o.side, "
    "o.start_side, o.subject_type, o.commit_sha, o.original_commit_sha, o.diff_hunk, o.state, o.deleted"
)
OBJECT_WIDTH = 24
REVISION = (
    "r.updated_at, r.body, r.editor_id, r.editor_login, r.editor_type, r.edited, r.author_association, "
    "r.previous_body, r.erased_at"
)
OBJECT_CARRIER = (
    "o.repository_id, o.kind, o.github_id, r.updated_at, o.number, o.author_id, o.author_login, o.url, o.author_type, "
    "r.author_association"
)
COMMIT_CARRIER = "c.repository_id, NULL, c.sha, c.pushed_at, NULL, NULL, NULL, '', NULL, NULL"
CLAIM = (
    "s.digest, s.workspace, s.span_id, s.agent_id, s.agent_name, s.claim_repository, s.claim_number, s.trust, "
    "s.verified_with, s.verified_at, s.proof"
)
FIRST_POSTERS = """
SELECT DISTINCT f.author_id FROM sighting f
WHERE f.digest = {digest} AND f.posted_from <= (SELECT MIN(e.posted_at) FROM sighting e WHERE e.digest = {digest})
"""
"""Finds who may have posted a claim first (``ObjectFacts.first_posters``): the digest is filled in."""
COMMIT = "c.repository_id, c.sha, c.message, c.committed_at, c.author_login"
PULL_REQUEST = (
    "p.repository_id, p.number, p.head_sha, p.head_ref, p.head_repository_id, p.base_sha, p.base_ref, p.state, "
    "p.merged, p.merge_commit_sha, p.commit_count, p.updated_at"
)
RUN = (
    "n.workspace, n.span_id, n.repository, n.agent_name, n.started_at, n.repository_id, n.number, n.numbers, "
    "n.agent_id, n.backend, n.prompt_version_id, n.prompt_ref, n.skill_version_ids, n.guardrail_version_ids, "
    "n.event_id, n.head_sha, n.branch, n.trace_id, n.internal, n.report_id, n.purpose, n.ended_at, n.artifacts, "
    "n.registered_at, n.sessions"
)


def to_object(row: Row) -> GithubObject:
    """Read the columns of ``OBJECT``."""
    return GithubObject(
        ref=ObjectRef(row[0], Kind(row[1]), row[2]),
        number=row[3],
        author=User(row[4], row[5], row[6]),
        created_at=from_micros(row[7]),
        url=row[8],
        reply_to=row[9],
        review_id=row[10],
        position=Position(*row[11:22]),
        state=row[22],
        deleted=bool(row[23]),
    )


def to_revision(row: Row) -> Revision:
    """Read the columns of ``REVISION``."""
    return Revision(
        updated_at=from_micros(row[0]),
        body=row[1],
        editor=User(row[2], row[3], row[4]),
        edited=bool(row[5]),
        author_association=row[6],
        previous_body=row[7],
        erased=row[8] is not None,
    )


def to_sighting(row: Row) -> Sighting:
    """Read the columns of ``OBJECT_CARRIER`` or ``COMMIT_CARRIER``, then those of ``CLAIM``."""
    carrier = Carrier(
        repository_id=row[0],
        kind=None if row[1] is None else Kind(row[1]),
        key=str(row[2]),
        posted_at=from_micros(row[3]),
        number=row[4],
        author_id=row[5],
        author_login=row[6],
        url=row[7],
        author_type=row[8],
        author_association=row[9],
    )
    return Sighting(
        carrier=carrier,
        digest=row[10],
        workspace=row[11],
        span_id=row[12],
        agent_id=row[13],
        agent_name=row[14],
        repository=row[15],
        number=row[16],
        trust=Trust(row[17]),
        verified_with=row[18],
        verified_at=from_micros(row[19]),
        proof=None if row[20] is None else bytes(row[20]),
    )


def to_commit(row: Row, changes: Iterable[Row] | None) -> Commit:
    """Read the columns of ``COMMIT``; its paths are rows of their own, each with what was done with it."""
    if changes is None:
        return Commit(row[0], row[1], row[2], from_micros(row[3]), row[4], paths=None)
    kinds: dict[str, str] = dict(map(tuple, changes))
    added, removed = (frozenset(path for path in kinds if kinds[path] == kind) for kind in ("added", "removed"))
    return Commit(row[0], row[1], row[2], from_micros(row[3]), row[4], frozenset(kinds), added, removed)


def to_pull_request(row: Row) -> PullRequest:
    """Read the columns of ``PULL_REQUEST``."""
    return PullRequest(
        repository_id=row[0],
        number=row[1],
        head_sha=row[2],
        head_ref=row[3],
        head_repository_id=row[4],
        base_sha=row[5],
        base_ref=row[6],
        state=row[7],
        merged=bool(row[8]),
        merge_commit_sha=row[9],
        commit_count=row[10],
        updated_at=from_micros(row[11]),
    )


def to_run(row: Row) -> Run:
    """Read the columns of ``RUN``."""
    return Run(
        workspace=row[0],
        span_id=row[1],
        repository=row[2],
        agent_name=row[3],
        started_at=from_micros(row[4]),
        repository_id=row[5],
        number=row[6],
        numbers=tuple(json.loads(row[7])),
        agent_id=row[8],
        backend=row[9],
        prompt_version_id=row[10],
        prompt_ref=row[11],
        skill_version_ids=tuple(json.loads(row[12])),
        guardrail_version_ids=tuple(json.loads(row[13])),
        event_id=row[14],
        head_sha=row[15],
        branch=row[16],
        trace_id=row[17],
        internal=bool(row[18]),
        report_id=row[19],
        purpose=row[20],
        ended_at=from_optional(row[21]),
        artifacts=tuple(json.loads(row[22])),
        registered_at=from_micros(row[23]),
        sessions=to_texts(row[24]),
    )


def to_texts(column: str | None) -> tuple[str, ...]:
    """Read a list of texts, null when it is empty."""
    return () if column is None else tuple(json.loads(column))


def from_texts(texts: Iterable[str]) -> str | None:
    """Write a list of texts, null when it is empty."""
    wanted = list(texts)
    return json.dumps(wanted, ensure_ascii=False) if wanted else None


def text_key(text: str) -> bytes:
    """Return the hash under which a text of any length is indexed."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def body_hash(body: bytes) -> bytes:
    """Return the hash by which two bodies are the same."""
    return hashlib.sha256(body).digest()
