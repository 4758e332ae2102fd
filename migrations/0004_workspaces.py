"""Tokens, repositories in several workspaces, a log of what changed, and lists of feedback that filters do not slow.

Frozen: later changes are migrations of their own. Feedback repeats of its newest resolution what lists are filtered
by. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE token (
    id {id}, workspace {text} NOT NULL, name {text} NOT NULL, secret_sha256 {bytes} NOT NULL, scopes {text} NOT NULL,
    span_id {text}, created_at BIGINT NOT NULL, expires_at BIGINT, revoked_at BIGINT, used_at BIGINT
);
CREATE UNIQUE INDEX token_secret ON token (secret_sha256);
CREATE INDEX token_workspace ON token (workspace, id);

DROP INDEX repository_workspace;
CREATE TABLE repository_workspace (
    workspace {text} NOT NULL, repository_id BIGINT NOT NULL REFERENCES repository (id),
    PRIMARY KEY (workspace, repository_id)
) {pairs};
CREATE INDEX repository_workspace_repository ON repository_workspace (repository_id, workspace);
INSERT INTO repository_workspace (workspace, repository_id) SELECT workspace, id FROM repository;
ALTER TABLE repository DROP COLUMN workspace;

DROP INDEX feedback_object;
CREATE UNIQUE INDEX feedback_object ON feedback (object_id, workspace);
ALTER TABLE feedback ADD COLUMN confidence {text};
ALTER TABLE feedback ADD COLUMN mode {text};
ALTER TABLE feedback ADD COLUMN span_id {text};
ALTER TABLE feedback ADD COLUMN agent_name {text};
UPDATE feedback SET
    confidence = (SELECT x.confidence FROM resolution x WHERE x.id = feedback.resolution_id),
    mode = (SELECT x.mode FROM resolution x WHERE x.id = feedback.resolution_id),
    span_id = (SELECT x.span_id FROM resolution x WHERE x.id = feedback.resolution_id),
    agent_name = (SELECT n.agent_name FROM resolution x JOIN run n ON n.workspace = x.workspace
        AND n.span_id = x.span_id WHERE x.id = feedback.resolution_id)
    WHERE resolution_id IS NOT NULL;
CREATE INDEX feedback_confidence ON feedback (workspace, confidence, id);
CREATE INDEX feedback_run ON feedback (workspace, span_id, id);
CREATE INDEX feedback_agent ON feedback (workspace, agent_name, id);
CREATE INDEX feedback_repository ON feedback (workspace, repository_id, id);
CREATE INDEX feedback_updated ON feedback (workspace, updated_at, id);
CREATE INDEX feedback_given
    ON feedback (workspace, given_at, status, confidence, mode, agent_name, repository_id);

CREATE TABLE change (
    id {id}, workspace {text} NOT NULL, feedback_id BIGINT NOT NULL REFERENCES feedback (id), kind {text} NOT NULL,
    status {text} NOT NULL, resolution_id BIGINT, changed_at BIGINT NOT NULL
);
CREATE INDEX change_workspace ON change (workspace, id);
CREATE INDEX change_changed ON change (changed_at)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
