from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from receiver.loop import LONGEST_BACKOFF, backoff
from receiver.wiring import Services, wire
from receiver.worker import Hand, run_worker
from resolver.errors import PayloadError, StoreError
from resolver.intake import Intake
from resolver.model.deliveries import Claimed
from store import Store
from store.inbox import MOST_TRIES, Following
from tests.support.inbox import settings_for
from tests.support.service import until

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
BODY = b'{"zen":"Keep it logically awesome.","hook_id":1}'


@dataclass
class Queue:
    """Stands in for the store: hands out what it was given, and notes what became of it."""

    waiting: list[Claimed] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str, datetime | None]] = field(default_factory=list)
    looks: int = 0
    broken: bool = False
    taken: bool = False
    at_once: int = 1
    together: list[list[str]] = field(default_factory=list)
    appended: list[object] = field(default_factory=list)

    def claim_some(self, _now: datetime, *, most: int) -> list[Claimed]:
        """Hand out the next deliveries."""
        self.looks += 1
        self.ping()
        count = min(most, self.at_once)
        handed, self.waiting = self.waiting[:count], self.waiting[count:]
        return handed

    def gather_changes(self) -> None:
        """Gather nothing: this stands in for the ledger too, where deliveries are processed together."""

    @contextmanager
    def processing_some(
        self, claimed: list[Claimed], *_locks: str, following: Following | None
    ) -> Iterator[tuple[Queue, frozenset[int]]]:
        """Hand out a ledger for several, and those that follow; done when nothing is raised."""
        yield self, frozenset(one.id for one in claimed)
        self.together.append([one.guid for one in claimed])
        if following is not None:
            following.claimed = self.claim_some(following.at, most=following.most)

    def ping(self) -> None:
        """Raise StoreError when it is broken."""
        if self.broken:
            raise StoreError("out of reach")

    @contextmanager
    def processing(self, claimed: Claimed, *_locks: str) -> Iterator[str | None]:
        """Hand out a ledger, unless another worker has the delivery; done when nothing is raised."""
        if self.taken:
            yield None
            return
        yield "ledger"
        self.done.append(claimed.guid)

    def fail(self, claimed: Claimed, *, error: str, retry_at: datetime | None) -> None:
        """Note a failure."""
        self.ping()
        self.failed.append((claimed.guid, error, retry_at))


@dataclass
class Domain:
    """Stands in for the intake: raises what it is told to, and notes what it took in."""

    queue: Queue
    error: Exception | None = None
    breaks_store: bool = False
    causes: list[str] = field(default_factory=list)

    def prepare(self, envelope: Any, received_at: datetime) -> Any:  # noqa: ANN401 - a fake
        """Prepare nothing."""

        @dataclass
        class Prepared:
            locks: tuple[str, ...] = ("a lock",)

            def portions(self) -> tuple[()]:
                """Return none: it is small."""
                return ()

        return Prepared()

    def apply(self, ledger: object, _prepared: object, *, cause: str) -> None:
        """Take in, or raise."""
        assert ledger == "ledger" or ledger is self.queue
        self.queue.broken = self.breaks_store
        if self.error is not None:
            raise self.error
        self.causes.append(cause)


@pytest.fixture
def queue() -> Queue:
    """An empty queue."""
    return Queue()


@pytest.fixture
def domain(queue: Queue) -> Domain:
    """A domain that takes everything in."""
    return Domain(queue)


@pytest.fixture
def services(queue: Queue, domain: Domain) -> Services:
    """The worker's surroundings, at a fixed time."""
    wired = wire(settings_for(), store=cast("Store", queue), clock=lambda: NOW)
    return replace(wired, intake=cast("Intake", domain))


def claimed(guid: str = "g", *, tries: int = 1, body: bytes = BODY) -> Claimed:
    """Return a delivery as the inbox hands it out."""
    return Claimed(1, guid, "ping", "application/json", body, tries, NOW)


def test_a_delivery_is_taken_in_and_done(services: Services, queue: Queue, domain: Domain) -> None:
    """What is due is processed, with the delivery named as the cause."""
    queue.waiting = [claimed("one")]

    assert Hand(services).work_once() is True
    assert Hand(services).work_once() is False
    assert (queue.done, domain.causes) == (["one"], ["delivery one"])


def test_what_waits_is_taken_in_together(services: Services, queue: Queue, domain: Domain) -> None:
    """Several deliveries that are handed out at once share a transaction, each named as the cause of its own."""
    queue.waiting, queue.at_once = [claimed("one"), claimed("two"), claimed("three")], 10

    assert Hand(services).work_once() is True
    assert (queue.together, queue.done) == ([["one", "two", "three"]], [])
    assert domain.causes == ["delivery one", "delivery two", "delivery three"]


