"""What was verified once stays linked, whatever becomes of its key; what never was is refused (SPEC §2.3)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from resolver.ask import Question
from resolver.claims.write import Marks
from resolver.model.answers import Confidence
from store import Store
from tests.support.builders import AGENT, Delivery, commit, issue_comment, minute, push, sha
from tests.support.rotation import Rotating
from tests.support.signing import KEY, OTHER, key_file
from tests.support.world import REPO

IMPROVE = "/agents improve shorter, please"
Keys = dict[str, Any]


@pytest.fixture(params=["version 1", "version 2"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Keys, str]:
    """Return settings with a key of either kind, and its id."""
    if request.param == "version 1":
        return {"signing_secrets": "k1:the old secret"}, "k1"
    return {"signing_key_file": key_file(tmp_path, KEY)}, KEY.id


def comment(marks: Marks, number: int, *, words: str = "Done.", **more: Any) -> Delivery:  # noqa: ANN401
    """Return the agent's comment with a claim."""
    body = f"{words}\n\n{marks.hidden_comment}"
    return issue_comment(REPO, id=number, author=AGENT, body=body, **({"at": minute(1)} | more))


def later(world: Rotating) -> None:
    """Let an hour pass."""
    world.now += timedelta(hours=1)


def test_what_was_verified_stays(store: Store, keys: tuple[Keys, str]) -> None:
    """A comment that was verified before its key was retired is exact evidence after it, and keeps key and time."""
    world = Rotating(store, settings=keys[0])
    marks = world.run()
    world.deliver(comment(marks, 11))
    (before,) = world.artifacts("span-coder")
    later(world)
    world.retire(keys[1])
    world.deliver(issue_comment(REPO, id=12, body=f"{IMPROVE}\n\n{marks.hidden_comment}", at=minute(5)))
    (after,) = [one for one in world.artifacts("span-coder") if one.carrier.key == "11"]
    assert (after, after.verified_with) == (before, keys[1])
    assert after.verified_at == before.verified_at
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "direct", "span-coder")


def seen_again(marks: Marks) -> dict[str, Delivery]:
    """Return ways in which a claim that was verified in comment 11 is seen once more."""
    trailers = f"Squash (#42)\n\n* step\n\n{marks.commit_trailers}"
    edited = comment(marks, 11, words="Done, and mended.", action="edited", at=minute(9), created_at=minute(1))
    return {
        "edit": edited,
        "redelivery": comment(marks, 11),
        "another comment": comment(marks, 13, at=minute(8)),
        "squash commit": push(REPO, commits=[commit(sha("a"), trailers, at=minute(7))], at=minute(7)),
    }


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_the_same_claim_counts_wherever_it_comes_again(
    store: Store, keys: tuple[Keys, str], order: tuple[int, ...]
) -> None:
    """An edit, a redelivery, another comment and a squash commit count after the retirement, in any order."""
    world = Rotating(store, settings=keys[0])
    marks = world.run()
    world.deliver(comment(marks, 11))
    later(world)
    world.retire(keys[1])
    again = list(seen_again(marks).values())
    for index in order:
        world.deliver(again[index])
    found = world.artifacts("span-coder")
    assert {one.carrier.key for one in found} == {"11", "13", sha("a")}
    assert {one.verified_with for one in found} == {keys[1]}
    assert world.commit_reading(sha("a")).refusals == ()


def test_what_was_never_verified_is_refused(store: Store, keys: tuple[Keys, str]) -> None:
    """A claim that a retired key signed, and that nobody saw before, is refused, and the reason says so."""
    world = Rotating(store, settings=keys[0])
    marks = world.run()
    later(world)
    world.retire(keys[1])
    world.deliver(comment(marks, 11), push(REPO, commits=[commit(sha("b"), f"x\n\n{marks.commit_trailers}")]))
    assert world.artifacts("span-coder") == ()
    (reason,) = world.commit_reading(sha("b")).refusals
    assert f"{keys[1]}, which signed the claim, is retired, since" in reason
    world.deliver(issue_comment(REPO, id=12, body=f"{IMPROVE}\n\n{marks.hidden_comment}", at=minute(5)))
    assert world.answer().confidence is not Confidence.EXACT
    assert "is retired" in str(world.answer().findings)


