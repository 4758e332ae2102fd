"""Asking GitHub for what is wanted: over HTTP, of a stand-in with real git repositories."""

from __future__ import annotations

import pytest

from resolver.settle import PATIENCE
from tests.support import builders as told
from tests.support.asked_world import AskedWorld
from tests.support.builders import AGENT, delivery, minute
from tests.support.clone import NewCommit
from tests.support.untold import BASE, IMPROVE, NUMBER, PATH, Story, decided, on_line, reply, text
from tests.support.world import REPO


def test_a_parent_from_before_the_installation_is_asked_for(asking: AskedWorld) -> None:
    """The comment replied to is asked for with its thread, and its claim decides."""
    marks = asking.world.run("reviewer")
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    asking.repo.add_review_comment(
        NUMBER, 70, user=AGENT, body=f"Why twice?\n{marks.hidden_comment}", path=PATH, commit_id="a" * 40,
        created_at=minute(1),
    )  # fmt: skip
    asking.world.deliver(reply(70))
    assert asking.world.answer().confidence == "unresolved"
    asking.world.now += PATIENCE
    asking.ask()
    assert decided(asking.world.answer()) == ("exact", "artifact_parent_comment", "span-reviewer")


def test_another_run_in_a_thread_that_only_github_knows(asking: AskedWorld) -> None:
    """The thread comes whole: where another run wrote in it, its first comment does not decide, not for a moment."""
    first, second = asking.world.run("reviewer"), asking.world.run("planner")
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    for number, marks, parent in ((70, first, None), (71, second, 70)):
        asking.repo.add_review_comment(
            NUMBER, number, user=AGENT, body=f"Hm.\n{marks.hidden_comment}", path=PATH, commit_id="a" * 40,
            in_reply_to_id=parent, created_at=minute(number - 69),
        )  # fmt: skip
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    asking.ask()
    assert decided(asking.world.answer()) == ("inferred", "artifact_thread", "span-planner")
    feedback = asking.world.feedback()
    with asking.world.facts() as facts:
        history = facts.resolutions(feedback.id, before=None, limit=10)
    assert "exact" not in {resolution.answer.confidence for _, resolution in history}


def test_a_comment_of_the_thread_that_was_edited_since(asking: AskedWorld) -> None:
    """GitHub shows what an agent's comment says now, not what it said then: another run may have written it."""
    first, second = asking.world.run("reviewer"), asking.world.run("planner")
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    for number, marks, parent, edited in ((70, first, None, 1), (71, second, 70, 90)):
        asking.repo.add_review_comment(
            NUMBER, number, user=AGENT, body=f"Hm.\n{marks.hidden_comment}", path=PATH, commit_id="a" * 40,
            in_reply_to_id=parent, created_at=minute(number - 69), updated_at=minute(max(edited, number - 69)),
        )  # fmt: skip
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    asking.ask()
    assert decided(asking.world.answer()) == ("inferred", "artifact_parent_comment", "span-reviewer")


def test_the_review_that_owns_the_parent_is_asked_for(asking: AskedWorld) -> None:
    """An unsigned comment of a signed review that no delivery brought leads to the review's run."""
    marks = asking.world.run("reviewer")
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    asking.repo.add_review(
        NUMBER, 900, user=AGENT, body=f"Two remarks.\n{marks.hidden_comment}", submitted_at=minute(1)
    )
    parent = told.review_comment(REPO, id=70, author=AGENT, body="Why twice?", at=minute(1), review_id=900)
    asking.world.deliver(parent, reply(70))
    asking.world.now += PATIENCE
    asking.ask()
    assert decided(asking.world.answer()) == ("exact", "artifact_review", "span-reviewer")


@pytest.mark.parametrize(("line", "agent"), [(5, "coder"), (6, "planner")])
def test_an_added_line(story: Story, line: int, agent: str) -> None:
    """Of two runs that changed a file, the one that wrote the line: none of the commits was ever delivered."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    one = [*BASE[:4], "by coder", *BASE[4:]]
    story.write(("Begin", BASE), (f"Add\n\n{coder}", one), (f"Tidy\n\n{planner}", [*one[:5], "by planner", *one[5:]]))
    story.open()
    assert decided(story.comment(line)) == ("exact", "line_blame", f"span-{agent}")


def test_a_line_of_a_person_is_nobodys(story: Story) -> None:
    """The commit that wrote the line carries no claim: the walk ends, though a run changed the file too."""
    coder = story.asking.world.run("coder").commit_trailers
    story.write(("Begin", BASE), (f"Add\n\n{coder}", [*BASE[:9], "by coder", *BASE[9:]]))
    story.open()
    assert decided(story.comment(9)) == ("unresolved", "line_blame", None)


@pytest.mark.parametrize(("line", "agent"), [(5, "coder"), (12, "planner")])
def test_a_removed_line(story: Story, line: int, agent: str) -> None:
    """Of a removed line, the run whose commit removed it, wherever later commits moved the lines around it."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    one = ["new at the top", *BASE[:4], *BASE[5:]]
    story.write(
        ("Begin", BASE),
        (f"Remove\n\n{coder}", one),
        (f"Remove too\n\n{planner}", [text_ for text_ in one if text_ != "base 12"]),
        ("By hand", ["more at the top", *[text_ for text_ in one if text_ != "base 12"]]),
    )
    story.open()
    assert decided(story.comment(line, side="LEFT")) == ("exact", "line_blame", f"span-{agent}")


