from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from resolver.model.asking import Asked, Asking, ClaimedWant, Need, Want
from resolver.model.runs import NO_CLAIMS
from resolver.model.wants import WantChange
from store import Store
from store.database import Values
from store.want_queue import HELD_FOR, LONGEST_WAIT
from tests.support.databases import look_into, noting
from tests.support.facts import NOON, REPOSITORY, after, ref, seen, sha, thing

INSTANT = timedelta(microseconds=1)


def commit(letter: str) -> Want:
    """Make a want of a commit."""
    return Want(Need.COMMIT, REPOSITORY, sha=sha(letter))


def want(store: Store, *letters: str, at: float = 0) -> None:
    """Want commits, each in a transaction of its own, from one second to the next."""
    for number, letter in enumerate(letters):
        moment = after(at) + timedelta(seconds=number)
        with store.transaction() as ledger:
            ledger.put_wants([commit(letter)], moment, due=moment)


def claim(store: Store, at: float = 0) -> ClaimedWant:
    """Claim the want that must be there."""
    found = store.claim_want(after(at))
    assert found is not None
    return found


def asking(store: Store, letter: str = "a") -> Asking | None:
    """Return how it stands with the want of a commit."""
    with store.snapshot() as catalogue:
        return catalogue.asking(commit(letter))


def later(at: float, retry_at: float, *, refusal: str | None = None, counts: bool = True) -> WantChange:
    """Make a change that puts a want off."""
    return WantChange(Asked.WAITING, after(at), "GitHub is down", refusal, after(retry_at), counts)


def test_due_longest_first(store: Store) -> None:
    """Wants are handed out once each, the one that is due longest first, and not before they are due."""
    want(store, "b", "a", at=1)
    assert store.claim_want(after(1) - INSTANT) is None
    assert [claim(store, 2).want for _ in range(2)] == [commit("b"), commit("a")]
    assert store.claim_want(after(2)) is None


def test_done_in_the_transaction_that_keeps(store: Store) -> None:
    """A want is done where what was told is kept: inside it is done already, and when that fails it still waits."""
    want(store, "a")
    one = claim(store)
    with pytest.raises(ZeroDivisionError):
        keep_and_fail(store, one)
    assert asking(store) == Asking(Asked.WAITING)
    with store.snapshot() as catalogue:
        assert catalogue.object(ref()) is None
    with store.settling_want(one, WantChange(Asked.DONE, after(1))) as ledger:
        assert ledger is not None
        assert ledger.asking(one.want) == Asking(Asked.DONE)
        ledger.put_wants([one.want], after(1), due=after(1))
        ledger.put_object(seen(thing()), NO_CLAIMS)
    assert asking(store) == Asking(Asked.DONE)
    assert store.claim_want(after(100)) is None
    with store.snapshot() as catalogue:
        assert catalogue.object(ref()) is not None


def keep_and_fail(store: Store, one: ClaimedWant) -> None:
    """Keep what was told, and stumble at the end."""
    with store.settling_want(one, WantChange(Asked.DONE, NOON)) as ledger:
        assert ledger is not None
        ledger.put_object(seen(thing()), NO_CLAIMS)
        raise ZeroDivisionError


@pytest.mark.parametrize("status", [Asked.ABSENT, Asked.DEAD])
def test_settled_otherwise(store: Store, status: Asked) -> None:
    """What GitHub has not, and what is given up, says so, with why, and is not handed out."""
    want(store, "a")
    change = WantChange(status, after(1), error="it said so", refusal="given up: it said so")
    with store.settling_want(claim(store), change, "repository 9001", "another") as ledger:
        assert ledger is not None
    assert asking(store) == Asking(status, "given up: it said so")
    assert store.claim_want(after(100)) is None


def test_a_killed_worker_s_want_is_handed_out_again(store: Store) -> None:
    """A worker that was killed with a want in its hands loses it after a minute, and its try counts."""
    want(store, "a")
    store.close()
    child = os.fork()
    if child == 0:  # pragma: no cover -- its end is what is tested
        if store.claim_want(NOON) is None:
            os._exit(1)
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert store.claim_want(NOON + HELD_FOR - INSTANT) is None
    again = store.claim_want(NOON + HELD_FOR)
    assert again is not None
    assert again.tries == 2


def test_a_want_that_kills_its_workers_shows(store: Store) -> None:
    """However many a want has killed, it comes again with its tries counted: whoever gets it can give it up."""
    want(store, "a")
    assert [claim(store, 2 * number).tries for number in range(12)] == list(range(1, 13))


