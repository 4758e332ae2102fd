"""Damage of every kind, done to a real store behind its back, is found and named."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from store import Store
from store.database import Values
from tests.support.databases import look_into
from tests.support.examined_store import assert_clean, damage, live, look_over
from tests.support.facts import delivery, ignored
from tests.support.world import World

BYTES = b"\x01" * 32

SAME_RANK = """
UPDATE revision SET updated_at = 5 WHERE object_id = (
    SELECT MIN(s.object_id) FROM (SELECT object_id FROM revision GROUP BY object_id HAVING COUNT(*) > 1) s
)
"""

NEWER = """
UPDATE report_entry SET type = 'priority_judgment', entry_key = '', counts = 0
WHERE id = (SELECT MAX(id) FROM report_entry)
"""

DAMAGE = (
    # kind, table, what is done
    ("hash", "delivery", "UPDATE delivery SET body = ? WHERE id = 1", (zlib.compress(b"{}"),)),
    ("hash", "delivery", "UPDATE delivery SET body = ? WHERE id = 1", (b"not compressed",)),
    ("hash", "delivery", "UPDATE delivery SET body = ? WHERE id = 1", (zlib.compress(b"{}" * 99)[:-5],)),
    ("hash", "delivery", "UPDATE delivery SET pruned_at = 1 WHERE id = 1", ()),
    ("hash", "delivery_conflict", "UPDATE delivery_conflict SET body = ?", (zlib.compress(b"{}"),)),
    ("reference", "delivery_conflict", "UPDATE delivery_conflict SET guid = 'another'", ()),
    ("copy", "delivery", "UPDATE delivery SET processed_at = NULL WHERE id = 1", ()),
    ("copy", "delivery", "UPDATE delivery SET status = 'lost' WHERE id = 1", ()),
    ("hash", "revision", "UPDATE revision SET body = body || ' and more' WHERE id = 1", ()),
    ("hash", "revision", "UPDATE revision SET updated_at = updated_at + 1 WHERE id = 1", ()),
    ("hash", "revision", "UPDATE revision SET erased_at = 1 WHERE id = 1", ()),
    ("hash", "revision", "UPDATE object SET github_id = github_id + 100000 WHERE id = 1", ()),
    ("hash", "git_commit", "UPDATE git_commit SET message = 'another' WHERE id = 1", ()),
    ("hash", "sighting", "UPDATE sighting SET span_id = 'another' WHERE id = 1", ()),
    ("hash", "sighting", "UPDATE sighting SET trust = 'unsigned' WHERE id = 1", ()),
    ("hash", "resolution", "UPDATE resolution SET findings = '[]'", ()),
    ("hash", "resolution", "UPDATE resolution SET mode = 'another' WHERE id = 1", ()),
    ("chain", "resolution", "DELETE FROM resolution WHERE id = 1", ()),
    ("chain", "feedback", "DELETE FROM resolution WHERE id = (SELECT MAX(id) FROM resolution)", ()),
    ("hash", "report_entry", "UPDATE report_entry SET content = '{}' WHERE type = 'note'", ()),
    ("hash", "report_entry", "UPDATE report_entry SET producer_name = 'x' WHERE producer_kind = 'agent'", ()),
    ("chain", "report_entry", "DELETE FROM report_entry WHERE id = 1", ()),
    ("chain", "report", "DELETE FROM report_entry WHERE id = (SELECT MAX(id) FROM report_entry)", ()),
    ("hash", "report_entry_revision", "UPDATE report_entry_revision SET content = '{}'", ()),
    ("chain", "report_entry", "DELETE FROM report_entry_revision", ()),
    ("reference", "revision", "DELETE FROM object WHERE id = 1", ()),
    ("reference", "object", "DELETE FROM revision WHERE object_id = 1", ()),
    ("reference", "object", "DELETE FROM repository", ()),
    ("reference", "push_commit", "DELETE FROM git_commit WHERE id = 1", ()),
    ("reference", "push_commit", "DELETE FROM push", ()),
    ("reference", "feedback_watch", "UPDATE feedback_watch SET feedback_id = 77 WHERE feedback_id = 1", ()),
    ("reference", "change", "UPDATE change SET resolution_id = 77", ()),
    ("reference", "report", "UPDATE report SET implementation = 'nobody'", ()),
    ("reference", "report_entry", "UPDATE report_entry SET producer_name = 'x' WHERE producer_kind = 'run'", ()),
    ("reference", "report_entry", "UPDATE report_entry SET entry_key = 'x' WHERE type = 'task_run'", ()),
    ("reference", "resolution", "UPDATE resolution SET span_id = 'nobody' WHERE span_id IS NOT NULL", ()),
    ("reference", "feedback", "DELETE FROM report", ()),
    ("reference", "sighting", "UPDATE sighting SET revision_id = NULL WHERE object_id IS NOT NULL", ()),
    ("reference", "pull_commit", "DELETE FROM pull_list", ()),
    ("copy", "revision", "UPDATE revision SET number = 77 WHERE id = 1", ()),
    ("copy", "revision", SAME_RANK, ()),
    ("copy", "sighting", "UPDATE sighting SET author_id = 77 WHERE object_id IS NOT NULL", ()),
    ("copy", "sighting", "UPDATE sighting SET posted_at = 77 WHERE object_id IS NOT NULL", ()),
    ("copy", "sighting", "UPDATE sighting SET posted_from = 77 WHERE object_id IS NOT NULL", ()),
    ("copy", "sighting", "UPDATE sighting SET repository_id = 77 WHERE commit_id IS NOT NULL", ()),
    ("copy", "git_commit", "UPDATE git_commit SET pushed = 1 - pushed WHERE id = 1", ()),
    ("copy", "pull_list", "DELETE FROM pull_commit", ()),
    ("copy", "pull_request", "DELETE FROM pull_head", ()),
    ("copy", "line_blame", "UPDATE line_blame SET first_line = 1 WHERE first_line = 5", ()),
    ("copy", "line_origin", "UPDATE line_origin SET first_line = 1 WHERE first_line = 5", ()),
    ("copy", "repository_name", "UPDATE repository_name SET name_key = 'x'", ()),
    ("copy", "run", "UPDATE run SET repository_key = 'x'", ()),
    ("copy", "run_number", "UPDATE run_number SET started_at = 77", ()),
    ("copy", "run", "DELETE FROM run_number", ()),
    ("copy", "run", "UPDATE run SET numbers = '['", ()),
    ("copy", "run", "DELETE FROM run_session", ()),
    ("copy", "run", "UPDATE run SET sessions = '[' WHERE sessions IS NOT NULL", ()),
    ("copy", "feedback", "UPDATE feedback SET number = 77", ()),
    ("copy", "feedback", "UPDATE feedback SET resolution_id = 1", ()),
    ("copy", "feedback", "UPDATE feedback SET resolution_id = NULL", ()),
    ("copy", "feedback", "UPDATE feedback SET state_status = 'withdrawn'", ()),
    ("copy", "feedback", "UPDATE feedback SET mode = 'another'", ()),
    ("copy", "feedback", "UPDATE feedback SET agent_name = 'another'", ()),
    ("copy", "resolution", "UPDATE resolution SET workspace = 'another'", ()),
    ("copy", "change", "UPDATE change SET workspace = 'another'", ()),
    ("copy", "feedback_watch", "UPDATE feedback_watch SET given_at = 77", ()),
    ("copy", "report", "UPDATE report SET instruction = 'another'", ()),
    ("copy", "report", "UPDATE report SET resolution_id = 1", ()),
    ("copy", "report", "UPDATE report SET status = 'withdrawn'", ()),
    ("copy", "report_entry", NEWER, ()),
    ("copy", "report_entry", "UPDATE report_entry SET deleted_at = 1, remover_kind = 'system' WHERE counts = 1", ()),
    ("copy", "commit_path", "UPDATE commit_path SET path = 'another'", ()),
    ("copy", "want", "UPDATE want SET key_hash = ?", (BYTES,)),
    ("copy", "want", "UPDATE want SET need = 'blame'", ()),
    ("copy", "github_answer", "UPDATE github_answer SET question = 'another'", ()),
    ("hash", "github_answer", "UPDATE github_answer SET body = ?", (b"not compressed",)),
    ("resolution", "feedback", "UPDATE feedback SET body = 'another'", ()),
    ("resolution", "feedback", "UPDATE feedback SET given_at = given_at + 1", ()),
    ("resolution", "feedback", "DELETE FROM sighting WHERE object_id IS NOT NULL", ()),
    ("resolution", "feedback", "UPDATE run SET span_id = span_id || 'x'", ()),
)  # fmt: skip


@pytest.fixture
def world(store: Store) -> World:
    """A service whose store holds a row of every kind."""
    world = World(store)
    live(world)
    return world


def test_what_was_kept_by_the_service_is_clean(world: World) -> None:
    """A store that only the service wrote has no fault, and a row of each table was looked at."""
    found = look_over(world)
    assert found.faults == []
    tables = ("delivery", "delivery_conflict", "revision", "git_commit", "sighting", "resolution", "report_entry")
    more = ("report_entry_revision", "feedback", "run", "commit_path", "want", "github_answer")
    assert {name: found.checked[name] > 0 for name in (*tables, *more)} == dict.fromkeys((*tables, *more), True)
    rows = look_into(world.store).rows("SELECT COUNT(*) FROM resolution")[0][0]
    assert found.checked["resolution"] == rows


@pytest.mark.parametrize(
    ("kind", "table", "sql", "values"), DAMAGE, ids=[f"{kind}-{sql}"[:90] for kind, _, sql, _ in DAMAGE]
)
def test_damage_is_named(world: World, kind: str, table: str, sql: str, values: Values) -> None:
    """Whatever is changed, removed or added behind the service's back is told, with the kind of check and the table."""
    damage(world.store, sql, values)
    found = look_over(world)
    assert (kind, table) in {(fault.kind, fault.row.split()[0]) for fault in found.faults}, found.faults


