from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.errors import StoreError
from resolver.model.deliveries import Claimed, DeliveryStatus, Recorded
from store import Store
from store.inbox import MOST_TRIES
from store.waiting import HELD_FOR
from tests.support.databases import look_into
from tests.support.facts import NOON, REPOSITORY, after, delivery, ignored, reading, repository, seen, thing


def claimed(store: Store, minutes: float = 0) -> Claimed:
    """Claim what must be there."""
    found = store.claim(after(minutes))
    assert found is not None
    return found


def process(store: Store, one: Claimed) -> bool:
    """Process a delivery that holds nothing; say whether it was this worker's to process."""
    with store.processing(one) as ledger:
        return ledger is not None


def process_and_fail(store: Store, one: Claimed) -> None:
    """Process a delivery that brings a comment, and stumble at the end."""
    with store.processing(one) as ledger:
        assert ledger is not None
        ledger.put_object(seen(thing()), reading())
        raise ZeroDivisionError


def status(store: Store, guid: str = "g1") -> DeliveryStatus:
    """Return a delivery's status."""
    with store.snapshot() as catalogue:
        found = catalogue.delivery(guid)
    assert found is not None
    return found.status


def test_record_and_claim(store: Store) -> None:
    """What was recorded is handed out byte for byte, with its content type and its first try counted."""
    body = bytes(range(256)) * 300
    assert store.record(replace(delivery(body=body), headers={"Content-Type": "text/x"})) is Recorded.STORED
    one = claimed(store)
    assert (one.guid, one.event, one.body, one.content_type) == ("g1", "issue_comment", body, "text/x")
    assert (one.tries, one.received_at) == (1, NOON)


def test_same_guid_again(store: Store) -> None:
    """The same delivery again is a duplicate, also once it is done; nothing is kept twice."""
    store.record(delivery())
    assert store.record(delivery()) is Recorded.DUPLICATE
    process(store, claimed(store))
    assert store.record(delivery()) is Recorded.DUPLICATE
    assert store.claim(NOON) is None


def test_same_guid_with_another_body(store: Store) -> None:
    """Another body under a known GUID is a conflict, each time it comes; the first body stays the delivery's."""
    store.record(delivery())
    assert [store.record(delivery(body=b'{"other":1}')) for _ in range(2)] == [Recorded.CONFLICT] * 2
    assert claimed(store).body == b"{}"
    row = look_into(store).row("SELECT guid, count FROM delivery_conflict")
    assert row == ("g1", 2)


def test_a_given_status_is_kept(store: Store) -> None:
    """What is recorded as ignored, or as dead with its error, is not handed out."""
    store.record(ignored("g1"))
    store.record(replace(delivery("g2"), status=DeliveryStatus.DEAD, error="issue.id: must be an integer"))
    assert store.claim(NOON) is None
    with store.snapshot() as catalogue:
        dead = catalogue.delivery("g2")
    assert dead is not None
    assert (dead.status, dead.error) == (DeliveryStatus.DEAD, "issue.id: must be an integer")


def test_oldest_first_and_one_at_a_time_for_a_repository(store: Store) -> None:
    """While the oldest delivery of a repository is held, others of it wait, and those of others do not."""
    for guid, of in (("a1", 1), ("a2", 1), ("b1", 2), ("n1", None), ("n2", None)):
        store.record(delivery(guid, of=of))
    held = [claimed(store) for _ in range(4)]
    assert [one.guid for one in held] == ["a1", "b1", "n1", "n2"]
    assert store.claim(NOON) is None
    process(store, held[0])
    assert claimed(store).guid == "a2"


def test_done_in_the_transaction_that_processed(store: Store) -> None:
    """A processed delivery is done, and what it brought is kept with it."""
    store.record(delivery())
    with store.processing(claimed(store)) as ledger:
        assert ledger is not None
        ledger.put_repository(repository(), "default")
    with store.snapshot() as catalogue:
        found = catalogue.delivery("g1")
        assert catalogue.repository(REPOSITORY) is not None
    assert found is not None
    assert (found.status, found.tries, found.repository) == (DeliveryStatus.DONE, 1, "acme/widgets")
    assert found.processed_at is not None


