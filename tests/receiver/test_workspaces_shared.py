"""A repository that belongs to two workspaces: each sees its own runs alone, and is sure of none beside another's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.model.github import Kind
from tests.support.builders import AGENT, commit, issue_comment, minute, pull_request, push, review, review_comment, sha
from tests.support.workspaces import MAINTAINER, SHARED, Town, Workspace, address_of, open_town

Marks = list[dict[str, Any]]
Story = Callable[[Town, Marks], None]
HEAD = sha("head")
FEEDBACK = 500
LINE = {"path": "src/app.py", "commit": HEAD, "original_commit": HEAD}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A service whose two workspaces have a run each, for the same number of the repository that is both's."""
    with open_town(tmp_path) as opened:
        yield opened


def comments(marks: Marks) -> str:
    """Return the hidden comments of some runs."""
    return "\n".join(str(one["hidden_comment"]) for one in marks)


def trailers(marks: Marks) -> str:
    """Return the trailers of some runs."""
    return "\n\n".join(str(one["commit_trailers"]) for one in marks)


def say(town: Town, id: int, body: str, at: float, **more: Any) -> None:  # noqa: A002, ANN401
    """Have the agents' account comment on the pull request."""
    town.deliver(issue_comment(SHARED, id=id, author=AGENT, body=body, at=minute(at), **more))


def ask(town: Town, text: str = "", at: float = 20) -> None:
    """Have the maintainer give feedback on the pull request."""
    body = f"/agents improve it\n\n{text}"
    town.deliver(issue_comment(SHARED, id=FEEDBACK, author=MAINTAINER, body=body, at=minute(at)))


def note(town: Town, id: int, body: str, at: float, **more: Any) -> None:  # noqa: A002, ANN401
    """Have the agents' account comment on a line."""
    said = LINE | {"review_id": None} | more
    town.deliver(review_comment(SHARED, id=id, author=AGENT, body=body, at=minute(at), **said))


def ask_there(town: Town, **more: Any) -> None:  # noqa: ANN401
    """Have the maintainer give feedback on a line."""
    said = LINE | {"review_id": None} | more
    text = "/agents improve it"
    town.deliver(review_comment(SHARED, id=FEEDBACK, author=MAINTAINER, body=text, at=minute(20), **said))


def in_its_own_text(town: Town, marks: Marks) -> None:
    """The feedback itself holds the claims."""
    ask(town, comments(marks))


def in_the_comment_replied_to(town: Town, marks: Marks) -> None:
    """One comment holds the claims, and the feedback replies to it."""
    note(town, 10, comments(marks), 1)
    ask_there(town, in_reply_to_id=10)


def in_one_thread(town: Town, marks: Marks) -> None:
    """Each claim stands in a comment of its own in the thread."""
    for index, one in enumerate(marks):
        note(town, 10 + index, comments([one]), 1 + index, **({"in_reply_to_id": 10} if index else {}))
    ask_there(town, in_reply_to_id=10)


def in_one_thread_begun_by_a_person(town: Town, marks: Marks) -> None:
    """A person began the thread; each claim stands in a reply."""
    town.deliver(review_comment(SHARED, id=9, author=MAINTAINER, body="hm", at=minute(0), review_id=None, commit=HEAD))
    for index, one in enumerate(marks):
        note(town, 10 + index, comments([one]), 1 + index, in_reply_to_id=9)
    ask_there(town, in_reply_to_id=9)


def in_one_review(town: Town, marks: Marks) -> None:
    """The review that owns the comment replied to holds the claims."""
    town.deliver(review(SHARED, id=8, author=AGENT, body=comments(marks), at=minute(1)))
    note(town, 10, "look here", 1, review_id=8)
    ask_there(town, in_reply_to_id=10)


def in_one_commit(town: Town, marks: Marks) -> None:
    """The commented commit holds the claims."""
    work = commit(HEAD, f"Work\n\n{trailers(marks)}", at=minute(1))
    town.deliver(push(SHARED, commits=[work], at=minute(1)), pull_request(SHARED, head=HEAD, at=minute(2)))
    ask_there(town)


def in_two_commits_of_a_file(town: Town, marks: Marks) -> None:
    """Each claim stands in a commit of its own that touched the file."""
    made = [*(sha(f"work {index}") for index in range(len(marks) - 1)), HEAD]
    works = [
        commit(one, f"Work\n\n{trailers([mark])}", at=minute(index))
        for index, (one, mark) in enumerate(zip(made, reversed(marks), strict=True))
    ]
    pull = pull_request(SHARED, head=HEAD, at=minute(2), commits=len(works))
    town.deliver(push(SHARED, commits=works, before=sha("base"), at=minute(1)), pull)
    ask_there(town)


def in_what_is_quoted(town: Town, marks: Marks) -> None:
    """The feedback quotes a sentence that each run wrote."""
    for index, one in enumerate(marks):
        say(town, 10 + index, f"This sentence is long enough to be told.\n\n{comments([one])}", 1 + index)
    ask(town, "> This sentence is long enough to be told.\n")


def in_what_is_linked(town: Town, marks: Marks) -> None:
    """The feedback links to a comment that holds the claims."""
    say(town, 10, comments(marks), 1)
    ask(town, address_of(SHARED, Kind.ISSUE_COMMENT, 10))


def in_the_body_and_beside(town: Town, marks: Marks) -> None:
    """The pull request's body holds one claim; the other stands in a comment on it."""
    town.deliver(pull_request(SHARED, body=comments(marks[:1]), head=HEAD, at=minute(1)))
    for one in marks[1:]:
        say(town, 10, comments([one]), 2)
    ask(town)


