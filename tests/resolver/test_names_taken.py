"""A name is only a label: a repository that takes one which another bore gets nothing of that one's runs."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.model.answers import Confidence
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    NO_COMMIT,
    Delivery,
    Person,
    Repo,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    repository_deleted,
    repository_renamed,
    repository_transferred,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

EXACT = Confidence.EXACT
IMPROVE = "/agents improve please handle the empty case"
SAID = "The parser drops the last line of every file."
RENAMED = Repo(name="acme/gears", updated_at=minute(10))
MOVED = Repo(name="globex/widgets", updated_at=minute(10))
TAKER = Repo(id=9002, name=REPO.name, updated_at=minute(20))
ACME = Person(id=600, login="acme", type="Organization")

LEFT = {
    "renamed": (RENAMED, repository_renamed(RENAMED, was="widgets")),
    "transferred": (MOVED, repository_transferred(MOVED, was_owner=ACME)),
}


def old_life(world: World, *, updated_at: str = minute(1)) -> list[Delivery]:
    """Let the coder comment and commit in the first repository."""
    marks, old = world.run("coder"), Repo(updated_at=updated_at)
    return [
        issue_comment(old, id=2, author=AGENT, body=f"{SAID} {marks.hidden_comment}", at=minute(1)),
        push(old, commits=[commit(sha("head"), f"Add\n\n{marks.commit_trailers}")], at=minute(2)),
    ]


def asked(repo: Repo, mark: str) -> dict[str, list[Delivery]]:
    """Return the ways in which somebody may bring the coder's claim into a repository that holds its history."""
    give = partial(issue_comment, repo, id=901, at=minute(40))
    line = partial(review_comment, repo, at=minute(40))
    pasted = issue_comment(repo, id=902, author=AGENT, body=f"{SAID} {mark}", at=minute(30))
    trailer = push(repo, commits=[commit(sha("head"), f"Add\n\n{mark}")], at=minute(30))
    return {
        "pasted claim": [give(body=f"{IMPROVE} {mark}")],
        "quoted comment": [pasted, give(body=f"> {SAID}\n\n{IMPROVE}")],
        "linked comment": [pasted, give(body=f"{IMPROVE} {repo.url}/pull/42#issuecomment-902")],
        "signed body": [pull_request(repo, author=AGENT, body=mark, at=minute(30)), give(body=IMPROVE)],
        "reply": [
            review_comment(repo, id=903, author=AGENT, body=mark, at=minute(30)),
            line(id=904, in_reply_to_id=903, body=IMPROVE),
        ],
        "commit": [trailer, line(id=905, body=IMPROVE)],
        "nothing but the number": [give(body=IMPROVE)],
    }


WAYS = tuple(asked(REPO, ""))


def ways(world: World, repo: Repo, way: str) -> list[Delivery]:
    """Bring the coder's claim into a repository: in a commit as trailers, else as a hidden comment."""
    marks = world.marks("coder", span="span-coder", number=42)
    return asked(repo, marks.commit_trailers if way == "commit" else marks.hidden_comment)[way]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("left", "order"),
    [("renamed", "as it happened"), ("transferred", "the taker first"), ("renamed", "all in reverse")],
)
def test_the_taker_of_a_name_gets_nothing(world: World, way: str, left: str, order: str) -> None:
    """Whatever order it is told in, the coder of the first repository is never the answer in the second."""
    first, second = [*old_life(world), LEFT[left][1]], ways(world, TAKER, way)
    told = {
        "as it happened": [*first, *second],
        "the taker first": [*second, *first],
        "all in reverse": [*reversed([*first, *second])],
    }[order]
    for one in told:
        world.deliver(one)
    assert world.answer().span_id is None
    assert world.answer().confidence is Confidence.UNRESOLVED


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("left", "late"), [("renamed", True), ("transferred", False)])
def test_the_one_that_left_keeps_its_own(world: World, way: str, left: str, *, late: bool) -> None:
    """Under its new name, and though another bears the old one, the first repository keeps its runs."""
    now, leaving = LEFT[left]
    taken = issue_comment(TAKER, id=800, author=MAINTAINER, body="Hello.", at=minute(20))
    mine = [*old_life(world), *ways(world, now, way)]
    for one in [taken, *reversed(mine), leaving] if late else [*mine[:2], leaving, taken, *mine[2:]]:
        world.deliver(one)
    answer = world.answer()
    if way == "nothing but the number":
        assert (answer.confidence, answer.span_id) == (Confidence.INFERRED, "span-coder")
    else:
        assert (answer.confidence, answer.span_id) == (EXACT, "span-coder")


