"""Fills an empty store with as many artifacts as are asked for, quickly: by SQL, without waiting for the disk.

The rows are narrow but of the shape that taking deliveries in leaves, with every index. To ``count`` artifacts (claims
that hold) belong as many deliveries, 0.8 objects with a version each, 0.2 commits with three paths each, a run for
ten, and for a hundred a piece of feedback with ten watched keys, its answer, its report and its change. A tenth stands
in the repository that the benchmarks' deliveries speak of; however many there are, ten stand on each number.

Indexes are dropped before and made again after: that is several times faster. Nothing of this is durable until the
end, so a store whose filling was interrupted is of no use.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from store.address import sqlite_path
from tests.bench.deliveries import REPOSITORY, RUNS

REPOSITORY_ID = 262475203
AGENT_ID = 373676720
"""Of octokit's examples: the account that posts what runs sign."""
END = datetime(2026, 9, 30, tzinfo=UTC)
"""When the newest artifact was posted; each second before that there was one."""

_REPOSITORY = "CASE WHEN n % 10 = 0 THEN {repository} ELSE 100000 + n % {repositories} END"
# The first thousand of the repository stand on the numbers that deliveries speak of, ten on each.
_NUMBER = (
    "CASE WHEN n % 10 = 0 THEN (CASE WHEN n <= 10000 THEN 1000 + (n / 10) % {numbers} ELSE 2000 + n / 100 END) "
    "ELSE 1 + n / {repositories} / 10 END"
)
_KIND = "CASE WHEN n % 3 = 0 THEN 'issue_comment' ELSE 'pull_request_review_comment' END"
_STATEMENTS = (
    "INSERT INTO repository (id, installation_id, deleted) SELECT 100000 + n, 1, 0 FROM {few}",
    "INSERT INTO repository (id, installation_id, deleted) VALUES ({repository}, 1, 0)",
    "INSERT INTO repository_workspace (workspace, repository_id) SELECT 'default', id FROM repository",
    """INSERT INTO repository_name (repository_id, name, name_key, as_of, seen_at)
    SELECT id, 'acme/r' || id, 'acme/r' || id, {start}, {start} FROM repository WHERE id <> {repository}""",
    """INSERT INTO repository_name (repository_id, name, name_key, as_of, seen_at)
    VALUES ({repository}, '{name}', '{name}', {start}, {start})""",
    f"""INSERT INTO delivery (id, guid, event, action, repository_id, status, tries, received_at, processed_at,
        next_try_at, held_until, body_sha256, headers, body)
    SELECT n, {{guid}}, 'issue_comment', 'created', {_REPOSITORY}, 'done', 1, {{at}}, {{at}}, 0, 0, {{hash}},
        '{{{{}}}}', {{blob}} FROM {{all}}""",
    f"""INSERT INTO object (id, repository_id, kind, github_id, number, author_id, author_login, author_type,
        author_as_of, created_at, url, thread, path, commit_sha, original_commit_sha, deleted, as_of)
    SELECT n, {_REPOSITORY}, {_KIND}, 1000000 + n, {_NUMBER}, {{agent}}, 'review-bot', 'User', 0, {{at}},
        'https://github.com/a/b/pull/1#' || n, 1000000 + n - n % 2, 'src/f' || (n % 50), {{sha}}, {{sha}}, 0, {{at}}
    FROM {{all}} WHERE n % 5 <> 4""",
    """INSERT INTO revision (id, object_id, updated_at, body_sha256, body, editor_id, editor_login, editor_type, edited,
        author_association, rank, repository_id, number)
    SELECT id, id, created_at, {hash_of_id}, 'This can be empty.', author_id, author_login, author_type, 0, 'NONE', 0,
        repository_id, number FROM object""",
    f"""INSERT INTO git_commit (id, repository_id, sha, message, committed_at, author_login, paths_known, pushed_at,
        pushed)
    SELECT n, {_REPOSITORY}, {{sha}}, 'Change it', {{at}}, 'review-bot', 1, {{at}}, 1 FROM {{all}} WHERE n % 5 = 4""",
    """INSERT INTO commit_path (commit_id, path_key, path, change)
    SELECT c.id, {path_key}, 'src/f' || p.n || '.py', 'modified' FROM git_commit c, {three} p""",
    """INSERT INTO sighting (id, object_id, revision_id, repository_id, author_id, posted_from, posted_at, digest,
        workspace, span_id, agent_name, trust, verified_with, verified_at, number)
    SELECT id, id, id, repository_id, author_id, created_at, created_at, {digest_of_id}, 'default',
        's' || (id % {runs}), 'coder', 'signed', 'k', created_at, number FROM object""",
    """INSERT INTO sighting (id, commit_id, repository_id, posted_from, posted_at, digest, workspace, span_id,
        agent_name, trust, verified_with, verified_at)
    SELECT id, id, repository_id, committed_at, committed_at, {digest_of_id}, 'default', 's' || (id % {runs}), 'coder',
        'signed', 'k', committed_at FROM git_commit""",
    f"""INSERT INTO run (id, workspace, span_id, repository, repository_key, repository_id, number, numbers, agent_name,
        skill_version_ids, guardrail_version_ids, internal, started_at, artifacts, facts, registered_at)
    SELECT n / 10, 'default', 's' || (n / 10), 'acme/r', 'acme/r', {_REPOSITORY}, {_NUMBER}, '[]', 'coder', '[]', '[]',
        0, {{at}}, '[]', '', {{at}} FROM {{all}} WHERE n % 10 = (n / 10) % 10""",
    """INSERT INTO run_number (number, run_id, repository_id, repository_key, started_at)
    SELECT number, id, repository_id, repository_key, started_at FROM run""",
    """INSERT INTO feedback (id, object_id, workspace, repository_id, number, authorized, status, state_status, body,
        instruction, author_association, given_at, updated_at, received_at, resolution_id, confidence, mode, span_id,
        agent_name)
    SELECT id, id, 'default', repository_id, number, 1, 'new', 'new', '/agents improve', 'say when', 'MEMBER',
        created_at, created_at, created_at, id, 'exact', 'artifact_review', 's' || (id % {runs}), 'coder'
    FROM object WHERE id % 100 = 30 OR id % 100 = 1""",
    "DELETE FROM feedback WHERE id % 200 = 1 OR id % 200 = 30",
    """INSERT INTO resolution (id, feedback_id, workspace, confidence, mode, span_id, candidates, findings, cause,
        resolved_at)
    SELECT id, id, 'default', 'exact', 'artifact_review', span_id, '[]', '[]', 'delivery', received_at FROM feedback""",
    """INSERT INTO report (id, workspace, feedback_id, repository_id, status, instruction, resolution_id, created_at,
        updated_at)
    SELECT id, 'default', id, repository_id, 'open', instruction, id, received_at, received_at FROM feedback""",
    """INSERT INTO change (id, workspace, feedback_id, kind, status, resolution_id, changed_at)
    SELECT id, 'default', id, 'resolved', 'new', id, received_at FROM feedback""",
    """INSERT INTO feedback_watch (watch_key, given_at, feedback_id)
    SELECT {watch_key}, f.given_at, f.id FROM feedback f, {ten} p""",
)
_WORDS_OF_SQLITE = {
    "all": "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c)",
    "guid": "printf('%08x-1111-4111-8111-111111111111', n * 2654435761 % 4294967296)",
    "sha": "printf('%08x11111111111111111111111111111111', n * 2654435761 % 4294967296)",
    "digest_of_id": "printf('%08x%056x', id * 2654435761 % 4294967296, id)",
    "hash": "zeroblob(32)",
    "hash_of_id": "zeroblob(32)",
    "blob": "zeroblob(64)",
    "path_key": "CAST(printf('%016x', p.n) AS BLOB)",
    "watch_key": "randomblob(16)",
}
_WORDS_OF_POSTGRES = {
    "all": "generate_series(1::bigint, {count}) n",
    "guid": "lpad(to_hex(n * 2654435761 % 4294967296), 8, '0') || '-1111-4111-8111-111111111111'",
    "sha": "lpad(to_hex(n * 2654435761 % 4294967296), 8, '0') || '11111111111111111111111111111111'",
    "digest_of_id": "lpad(to_hex(id * 2654435761 % 4294967296), 8, '0') || lpad(to_hex(id), 56, '0')",
    "hash": "decode(repeat('00', 32), 'hex')",
    "hash_of_id": "decode(repeat('00', 32), 'hex')",
    "blob": "decode(repeat('00', 64), 'hex')",
    "path_key": "decode(md5(p.n::text), 'hex')",
    "watch_key": "decode(md5(f.id || '/' || p.n), 'hex')",
}


