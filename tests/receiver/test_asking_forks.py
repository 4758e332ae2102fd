"""Commits of forks: GitHub shows them under this repository's address, and anybody may make them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.model.answers import Answer
from store import Store
from tests.support import builders as told
from tests.support.asked_world import AskedWorld, asked_world
from tests.support.builders import OUTSIDER, Repo, minute
from tests.support.github import Repository, StandIn
from tests.support.untold import BASE, IMPROVE, PATH, Story, decided
from tests.support.world import REPO

FORK = Repo(id=77001, name="stranger/widgets")
NUMBER = 43


class Forked(Story):
    """A story whose repository has forks, by their ids."""

    def __init__(self, asking: AskedWorld, folder: Path, forks: dict[int, Repository]) -> None:
        super().__init__(asking, folder)
        self.forks = forks


@pytest.fixture
def story(store: Store, tmp_path: Path) -> Iterator[Forked]:
    """A repository where an outsider's commit carries the trailers of a run that worked on another number."""
    with StandIn() as standing_in:
        asking: AskedWorld = asked_world(store, standing_in, tmp_path)
        fork = standing_in.repository(id=FORK.id, name=FORK.name)
        made = Forked(asking, tmp_path, {FORK.id: fork, REPO.id: asking.repo})
        marks = asking.world.run("coder", number=42).commit_trailers
        made.write(("Begin", BASE), (f"Add\n\n{marks}", [*BASE, "one"]))
        asking.repo.branch("main", made.shas[0])
        yield made


def asked(story: Forked, head_repo: Repo) -> Answer:
    """Give feedback on the line of that commit, in a pull request from a repository; return the answer."""
    story.open(number=NUMBER, user=OUTSIDER, fork=story.forks[head_repo.id])
    line = len(BASE) + 1
    base, head = story.shas
    shown = story.clone.hunk(base, head, PATH, line=line, side="RIGHT") or ""
    story.asking.world.deliver(
        told.pull_request(
            REPO, number=NUMBER, head=story.shas[1], head_repo=head_repo, base=story.shas[0], author=OUTSIDER,
            at=minute(2),
        ),
        told.review_comment(
            REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), commit=story.shas[1], path=PATH, line=line,
            original_line=line, diff_hunk=shown,
        ),
    )  # fmt: skip
    return story.settled()


def about_the_commit(story: Forked, *, linked: bool) -> Answer:
    """Give feedback in a comment on that commit, else in one that links to it, on a pull request of this repository."""
    sha = story.shas[1]
    if not linked:
        story.asking.world.deliver(told.commit_comment(REPO, id=1, commit=sha, body=IMPROVE, at=minute(60)))
        return story.settled()
    own = told.pull_request(REPO, number=NUMBER, head=story.shas[0], head_repo=REPO, base=story.shas[0], at=minute(2))
    link = f"{IMPROVE}, as in {story.asking.services.policy.web}/{REPO.name}/commit/{sha}"
    story.open(number=NUMBER, head=0)
    asking = told.issue_comment(REPO, id=1, number=NUMBER, body=link, on_pull=True, at=minute(60))
    story.asking.world.deliver(own, asking)
    return story.settled()


def push_it(story: Forked, *, at: int) -> None:
    """Tell of a push that brought that commit to this repository."""
    message = story.clone.git("log", "-1", "--format=%B", story.shas[1]).decode()
    brought = told.commit(story.shas[1], message, at=minute(1))
    story.asking.world.deliver(told.push(REPO, commits=[brought], at=minute(at)))


WAYS = pytest.mark.parametrize("linked", [False, True], ids=["commented on", "linked to"])


def test_a_copied_trailer_in_a_forks_commit_is_not_exact(story: Forked) -> None:
    """Whoever copies a run's trailer into a commit of a fork makes no exact answer: nobody who may push took it."""
    answer = asked(story, FORK)

    assert decided(answer) == ("inferred", "line_blame", "span-coder")
    assert "is of a fork" in answer.findings[-1].detail


def test_a_commit_of_the_repositorys_own_branch_is_exact(story: Forked) -> None:
    """The same commit on a branch of this repository is by one who may push: there the trailer counts."""
    assert decided(asked(story, REPO)) == ("exact", "line_blame", "span-coder")


def test_a_forks_commit_that_was_pushed_here_is_exact(story: Forked) -> None:
    """Once a push brought the commit to this repository, somebody who may push took it over, and the answer follows."""
    assert asked(story, FORK).confidence == "inferred"

    push_it(story, at=61)

    assert decided(story.settled()) == ("exact", "line_blame", "span-coder")


@WAYS
def test_a_commit_that_only_a_fork_has_is_not_exact(story: Forked, *, linked: bool) -> None:
    """GitHub shows a fork's commit under this repository's address: what it says about a run may be copied."""
    answer = about_the_commit(story, linked=linked)

    assert (answer.confidence, answer.span_id) == ("inferred", "span-coder")
    assert f"commit {story.shas[1]} may be of a fork" in str(answer.findings)


@WAYS
@pytest.mark.parametrize("branch", ["feature", "main"])
def test_a_commit_that_a_branch_holds_is_exact(story: Forked, branch: str, *, linked: bool) -> None:
    """Where GitHub shows that a branch ends with the commit, or the default branch holds it, the trailer counts."""
    story.asking.repo.branch(branch, story.shas[1])

    answer = about_the_commit(story, linked=linked)
    assert (answer.confidence, answer.span_id) == ("exact", "span-coder")


@WAYS
def test_a_commit_that_is_pushed_later_becomes_exact(story: Forked, *, linked: bool) -> None:
    """What GitHub could not prove, a push proves: the answer follows."""
    assert about_the_commit(story, linked=linked).confidence == "inferred"

    push_it(story, at=61)
    assert story.settled().confidence == "exact"


@WAYS
def test_a_commit_of_a_merged_pull_request_is_exact(story: Forked, *, linked: bool) -> None:
    """The merge of a fork's pull request takes its commits over: no further proof is asked for."""
    asked(story, FORK)
    closed = told.pull_request(
        REPO, number=NUMBER, action="closed", merged=True, head=story.shas[1], head_repo=FORK, base=story.shas[0],
        author=OUTSIDER, at=minute(70),
    )  # fmt: skip
    assert story.settled().confidence == "inferred"

    story.asking.world.deliver(closed)
    assert story.settled().confidence == "exact"
