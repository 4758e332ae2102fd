"""`whichrun import`: the file of the other tool, which is only read, and an import that was stopped."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.agents_db import AgentsDb, agents_db
from tests.support.api import Api, open_api
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.databases import fresh_sqlite, look_into
from tests.support.service import COMMAND, environment
from tests.torture.injections import injecting
from tests.torture.state import state_of

RUNS = 120
"""Several portions."""


@pytest.fixture
def old(tmp_path: Path) -> AgentsDb:
    """The other tool's database, with two runs."""
    made = agents_db(tmp_path / "agents.db")
    made.run("span-1")
    made.run("span-2")
    return made


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The settings of a service on SQLite."""
    return {"database_url": fresh_sqlite(tmp_path / "store.db"), "signing_secrets": "k1:secret-for-tests"}


def full(old: AgentsDb) -> None:
    """Have the other tool have worked for long."""
    old.execute("DELETE FROM run_attributions")
    for number in range(RUNS):
        old.run(f"span-{number}")
        old.artifact(f"span-{number}", id=1000 + number)
    old.feedback(id=900, span="span-1")


@pytest.fixture
def api(migrated_url: str, tmp_path: Path) -> Iterator[Api]:
    """A service, on either database."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.mark.parametrize("number", [1, 2, 4, 6, 9])
