from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from resolver.model.asking import Asked, Asking, ClaimedWant, Need, Want
from resolver.model.wants import WantChange
from store import Store
from store.want_queue import LONGEST_WAIT
from tests.support.databases import look_into
from tests.support.facts import NAME, NOON, REPOSITORY, WORKSPACE, after, repository, sha

DAY = 24 * 60
COMMIT = Want(Need.COMMIT, REPOSITORY, sha=sha("a"))
MERGES = Want(Need.MERGES, REPOSITORY, sha=sha("a"))
PULL = Want(Need.PULL, REPOSITORY, number=42)
ACCESS = Want(Need.PERMISSION, REPOSITORY, id=8, login="mona")


def want(store: Store, *wants: Want, at: float = 0, due: datetime | None = None) -> None:
    """Want facts, in a transaction of its own."""
    with store.transaction() as ledger:
        ledger.put_wants(wants, after(at), due=due or after(at))


def claim(store: Store, at: float = 0) -> ClaimedWant:
    """Claim the want that must be there."""
    found = store.claim_want(after(at))
    assert found is not None
    return found


def settle(store: Store, one: ClaimedWant, status: Asked, at: float = 0, refusal: str | None = None) -> None:
    """Settle a want that is still the claimer's."""
    with store.settling_want(one, WantChange(status, after(at), "told so", refusal)) as ledger:
        assert ledger is not None


def asking(store: Store, one: Want) -> Asking | None:
    """Return how it stands with a want."""
    with store.snapshot() as catalogue:
        return catalogue.asking(one)


def test_wanted_once(store: Store) -> None:
    """However often and by whomever a fact is wanted, it is one want, and its time to be asked for is the first."""
    assert asking(store, COMMIT) is None
    want(store, COMMIT, COMMIT, due=after(2))
    want(store, COMMIT, MERGES, at=1)
    want(store, at=2)
    assert asking(store, COMMIT) == Asking(Asked.WAITING)
    assert [claim(store, 9).want for _ in range(2)] == [MERGES, COMMIT]
    assert store.claim_want(after(9)) is None


def test_what_is_known_is_not_asked_for(store: Store) -> None:
    """What other answers have shown counts as answered, wanted before or not, also while it is being asked for."""
    want(store, COMMIT, PULL)
    asked = claim(store)
    with store.transaction() as ledger:
        assert ledger.put_answered([COMMIT, MERGES], after(1))
        assert not ledger.put_answered([COMMIT, MERGES], after(2))
        assert not ledger.put_answered([], after(2))
    assert [asking(store, one) for one in (COMMIT, MERGES)] == [Asking(Asked.DONE)] * 2
    with store.settling_want(asked, WantChange(Asked.ABSENT, after(3))) as late:
        assert (late is None) == (asked.want == COMMIT)
    want(store, MERGES, at=2 * DAY)
    assert {one.want for one in iter(lambda: store.claim_want(after(3 * DAY)), None)} <= {PULL}


def test_each_repository_has_wants_of_its_own(store: Store) -> None:
    """What is wanted of one repository is not wanted of another."""
    other = Want(Need.COMMIT, REPOSITORY + 1, sha=sha("a"))
    want(store, COMMIT)
    assert asking(store, other) is None
    want(store, other, at=1)
    assert [claim(store, 1).want for _ in range(2)] == [COMMIT, other]


def test_every_field_of_a_want_comes_back(store: Store) -> None:
    """A want is handed out as it was wanted, whatever it names, and says since when."""
    long = Want(
        Need.REMOVED, REPOSITORY, sha=sha("a"), path="❤/" * 2000, base=sha("b"), first=3, last=2**31 - 1, text="\t'\\ x"
    )
    want(store, long, at=3)
    found = claim(store, 3)
    assert (found.want, found.tries, found.since) == (long, 1, after(3))


@pytest.mark.parametrize(
    ("one", "status", "minutes", "again"),
    [
        (COMMIT, Asked.DONE, 100 * DAY, False),
        (COMMIT, Asked.ABSENT, DAY - 1, False),
        (COMMIT, Asked.ABSENT, DAY, True),
        (COMMIT, Asked.DEAD, DAY - 1, False),
        (COMMIT, Asked.DEAD, DAY, True),
        (PULL, Asked.DONE, 100 * DAY, False),
        (PULL, Asked.ABSENT, DAY - 1, False),
        (PULL, Asked.ABSENT, DAY, True),
        (ACCESS, Asked.DONE, 0, True),
        (ACCESS, Asked.ABSENT, 1, False),
        (ACCESS, Asked.ABSENT, 1.1, True),
        (ACCESS, Asked.DEAD, 1, False),
        (ACCESS, Asked.DEAD, 1.1, True),
    ],
)
def test_wanted_again_once_answered(store: Store, one: Want, status: Asked, minutes: float, *, again: bool) -> None:
    """What was answered stays so, but for what may have changed; then it is asked anew, with all its tries."""
    want(store, one)
    settle(store, claim(store), status, refusal="no access")
    want(store, MERGES, one, at=minutes, due=after(minutes + 1))
    if not again:
        assert asking(store, one) == Asking(status, "no access")
        return
    assert asking(store, one) == Asking(Asked.WAITING)
    assert claim(store, minutes + 1).want == one
    with store.snapshot() as catalogue:
        (seen,) = [found for _, found in catalogue.wants(before=None, limit=9) if found.key == one.key]
    assert (seen.tries, seen.error, seen.wanted_at, seen.answered_at) == (1, None, after(minutes), None)