def test_a_question_about_a_text(store: Store, keys: tuple[Keys, str]) -> None:
    """Whoever asks about a text gets the same answer: a claim that was verified before counts, any other does not."""
    world = Rotating(store, settings=keys[0])
    seen, unseen = world.run("coder"), world.run("tester")
    world.deliver(comment(seen, 11))
    later(world)
    world.retire(keys[1])
    found = world.ask(Question(repository=REPO.name, number=42, body=seen.hidden_comment))
    assert (found.confidence, found.span_id) == (Confidence.EXACT, "span-coder")
    assert world.ask(Question(repository=REPO.name, number=42, commit_message=seen.commit_trailers)).mode == (
        "commit_trailer"
    )
    found = world.ask(Question(repository=REPO.name, number=42, body=unseen.hidden_comment))
    assert found.confidence is not Confidence.EXACT


def test_another_claim_by_the_same_key_is_no_way_in(store: Store, keys: tuple[Keys, str]) -> None:
    """That one run's claim was verified says nothing of another run's: whoever got the key makes nothing new."""
    world = Rotating(store, settings=keys[0])
    known, unseen = world.run("coder"), world.run("tester")
    world.deliver(comment(known, 11))
    later(world)
    world.retire(keys[1])
    world.deliver(comment(unseen, 13, words=f"Both\n\n{known.hidden_comment}"))
    assert [one.carrier.key for one in world.artifacts("span-coder")] == ["13", "11"]
    assert world.artifacts("span-tester") == ()


def test_a_delivery_that_waited_counts_as_of_when_it_came(store: Store, keys: tuple[Keys, str]) -> None:
    """What was received before the retirement counts, however late a worker gets to it; what came after does not."""
    world = Rotating(store, settings=keys[0])
    first, second = world.run("coder"), world.run("tester")
    world.record(comment(first, 11))
    later(world)
    world.retire(keys[1])
    world.record(comment(second, 13))
    world.process()
    assert [one.carrier.key for one in world.artifacts("span-coder")] == ["11"]
    assert world.artifacts("span-tester") == ()


def test_a_secret_that_was_taken_away_unlinks_nothing(store: Store) -> None:
    """Of a secret that is not there any more, the claim with that very signature counts on, and no other does."""
    world = Rotating(store, settings={"signing_secrets": "k1:the old secret"})
    marks = world.run()
    world.deliver(comment(marks, 11))
    later(world)
    world = world.restarted(signing_secrets="k2:a new secret")
    for delivery in seen_again(marks).values():
        world.deliver(delivery)
    assert {one.carrier.key for one in world.artifacts("span-coder")} == {"11", "13", sha("a")}
    assert {one.verified_with for one in world.artifacts("span-coder")} == {"k1"}
    other = Rotating(store, settings={"signing_secrets": "k9:a guess"}).marks("coder", span="span-coder", number=42)
    world.deliver(comment(other, 17), push(REPO, commits=[commit(sha("c"), f"x\n\n{other.commit_trailers}")]))
    assert "17" not in {one.carrier.key for one in world.artifacts("span-coder")}
    assert world.commit_reading(sha("c")).refusals == ("No secret of the ring verifies the claim's signature.",)


@pytest.mark.parametrize("what", ["expired", "not yet"])
def test_a_secret_outside_its_dates_neither_signs_nor_verifies(store: Store, what: str) -> None:
    """Outside of its dates a secret is as none: what it signs is refused by that reason, until it counts again."""
    dates = {"expired": "@2026-09-01/20261002T003000Z", "not yet": "@20261002T003000Z/"}[what]
    world = Rotating(store, settings={"signing_secrets": "k1:the secret"})
    marks = world.run()
    world = world.restarted(signing_secrets=f"k1{dates}:the secret,k2:another one")
    if what == "expired":
        later(world)
    world.deliver(comment(marks, 11))
    assert world.artifacts("span-coder") == ()
    assert world.services.keyring.current().signing_key(world.now).id == "k2"  # type: ignore[union-attr]
    if what == "not yet":
        later(world)
        world.deliver(comment(marks, 13, at=minute(3)))
        assert [one.carrier.key for one in world.artifacts("span-coder")] == ["13"]
        assert world.services.keyring.current().signing_key(world.now).id == "k1"  # type: ignore[union-attr]


def test_a_key_that_another_host_made_verifies_here(store: Store, tmp_path: Path) -> None:
    """The register tells each host of the public keys of all: what one signed before the other restarts is no loss."""
    (tmp_path / "one").mkdir()
    here = Rotating(store, settings={"signing_key_file": key_file(tmp_path, KEY)})
    there = Rotating(store, settings={"signing_key_file": key_file(tmp_path / "one", OTHER, KEY)})
    marks = there.run()
    here.deliver(comment(marks, 11))
    assert [one.verified_with for one in here.artifacts("span-coder")] == [OTHER.id]
    here.retire(OTHER.id)
    assert there.services.keyring.current().signing_key(there.now) == KEY
