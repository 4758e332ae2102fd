"""What is to stand on GitHub: a reaction, a reply or a check run for feedback, and a check run for a head's commits.

Frozen: later changes are migrations of their own. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE posting (
    id {id}, means {text} NOT NULL, repository_id BIGINT NOT NULL, subject {text} NOT NULL,
    feedback_id BIGINT, number BIGINT, head_sha {text}, wanted BIGINT NOT NULL,
    status {text} NOT NULL, tries SMALLINT NOT NULL, refusal {text}, error {text}, noted_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL, begun_at BIGINT, marker {text}, written_at BIGINT, github_id BIGINT,
    said_sha256 {bytes}
);
CREATE UNIQUE INDEX posting_subject ON posting (repository_id, means, subject);
CREATE INDEX posting_due ON posting (next_try_at, id) WHERE status = 'waiting';
CREATE INDEX posting_stuck ON posting (id) WHERE status = 'dead' OR refusal IS NOT NULL;
CREATE INDEX posting_heads ON posting (noted_at) WHERE means = 'commits';

CREATE INDEX pull_request_at_head ON pull_request (repository_id, head_sha) WHERE state = 'open'
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "bytes": "BLOB", "text": "TEXT"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "bytes": "BYTEA", "text": 'TEXT COLLATE "C"'}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