def test_lines_of_two_runs_are_nobodys(story: Story) -> None:
    """A comment on several lines that two runs wrote is unresolved, and names both."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    one = [*BASE[:4], "by coder", *BASE[4:]]
    story.write(("Begin", BASE), (f"Add\n\n{coder}", one), (f"Tidy\n\n{planner}", [*one[:5], "by planner", *one[5:]]))
    story.open()
    story.asking.world.deliver(on_line(story.shas[-1], 6, first=5))
    answer = story.settled()
    assert decided(answer) == ("unresolved", "line_blame", None)
    assert {one.span_id for one in answer.candidates} == {"span-coder", "span-planner"}


def test_a_file_comment_goes_by_the_commits_that_touched_the_file(story: Story) -> None:
    """A comment on a whole file is about no line: the pull request's commits, all asked for, decide."""
    coder = story.asking.world.run("coder").commit_trailers
    story.write(("Begin", BASE), (f"Add\n\n{coder}", [*BASE, "one"]), (f"More\n\n{coder}", [*BASE, "one", "two"]))
    story.open()
    made = told.review_comment(
        REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), commit=story.shas[2], line=None, original_line=None,
        side=None, subject_type="file", diff_hunk="",
    )  # fmt: skip
    story.asking.world.deliver(made)
    answer = story.settled()
    assert answer.span_id == "span-coder"
    assert answer.mode in {"commit_artifact", "commit_file"}


def test_an_outdated_comment_stays_with_its_commit(story: Story) -> None:
    """The line was rewritten since: who wrote it at the commit that was commented on counts."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    story.write(
        ("Begin", BASE),
        (f"Add\n\n{coder}", [*BASE[:4], "by coder", *BASE[4:]]),
        (f"Rewrite\n\n{planner}", [*BASE[:4], "by planner", *BASE[4:]]),
    )
    story.open()
    made = on_line(story.shas[1], 5)
    made.payload["comment"] |= {"line": None, "commit_id": story.shas[2], "original_commit_id": story.shas[1]}
    story.asking.world.deliver(delivery(made.event, made.payload))
    assert decided(story.settled()) == ("exact", "line_blame", "span-coder")


def test_a_renamed_file(story: Story) -> None:
    """Blame follows the file to what it was called when the line was written."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    lines = [*BASE[:4], "by coder", *BASE[4:]]
    story.shas = story.clone.write(
        [
            NewCommit("Begin", {"old.py": text(BASE)}),
            NewCommit(f"Add\n\n{coder}", {"old.py": text(lines)}, parents=[0]),
            NewCommit(f"Move\n\n{planner}", {"old.py": None, PATH: text(lines)}, parents=[1]),
        ]
    )
    story.open()
    assert decided(story.comment(5)) == ("exact", "line_blame", "span-coder")


@pytest.mark.parametrize(("line", "agent"), [(5, "coder"), (15, "planner")])
def test_a_line_of_a_squash_merge(story: Story, line: int, agent: str) -> None:
    """A squash merge carries two runs' claims: the pull request's own commits tell which of them wrote the line."""
    world = story.asking.world
    coder, planner = (world.run(name, number=7).commit_trailers for name in ("coder", "planner"))
    one = [*BASE[:4], "by coder", *BASE[4:]]
    two = [*one[:14], "by planner", *one[14:]]
    story.shas = story.clone.write(
        [
            NewCommit("Begin", {PATH: text(BASE)}),
            NewCommit(f"Add\n\n{coder}", {PATH: text(one)}, parents=[0]),
            NewCommit(f"Add\n\n{planner}", {PATH: text(two)}, parents=[1]),
            NewCommit(f"Both (#7)\n\n{coder}\n\n{planner}", {PATH: text(two)}, parents=[0]),
            NewCommit("Later", {PATH: text(["at the top", *two])}, parents=[3]),
        ]
    )
    story.open(number=7, base=0, head=2, merged=True, merge_commit_sha=story.shas[3])
    story.open(base=3, head=4)
    assert decided(story.comment(line + 1, base=3)) == ("exact", "line_blame", f"span-{agent}")


def test_a_fact_is_asked_once_for_all_feedback(story: Story) -> None:
    """Ten comments on a file: the blame of it is asked once, and each commit too."""
    coder = story.asking.world.run("coder").commit_trailers
    story.write(("Begin", BASE), (f"Add\n\n{coder}", [*BASE, *(f"new {n}" for n in range(10))]))
    story.open()
    for number in range(10):
        made = on_line(story.shas[1], 21 + number)
        made.payload["comment"]["id"] = 100 + number
        story.asking.world.deliver(delivery(made.event, made.payload))
    story.asking.world.now += PATIENCE
    story.asking.ask()
    answers = {one.resolution.answer.mode for one in story.asking.world.all_feedback().values() if one.resolution}
    assert answers == {"line_blame"}
    assert len(story.asking.standing_in.asked("/graphql")) == 1
    assert len(story.asking.standing_in.asked(f"/commits/{story.shas[1]}$")) == 1
