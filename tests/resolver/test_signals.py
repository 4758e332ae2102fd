"""Feedback without words: what is kept of what people do, and whose it is."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from receiver.signals import Signals
from resolver.model.signals import SignalKind
from store import Store, open_store
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    commit,
    minute,
    pull_request,
    push,
    review,
    review_comment,
    review_thread,
    sha,
)
from tests.support.databases import fresh_sqlite
from tests.support.world import REPO, World, policy

EVERY = tuple(SignalKind)
PULL = f"{REPO.url}/pull/42"


def wanting(store: Store, *kinds: SignalKind) -> World:
    """Make a world whose operator wants signals: all of them unless some are named."""
    return World(store, policy(signals=kinds or EVERY))


def signals(world: World, span: str = "span-coder") -> list[tuple[str, str]]:
    """Return kind and address of a run's signals, oldest first."""
    with world.facts() as facts:
        run = facts.run("default", span)
        assert run is not None
        found = Signals(facts, world.policy, run).listed(before=None, limit=50)
    return [(one.seen.kind.value, one.url) for _, one in reversed(found)]


def resolved(world: World) -> list[Delivery]:
    """Tell of a signed comment whose thread somebody resolved."""
    marks = world.run("coder")
    return [
        review_comment(REPO, id=70, author=AGENT, body=f"Why?\n{marks.hidden_comment}", at=minute(1)),
        review_thread(REPO, comments=[(70, None), (71, 70)], at=minute(5)),
    ]


def test_a_thread_that_is_resolved(store: Store) -> None:
    """Who resolves a thread says something of the run that began it; opening it again says nothing more."""
    world = wanting(store)
    world.deliver(*resolved(world), review_thread(REPO, "unresolved", comments=[(70, None)], at=minute(6)))
    assert signals(world) == [("thread_resolved", f"{PULL}#discussion_r70")]


def test_a_thread_of_a_signed_review(store: Store) -> None:
    """A bare comment of a signed review is that review's run's, and so is its thread; others' threads are not."""
    world = wanting(store)
    marks = world.run("coder")
    world.deliver(
        review(REPO, id=900, author=AGENT, body=f"Two remarks.\n{marks.hidden_comment}", at=minute(1)),
        review_comment(REPO, id=70, author=AGENT, body="Why?", review_id=900, at=minute(1)),
        review_comment(REPO, id=80, author=MAINTAINER, body="Hm.", review_id=901, at=minute(1)),
        review_thread(REPO, comments=[(70, None)], at=minute(5)),
        review_thread(REPO, comments=[(80, None)], at=minute(5)),
    )
    assert signals(world) == [("thread_resolved", f"{PULL}#discussion_r70")]


def test_a_review_that_is_dismissed(store: Store) -> None:
    """A dismissed review is a signal on the run that signed it."""
    world = wanting(store)
    body = f"No.\n{world.run('coder').hidden_comment}"
    world.deliver(
        review(REPO, id=900, author=AGENT, body=body, state="changes_requested", at=minute(1)),
        review(REPO, "dismissed", id=900, author=AGENT, body=body, state="dismissed", at=minute(1), sender=MAINTAINER),
    )
    assert signals(world) == [("review_dismissed", f"{PULL}#pullrequestreview-900")]


def test_a_pull_request_that_is_closed_unmerged(store: Store) -> None:
    """Closing without merging is a signal on the run that signed the body; merging is none."""
    world = wanting(store)
    body = f"A change.\n{world.run('coder').hidden_comment}"
    other = f"A change.\n{world.run('coder', number=43, span='span-other').hidden_comment}"
    world.deliver(
        pull_request(REPO, body=body, at=minute(1)),
        pull_request(REPO, "closed", body=body, at=minute(5), sender=MAINTAINER),
        pull_request(REPO, number=43, id=43, body=other, at=minute(1)),
        pull_request(REPO, "closed", number=43, id=43, body=other, merged=True, at=minute(5), sender=MAINTAINER),
    )
    assert signals(world) == [("pull_request_closed", PULL)]
    assert signals(world, "span-other") == []


