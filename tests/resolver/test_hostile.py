"""Hostile and huge input ends in an honest answer: within bounds, and never exact by accident.

These run on SQLite alone: what they are about is the domain, and how many statements it needs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.model.answers import Answer, Confidence
from store import Store, open_store
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.databases import fresh_sqlite, noting
from tests.support.world import REPO, World

EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
IMPROVE = "/agents improve please handle the empty case"
SAID = "The parser drops the last line of every file."
PULL = f"{REPO.url}/pull/42"
pytestmark = pytest.mark.no_cover  # counting lines doubles the time of what only repeats them

LONGEST = 65_536
PATH = "src/app.py"

TOKENS = (
    "[", "](", "![", "[a](", "[a]: b\n", "<", "<!--", "-->", "<a ", "<a href='", "<![CDATA[", "<?", "<details>", "> ",
    "> > ", "`", "`a", "```\n", "~~~\n", "*", "**a", "_", "_a_ ", "~", "|", "|-|\n", "#", "---\n", "- ", "* a\n", "1. ",
    "    a\n", "\t", "\n", "\r\n", "a", "a ", "\\", "\\[", "&#x", "&amp;", "@a ", "#1 ", "www.a ", "https://",
    f"{PULL} ", f"<{PULL}>", f"[a]({PULL}) ", f"{PULL}#issuecomment-99 ", "/agents improve ",
    "<!-- agents-run: {", "Agents-Attribution: ",
    "e\u0301", "\u200b", "\u200f", "\u202e", "\u2028", "\U0001f469\u200d", "\u7b2c", "\x0b", "\u00a0", "\u0130",
)  # fmt: skip


@pytest.fixture
def small(store_two: Store) -> World:
    """A whichrun over SQLite."""
    return World(store_two)


def comment(world: World, id: int, agent: str, text: str = SAID, at: float = 1) -> Delivery:  # noqa: A002
    """Let an agent comment."""
    return issue_comment(REPO, id=id, author=AGENT, body=f"{text}\n{world.run(agent).hidden_comment}", at=minute(at))


def filled(token: str, size: int = LONGEST) -> str:
    """Repeat a token up to a size, in characters, as GitHub counts."""
    return (token * (size // len(token) + 1))[:size]


def feedback(body: str, id: int = 1, at: float = 9) -> Delivery:  # noqa: A002
    """Give feedback in general."""
    return issue_comment(REPO, id=id, body=body, at=minute(at))


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


def statements_to_ask(world: World, url: str) -> tuple[Answer, int]:
    """Ask for the answer at an address, and say how many statements that took."""
    with noting(world.store) as ran:
        answer = world.ask_url(url)
    return answer, len(ran)


def opened(world: World, number: int = 42, text: str = "A change.") -> Delivery:
    """Let the coder open a pull request."""
    mark = world.run("coder", number=None).hidden_comment
    return pull_request(REPO, number=number, id=number, author=AGENT, body=f"{mark}\n\n{text}"[:LONGEST])


def crowd(world: World, number: int, text: str = "A change.") -> None:
    """Let the coder open a pull request and the planner comment on it: nothing general on it is exact."""
    mark = world.run("planner", number=None).hidden_comment
    said = issue_comment(REPO, id=number, number=number, author=AGENT, body=f"{SAID} {mark}", at=minute(1))
    world.deliver(opened(world, number, text), said)


def ask_with(world: World, bodies: dict[int, str]) -> None:
    """Give feedback on numbers, one on each."""
    for number, body in bodies.items():
        assert len(body) <= LONGEST
        world.deliver(issue_comment(REPO, id=number + 5000, number=number, body=body, at=minute(9)))


@pytest.mark.parametrize("first", ["command", "token"])
def test_feedback_full_of_one_token(small: World, first: str) -> None:
    """64 KiB of any one token before or behind a command are taken in, and name no run exactly."""
    bodies = {}
    for number, token in enumerate(TOKENS, 100):
        crowd(small, number)
        parts = [IMPROVE, filled(token, LONGEST - len(IMPROVE) - 2)]
        bodies[number] = "\n\n".join(parts if first == "command" else reversed(parts))
    ask_with(small, bodies)
    found = small.all_feedback()
    assert len(found) > len(TOKENS) // 2
    answers = {TOKENS[(one.object.number or 0) - 100]: one.resolution for one in found.values() if one.resolution}
    assert not [token for token, kept in answers.items() if kept.answer.confidence is EXACT]


def test_texts_and_quotes_of_one_token(small: World) -> None:
    """Beside 64 KiB of any one token in the coder's text, quotes of other words and of the token name no other run."""
    bodies = {}
    for number, token in enumerate(TOKENS[::2], 100):
        text = filled(token, LONGEST)
        crowd(small, number, text)
        quoted = "\n".join(f"> {line}" for line in text.splitlines()[:9000])[: LONGEST - 100]
        if number % 2:
            crowd(small, number + 500, text)
            bodies[number + 500] = f"> {SAID}\n\n{IMPROVE}"
        bodies[number] = f"{quoted}\n\n{IMPROVE}"
    ask_with(small, bodies)
    with small.facts() as facts:
        assert {str(one.status) for _, one in facts.deliveries(status=None, before=None, limit=500)} == {"done"}
    for one in small.all_feedback().values():
        assert one.resolution is not None
        if one.resolution.answer.confidence is EXACT:
            assert one.resolution.answer.span_id == ("span-planner" if (one.object.number or 0) > 500 else "span-coder")


