"""No evidence but time: runs that started in the 24 hours before general feedback."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.kinds.general import open_issue
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between

COMMENT = Kind.ISSUE_COMMENT


@kind
def window_without_runs(story: Story) -> None:
    """Nothing ran."""
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)


@kind
def window_with_one_run(story: Story) -> None:
    """One run of the number started shortly before: likely, not sure."""
    run = story.run(hours_ago=story.rng.uniform(0.1, 15))
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, open_between(run.span), on_pull=False)


@kind
def window_with_several_runs(story: Story) -> None:
    """Several runs started: any of them."""
    runs = [story.run(hours_ago=story.rng.uniform(0.1, 15)) for _ in range(story.rng.randrange(2, 4))]
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, open_between(*(run.span for run in runs)), on_pull=False)


@kind
def window_with_an_internal_run(story: Story) -> None:
    """An internal analyst looked at the issue: it says nothing to anybody."""
    if story.rng.random() < 0.5:
        story.run("internal-catalog-analyst")
    else:
        story.run(internal=True)
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)


@kind
def window_with_an_internal_run_and_another(story: Story) -> None:
    """Beside the internal one, another run started."""
    story.run("internal-catalog-analyst", internal=story.rng.random() < 0.5)
    run = story.run()
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, open_between(run.span), on_pull=False)


@kind
def window_of_yesterday(story: Story) -> None:
    """The run started more than 24 hours before."""
    story.run(hours_ago=story.rng.uniform(24.1, 90))
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)


@kind
def run_started_after_the_feedback(story: Story) -> None:
    """The run was started because of the feedback: it is not what that was about."""
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)
    story.wait()
    story.run(hours_ago=0)


@kind
def run_started_after_the_feedback_and_one_before(story: Story) -> None:
    """Of two runs, only the first had started."""
    run = story.run()
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, open_between(run.span), on_pull=False)
    story.wait()
    story.run(hours_ago=0)


@kind
def window_of_other_numbers(story: Story) -> None:
    """Runs of other numbers started, none of this one."""
    for number in story.rng.sample(range(1, 9000), 3):
        if number != story.number:
            story.run(number=number)
    open_issue(story, "It breaks.", story.cast.member())
    story.ask(COMMENT, NOBODY, on_pull=False)


@kind
def run_registered_late(story: Story) -> None:
    """The claim is there before its run is registered."""
    agent = story.run("triager", late=40_000)
    open_issue(story, f"It breaks. {agent.mark}", agent.account)
    story.ask(COMMENT, determined(agent.span), on_pull=False)


@kind
def run_never_registered(story: Story) -> None:
    """The claim names a run that nobody registered: its name is all that is known."""
    agent = story.run("triager", registered=False)
    root = story.write(Kind.REVIEW_COMMENT, f"A leak.\n\n{agent.mark}", agent.account)
    story.ask(Kind.REVIEW_COMMENT, open_between(agent.span), in_reply_to_id=root)
