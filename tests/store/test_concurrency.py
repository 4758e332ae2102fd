from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from resolver.errors import ConflictError, StoreError
from resolver.model.asking import Asked, Need, Want
from resolver.model.deliveries import Recorded
from resolver.model.wants import WantChange
from store import Store, connections, open_store
from tests.support.databases import POSTGRES_URL, look_into, postgres_url
from tests.support.facts import NOON, REPOSITORY, after, delivery, pull, push, reading, repository, run, sha


def together(count: int, work: Callable[[int], None], errors: list[BaseException] | None = None) -> None:
    """Run some work in several threads at once, and raise what any of them raised; ``errors`` tells them too."""
    errors = [] if errors is None else errors
    start = threading.Barrier(count)

    def one(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 -- raised again below
            errors.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_recording_at_once(store: Store) -> None:
    """Of several that record one delivery at once, one stores it; other deliveries all get in."""
    results: list[Recorded] = []

    def work(number: int) -> None:
        results.append(store.record(delivery("same")))
        for index in range(20):
            assert store.record(delivery(f"g{number}-{index}")) is Recorded.STORED
        store.close()

    together(4, work)
    assert sorted(results) == [Recorded.DUPLICATE] * 3 + [Recorded.STORED]
    with store.snapshot() as catalogue:
        assert len(catalogue.deliveries(status=None, before=None, limit=500)) == 81


def test_several_workers(store: Store) -> None:
    """Several workers process each delivery once, and those of one repository one after the other, in order."""
    for index in range(60):
        store.record(delivery(f"g{index:02}", of=index % 3))
    done: dict[int, list[str]] = {0: [], 1: [], 2: []}
    running: set[int] = set()
    errors: list[BaseException] = []

    def work(_: int) -> None:
        while sum(map(len, done.values())) < 60 and not errors:
            claimed = store.claim(NOON)
            if claimed is None:
                continue
            of = int(claimed.guid[1:]) % 3
            with store.processing(claimed, f"repository {of}") as ledger:
                assert ledger is not None
                assert of not in running
                running.add(of)
                done[of].append(claimed.guid)
                running.remove(of)
        store.close()

    together(3, work, errors)
    assert all(guids == sorted(guids) for guids in done.values())
    assert {len(guids) for guids in done.values()} == {20}


def test_a_delivery_in_process_is_nobody_else_s(database_url: str) -> None:
    """While one worker processes a delivery, another that holds it too waits, and then finds it done."""
    store = open_store(database_url)
    store.migrate()
    store.record(delivery())
    first, second = store.claim(NOON), store.claim(after(1))
    assert first is not None
    assert second is not None
    mine: list[bool] = []

    def other() -> None:
        with store.processing(second) as ledger:
            mine.append(ledger is not None)
        store.close()

    thread = threading.Thread(target=other)
    with store.processing(first) as ledger:
        assert ledger is not None
        thread.start()
        thread.join(0.2)
    thread.join()
    assert mine == [False]
    store.close()


def test_one_lock_one_transaction(store: Store) -> None:
    """Transactions that name one lock run one after the other, so what each reads and then writes adds up."""

    def work(number: int) -> None:
        for index in range(5):
            with store.transaction("repository 9001", f"other {index}") as ledger:
                found = ledger.repository(9001)
                names = () if found is None else found.names
                ledger.put_repository(repository(f"acme/n{len(names):03}", at=len(names)), "default")
        store.close()

    together(4, work)
    with store.snapshot() as catalogue:
        found = catalogue.repository(9001)
    assert found is not None
    assert len(found.names) == 20


def test_a_lock_taken_on_the_way(store: Store) -> None:
    """What a transaction locks after it began, nobody else has until it ends."""

    def work(number: int) -> None:
        for _ in range(5):
            with store.transaction(f"own {number}") as ledger:
                ledger.lock(("repository 9001",))
                found = ledger.repository(9001)
                names = () if found is None else found.names
                ledger.put_repository(repository(f"acme/n{len(names):03}", at=len(names)), "default")
        store.close()

    together(3, work)
    with store.snapshot() as catalogue:
        found = catalogue.repository(9001)
    assert found is not None
    assert len(found.names) == 15


def test_one_span_registered_at_once(store: Store) -> None:
    """Of two that register one span at once with other facts, one is new and the others conflict."""
    ends: list[str] = []

    def work(number: int) -> None:
        try:
            with store.transaction() as ledger:
                ends.append("new" if ledger.put_run(run(), f"facts {number}")[1] else "same")
        except ConflictError:
            ends.append("conflict")
        store.close()

    together(3, work)
    assert sorted(ends) == ["conflict", "conflict", "new"]


def test_the_same_commits_pushed_at_once(store: Store) -> None:
    """Pushes to two branches at once that bring the same commits keep each commit once."""

    def work(number: int) -> None:
        with store.transaction() as ledger:
            ledger.put_push(push("", *"abcdefgh", ref=f"refs/heads/b{number}"), {sha("a"): reading("d1")})
        store.close()

    together(2, work)
    with store.transaction() as ledger:
        found = ledger.commit_reading(9001, sha("a"))
        ledger.put_pull_request(pull("h"))
    assert found is not None
    assert len(found.sightings) == 1


WANTS = tuple(Want(Need.COMMIT, REPOSITORY, sha=f"{number:040x}") for number in range(60))


def want_all(store: Store) -> None:
    """Want all of them."""
    with store.transaction() as ledger:
        ledger.put_wants(WANTS, NOON, due=NOON)


def test_several_that_ask(store: Store) -> None:
    """Several workers get each want once, whatever others do meanwhile, and each is settled once."""
    want_all(store)
    asked: list[Want] = []
    errors: list[BaseException] = []

    def work(number: int) -> None:
        while (claimed := store.claim_want(NOON)) is not None:
            asked.append(claimed.want)
            if number == 0:  # the same want is wanted again while others settle theirs
                want_all(store)
            with store.settling_want(claimed, WantChange(Asked.DONE, NOON), f"other {number}") as ledger:
                assert ledger is not None
                ledger.put_repository(repository(f"acme/n{len(asked)}", at=len(asked)), "default")
        store.close()

    together(4, work, errors)
    assert sorted(asked, key=WANTS.index) == list(WANTS)
    with store.snapshot() as catalogue:
        assert catalogue.want_counts() == {(Asked.DONE, Need.COMMIT): 60}


def test_several_processes_that_ask(store: Store) -> None:
    """Several processes never get the same want."""
    want_all(store)
    store.close()
    ways = [os.pipe() for _ in range(3)]
    children = []
    for _, out in ways:
        child = os.fork()
        if child == 0:  # pragma: no cover -- its end is what is tested
            try:
                while (claimed := store.claim_want(NOON)) is not None:
                    os.write(out, f"{claimed.id} ".encode())
                store.close()
                os._exit(0)
            except BaseException:  # noqa: BLE001 -- no second pytest goes on from here
                os._exit(2)
        children.append(child)
        os.close(out)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 3
    numbers = [int(number) for way, _ in ways for number in os.read(way, 65536).split()]
    for way, _ in ways:
        os.close(way)
    assert sorted(numbers) == list(range(1, 61))


def test_a_want_that_is_being_settled(store: Store) -> None:
    """Whoever settles a want that another is settling waits, and then finds it settled; nobody is handed it."""
    want_all(store)
    first = store.claim_want(NOON)
    assert first is not None
    mine: list[bool] = []

    def other() -> None:
        with store.settling_want(first, WantChange(Asked.ABSENT, NOON)) as ledger:
            mine.append(ledger is not None)
        store.close()

    thread = threading.Thread(target=other)
    with store.settling_want(first, WantChange(Asked.DONE, NOON)) as ledger:
        assert ledger is not None
        thread.start()
        thread.join(0.2)
    thread.join()
    assert mine == [False]
    with store.snapshot() as catalogue:
        asking = catalogue.asking(first.want)
    assert asking is not None
    assert asking.status is Asked.DONE


def test_wanted_by_several_at_once(store: Store) -> None:
    """Several that want the same facts at once, in whatever order, make one want of each."""

    def work(number: int) -> None:
        with store.transaction() as ledger:
            ledger.put_wants(WANTS if number % 2 else WANTS[::-1], NOON, due=NOON)
        store.close()

    together(4, work)
    with store.snapshot() as catalogue:
        assert catalogue.want_counts() == {(Asked.WAITING, Need.COMMIT): 60}


def test_wanted_again_while_it_is_settled(store: Store) -> None:
    """Whoever holds a repository's lock and wants what is about to be settled there never waits in a circle."""
    want_all(store)

    def work(number: int) -> None:
        for _ in range(10):
            if number:
                with store.transaction(f"repository {REPOSITORY}") as ledger:
                    ledger.put_wants(WANTS, after(2 * 24 * 60), due=NOON)
            elif (claimed := store.claim_want(NOON)) is not None:
                with store.settling_want(claimed, WantChange(Asked.ABSENT, NOON), "name acme/widgets"):
                    pass
        store.close()

    together(3, work)


def test_one_takes_the_turn(store: Store) -> None:
    """Of several that would take a turn, or note a missed delivery, at once, one does."""
    turns: list[object] = []
    noted: list[bool] = []

    def work(_: int) -> None:
        turns.append(store.take_turn("look", NOON, every=timedelta(minutes=10), hold=timedelta(minutes=1)))
        noted.append(store.note_redelivery("g1", 1, NOON))
        store.close()

    together(4, work)
    assert (turns.count({}), turns.count(None)) == (1, 3)
    assert sorted(noted) == [False, False, False, True]


def test_a_snapshot_is_of_one_moment(store: Store) -> None:
    """What is kept while a snapshot is open does not show in it, and waits for nobody."""

    def record(_: int) -> None:
        store.record(delivery())
        store.close()

    with store.snapshot() as catalogue:
        assert catalogue.delivery("g1") is None
        together(1, record)
        assert catalogue.delivery("g1") is None
    with store.snapshot() as catalogue:
        assert catalogue.delivery("g1") is not None


def test_a_writer_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long for SQLite's one writer is told, instead of waiting for ever."""
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", 0.05)
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    store.migrate()

    def blocked(_: int) -> None:
        with pytest.raises(StoreError, match="busy"):
            store.record(delivery())
        store.close()

    with store.transaction():
        together(1, blocked)
    assert store.record(delivery()) is Recorded.STORED
    store.close()


def test_a_fork(store: Store) -> None:
    """A forked process opens connections of its own, and its parent's go on."""
    store.record(delivery("parent"))
    child = os.fork()
    if child == 0:  # pragma: no cover -- its end is what is tested
        try:
            fine = store.record(delivery("child")) is Recorded.STORED
            store.close()
            os._exit(0 if fine else 1)
        except BaseException:  # noqa: BLE001 -- no second pytest goes on from here
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.record(delivery("child")) is Recorded.DUPLICATE
    assert store.record(delivery("parent")) is Recorded.DUPLICATE


def test_a_lost_connection() -> None:
    """When PostgreSQL ends an idle connection nobody notices; when it ends a busy one, the next use is fine."""
    with postgres_url() as url, psycopg.connect(POSTGRES_URL, autocommit=True) as other:
        store = open_store(f"{url}%20-c%20application_name%3Dlost")
        store.migrate()
        end = b"SELECT pg_terminate_backend(%s, 10000)"

        def backend() -> tuple[int]:
            (row,) = look_into(store).rows("SELECT pg_backend_pid()")
            return (row[0],)

        with store.snapshot():
            idle = backend()
        other.execute(end, idle)
        assert store.record(delivery()) is Recorded.STORED
        with pytest.raises(StoreError), store.transaction() as ledger:
            ledger.put_repository(repository(str(other.execute(end, backend()))), "default")
        assert store.record(delivery()) is Recorded.DUPLICATE
        with store.snapshot():
            idle = backend()
        other.execute(end, idle)
        store.ping()
        store.close()
