"""The first schema. Frozen: later changes are migrations of their own.

Times are microseconds since 1970 in UTC, flags 0 or 1, lists and answers JSON in text. Text compares by code
point in both databases. A ``*_key`` of bytes is a hash: PostgreSQL indexes nothing longer than 2,704 bytes.
``store/tables.py`` describes the tables as they are now.
"""

TABLES = """
CREATE TABLE delivery (
    id {id}, guid {text} NOT NULL, event {text} NOT NULL, action {text}, repository_id BIGINT,
    status {text} NOT NULL, error {text}, tries SMALLINT NOT NULL, received_at BIGINT NOT NULL,
    processed_at BIGINT, next_try_at BIGINT NOT NULL, held_until BIGINT NOT NULL, body_sha256 {bytes} NOT NULL,
    headers {text} NOT NULL, body {bytes} NOT NULL
);
CREATE UNIQUE INDEX delivery_guid ON delivery (guid);
CREATE INDEX delivery_waiting ON delivery (id) WHERE status IN ('pending', 'failed');
CREATE INDEX delivery_repository_waiting ON delivery (repository_id, id) WHERE status IN ('pending', 'failed');
CREATE INDEX delivery_dead ON delivery (id) WHERE status = 'dead';

CREATE TABLE delivery_conflict (
    id {id}, guid {text} NOT NULL, body_sha256 {bytes} NOT NULL, body {bytes} NOT NULL, headers {text} NOT NULL,
    received_at BIGINT NOT NULL, count BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_conflict_body ON delivery_conflict (guid, body_sha256);

CREATE TABLE repository (
    id BIGINT NOT NULL PRIMARY KEY, workspace {text} NOT NULL, installation_id BIGINT, deleted SMALLINT NOT NULL
);

CREATE TABLE repository_name (
    repository_id BIGINT NOT NULL REFERENCES repository (id), name {text} NOT NULL, name_key {text} NOT NULL,
    as_of BIGINT NOT NULL, PRIMARY KEY (repository_id, name)
);
CREATE INDEX repository_name_key ON repository_name (name_key, repository_id);

CREATE TABLE object (
    id {id}, repository_id BIGINT NOT NULL, kind {text} NOT NULL, github_id BIGINT NOT NULL, number BIGINT,
    author_id BIGINT NOT NULL, author_login {text} NOT NULL, author_type {text} NOT NULL,
    author_as_of BIGINT NOT NULL, created_at BIGINT NOT NULL, url {text} NOT NULL, reply_to BIGINT,
    review_id BIGINT, thread BIGINT, path {text}, line BIGINT, start_line BIGINT, original_line BIGINT,
    side {text}, subject_type {text}, commit_sha {text}, original_commit_sha {text}, diff_hunk {text},
    state {text}, deleted SMALLINT NOT NULL, as_of BIGINT NOT NULL
);
CREATE UNIQUE INDEX object_ref ON object (repository_id, kind, github_id);
CREATE INDEX object_number ON object (repository_id, number, kind) WHERE number IS NOT NULL;
CREATE INDEX object_thread ON object (repository_id, kind, thread) WHERE thread IS NOT NULL;

CREATE TABLE revision (
    id {id}, object_id BIGINT NOT NULL REFERENCES object (id), updated_at BIGINT NOT NULL,
    body_sha256 {bytes} NOT NULL, body {text} NOT NULL, editor_id BIGINT NOT NULL, editor_login {text} NOT NULL,
    editor_type {text} NOT NULL, edited SMALLINT NOT NULL, author_association {text} NOT NULL,
    previous_body {text}, rank SMALLINT NOT NULL, refusals {text}
);
CREATE UNIQUE INDEX revision_text ON revision (object_id, updated_at, body_sha256);
CREATE INDEX revision_order ON revision (object_id, updated_at, rank);

CREATE TABLE git_commit (
    id {id}, repository_id BIGINT NOT NULL, sha {text} NOT NULL, message {text} NOT NULL,
    committed_at BIGINT NOT NULL, author_login {text}, paths_known SMALLINT NOT NULL, pushed_at BIGINT NOT NULL,
    refusals {text}
);
CREATE UNIQUE INDEX git_commit_sha ON git_commit (repository_id, sha);

CREATE TABLE commit_path (
    commit_id BIGINT NOT NULL REFERENCES git_commit (id), path_key {bytes} NOT NULL, path {text} NOT NULL,
    change {text} NOT NULL, PRIMARY KEY (commit_id, path_key)
) {pairs};

CREATE TABLE push (
    id {id}, repository_id BIGINT NOT NULL, ref {text} NOT NULL, sha_before {text} NOT NULL,
    sha_after {text} NOT NULL, forced SMALLINT NOT NULL, pushed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_step ON push (repository_id, ref, sha_after, sha_before);

CREATE TABLE push_commit (
    push_id BIGINT NOT NULL REFERENCES push (id), commit_id BIGINT NOT NULL REFERENCES git_commit (id),
    position BIGINT NOT NULL, PRIMARY KEY (push_id, commit_id)
) {pairs};
CREATE INDEX push_commit_commit ON push_commit (commit_id);

CREATE TABLE pull_request (
    repository_id BIGINT NOT NULL, number BIGINT NOT NULL, head_sha {text} NOT NULL, head_ref {text} NOT NULL,
    head_repository_id BIGINT, base_sha {text} NOT NULL, base_ref {text} NOT NULL, state {text} NOT NULL,
    merged SMALLINT NOT NULL, merge_commit_sha {text}, commit_count BIGINT, updated_at BIGINT NOT NULL,
    PRIMARY KEY (repository_id, number)
);
CREATE INDEX pull_request_merged_as ON pull_request (repository_id, merge_commit_sha) WHERE merged = 1;

CREATE TABLE pull_head (
    repository_id BIGINT NOT NULL, number BIGINT NOT NULL, head_repository_id BIGINT NOT NULL,
    head_ref {text} NOT NULL, sha {text} NOT NULL,
    PRIMARY KEY (repository_id, number, head_repository_id, head_ref, sha)
) {pairs};
CREATE INDEX pull_head_branch ON pull_head (head_repository_id, head_ref);

CREATE TABLE review_thread (
    repository_id BIGINT NOT NULL, root_id BIGINT NOT NULL, resolved SMALLINT NOT NULL, as_of BIGINT NOT NULL,
    PRIMARY KEY (repository_id, root_id)
);

CREATE TABLE sighting (
    id {id}, object_id BIGINT REFERENCES object (id), revision_id BIGINT REFERENCES revision (id),
    commit_id BIGINT REFERENCES git_commit (id), repository_id BIGINT NOT NULL, author_id BIGINT,
    posted_from BIGINT, posted_at BIGINT, digest {text} NOT NULL, workspace {text} NOT NULL, span_id {text} NOT NULL,
    agent_id {text}, agent_name {text}, claim_repository {text}, claim_number BIGINT, trust {text} NOT NULL,
    verified_with {text}, verified_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sighting_revision ON sighting (revision_id, digest);
CREATE UNIQUE INDEX sighting_commit ON sighting (commit_id, digest);
CREATE INDEX sighting_object ON sighting (object_id, span_id);
CREATE INDEX sighting_span ON sighting (workspace, span_id, id);
CREATE INDEX sighting_digest ON sighting (digest, posted_at);
CREATE INDEX sighting_digest_from ON sighting (digest, posted_from);
CREATE INDEX sighting_author ON sighting (repository_id, author_id);

CREATE TABLE run (
    id {id}, workspace {text} NOT NULL, span_id {text} NOT NULL, repository {text} NOT NULL,
    repository_key {text} NOT NULL, repository_id BIGINT, number BIGINT, numbers {text} NOT NULL,
    agent_id {text}, agent_name {text} NOT NULL, backend {text}, prompt_version_id {text}, prompt_ref {text},
    skill_version_ids {text} NOT NULL, guardrail_version_ids {text} NOT NULL, event_id {text}, head_sha {text},
    branch {text}, trace_id {text}, internal SMALLINT NOT NULL, report_id {text}, purpose {text},
    started_at BIGINT NOT NULL, ended_at BIGINT, artifacts {text} NOT NULL, facts {text} NOT NULL,
    registered_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX run_span ON run (workspace, span_id);
CREATE INDEX run_repository ON run (workspace, repository_id, started_at);
CREATE INDEX run_repository_key ON run (workspace, repository_key, started_at);
CREATE INDEX run_agent ON run (workspace, agent_name, id);

CREATE TABLE run_number (
    number BIGINT NOT NULL, run_id BIGINT NOT NULL REFERENCES run (id), PRIMARY KEY (number, run_id)
) {pairs};
CREATE INDEX run_number_run ON run_number (run_id);

CREATE TABLE feedback (
    id {id}, object_id BIGINT NOT NULL REFERENCES object (id), workspace {text} NOT NULL,
    repository_id BIGINT NOT NULL, number BIGINT, authorized SMALLINT NOT NULL, status {text} NOT NULL,
    status_at BIGINT, state_status {text} NOT NULL, body {text} NOT NULL, instruction {text} NOT NULL,
    author_association {text} NOT NULL, given_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL, resolution_id BIGINT
);
CREATE UNIQUE INDEX feedback_object ON feedback (object_id);
CREATE INDEX feedback_workspace ON feedback (workspace, id);
CREATE INDEX feedback_status ON feedback (workspace, status, id);
CREATE INDEX feedback_number ON feedback (repository_id, number, id);

CREATE TABLE feedback_watch (
    watch_key {bytes} NOT NULL, feedback_id BIGINT NOT NULL REFERENCES feedback (id),
    PRIMARY KEY (watch_key, feedback_id)
) {pairs};
CREATE INDEX feedback_watch_feedback ON feedback_watch (feedback_id);

CREATE TABLE resolution (
    id {id}, feedback_id BIGINT NOT NULL REFERENCES feedback (id), workspace {text} NOT NULL,
    confidence {text} NOT NULL, mode {text} NOT NULL, span_id {text}, diagnostic {text},
    candidates {text} NOT NULL, findings {text} NOT NULL, cause {text} NOT NULL, resolved_at BIGINT NOT NULL
);
CREATE INDEX resolution_feedback ON resolution (feedback_id, id);
CREATE INDEX resolution_span ON resolution (workspace, span_id, id);
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    words = SQLITE if db.param == "?" else POSTGRES
    for statement in TABLES.format(**words).split(";"):
        if statement.strip():
            db.execute_sql(statement)
