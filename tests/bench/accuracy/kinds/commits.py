"""Comments on commits: squash merges with many claims, picked and rebased ones, claims written in odd ways."""

from __future__ import annotations

from resolver.model.github import Kind
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.kinds.registry import kind
from tests.bench.accuracy.story import PATH, More, Story
from tests.bench.accuracy.truth import NOBODY, determined, open_between

COMMIT = Kind.COMMIT_COMMENT


def squash_message(story: Story, parts: list[tuple[str, Agent | None]]) -> str:
    """Write what GitHub writes for a squash merge: each message indented or not, trailers far from the end."""
    lines = [f"Add it (#{story.number})"]
    for title, by in parts:
        indent = story.rng.choice(("", "  ", "    "))
        trailers = [] if by is None else by.trailers.split("\n")
        lines += ["", f"* {title}", "", *(f"{indent}{line}" for line in trailers), "", f"{indent}And more of it."]
    lines += ["", "---------", "", "Co-authored-by: Sam <sam@example.com>"]
    return "\n".join(lines)


def merged(story: Story, *authors: Agent | None) -> str:
    """Push a commit of each author, squash them onto main, and return the merge's id."""
    commits = [story.commit(f"Step {count}", by=by) for count, by in enumerate(authors)]
    story.push(*commits)
    story.pull(commits=len(commits))
    message = squash_message(story, [(f"Step {count}", by) for count, by in enumerate(authors)])
    squash = story.push(story.commit(message), branch="main", before=story.sha())
    story.pull(action="closed", merged=True, merge_commit=squash, commits=len(commits))
    return squash


def where(story: Story, sha: str) -> More:
    """Return where a comment on a commit may stand: on all of it, or on a line."""
    places: tuple[More, More] = ({}, {"path": PATH, "line": 9})
    return {"commit": sha} | story.rng.choice(places)


@kind
def commit_of_a_run(story: Story) -> None:
    """A comment on a signed commit of a branch without pull request."""
    coder = story.run("coder")
    story.ask(COMMIT, determined(coder.span), **where(story, story.push(story.commit("Add it", by=coder))))


@kind
def commit_of_a_person(story: Story) -> None:
    """A comment on an unsigned commit, while a run is at work in the repository."""
    story.run("coder")
    story.ask(COMMIT, NOBODY, **where(story, story.push(story.commit("By hand"))))


@kind
def commit_that_never_came(story: Story) -> None:
    """A comment on a commit that nobody delivered."""
    coder = story.run("coder")
    story.push(story.commit("Add it", by=coder))
    story.ask(COMMIT, NOBODY, **where(story, story.sha()))


@kind
def squash_of_several_runs(story: Story) -> None:
    """The merge carries the claims of several runs, apart from each other."""
    runs = [story.run() for _ in range(story.rng.randrange(2, 5))]
    story.ask(COMMIT, open_between(*(run.span for run in runs)), **where(story, merged(story, *runs)))


@kind
def squash_of_one_run(story: Story) -> None:
    """All that was merged is one run's, said several times."""
    coder = story.run("coder")
    sha = merged(story, *[coder] * story.rng.randrange(1, 4))
    story.ask(COMMIT, determined(coder.span), **where(story, sha))


@kind
def squash_of_a_run_and_a_person(story: Story) -> None:
    """A person's commit to the same file was merged along."""
    coder = story.run("coder")
    authors = [coder, None]
    story.rng.shuffle(authors)
    story.ask(COMMIT, open_between(coder.span), **where(story, merged(story, *authors)))


@kind
def cherry_picked_commit(story: Story) -> None:
    """The same claim under another commit id."""
    coder = story.run("coder")
    story.push(story.commit("Add it", by=coder))
    picked = story.push(story.commit("Add it", by=coder), branch="release", before=story.sha())
    story.ask(COMMIT, determined(coder.span), **where(story, picked))


@kind
def trailer_in_another_case_or_folded(story: Story) -> None:
    """The key in any case, indented, the value folded, prose behind it."""
    coder = story.run("coder")
    key, _, value = coder.trailers.split("\n")[0].partition(": ")
    cut = story.rng.randrange(20, len(value) - 20)
    value = story.rng.choice((value, f"{value[:cut]}\n   {value[cut:]}"))
    message = f"Add it\n\n{story.rng.choice((key, key.lower(), key.upper(), f'  {key}'))}: {value}\n\nAnd then some."
    story.ask(COMMIT, determined(coder.span), **where(story, story.push(story.commit(message))))


@kind
def commit_with_a_forged_trailer(story: Story) -> None:
    """One character of the claim was changed, or the signature is another service's."""
    coder = story.run("coder")
    key, _, value = coder.trailers.partition(": ")
    place = story.rng.randrange(30, 60)
    changed = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
    foreign = coder.signs(instance="prod-b").trailers
    message = f"Add it\n\n{story.rng.choice((f'{key}: {changed}', foreign))}"
    story.ask(COMMIT, NOBODY, **where(story, story.push(story.commit(message))))


@kind
def review_of_a_runs_commit(story: Story) -> None:
    """A maintainer's review of a pull request whose only commit, and only claim, is one run's."""
    coder = story.run("coder")
    story.push(story.commit("Add it", by=coder))
    story.pull(author=coder.account)
    story.ask(Kind.REVIEW, determined(coder.span), state="changes_requested")


@kind
def review_beside_another_runs_review(story: Story) -> None:
    """The coder signed the commit and the reviewer a review of it: a person's review is about either."""
    coder, reviewer = story.run("coder"), story.run("pr-reviewer")
    story.push(story.commit("Add it", by=coder))
    story.pull(author=coder.account)
    story.write(Kind.REVIEW, f"Fine.\n\n{reviewer.mark}", reviewer.account)
    story.ask(Kind.REVIEW, open_between(coder.span, reviewer.span))
