"""Writers of one report, and of what it follows, at the same moment on PostgreSQL: nobody waits in a circle or misses.

SQLite has one writer at a time, so none of this can happen there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from resolver.locks import report_lock, repository_lock
from resolver.model.feedback import FeedbackState
from tests.support.api import NOON
from tests.support.attacked import REPO, RUN_HEADER, Siege, open_siege
from tests.support.databases import look_into, postgres_url
from tests.support.service import until

RUN = "busy"
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END $$
"""
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT OR UPDATE ON report_entry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.producer_kind <> 'system') EXECUTE FUNCTION dawdle()
"""
DAWDLING = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"


@pytest.fixture
def siege(tmp_path: Path) -> Iterator[Siege]:
    """A service over PostgreSQL."""
    with postgres_url() as url, open_siege(tmp_path, database_url=url) as opened:
        yield opened


@contextmanager
def beside(siege: Siege, work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Do some work in another thread; it has to be done in the end."""
    done: list[object] = []

    def run() -> None:
        try:
            done.append(work())
        finally:
            siege.api.services.store.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
    assert len(done) == 1


@pytest.mark.parametrize("way", ["appended", "edited", "by the header"])
def test_a_run_that_is_being_associated_is_not_missed(siege: Siege, way: str) -> None:
    """The pull request that arrives while its run's association is being committed is shown, however that came."""
    for span in (RUN, "idle"):
        siege.register(span)
    report = siege.open_report()
    entries = f"/reports/{report}/entries"
    entry = siege.append(report, "task_run", {"run": "idle"})["id"]
    database = look_into(siege.api.services.store)
    with database.writing():
        database.change(SLOW)
        database.change(AT_COMMIT)
    named = {"type": "task_run", "content": {"run": f" {RUN} "}}
    ways: dict[str, Callable[[], object]] = {
        "appended": lambda: siege.done("POST", entries, named),
        "edited": lambda: siege.done("PATCH", f"{entries}/{entry}", {"content": named["content"]}),
        "by the header": lambda: siege.done(
            "POST", entries, {"type": "task_run", "content": {}}, by=siege.api.headers | {RUN_HEADER: RUN}
        ),
    }
    with beside(siege, ways[way]):
        until(lambda: database.row(DAWDLING))
        siege.deliver(siege.pull("opened", siege.mark(RUN), at=3))
    assert siege.shown(report)["pull_request_url"] == f"{REPO.url}/pull/42"


def test_a_report_can_be_changed_while_its_feedback_is(siege: Siege) -> None:
    """Who holds the feedback's row and is about to write to its report does not stop who writes to the report now.

    Both changes of the report's row in one transaction have the database look at the feedback that it refers to.
    """
    report = siege.open_report()
    feedback_id = siege.shown(report)["feedback_id"]
    store = siege.api.services.store
    changed = {"status": "resolved", "title": "other"}
    with store.transaction(repository_lock(REPO.id)) as ledger:
        feedback = ledger.feedback(feedback_id)
        assert feedback is not None
        state: FeedbackState = feedback.state
        ledger.put_feedback(state, NOON)  # takes the row
        with beside(siege, lambda: siege.done("PATCH", f"/reports/{report}", changed)):
            pass
        ledger.lock([report_lock(int(report))])
    assert siege.shown(report)["title"] == "other"


def test_any_number_of_locks_is_taken(siege: Siege) -> None:
    """A push with thousands of runs' claims, or a run with thousands of reports, locks each of them."""
    database = look_into(siege.api.services.store)
    with siege.api.services.store.transaction(*(f"name {number}" for number in range(1_700))) as ledger:
        ledger.lock(f"name {number}" for number in range(1_000, 1_800))
        held = database.row("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    assert held == (1_800,)
