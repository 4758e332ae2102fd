"""Several runs at one thing: squash merges, sticky comments, and commits that are picked, rebased or forced away."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from textwrap import indent

import pytest

from resolver.model.answers import Answer, Confidence
from resolver.model.github import Blame, BlameRange
from tests.support.builders import (
    AGENT,
    Delivery,
    commit,
    commit_comment,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
IMPROVE = "/agents improve please handle the empty case"
SAID = "The parser drops the last line of every file."
PULL = f"{REPO.url}/pull/42"

comment = partial(review_comment, REPO, id=1, body=IMPROVE, at=minute(9))


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


def named(answer: Answer) -> set[str | None]:
    """Return the candidates."""
    return {one.span_id for one in answer.candidates}


def trailers(world: World, agent: str, number: int = 42) -> str:
    """Register a run, and return the trailers that it signs with."""
    return world.run(agent, number=number).commit_trailers


def folded(text: str) -> str:
    """Fold the long value of a trailer, as some mailers do."""
    first, rest = text.split("\n", 1)
    return f"{first[:60]}\n {first[60:130]}\n\t{first[130:]}\n{rest}"


def squash(*blocks: str) -> str:
    """Write the message of a squash merge: each commit's message is a point of a list, with prose at the end."""
    points = "\n\n".join(f"* point {number}\n\n{block}" for number, block in enumerate(blocks))
    return f"Everything (#42)\n\n{points}\n\nReviewed last week.\n\nSigned-off-by: Mona <m@example.com>\n"


SHAPES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "indented": lambda text: indent(text, "    "),
    "tabbed": lambda text: indent(text, "\t"),
    "folded": folded,
    "shouted": lambda text: text.replace("Agents-Attribution", "AGENTS-ATTRIBUTION"),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "amid words": lambda text: f"Some words\n{text}\nmore words",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_squash_merge_of_one_run(world: World, shape: str) -> None:
    """Many trailers of one run, apart from each other and not at the end, are one run."""
    block = SHAPES[shape](trailers(world, "coder"))
    world.deliver(push(REPO, commits=[commit(sha("head"), squash(block, "By the way", block, block))]), comment())
    assert decided(world.ask_url(f"{REPO.url}/commit/{sha('head')}")) == (EXACT, "commit_trailer", "span-coder")
    assert decided(world.answer()) == (EXACT, "commit_artifact", "span-coder")


def test_a_squash_merge_of_runs_in_every_shape(world: World) -> None:
    """All claims of a message count, however each is written: of several runs none is the answer, all are named."""
    blocks = [shape(trailers(world, name.replace(" ", "-"))) for name, shape in SHAPES.items()]
    spans = {f"span-{name.replace(' ', '-')}" for name in SHAPES}
    world.deliver(push(REPO, commits=[commit(sha("head"), squash(*blocks))]), comment())
    world.deliver(commit_comment(REPO, id=2, commit=sha("head"), body=IMPROVE, at=minute(9)))
    asked = world.ask_url(f"{REPO.url}/commit/{sha('head')}")
    assert (decided(asked), named(asked)) == ((UNRESOLVED, "commit_trailer", None), spans)
    for one in world.all_feedback().values():
        assert one.resolution is not None
        assert decided(one.resolution.answer) == (UNRESOLVED, "commit_artifact", None)
        assert named(one.resolution.answer) == spans


def test_a_line_of_a_squash_merge(world: World) -> None:
    """A line that a squash merge of two runs wrote is of neither; its own commit, where blame knows it, decides."""
    one, two = trailers(world, "coder"), trailers(world, "planner")
    world.deliver(
        push(REPO, commits=[commit(sha("a"), f"a\n\n{one}"), commit(sha("head"), f"b\n\n{two}")]),
        pull_request(
            REPO, "closed", head=sha("head"), commits=2, merged=True, merge_commit=sha("squash"), at=minute(5)
        ),
        push(REPO, commits=[commit(sha("squash"), squash(one, two))], branch="main", at=minute(5)),
        commit_comment(REPO, id=1, commit=sha("squash"), path="src/app.py", line=10, body=IMPROVE, at=minute(9)),
    )
    world.keep_blame(Blame(REPO.id, sha("squash"), "src/app.py", "RIGHT", (BlameRange(1, 20, sha("squash")),)))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)
    assert named(world.answer()) == {"span-coder", "span-planner"}


