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

    message = story.clone.git("log", "-1", "--format=%B", story.shas[1]).decode()
    brought = told.commit(story.shas[1], message, at=minute(1))
    story.asking.world.deliver(told.push(REPO, commits=[brought], at=minute(61)))

    assert decided(story.settled()) == ("exact", "line_blame", "span-coder")
