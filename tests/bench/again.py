"""What it costs to resolve again when a fact arrives, with a million artifacts in the store.

PostgreSQL counts the rows that a transaction reads, so the figure is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from unittest import mock

from resolver import intake, registration
from resolver import settle as settling_module
from resolver.chain import Walk, walk
from resolver.policy import Policy
from resolver.ports import Facts, Ledger
from resolver.query import Query
from resolver.settle import Settling, settle
from resolver.watch import News
from store import Store, open_store
from store.database import Database, Row, Values
from tests.support.builders import (
    AGENT,
    Delivery,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.databases import look_into, postgres_url
from tests.support.world import REPO, World

IMPROVE = "/agents improve handle the empty case"

# A hundred thousand of a million stand in the repository that is asked about, a hundred on each of its numbers.
_OBJECTS = """
INSERT INTO object (id, repository_id, kind, github_id, number, author_id, author_login, author_type, author_as_of,
    created_at, url, thread, path, commit_sha, original_commit_sha, deleted, as_of)
SELECT n, CASE WHEN n %% 10 = 0 THEN {repository} ELSE 100000 + n %% 1000 END, 'pull_request_review_comment',
    1000000 + n, 1000 + (n / 10) %% 1000, {author}, 'agent', 'Bot', 0, 1000000::bigint * n,
    'https://github.com/x/y#' || n, 1000000 + n, 'src/f' || n %% 50 || '.py', md5(n::text), md5(n::text), 0, 0
FROM generate_series(1, {count}) n
"""
_REVISIONS = """
INSERT INTO revision (id, object_id, updated_at, body_sha256, body, editor_id, editor_login, editor_type, edited,
    author_association, rank, repository_id, number)
SELECT id, id, created_at, '', 'text', author_id, author_login, 'Bot', 0, 'NONE', 0, repository_id, number FROM object
"""
_SIGHTINGS = """
INSERT INTO sighting (id, object_id, revision_id, repository_id, author_id, posted_from, posted_at, digest, workspace,
    span_id, agent_name, trust, verified_with, verified_at, number)
SELECT id, id, id, repository_id, author_id, created_at, created_at, 'd' || id, 'default', 's' || id %% 100000, 'agent',
    'signed', 'k', 0, number FROM object
"""
_RUNS = """
INSERT INTO run (id, workspace, span_id, repository, repository_key, repository_id, numbers, agent_name,
    skill_version_ids, guardrail_version_ids, internal, started_at, artifacts, facts, registered_at)
SELECT n, 'default', 's' || n, '{name}', '{name}', {repository}, '[]', 'agent', '[]', '[]', 0, {noon}, '[]', '', 0
FROM generate_series(1, 100000) n
"""
_NUMBERS = """
INSERT INTO run_number (number, run_id, repository_id, repository_key, started_at)
SELECT 1000 + id %% 1000, id, repository_id, repository_key, started_at FROM run
"""
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename IN ('object', 'revision', 'sighting', 'run', 'run_number')
AND indexname NOT LIKE '%%_pkey'
"""
_READ = "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"


@dataclass(frozen=True, slots=True)
class Cost:
    """How many pieces of feedback were resolved again, how many rows statements found for it, and visited in all.

    A row that is visited more than once, through an index and for a lock, counts each time.
    """

    resolved: int
    found: int
    visited: int


def figures(count: int) -> Iterator[tuple[str, Cost]]:
    """Yield what arrived when ``count`` artifacts were there, and what it cost."""
    with postgres_url() as url:
        store = open_store(url)
        store.migrate()
        world = World(store)
        _fill(store, count)
        for name, before, fact in _stories(world):
            world.deliver(*before)
            yield name, _counted(world, fact)
        store.close()


def _stories(world: World) -> Iterator[tuple[str, list[Delivery], Callable[[], None]]]:
    """Yield facts that arrive late, each with what was there before."""
    coder = world.run("coder")
    reviewer = world.marks("pr-reviewer", span="span-pr-reviewer", number=42)
    mark = reviewer.hidden_comment

    def delivered(*deliveries: Delivery) -> Callable[[], None]:
        return lambda: world.deliver(*deliveries)

    yield (
        "the commented commit",
        [pull_request(REPO, head=sha("a")), review_comment(REPO, id=1, commit=sha("a"), body=IMPROVE, at=minute(5))],
        delivered(push(REPO, commits=[commit(sha("a"), f"Add it\n\n{coder.commit_trailers}")], at=minute(1))),
    )
    yield (
        "the comment replied to",
        [review_comment(REPO, id=3, in_reply_to_id=2, body=IMPROVE, at=minute(5))],
        delivered(review_comment(REPO, id=2, author=AGENT, body=f"leaks {mark}", at=minute(2))),
    )
    yield "the run that it names", [], lambda: _register(world)
    yield (
        "a comment that it quotes",
        [issue_comment(REPO, id=4, body=f"> this loop never ends here\n\n{IMPROVE}", at=minute(6))],
        delivered(issue_comment(REPO, id=5, author=AGENT, body=f"this loop never ends here {mark}", at=minute(3))),
    )
    yield (
        "a comment on a number of 100 signed ones",
        [issue_comment(REPO, id=6, number=1042, body=IMPROVE, at=minute(6))],
        delivered(issue_comment(REPO, id=7, number=1042, author=AGENT, body="busy", at=minute(4))),
    )
    late = issue_comment(REPO, id=8, author=AGENT, body=mark, at=minute(9))
    yield "a comment after the feedback", [], delivered(late)


def _register(world: World) -> None:
    world.run("pr-reviewer", at=minute(0))


def _counted(world: World, fact: Callable[[], None]) -> Cost:
    """Let a fact arrive; return what it took to resolve again what it can matter to."""
    resolved = found = read = 0
    rows = Database.rows

    def finding(database: Database, sql: str, values: Values = ()) -> list[Row]:
        nonlocal found
        given = rows(database, sql, values)
        found += len(given)
        return given

    def counting(ledger: Ledger, settling: Settling, news: News, feedback: Iterable[int] = ()) -> None:
        nonlocal read
        before = _rows_read(world.store)
        with mock.patch.object(Database, "rows", finding):
            settle(ledger, settling, news, feedback)
        read += _rows_read(world.store) - before

    def walking(facts: Facts, policy: Policy, query: Query) -> Walk:
        nonlocal resolved
        resolved += 1
        return walk(facts, policy, query)

    with (
        mock.patch.object(intake, "settle", counting),
        mock.patch.object(registration, "settle", counting),
        mock.patch.object(settling_module, "walk", walking),
    ):
        fact()
    return Cost(resolved, found, read)


def _rows_read(store: Store) -> int:
    return int(look_into(store).rows(_READ)[0][0])


def _fill(store: Store, count: int) -> None:
    database = look_into(store)
    noon = int(datetime.fromisoformat(minute(0)).timestamp()) * 1_000_000
    words = {"repository": REPO.id, "name": REPO.name, "author": AGENT.id, "count": count, "noon": noon}
    with store.transaction():
        for setting, value in (("statement_timeout", "0"), ("session_replication_role", "replica")):
            database.rows("SELECT set_config(?, ?, true)", (setting, value))
        indexes = database.rows(_INDEXES)
        for name, _ in indexes:
            database.change(f"DROP INDEX {name}")
        for statement in (_OBJECTS, _REVISIONS, _SIGHTINGS, _RUNS, _NUMBERS):
            database.change(statement.format(**words))
        for _, definition in indexes:
            database.change(definition)
        for table in ("object", "revision", "sighting", "run"):
            database.rows(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    database.change("ANALYZE")