def test_a_trailer_that_is_broken_counts_for_nothing(world: World) -> None:
    """Beside a whole claim, one that was cut short or altered is refused, and does not make a second run."""
    good, other = trailers(world, "coder"), trailers(world, "planner")
    key, _, value = other.split("\n")[0].partition(" ")
    forged = base64.urlsafe_b64encode(b'{"v":1,"span_id":"span-planner","sig":"x"}').decode().rstrip("=")
    message = squash(f"{key} {value[:-30]}", good, f"{key} {forged}", f"{key} not base64!")
    world.deliver(push(REPO, commits=[commit(sha("head"), message)]))
    answer = world.ask_url(f"{REPO.url}/commit/{sha('head')}")
    assert (answer.span_id, answer.mode) == ("span-coder", "commit_trailer")


def sticky(world: World, *, at: float) -> list[Delivery]:
    """Let the coder write a sticky comment on a line, and the planner rewrite it."""
    first, second = (f"{SAID}\n{world.run(agent).hidden_comment}" for agent in ("coder", "planner"))
    same = partial(review_comment, REPO, id=2, author=AGENT, created_at=minute(1))
    return [same(body=first, at=minute(1)), same("edited", body=second, at=minute(at), was=first)]


ASKED = {
    "reply": review_comment(REPO, id=1, in_reply_to_id=2, body=IMPROVE, at=minute(9)),
    "quote": issue_comment(REPO, id=1, body=f"> {SAID}\n\n{IMPROVE}", at=minute(9)),
    "link": issue_comment(REPO, id=1, body=f"{IMPROVE} {PULL}#discussion_r2", at=minute(9)),
}


