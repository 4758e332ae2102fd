"""A run is started from an issue and opens a pull request: where its claim counts (SPEC §5.4)."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import signed_comment
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import NOBODY, Truth, determined
from tests.support.builders import Person

LINE = Kind.REVIEW_COMMENT


def _answered(story: Story, agent: Agent, truth: Truth, body: str, author: Person | None = None) -> None:
    """Let the run comment on the pull request of a person's commit, with this body, and a maintainer reply."""
    story.push(story.commit("By hand"))
    story.pull(body, author=author)
    story.ask(LINE, truth, in_reply_to_id=signed_comment(story, agent))


@kind
def issue_that_the_pull_request_closes(story: Story) -> None:
    """Its body closes the issue by one of GitHub's keywords."""
    agent = story.run(number=story.number - 1)
    word = story.rng.choice(("close", "Closes", "closed", "fix", "Fixes", "FIXED", "resolve", "resolves:", "Resolved"))
    target = story.rng.choice((f"#{story.number - 1}", f"{story.repo.name}#{story.number - 1}"))
    _answered(story, agent, determined(agent.span), f"A change.\n\n{word} {target}.")


@kind
def issue_that_the_pull_request_closes_by_address(story: Story) -> None:
    """Its body closes the issue by its address."""
    agent = story.run(number=story.number - 1)
    address = f"https://github.com/{story.repo.name}/issues/{story.number - 1}"
    _answered(story, agent, determined(agent.span), f"A change that fixes {address}")


@kind
def run_registered_for_both_numbers(story: Story) -> None:
    """The run was registered for the issue and for the pull request."""
    agent = story.run(number=story.number - 1, numbers=(story.number,))
    _answered(story, agent, determined(agent.span), "A change.")


@kind
def pull_request_body_with_the_issues_claim(story: Story) -> None:
    """The pull request's body carries the claim for the issue, by the account that comments."""
    agent = story.run(number=story.number - 1)
    _answered(story, agent, determined(agent.span), f"A change. {agent.mark}", agent.account)


@kind
def pull_request_body_with_a_copied_claim(story: Story) -> None:
    """A stranger's pull request carries the claim of an agent's comment on the issue: it links nothing."""
    agent = story.run(number=story.number - 1)
    story.write(Kind.ISSUE_COMMENT, f"A plan.\n\n{agent.mark}", agent.account, number=story.number - 1, on_pull=False)
    _answered(story, agent, NOBODY, f"A change. {agent.mark}", story.cast.outsider())


@kind
def pull_request_that_only_mentions_the_issue(story: Story) -> None:
    """To mention an issue is not to close it, and closing words in code, quotes and comments close nothing."""
    agent, issue = story.run(number=story.number - 1), f"#{story.number - 1}"
    bodies = (f"See {issue}", f"`fixes {issue}`", f"> fixes {issue}", f"<!-- fixes {issue} -->", f"prefixes {issue}")
    _answered(story, agent, NOBODY, f"A change.\n\n{story.rng.choice(bodies)}")


@kind
def pull_request_that_closes_another_repositorys_issue(story: Story) -> None:
    """The issue of this number in another repository is closed."""
    agent = story.run(number=story.number - 1)
    _answered(story, agent, NOBODY, f"Fixes octo-org/octo-repo#{story.number - 1}")
