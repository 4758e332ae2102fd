"""Replies: about the comment replied to, whoever wrote the line that the thread stands on."""

from __future__ import annotations

from typing import Any

from resolver.model.github import Kind
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.story import Story, stamp
from tests.bench.accuracy.truth import determined, open_between
from tests.support.builders import NO_COMMIT

LINE = Kind.REVIEW_COMMENT


def coded(story: Story, *, agent: Agent | None = None, body: str = "A change.") -> Agent:
    """Let a run push one signed commit to the pull request, alone."""
    coder = agent or story.run("coder")
    story.push(story.commit("Add it", by=coder), before=NO_COMMIT)
    story.pull(body, author=coder.account)
    return coder


def signed_comment(story: Story, agent: Agent, text: str = "This leaks.", **more: Any) -> int:  # noqa: ANN401 - a payload's
    """Let a run write a line comment that carries its claim."""
    return story.write(LINE, f"{text}\n\n{agent.mark}", agent.account, **more)


@kind
def reply_to_a_reviewers_comment(story: Story) -> None:
    """The coder wrote the line, the reviewer the comment: the reply is about the reviewer."""
    coder = story.run("coder")
    coded(story, agent=coder, body=story.rng.choice(("A change.", f"A change. {coder.mark}")))
    reviewer = story.run("pr-reviewer")
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def reply_after_two_runs_in_the_thread(story: Story) -> None:
    """The reviewer began, the coder answered, perhaps a third: the maintainer means one of them."""
    coder, reviewer = coded(story), story.run("pr-reviewer")
    root = signed_comment(story, reviewer)
    signed_comment(story, coder, "Fixed.", in_reply_to_id=root)
    spans = [coder.span, reviewer.span]
    if story.rng.random() < 0.3:
        spans.append((third := story.run("docs-writer")).span)
        signed_comment(story, third, "Documented.", in_reply_to_id=root)
    story.ask(LINE, open_between(*spans), in_reply_to_id=root)


@kind
def reply_to_a_bare_comment_of_a_signed_review(story: Story) -> None:
    """Only the review's body is signed, the inline comment is bare."""
    coded(story)
    reviewer = story.run("pr-reviewer")
    at, number = story.wait(), story.new_id(Kind.REVIEW)
    root = story.write(LINE, "Can this be empty?", reviewer.account, review_id=number, at=at)
    story.write(Kind.REVIEW, f"Two remarks.\n\n{reviewer.mark}", reviewer.account, id=number, at=at)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)


@kind
def reply_within_the_repliers_own_review(story: Story) -> None:
    """The reply belongs to a review of the maintainer's own, which was submitted with it."""
    coded(story)
    reviewer, maya = story.run("pr-reviewer"), story.cast.member()
    root = signed_comment(story, reviewer)
    at, number = story.wait(), story.new_id(Kind.REVIEW)
    story.write(Kind.REVIEW, story.rng.choice(("", "Some answers.")), maya, id=number, at=at)
    reply = story.write(LINE, story.improve(), maya, review_id=number, in_reply_to_id=root, at=at)
    story.expect(LINE, reply, determined(reviewer.span))


@kind
def reply_to_a_person_whom_a_run_answered(story: Story) -> None:
    """A person began the thread and an agent answered in it: the only run there."""
    coded(story)
    answering = story.run("triager")
    root = story.write(LINE, "Why is this here?", story.cast.member())
    signed_comment(story, answering, "Because of the cache.", in_reply_to_id=root)
    story.ask(LINE, determined(answering.span), in_reply_to_id=root)


@kind
def reply_among_people_about_a_runs_line(story: Story) -> None:
    """Nobody signed in the thread; it stands on a line of the pull request's only commit."""
    coder = coded(story)
    root = story.write(LINE, "This looks odd.", story.cast.outsider())
    story.write(LINE, "It does.", story.cast.member(), in_reply_to_id=root)
    story.ask(LINE, determined(coder.span), in_reply_to_id=root)


