from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.errors import NotFoundError
from resolver.model.answers import Answer, Confidence
from resolver.model.changes import Change, ChangeKind
from resolver.model.feedback import Status
from resolver.model.runs import NO_CLAIMS
from store import Ledger, Store
from store.pruning import forgotten_changes
from store.times import now
from tests.support.facts import NOON, after, repository, seen, state, thing

NAMED = Answer(Confidence.EXACT, "artifact_comment", "span-1", None)
OTHER = replace(NAMED, span_id="span-2")
LESS_SURE = replace(NAMED, confidence=Confidence.INFERRED, mode="inferred")
OPEN = Answer(Confidence.UNRESOLVED, "unresolved", None, "nothing known")
SPEAKS_OF_ONE = replace(OPEN, span_id="span-9")
Act = Callable[[Ledger, int], object]


def give(store: Store, number: int = 1, *workspaces: str, at: float = 0) -> tuple[int, ...]:
    """Keep feedback, once in each workspace."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), *(workspaces or ("north",)))
        ledger.put_object(seen(thing(number)), NO_CLAIMS)
        return ledger.put_feedback(state(number), after(at))


def changes(store: Store, workspace: str = "north", *, behind: int = 0, limit: int = 500) -> tuple[Change, ...]:
    """Return the changes of a workspace."""
    with store.snapshot() as catalogue:
        return catalogue.changes(workspace, after=behind, limit=limit)


def kinds(store: Store, workspace: str = "north") -> list[str]:
    """Return the kinds of a workspace's changes, oldest first."""
    return [one.kind.value for one in changes(store, workspace)]


def answer(one: Answer) -> Act:
    """Return what gives feedback an answer."""
    return lambda ledger, number: ledger.append_resolution(number, one, "a test", NOON)


def status(one: Status) -> Act:
    """Return what gives feedback a status, as a reader does."""
    return lambda ledger, number: ledger.set_feedback_status(number, one, NOON)


def tell(**changed: object) -> Act:
    """Return what keeps another state of the feedback, as a delivery does."""
    return lambda ledger, _: ledger.put_feedback(replace(state(), **changed), NOON)  # type: ignore[arg-type]


WITHDRAWN = tell(status=Status.WITHDRAWN, updated_at=after(5))
EDITED = tell(body="/agents improve more", updated_at=after(6))


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([answer(OPEN)], ["updated"]),
        ([answer(SPEAKS_OF_ONE)], ["updated"]),
        ([answer(NAMED)], ["resolved"]),
        ([answer(LESS_SURE)], ["resolved"]),
        ([answer(OPEN), answer(NAMED)], ["updated", "resolved"]),
        ([answer(SPEAKS_OF_ONE), answer(NAMED)], ["updated", "resolved"]),
        ([answer(NAMED), answer(OTHER)], ["resolved", "reassigned"]),
        ([answer(NAMED), answer(OPEN)], ["resolved", "reassigned"]),
        ([answer(NAMED), answer(SPEAKS_OF_ONE)], ["resolved", "reassigned"]),
        ([answer(NAMED), answer(LESS_SURE)], ["resolved", "updated"]),
        ([answer(NAMED), answer(OPEN), answer(NAMED)], ["resolved", "reassigned", "resolved"]),
        ([status(Status.ANALYZED)], ["updated"]),
        ([status(Status.NEW)], []),
        ([answer(NAMED), status(Status.FAILED), status(Status.FAILED)], ["resolved", "updated"]),
        ([WITHDRAWN], ["withdrawn"]),
        ([answer(NAMED), WITHDRAWN], ["resolved", "withdrawn"]),
        ([WITHDRAWN, WITHDRAWN], ["withdrawn"]),
        ([WITHDRAWN, EDITED], ["withdrawn", "updated"]),
        ([answer(NAMED), WITHDRAWN, EDITED, answer(NAMED)], ["resolved", "withdrawn", "updated", "resolved"]),
        ([tell(status=Status.IGNORED, authorized=False)], ["updated"]),
        ([answer(NAMED), tell(status=Status.IGNORED, authorized=False)], ["resolved", "reassigned"]),
        ([EDITED, EDITED], ["updated"]),
        ([tell()], []),
        ([lambda ledger, number: ledger.watch(number, frozenset({"a key"}))], []),
    ],
)
def test_each_transition_is_a_change_of_its_kind(store: Store, acts: list[Act], expected: list[str]) -> None:
    """What happens to feedback in one transaction after the other is noted, by what it means; nothing is not noted."""
    (number,) = give(store)
    for act in acts:
        with store.transaction() as ledger:
            act(ledger, number)
    assert kinds(store) == ["created", *expected]


