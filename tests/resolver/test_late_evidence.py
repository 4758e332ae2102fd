"""The order of arrival does not show in the end, and what an arriving fact cannot change is left alone."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.answers import Answer, Confidence
from resolver.model.runs import Run
from store import open_store
from tests.support.builders import (
    AGENT,
    Delivery,
    Repo,
    commit,
    issue,
    issue_comment,
    minute,
    pull_request,
    push,
    repository_renamed,
    review,
    review_comment,
    sha,
)
from tests.support.databases import fresh_sqlite
from tests.support.examined_store import assert_clean
from tests.support.world import REPO, World

CONVERSATIONS = sorted((Path(__file__).parents[1] / "conversations").glob("*.json"))
IMPROVE = "/agents improve please handle the empty case"


def story_of(conversation: dict[str, Any]) -> list[Delivery | Run]:
    """Return a conversation's runs and deliveries, in their natural order."""
    runs = [
        Run(
            workspace="default",
            span_id=run["span_id"],
            repository=run["repository"],
            agent_name=run["agent_name"],
            started_at=datetime.fromisoformat(run["started_at"]),
            number=run["number"],
            numbers=(run["number"],),
        )
        for run in conversation["runs"]
    ]
    told = [Delivery(one["event"], one["payload"], one["guid"]) for one in conversation["deliveries"]]
    return [*runs, *told]


def tell(world: World, story: list[Delivery | Run]) -> None:
    """Let a story happen."""
    for part in story:
        if isinstance(part, Run):
            world.register(part)
        else:
            world.deliver(part)


def decision(answer: Answer) -> tuple[object, ...]:
    """Return what an answer says, without how it was found."""
    return answer.confidence, answer.mode, answer.span_id, answer.diagnostic, answer.candidates


def end_of(world: World) -> dict[str, object]:
    """Return the end of a story: each feedback's status and answer."""
    return {
        url: (feedback.state, feedback.resolution and decision(feedback.resolution.answer))
        for url, feedback in world.all_feedback().items()
    }


