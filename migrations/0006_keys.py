"""The register of keys that claims are verified with, and by what a claim's signature is known again.

Frozen: later changes are migrations of their own. The register begins with the keys that verified what is stored: the
texts of their time need not be read again. See ``0001_initial``.
"""

CHANGES = """
CREATE TABLE signing_key (
    id {text} NOT NULL PRIMARY KEY, kind {text} NOT NULL CHECK (kind IN ('ed25519', 'hmac')), public_jwk {text},
    created_at BIGINT NOT NULL, not_before BIGINT, not_after BIGINT, retired_at BIGINT, read_again_at BIGINT,
    CHECK ((kind = 'hmac') = (public_jwk IS NULL))
);
INSERT INTO signing_key (id, kind, created_at, read_again_at)
SELECT verified_with, 'hmac', MIN(verified_at), MIN(verified_at) FROM sighting
WHERE verified_with IS NOT NULL GROUP BY verified_with;

ALTER TABLE sighting ADD COLUMN proof {bytes};
CREATE INDEX revision_refused ON revision (id) WHERE refusals IS NOT NULL;
CREATE INDEX git_commit_refused ON git_commit (id) WHERE refusals IS NOT NULL
"""

SQLITE = {"text": "TEXT", "bytes": "BLOB"}
POSTGRES = {"text": 'TEXT COLLATE "C"', "bytes": "BYTEA"}


def up(migrator, db):  # noqa: ANN001, ANN201, ARG001 -- the signature that playhouse.migrations calls
    for statement in CHANGES.format(**SQLITE if db.param == "?" else POSTGRES).split(";"):
        db.execute_sql(statement)
