"""What is to stand on GitHub, as rows: one for each subject, handed out by what is due, void for whoever is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resolver.model.posting import ClaimedPosting, Fate, Means, NewPosting, PostingChange
from store import Store
from store.posting_queue import HEADS_KEPT, LONGEST_WAIT
from store.postings import APART
from store.waiting import CLOCKS_DIFFER
from tests.support.databases import look_into
from tests.support.facts import REPOSITORY, after, sha

SECOND = timedelta(seconds=1)
SAID = b"\x01" * 32


def reply(number: int = 11) -> NewPosting:
    """Make a reply to a comment."""
    subject = f"issue_comment/{number}"
    return NewPosting(means=Means.REPLY, repository_id=REPOSITORY, subject=subject, feedback_id=number)


def head(label: str = "head") -> NewPosting:
    """Make the check run of a head."""
    return NewPosting(means=Means.COMMITS, repository_id=REPOSITORY, subject=sha(label), number=42, head_sha=sha(label))


def note(store: Store, posting: NewPosting, *, at: float = 0, due: float | None = None, new: bool = True) -> None:
    """Note a posting in a transaction."""
    with store.transaction() as ledger:
        ledger.note_posting(posting, after(at), due=after(at if due is None else due), new=new)


def claim(store: Store, at: float = 0) -> ClaimedPosting:
    """Claim the posting that has to be there."""
    found = store.postings.claim(after(at))
    assert found is not None
    return found


def done(at: float = 0, **more: object) -> PostingChange:
    """Say that it stands."""
    return PostingChange(fate=Fate.DONE, at=after(at), github_id=7, said=SAID, wrote=True, **more)  # type: ignore[arg-type]


def test_noted_twice_is_one(store: Store) -> None:
    """A subject has one posting for each of the means, however often it is noted."""
    for posting in (reply(), reply(), head(), reply(12)):
        note(store, posting)
    found = [claim(store) for _ in range(1)]
    assert found[0].new == reply()
    ((count,),) = look_into(store).rows("SELECT COUNT(*) FROM posting")
    assert count == 3


def test_what_is_not_new_is_not_added(store: Store) -> None:
    """A change of what was never to be answered adds nothing; of what was, it counts."""
    note(store, reply(), new=False)
    assert not store.postings.is_due(after(1))
    note(store, reply())
    note(store, reply(), new=False)
    assert claim(store, 1).wanted == 2


def test_due_longest_first(store: Store) -> None:
    """They are handed out when they are due, the one that is due longest first; each try is counted."""
    note(store, reply(12), due=2)
    note(store, reply(11), due=1)
    assert not store.postings.is_due(after(0))
    assert store.postings.claim(after(0)) is None
    first = claim(store, 3)
    assert (first.new.subject, first.tries) == ("issue_comment/11", 1)
    assert claim(store, 3).tries == 2
    assert store.postings.settle(claim(store, 3), done(3))
    assert claim(store, 3).new.subject == "issue_comment/12"


def test_what_changes_meanwhile_is_looked_at_again(store: Store) -> None:
    """A change that comes while it is written has it looked at once more, some seconds later."""
    note(store, reply())
    claimed = claim(store)
    note(store, reply())
    assert store.postings.settle(claimed, done())
    assert not store.postings.is_due(after(0))
    again = store.postings.claim(after(0) + APART)
    assert again is not None
    assert (again.github_id, again.said, again.tries, again.begun_at) == (7, SAID, 1, None)


def test_edits_lie_apart(store: Store) -> None:
    """What was just written is edited no sooner than ten seconds later; what waits does not wait longer for that."""
    note(store, reply())
    store.postings.settle(claim(store), done())
    note(store, reply(), at=0)
    assert not store.postings.is_due(after(0) + APART - SECOND)
    note(store, reply(), at=0.1)
    assert store.postings.is_due(after(0) + APART)


@pytest.mark.parametrize("fate", [Fate.GONE, Fate.DEAD])
def test_what_is_gone_or_was_never_made_stays_so(store: Store, fate: Fate) -> None:
    """Deleted on GitHub, or given up before it ever stood there: whatever changes, it is not written."""
    note(store, reply())
    store.postings.settle(claim(store), PostingChange(fate=fate, at=after(0)))
    note(store, reply(), at=1)
    assert not store.postings.is_due(after(5))


def test_an_edit_that_was_given_up_is_tried_for_the_next_change(store: Store) -> None:
    """What stands is edited when its answer changes again, with all its tries."""
    note(store, reply())
    store.postings.settle(claim(store), done())
    note(store, reply(), at=1)
    store.postings.settle(claim(store, 2), PostingChange(fate=Fate.DEAD, at=after(2), error="no"))
    assert not store.postings.is_due(after(3))
    note(store, reply(), at=3)
    assert claim(store, 4).tries == 1


def test_a_reaction_stands_as_it_is(store: Store) -> None:
    """Nothing that changes has a reaction looked at again."""
    eyes = NewPosting(means=Means.REACTION, repository_id=REPOSITORY, subject="issue_comment/11", feedback_id=11)
    note(store, eyes)
    store.postings.settle(claim(store), PostingChange(fate=Fate.DONE, at=after(0), wrote=True))
    note(store, eyes, at=1)
    assert not store.postings.is_due(after(5))


def test_whoever_is_late_changes_nothing(store: Store) -> None:
    """Of two that hold one posting, the one whose try was counted last begins and settles it."""
    note(store, reply())
    slow, fast = claim(store), claim(store)
    assert not store.postings.begin(slow, after(1), "slow")
    assert store.postings.begin(fast, after(1), "fast")
    assert not store.postings.settle(slow, done(1))
    assert store.postings.settle(fast, PostingChange(fate=Fate.WAITING, at=after(1), retry_at=after(2), begun=True))
    again = claim(store, 2)
    assert (again.begun_at, again.marker) == (after(1), "fast")


def test_a_try_that_does_not_count(store: Store) -> None:
    """A try that GitHub was down for is given back, and why it is refused stays with the row."""
    note(store, reply())
    change = PostingChange(
        fate=Fate.WAITING, at=after(0), retry_at=after(1), error="no", refusal="may not", counts=False
    )
    store.postings.settle(claim(store), change)
    again = claim(store, 1)
    assert (again.tries, again.refusal) == (1, "may not")
    with store.snapshot() as catalogue:
        assert catalogue.posting_counts() == (1, 0)
        assert catalogue.posting_refusals(5) == (("may not", 1),)


def test_a_clock_that_was_put_back(store: Store) -> None:
    """What seems due further ahead than anything is ever put off is due now."""
    note(store, reply(), at=0)
    early = after(0) - LONGEST_WAIT - CLOCKS_DIFFER
    assert store.postings.is_due(early - SECOND)
    assert not store.postings.is_due(early + SECOND)


def test_heads_are_forgotten_and_answers_kept(store: Store) -> None:
    """What was said of a head goes after ninety days; what answers feedback stays, so that it is never made anew."""
    for posting in (reply(), head("old"), head("other")):
        note(store, posting)
    later = after(0) + HEADS_KEPT + SECOND
    note(store, head("young"), at=(later - after(0)) / timedelta(minutes=1))
    assert store.prune(later) == 2
    rows = look_into(store).rows("SELECT subject FROM posting ORDER BY subject")
    assert {row[0] for row in rows} == {"issue_comment/11", sha("young")}
