"""Signals: what people did to what runs made.

Frozen: later changes are migrations of their own. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE signal (
    id {id}, repository_id BIGINT NOT NULL, kind {text} NOT NULL, subject_kind {text} NOT NULL,
    subject {text} NOT NULL, event {text} NOT NULL, number BIGINT, actor_id BIGINT, detail {text},
    occurred_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX signal_once ON signal (repository_id, subject_kind, subject, kind, event);
CREATE INDEX signal_number ON signal (repository_id, number, kind)
"""

SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "text": "TEXT"}
POSTGRES = {"id": "BIGSERIAL NOT NULL PRIMARY KEY", "text": 'TEXT COLLATE "C"'}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
