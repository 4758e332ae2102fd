"""Lines and who last changed them, and look-ups that read little more than what they return.

Frozen: later changes are migrations of their own. Versions and claims of texts repeat the number that they stand
on, runs' numbers and feedback's keys repeat a time, so that one index answers each question. See ``0001_initial``.
"""

CHANGES = """
ALTER TABLE object ADD COLUMN original_start_line BIGINT;
ALTER TABLE object ADD COLUMN start_side {text};

CREATE TABLE line_blame (
    repository_id BIGINT NOT NULL, sha {text} NOT NULL, path_key {bytes} NOT NULL, side {text} NOT NULL,
    first_line BIGINT NOT NULL, last_line BIGINT NOT NULL, blamed {text} NOT NULL,
    PRIMARY KEY (repository_id, sha, path_key, side, last_line)
) {pairs};

ALTER TABLE revision ADD COLUMN repository_id BIGINT;
ALTER TABLE revision ADD COLUMN number BIGINT;
UPDATE revision SET repository_id = (SELECT o.repository_id FROM object o WHERE o.id = revision.object_id),
    number = (SELECT o.number FROM object o WHERE o.id = revision.object_id);
CREATE INDEX revision_number ON revision (repository_id, number, updated_at) WHERE number IS NOT NULL;

ALTER TABLE sighting ADD COLUMN number BIGINT;
UPDATE sighting SET number = (SELECT o.number FROM object o WHERE o.id = sighting.object_id)
    WHERE object_id IS NOT NULL;
CREATE INDEX sighting_number ON sighting (repository_id, number, posted_at) WHERE number IS NOT NULL;

ALTER TABLE run_number ADD COLUMN repository_id BIGINT;
ALTER TABLE run_number ADD COLUMN repository_key {text};
ALTER TABLE run_number ADD COLUMN started_at BIGINT;
UPDATE run_number SET repository_id = (SELECT n.repository_id FROM run n WHERE n.id = run_number.run_id),
    repository_key = (SELECT n.repository_key FROM run n WHERE n.id = run_number.run_id),
    started_at = (SELECT n.started_at FROM run n WHERE n.id = run_number.run_id);
CREATE INDEX run_number_repository ON run_number (repository_id, number, started_at);
CREATE INDEX run_number_repository_key ON run_number (repository_key, number, started_at);

ALTER TABLE repository_name ADD COLUMN seen_at BIGINT;
UPDATE repository_name SET seen_at = as_of;

CREATE TABLE feedback_watch_dated (
    watch_key {bytes} NOT NULL, given_at BIGINT NOT NULL, feedback_id BIGINT NOT NULL REFERENCES feedback (id),
    PRIMARY KEY (watch_key, given_at, feedback_id)
) {pairs};
INSERT INTO feedback_watch_dated (watch_key, given_at, feedback_id)
    SELECT w.watch_key, f.given_at, w.feedback_id FROM feedback_watch w JOIN feedback f ON f.id = w.feedback_id;
DROP TABLE feedback_watch;
ALTER TABLE feedback_watch_dated RENAME TO feedback_watch;
CREATE INDEX feedback_watch_feedback ON feedback_watch (feedback_id)
"""

SQLITE = {"text": "TEXT", "bytes": "BLOB", "pairs": "WITHOUT ROWID"}
POSTGRES = {"text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "pairs": ""}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