def in_one_body(town: Town, marks: Marks) -> None:
    """The pull request's body holds the claims."""
    town.deliver(pull_request(SHARED, body=comments(marks), head=HEAD, at=minute(1)))
    ask(town)


STORIES: list[Story] = [
    in_its_own_text,
    in_the_comment_replied_to,
    in_one_thread,
    in_one_thread_begun_by_a_person,
    in_one_review,
    in_one_commit,
    in_two_commits_of_a_file,
    in_what_is_quoted,
    in_what_is_linked,
    in_the_body_and_beside,
    in_one_body,
]
AS_QUESTION = {
    "repository": SHARED.name,
    "number": 42,
    "body": "/agents improve it",
    "at": minute(30),
    "path": "src/app.py",
    "line": 10,
    "side": "RIGHT",
    "commit_sha": HEAD,
}


def settled(town: Town, story: Story, *signers: Workspace) -> None:
    """Have a story happen in which the runs of some workspaces sign, in this order."""
    story(town, [town.register(who, f"{who.name}-only", repo=SHARED) for who in signers])


def answers(town: Town, who: Workspace) -> list[dict[str, Any]]:
    """Return all that a workspace is told: of the feedback, of what stands at each address, of questions."""
    (feedback,) = town.feedback(who)
    found = [town.done(who, "GET", f"/feedback/{feedback['id']}")["resolution"]]
    found += town.done(who, "GET", f"/feedback/{feedback['id']}/resolutions")["items"]
    addresses = [feedback["url"], address_of(SHARED, Kind.PULL_REQUEST, 0), f"{SHARED.url}/commit/{HEAD}"]
    addresses += [address_of(SHARED, kind, n) for kind in (Kind.ISSUE_COMMENT, Kind.REVIEW_COMMENT) for n in (10, 11)]
    for url in addresses:
        found += [dict(town.call(who, "GET", "/v1/resolve", url=url).json or {})]
    for more in ({}, {"in_reply_to_id": 10}, {"in_reply_to_id": 9}):
        found.append(town.done(who, "POST", "/resolve", AS_QUESTION | more))
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_alone_it_is_exact(town: Town, story: Story) -> None:
    """Where one workspace's run alone signed, that workspace is told exactly; the other learns of no run."""
    settled(town, story, town.south)
    (feedback,) = town.feedback(town.south)
    answer = feedback["resolution"]
    assert (answer["confidence"], answer["span_id"], answer["run"]["agent_name"]) == (
        "exact",
        "south-only",
        "south-coder",
    )
    for answer in answers(town, town.north):
        assert answer["confidence"] != "exact"
        assert answer["span_id"] is None
        assert "south" not in json.dumps(answer)


@pytest.mark.parametrize("order", [("north", "south"), ("south", "north")], ids="-".join)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_beside_another_s_run_nothing_is_exact_and_nothing_told(
    town: Town, story: Story, order: tuple[str, str]
) -> None:
    """Where runs of both signed, neither workspace is told exactly, and neither learns the other's span or agent."""
    first, second = (getattr(town, name) for name in order)
    settled(town, story, first, second)
    for who, other in ((first, second), (second, first)):
        (feedback,) = town.feedback(who)
        assert feedback["resolution"]["confidence"] != "exact", feedback["resolution"]
        for answer in answers(town, who):
            assert other.name not in json.dumps(answer)


def test_each_corrects_its_own_copy(town: Town) -> None:
    """Feedback in a shared repository is kept once for each: status and answer of one are not the other's."""
    settled(town, in_one_body, town.north, town.south)
    (theirs,), (ours,) = town.feedback(town.north), town.feedback(town.south)
    assert theirs["id"] != ours["id"]
    before = town.call(town.south, "GET", f"/v1/feedback/{ours['id']}").data
    town.done(town.north, "PATCH", f"/feedback/{theirs['id']}", {"status": "analyzed"})
    town.done(town.north, "POST", f"/feedback/{theirs['id']}/resolution", {"span_id": "north-only", "reason": "mine"})
    assert town.call(town.south, "GET", f"/v1/feedback/{ours['id']}").data == before
    (theirs,) = town.feedback(town.north)
    assert (theirs["status"], theirs["resolution"]["span_id"]) == ("analyzed", "north-only")


def test_artifacts_of_one_are_none_of_the_other(town: Town) -> None:
    """What a run made in a shared repository is listed for its own workspace alone, though spans are the same."""
    marks = [town.register(who, "span-1", repo=SHARED) for who in (town.north, town.south)]
    say(town, 10, comments(marks[:1]), 1)
    say(town, 11, comments(marks[1:]), 2)
    for who, number in ((town.north, 10), (town.south, 11)):
        items = town.done(who, "GET", "/runs/span-1/artifacts")["items"]
        assert [one["url"] for one in items] == [address_of(SHARED, Kind.ISSUE_COMMENT, number)]


def test_whose_a_commit_is_each_workspace_hears_of_its_own_runs(town: Town) -> None:
    """A range of a shared repository has the same commits for both; whose run signed one is told to its workspace."""
    marks = [town.register(who, f"{who.name}-only", repo=SHARED) for who in (town.north, town.south)]
    in_two_commits_of_a_file(town, marks)
    query = {"format": "agent-trace", "repository": SHARED.name, "base": sha("base"), "head": HEAD}
    told = []
    for who in (town.north, town.south):
        answer = town.call(who, "GET", "/v1/export", **query)
        records = [json.loads(line) for line in answer.text.splitlines()]
        told.append([one["files"][0]["conversations"][0]["contributor"]["type"] for one in records])
        assert ("south" if who is town.north else "north") not in answer.text
    assert told == [["unknown", "ai"], ["ai", "unknown"]]