def test_what_follows_is_taken_with_what_is_done(services: Services, queue: Queue, domain: Domain) -> None:
    """Where several are done, the next ones are in hand already: nobody looks for them once more."""
    queue.waiting, queue.at_once = [claimed(name) for name in "abcdef"], 2
    hand = Hand(services)

    assert [hand.work_once() for _ in range(4)] == [True, True, True, False]
    assert queue.together == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert queue.looks == 5  # once before the first two, once with each two, once in vain


def test_at_the_end_what_is_in_hand_is_done(services: Services, queue: Queue, domain: Domain) -> None:
    """A worker that is told to stop does what it has in hand, and takes nothing more."""
    queue.waiting, queue.at_once = [claimed(name) for name in "abcdef"], 2
    stop = threading.Event()
    take_in = domain.apply

    def stopped(ledger: object, _prepared: object, *, cause: str) -> None:
        take_in(ledger, _prepared, cause=cause)
        if cause == "delivery b":
            threading.Timer(0, stop.set).start()
            stop.wait()

    domain.apply = stopped  # type: ignore[method-assign]
    run_worker(services, stop=stop)

    assert queue.together == [["a", "b"], ["c", "d"]]
    assert [one.guid for one in queue.waiting] == ["e", "f"]


def test_what_cannot_be_taken_in_together_fails_alone(services: Services, queue: Queue, domain: Domain) -> None:
    """When one of several cannot be read, the others are done by themselves, and it alone has failed."""
    queue.waiting, queue.at_once = [claimed("one"), claimed("bad", body=b"no json"), claimed("three")], 10
    hand = Hand(services)

    assert [hand.work_once() for _ in range(3)] == [True, True, True]
    assert (queue.together, queue.done, domain.causes) == ([], ["one", "three"], ["delivery one", "delivery three"])
    assert [guid for guid, _, _ in queue.failed] == ["bad"]
    assert hand.work_once() is False


def test_what_another_worker_has_is_left_to_it(services: Services, queue: Queue, domain: Domain) -> None:
    """A delivery that another worker holds is neither processed nor failed."""
    queue.waiting, queue.taken = [claimed()], True

    assert Hand(services).work_once() is False
    assert (queue.done, queue.failed, domain.causes) == ([], [], [])


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"a":NaN}'])
def test_what_does_not_fit_is_not_tried_again(body: bytes, services: Services, queue: Queue) -> None:
    """A body that cannot be read will not be readable later: it is set aside at once, with the reason."""
    queue.waiting = [claimed(body=body)]

    assert Hand(services).work_once() is True
    [(guid, error, retry_at)] = queue.failed
    assert (guid, retry_at) == ("g", None)
    assert error


@pytest.mark.parametrize(("tries", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256)])
def test_a_failure_is_tried_again_later(
    tries: int, seconds: int, services: Services, queue: Queue, domain: Domain
) -> None:
    """Whatever else goes wrong is kept with its error and tried again, each time after twice as long."""
    queue.waiting, domain.error = [claimed(tries=tries)], ZeroDivisionError("by zero")

    assert Hand(services).work_once() is True
    assert queue.failed == [("g", "ZeroDivisionError: by zero", NOW + timedelta(seconds=seconds))]
    assert queue.done == []


def test_after_ten_tries_it_is_set_aside(services: Services, queue: Queue, domain: Domain) -> None:
    """The tenth failure is the last one."""
    queue.waiting, domain.error = [claimed(tries=MOST_TRIES)], RecursionError()

    Hand(services).work_once()

    assert queue.failed == [("g", "RecursionError: ", None)]


def test_backoff_has_an_end() -> None:
    """No pause is longer than ten minutes."""
    assert backoff(100) == LONGEST_BACKOFF


def test_an_outage_is_not_held_against_the_delivery(services: Services, queue: Queue, domain: Domain) -> None:
    """When the store goes away in the middle, the delivery has not failed."""
    queue.waiting, domain.error, domain.breaks_store = [claimed()], StoreError("gone"), True

    with pytest.raises(StoreError):
        Hand(services).work_once()
    assert queue.failed == []