@pytest.mark.parametrize(
    ("acts", "kind"),
    [
        ([answer(OPEN), answer(NAMED)], ChangeKind.RESOLVED),
        ([answer(NAMED), answer(OPEN)], ChangeKind.UPDATED),
        ([answer(NAMED), WITHDRAWN], ChangeKind.WITHDRAWN),
        ([status(Status.ANALYZED), answer(NAMED), status(Status.FAILED)], ChangeKind.RESOLVED),
        ([status(Status.ANALYZED), status(Status.NEW)], None),
    ],
)
def test_a_transaction_is_one_change(store: Store, acts: list[Act], kind: ChangeKind | None) -> None:
    """However much happens to feedback in a transaction, what it was before and is afterwards makes one change."""
    (number,) = give(store)
    with store.transaction() as ledger:
        for act in acts:
            act(ledger, number)
    assert [one.kind for one in changes(store)[1:]] == ([] if kind is None else [kind])


def test_a_change_tells_what_was_so_from_then_on(store: Store) -> None:
    """A change keeps the status and the answer that it led to, and when, by the store's own clock."""
    before = now()
    (number,) = give(store)
    with store.transaction() as ledger:
        answer(NAMED)(ledger, number)
        status(Status.ANALYZED)(ledger, number)
    first, second = changes(store)
    assert (first.status, first.resolution_id, first.feedback_id) == (Status.NEW, None, number)
    assert second.status is Status.ANALYZED
    with store.snapshot() as catalogue:
        found = catalogue.feedback(number)
        assert found is not None
        assert second.resolution_id is not None
        kept = catalogue.resolution(second.resolution_id)
        assert kept is not None
        assert kept.answer == NAMED
    assert before - timedelta(seconds=1) <= first.changed_at <= second.changed_at <= now()


def test_what_is_rolled_back_never_happened(store: Store) -> None:
    """A transaction that fails notes nothing."""
    (number,) = give(store)

    def fail() -> None:
        with store.transaction() as ledger:
            answer(NAMED)(ledger, number)
            status(Status.FAILED)(ledger, number + 1)

    with pytest.raises(NotFoundError):
        fail()
    assert kinds(store) == ["created"]


def test_each_workspace_has_a_log_of_its_own(store: Store) -> None:
    """Feedback in a shared repository is noted for each workspace; what one does with it is noted there alone."""
    mine, theirs = give(store, 1, "north", "south")
    with store.transaction() as ledger:
        status(Status.ANALYZED)(ledger, mine)
    assert (kinds(store, "north"), kinds(store, "south")) == (["created", "updated"], ["created"])
    assert changes(store, "south")[0].feedback_id == theirs
    assert changes(store, "nobody's") == ()
    with store.snapshot() as catalogue:
        newest = {one: catalogue.newest_change(one) for one in ("north", "south", "nobody's")}
    assert newest == {"north": changes(store)[-1].id, "south": changes(store, "south")[-1].id, "nobody's": 0}


def test_it_is_read_in_parts(store: Store) -> None:
    """A log is read from behind a change on, oldest first, as many as are wanted."""
    give(store)
    numbers = [give(store, number)[0] for number in range(2, 6)]
    first = changes(store, limit=2)
    assert [one.feedback_id for one in first] == [1, numbers[0]]
    assert [one.feedback_id for one in changes(store, behind=first[-1].id)] == numbers[1:]


WRITERS, EACH = 4, 12


def test_a_reader_who_follows_misses_nothing(store: Store) -> None:
    """While many write at once a reader who goes on from the last id sees every change, each once, in order of ids."""
    numbers = [give(store, number, "north", "south")[0] for number in range(1, WRITERS + 1)]
    made = len(changes(store))
    start, writing = threading.Barrier(WRITERS + 1), threading.Event()
    writing.set()

    def write(number: int) -> None:
        start.wait()
        for index in range(EACH):
            with store.transaction(f"feedback {number}") as ledger:
                status(Status.ANALYZED if index % 2 == 0 else Status.FAILED)(ledger, number)
        store.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    start.wait()
    read: list[Change] = []
    position, last = changes(store)[made - 1].id, False
    while True:
        found = changes(store, behind=position, limit=3)
        read += found
        position = found[-1].id if found else position
        if last and not found:
            break
        last = not any(thread.is_alive() for thread in threads)
    ids = [one.id for one in read]
    assert ids == sorted(set(ids))
    assert Counter(one.feedback_id for one in read) == dict.fromkeys(numbers, EACH)
    assert [one.id for one in changes(store)[made:]] == ids


def test_old_changes_go_and_it_is_told_up_to_where(store: Store) -> None:
    """Changes are kept for 30 days; from then on it is known how far those of a workspace are gone, and no other's."""
    give(store, 1, "north")
    with store.transaction() as ledger:
        ledger.put_repository(replace(repository("acme/other"), id=9002), "south")
    for number in (2, 3):
        give(store, number, "north")
    north = changes(store)
    assert store.prune(now() + timedelta(days=29)) == 0
    assert store.prune(now() + timedelta(days=31)) == 2
    with store.snapshot() as catalogue:
        assert forgotten_changes(catalogue, "north") == north[1].id
        assert forgotten_changes(catalogue, "south") == 0
    assert changes(store) == north[2:]
    give(store, 4, "north")
    assert changes(store)[-1].id > north[-1].id
