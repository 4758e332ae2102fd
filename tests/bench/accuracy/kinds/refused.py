"""Claims that do not count where they stand: not ordinary text, another place, another service, no signature."""

from __future__ import annotations

from functools import partial

from resolver.model.github import Kind
from tests.bench.accuracy.cast import FOREIGN_RING, NO_RING, Agent
from tests.bench.accuracy.kinds.registry import KINDS, kind
from tests.bench.accuracy.kinds.replies import coded, signed_comment
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import NOBODY, determined

WRAPS = {
    "fenced_code": ("```\n{}\n```", "~~~~ text\n```\n{}\n~~~~", "- a list\n\n  ```json\n  {}\n  ```", "```\n{}"),
    "inline_code": ("See `{}` there.", "``a ` {} ``"),
    "indented_code": ("So:\n\n    {}", "\t{}"),
    "a_quote": ("> {}", "> > so {}", "- > {}\n\nyes"),
    "an_html_comment": ("<!-- hidden: {} -->", "<!--\nnot filled in\n{}"),
}
"""Where a claim is no claim (SPEC §2.1); the outer HTML comment ends where the inner one does."""

AGES_AGO = 60
"""Hours: such a run is not likely either."""


def _reply(story: Story, agent: Agent, text: str) -> None:
    """Let a run write a comment under a person's commit, and a maintainer reply to it."""
    story.push(story.commit("By hand"))
    story.pull()
    root = story.write(Kind.REVIEW_COMMENT, text, agent.account)
    story.ask(Kind.REVIEW_COMMENT, NOBODY, in_reply_to_id=root)


def _hidden(story: Story, *, name: str) -> None:
    """Tell of a claim in one of the wraps: in the comment replied to, or in the feedback itself."""
    agent = story.run(hours_ago=AGES_AGO)
    wrapped = story.rng.choice(WRAPS[name]).replace("{}", agent.mark)
    if story.rng.random() < 0.5:
        _reply(story, agent, f"This leaks.\n\n{wrapped}")
    else:
        story.ask(Kind.ISSUE_COMMENT, NOBODY, body=f"{{}}\n\n{wrapped}")


for _name in WRAPS:
    KINDS[f"claim_in_{_name}"] = partial(_hidden, name=_name)


def _elsewhere(story: Story, agent: Agent) -> None:
    """Tell of a claim that does not count here: replied to, or pasted."""
    if story.rng.random() < 0.5:
        _reply(story, agent, f"This leaks.\n\n{agent.mark}")
    else:
        story.pull()
        story.ask(Kind.ISSUE_COMMENT, NOBODY, body=f"{{}}\n\n{agent.mark}")


@kind
def claim_of_another_repository(story: Story) -> None:
    """The claim speaks of another repository."""
    _elsewhere(story, story.run(hours_ago=AGES_AGO).signs(repository=f"{story.repo.name}-fork"))


@kind
def claim_of_another_number(story: Story) -> None:
    """The claim speaks of an issue that the pull request has nothing to do with."""
    _elsewhere(story, story.run(number=story.number + 1))


@kind
def claim_of_another_instance(story: Story) -> None:
    """Another service of the same makers signed the claim."""
    _elsewhere(story, story.run(hours_ago=AGES_AGO).signs(instance="staging"))


@kind
def claim_with_another_secret(story: Story) -> None:
    """The claim is signed with a secret that is not ours."""
    _elsewhere(story, story.run(hours_ago=AGES_AGO).signs(ring=FOREIGN_RING))


@kind
def claim_without_signature(story: Story) -> None:
    """The claim is not signed though signing is on."""
    _elsewhere(story, story.run(hours_ago=AGES_AGO).signs(ring=NO_RING))


@kind
def refused_claim_above_a_runs_line(story: Story) -> None:
    """The parent's claim is for somewhere else: the reply is about the thread's line, and its run."""
    coder = coded(story)
    stray = story.run("pr-reviewer", hours_ago=AGES_AGO).signs(ring=FOREIGN_RING)
    root = signed_comment(story, stray)
    story.ask(Kind.REVIEW_COMMENT, determined(coder.span), in_reply_to_id=root)


@kind
def changed_claim(story: Story) -> None:
    """Somebody put another run's name into a signed claim."""
    agent, other = story.run(hours_ago=AGES_AGO), story.run(hours_ago=AGES_AGO)
    forged = agent.mark.replace(agent.span, other.span)
    story.ask(Kind.ISSUE_COMMENT, NOBODY, body=f"{{}}\n\n{forged}")


@kind
def command_and_claim_in_one_quote(story: Story) -> None:
    """A reply above a quoted e-mail: the claim in the quote is not pasted."""
    agent = story.run(hours_ago=AGES_AGO)
    story.ask(Kind.ISSUE_COMMENT, NOBODY, body=f"{{}}\n\n> On Monday the agent wrote:\n> {agent.mark}")
