"""Hashes by which a damaged row is known, and marks on rows whose text was taken away.

Frozen: later changes are migrations of their own. Rows from before get their hashes here, some hundred at a time, so
that memory stays small however many there are; it is one transaction all the same. See ``0001_initial``.

A row's ``sha256`` is that of a JSON array of what never changes in it, in which a text stands as its own hash: so it
holds also when the text is gone. ``previous_sha256`` is that of the row before in the same history.
"""

import hashlib
import json

CHANGES = """
ALTER TABLE delivery ADD COLUMN pruned_at BIGINT;
ALTER TABLE delivery_conflict ADD COLUMN pruned_at BIGINT;
ALTER TABLE object ADD COLUMN erased_at BIGINT;
ALTER TABLE revision ADD COLUMN sha256 {bytes};
ALTER TABLE revision ADD COLUMN erased_at BIGINT;
ALTER TABLE git_commit ADD COLUMN message_sha256 {bytes};
ALTER TABLE git_commit ADD COLUMN erased_at BIGINT;
ALTER TABLE sighting ADD COLUMN sha256 {bytes};
ALTER TABLE feedback ADD COLUMN resolution_sha256 {bytes};
ALTER TABLE feedback ADD COLUMN erased_at BIGINT;
ALTER TABLE feedback ADD COLUMN final_at BIGINT;
ALTER TABLE resolution ADD COLUMN texts_sha256 {bytes};
ALTER TABLE resolution ADD COLUMN sha256 {bytes};
ALTER TABLE resolution ADD COLUMN previous_sha256 {bytes};
ALTER TABLE resolution ADD COLUMN erased_at BIGINT;
ALTER TABLE report ADD COLUMN entry_sha256 {bytes};
ALTER TABLE report ADD COLUMN erased_at BIGINT;
ALTER TABLE report_entry ADD COLUMN content_sha256 {bytes};
ALTER TABLE report_entry ADD COLUMN sha256 {bytes};
ALTER TABLE report_entry ADD COLUMN previous_sha256 {bytes};
ALTER TABLE report_entry ADD COLUMN erased_at BIGINT;
ALTER TABLE report_entry_revision ADD COLUMN content_sha256 {bytes};
ALTER TABLE report_entry_revision ADD COLUMN erased_at BIGINT;

CREATE TABLE forgotten_account (
    account_id BIGINT NOT NULL PRIMARY KEY, login_key {bytes}, forgotten_at BIGINT NOT NULL, finished_at BIGINT
);
CREATE INDEX forgotten_account_login ON forgotten_account (login_key)
"""

LINKS = """
UPDATE resolution SET previous_sha256 = (
    SELECT p.sha256 FROM resolution p WHERE p.feedback_id = resolution.feedback_id AND p.id < resolution.id
    ORDER BY p.id DESC LIMIT 1
);
UPDATE feedback SET resolution_sha256 = (
    SELECT p.sha256 FROM resolution p WHERE p.feedback_id = feedback.id ORDER BY p.id DESC LIMIT 1
);
UPDATE report_entry SET previous_sha256 = (
    SELECT p.sha256 FROM report_entry p WHERE p.report_id = report_entry.report_id AND p.id < report_entry.id
    ORDER BY p.id DESC LIMIT 1
);
UPDATE report SET entry_sha256 = (
    SELECT p.sha256 FROM report_entry p WHERE p.report_id = report.id ORDER BY p.id DESC LIMIT 1
)
"""