def test_an_error_while_processing_keeps_nothing(store: Store) -> None:
    """When processing raises, nothing that it wrote is kept, and the delivery still waits."""
    store.record(delivery())
    one = claimed(store)
    with pytest.raises(ZeroDivisionError):
        process_and_fail(store, one)
    with store.snapshot() as catalogue:
        assert catalogue.object(thing().ref) is None
    assert status(store) is DeliveryStatus.PENDING


def test_failed_is_tried_again_at_its_time(store: Store) -> None:
    """A failed delivery waits for its time with its error; meanwhile later ones of its repository go on."""
    store.record(delivery("g1"))
    store.record(delivery("g2"))
    store.fail(claimed(store), error="boom", retry_at=after(10))
    with store.snapshot() as catalogue:
        found = catalogue.delivery("g1")
    assert found is not None
    assert (found.status, found.error, found.next_try_at) == (DeliveryStatus.FAILED, "boom", after(10))
    assert process(store, claimed(store, 1))
    assert status(store, "g2") is DeliveryStatus.DONE
    assert store.claim(after(9)) is None
    again = claimed(store, 10)
    assert (again.guid, again.tries) == ("g1", 2)
    process(store, again)
    with store.snapshot() as catalogue:
        found = catalogue.delivery("g1")
    assert found is not None
    assert (found.status, found.error, found.next_try_at) == (DeliveryStatus.DONE, None, None)


def test_dead_when_there_is_no_next_time(store: Store) -> None:
    """A delivery that fails without a next time is dead: kept with its error, and never handed out."""
    store.record(delivery())
    store.fail(claimed(store), error="no use", retry_at=None)
    assert status(store) is DeliveryStatus.DEAD
    assert store.claim(after(10_000)) is None


def test_a_late_failure_undoes_nothing(store: Store) -> None:
    """A worker that fails after another has finished the delivery leaves it done."""
    store.record(delivery())
    one = claimed(store)
    process(store, one)
    store.fail(one, error="too late", retry_at=after(1))
    assert status(store) is DeliveryStatus.DONE


def test_a_killed_worker_s_delivery_is_handed_out_again(store: Store) -> None:
    """Whoever took a delivery and was never heard of again loses it after a moment, and the try counts."""
    store.record(delivery())
    claimed(store)
    assert store.claim(NOON + HELD_FOR - timedelta(microseconds=1)) is None
    again = store.claim(NOON + HELD_FOR)
    assert again is not None
    assert again.tries == 2


def test_a_delivery_that_kills_its_workers_is_set_aside(store: Store) -> None:
    """A delivery that nobody survived in ten tries is dead with an error that says so, and the next one comes."""
    store.record(delivery("poison"))
    for number in range(MOST_TRIES):
        assert claimed(store, number).tries == number + 1
    store.record(delivery("g2"))
    assert claimed(store, MOST_TRIES).guid == "g2"
    with store.snapshot() as catalogue:
        found = catalogue.delivery("poison")
    assert found is not None
    assert found.status is DeliveryStatus.DEAD
    assert "10 tries" in (found.error or "")


def test_the_last_holder_has_its_time(store: Store) -> None:
    """While the tenth hold has not ended nobody declares the delivery dead, nor goes past it; its holder can finish."""
    store.record(delivery("slow"))
    store.record(delivery("next"))
    last = [claimed(store, number) for number in range(MOST_TRIES)][-1]
    end = after(MOST_TRIES - 1) + HELD_FOR
    assert store.claim(end - timedelta(microseconds=1)) is None
    assert status(store, "slow") is DeliveryStatus.PENDING
    assert process(store, last)
    assert status(store, "slow") is DeliveryStatus.DONE
    assert claimed(store, MOST_TRIES).guid == "next"


def test_a_body_that_cannot_be_read(store: Store) -> None:
    """A delivery whose stored body or headers are broken is dead with an error and its try, and others come."""
    for number, guid in enumerate(("body", "cut", "headers", "fine")):
        store.record(delivery(guid, of=None if guid == "headers" else number))
    database = look_into(store)
    with database.writing():
        database.change("UPDATE delivery SET body = ? WHERE guid = 'body'", (b"broken",))
        database.change("UPDATE delivery SET body = ? WHERE guid = 'cut'", (zlib.compress(b"{}")[:-1],))
        database.change("UPDATE delivery SET headers = '{' WHERE guid = 'headers'")
    assert claimed(store).guid == "fine"
    with store.snapshot() as catalogue:
        dead = catalogue.deliveries(status=DeliveryStatus.DEAD, before=None, limit=9)
    assert [(one.guid, one.tries) for _, one in dead] == [("headers", 1), ("cut", 1), ("body", 1)]
    assert all((one.error or "").startswith("what was kept of it cannot be read: ") for _, one in dead)
    assert store.replay("body", NOON) is not None
    assert store.claim(NOON) is None


