"""Step 8: the signed commits of the pull request that touched the path."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.ask import Question
from resolver.model.answers import Answer, Confidence, Outcome
from tests.support.builders import (
    Delivery,
    Repo,
    commit,
    hunk,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"
PATH, DOCS = "src/app.py", "docs/guide.md"
EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED

comment = partial(review_comment, REPO, id=1, body=IMPROVE, at=minute(5))


def signed(world: World, label: str, agent: str = "coder", path: str = PATH) -> dict[str, object]:
    """Make a commit that an agent's run signed."""
    return commit(sha(label), f"{label}\n\n{world.run(agent).commit_trailers}", modified=(path,))


def by_hand(label: str, path: str = PATH) -> dict[str, object]:
    """Make a person's commit."""
    return commit(sha(label), f"{label} by hand", modified=(path,))


def pulled(*commits: dict[str, object], count: int | None = None) -> list[Delivery]:
    """Push commits to a pull request, the last one its head; ``count`` is what GitHub says of how many it has."""
    head = str(commits[-1]["id"])
    return [push(REPO, commits=commits), pull_request(REPO, head=head, commits=count or len(commits), at=minute(2))]


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


@pytest.mark.parametrize("head", ["planner", "person"])
def test_the_commented_commit_did_not_touch_the_file(world: World, head: str) -> None:
    """A line commented on at a commit that left the file alone is of the one run whose commits did touch it."""
    last = signed(world, "head", "planner", DOCS) if head == "planner" else by_hand("head", DOCS)
    world.deliver(*pulled(signed(world, "a"), signed(world, "b"), last), comment())
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_a_comment_on_the_whole_file(world: World) -> None:
    """A comment on a file is about the run of the commits that touched it."""
    world.deliver(
        *pulled(signed(world, "a"), signed(world, "head", "planner", DOCS)),
        comment(subject_type="file", line=None, original_line=None),
    )
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_a_pull_request_with_commits_that_nobody_delivered(world: World) -> None:
    """Where GitHub counts more commits than are known, another may have touched the file: only inferred."""
    world.deliver(*pulled(signed(world, "a"), by_hand("head", DOCS), count=3), comment())
    assert decided(world.answer()) == (INFERRED, "commit_file", "span-coder")


def test_the_missing_commit_may_arrive_late(world: World) -> None:
    """What was inferred for want of a commit is exact once that commit is known, and was somewhere else."""
    world.deliver(
        push(REPO, commits=[by_hand("head", DOCS)], before=sha("b"), at=minute(1)),
        pull_request(REPO, head=sha("head"), commits=3, at=minute(2)),
        comment(),
    )
    assert world.answer().confidence is not EXACT
    world.deliver(push(REPO, commits=[signed(world, "a"), by_hand("b", "other.py")]))
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_everything_may_come_after_the_feedback(world: World) -> None:
    """Feedback first, then the pull request, then its commits: the end is the same."""
    pushed, pull = pulled(signed(world, "a"), by_hand("head", DOCS))
    world.deliver(comment(), pull)
    assert world.answer().confidence is UNRESOLVED
    world.deliver(pushed)
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_a_person_touched_the_file_too(world: World) -> None:
    """Beside a person's commit to the same file the run is no more than inferred."""
    world.deliver(*pulled(signed(world, "a"), by_hand("b"), by_hand("head", DOCS)), comment())
    assert decided(world.answer()) == (INFERRED, "commit_file", "span-coder")


def test_two_runs_touched_the_file(world: World) -> None:
    """Of two runs neither is the answer; both are candidates."""
    world.deliver(*pulled(signed(world, "a"), signed(world, "b", "planner"), by_hand("head", DOCS)), comment())
    assert decided(world.answer()) == (UNRESOLVED, "commit_file", None)
    assert {one.span_id for one in world.answer().candidates} == {"span-coder", "span-planner"}


def test_a_line_that_the_diff_only_shows(world: World) -> None:
    """A line that the pull request left as it was is older than its commits: no more than inferred."""
    world.deliver(*pulled(signed(world, "a"), by_hand("head", DOCS)), comment(diff_hunk=hunk(context=["as", "before"])))
    assert decided(world.answer()) == (INFERRED, "commit_file", "span-coder")


def test_a_file_that_no_signed_commit_touched(world: World) -> None:
    """Where no signed commit touched the file, an unsigned commented commit ends the walk as before."""
    world.deliver(*pulled(signed(world, "a", "coder", DOCS), by_hand("head", "other.py")), comment())
    assert decided(world.answer()) == (UNRESOLVED, "commit_artifact", None)
    assert world.answer().diagnostic == "commented commit has no signed agent attribution"


def test_a_commit_whose_files_are_unknown(world: World) -> None:
    """A commit of which nobody said which files it touched may have touched this one."""
    bare = by_hand("b")
    for name in ("added", "removed", "modified"):
        del bare[name]
    world.deliver(*pulled(signed(world, "a"), bare, by_hand("head", DOCS)), comment())
    assert world.answer().confidence is not EXACT