def thread_of(world: World, count: int) -> None:
    """Let two runs talk in a thread, in turns."""
    marks = [world.run(agent).hidden_comment for agent in ("coder", "planner")]
    for number in range(count):
        reply = None if number == 0 else 1000
        world.record(
            review_comment(
                REPO,
                id=1000 + number,
                in_reply_to_id=reply,
                author=AGENT,
                body=f"{number} {marks[number % 2]}",
                at=minute(1 + number / 60),
            )
        )
    world.record(review_comment(REPO, id=1, in_reply_to_id=1000, body=IMPROVE, at=minute(100)))
    world.process()


def test_a_thread_of_a_thousand_comments(small: World, tmp_path: Path) -> None:
    """In a long talk of two runs the nearest before is inferred, with the other as candidate, by few statements."""
    other = open_store(fresh_sqlite(tmp_path / "short.db"))
    short = World(other)
    thread_of(small, 1000)
    thread_of(short, 10)
    url = f"{PULL}#discussion_r1"
    (long_answer, long_count), (short_answer, short_count) = (
        statements_to_ask(small, url),
        statements_to_ask(short, url),
    )
    for answer in (long_answer, short_answer, small.answer()):
        assert decided(answer) == (INFERRED, "artifact_thread", "span-planner")
        assert {one.span_id for one in answer.candidates} == {"span-coder"}
    assert long_count == short_count
    other.close()


def number_of(world: World, count: int, size: int) -> None:
    """Let the planner say something, then people a lot, then the coder the same, and ask with a quote of it."""
    world.record(comment(world, 2, "planner", SAID, 0))
    for number in range(count):
        body = f"{number} " + filled("word ", size)
        world.record(issue_comment(REPO, id=1000 + number, author=MAINTAINER, body=body, at=minute(1 + number / 60)))
    world.record(comment(world, 3, "coder", SAID, 90))
    world.record(feedback(f"> {SAID}\n\n{IMPROVE}", at=100))
    world.process()


def test_a_quote_on_a_number_of_a_thousand_comments(small: World) -> None:
    """What two runs said, one of them a thousand comments ago, is not exactly the nearer one's."""
    number_of(small, 1000, 4000)
    assert small.answer().confidence is not EXACT
    answer, count = statements_to_ask(small, f"{PULL}#issuecomment-1")
    assert answer.confidence is not EXACT
    assert count < 100


def test_the_length_of_all_texts_together(small: World) -> None:
    """Texts of many megabytes on one number do not make the nearer of two runs exact either."""
    number_of(small, 100, 64_000)
    assert small.answer().confidence is not EXACT


