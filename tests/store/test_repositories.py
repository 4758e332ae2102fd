from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from resolver.model.asking import Place
from resolver.model.github import RepositorySeen
from resolver.model.runs import Run
from store import Store
from tests.support.facts import NAME, REPOSITORY, WORKSPACE, after, repository, run

ITSELF: frozenset[int] = frozenset({REPOSITORY})
NOBODY: frozenset[int] = frozenset()


def put(store: Store, *seen: RepositorySeen) -> list[frozenset[int]]:
    """Keep repositories, each in a transaction of its own; return whom each concerned."""
    changed = []
    for one in seen:
        with store.transaction() as ledger:
            changed.append(ledger.put_repository(one, WORKSPACE))
    return changed


def register(store: Store, one: Run) -> Run:
    """Register a run."""
    with store.transaction() as ledger:
        return ledger.put_run(one, repr(one))[0]


def named(store: Store, name: str) -> int | None:
    """Return the number of the repository of a name."""
    with store.snapshot() as catalogue:
        found = catalogue.repository_named(WORKSPACE, name)
    return None if found is None else found.id


def test_unknown(store: Store) -> None:
    """A repository that nobody spoke of is None, by number and by name."""
    with store.snapshot() as catalogue:
        assert catalogue.repository(REPOSITORY) is None
    assert named(store, NAME) is None


def test_once_more_is_no_news(store: Store) -> None:
    """A repository seen again under its name changes nothing, earlier or later."""
    assert put(store, repository(), repository(), repository(at=5), repository(at=-5)) == [
        ITSELF,
        NOBODY,
        NOBODY,
        NOBODY,
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_names_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    """The newest name is the current one and the former ones follow, whatever order they were seen in."""
    deliveries = (
        repository("acme/old", at=0),
        repository("acme/mid", at=10, former=("acme/old",)),
        RepositorySeen(REPOSITORY, "acme/new", after(20), installation_id=5, deleted=True),
    )
    put(store, *(deliveries[index] for index in order))
    with store.snapshot() as catalogue:
        found = catalogue.repository(REPOSITORY)
    assert found is not None
    assert found.names == ("acme/new", "acme/mid", "acme/old")
    assert (found.installation_id, found.deleted, found.workspaces) == (5, True, frozenset({WORKSPACE}))


def test_by_name(store: Store) -> None:
    """A name leads, in any case, to who bears it; else to who bore it last."""
    put(store, repository("acme/tools", at=0), repository("acme/renamed", at=10, former=("acme/tools",)))
    assert named(store, "ACME/Tools") == REPOSITORY
    assert named(store, "acme/renamed") == REPOSITORY
    put(store, repository("Acme/Tools", number=2, at=5))
    assert named(store, "acme/tools") == 2
    put(store, repository("acme/gone", number=2, at=20, former=("acme/tools",)))
    assert named(store, "acme/tools") == 2
    with store.snapshot() as catalogue:
        assert catalogue.repository_named("elsewhere", "acme/tools") is None


def test_runs_are_bound_when_the_name_is_known(store: Store) -> None:
    """A run is bound to the repository of its name: at once, or as soon as a delivery shows it, in any case."""
    assert register(store, run("early", repository="Acme/Widgets")).repository_id is None
    assert put(store, repository(), repository()) == [ITSELF, NOBODY]
    assert register(store, run("late")).repository_id == REPOSITORY
    with store.snapshot() as catalogue:
        runs = catalogue.runs_for(WORKSPACE, ("early", "late", "never"))
    assert {span: one.repository_id for span, one in runs.items()} == {"early": REPOSITORY, "late": REPOSITORY}
    assert runs["early"].repository == "Acme/Widgets"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_name_given_to_another_repository_takes_no_runs_along(store: Store, order: tuple[int, ...]) -> None:
    """A run belongs to who bore the name when it started, whatever order the deliveries come in."""
    register(store, run("before", at=5))
    register(store, run("after", at=40))
    deliveries = (
        repository(NAME, number=1, at=0),
        repository("acme/moved", number=1, at=20, former=(NAME,)),
        repository(NAME, number=2, at=50),
    )
    put(store, *(deliveries[index] for index in order))
    with store.snapshot() as catalogue:
        runs = catalogue.runs_for(WORKSPACE, ("before", "after"))
    assert (runs["before"].repository_id, runs["after"].repository_id) == (1, 2)


def test_what_changes_of_a_repository_is_news(store: Store) -> None:
    """A new installation, a deletion and a former name concern the repository; each is news once."""
    steps = (
        repository(),
        RepositorySeen(REPOSITORY, NAME, after(1), installation_id=5),
        RepositorySeen(REPOSITORY, NAME, after(2), former=("acme/old",)),
        RepositorySeen(REPOSITORY, NAME, after(3), deleted=True),
    )
    assert put(store, *(one for step in steps for one in (step, step))) == [ITSELF, NOBODY] * 4


def test_who_loses_a_run_is_told(store: Store) -> None:
    """When a run turns out to belong to another repository, both that win and that lose it are named."""
    put(store, repository(NAME, number=1, at=-9_000), repository("acme/other", number=3))
    assert register(store, run("taken", at=5)).repository_id == 1
    assert put(store, repository(NAME, number=2, at=6)) == [frozenset({1, 2})]
    with store.snapshot() as catalogue:
        assert catalogue.runs_for(WORKSPACE, ("taken",))["taken"].repository_id == 2
    assert put(store, repository(NAME, number=2, at=6)) == [NOBODY]
    # Now it is known that the first one still bore the name when the run started.
    assert put(store, repository(NAME, number=1, at=5)) == [frozenset({1, 2})]


def test_listing(store: Store) -> None:
    """A workspace's repositories are listed by id, each with its present name and installation; no deleted ones."""
    with store.transaction() as ledger:
        for seen in (
            replace(repository("acme/b", number=2), installation_id=5),
            replace(repository("acme/c", number=2, at=5), installation_id=4),
            repository("acme/a", number=1),
            replace(repository("acme/gone", number=3), deleted=True),
        ):
            ledger.put_repository(seen, WORKSPACE)
        ledger.put_repository(repository("acme/x", number=4), "another")
    with store.snapshot() as catalogue:
        assert catalogue.repositories(WORKSPACE) == (Place(1, "acme/a"), Place(2, "acme/c", 5))
        assert catalogue.repositories("nobody's") == ()