@kind
def reply_before_another_run_answers(story: Story) -> None:
    """What the coder writes in the thread after the feedback is not what that was about."""
    coder, reviewer = coded(story), story.run("pr-reviewer")
    root = signed_comment(story, reviewer)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)
    signed_comment(story, coder, "Fixed.", in_reply_to_id=root)


@kind
def reply_to_a_comment_deleted_later(story: Story) -> None:
    """The comment stood there when the reply was written."""
    coded(story)
    reviewer = story.run("pr-reviewer")
    created_at, text = story.wait(), f"This leaks.\n\n{reviewer.mark}"
    root = story.write(LINE, text, reviewer.account, at=created_at)
    story.ask(LINE, determined(reviewer.span), in_reply_to_id=root)
    story.wait()
    story.write(LINE, text, reviewer.account, id=root, action="deleted", created_at=created_at, at=created_at)


def _rewritten(story: Story, first: Agent, second: Agent, root: int, created_at: str) -> None:
    """Let another run write its text over the comment."""
    texts = f"This leaks.\n\n{first.mark}", f"All is well.\n\n{second.mark}"
    story.rewrite(LINE, root, first.account, texts=texts, created_at=created_at)


@kind
def reply_to_a_sticky_comment_rewritten_later(story: Story) -> None:
    """A later run rewrote the comment after the feedback: the first text is meant."""
    coded(story)
    first, created_at = story.run("pr-reviewer"), story.wait()
    second = story.run("pr-reviewer", account=first.account)
    root = signed_comment(story, first, at=created_at)
    story.ask(LINE, determined(first.span), in_reply_to_id=root)
    _rewritten(story, first, second, root, created_at)


@kind
def reply_to_a_sticky_comment_rewritten_before(story: Story) -> None:
    """A later run rewrote the comment before the feedback: its text is what stood there."""
    coded(story)
    first, created_at = story.run("pr-reviewer"), story.wait()
    second = story.run("pr-reviewer", account=first.account)
    root = signed_comment(story, first, at=created_at)
    _rewritten(story, first, second, root, created_at)
    story.ask(LINE, determined(second.span), in_reply_to_id=root)


@kind
def reply_to_a_comment_that_never_came(story: Story) -> None:
    """Nobody delivered the comment replied to: the line's run is a guess."""
    coder = coded(story)
    reviewer = story.run("pr-reviewer")
    story.wait()
    story.ask(LINE, open_between(coder.span, reviewer.span), in_reply_to_id=story.new_id(LINE))


@kind
def reply_in_a_discussion(story: Story) -> None:
    """Discussions have threads too."""
    agent = story.run("triager")
    root = story.write(Kind.DISCUSSION_COMMENT, f"Try this.\n\n{agent.mark}", agent.account)
    story.ask(Kind.DISCUSSION_COMMENT, determined(agent.span), parent_id=root)


@kind
def reply_in_a_discussion_of_two_runs(story: Story) -> None:
    """Another run answered in between."""
    agent, other = story.run("triager"), story.run("docs-writer")
    root = story.write(Kind.DISCUSSION_COMMENT, f"Try this.\n\n{agent.mark}", agent.account)
    story.write(Kind.DISCUSSION_COMMENT, f"Or this.\n\n{other.mark}", other.account, parent_id=root)
    story.ask(Kind.DISCUSSION_COMMENT, open_between(agent.span, other.span), parent_id=root)


@kind
def reply_to_a_bare_comment_of_a_review_by_two(story: Story) -> None:
    """The bare comment's review is one run's, the answer in the thread another's."""
    coder, reviewer = coded(story), story.run("pr-reviewer")
    at, number = stamp(story.second + 60), story.new_id(Kind.REVIEW)
    story.wait(60)
    story.write(Kind.REVIEW, f"One remark.\n\n{reviewer.mark}", reviewer.account, id=number, at=at)
    root = story.write(LINE, "Can this be empty?", reviewer.account, review_id=number, at=at)
    signed_comment(story, coder, "It can not.", in_reply_to_id=root)
    story.ask(LINE, open_between(coder.span, reviewer.span), in_reply_to_id=root)
