"""Other tools' marks: the sessions that runs name as theirs, and what notes and traces record of commits.

Frozen: later changes are migrations of their own. See ``0001_initial``.
"""

CHANGES = """
ALTER TABLE run ADD COLUMN sessions {text};

CREATE TABLE run_session (
    session_key {bytes} NOT NULL, workspace {text} NOT NULL, run_id BIGINT NOT NULL REFERENCES run (id),
    PRIMARY KEY (session_key, workspace, run_id)
) {pairs};

CREATE TABLE commit_mark (
    repository_id BIGINT NOT NULL, sha {text} NOT NULL, position SMALLINT NOT NULL, kind {text} NOT NULL, tool {text},
    session {text}, path {text}, PRIMARY KEY (repository_id, sha, position)
) {pairs}
"""

SQLITE = {"text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
