"""What reading costs with a million pieces of feedback: a page of a hundred, with each filter, and the statistics.

The rows are written by SQL in the shape that taking deliveries in leaves them; the pages are asked for through the
application, in this process, so that what is measured is the service's own time.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measured import Cost, measured
from tests.support.api import Api, open_api
from tests.support.databases import look_into

REPOSITORIES = 100
AGENTS = 50
RUNS = 20_000
ROUNDS = 15

_FINDINGS = json.dumps(
    [[f"step_{n}", "nothing", "looked at what was written before, and found no claim there", []] for n in range(9)]
)
_STATEMENTS = (
    "INSERT INTO repository (id, installation_id, deleted) SELECT n, 1, 0 FROM numbers WHERE n <= {repositories}",
    "INSERT INTO repository_workspace (workspace, repository_id) SELECT 'default', id FROM repository",
    """INSERT INTO repository_name (repository_id, name, name_key, as_of, seen_at)
    SELECT id, 'acme/r' || id, 'acme/r' || id, 1, 1 FROM repository""",
    """INSERT INTO run (id, workspace, span_id, repository, repository_key, repository_id, numbers, agent_name,
        skill_version_ids, guardrail_version_ids, internal, started_at, artifacts, facts, registered_at)
    SELECT n, 'default', 's' || n, 'acme/r' || (1 + n % {repositories}), 'acme/r' || (1 + n % {repositories}),
        1 + n % {repositories}, '[]', 'agent-' || (n % {agents}), '[]', '[]', 0, 1, '[]', '', 1
    FROM numbers WHERE n <= {runs}""",
    """INSERT INTO object (id, repository_id, kind, github_id, number, author_id, author_login, author_type,
        author_as_of, created_at, url, deleted, as_of)
    SELECT n, 1 + n % {repositories}, 'issue_comment', n, 1 + n % 1000, 7, 'maya', 'User', 1, {start} + n * 1000000,
        'https://github.com/acme/r/issues/1#issuecomment-' || n, 0, 1 FROM numbers""",
    """INSERT INTO feedback (id, object_id, workspace, repository_id, number, authorized, status, state_status, body,
        instruction, author_association, given_at, updated_at, received_at, resolution_id, confidence, mode, span_id,
        agent_name)
    SELECT n, n, 'default', 1 + n % {repositories}, 1 + n % 1000, 1,
        CASE WHEN n % 5000 = 0 THEN 'failed' ELSE 'new' END, 'new',
        '/agents improve keep it short, please, and say why', 'keep it short, please, and say why', 'MEMBER',
        {start} + n * 1000000, {start} + n * 1000000, {start} + n * 1000000, n,
        CASE WHEN n % 1000 = 0 THEN 'unresolved' WHEN n % 10 = 0 THEN 'inferred' ELSE 'exact' END,
        'artifact_review', 's' || (1 + n % {runs}), 'agent-' || ((1 + n % {runs}) % {agents})
    FROM numbers""",
    """INSERT INTO resolution (id, feedback_id, workspace, confidence, mode, span_id, candidates, findings, cause,
        resolved_at)
    SELECT n, n, 'default', CASE WHEN n % 1000 = 0 THEN 'unresolved' WHEN n % 10 = 0 THEN 'inferred' ELSE 'exact' END,
        'artifact_review', 's' || (1 + n % {runs}), '[]', '{findings}', 'delivery', {start} + n * 1000000
    FROM numbers""",
    "ANALYZE",
)
_NUMBERS = """
CREATE TEMP TABLE numbers AS
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) SELECT n FROM counted
"""


def pages(count: int) -> dict[str, Cost]:
    """Return what pages cost with so many pieces of feedback, by how they are asked for."""
    with tempfile.TemporaryDirectory() as folder, open_api(Path(folder), rate_limit=0) as api:
        start = _fill(api, count)
        return {name: _page(api, path, query) for name, path, query in _asked(start, count)}


def _fill(api: Api, count: int) -> int:
    database = look_into(api.services.store)
    start = int(api.now.timestamp() * 1_000_000) - count * 1_000_000
    words = {
        "count": count,
        "repositories": REPOSITORIES,
        "agents": AGENTS,
        "runs": min(RUNS, count),
        "findings": _FINDINGS,
        "start": start,
    }
    for statement in (_NUMBERS, *_STATEMENTS):
        with database.writing():
            database.change(statement.format(**words))
    return start


def _asked(start: int, count: int) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield how pages are asked for: from the top, from the middle, and with each filter, rare and frequent."""

    def moment(feedback: int) -> str:
        seconds = (start + feedback * 1_000_000) / 1_000_000
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))

    filters: dict[str, dict[str, str]] = {
        "newest": {},
        "repository": {"repository": "acme/r7"},
        "repository and number": {"repository": "acme/r7", "number": "107"},
        "status, rare": {"status": "failed"},
        "confidence, rare": {"confidence": "unresolved"},
        "confidence, frequent": {"confidence": "exact"},
        "agent": {"agent": "agent-9"},
        "run": {"run": "s9"},
        "since a minute": {"since": moment(count - 60)},
        "since the middle": {"since": moment(count // 2)},
        "rare and since": {"confidence": "unresolved", "since": moment(count - 5000)},
    }
    for name, query in filters.items():
        yield name, "/feedback", query
    yield "stats of 30 days", "/stats", {}


def _page(api: Api, path: str, query: dict[str, str]) -> Cost:
    limit = {"limit": 100} if path == "/feedback" else {}
    return measured(api, lambda _: api.get(path, **limit, **query), rounds=ROUNDS)
