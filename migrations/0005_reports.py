"""Reports, the entries of their logs, and what these held before they were edited.

Frozen: later changes are migrations of their own. Each feedback that is authorised, or was and is withdrawn, gets its
report; the answers given so far are not told again in its log. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE report (
    id {id}, workspace {text} NOT NULL, feedback_id BIGINT NOT NULL REFERENCES feedback (id),
    repository_id BIGINT NOT NULL, status {text} NOT NULL, snoozed_until BIGINT, title {text}, summary {text},
    instruction {text} NOT NULL, priority {text}, implementation {text}, pull_request_url {text}, merged {text},
    resolution_id BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX report_feedback ON report (feedback_id);
CREATE INDEX report_workspace ON report (workspace, id);
CREATE INDEX report_status ON report (workspace, status, id);
CREATE INDEX report_priority ON report (workspace, priority, id);
CREATE INDEX report_repository ON report (workspace, repository_id, id);
CREATE INDEX report_implementation ON report (workspace, implementation);
CREATE INDEX report_snoozed ON report (snoozed_until) WHERE snoozed_until IS NOT NULL;

CREATE TABLE report_entry (
    id {id}, report_id BIGINT NOT NULL REFERENCES report (id), type {text} NOT NULL, entry_key {text},
    counts SMALLINT NOT NULL,
    producer_kind {text} NOT NULL CHECK (producer_kind IN ('user', 'run', 'agent', 'system')),
    producer_name {text}, producer_account BIGINT,
    writer_kind {text} NOT NULL CHECK (writer_kind IN ('user', 'run', 'agent', 'system')),
    writer_name {text}, writer_account BIGINT,
    revision INTEGER NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    remover_kind {text} CHECK (remover_kind IN ('user', 'run', 'agent', 'system')),
    remover_name {text}, remover_account BIGINT,
    content {text} NOT NULL,
    CHECK ((producer_kind = 'system') = (producer_name IS NULL)),
    CHECK ((writer_kind = 'system') = (writer_name IS NULL)),
    CHECK ((deleted_at IS NULL) = (remover_kind IS NULL)),
    CHECK (remover_kind IS NULL OR (remover_kind = 'system') = (remover_name IS NULL))
);
CREATE INDEX report_entry_report ON report_entry (report_id, id);
CREATE INDEX report_entry_type ON report_entry (report_id, type, id);
CREATE INDEX report_entry_producer ON report_entry (report_id, producer_name, id);
CREATE INDEX report_entry_key ON report_entry (report_id, type, entry_key, id) WHERE entry_key IS NOT NULL;
CREATE INDEX report_entry_current ON report_entry (report_id, id) WHERE counts = 1;
CREATE UNIQUE INDEX report_entry_counts ON report_entry (report_id, type, entry_key) WHERE counts = 1;
CREATE INDEX report_entry_run ON report_entry (entry_key, report_id) WHERE type = 'task_run';

CREATE TABLE report_entry_revision (
    entry_id BIGINT NOT NULL REFERENCES report_entry (id), revision INTEGER NOT NULL, content {text} NOT NULL,
    writer_kind {text} NOT NULL CHECK (writer_kind IN ('user', 'run', 'agent', 'system')),
    writer_name {text}, writer_account BIGINT, written_at BIGINT NOT NULL,
    CHECK ((writer_kind = 'system') = (writer_name IS NULL)),
    PRIMARY KEY (entry_id, revision)
) {pairs};

INSERT INTO report (workspace, feedback_id, repository_id, status, instruction, resolution_id, created_at, updated_at)
SELECT f.workspace, f.id, f.repository_id,
    CASE WHEN f.status IN ('withdrawn', 'ignored') THEN 'withdrawn' ELSE 'open' END,
    f.instruction, f.resolution_id, f.received_at, f.received_at
FROM feedback f WHERE f.authorized = 1 ORDER BY f.id
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
