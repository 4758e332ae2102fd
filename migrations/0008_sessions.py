"""Sessions of the page: who signed in, by a token or as an account of GitHub, until when.

Frozen: later changes are migrations of their own. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE page_session (
    id {id}, secret_sha256 {bytes} NOT NULL, token_id BIGINT REFERENCES token (id), setting_sha256 {bytes},
    user_id BIGINT, user_login {text}, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    CHECK ((token_id IS NOT NULL) + (setting_sha256 IS NOT NULL) + (user_id IS NOT NULL) = 1),
    CHECK ((user_id IS NULL) = (user_login IS NULL))
);
CREATE UNIQUE INDEX page_session_secret ON page_session (secret_sha256);
CREATE INDEX page_session_expires ON page_session (expires_at)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT", "bytes": "BLOB"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"', "bytes": "BYTEA"}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    on_sqlite = db.param == "?"
    changes = CHANGES.format(**SQLITE if on_sqlite else POSTGRES)
    if not on_sqlite:  # where a truth value is no number
        changes = changes.replace("IS NOT NULL) +", "IS NOT NULL)::INTEGER +").replace(") = 1)", ")::INTEGER = 1)")
    for statement in changes.split(";"):
        db.execute_sql(statement)
