"""General comments and reviews: about what their number is about, and who signed on it."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded
from tests.bench.accuracy.story import More, Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between
from tests.support import builders as told

COMMENT = Kind.ISSUE_COMMENT


def open_issue(story: Story, body: str, author: told.Person, *, number: int | None = None) -> None:
    """Open an issue."""
    number, at = number or story.number, story.wait()
    story.happen(told.issue(story.repo, number=number, id=story.serial * 10 + 2, author=author, body=body, at=at))


@kind
def pull_request_signed_by_a_run(story: Story) -> None:
    """The pull request's body is signed, and nobody else signed anything on it."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    story.ask(COMMENT, determined(coder.span))


@kind
def pull_request_signed_and_discussed_by_its_run(story: Story) -> None:
    """The same run comments, too."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    story.write(COMMENT, f"Ready.\n\n{coder.mark}", coder.account)
    story.ask(COMMENT, determined(coder.span))


@kind
def pull_request_that_another_run_reviewed(story: Story) -> None:
    """Two runs signed on the number: a general comment may mean either."""
    coder, reviewer = story.run("coder"), story.run("pr-reviewer")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    kind_of = story.rng.choice((COMMENT, Kind.REVIEW, Kind.REVIEW_COMMENT))
    story.write(kind_of, f"A remark.\n\n{reviewer.mark}", reviewer.account)
    story.ask(COMMENT, open_between(coder.span, reviewer.span))


@kind
def pull_request_that_another_run_pushed_to(story: Story) -> None:
    """Another run's commit is on the branch of the signed pull request."""
    coder, fixer = story.run("coder"), story.run("fixer")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    story.push(story.commit("Mend it", by=fixer))
    story.pull(action="synchronize", commits=2)
    story.ask(COMMENT, open_between(coder.span, fixer.span))


@kind
def pull_request_signed_and_mended_by_a_person(story: Story) -> None:
    """A person pushed onto the run's pull request: it is the only run's all the same."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    story.push(story.commit("By hand"))
    story.pull(action="synchronize", commits=2)
    story.ask(COMMENT, determined(coder.span))


@kind
def issue_opened_by_a_run(story: Story) -> None:
    """An agent opened the issue."""
    agent = story.run("triager")
    open_issue(story, f"It breaks. {agent.mark}", agent.account)
    story.ask(COMMENT, determined(agent.span), on_pull=False)


@kind
def issue_commented_by_a_run(story: Story) -> None:
    """A person's issue on which one run commented: it is the likely one."""
    agent = story.run("triager")
    open_issue(story, "It breaks.", story.cast.member())
    story.write(COMMENT, f"Try this.\n\n{agent.mark}", agent.account, on_pull=False)
    story.ask(COMMENT, open_between(agent.span), on_pull=False)


@kind
def issue_of_a_person(story: Story) -> None:
    """A person's issue that no run has to do with; runs of other numbers are at work."""
    story.run(number=story.number + 1)
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)


@kind
def issue_signed_then_rewritten_by_a_person(story: Story) -> None:
    """A maintainer took the claim out of the body before the feedback: the run is likely, and no more."""
    agent = story.run("triager")
    signed, created_at = f"It breaks. {agent.mark}", story.wait()
    more: More = {"number": story.number, "id": story.serial * 10 + 2, "author": agent.account}
    more["created_at"] = created_at
    story.happen(told.issue(story.repo, body=signed, at=created_at, **more))
    at, maya = story.wait(), story.cast.member()
    story.happen(told.issue(story.repo, "edited", body="It breaks.", at=at, was=signed, sender=maya, **more))
    story.ask(COMMENT, open_between(agent.span), on_pull=False)


@kind
def discussion_opened_by_a_run(story: Story) -> None:
    """An agent opened the discussion, a fresh comment stands under it."""
    agent, number, at = story.run("triager"), story.number, story.wait()
    body = f"What about it? {agent.mark}"
    story.happen(told.discussion(story.repo, number=number, id=story.serial, author=agent.account, body=body, at=at))
    story.ask(Kind.DISCUSSION_COMMENT, determined(agent.span))


@kind
def pasted_claim(story: Story) -> None:
    """A maintainer pastes a run's claim into the feedback: that points at it, wherever else it stood."""
    coder, planner = coded(story), story.run("planner")
    place = story.rng.choice((COMMENT, Kind.REVIEW, Kind.REVIEW_COMMENT))
    story.write(COMMENT, f"A plan.\n\n{planner.mark}", planner.account)
    story.ask(place, determined(planner.span), body=f"{{}}\n\n{planner.mark}")
    story.ask(COMMENT, determined(coder.span), body=f"{coder.mark}\n\n{{}}")


@kind
def pasted_claims_of_two(story: Story) -> None:
    """Two claims are pasted: one of the two is meant, or both."""
    coder, planner = story.run("coder"), story.run("planner")
    body = f"{coder.mark}\n\n{{}}\n\n{planner.mark}"
    story.ask(COMMENT, open_between(coder.span, planner.span), body=body)


@kind
def pasted_claim_in_a_commit_comment(story: Story) -> None:
    """On a person's commit, a pasted claim names the run all the same."""
    coder = story.run("coder")
    sha = story.push(story.commit("By hand"))
    story.ask(Kind.COMMIT_COMMENT, determined(coder.span), body=f"{{}}\n\n{coder.mark}", commit=sha)
