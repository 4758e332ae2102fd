"""Sessions of people who signed in through GitHub, and which ways in were used.

Frozen: later changes are migrations of their own. What a session may rest on is a rule of the table, which SQLite
cannot change: it is made anew, and empty. Sessions last twelve hours; whoever is signed in signs in once more. See
``0001_initial``.
"""

CHANGES = """
DROP TABLE page_session;
CREATE TABLE page_session (
    id {id}, secret_sha256 {bytes} NOT NULL, token_id BIGINT REFERENCES token (id), setting_sha256 {bytes},
    account_id BIGINT, account_login {text}, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    CHECK (CASE WHEN token_id IS NULL THEN 0 ELSE 1 END + CASE WHEN setting_sha256 IS NULL THEN 0 ELSE 1 END
        + CASE WHEN account_id IS NULL THEN 0 ELSE 1 END = 1),
    CHECK ((account_id IS NULL) = (account_login IS NULL))
);
CREATE UNIQUE INDEX page_session_secret ON page_session (secret_sha256);
CREATE INDEX page_session_expires ON page_session (expires_at);

CREATE TABLE page_way_in (state_sha256 {bytes} NOT NULL PRIMARY KEY, expires_at BIGINT NOT NULL);
CREATE INDEX page_way_in_expires ON page_way_in (expires_at)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "bytes": "BLOB", "text": "TEXT"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "bytes": "BYTEA", "text": 'TEXT COLLATE "C"'}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