def test_a_file_that_was_renamed(world: World) -> None:
    """A run that may only have renamed a person's file did not surely write its lines."""
    made = commit(sha("a"), "By hand", added=("old.py",), modified=())
    trailers = world.run("coder").commit_trailers
    renamed = commit(sha("b"), f"Rename\n\n{trailers}", added=(PATH,), removed=("old.py",), modified=())
    world.deliver(*pulled(made, renamed, by_hand("head", DOCS)), comment())
    assert decided(world.answer()) != (EXACT, "commit_file", "span-coder")
    assert world.answer().confidence is not EXACT


def test_what_was_pushed_later_does_not_count(world: World) -> None:
    """A person's fix, pushed after the feedback, takes nothing back."""
    world.deliver(
        *pulled(signed(world, "a"), by_hand("head", DOCS)),
        comment(),
        push(REPO, commits=[by_hand("fix")], before=sha("head"), at=minute(60)),
        pull_request(REPO, "synchronize", head=sha("fix"), commits=3, at=minute(61), created_at=minute(2)),
    )
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_a_forced_push_after_the_feedback(world: World) -> None:
    """A forced push may have replaced commits that nobody delivered: what was there before is not surely known."""
    world.deliver(
        push(REPO, commits=[signed(world, "a"), by_hand("head", DOCS)], before=sha("older"), at=minute(0)),
        comment(),
        push(REPO, commits=[signed(world, "x"), by_hand("y", DOCS)], before=sha("head"), forced=True, at=minute(60)),
        pull_request(REPO, "synchronize", head=sha("y"), commits=2, at=minute(61), created_at=minute(2)),
    )
    assert (world.answer().confidence is EXACT, world.answer().span_id) == (False, "span-coder")


def test_other_branches_do_not_count(world: World) -> None:
    """Commits of another pull request that touched a file of that name are not this one's."""
    world.deliver(
        *pulled(signed(world, "a"), by_hand("head", DOCS)),
        push(REPO, commits=[signed(world, "z", "planner"), by_hand("y")], branch="other"),
        pull_request(REPO, number=43, id=43, head=sha("y"), branch="other", commits=2),
        comment(),
    )
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_a_fork_whose_pushes_nobody_delivers(world: World) -> None:
    """A pull request from a fork may share a branch name with this repository, but not its commits."""
    fork = Repo(id=77001, name="stranger/widgets")
    world.deliver(
        push(REPO, commits=[signed(world, "a"), by_hand("b", DOCS)]),
        pull_request(REPO, head=sha("head"), head_repo=fork, commits=1, at=minute(2)),
        comment(),
    )
    assert world.answer().confidence is UNRESOLVED


def test_feedback_on_no_file(world: World) -> None:
    """Feedback in general is about no file; the finding says that this does not apply."""
    world.deliver(*pulled(signed(world, "a")), issue_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    (finding,) = (one for one in world.answer().findings if one.step == "commit_file")
    assert (finding.outcome, bool(finding.detail)) == (Outcome.NOT_APPLICABLE, True)


def test_a_question_about_a_path(world: World) -> None:
    """A question may name a path alone; a commit that is still to come makes no difference to what was known."""
    world.deliver(*pulled(signed(world, "a"), by_hand("b"), signed(world, "head", "planner", DOCS)))
    about = partial(Question, repository=REPO.name, number=42)
    assert decided(world.ask(about(path=DOCS))) == (EXACT, "commit_file", "span-planner")
    assert decided(world.ask(about(path=PATH))) == (INFERRED, "commit_file", "span-coder")
    assert world.ask(about(path="none.py")).mode != "commit_file"


def test_a_run_nobody_registered(world: World) -> None:
    """The run of the file's commits is named though nobody registered it, and exact once somebody does."""
    trailers = world.run("coder", register=False).commit_trailers
    world.deliver(*pulled(commit(sha("a"), f"Add\n\n{trailers}"), by_hand("head", DOCS)), comment())
    assert decided(world.answer()) == (UNRESOLVED, "commit_file", "span-coder")
    world.run("coder")
    assert decided(world.answer()) == (EXACT, "commit_file", "span-coder")


def test_an_unsigned_claim(world: World) -> None:
    """Where there is no key, the run is no more than inferred."""
    open_world = World(world.store, secrets="")
    open_world.deliver(*pulled(signed(open_world, "a"), by_hand("head", DOCS)), comment())
    assert decided(open_world.answer()) == (INFERRED, "commit_file", "span-coder")


def test_a_commit_with_claims_of_two_runs(world: World) -> None:
    """A squashed commit to the file by two runs is of neither alone."""
    message = "Squash\n\n" + world.run("coder").commit_trailers + "\n\n" + world.run("planner").commit_trailers
    world.deliver(*pulled(commit(sha("a"), message), by_hand("head", DOCS)), comment())
    assert decided(world.answer()) == (UNRESOLVED, "commit_file", None)
