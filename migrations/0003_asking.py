"""What GitHub is asked for, what it told, and where recurring work stands.

Frozen: later changes are migrations of their own. Commits that are there were all pushed. See ``0001_initial``.
"""

CHANGES = """
ALTER TABLE git_commit ADD COLUMN pushed SMALLINT NOT NULL DEFAULT 1;

CREATE TABLE want (
    id {id}, repository_id BIGINT NOT NULL, need {text} NOT NULL, want_key {text} NOT NULL, key_hash {bytes} NOT NULL,
    status {text} NOT NULL, refusal {text}, error {text}, tries SMALLINT NOT NULL, wanted_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL, held_until BIGINT NOT NULL, answered_at BIGINT
);
CREATE UNIQUE INDEX want_key_hash ON want (repository_id, key_hash);
CREATE INDEX want_status ON want (status, id, need);
CREATE INDEX want_due ON want (next_try_at, id) WHERE status = 'waiting';
CREATE INDEX want_stuck ON want (repository_id) WHERE status = 'dead' OR refusal IS NOT NULL;
CREATE INDEX want_answered ON want (answered_at) WHERE answered_at IS NOT NULL;

CREATE TABLE github_answer (
    id {id}, repository_id BIGINT NOT NULL, question_hash {bytes} NOT NULL, question {text} NOT NULL, etag {text},
    kept_at BIGINT NOT NULL, body {bytes} NOT NULL
);
CREATE UNIQUE INDEX github_answer_question ON github_answer (repository_id, question_hash);
CREATE INDEX github_answer_kept ON github_answer (kept_at);

CREATE TABLE pull_list (
    repository_id BIGINT NOT NULL, number BIGINT NOT NULL, head_sha {text} NOT NULL, count BIGINT NOT NULL,
    PRIMARY KEY (repository_id, number, head_sha)
) {pairs};

CREATE TABLE pull_commit (
    repository_id BIGINT NOT NULL, number BIGINT NOT NULL, head_sha {text} NOT NULL,
    commit_id BIGINT NOT NULL REFERENCES git_commit (id), position BIGINT NOT NULL,
    PRIMARY KEY (repository_id, number, head_sha, commit_id)
) {pairs};
CREATE INDEX pull_commit_commit ON pull_commit (commit_id, repository_id, number);

CREATE TABLE line_origin (
    repository_id BIGINT NOT NULL, sha {text} NOT NULL, path_key {bytes} NOT NULL, first_line BIGINT NOT NULL,
    last_line BIGINT NOT NULL, blamed {text} NOT NULL, squash {text} NOT NULL,
    PRIMARY KEY (repository_id, sha, path_key, last_line)
) {pairs};

CREATE TABLE permission (
    repository_id BIGINT NOT NULL, user_id BIGINT NOT NULL, asked_at BIGINT NOT NULL, access {text} NOT NULL,
    PRIMARY KEY (repository_id, user_id, asked_at)
) {pairs};

CREATE TABLE redelivery (
    guid {text} NOT NULL PRIMARY KEY, delivery_id BIGINT NOT NULL, asked_at BIGINT NOT NULL, done SMALLINT NOT NULL
);
CREATE INDEX redelivery_open ON redelivery (asked_at) WHERE done = 0;

CREATE TABLE progress (
    name {text} NOT NULL PRIMARY KEY, state {text} NOT NULL, due_at BIGINT NOT NULL, held_until BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX repository_workspace ON repository (workspace, id)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