YEARS = 60 * 24 * 365 * 70


def test_a_clock_that_was_ahead_holds_nothing(store: Store) -> None:
    """A hold, or a next try, that lies further ahead than any is ever set does not count: a clock was put back."""
    store.record(delivery("held"))
    store.record(delivery("failed"))
    claimed(store, YEARS)
    assert [(one.guid, one.tries) for one in (claimed(store),)] == [("held", 2)]
    process(store, claimed(store, 1))
    store.fail(claimed(store, YEARS), error="x", retry_at=after(YEARS + 1))
    again = claimed(store, 1)
    assert (again.guid, again.tries) == ("failed", 2)
    store.fail(again, error="x", retry_at=after(9))
    assert store.claim(after(2)) is None


def test_clocks_that_differ_a_little(store: Store) -> None:
    """A hold counts for a worker that looked at its clock a little earlier than the holder."""
    store.record(delivery())
    claimed(store, 0.2)
    assert store.claim(NOON) is None


def test_a_failure_speaks_of_its_try(store: Store) -> None:
    """Who fails a try after somebody else took the next one, or after a replay, changes nothing."""
    store.record(delivery())
    first, second = claimed(store), claimed(store, 1)
    store.fail(first, error="too late", retry_at=None)
    assert status(store) is DeliveryStatus.PENDING
    store.fail(second, error="boom", retry_at=after(2))
    assert status(store) is DeliveryStatus.FAILED
    third = claimed(store, 2)
    store.replay("g1", after(2))
    store.fail(third, error="before the replay", retry_at=None)
    with store.snapshot() as catalogue:
        found = catalogue.delivery("g1")
    assert found is not None
    assert (found.status, found.error, found.tries) == (DeliveryStatus.PENDING, None, 0)


def test_who_comes_second_finds_it_done(store: Store) -> None:
    """Of two workers that hold one delivery, the second to process it is told that there is nothing to do."""
    store.record(delivery())
    first, second = claimed(store), claimed(store, 1)
    assert process(store, first)
    assert not process(store, second)


def test_replay(store: Store) -> None:
    """A replayed delivery is pending with no tries and no error, whatever it was; an unknown one is None."""
    assert store.replay("g1", NOON) is None
    store.record(delivery())
    store.fail(claimed(store), error="no use", retry_at=None)
    replayed = store.replay("g1", NOON)
    assert replayed is not None
    assert (replayed.status, replayed.tries, replayed.error) == (DeliveryStatus.PENDING, 0, None)
    assert claimed(store).tries == 1


def test_listing(store: Store) -> None:
    """Deliveries are listed newest first, page by page, all or of one status."""
    for number in range(5):
        store.record(delivery(f"g{number}", of=number + 1))
    store.record(ignored("i1"))
    process(store, claimed(store))
    store.fail(claimed(store), error="x", retry_at=None)
    store.fail(claimed(store), error="x", retry_at=after(1))
    with store.snapshot() as catalogue:
        first = catalogue.deliveries(status=None, before=None, limit=4)
        rest = catalogue.deliveries(status=None, before=first[-1][0], limit=4)
        of_status = {one: catalogue.deliveries(status=one, before=None, limit=9) for one in DeliveryStatus}
    assert [one.guid for _, one in first + rest] == ["i1", "g4", "g3", "g2", "g1", "g0"]
    assert {one: [found.guid for _, found in page] for one, page in of_status.items()} == {
        DeliveryStatus.PENDING: ["g4", "g3"],
        DeliveryStatus.DONE: ["g0"],
        DeliveryStatus.IGNORED: ["i1"],
        DeliveryStatus.FAILED: ["g2"],
        DeliveryStatus.DEAD: ["g1"],
    }


def test_no_transaction_in_a_transaction(store: Store) -> None:
    """A transaction inside another one of the same thread is refused, and the outer one goes on."""
    with store.transaction() as ledger:
        with pytest.raises(StoreError, match="open already"):
            store.record(delivery())
        ledger.put_repository(repository(), "default")
    with store.snapshot() as catalogue:
        assert catalogue.repository(REPOSITORY) is not None