def test_holding_longer(store: Store) -> None:
    """A holder that says so in time keeps its want for another minute, and is told when it is somebody else's."""
    want(store, "a")
    first = claim(store)
    assert store.keep_hold(first, after(0.9))
    assert store.claim_want(after(1.8)) is None
    second = claim(store, 1.9)
    assert second.tries == 2
    assert not store.keep_hold(first, after(2))
    assert store.keep_hold(second, after(2))
    with store.settling_want(second, WantChange(Asked.DONE, after(2))):
        pass
    assert not store.keep_hold(second, after(2))


def test_who_comes_second_changes_nothing(store: Store) -> None:
    """Once somebody else has the want, or has settled it, the former holder is told so and changes nothing."""
    want(store, "a")
    first, second = claim(store), claim(store, 1)
    with store.settling_want(first, WantChange(Asked.DEAD, after(1))) as ledger:
        assert ledger is None
    assert not store.postpone(first, later(1, 9, refusal="no"))
    assert asking(store) == Asking(Asked.WAITING)
    with store.settling_want(second, WantChange(Asked.DONE, after(1))) as ledger:
        assert ledger is not None
    with store.settling_want(second, WantChange(Asked.ABSENT, after(1))) as ledger:
        assert ledger is None
    assert not store.postpone(second, later(1, 9))
    assert asking(store) == Asking(Asked.DONE)


def test_put_off(store: Store) -> None:
    """A want that is put off comes at its time, its tries counted, or not where nothing was wrong with it."""
    want(store, "a")
    store.postpone(claim(store), later(0, 5, counts=False))
    assert store.claim_want(after(5) - INSTANT) is None
    store.postpone(claim(store, 5), later(5, 6))
    one = claim(store, 6)
    assert one.tries == 2
    with store.settling_want(one, WantChange(Asked.WAITING, after(6))) as ledger:
        assert ledger is not None
    assert claim(store, 6).tries == 3


def test_whether_the_refusal_changed(store: Store) -> None:
    """Putting a want off says whether why GitHub was not asked is another reason now; the findings tell it."""
    want(store, "a")
    refusals = (None, "no key", "no key", "suspended", None)
    changed = []
    for number, refusal in enumerate(refusals):
        changed.append(store.postpone(claim(store, number), later(number, number + 1, refusal=refusal)))
        assert asking(store) == Asking(Asked.WAITING, refusal)
    assert changed == [False, True, False, True, True]


def test_a_clock_that_was_ahead_holds_nothing(store: Store) -> None:
    """A hold, or a next try, that lies further ahead than any is ever set does not count: a clock was put back."""
    years = 60 * 24 * 365 * 70
    want(store, "a")
    assert claim(store, years).tries == 1
    one = claim(store)
    assert one.tries == 2
    store.postpone(one, later(years, years + 1))
    assert claim(store).tries == 3
    want(store, "b", at=years)
    assert claim(store).want == commit("b")


def test_clocks_that_differ_a_little(store: Store) -> None:
    """A hold counts for a worker that looked at its clock a little earlier than the holder."""
    want(store, "a")
    claim(store, 0.2)
    assert store.claim_want(NOON) is None


def test_put_off_for_no_longer_than_a_day(store: Store) -> None:
    """Whatever time is named, a want comes again within a day."""
    want(store, "a")
    store.postpone(claim(store), later(0, 60 * 24 * 365))
    assert store.claim_want(NOON + LONGEST_WAIT - INSTANT) is None
    assert store.claim_want(NOON + LONGEST_WAIT) is not None


def test_a_key_that_cannot_be_read(store: Store) -> None:
    """A row whose key names no want is given up with an error and its try, and the others come."""
    want(store, *"abcdef")
    database = look_into(store)
    broken = ("{", "[]", "{}", '{"need":"x"}', '{"need":"commit","owner":"x"}')
    with database.writing():
        for number, key in enumerate(broken, start=1):
            database.change("UPDATE want SET want_key = ? WHERE id = ?", (key, number))
    assert claim(store, 1).want == commit("f")
    with store.snapshot() as catalogue:
        dead = catalogue.wants(status=Asked.DEAD, before=None, limit=9)
    assert [(number, one.key, one.tries) for number, one in dead] == [
        (number, broken[number - 1], 1) for number in range(5, 0, -1)
    ]
    assert all((one.error or "").startswith("what was kept of it cannot be read: ") for _, one in dead)


@pytest.fixture
def statements(store: Store) -> Iterator[list[tuple[str, Values]]]:
    """Collect the statements that are run."""
    with noting(store) as ran:
        yield ran


def test_looking_in_vain_writes_nothing(store: Store, statements: list[tuple[str, Values]]) -> None:
    """While nothing is due, to look for a want takes no write transaction."""
    want(store, "a", at=5)
    statements.clear()
    assert store.claim_want(NOON) is None
    assert not [sql for sql, _ in statements if "UPDATE" in sql or "IMMEDIATE" in sql]
