"""Sessions of the page: who signed in, by which token, until when.

Frozen: later changes are migrations of their own. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE page_session (
    id {id}, secret_sha256 {bytes} NOT NULL, token_id BIGINT REFERENCES token (id), setting_sha256 {bytes},
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, CHECK ((token_id IS NULL) <> (setting_sha256 IS NULL))
);
CREATE UNIQUE INDEX page_session_secret ON page_session (secret_sha256);
CREATE INDEX page_session_expires ON page_session (expires_at)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "bytes": "BLOB"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "bytes": "BYTEA"}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
