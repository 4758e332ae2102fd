"""General comments that link to what they are about."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.kinds.quotes import ELSE, SAID, quoted, two
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import determined, open_between

COMMENT = Kind.ISSUE_COMMENT
PLACES = (COMMENT, Kind.REVIEW, Kind.REVIEW_COMMENT)
_WAYS = ("{url} {{}}", "{{}}, see [that remark]({url}).", "In <{url}> it says otherwise. {{}}", "{{}}\n\n{url}")


def linking(story: Story, url: str) -> str:
    """Write feedback that links somewhere."""
    return story.rng.choice(_WAYS).format(url=url)


def remark(story: Story, agent: Agent, place: Kind, text: str = ELSE) -> str:
    """Let a run write something, and return its address."""
    return story.url(place, story.write(place, f"{text}\n\n{agent.mark}", agent.account))


def _link_to(story: Story, place: Kind) -> None:
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    reviewer = story.run("pr-reviewer")
    story.ask(COMMENT, determined(reviewer.span), body=linking(story, remark(story, reviewer, place)))


@kind
def link_to_a_comment(story: Story) -> None:
    """The reviewer's comment is linked to, on the coder's signed pull request."""
    _link_to(story, COMMENT)


@kind
def link_to_a_review_comment(story: Story) -> None:
    """The same with a line comment."""
    _link_to(story, Kind.REVIEW_COMMENT)


@kind
def link_to_a_review(story: Story) -> None:
    """The same with a review."""
    _link_to(story, Kind.REVIEW)


@kind
def link_to_a_commit(story: Story) -> None:
    """A run's commit is linked to, while another run reviewed."""
    coder, reviewer = two(story)
    remark(story, reviewer, Kind.REVIEW)
    url = f"{story.repo.url}/commit/{story.heads['feature']}"
    story.ask(COMMENT, determined(coder.span), body=linking(story, url))


@kind
def link_to_a_pull_request(story: Story) -> None:
    """On an issue, the signed pull request is linked to."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    url, issue = f"{story.repo.url}/pull/{story.number}", story.number - 1
    story.ask(COMMENT, determined(coder.span), body=linking(story, url), number=issue, on_pull=False)


@kind
def links_to_two_runs(story: Story) -> None:
    """Two comments of two runs are linked to."""
    coder, reviewer = two(story)
    one, other = remark(story, coder, COMMENT), remark(story, reviewer, story.rng.choice(PLACES))
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body=f"{one} or {other}? {{}}")


@kind
def quote_of_one_and_link_to_another(story: Story) -> None:
    """The quote speaks for one run and the link for another."""
    coder, reviewer = two(story)
    one = remark(story, coder, COMMENT)
    remark(story, reviewer, COMMENT, SAID[0])
    truth = open_between(coder.span, reviewer.span)
    story.ask(COMMENT, truth, body=f"{quoted(SAID[0])}\n\n{{}} as {one} said")


@kind
def quote_and_link_of_one(story: Story) -> None:
    """Quote and link speak for the same run."""
    coder, reviewer = two(story)
    remark(story, coder, COMMENT)
    url = remark(story, reviewer, COMMENT, SAID[0])
    story.ask(COMMENT, determined(reviewer.span), body=f"{quoted(SAID[0])}\n\n{linking(story, url)}")


@kind
def link_to_a_person(story: Story) -> None:
    """A person's comment is linked to, on a run's pull request: about the run, or about what the person said."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    url = story.url(COMMENT, story.write(COMMENT, ELSE, story.cast.member()))
    story.ask(COMMENT, open_between(coder.span), body=linking(story, url))


@kind
def link_to_something_that_never_came(story: Story) -> None:
    """What is linked to was never delivered: the reviewer's, perhaps."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    place = story.rng.choice(PLACES)
    url = story.url(place, story.new_id(place))
    story.ask(COMMENT, open_between(coder.span), body=linking(story, url))


@kind
def link_into_another_repository(story: Story) -> None:
    """The address has the reviewer's comment's number, in a repository that is another."""
    coder, reviewer = two(story)
    url = remark(story, reviewer, story.rng.choice(PLACES)).replace(story.repo.name, f"{story.repo.name}-fork")
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body=linking(story, url))


@kind
def link_to_what_was_rewritten_later(story: Story) -> None:
    """The comment linked to is sticky: a later run rewrote it after the feedback."""
    _, first = two(story)
    second, created_at, was = story.run("pr-reviewer", account=first.account), story.wait(), f"{ELSE}\n\n{first.mark}"
    sticky = story.write(COMMENT, was, first.account, at=created_at)
    story.ask(COMMENT, determined(first.span), body=linking(story, story.url(COMMENT, sticky)))
    texts = was, f"{SAID[0]}\n\n{second.mark}"
    story.rewrite(COMMENT, sticky, first.account, texts=texts, created_at=created_at)


@kind
def link_in_code(story: Story) -> None:
    """An address in code is no link: on the pull request of two runs, either is meant."""
    coder, reviewer = two(story)
    url = remark(story, reviewer, COMMENT)
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body=f"`curl {url}` fails. {{}}")