def test_texts_are_not_told(world: World) -> None:
    """What is printed of a fault holds no text that people wrote: hashes say what differs."""
    damage(world.store, "UPDATE revision SET body = 'a secret of mona'")
    damage(world.store, "UPDATE feedback SET body = 'a secret of mona', instruction = 'a secret of mona'")
    assert "secret" not in str(look_over(world).faults)


def test_many_faults_are_counted(world: World) -> None:
    """Of a thousand faults of one kind a hundred are told, and all are counted."""
    for number in range(150):
        world.store.record(ignored(f"many-{number}"))
    damage(
        world.store,
        "UPDATE delivery SET body = ? WHERE id > (SELECT MAX(id) FROM delivery) - 150",
        (zlib.compress(b"[]"),),
    )
    found = look_over(world)
    assert (found.count, len(found.faults), found.untold()) == (150, 100, {("hash", "delivery"): 50})


def test_rows_without_a_hash_are_noted(world: World) -> None:
    """A row that an older version wrote has no hash: that is said, and is no fault."""
    damage(world.store, "UPDATE revision SET sha256 = NULL")
    found = look_over(world)
    assert found.faults == []
    assert any("rows of revision have no hash" in note.message for note in found.notes)


def test_what_waits_is_noted(world: World) -> None:
    """Deliveries that wait for more than an hour, and those that were given up, are notes, not faults."""
    for guid in ("waiting", "dead"):
        world.store.record(delivery(guid, of=None))
    damage(world.store, "UPDATE delivery SET status = 'dead' WHERE guid = 'dead'")
    world.now += timedelta(hours=2)
    found = look_over(world)
    assert found.faults == []
    assert {note.message.split(":")[0] for note in found.notes if note.kind == "delivery"} == {
        "1 deliveries are pending since more than an hour", "1 deliveries are dead",
    }  # fmt: skip


