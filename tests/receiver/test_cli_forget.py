"""``whichrun forget``, over both databases, with a store in which a pull request has lived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result

from receiver.housekeeping import tidy_once
from receiver.settings import Settings
from receiver.wiring import wire
from store import Store
from tests.support.builders import issue_comment, minute
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.examined_store import PERSON, live, look_over
from tests.support.world import REPO, World

Call = Callable[..., Result]


@pytest.fixture
def world(store: Store) -> World:
    """A service whose store holds something of everything."""
    world = World(store)
    live(world)
    return world


@pytest.fixture
def call(world: World, migrated_url: str) -> Call:
    """Return a function that runs a command on that store."""
    world.store.ping()
    settings = {"database_url": migrated_url, "signing_secrets": "open-signing-secret"}

    def run(*arguments: str, **more: str) -> Result:
        return whichrun(*arguments, settings={**settings, **more})

    return run


@pytest.mark.parametrize("user", [PERSON.login, PERSON.login.upper(), str(PERSON.id)])
def test_a_person_is_forgotten_by_login_or_number(call: Call, world: World, user: str) -> None:
    """It says what went; afterwards the feedback's text and name are gone, and `whichrun check` is content."""
    done = answer_of(call("forget", "--user", user, "--yes", "--json"))
    assert (done["account"], done["waiting"]) == (PERSON.id, 0)
    assert done["erased"]["feedback"] == 2
    assert {one.state.body for one in world.all_feedback().values()} == {""}
    assert look_over(world).faults == []
    again = call("forget", "--user", str(PERSON.id), "--yes")
    assert "nothing was left" in again.stdout


def test_it_asks_first(call: Call, world: World) -> None:
    """Without --yes nothing goes before somebody has said so; JSON is for programs, which say so at once."""
    assert call("forget", "--user", PERSON.login).exit_code == 1
    assert call("forget", "--user", PERSON.login, "--json").exit_code == 2
    assert {one.erased for one in world.all_feedback().values()} == {False}


def test_a_login_that_means_nobody_or_several(call: Call, world: World) -> None:
    """A login under which nobody wrote is an error; so is one that two accounts bore, and their numbers are told."""
    assert error_of(call("forget", "--user", "nobody", "--yes", "--json"))["code"] == "not_found"
    other = replace(PERSON, id=PERSON.id + 1000)
    world.deliver(issue_comment(REPO, id=61, author=other, body="hello", at=minute(26)))
    error = error_of(call("forget", "--user", PERSON.login, "--yes", "--json"))
    assert error["code"] == "conflict"
    assert f"{PERSON.id}, {other.id}" in error["message"]


def test_an_agent_that_is_known_by_its_login_is_not_forgotten(call: Call) -> None:
    """Whose claims the settings know by the login alone stays: else its signed texts would count as copies."""
    shown = call("forget", "--user", PERSON.login, "--yes", agent_logins=PERSON.login)
    assert (shown.exit_code, "WHICHRUN_AGENT_LOGINS" in shown.stderr) == (1, True)


def test_housekeeping_finishes_it(call: Call, world: World, migrated_url: str) -> None:
    """A delivery that waited when a person was forgotten is erased by the worker, once it is processed."""
    world.record(issue_comment(REPO, id=60, author=PERSON, body="wait", at=minute(25)))
    assert answer_of(call("forget", "--user", PERSON.login, "--yes", "--json"))["waiting"] == 1
    world.process()
    services = wire(Settings(_env_file=None, database_url=migrated_url))
    tidy_once(services)
    assert services.store.forgetting() == ()
    services.store.close()