SQLITE = {"text": "TEXT", "bytes": "BLOB"}
POSTGRES = {"text": 'TEXT COLLATE "C"', "bytes": "BYTEA"}
PORTION = 500


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
    fill(
        db, "revision", ("sha256",),
        "SELECT r.id, o.repository_id, o.kind, o.github_id, r.updated_at, r.body_sha256 "
        "FROM revision r JOIN object o ON o.id = r.object_id WHERE r.id > ? ORDER BY r.id LIMIT ?",
        lambda row: (of_values(*row[1:5], digits(row[5])),),
    )  # fmt: skip
    fill(
        db, "git_commit", ("message_sha256",),
        "SELECT id, message FROM git_commit WHERE id > ? ORDER BY id LIMIT ?",
        lambda row: (of_text(row[1]),),
    )  # fmt: skip
    fill(
        db, "sighting", ("sha256",),
        "SELECT id, digest, workspace, span_id, agent_id, agent_name, claim_repository, claim_number, trust, "
        "verified_with, verified_at FROM sighting WHERE id > ? ORDER BY id LIMIT ?",
        lambda row: (of_values(*row[1:]),),
    )  # fmt: skip
    fill(
        db, "resolution", ("texts_sha256", "sha256"),
        "SELECT id, diagnostic, candidates, findings, cause, feedback_id, workspace, confidence, mode, span_id, "
        "resolved_at FROM resolution WHERE id > ? ORDER BY id LIMIT ?",
        of_resolution,
    )  # fmt: skip
    fill_revisions(db)
    fill(
        db, "report_entry", ("content_sha256", "sha256"),
        "SELECT e.id, e.content, v.content_sha256, e.report_id, e.type, e.producer_kind, e.producer_name, "
        "e.producer_account, e.created_at FROM report_entry e "
        "LEFT JOIN report_entry_revision v ON v.entry_id = e.id AND v.revision = 1 "
        "WHERE e.id > ? ORDER BY e.id LIMIT ?",
        of_entry,
    )  # fmt: skip
    for statement in LINKS.split(";"):
        db.execute_sql(statement)


def fill(db, table, columns, read, hashes):  # noqa: ANN001, ANN201
    """Write hashes of all rows of a table, in the order of their ids."""
    last = 0
    while rows := db.execute_sql(read.replace("?", db.param), (last, PORTION)).fetchall():
        last = rows[-1][0]
        width = len(columns) + 1
        marks = ", ".join([f"({', '.join([db.param] * width)})"] * len(rows))
        sets = ", ".join(f"{column} = v.column{number}" for number, column in enumerate(columns, 2))
        sql = f"UPDATE {table} SET {sets} FROM (VALUES {marks}) v WHERE {table}.id = v.column1"  # noqa: S608
        db.execute_sql(sql, [value for row in rows for value in (row[0], *hashes(row))])


def fill_revisions(db):  # noqa: ANN001, ANN201
    """Write the hashes of what entries held before: these rows have no id, and are found by their entries."""
    read = "SELECT entry_id, revision, content FROM report_entry_revision WHERE (entry_id, revision) > (?, ?) "
    read = f"{read} ORDER BY entry_id, revision LIMIT ?".replace("?", db.param)
    write = "UPDATE report_entry_revision SET content_sha256 = ? WHERE entry_id = ? AND revision = ?"
    last = (0, 0)
    while rows := db.execute_sql(read, (*last, PORTION)).fetchall():
        last = rows[-1][:2]
        for entry_id, revision, content in rows:
            db.execute_sql(write.replace("?", db.param), (of_text(content), entry_id, revision))


def of_resolution(row):  # noqa: ANN001, ANN201
    """Return the hash of an answer's texts, and that of its row."""
    texts = of_values(*row[1:5])
    return texts, of_values(*row[5:10], texts.hex(), row[10])


def of_entry(row):  # noqa: ANN001, ANN201
    """Return the hash of an entry's present content, and that of its row, which is about the first one."""
    present = of_text(row[1])
    first = present if row[2] is None else bytes(row[2])
    report_id, type_, kind, name, account, created_at = row[3:]
    name = None if kind == "user" else name
    return present, of_values(report_id, type_, kind, name, account, created_at, first.hex())


def digits(value):  # noqa: ANN001, ANN201
    """Return the hexadecimal digits of bytes, whatever SQLite was given in their place."""
    return (value.encode() if isinstance(value, str) else bytes(value)).hex()


def of_text(text):  # noqa: ANN001, ANN201
    """Return the hash of a text."""
    return hashlib.sha256(text.encode()).digest()


def of_values(*values):  # noqa: ANN002, ANN201
    """Return the hash of some values."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).digest()