@pytest.mark.parametrize("why", ["late", "waiting"])
def test_an_answer_that_need_not_be_the_newest_is_noted(world: World, why: str) -> None:
    """An answer that differs is no fault after 30 days, nor while deliveries of its repository are not processed."""
    damage(world.store, "DELETE FROM sighting WHERE object_id IS NOT NULL")
    assert "resolution" in {fault.kind for fault in look_over(world).faults}
    if why == "late":
        world.now += timedelta(days=31)
    else:
        damage(world.store, "UPDATE delivery SET status = 'pending', processed_at = NULL WHERE id = 1")
    found = look_over(world)
    assert "resolution" not in {fault.kind for fault in found.faults}
    assert [note for note in found.notes if note.kind == "resolution"]


def test_sqlite_s_own_check_is_part_of_it(world: World) -> None:
    """An index of SQLite that does not hold what its table holds is told."""
    database = look_into(world.store)
    if database.is_postgres:  # which has no such check in SQL; what stands in its place is above
        assert_clean(world)
        return
    database.rows("PRAGMA writable_schema = 1")
    damage(
        world.store,
        "UPDATE sqlite_master SET sql = 'CREATE INDEX sighting_object ON sighting (span_id, object_id)' "
        "WHERE name = (SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sighting' AND sql LIKE "
        "'%(object_id, span_id)%')",
    )
    database.close()
    assert "database" in {fault.kind for fault in look_over(world).faults}