def test_a_commit_that_is_reverted(store: Store) -> None:
    """A pushed commit that says that it reverts a signed one is a signal on that one's run."""
    world = wanting(store)
    trailers = world.run("coder").commit_trailers
    undo = f'Revert "Add it"\n\nThis reverts commit {sha("a")}.\n'
    world.deliver(
        push(REPO, commits=[commit(sha("a"), f"Add it\n\n{trailers}")]),
        push(REPO, commits=[commit(sha("b"), undo)], before=sha("a"), at=minute(5), sender=MAINTAINER),
    )
    assert signals(world) == [("revert", f"{REPO.url}/commit/{sha('a')}")]


def test_each_is_off_until_it_is_wanted(store: Store) -> None:
    """What happens while a signal is off makes none, and switching it on later makes none of it either."""
    world = World(store)
    deliveries = resolved(world)
    world.deliver(*deliveries)
    now_wanting = wanting(store, SignalKind.THREAD_RESOLVED)
    assert signals(now_wanting) == []
    store.replay(deliveries[-1].guid, world.now)
    now_wanting.process()
    assert signals(now_wanting) == [("thread_resolved", f"{PULL}#discussion_r70")]
    only = wanting(store, SignalKind.REVERT)
    only.deliver(review_thread(REPO, comments=[(70, None)], at=minute(9)))
    assert len(signals(only)) == 1


def test_what_a_bot_does_is_no_signal(store: Store) -> None:
    """A bot that tidies up does not think anything of a run's work."""
    world = wanting(store)
    told, _ = resolved(world)
    world.deliver(told, review_thread(REPO, comments=[(70, None)], at=minute(5), sender=AGENT))
    assert signals(world) == []


def test_a_copied_claim_gets_no_signals(store: Store) -> None:
    """What happens to a text into which somebody pasted a run's claim does not happen to the run."""
    world = wanting(store)
    marks = world.run("coder")
    world.deliver(
        review_comment(REPO, id=70, author=AGENT, body=f"Why?\n{marks.hidden_comment}", at=minute(1)),
        review_comment(REPO, id=80, author=OUTSIDER, body=f"Me too.\n{marks.hidden_comment}", at=minute(2)),
        review_thread(REPO, comments=[(80, None)], at=minute(5)),
    )
    assert signals(world) == []


def test_the_same_again_is_one_signal(store: Store) -> None:
    """A redelivery, under its own GUID or another one, adds nothing."""
    world = wanting(store)
    deliveries = resolved(world)
    world.deliver(*deliveries, deliveries[-1].again(), deliveries[-1].again("another"))
    assert len(signals(world)) == 1


def test_the_order_of_arrival_does_not_show(tmp_path: Path) -> None:
    """A signal that comes before the text that it is about is found once that is there."""
    found = set()
    for number, order in enumerate(permutations(range(2))):
        store = open_store(fresh_sqlite(tmp_path / f"{number}.db"))
        world = wanting(store)
        deliveries = resolved(world)
        for place in order:
            world.deliver(deliveries[place])
        found.add(tuple(signals(world)))
        store.close()
    assert found == {(("thread_resolved", f"{PULL}#discussion_r70"),)}


def test_signals_are_no_feedback(store: Store) -> None:
    """No feedback, no report and no statistics come of them."""
    world = wanting(store)
    world.deliver(*resolved(world))
    assert world.all_feedback() == {}


@pytest.mark.parametrize(
    "message",
    [
        f"This reverts commit {sha('a')[:12]}.",
        f"Note: This reverts commit {sha('a')}.",
        f"This reverts commit {sha('a')}0.",
        "This reverts commit .",
    ],
)
def test_what_only_looks_like_a_revert(store: Store, message: str) -> None:
    """Half an id, or a sentence about reverting, reverts nothing."""
    world = wanting(store)
    trailers = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("a"), f"Add it\n\n{trailers}")]),
        push(REPO, commits=[commit(sha("b"), message)], before=sha("a"), at=minute(5), sender=MAINTAINER),
    )
    assert signals(world) == []
