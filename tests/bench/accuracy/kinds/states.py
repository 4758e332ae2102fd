"""What is feedback at all: who may give it, and what edits and deletions make of it."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded, signed_comment
from tests.bench.accuracy.story import Story, stamp
from tests.bench.accuracy.truth import IGNORED, determined
from tests.support.builders import Person

COMMENT, LINE = Kind.ISSUE_COMMENT, Kind.REVIEW_COMMENT


@kind
def outsiders_feedback(story: Story) -> None:
    """An outsider asks: kept, not answered."""
    root = signed_comment(story, story.run("pr-reviewer"))
    story.ask(LINE, IGNORED, author=story.cast.outsider(), in_reply_to_id=root)


@kind
def bots_feedback(story: Story) -> None:
    """A bot says the words, even one that is a member."""
    root = signed_comment(story, story.run("pr-reviewer"))
    bot = story.cast.account(story.rng.choice(("NONE", "MEMBER", "COLLABORATOR")), "Bot")
    story.ask(LINE, IGNORED, author=bot, in_reply_to_id=root)


@kind
def command_in_code_or_quote(story: Story) -> None:
    """The command stands in code or in a quote: nobody asks for anything."""
    root = signed_comment(story, story.run("pr-reviewer"))
    wraps = ("`{}`", "> {}", "```\n{}\n```", "    {}", "<!-- {} -->", "/Agents improve it", "agents improve it")
    wrap = story.rng.choice(wraps).replace("{}", "/agents improve it")
    story.ask(LINE, IGNORED, body=wrap, in_reply_to_id=root)


def _edit(story: Story, root: int, author: Person, *, texts: tuple[str, str], sender: Person | None = None) -> int:
    """Write a reply with the first text and edit it to the second; return its id."""
    created_at = story.wait()
    reply = story.write(LINE, texts[0], author, in_reply_to_id=root, at=created_at)
    story.rewrite(LINE, reply, author, texts=texts, created_at=created_at, sender=sender, in_reply_to_id=root)
    return reply


@kind
def command_added_by_an_edit(story: Story) -> None:
    """The author adds the command: feedback as of then."""
    reviewer = story.run("pr-reviewer")
    root = signed_comment(story, reviewer)
    reply = _edit(story, root, story.cast.member(), texts=("Hm.", f"Hm.\n\n{story.improve()}"))
    story.expect(LINE, reply, determined(reviewer.span))


@kind
def command_taken_out_by_an_edit(story: Story) -> None:
    """The author takes the command out: withdrawn."""
    root = signed_comment(story, story.run("pr-reviewer"))
    reply = _edit(story, root, story.cast.member(), texts=(story.improve(), "Never mind."))
    story.expect(LINE, reply, IGNORED)


@kind
def command_edited_in_by_somebody_else(story: Story) -> None:
    """Another account edits the command into a member's comment: nobody vouches for it."""
    root = signed_comment(story, story.run("pr-reviewer"))
    texts = ("Hm.", f"Hm.\n\n{story.improve()}")
    reply = _edit(story, root, story.cast.member(), texts=texts, sender=story.cast.outsider())
    story.expect(LINE, reply, IGNORED)


@kind
def instruction_edited(story: Story) -> None:
    """The author words the feedback otherwise, after another run answered: it is still of when it was given."""
    reviewer, coder = story.run("pr-reviewer"), coded(story)
    root, maya, created_at = signed_comment(story, reviewer), story.cast.member(), story.wait()
    was = story.improve()
    reply = story.write(LINE, was, maya, in_reply_to_id=root, at=created_at)
    signed_comment(story, coder, "Fixed.", in_reply_to_id=root)
    story.rewrite(LINE, reply, maya, texts=(was, f"{was} Really."), created_at=created_at, in_reply_to_id=root)
    story.expect(LINE, reply, determined(reviewer.span))


@kind
def feedback_deleted(story: Story) -> None:
    """The comment is deleted: withdrawn."""
    root = signed_comment(story, story.run("pr-reviewer"))
    text, maya, at = story.improve(), story.cast.member(), story.wait()
    reply = story.write(LINE, text, maya, in_reply_to_id=root, at=at)
    story.wait()
    story.write(LINE, text, maya, id=reply, in_reply_to_id=root, at=at, action="deleted")
    story.expect(LINE, reply, IGNORED)


@kind
def feedback_in_the_second_of_an_answer(story: Story) -> None:
    """The reviewer's comment is a second older than the reply."""
    reviewer = story.run("pr-reviewer")
    root = signed_comment(story, reviewer)
    story.second += 1
    reply = story.write(LINE, story.improve(), story.cast.member(), in_reply_to_id=root, at=stamp(story.second))
    story.expect(LINE, reply, determined(reviewer.span))
