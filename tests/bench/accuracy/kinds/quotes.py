"""General comments that quote what somebody said."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.kinds.replies import coded
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between

COMMENT = Kind.ISSUE_COMMENT
SAID = (
    "The parser reads every table twice, which is **slow** for large files.",
    "I would rather keep `rows` sorted; then the lookup is a bisection.",
    "Three tests fail on Windows:\n\n- `test_paths`\n- `test_newlines`\n- `test_locale`",
    "Please note that this changes the *public* interface of the module.",
)
ELSE = "Nothing in here depends on the order in which the files are read."


def quoted(text: str) -> str:
    """Quote a text as GitHub's "Quote reply" does."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def said(story: Story, agent: Agent, text: str) -> None:
    """Let a run say something on the pull request, in a comment, a review or on a line."""
    place = story.rng.choice((COMMENT, Kind.REVIEW, Kind.REVIEW_COMMENT))
    story.write(place, f"{text}\n\n{agent.mark}", agent.account)


def two(story: Story, *, body: str = "A change.") -> tuple[Agent, Agent]:
    """Let a coder open the pull request, and name the coder and a reviewer."""
    coder = story.run("coder")
    coded(story, agent=coder, body=body)
    return coder, story.run("pr-reviewer")


@kind
def quote_of_one_run(story: Story) -> None:
    """The quoted text is the reviewer's, though the coder's pull request is signed."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    reviewer, text = story.run("pr-reviewer"), story.rng.choice(SAID)
    said(story, reviewer, text)
    said(story, coder, ELSE)
    story.ask(COMMENT, determined(reviewer.span), body=f"{quoted(text)}\n\n{{}}")


@kind
def quote_of_a_part(story: Story) -> None:
    """One sentence out of a longer text."""
    _, reviewer = two(story)
    text = story.rng.choice(SAID).split("\n")[0]
    said(story, reviewer, f"Hello!\n\n{ELSE}\n\n{text} That is all.")
    story.ask(COMMENT, determined(reviewer.span), body=f"{quoted(text)}\n\n{{}}")


@kind
def quote_of_the_pull_request(story: Story) -> None:
    """The signed body is quoted while another run reviewed."""
    coder, reviewer = story.run("coder"), story.run("pr-reviewer")
    coded(story, agent=coder, body=f"{SAID[0]}\n\n{coder.mark}")
    said(story, reviewer, ELSE)
    story.ask(COMMENT, determined(coder.span), body=f"{quoted(SAID[0])}\n\n{{}}")


@kind
def quotes_of_two_runs(story: Story) -> None:
    """One quote of each."""
    coder, reviewer = two(story)
    said(story, coder, SAID[0])
    said(story, reviewer, SAID[1])
    truth = open_between(coder.span, reviewer.span)
    story.ask(COMMENT, truth, body=f"{quoted(SAID[0])}\n\nbut\n\n{quoted(SAID[1])}\n\n{{}}")


@kind
def quote_of_what_two_runs_said(story: Story) -> None:
    """Both said the same words."""
    coder, reviewer = two(story)
    said(story, coder, f"{SAID[0]} I think.")
    said(story, reviewer, f"Well. {SAID[0]}")
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body=f"{quoted(SAID[0])}\n\n{{}}")


@kind
def quote_of_a_person(story: Story) -> None:
    """A person's words are quoted, on a run's pull request: about the run, or about what the person said."""
    coder = story.run("coder")
    coded(story, agent=coder, body=f"A change. {coder.mark}")
    story.write(COMMENT, SAID[1], story.cast.member())
    story.ask(COMMENT, open_between(coder.span), body=f"{quoted(SAID[1])}\n\n{{}}")


@kind
def quote_of_a_person_and_a_run(story: Story) -> None:
    """A person said the same before."""
    _, reviewer = two(story)
    story.write(COMMENT, f"{SAID[1]} No?", story.cast.outsider())
    said(story, reviewer, SAID[1])
    story.ask(COMMENT, open_between(reviewer.span), body=f"{quoted(SAID[1])}\n\n{{}}")


@kind
def quote_that_is_too_short(story: Story) -> None:
    """Two words stand in too many texts."""
    coder, reviewer = two(story)
    said(story, coder, "Fixed it.")
    said(story, reviewer, "Fix it.")
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body="> ix it\n\n{}")


@kind
def quote_of_something_nobody_said(story: Story) -> None:
    """The words stand nowhere; nobody signed anything, and no run is at work."""
    story.pull()
    story.ask(COMMENT, NOBODY, body=f"{quoted(ELSE)}\n\n{{}}")


@kind
def quote_of_what_was_said_later(story: Story) -> None:
    """The reviewer said it after the feedback, which quotes an e-mail."""
    coder, reviewer = two(story)
    story.ask(COMMENT, open_between(coder.span, reviewer.span), body=f"{quoted(SAID[0])}\n\n{{}}")
    said(story, reviewer, SAID[0])


@kind
def quote_of_a_copy(story: Story) -> None:
    """A stranger copied the reviewer's comment, claim and all: the words are the reviewer's or the stranger's."""
    _, reviewer = two(story)
    said(story, reviewer, SAID[2])
    story.write(COMMENT, f"{SAID[2]}\n\n{reviewer.mark}", story.cast.outsider())
    story.ask(COMMENT, open_between(reviewer.span), body=f"{quoted(SAID[2])}\n\n{{}}")


@kind
def quote_of_a_rewritten_comment(story: Story) -> None:
    """A later run rewrote the comment: the words now in it are quoted."""
    _, first = two(story)
    second, created_at = story.run("pr-reviewer", account=first.account), story.wait()
    was = f"{SAID[0]}\n\n{first.mark}"
    sticky = story.write(COMMENT, was, first.account, at=created_at)
    texts = was, f"{SAID[1]}\n\n{second.mark}"
    story.rewrite(COMMENT, sticky, first.account, texts=texts, created_at=created_at)
    story.ask(COMMENT, determined(second.span), body=f"{quoted(SAID[1])}\n\n{{}}")


@kind
def quote_in_a_reply(story: Story) -> None:
    """A reply quotes what the reviewer says in its thread: both speak for the same run."""
    _, reviewer = two(story)
    root = story.write(Kind.REVIEW_COMMENT, f"{SAID[0]}\n\n{reviewer.mark}", reviewer.account)
    story.ask(Kind.REVIEW_COMMENT, determined(reviewer.span), body=f"{quoted(SAID[0])}\n\n{{}}", in_reply_to_id=root)