@pytest.mark.parametrize(("at", "span"), [(5, "span-planner"), (20, "span-coder")], ids=["before", "after"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
@pytest.mark.parametrize("way", ASKED)
def test_a_sticky_comment_that_a_later_run_rewrites(
    world: World, way: str, order: tuple[int, ...], at: float, span: str
) -> None:
    """A comment speaks for the run that had written it when the feedback was given, in whatever order it is told."""
    told = [*sticky(world, at=at), ASKED[way]]
    for place in order:
        world.deliver(told[place])
    assert (world.answer().confidence, world.answer().span_id) == (EXACT, span)


@pytest.mark.parametrize("way", ASKED)
def test_a_sticky_comment_rewritten_in_the_same_second(world: World, way: str) -> None:
    """Where the rewriting and the feedback fall into one second, nobody knows which text was meant."""
    world.deliver(*sticky(world, at=9), ASKED[way])
    assert world.answer().confidence is not EXACT


@pytest.mark.parametrize("way", ASKED)
def test_a_sticky_comment_whose_first_text_was_never_delivered(world: World, way: str) -> None:
    """Of a comment that is only known as rewritten after the feedback, the earlier text may be any run's."""
    world.deliver(sticky(world, at=20)[1], ASKED[way])
    assert world.answer().confidence is not EXACT


def test_a_cherry_picked_commit(world: World) -> None:
    """A commit that is picked onto another pull request keeps its trailers, and so its run."""
    message = f"Add\n\n{trailers(world, 'coder')}"
    world.deliver(
        push(REPO, commits=[commit(sha("a"), message)]),
        push(REPO, commits=[commit(sha("picked"), f"{message}\n(cherry picked from {sha('a')})")], branch="other"),
        pull_request(REPO, number=43, id=43, head=sha("picked"), branch="other", at=minute(2)),
        comment(number=43, commit=sha("picked")),
    )
    assert decided(world.answer()) == (EXACT, "commit_artifact", "span-coder")
    assert world.ask_url(f"{REPO.url}/commit/{sha('picked')}").span_id == "span-coder"


def forced_away(world: World, *, at: float) -> list[Delivery]:
    """Let the coder push a commit, and a rebase replace it by another with the same message, on top of main."""
    message = f"Add\n\n{trailers(world, 'coder')}"
    return [
        push(REPO, commits=[commit(sha("old"), message)], at=minute(0)),
        pull_request(REPO, head=sha("old"), at=minute(1)),
        push(REPO, commits=[commit(sha("new"), message)], before=sha("old"), forced=True, at=minute(at)),
        pull_request(REPO, "synchronize", head=sha("new"), at=minute(at), created_at=minute(1)),
    ]


@pytest.mark.parametrize("at", [5, 20], ids=["before", "after"])
@pytest.mark.parametrize("back", [True, False])
def test_a_commit_that_left_the_branch_stays_known(world: World, at: float, *, back: bool) -> None:
    """A comment on a commit that a forced push took off the branch still is about that commit's run."""
    told = [*forced_away(world, at=at), comment(commit=sha("new"), original_commit=sha("old"))]
    world.deliver(*(reversed(told) if back else told))
    assert world.ask_url(f"{REPO.url}/commit/{sha('old')}").confidence is EXACT
    assert (world.answer().mode, world.answer().span_id) == ("commit_artifact", "span-coder")
    assert at == 5 or world.answer().confidence is EXACT


@pytest.mark.parametrize("back", [True, False])
def test_another_runs_commit_that_was_forced_in(world: World, *, back: bool) -> None:
    """A comment on the coder's commit is not the planner's, whose forced push replaced it after the comment."""
    old, new = (f"Add\n\n{trailers(world, agent)}" for agent in ("coder", "planner"))
    told = [
        push(REPO, commits=[commit(sha("old"), old)], at=minute(0)),
        pull_request(REPO, head=sha("old"), at=minute(1)),
        comment(commit=sha("new"), original_commit=sha("old")),
        push(REPO, commits=[commit(sha("new"), new)], before=sha("old"), forced=True, at=minute(20)),
        pull_request(REPO, "synchronize", head=sha("new"), at=minute(20), created_at=minute(1)),
    ]
    world.deliver(*(reversed(told) if back else told))
    assert decided(world.answer()) == (EXACT, "commit_artifact", "span-coder")


def test_a_persons_commit_that_was_forced_away_leaves_a_doubt(world: World) -> None:
    """The file that a person's forced away commit touched may hold their lines still: the later run is not exact."""
    world.deliver(
        push(REPO, commits=[commit(sha("old"), "By hand")], at=minute(0)),
        pull_request(REPO, head=sha("old"), at=minute(1)),
        push(
            REPO, commits=[commit(sha("new"), f"Add\n\n{trailers(world, 'coder')}")],
            before=sha("old"), forced=True, at=minute(4),
        ),
        pull_request(REPO, "synchronize", head=sha("new"), at=minute(5), created_at=minute(1)),
        comment(commit=sha("new")),
    )  # fmt: skip
    assert decided(world.answer()) == (INFERRED, "commit_artifact", "span-coder")


def test_a_commit_that_two_pull_requests_share(world: World) -> None:
    """A pull request stacked on another has its commits: those of the other run make the file nobody's alone."""
    one, two = trailers(world, "coder"), trailers(world, "planner", 43)
    lower = commit(sha("lower"), f"a\n\n{one}")
    upper = commit(sha("upper"), f"b\n\n{two}")
    docs = commit(sha("docs"), "By hand", modified=("docs/guide.md",))
    world.deliver(
        push(REPO, commits=[lower], at=minute(0)),
        pull_request(REPO, head=sha("lower"), at=minute(1)),
        push(REPO, commits=[lower, upper, docs], branch="stacked", at=minute(2)),
        pull_request(REPO, number=43, id=43, head=sha("docs"), branch="stacked", commits=3, at=minute(3)),
        comment(number=43, commit=sha("docs")),
    )
    assert decided(world.answer()) == (UNRESOLVED, "commit_file", None)
    assert named(world.answer()) == {"span-coder", "span-planner"}