@pytest.fixture(params=CONVERSATIONS, ids=lambda path: path.stem)
def conversation(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of the conversations with known answers."""
    known: dict[str, Any] = json.loads(request.param.read_text())
    return known


def assert_expected(world: World, conversation: dict[str, Any]) -> None:
    """Hold the end of a conversation against its known answers."""
    for expected in conversation["expect"]:
        feedback = world.all_feedback()[expected["url"]]
        if expected["confidence"] in {"ignored", "withdrawn"}:
            assert feedback.state.status == expected["confidence"]
            continue
        assert feedback.resolution is not None
        answer = feedback.resolution.answer
        if expected["confidence"] == "not exact":
            assert answer.confidence is not Confidence.EXACT
        else:
            assert (answer.confidence, answer.span_id) == (expected["confidence"], expected["span_id"])
        if expected["mode"] is not None:
            assert answer.mode == expected["mode"]


def test_each_conversation_ends_as_known(world: World, conversation: dict[str, Any]) -> None:
    """The conversations with known answers end as stated, in the order given, and again when sent twice.

    The store is found undamaged each time.
    """
    story = story_of(conversation)
    tell(world, story)
    assert_expected(world, conversation)
    assert_clean(world)
    tell(world, [part.again() if isinstance(part, Delivery) else part for part in story])
    assert_expected(world, conversation)
    assert_clean(world)


def test_each_conversation_ends_alike_in_every_order(tmp_path: Path, conversation: dict[str, Any]) -> None:
    """Whatever order a conversation's runs and deliveries arrive in, it ends as stated."""
    story = story_of(conversation)
    orders = list(itertools.permutations(story))
    for number, order in enumerate(orders[:: max(1, len(orders) // 24)]):
        store = open_store(fresh_sqlite(tmp_path / f"{number}.db"))
        world = World(store)
        tell(world, list(order))
        assert_expected(world, conversation)
        store.close()


def long_story(world: World) -> list[Delivery | Run]:
    """Return a pull request's life with two agents, a copy, an edit and three pieces of feedback."""
    coder = world.marks("coder", span="span-coder", number=42)
    reviewer = world.marks("pr-reviewer", span="span-pr-reviewer", number=42)
    at = datetime.fromisoformat(minute(0))
    line = partial(review_comment, REPO, commit=sha("a"))
    bare = partial(line, id=1, review_id=100, author=AGENT, created_at=minute(3))
    verdict = f"Verdict {reviewer.hidden_comment}"
    return [
        Run("default", "span-coder", REPO.name, "coder", at, number=42, numbers=(42,)),
        Run("default", "span-pr-reviewer", REPO.name, "pr-reviewer", at, number=42, numbers=(42,)),
        push(REPO, commits=[commit(sha("a"), f"Add\n\n{coder.commit_trailers}")], at=minute(0)),
        push(REPO, commits=[commit(sha("head"), "By hand", modified=("other.py",))], before=sha("a"), at=minute(1)),
        pull_request(REPO, head=sha("head"), at=minute(2)),
        review(REPO, id=100, author=AGENT, body=verdict, at=minute(3), commit=sha("head")),
        bare(body="leaks", at=minute(3)),
        line(id=2, in_reply_to_id=1, review_id=101, body=IMPROVE, at=minute(4)),
        line(id=3, review_id=102, body=IMPROVE, at=minute(5)),
        issue_comment(REPO, id=4, body=IMPROVE, at=minute(6)),
        issue_comment(REPO, id=5, body=f"{coder.hidden_comment}", at=minute(7)),
        bare("edited", body=f"leaks {coder.hidden_comment}", at=minute(8), was="leaks"),
    ]


@pytest.fixture(scope="module")
def natural_end(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Tell the long story in its natural order, and return its end."""
    store = open_store(fresh_sqlite(tmp_path_factory.mktemp("natural") / "world.db"))
    world = World(store)
    tell(world, long_story(world))
    end = end_of(world)
    store.close()
    return end


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Path]:
    """Name a database for each example."""
    return (tmp_path / f"{number}.db" for number in itertools.count())


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_ends_alike(natural_end: dict[str, object], databases: Iterator[Path], data: st.DataObject) -> None:
    """Any permutation of a long story, with repeats under other GUIDs, ends in the same states and answers."""
    store = open_store(fresh_sqlite(next(databases)))
    world = World(store)
    story = long_story(world)
    again = [
        part.again() for part in data.draw(st.lists(st.sampled_from(story), max_size=3)) if isinstance(part, Delivery)
    ]
    tell(world, data.draw(st.permutations([*story, *again])))
    assert end_of(world) == natural_end
    store.close()


def test_an_answer_is_appended_only_when_it_differs(world: World) -> None:
    """A fact that leads to the same answer appends nothing; the history holds one resolution."""
    mark = world.run("coder").hidden_comment
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(1)))
    world.deliver(
        issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(1)).again(),
        issue_comment(REPO, id=2, author=AGENT, body=f"ok {mark}", at=minute(2)),
    )
    feedback_id = world.feedback().id
    with world.facts() as facts:
        assert len(facts.resolutions(feedback_id, before=None, limit=10)) == 1


def test_after_thirty_days_nothing_changes_any_more(world: World) -> None:
    """Feedback that was received more than 30 days ago is left as it is."""
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE, at=minute(10)))
    world.now += timedelta(days=31)
    world.run("coder")
    assert world.answer().confidence is Confidence.UNRESOLVED


def test_a_rename_makes_former_names_count(world: World) -> None:
    """A claim signed for the former name counts once the rename is known, whatever came first."""
    world.run("coder")
    mark = world.marks("coder", span="span-coder", number=42, repository="acme/gizmos").hidden_comment
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(1)))
    assert world.answer().mode != "direct"
    world.deliver(repository_renamed(Repo(name=REPO.name), was="gizmos"))
    assert (world.answer().confidence, world.answer().mode) == (Confidence.EXACT, "direct")


def test_a_claim_for_an_issue_counts_on_the_pull_request_that_closes_it(world: World) -> None:
    """A claim signed for issue 5 counts on pull request 42 once its body closes issue 5 by keyword."""
    mark = world.run("coder", number=5).hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=AGENT, body=f"see {mark}", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert world.answer().confidence is Confidence.UNRESOLVED
    world.deliver(pull_request(REPO, body="Closes #5", at=minute(1)))
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")


def test_an_issue_closes_nothing(world: World) -> None:
    """The same words in an issue's body link no numbers: only a pull request closes."""
    mark = world.run("coder", number=5).hidden_comment
    world.deliver(
        issue(REPO, number=42, body="Closes #5", at=minute(1)),
        issue_comment(REPO, id=1, on_pull=False, body=IMPROVE + mark, at=minute(3)),
    )
    assert world.answer().mode != "direct"


def test_a_claim_for_an_issue_counts_where_the_run_works_on_both(world: World) -> None:
    """A claim signed for issue 5 counts on pull request 42 when its run was registered for both."""
    mark = world.run("coder", number=5, numbers=(42,)).hidden_comment
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(3)))
    assert (world.answer().confidence, world.answer().mode) == (Confidence.EXACT, "direct")


def test_a_claim_for_an_issue_counts_where_the_pull_requests_body_carries_it(world: World) -> None:
    """A claim signed for issue 5 counts on pull request 42 when 42's body carries it, by the claim's author."""
    mark = world.run("coder", number=5).hidden_comment
    world.deliver(
        pull_request(REPO, author=AGENT, body=f"A change. {mark}", at=minute(1)),
        review_comment(REPO, id=1, author=AGENT, body=f"see {mark}", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")
