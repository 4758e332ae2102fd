"""What a report costs as its log grows: appending to it, and reading its first pages, on both databases.

The log is filled by SQL in the shape that appending leaves it; what is measured is asked for through the application,
in this process, so that it is the service's own time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.bench.measured import Cost, measured
from tests.support.api import Api, open_api
from tests.support.databases import look_into, postgres_url, unreachable

ROUNDS = 25
RUN = "span-1"
_FILL = """
INSERT INTO report_entry (report_id, type, entry_key, counts, producer_kind, producer_name, writer_kind, writer_name,
    revision, created_at, updated_at, content)
SELECT 1,
    CASE n - n / 5 * 5 WHEN 0 THEN 'priority_judgment' WHEN 1 THEN 'finding' ELSE 'note' END,
    CASE n - n / 5 * 5 WHEN 0 THEN '' WHEN 1 THEN 'signal-' || (n - n / 500 * 500) END,
    CASE WHEN n - n / 5 * 5 = 0 AND n > {count} - 5 OR n - n / 5 * 5 = 1 AND n > {count} - 500
        THEN 1 ELSE 0 END,
    'run', 'span-' || (n - n / 50 * 50), 'run', 'span-' || (n - n / 50 * 50), 1, n, n,
    CASE n - n / 5 * 5
        WHEN 0 THEN '{{"explanation":"' || n || '","priority":"P1"}}'
        WHEN 1 THEN '{{"signal_id":"signal-' || (n - n / 500 * 500) || '","data_queried":"the log","verified":true}}'
        ELSE '{{"note":"what was seen, tried and thought about it, number ' || n || '"}}' END
FROM ({numbers}) numbers
"""
_NUMBERS = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count})
SELECT n FROM counted
"""


def databases() -> Iterator[str]:
    """Yield the kinds of database that are here."""
    yield "SQLite"
    if unreachable() is None:
        yield "PostgreSQL"


def costs(kind: str, count: int) -> dict[str, Cost]:
    """Return what is paid at a report with so many entries, by what is done."""
    with _opened(kind) as api:
        api.register(RUN)
        api.give()
        database = look_into(api.services.store)
        with database.writing():
            database.change(_FILL.format(count=count, numbers=_NUMBERS.format(count=count)))
        with database.writing():
            database.change("ANALYZE")
        return {name: measured(api, ask, rounds=ROUNDS) for name, ask in _asked(api).items()}


@contextmanager
def _opened(kind: str) -> Iterator[Api]:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "SQLite":
            with open_api(Path(folder), rate_limit=0) as api:
                yield api
        else:
            with postgres_url() as url, open_api(Path(folder), rate_limit=0, database_url=url) as api:
                yield api


def _asked(api: Api) -> dict[str, Callable[[int], TestResponse]]:
    def append(type_: str, content: dict[str, Any]) -> TestResponse:
        return api.post("/reports/1/entries", {"type": type_, "content": content})

    def listed(**query: str | int) -> Callable[[int], TestResponse]:
        return lambda _: api.get("/reports/1/entries", **query)

    return {
        "append a note": lambda n: append("note", {"note": f"new {n}"}),
        "append a judgment": lambda n: append("priority_judgment", {"priority": "P2", "explanation": f"new {n}"}),
        "append a finding": lambda n: append(
            "finding", {"signal_id": "signal-1", "data_queried": f"new {n}", "verified": True}
        ),
        "associate a run": lambda n: append("task_run", {"run": RUN, "type": f"new {n}"}),
        "first page": listed(),
        "first page of 500": listed(limit=500),
        "first page of a type": listed(type="finding"),
        "first page of a run": listed(run="span-7"),
        "what counts": listed(current="true"),
        "the report": lambda _: api.get("/reports/1"),
    }