def pushed(world: World, agents: int) -> None:
    """Let runs push 2,048 commits to one path, and a person the last one to another."""
    trailers = [world.run(f"agent-{number}").commit_trailers for number in range(agents)]
    commits = [
        commit(sha(f"commit {n}"), f"Change {n}\n\n{trailers[n % agents]}", modified=(PATH,)) for n in range(2047)
    ]
    commits.append(commit(sha("head"), "By hand", modified=("docs/guide.md",)))
    world.deliver(push(REPO, commits=commits), pull_request(REPO, head=sha("head"), commits=2048, at=minute(1)))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(9)))


def test_a_push_of_2048_commits_of_one_run(small: World) -> None:
    """A file that one run changed two thousand times is that run's, and that takes few statements to say."""
    pushed(small, 1)
    assert (small.answer().mode, small.answer().span_id) == ("commit_file", "span-agent-0")
    assert statements_to_ask(small, f"{PULL}#discussion_r1")[1] < 200


def test_a_push_of_2048_commits_of_many_runs(small: World) -> None:
    """A file that fifty runs changed in turns is of none of them, and that is bounded by the runs, not the commits."""
    pushed(small, 50)
    assert decided(small.answer()) == (UNRESOLVED, "commit_file", None)
    assert len(small.answer().candidates) > 1
    assert statements_to_ask(small, f"{PULL}#discussion_r1")[1] < 400


def said(number: int) -> str:
    """Say something that is said only once."""
    return f"Finding number {number} is a finding of its own."


def many_findings(world: World, count: int) -> None:
    """Let the coder comment many times, and the planner once, last."""
    for number in range(count):
        agent = "planner" if number == count - 1 else "coder"
        world.record(comment(world, 1000 + number, agent, said(number)))
    world.process()


@pytest.mark.parametrize("reverse", [False, True])
def test_feedback_with_hundreds_of_links(small: World, *, reverse: bool) -> None:
    """Of 500 links one leads to another run, the first or the last: nothing is exact, by a bounded effort."""
    many_findings(small, 500)
    order = range(1499, 999, -1) if reverse else range(1000, 1500)
    body = IMPROVE + "\n\n" + "\n".join(f"{PULL}#issuecomment-{number}" for number in order)
    small.deliver(feedback(body))
    assert small.answer().confidence is not EXACT
    assert statements_to_ask(small, f"{PULL}#issuecomment-1")[1] < 5000


@pytest.mark.parametrize("reverse", [False, True])
def test_feedback_with_hundreds_of_quotes(small: World, *, reverse: bool) -> None:
    """Of 500 quotes one is of another run, the first or the last: nothing is exact, by a bounded effort."""
    many_findings(small, 500)
    order = reversed(range(500)) if reverse else range(500)
    small.deliver(feedback("\n\nand\n\n".join(f"> {said(number)}" for number in order) + f"\n\n{IMPROVE}"))
    assert small.answer().confidence is not EXACT
    assert statements_to_ask(small, f"{PULL}#issuecomment-1")[1] < 5000


@pytest.mark.parametrize("number", [43, 999_999, 2**31, 2**63 - 1])
def test_claims_and_links_for_numbers_that_do_not_exist(small: World, number: int) -> None:
    """A claim for a number that nothing links, and links to numbers that nobody delivered, make nothing exact."""
    small.deliver(opened(small), comment(small, 3, "planner", "Nothing covers the case of an empty file."))
    mark = small.run("stranger", number=number).hidden_comment
    small.deliver(
        feedback(f"{IMPROVE} {mark}", 10),
        feedback(f"{IMPROVE} {REPO.url}/pull/{number}", 11),
        feedback(f"{IMPROVE} {REPO.url}/issues/{number}#issuecomment-{number}", 12),
        issue_comment(REPO, id=13, author=AGENT, body=f"{said(1)} {mark}", at=minute(2)),
        feedback(f"> {said(1)}\n\n{IMPROVE}", 14),
        feedback(f"{IMPROVE} {PULL}#issuecomment-13", 15),
    )
    found = small.all_feedback()
    assert len(found) == 5
    for one in found.values():
        assert one.resolution is not None
        assert one.resolution.answer.confidence is not EXACT
        assert one.resolution.answer.span_id != "span-stranger"