@pytest.mark.parametrize("late", [True, False])
def test_a_run_of_the_taker_is_the_takers(world: World, *, late: bool) -> None:
    """A run that was registered under the name after it changed hands works in the second repository."""
    told = [*old_life(world), LEFT["renamed"][1]]
    taker = [issue_comment(TAKER, id=800, author=MAINTAINER, body="Hello.", at=minute(20))]
    mark = world.run("planner", at=minute(25)).hidden_comment
    for one in [*taker, *reversed(told)] if late else [*told, *taker]:
        world.deliver(one)
    world.deliver(
        issue_comment(TAKER, id=901, body=f"{IMPROVE} {mark}", at=minute(40)),
        issue_comment(RENAMED, id=902, body=f"{IMPROVE} {mark}", at=minute(40)),
    )
    answers = {url: one.resolution.answer for url, one in world.all_feedback().items() if one.resolution}
    assert answers[f"{TAKER.url}/pull/42#issuecomment-901"].span_id == "span-planner"
    assert answers[f"{TAKER.url}/pull/42#issuecomment-901"].confidence is EXACT
    assert answers[f"{RENAMED.url}/pull/42#issuecomment-902"].span_id != "span-planner"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("late", [True, False])
def test_a_name_free_after_a_deletion(world: World, way: str, *, late: bool) -> None:
    """A repository that is made under the name of a deleted one is another, though GitHub told of no rename."""
    first = [*old_life(world), repository_deleted(Repo(updated_at=minute(10)))]
    second = ways(world, TAKER, way)
    for one in [*second, *first] if late else [*first, *second]:
        world.deliver(one)
    assert world.answer().span_id is None


@pytest.mark.parametrize("late", [True, False])
def test_a_repository_whose_own_time_is_older_than_its_run(world: World, *, late: bool) -> None:
    """GitHub need not touch a repository's own time for a comment: who bore the name shows in what was written."""
    first = old_life(world, updated_at="2026-09-01T00:00:00Z")[:1]
    second = ways(world, TAKER, "pasted claim")
    for one in [*second, *first] if late else [*first, *second]:
        world.deliver(one)
    assert world.answer().span_id is None


def test_commits_that_the_taker_inherits(world: World) -> None:
    """A new repository that holds the same commits as the old one has their claims, but not their runs."""
    world.deliver(*old_life(world), LEFT["renamed"][1])
    marks = world.marks("coder", span="span-coder", number=42)
    same = commit(sha("head"), f"Add\n\n{marks.commit_trailers}")
    world.deliver(push(TAKER, commits=[same], before=NO_COMMIT, at=minute(30)))
    world.deliver(issue_comment(TAKER, id=800, author=MAINTAINER, body="Hello.", at=minute(31)))
    assert world.ask_url(f"{TAKER.url}/commit/{sha('head')}").span_id is None
    assert world.ask_url(f"{RENAMED.url}/commit/{sha('head')}").span_id == "span-coder"


def test_a_name_that_comes_back(world: World) -> None:
    """A repository that is renamed and renamed back is the same one all the time."""
    back = Repo(updated_at=minute(20))
    world.deliver(*old_life(world), LEFT["renamed"][1], repository_renamed(back, was="gears"))
    mark = world.marks("coder", span="span-coder", number=42, repository="acme/gears").hidden_comment
    world.deliver(issue_comment(back, id=901, body=f"{IMPROVE} {mark}", at=minute(40)))
    assert (world.answer().confidence, world.answer().span_id) == (EXACT, "span-coder")