def test_killed_in_the_middle_it_goes_on(api: Api, old: AgentsDb, tmp_path: Path, number: int) -> None:
    """After ``kill -9`` in any portion's transaction the same command ends with all, each row counted once."""
    full(old)
    url = api.services.settings.database_url
    settings = {"database_url": url, "signing_secrets": "k1:secret-for-tests"}
    named = {f"WHICHRUN_{name.upper()}": value for name, value in settings.items()}
    command = [*COMMAND, "import", str(old.path), "--json"]
    changed = environment(named | injecting(dies_while_saving=number))
    dead = subprocess.run(command, cwd=tmp_path, env=changed, capture_output=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert dead.stdout == b""

    document = answer_of(whichrun("import", str(old.path), "--json", settings=settings))
    assert document["runs"] == {"read": RUNS, "new": RUNS, "known": 0, "passed_over": 0}
    assert document["artifacts"] == {"read": RUNS, "new": RUNS, "known": 0, "passed_over": 0}
    assert (document["feedback"]["read"], document["links"]["equal"]) == (1, 0)
    undisturbed = fresh_sqlite(tmp_path / "undisturbed.db")
    answer_of(whichrun("import", str(old.path), "--json", settings=settings | {"database_url": undisturbed}))
    with open_api(tmp_path, database_url=undisturbed) as other:
        found, expected = (state_of(look_into(one.services.store), history=True) for one in (api, other))
        assert found == expected


def test_another_file_in_its_place_is_read_from_its_beginning(
    old: AgentsDb, settings: dict[str, str], tmp_path: Path
) -> None:
    """Where a stopped import finds other rows than it left, it begins anew and passes nothing over."""
    full(old)
    named = {f"WHICHRUN_{name.upper()}": value for name, value in settings.items()}
    command = [*COMMAND, "import", str(old.path)]
    subprocess.run(
        command, cwd=tmp_path, env=environment(named | injecting(dies_while_saving=2)), capture_output=True, check=False
    )
    old.execute("DELETE FROM run_attributions WHERE span_id < 'span-5'", "DELETE FROM run_attribution_artifacts")
    old.run("span-late")
    document = answer_of(whichrun("import", str(old.path), "--json", settings=settings))
    rows = old_count(old)
    assert document["runs"]["read"] == rows
    assert document["runs"]["new"] + document["runs"]["known"] == rows


def old_count(old: AgentsDb) -> int:
    """Return how many runs the other tool has."""
    with closing(sqlite3.connect(old.path)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM run_attributions").fetchone()[0])


def test_the_file_stays_as_it_was(old: AgentsDb, settings: dict[str, str]) -> None:
    """Nothing is written to the file, even while the other tool holds rows in its write-ahead log: those are read."""
    with closing(sqlite3.connect(old.path, isolation_level=None)) as tool:
        tool.execute("PRAGMA wal_autocheckpoint = 0")
        tool.execute("UPDATE run_attributions SET branch = 'from the log'")
        log = old.path.with_name("agents.db-wal")
        before = old.path.read_bytes(), log.read_bytes()
        assert log.stat().st_size > 0
        document = answer_of(whichrun("import", str(old.path), "--json", settings=settings))
        assert (old.path.read_bytes(), log.read_bytes()) == before
    assert document["runs"]["new"] == 2
    listed = answer_of(whichrun("runs", "--json", settings=settings))["items"]
    assert {run["branch"] for run in listed} == {"from the log"}


def test_the_other_tool_may_go_on_writing(old: AgentsDb, settings: dict[str, str]) -> None:
    """A writer in the middle of its transaction keeps no import waiting, and what it has not committed is not read."""
    with closing(sqlite3.connect(old.path, isolation_level=None)) as tool:
        tool.execute("BEGIN IMMEDIATE")
        tool.execute("DELETE FROM run_attributions")
        assert answer_of(whichrun("import", str(old.path), "--json", settings=settings))["runs"]["new"] == 2
        tool.execute("ROLLBACK")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    """A file of other things, one that is not there, and a folder are errors that say so."""
    other = tmp_path / "other.db"
    other.write_text("not a database, however long this text may become" * 40)
    for path, words in ((other, "file is not a database"), (tmp_path / "gone.db", "no file"), (tmp_path, "no file")):
        error = error_of(whichrun("import", str(path), "--json", settings=settings))
        assert error["code"] == "bad_import"
        assert words in error["message"]
    assert not (tmp_path / "gone.db").exists()


@pytest.mark.parametrize("table", ["run_attributions", "run_attribution_artifacts", "self_improvement_feedback"])
def test_a_database_without_a_table_is_refused(old: AgentsDb, settings: dict[str, str], table: str) -> None:
    """A database of something else, or of a version that had no such table, is an error that names it."""
    old.execute(f"DROP TABLE {table}")
    error = error_of(whichrun("import", str(old.path), "--json", settings=settings))
    assert error["code"] == "bad_import"
    assert f"has no table {table}" in error["message"]


def test_a_table_without_a_needed_column_is_refused(old: AgentsDb, settings: dict[str, str]) -> None:
    """A column without which a row says nothing is named where it is missing."""
    old.execute("ALTER TABLE run_attributions RENAME COLUMN span_id TO span")
    error = error_of(whichrun("import", str(old.path), "--json", settings=settings))
    assert error["message"] == "the table run_attributions has no column span_id"


def test_columns_that_may_be_missing_may_be_missing(old: AgentsDb, settings: dict[str, str]) -> None:
    """Versions before and after may lack a column, or have one more: what is not said is left out."""
    old.execute(
        "ALTER TABLE run_attributions DROP COLUMN branch",
        "ALTER TABLE run_attributions ADD COLUMN of_tomorrow TEXT",
        "ALTER TABLE self_improvement_feedback DROP COLUMN github_parent_comment_id",
    )
    old.feedback(id=900)
    document = answer_of(whichrun("import", str(old.path), "--json", settings=settings))
    assert document["runs"]["new"] == 2
    listed = answer_of(whichrun("runs", "--json", settings=settings))["items"]
    assert {run["branch"] for run in listed} == {None}


def test_what_was_passed_over_is_told_up_to_a_number(old: AgentsDb, settings: dict[str, str]) -> None:
    """Of very many rows that do not fit a hundred are named, and the others counted."""
    old.execute("DELETE FROM run_attributions")
    for number in range(RUNS):
        old.run(f"span-{number}", created_at="never")
    result = whichrun("import", str(old.path), settings=settings)
    assert result.exit_code == 1
    assert "runs: 120 read, 0 new, 0 known, 120 passed over" in result.stdout
    assert result.stderr.count("warning: passed over: runs, row") == 100
    assert "warning: passed over: 20 more" in result.stderr