def test_no_number_of_outages_uses_up_the_tries(services: Services, queue: Queue, domain: Domain) -> None:
    """Through outages the delivery stays in the worker's hand, taken once, and is done when the store is back."""
    queue.waiting, domain.error, domain.breaks_store = [claimed(), claimed("next")], StoreError("gone"), True
    hand = Hand(services)
    for _ in range(3 * MOST_TRIES):
        with pytest.raises(StoreError):
            hand.work_once()
        queue.broken = False
    assert queue.looks == 1

    domain.error, domain.breaks_store = None, False
    assert hand.work_once() is True
    assert (queue.done, queue.failed) == (["g"], [])
    assert hand.work_once() is True
    assert queue.done == ["g", "next"]


def test_what_fails_during_an_outage_is_told_afterwards(services: Services, queue: Queue, domain: Domain) -> None:
    """A failure that could not be kept is no success: the delivery is tried again, and its failure kept then."""
    queue.waiting, domain.error, domain.breaks_store = [claimed()], ZeroDivisionError("by zero"), True
    hand = Hand(services)
    with pytest.raises(StoreError):
        hand.work_once()
    assert queue.failed == []

    queue.broken = domain.breaks_store = False
    assert hand.work_once() is True
    assert [(guid, error) for guid, error, _ in queue.failed] == [("g", "ZeroDivisionError: by zero")]


def test_what_another_worker_took_during_an_outage_is_let_go(services: Services, queue: Queue, domain: Domain) -> None:
    """When the store is back and the delivery is another worker's, or done, this one takes the next."""
    queue.waiting, domain.error, domain.breaks_store = [claimed()], StoreError("gone"), True
    hand = Hand(services)
    with pytest.raises(StoreError):
        hand.work_once()
    queue.broken, queue.taken = False, True
    assert hand.work_once() is False
    assert (hand.claimed, queue.done, queue.failed) == ([], [], [])


def test_what_the_store_refuses_is_held_against_it(services: Services, queue: Queue, domain: Domain) -> None:
    """When the store is fine and yet refuses, it is the delivery: others have to go on."""
    queue.waiting, domain.error = [claimed()], StoreError("no such character")

    Hand(services).work_once()

    assert queue.failed == [("g", "no such character", NOW + timedelta(seconds=1))]


def test_long_errors_are_cut(services: Services, queue: Queue, domain: Domain) -> None:
    """The error that is kept has an end."""
    queue.waiting, domain.error = [claimed()], PayloadError((("f", "x" * 100_000),))

    Hand(services).work_once()

    assert len(queue.failed[0][1]) <= 1000


@contextmanager
def running(services: Services) -> Iterator[threading.Thread]:
    """Run the worker's loop in a thread; stop it in the end, and see that it ends."""
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(services,), kwargs={"stop": stop})
    thread.start()
    try:
        yield thread
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_the_loop_goes_on_whatever_comes(services: Services, queue: Queue) -> None:
    """One bad delivery does not keep the next one from being processed."""
    queue.waiting = [claimed("bad", body=b"\xff"), claimed("good")]

    with running(services):
        until(lambda: queue.done == ["good"])
    assert [guid for guid, _, _ in queue.failed] == ["bad"]


def test_the_loop_outlives_an_outage(services: Services, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store is out of reach the loop waits; when it is back, it works."""
    monkeypatch.setattr("receiver.loop.SHORTEST_OUTAGE", 0.01)
    queue.broken = True

    with running(services):
        until(lambda: queue.looks > 2)
        queue.waiting = [claimed("late")]
        queue.broken = False
        until(lambda: queue.done == ["late"])


def test_an_empty_inbox_is_looked_at_often_but_not_busily(services: Services, queue: Queue) -> None:
    """An idle worker looks about twenty to fifty times a second, so that an answer never waits long."""
    with running(services):
        until(lambda: queue.looks >= 10)
        assert queue.looks < 1000


def test_stopping_finishes_what_is_under_way(services: Services, queue: Queue, domain: Domain) -> None:
    """A stop during a delivery lets it be done, and takes no other."""
    entered, go_on, stop = threading.Event(), threading.Event(), threading.Event()

    def wait(ledger: object, prepared: object, *, cause: str) -> None:
        entered.set()
        assert go_on.wait(10)

    queue.waiting = [claimed("under way"), claimed("next")]
    slow = replace(services, intake=cast("Intake", _Slow(domain, wait)))
    thread = threading.Thread(target=run_worker, args=(slow,), kwargs={"stop": stop})
    thread.start()
    assert entered.wait(10)
    stop.set()
    go_on.set()
    thread.join(10)

    assert not thread.is_alive()
    assert queue.done == ["under way"]


class _Slow:
    """A domain whose ``apply`` is given."""

    def __init__(self, domain: Domain, apply: Any) -> None:  # noqa: ANN401 - a function
        self.prepare = domain.prepare
        self.apply = apply