def test_a_due_time_out_of_reach(store: Store) -> None:
    """Nothing is put off for longer than a day, whatever time is named."""
    want(store, COMMIT, due=NOON + 100 * LONGEST_WAIT)
    assert store.claim_want(NOON + LONGEST_WAIT - timedelta(seconds=1)) is None
    assert store.claim_want(NOON + LONGEST_WAIT) is not None


def test_waking(store: Store) -> None:
    """What was refused, and what was given up, of a repository is due when it is woken; nothing else of it is."""
    dead, refused, later = (Want(Need.COMMIT, REPOSITORY, sha=sha(letter)) for letter in "abc")
    other = Want(Need.COMMIT, 7, sha=sha("a"))
    done = Want(Need.COMMIT, REPOSITORY, sha=sha("d"))
    for number, one in enumerate((dead, refused, other, done)):
        want(store, one, at=number)
    settle(store, claim(store, 9), Asked.DEAD, 9, refusal="given up")
    for _ in range(2):
        assert store.postpone(claim(store, 9), WantChange(Asked.WAITING, after(9), refusal="no", retry_at=after(60)))
    settle(store, claim(store, 9), Asked.DONE, 9)
    want(store, later, at=9, due=after(60))
    with store.transaction() as ledger:
        assert ledger.wake_wants([REPOSITORY, REPOSITORY], after(10)) == 2
        assert ledger.wake_wants([], after(10)) == 0
    assert asking(store, refused) == Asking(Asked.WAITING, "no")
    woken = [claim(store, 10) for _ in range(2)]
    assert [(one.want, one.tries, one.since) for one in woken] == [(dead, 1, after(10)), (refused, 2, after(1))]
    assert store.claim_want(after(10)) is None


def test_listing(store: Store) -> None:
    """Wants are listed the last noted first, page by page, all or of one status, with the repository's name."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
    wants = [Want(Need.COMMIT, REPOSITORY, sha=f"{number:040x}") for number in range(4)]
    for number, one in enumerate(wants):
        want(store, one, at=number)
    want(store, Want(Need.PULL, 7, number=1), at=4)
    settle(store, claim(store, 5), Asked.DONE, 5)
    settle(store, claim(store, 5), Asked.DEAD, 6)
    store.postpone(claim(store, 5), WantChange(Asked.WAITING, after(5), "down", "no", after(7), counts=False))
    with store.snapshot() as catalogue:
        first = catalogue.wants(before=None, limit=3)
        rest = catalogue.wants(before=first[-1][0], limit=3)
        waiting = catalogue.wants(status=Asked.WAITING, before=None, limit=9)
        ((_, dead),) = catalogue.wants(status=Asked.DEAD, before=None, limit=9)
        assert catalogue.wants(status=Asked.ABSENT, before=None, limit=9) == ()
        counts = catalogue.want_counts()
    keys = [one.key for _, one in first + rest]
    assert keys == [Want(Need.PULL, 7, number=1).key, *(one.key for one in wants[::-1])]
    assert [one.repository for _, one in first] == [None, NAME, NAME]
    assert [one.key for _, one in waiting] == keys[:3]
    put_off = waiting[-1][1]
    assert (put_off.error, put_off.refusal, put_off.tries, put_off.next_try_at) == ("down", "no", 0, after(7))
    assert (dead.need, dead.error, dead.tries, dead.wanted_at) == ("commit", "told so", 1, after(1))
    assert (dead.next_try_at, dead.answered_at) == (None, after(6))
    assert counts == {
        (Asked.WAITING, Need.COMMIT): 2,
        (Asked.WAITING, Need.PULL): 1,
        (Asked.DONE, Need.COMMIT): 1,
        (Asked.DEAD, Need.COMMIT): 1,
    }


def test_many_at_once(store: Store) -> None:
    """Any number of facts may be wanted at once, and again."""
    many = [Want(Need.COMMIT, REPOSITORY, sha=f"{number:040x}") for number in range(1200)]
    want(store, *many)
    want(store, *reversed(many))
    assert look_into(store).row("SELECT COUNT(*) FROM want") == (1200,)
