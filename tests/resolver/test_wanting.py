"""What a walk wants GitHub to be asked for, and what findings say where GitHub may not be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.model.answers import Answer, Finding
from resolver.model.asking import Access, Asked, Need, Permission, Want
from resolver.model.github import Blame, BlameRange, Kind
from resolver.model.wants import WantChange
from resolver.observe import Observation
from resolver.settle import PATIENCE
from resolver.wanting import MOST_WANTS
from store import Store
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    commit,
    hunk,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.world import REPO, World, policy

IMPROVE = "/agents improve please handle the empty case"
PATH = "src/app.py"


@pytest.fixture
def world(store: Store) -> World:
    """A service that may ask GitHub, where the maintainer may give feedback."""
    return World(store, replace(policy(authors={MAINTAINER.login}), asks=True))


def wants(world: World) -> list[Want]:
    """Return what GitHub is to be asked for, the first wanted first."""
    with world.facts() as facts:
        seen = [one for _, one in facts.wants(before=None, limit=500)]
    found = []
    world.now += PATIENCE
    while (claimed := world.store.claim_want(world.now)) is not None:
        found.append(claimed.want)
    assert len(found) <= len(seen)
    return found


def needs(world: World) -> set[Need]:
    """Return the kinds of facts that are wanted."""
    return {want.need for want in wants(world)}


def settle(world: World, status: Asked, *, need: Need, refusal: str | None = None) -> None:
    """Let GitHub answer (with nothing), or refuse to, what is wanted of a kind."""
    world.now += PATIENCE
    claimed = next(one for one in iter(lambda: world.store.claim_want(world.now), None) if one.want.need is need)
    change = WantChange(status, world.now, refusal=refusal, retry_at=world.now + timedelta(hours=1))
    prepared = world.intake.prepare_facts(Observation())
    with world.store.settling_want(claimed, change) as ledger:
        assert ledger is not None
        world.intake.apply(ledger, prepared, cause="GitHub was asked", answered=claimed.want)


def finding(answer: Answer, step: str) -> Finding:
    """Return what a step found."""
    return next(one for one in answer.findings if one.step == step)


def one_commit(world: World, *, signed: bool = True) -> list[Delivery]:
    """Let the coder push the only commit of a pull request."""
    trailer = world.run("coder").commit_trailers if signed else ""
    return [
        push(REPO, commits=[commit(sha("head"), f"Add\n\n{trailer}")], at=minute(1)),
        pull_request(REPO, head=sha("head"), commits=1, at=minute(2)),
    ]


def on_line(**more: object) -> Delivery:
    """Give feedback on a line."""
    return review_comment(REPO, id=1, body=IMPROVE, at=minute(5), **more)  # type: ignore[arg-type]


def reply(to: int = 70) -> Delivery:
    """Give feedback in reply to a comment."""
    return review_comment(REPO, id=1, body=IMPROVE, at=minute(5), in_reply_to_id=to)


def test_the_comment_replied_to_is_wanted_with_its_thread(world: World) -> None:
    """Of a reply to what was never delivered the whole thread is wanted, once for however many replies."""
    world.deliver(reply(), review_comment(REPO, id=2, body=IMPROVE, at=minute(6), in_reply_to_id=70))
    assert [want for want in wants(world) if want.need is Need.THREAD] == [Want(Need.THREAD, REPO.id, number=42, id=70)]


def test_what_was_delivered_is_not_wanted(world: World) -> None:
    """A reply to a signed comment that was delivered wants nothing."""
    marks = world.run("reviewer")
    parent = review_comment(REPO, id=70, author=AGENT, body=f"Why twice?\n{marks.hidden_comment}", at=minute(2))
    world.deliver(parent, reply())
    assert world.answer().mode == "artifact_parent_comment"
    assert wants(world) == []


def test_the_review_of_the_comment_replied_to_is_wanted(world: World) -> None:
    """Where an unsigned comment stands in a review that was never delivered, that review is wanted."""
    parent = review_comment(REPO, id=70, author=AGENT, body="Why twice?", at=minute(2), review_id=900)
    world.deliver(parent, reply())
    assert Want(Need.OBJECT, REPO.id, kind=Kind.REVIEW, id=900, number=42) in wants(world)


def test_the_blame_of_a_commented_line_is_wanted(world: World) -> None:
    """Of a line, who last changed each line of its file at its commit: one want for all comments on the file."""
    world.deliver(*one_commit(world), on_line(), review_comment(REPO, id=2, body=IMPROVE, at=minute(6), line=7))
    assert [want for want in wants(world) if want.need is Need.BLAME] == [
        Want(Need.BLAME, REPO.id, sha=sha("head"), path=PATH)
    ]


def test_of_a_removed_line_it_is_wanted_who_removed_it(world: World) -> None:
    """The want names the line, its text, and where the pull request begins."""
    world.deliver(*one_commit(world), on_line(side="LEFT", line=3, original_line=3, diff_hunk="@@ -3 +2,0 @@\n-gone"))
    [want] = [one for one in wants(world) if one.need is Need.REMOVED]
    assert (want.sha, want.path, want.first, want.last, want.text) == (sha("head"), PATH, 3, 3, "@@ -3 +2,0 @@\n-gone")
    assert want.base is not None


def test_what_a_later_step_needs_is_not_wanted_before_the_earlier_one_has_its_answer(world: World) -> None:
    """While it is not known who wrote the line, the commented commit is not asked for: it may not be needed."""
    world.deliver(pull_request(REPO, head=sha("head"), commits=1, at=minute(2)), on_line())
    assert needs(world) == {Need.BLAME}


def test_an_unknown_commit_is_wanted(world: World) -> None:
    """A commented commit that no push brought is wanted, once GitHub could not say who wrote the line."""
    world.deliver(pull_request(REPO, head=sha("head"), commits=1, at=minute(2)), on_line())
    settle(world, Asked.ABSENT, need=Need.BLAME)
    assert Want(Need.COMMIT, REPO.id, sha=sha("head")) in wants(world)


def test_the_commits_of_a_pull_request_are_wanted_until_all_are_known(world: World) -> None:
    """GitHub counts two commits and one was pushed here: the pull request is wanted, by its head."""
    marks = world.run("coder")
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add\n\n{marks.commit_trailers}")], before=sha("old"), at=minute(1)),
        pull_request(REPO, head=sha("head"), commits=2, at=minute(2)),
        on_line(),
    )
    settle(world, Asked.ABSENT, need=Need.BLAME)
    assert Want(Need.PULL, REPO.id, number=42, sha=sha("head")) in wants(world)


def test_what_a_blamed_commit_merged_is_wanted(world: World) -> None:
    """A commit that a line is blamed on may have merged a pull request: which one is wanted."""
    world.deliver(*one_commit(world), on_line())
    world.keep(Observation(blames=(Blame(REPO.id, sha("head"), PATH, "RIGHT", (BlameRange(1, 99, sha("head")),)),)))
    assert Want(Need.MERGES, REPO.id, sha=sha("head")) in wants(world)


def test_nothing_is_exact_while_github_may_say_otherwise(world: World) -> None:
    """What would be exact without asking is inferred until GitHub has told what was asked, and says so."""
    world.deliver(*one_commit(world), on_line())
    answer = world.answer()
    assert (answer.mode, answer.confidence, answer.span_id) == ("commit_artifact", "inferred", "span-coder")
    assert answer.diagnostic == f"not exact: GitHub has yet to tell the blame of {PATH} at {sha('head')}"
    settle(world, Asked.ABSENT, need=Need.BLAME)
    assert (world.answer().mode, world.answer().confidence) == ("commit_artifact", "exact")


def test_what_github_may_not_be_asked_is_not_waited_for(world: World) -> None:
    """Where GitHub refuses to tell who wrote the line, the commented commit decides as it does without an App."""
    world.deliver(*one_commit(world), on_line())
    settle(world, Asked.WAITING, need=Need.BLAME, refusal="a permission is missing")
    assert (world.answer().mode, world.answer().confidence) == ("commit_artifact", "exact")


def test_a_blamed_commit_of_which_nobody_says_what_it_merged(world: World) -> None:
    """Where GitHub told who wrote the line, and may not be asked what that commit merged, the answer is inferred."""
    world.deliver(*one_commit(world), on_line())
    world.keep(Observation(blames=(Blame(REPO.id, sha("head"), PATH, "RIGHT", (BlameRange(1, 99, sha("head")),)),)))
    settle(world, Asked.WAITING, need=Need.MERGES, refusal="a permission is missing")
    assert (world.answer().mode, world.answer().confidence) == ("line_blame", "inferred")


def test_until_it_is_known_what_a_blamed_commit_merged_the_answer_is_inferred(world: World) -> None:
    """Of a line that is older than the pull request, it is waited for what GitHub says of the commit that wrote it."""
    former = world.run("planner", number=7).commit_trailers
    world.deliver(
        push(REPO, ref="refs/heads/main", commits=[commit(sha("old"), f"Add\n\n{former}")], at=minute(0)),
        *one_commit(world),
        on_line(diff_hunk=hunk(context=["as", "before"])),
    )
    world.keep(Observation(blames=(Blame(REPO.id, sha("head"), PATH, "RIGHT", (BlameRange(1, 99, sha("old")),)),)))
    assert (world.answer().mode, world.answer().confidence) == ("line_blame", "inferred")
    settle(world, Asked.DONE, need=Need.MERGES)
    assert (world.answer().mode, world.answer().confidence) == ("line_blame", "exact")


def test_a_refusal_is_in_the_finding_and_the_walk_goes_on(world: World) -> None:
    """Where GitHub may not be asked for the blame, its finding says why, and the commented commit decides."""
    world.deliver(*one_commit(world), on_line(diff_hunk=hunk(context=["as", "before"])))
    assert world.answer().confidence == "unresolved"
    settle(world, Asked.WAITING, need=Need.BLAME, refusal="the App's installation is suspended")
    answer = world.answer()
    told = finding(answer, "line_blame").detail
    assert told.endswith("; GitHub was not asked: the App's installation is suspended")
    assert answer.mode == "commit_artifact"


def test_an_answer_takes_the_refusal_out_again(world: World) -> None:
    """Once GitHub has answered, no finding says any more that it was not asked."""
    world.deliver(*one_commit(world), on_line(diff_hunk=hunk(context=["as", "before"])))
    settle(world, Asked.WAITING, need=Need.BLAME, refusal="a permission is missing")
    world.now += timedelta(hours=2)
    settle(world, Asked.ABSENT, need=Need.BLAME)
    assert "GitHub was not asked" not in str(world.answer().findings)


def test_links_to_a_thousand_objects_are_wanted_in_part(world: World) -> None:
    """Whoever links to many things has GitHub asked for a few of them."""
    links = " ".join(f"https://github.com/{REPO.name}/pull/42#discussion_r{n}" for n in range(1000, 1045))
    world.deliver(issue_comment(REPO, id=1, body=f"{IMPROVE} {links}", at=minute(5)))
    found = wants(world)
    assert {want.need for want in found} == {Need.OBJECT}
    assert len(found) == MOST_WANTS


def test_what_was_linked_to_and_is_not_known_is_wanted(world: World) -> None:
    """A link to a comment from before the installation has that comment asked for."""
    link = f"https://github.com/{REPO.name}/issues/42#issuecomment-555"
    world.deliver(issue_comment(REPO, id=1, body=f"{IMPROVE} as in {link}", at=minute(5)))
    assert wants(world) == [Want(Need.OBJECT, REPO.id, kind=Kind.ISSUE_COMMENT, id=555)]


def test_ignored_feedback_wants_nothing(store: Store) -> None:
    """Whoever may not give feedback cannot have GitHub asked for evidence."""
    world = World(store, replace(policy(authors={"somebody"}), asks=True))
    world.deliver(reply())
    assert wants(world) == []


def test_without_credentials_nothing_is_wanted(store: Store) -> None:
    """A service without an App notes no wants."""
    world = World(store)
    world.deliver(reply(), on_line())
    assert wants(world) == []


def test_a_delivery_has_two_seconds_to_bring_what_is_missing(world: World) -> None:
    """GitHub is asked only after what may still be on its way had time to come."""
    world.deliver(reply())
    assert world.store.claim_want(world.now) is None
    assert world.store.claim_want(world.now + PATIENCE) is not None


def test_what_is_wanted_of_an_answer_is_wanted_at_once(world: World) -> None:
    """What GitHub's answer leads to is asked without delay."""
    world.deliver(*one_commit(world), on_line(diff_hunk=hunk(context=["as", "before"])))
    prepared = world.intake.prepare_facts(
        Observation(blames=(Blame(REPO.id, sha("head"), PATH, "RIGHT", (BlameRange(1, 99, sha("old")),)),))
    )
    world.now += PATIENCE
    claimed = next(one for one in iter(lambda: world.store.claim_want(world.now), None) if one.want.need is Need.BLAME)
    with world.store.settling_want(claimed, WantChange(Asked.DONE, world.now), *prepared.locks) as ledger:
        assert ledger is not None
        world.intake.apply(ledger, prepared, cause="GitHub was asked", answered=claimed.want)
    following = {one.want.need for one in iter(lambda: world.store.claim_want(world.now), None)}
    assert {Need.MERGES, Need.COMMIT} <= following


def test_permissions_are_facts_of_one_repository(store: Store) -> None:
    """What an account may do elsewhere says nothing here."""
    world = World(store, replace(policy(), asks=True))
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    world.keep(Observation(permissions=(Permission(REPO.id + 1, MAINTAINER.id, Access.ADMIN, world.now),)))
    assert not world.feedback().state.authorized
