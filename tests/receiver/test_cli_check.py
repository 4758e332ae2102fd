"""``whichrun check``, over both databases, with a store in which a pull request has lived."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from resolver.model.integrity import Examined
from store import Store, open_store
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.databases import look_into
from tests.support.examined_store import damage, live, look_over
from tests.support.world import REPO, World

Call = Callable[..., Result]


@pytest.fixture
def call(store: Store, migrated_url: str) -> Call:
    """Return a function that runs a command on a store that holds something of everything."""
    live(World(store))
    settings = {"database_url": migrated_url, "signing_secrets": "open-signing-secret"}
    return lambda *arguments: whichrun(*arguments, settings=settings)


def test_a_clean_store(call: Call) -> None:
    """It says how many rows it looked at, that nothing is damaged, and ends with 0."""
    shown = call("check")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "nothing is damaged" in shown.stdout
    document = answer_of(call("check", "--json"))
    assert (document["faults"], document["fault_count"]) == ([], 0)
    assert document["checked"]["revision"] > 0


def test_a_damaged_store(call: Call, store: Store) -> None:
    """Each fault is a line with the row, and what was expected and found; the exit code is 1."""
    damage(store, "UPDATE revision SET body = 'another' WHERE id = 1")
    expected = bytes(look_into(store).rows("SELECT body_sha256 FROM revision WHERE id = 1")[0][0]).hex()
    shown = call("check")
    assert shown.exit_code == 1
    assert f"FAULT hash: revision 1: its text is not the one that was kept (expected {expected}, found " in shown.stdout
    told = call("check", "--json")
    assert told.exit_code == 1
    assert f'"expected": "{expected}"' in told.stdout


def test_it_stops_nobody_and_is_of_one_moment(store: Store, migrated_url: str) -> None:
    """Others write while it reads, and are waited for by nobody; what they write meanwhile is not looked at."""
    world = World(store)
    live(world)
    other = open_store(migrated_url)
    found = Examined()
    with other.examining() as examiner:
        assert examiner.waiting(REPO.id) is False
        damage(store, "UPDATE revision SET body = 'another'")
        with store.transaction() as ledger:
            ledger.save_progress("one", {}, world.now)
            examiner.examine(found, world.now)
    other.close()
    assert found.faults == []
    assert {fault.row.split()[0] for fault in look_over(world).faults} == {"revision", "feedback"}


def test_without_a_store(tmp_path: object) -> None:
    """Where there is no store it says so, and makes none."""
    error = error_of(whichrun("check", "--json", settings={"database_url": f"sqlite:///{tmp_path}/none.db"}))
    assert "there is no database" in error["message"]