def fill(url: str, count: int) -> None:
    """Fill a store that the migrations have just made."""
    if url.startswith("sqlite:"):
        _fill_sqlite(sqlite_path(url), count)
    else:
        _fill_postgres(url, count)


def _fill_sqlite(path: Path, count: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -400000", "temp_store = file"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for statement in _statements(_WORDS_OF_SQLITE, count):
        connection.execute(statement)
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("PRAGMA journal_mode = wal")
    connection.close()


def _fill_postgres(url: str, count: int) -> None:
    with psycopg.connect(url) as connection:
        for setting in (
            "statement_timeout = 0",
            "session_replication_role = replica",
            "maintenance_work_mem = '400MB'",
        ):
            connection.execute(f"SET LOCAL {setting}".encode())
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname NOT LIKE '%_pkey' AND tablename NOT LIKE 'schema_%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        for statement in _statements(_WORDS_OF_POSTGRES, count):
            connection.execute(statement.encode())
        for _, definition in indexes:
            connection.execute(definition.encode())
        for (table,) in connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND column_name = 'id' AND column_default LIKE 'nextval%' AND table_name NOT LIKE 'schema_%'"
        ).fetchall():
            connection.execute(f"SELECT setval('{table}_id_seq', coalesce((SELECT max(id) FROM {table}), 1))".encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"SET statement_timeout = 0")
        connection.execute(b"VACUUM ANALYZE")


def _statements(words: dict[str, str], count: int) -> list[str]:
    repositories = max(10, count // 10_000)
    given = {
        "count": count,
        "repositories": repositories,
        "repository": REPOSITORY_ID,
        "name": REPOSITORY,
        "agent": AGENT_ID,
        "numbers": RUNS,
        "runs": max(1, count // 10),
        "start": int(END.timestamp() - count) * 1_000_000,
        "at": f"({int(END.timestamp() - count)} + n) * 1000000",
    }
    series = {
        name: words["all"].format(count=size) for name, size in (("few", repositories), ("three", 3), ("ten", 10))
    }
    own = {name: word.format(count=count) for name, word in words.items()}
    if "generate_series" in words["all"]:
        series |= {name: f"(SELECT generate_series(1, {size}) AS n)" for name, size in (("three", 3), ("ten", 10))}
    return [statement.format(**given, **own, **series) for statement in _STATEMENTS]
