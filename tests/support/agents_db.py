"""A database as eloylp/agents leaves it: its three tables by its migrations 036, 056, 057 and 058, and rows in them.

Columns, types, keys and defaults are those of that project; it writes with a write-ahead log, and times as Go does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from resolver.claims.claim import Claim
from resolver.claims.ring import parse_ring
from resolver.claims.write import Marks, write

Cell: TypeAlias = str | int | bytes | None

SECRET: Final = "secret-for-tests"
START: Final = datetime(2026, 10, 1, 9, tzinfo=UTC)

TEXT: Final = "TEXT NOT NULL DEFAULT ''"
NUMBER: Final = "INTEGER NOT NULL DEFAULT 0"
NOW: Final = "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
FIRST: Final = {"workspace_id": "TEXT NOT NULL DEFAULT 'default'", "repo_owner": "TEXT NOT NULL"}
PLACE: Final = {**FIRST, "repo_name": "TEXT NOT NULL"}

SCHEMA: Final[Mapping[str, Mapping[str, str]]] = {
    "run_attributions": {
        "span_id": "TEXT PRIMARY KEY",
        **PLACE,
        "issue_or_pr_number": NUMBER,
        "event_id": TEXT,
        "event_queue_id": NUMBER,
        "agent_id": TEXT,
        "agent_name": "TEXT NOT NULL",
        "backend_id": TEXT,
        "backend_name": "TEXT NOT NULL",
        "prompt_version_id": "TEXT NULL",
        **dict.fromkeys(("prompt_ref", "skill_version_ids", "guardrail_version_ids", "head_sha", "branch"), TEXT),
        "created_at": NOW,
    },
    "run_attribution_artifacts": {
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
        **PLACE,
        "issue_or_pr_number": NUMBER,
        "source_type": "TEXT NOT NULL",
        "github_comment_id": NUMBER,
        "github_review_id": NUMBER,
        "github_review_comment_id": NUMBER,
        "github_parent_comment_id": NUMBER,
        **dict.fromkeys(("github_delivery_id", "source_url", "author_login", "file_path"), TEXT),
        "line": NUMBER,
        "side": TEXT,
        "commit_sha": TEXT,
        "span_id": "TEXT NOT NULL",
        "metadata_json": TEXT,
        "github_created_at": "TIMESTAMP NULL",
        "github_updated_at": "TIMESTAMP NULL",
        "observed_at": NOW,
    },
    "self_improvement_feedback": {
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
        **PLACE,
        "source_type": "TEXT NOT NULL",
        "github_comment_id": NUMBER,
        "github_review_id": NUMBER,
        **dict.fromkeys(("github_delivery_id", "source_url", "author_login"), TEXT),
        "author_authorized": NUMBER,
        "issue_number": NUMBER,
        "pr_number": NUMBER,
        "raw_body": TEXT,
        "tag": "TEXT NOT NULL DEFAULT '/agents improve'",
        "file_path": TEXT,
        "line": NUMBER,
        **dict.fromkeys(("side", "diff_hunk", "commit_sha"), TEXT),
        "github_created_at": "TIMESTAMP NULL",
        "github_updated_at": "TIMESTAMP NULL",
        "ingested_at": NOW,
        **dict.fromkeys(("linked_span_id", "linked_event_id", "linked_agent_id", "linked_agent_name"), TEXT),
        **dict.fromkeys(("linked_prompt_version_id", "linked_skill_version_ids", "linked_guardrail_version_ids"), TEXT),
        "link_confidence": "TEXT NOT NULL DEFAULT 'unresolved'",
        "link_diagnostics": TEXT,
        "status": "TEXT NOT NULL DEFAULT 'new'",
        "github_review_comment_id": NUMBER,
        "github_parent_comment_id": NUMBER,
        "github_pull_request_review_id": NUMBER,
    },
}
"""The columns of each table, by their definitions."""
_KEYS: Final = (
    """
    CREATE UNIQUE INDEX artifact_commit
    ON run_attribution_artifacts (workspace_id, repo_owner, repo_name, commit_sha)
    WHERE source_type = 'commit' AND commit_sha <> ''
    """,
    """
    CREATE UNIQUE INDEX feedback_identity
    ON self_improvement_feedback (workspace_id, source_type, github_comment_id, github_review_id, tag)
    WHERE github_review_comment_id = 0
    """,
)


@dataclass(frozen=True, slots=True)
class AgentsDb:
    """The database at a path; each method adds a row, with the columns given, and returns its number."""

    path: Path

    def run(self, span: str = "span-1", **columns: Cell) -> int:
        """Add a run of ``coder`` on number 5, as the tool registers one."""
        said: dict[str, Cell] = {"span_id": span, "issue_or_pr_number": 5, "agent_id": "agent_1", "agent_name": "coder"}
        said |= {"backend_id": "claude", "backend_name": "claude", "event_id": f"event-{span}"}
        said |= {"skill_version_ids": "s1,s2", "created_at": "2026-10-01T09:00:00.123456789Z"}
        return self._add("run_attributions", said | columns)

    def artifact(self, span: str = "span-1", *, id: int, **columns: Cell) -> int:  # noqa: A002 -- GitHub's word
        """Add a comment of number 5 that carried a claim of a run."""
        said: dict[str, Cell] = {
            "issue_or_pr_number": 5,
            "source_type": "issue_comment",
            "github_comment_id": id,
            "span_id": span,
        }
        said |= {"metadata_json": metadata(span), "github_created_at": go_time(START)}
        return self._add("run_attribution_artifacts", said | columns)

    def feedback(self, *, id: int, span: str = "", **columns: Cell) -> int:  # noqa: A002 -- as above
        """Add feedback in a comment on number 5, linked to a run exactly, or to none."""
        said: dict[str, Cell] = {"source_type": "issue_comment", "github_comment_id": id, "author_login": "maintainer"}
        said |= {"author_authorized": 1, "issue_number": 5, "raw_body": "/agents improve be brief"}
        said |= {"source_url": f"https://github.com/acme/widgets/issues/5#issuecomment-{id}"}
        said |= {"github_created_at": go_time(START + timedelta(hours=3)), "linked_span_id": span}
        said |= {"link_confidence": "exact" if span else "unresolved"}
        return self._add("self_improvement_feedback", said | columns)

    def execute(self, *statements: str) -> None:
        """Change the database in some other way."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def _add(self, table: str, columns: Mapping[str, Cell]) -> int:
        row = {"repo_owner": "acme", "repo_name": "widgets"} | dict(columns)
        marks = ", ".join("?" * len(row))
        insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
        with closing(sqlite3.connect(self.path)) as connection, connection:
            added = connection.execute(insert, tuple(row.values())).lastrowid
        assert added is not None
        return added


def agents_db(path: Path) -> AgentsDb:
    """Make a database without rows."""
    made = AgentsDb(path)
    tables = (
        f"CREATE TABLE {table} ({', '.join(f'{name} {definition}' for name, definition in columns.items())})"
        for table, columns in SCHEMA.items()
    )
    made.execute("PRAGMA journal_mode = WAL", *tables, *_KEYS)
    return made


def marks(span: str, *, secret: str = SECRET, number: int = 5, workspace: str = "default") -> Marks:
    """Return what a run of that tool signs with."""
    claim = Claim(
        span_id=span, workspace=workspace, repository="acme/widgets", number=number, agent_id="agent_1",
        agent_name="coder",
    )  # fmt: skip
    return write(claim, parse_ring(secret, name="secret"))


def metadata(span: str, *, secret: str = SECRET) -> str:
    """Return a claim as ``metadata_json`` has it."""
    return marks(span, secret=secret).hidden_comment.removeprefix("<!-- agents-run: ").removesuffix(" -->")


def go_time(moment: datetime) -> str:
    """Write a time as Go's ``Time.String`` does, which its driver for SQLite binds."""
    return moment.strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
