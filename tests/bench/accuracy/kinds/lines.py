"""Comments on lines and files, where only the deliveries tell who wrote them (``traced`` has those with a clone)."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded
from tests.bench.accuracy.story import ADDED, PATH, More, Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between
from tests.support.builders import Repo

LINE = Kind.REVIEW_COMMENT
CONTEXT = "@@ -8,2 +8,3 @@\n+added line\n context"


@kind
def line_of_the_only_commit(story: Story) -> None:
    """One signed commit, known to be all of the pull request, added the line."""
    coder = coded(story)
    story.ask(LINE, determined(coder.span))


@kind
def line_beside_another_runs_remarks(story: Story) -> None:
    """A reviewer remarked on the same file and reviewed the whole: the fresh comment is about the line."""
    coder, reviewer = coded(story), story.run("pr-reviewer")
    story.write(LINE, f"A leak.\n\n{reviewer.mark}", reviewer.account)
    story.write(Kind.REVIEW, f"Fine.\n\n{reviewer.mark}", reviewer.account)
    story.ask(LINE, determined(coder.span))


@kind
def file_of_the_only_commit(story: Story) -> None:
    """A comment on the whole file."""
    coder = coded(story)
    where: More = {"subject_type": "file", "line": None, "original_line": None, "diff_hunk": "@@ -8,2 +8,3 @@"}
    story.ask(LINE, determined(coder.span), **where)


@kind
def line_of_a_persons_commit(story: Story) -> None:
    """The pull request is a person's, though a run reviews it."""
    reviewer = story.run("pr-reviewer")
    story.push(story.commit("By hand"))
    story.pull()
    story.write(Kind.REVIEW, f"Fine.\n\n{reviewer.mark}", reviewer.account)
    story.ask(LINE, NOBODY)


@kind
def line_of_a_commit_that_never_came(story: Story) -> None:
    """Nobody delivered the push: the run that is at work is a guess."""
    coder = story.run("coder")
    story.heads["feature"] = story.sha()
    story.pull(author=coder.account)
    story.ask(LINE, open_between(coder.span))


@kind
def line_that_the_commit_left_as_it_was(story: Story) -> None:
    """The comment stands on a line of the context: the commit did not write it."""
    coder = coded(story)
    story.ask(LINE, open_between(coder.span), diff_hunk=CONTEXT)


@kind
def outdated_line(story: Story) -> None:
    """Written on the first commit when another run had pushed a second already."""
    coder = coded(story)
    first, planner = story.heads["feature"], story.run("planner")
    story.push(story.commit("Sort", by=planner))
    story.pull(action="synchronize", commits=2)
    story.ask(LINE, determined(coder.span), line=None, original_line=9, original_commit=first)


@kind
def line_before_another_run_pushes(story: Story) -> None:
    """What is pushed after the feedback did not write the line before it."""
    coder = coded(story)
    story.ask(LINE, determined(coder.span))
    planner = story.run("planner")
    story.push(story.commit("Sort", by=planner))
    story.pull(action="synchronize", commits=2)


@kind
def line_of_an_earlier_commit(story: Story) -> None:
    """The head is another run's, and touched another file: only the first commit touched this one."""
    coder = coded(story)
    planner = story.run("planner")
    story.push(story.commit("Plan", by=planner, paths=("docs/plan.md",)))
    story.pull(action="synchronize", commits=2)
    story.ask(LINE, determined(coder.span))


@kind
def line_of_two_runs_commits(story: Story) -> None:
    """Two runs touched the file: the deliveries do not say who wrote the line."""
    coder = coded(story)
    planner = story.run("planner")
    story.push(story.commit("Sort", by=planner))
    story.pull(action="synchronize", commits=2)
    story.ask(LINE, open_between(coder.span, planner.span))


@kind
def line_of_several_commits_of_one_run(story: Story) -> None:
    """Every commit is the same run's, whichever wrote the line."""
    coder = story.run("coder")
    commits = [story.commit(f"Step {count}", by=coder) for count in range(story.rng.randrange(2, 5))]
    story.push(*commits)
    story.pull(author=coder.account, commits=len(commits))
    story.ask(LINE, determined(coder.span))


@kind
def line_with_a_persons_commit_on_top(story: Story) -> None:
    """A person pushed onto the run's commit, to the same file: either may have written the line."""
    coder = coded(story)
    story.push(story.commit("By hand"))
    story.pull(action="synchronize", commits=2)
    story.ask(LINE, open_between(coder.span))


@kind
def line_with_a_persons_commit_below(story: Story) -> None:
    """The run pushed onto a person's commit, to the same file: either may have written the line."""
    coder = story.run("coder")
    story.push(story.commit("By hand"), story.commit("Sort", by=coder))
    story.pull(commits=2)
    story.ask(LINE, open_between(coder.span))


@kind
def line_of_a_renamed_file(story: Story) -> None:
    """The run's commit may have renamed a person's file of the same pull request."""
    coder = story.run("coder")
    by_hand = story.commit("By hand", paths=(), added=("old.py",))
    story.push(by_hand, story.commit("Rename", by=coder, paths=(), added=("new.py",), removed=("old.py",)))
    story.pull(commits=2)
    story.ask(LINE, open_between(coder.span), path="new.py", diff_hunk=ADDED)


@kind
def line_of_a_forced_push(story: Story) -> None:
    """The branch was rebased: new commit ids, the same claims; the comment is on the new head."""
    coder = coded(story)
    base = story.sha()
    story.push(story.commit("Add it", by=coder), before=base, forced=True)
    story.pull(action="synchronize")
    story.ask(LINE, determined(coder.span))


@kind
def line_after_a_force_push_of_another_run(story: Story) -> None:
    """What the coder pushed is gone: the head, and so the line, is the fixer's."""
    coded(story)
    fixer = story.run("fixer")
    story.push(story.commit("Start again", by=fixer), forced=True)
    story.pull(action="synchronize")
    story.ask(LINE, determined(fixer.span))


@kind
def line_of_a_cherry_picked_commit(story: Story) -> None:
    """A person picked another pull request's signed commit onto this one: its claim stands in the message still."""
    coder = story.run("coder", number=story.number + 1)
    story.push(story.commit("Add it", by=coder), branch="elsewhere")
    picked = story.commit("Add it", by=coder)
    story.push(picked | {"message": f"{picked['message']}\n(cherry picked from commit {story.sha()})"})
    story.pull()
    story.ask(LINE, determined(coder.span))


@kind
def line_of_a_file_no_commit_touched(story: Story) -> None:
    """The file is of the base (GitHub shows context of other files on request): no known commit wrote it."""
    coder = coded(story)
    story.ask(LINE, open_between(coder.span), path=f"{PATH}.bak", diff_hunk=CONTEXT)


@kind
def line_among_commits_that_never_came(story: Story) -> None:
    """GitHub counts more commits than were delivered: any of the others may have written the line."""
    coder = story.run("coder")
    story.push(story.commit("Sort", by=coder), before=story.sha())
    story.pull(commits=story.rng.randrange(2, 5))
    story.ask(LINE, open_between(coder.span))


@kind
def line_of_a_pull_request_from_a_fork(story: Story) -> None:
    """An outsider's commits stand in a fork, of which nothing is delivered; a run reviews them."""
    reviewer, fork = story.run("pr-reviewer"), Repo(id=story.repo.id + 700_000, name=f"fork-{story.serial}/widgets")
    story.heads["feature"] = story.sha()
    story.pull(author=story.cast.outsider(), head_repo=fork)
    story.write(LINE, f"A leak.\n\n{reviewer.mark}", reviewer.account)
    story.ask(LINE, NOBODY)
