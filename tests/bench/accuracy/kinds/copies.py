"""Claims that somebody copied, and repositories that changed their names."""

from __future__ import annotations

from dataclasses import replace

from resolver.model.github import Kind
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded, signed_comment
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between
from tests.support import builders as told
from tests.support.builders import Person, Repo

LINE, COMMENT = Kind.REVIEW_COMMENT, Kind.ISSUE_COMMENT


@kind
def stranger_pastes_a_claim_into_a_comment(story: Story) -> None:
    """A stranger's comment with the reviewer's claim is not the reviewer's: the line's run is meant."""
    coder, reviewer = coded(story), story.run("pr-reviewer")
    signed_comment(story, reviewer)
    root = story.write(LINE, f"Mine!\n\n{reviewer.mark}", story.cast.outsider())
    story.ask(LINE, determined(coder.span), in_reply_to_id=root)


@kind
def stranger_pastes_a_claim_under_a_persons_line(story: Story) -> None:
    """The same under a person's commit: nobody's."""
    reviewer = story.run("pr-reviewer")
    story.push(story.commit("By hand"))
    story.pull()
    story.write(COMMENT, f"I am at it.\n\n{reviewer.mark}", reviewer.account)
    root = story.write(LINE, f"Mine!\n\n{reviewer.mark}", story.cast.outsider())
    story.ask(LINE, NOBODY, in_reply_to_id=root)


@kind
def stranger_decodes_a_trailer(story: Story) -> None:
    """A stranger is the first to post the claim that a commit carries: no agent wrote that comment."""
    coder = story.run("coder")
    story.push(story.commit("Elsewhere", by=coder, paths=("other.py",)), story.commit("By hand"))
    story.pull(commits=2)
    root = story.write(LINE, f"Mine!\n\n{coder.mark}", story.cast.outsider())
    story.ask(LINE, NOBODY, in_reply_to_id=root)


@kind
def stranger_copies_into_a_runs_thread(story: Story) -> None:
    """A copy of another run's claim within the thread adds no second run to it."""
    reviewer = story.run("pr-reviewer")
    coded(story, body="A change.")
    planner = story.run("planner")
    story.write(COMMENT, f"A plan.\n\n{planner.mark}", planner.account)
    root = signed_comment(story, reviewer)
    story.write(LINE, f"Look: {planner.mark}", story.cast.outsider(), in_reply_to_id=root)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def stranger_edits_a_claim_into_an_old_comment(story: Story) -> None:
    """The stranger's comment is older than the agent's, but the claim came into it later."""
    story.push(story.commit("By hand"))
    story.pull()
    mallory, created_at = story.cast.outsider(), story.wait()
    root = story.write(LINE, "Nice.", mallory, at=created_at)
    reviewer = story.run("pr-reviewer")
    signed_comment(story, reviewer)
    story.rewrite(LINE, root, mallory, texts=("Nice.", f"Nice.\n\n{reviewer.mark}"), created_at=created_at)
    story.ask(LINE, NOBODY, in_reply_to_id=root)


@kind
def agents_two_comments_with_one_claim(story: Story) -> None:
    """The same account may post its claim as often as it likes."""
    coded(story)
    reviewer = story.run("pr-reviewer")
    story.write(COMMENT, f"I am at it.\n\n{reviewer.mark}", reviewer.account)
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def claim_for_a_former_name(story: Story) -> None:
    """The repository was renamed: what was signed for its former name counts."""
    former = story.repo
    reviewer = story.run("pr-reviewer")
    coded(story)
    story.repo = replace(former, name=f"{former.name}-next", updated_at=story.wait())
    story.happen(told.repository_renamed(story.repo, was=former.name.partition("/")[2]))
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def claim_for_a_former_owner(story: Story) -> None:
    """The repository was transferred: what was signed under its former owner counts."""
    former = story.repo
    reviewer = story.run("pr-reviewer")
    coded(story)
    owner, _, short = former.name.partition("/")
    was = Person(id=story.serial * 100 + 99, login=owner, type=story.rng.choice(("Organization", "User")))
    story.repo = replace(former, name=f"new-{owner}/{short}", updated_at=story.wait())
    story.happen(told.repository_transferred(story.repo, was_owner=was))
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


def _taken_over(story: Story) -> Repo:
    """Rename the repository, make another one under the name it had, and return the renamed one."""
    former = story.repo
    renamed = replace(former, name=f"{former.name}-old", updated_at=story.wait())
    story.happen(told.repository_renamed(renamed, was=former.name.partition("/")[2]))
    story.repo = replace(former, id=former.id + 500_000, updated_at=story.wait())
    return renamed


@kind
def claim_in_a_repository_that_took_the_name(story: Story) -> None:
    """A new repository bears the name that the claim was signed for: the run worked in the other one."""
    agent = story.run(hours_ago=1)
    story.pull("First of all.")
    _taken_over(story)
    story.opened_at = ""
    story.push(story.commit("By hand"))
    story.pull()
    if story.rng.random() < 0.5:
        root = signed_comment(story, agent)
        story.ask(LINE, NOBODY, in_reply_to_id=root)
    else:
        story.ask(COMMENT, NOBODY, body=f"{{}}\n\n{agent.mark}")


@kind
def claim_in_the_repository_that_lost_the_name(story: Story) -> None:
    """In the repository that was renamed the claim counts, though another bears the name now."""
    reviewer = story.run("pr-reviewer")
    coded(story)
    renamed = _taken_over(story)
    story.write(COMMENT, "Welcome.", story.cast.member())
    story.repo = renamed
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def first_poster_unknown(story: Story) -> None:
    """The agent's own comment was seen late and may be younger than the stranger's copy: nobody is sure."""
    coder = coded(story)
    reviewer, mallory = story.run("pr-reviewer"), story.cast.outsider()
    created_at = story.wait()
    own = story.new_id(LINE)
    root = story.write(LINE, f"Mine!\n\n{reviewer.mark}", mallory)
    texts = "This leaks.", f"This leaks.\n\n{reviewer.mark}"
    story.rewrite(LINE, own, reviewer.account, texts=texts, created_at=created_at)
    story.ask(LINE, open_between(reviewer.span, coder.span), in_reply_to_id=root)
