"""``GET /v1/export?format=agent-trace``: who wrote the commits of a range, as records of Agent Trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from resolver.hunks import RIGHT
from resolver.locks import repository_lock
from resolver.model.github import Blame, BlameRange, Commit, PushSeen, RepositorySeen
from resolver.model.runs import Carrier
from tests.support.api import NOON, REPOSITORY, REPOSITORY_ID, Api, open_api, refused
from tests.support.exported import RECORDED

SHAPE = json.loads((RECORDED / "agent_trace.json").read_text())["record"]
BASE, FIRST, SECOND, THIRD = ("0a" * 20, "1a" * 20, "2a" * 20, "3a" * 20)
ZEROS = "0" * 40


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over either database."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


def push(api: Api, before: str, *commits: Commit, forced: bool = False) -> None:
    """Keep a push, with the claims in its commits."""
    read = api.services.reader.read_commit
    readings = {one.sha: read(one.message, Carrier(REPOSITORY_ID, None, one.sha, api.now)) for one in commits}
    seen = PushSeen(REPOSITORY_ID, "refs/heads/main", before, commits[-1].sha, forced, api.now, commits)
    with api.services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
        ledger.put_repository(RepositorySeen(REPOSITORY_ID, REPOSITORY, NOON), api.services.settings.workspace)
        ledger.put_push(seen, readings)


def commit(
    sha: str, message: str = "By hand", *, paths: frozenset[str] | None = frozenset({"a.py"}), removed: str = ""
) -> Commit:
    """Make a commit."""
    return Commit(REPOSITORY_ID, sha, message, NOON, None, paths, removed=frozenset({removed} - {""}))


def signed(api: Api, span: str, **facts: object) -> str:
    """Register a run, and return a message that it signed."""
    marks = api.register(span, number=None, **facts)
    return f"Fix it\n\n{marks['commit_trailers']}"


def records(api: Api, base: str = BASE, head: str = THIRD, **more: str) -> list[dict[str, Any]]:
    """Return the records of a range, each of which fits the schema."""
    answer = api.get("/export", format="agent-trace", repository=REPOSITORY, base=base, head=head, **more)
    assert answer.status_code == 200, answer.text
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["X-Whichrun-Commits"] == str(len(found))
    checker = Draft202012Validator(SHAPE, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for one in found:
        checker.validate(one)
    return found


def contributors(record: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the files of a record with their contributors."""
    return [(one["path"], [each["contributor"] for each in one["conversations"]]) for one in record["files"]]


def test_each_commit_is_a_record(api: Api) -> None:
    """A signed commit is its run's; of one that nobody signed nothing is said; files that are gone are left out."""
    push(api, BASE, commit(FIRST), commit(SECOND, signed(api, "s1", backend="a-maker/a-model", trace_id="t1")))
    push(api, SECOND, commit(THIRD, signed(api, "s2"), paths=frozenset({"b.py", "old.py"}), removed="old.py"))
    first, second, third = records(api)
    assert [one["vcs"] for one in (first, second, third)] == [
        {"type": "git", "revision": sha} for sha in (FIRST, SECOND, THIRD)
    ]
    assert contributors(first) == [("a.py", [{"type": "unknown"}])]
    assert contributors(second) == [("a.py", [{"type": "ai", "model_id": "a-maker/a-model"}])]
    assert contributors(third) == [("b.py", [{"type": "ai"}])]
    own = second["metadata"]["dev.whichrun"]
    assert own["runs"] == [{"span_id": "s1", "trace_id": "t1", "agent_name": "coder"}]
    assert first["metadata"]["dev.whichrun"]["runs"] == []
    assert second["version"] == "0.1"
    assert second["timestamp"] == "2026-10-01T12:00:00Z"
    assert second["tool"]["name"] == "whichrun"


def test_the_same_commit_is_the_same_record(api: Api) -> None:
    """Asked again, and in another range, a commit's record bears the same id."""
    push(api, BASE, commit(FIRST))
    push(api, FIRST, commit(THIRD, signed(api, "s1")))
    whole, part = records(api), records(api, base=FIRST)
    assert whole == records(api)
    assert part == whole[1:]
    assert whole[0]["id"] != whole[1]["id"]
    assert records(api, base=FIRST, head=FIRST) == []


def test_lines_are_told_where_a_blame_tells_them(api: Api) -> None:
    """Where GitHub was asked who wrote a file at the very commit, the lines that the commit wrote are its ranges."""
    push(api, BASE, commit(THIRD, signed(api, "s1")))
    told = (BlameRange(1, 4, BASE), BlameRange(5, 7, THIRD), BlameRange(9, 9, THIRD))
    with api.services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
        ledger.put_blame(Blame(REPOSITORY_ID, THIRD, "a.py", RIGHT, told))
    ((file,),) = [one["files"] for one in records(api)]
    (conversation,) = file["conversations"]
    assert conversation["ranges"] == [{"start_line": 5, "end_line": 7}, {"start_line": 9, "end_line": 9}]


def test_a_commit_of_several_runs_has_a_conversation_for_each(api: Api) -> None:
    """A squash merge carries the trailers of all: each made some of it, and which lines is not known."""
    push(api, BASE, commit(THIRD, signed(api, "s1") + "\n" + signed(api, "s2").partition("\n\n")[2]))
    (record,) = records(api)
    assert contributors(record) == [("a.py", [{"type": "ai"}, {"type": "ai"}])]
    assert [one["span_id"] for one in record["metadata"]["dev.whichrun"]["runs"]] == ["s1", "s2"]


def test_a_commit_whose_files_nobody_told_has_none(api: Api) -> None:
    """That the list of files is empty because it is not known is said beside it."""
    push(api, BASE, commit(THIRD, signed(api, "s1"), paths=None))
    (record,) = records(api)
    assert record["files"] == []
    assert record["metadata"]["dev.whichrun"]["files_known"] is False


def test_a_claim_that_does_not_count_makes_nobody_the_author(api: Api) -> None:
    """A claim for another repository, and a broken one, leave a commit unknown."""
    other = signed(api, "s1", repository="acme/gears")
    push(
        api,
        BASE,
        commit(SECOND, other),
        commit(THIRD, signed(api, "s2").replace("Agents-Attribution: e", "Agents-Attribution: f")),
    )
    assert [contributors(one) for one in records(api)] == [[("a.py", [{"type": "unknown"}])]] * 2


def test_a_range_that_is_not_known_is_said_to_be(api: Api) -> None:
    """Where pushes do not lead from the one to the other, the answer is an error that says so, and not a guess."""
    push(api, BASE, commit(FIRST), commit(SECOND))
    push(api, SECOND, commit(THIRD), forced=True)
    for base, head in [(BASE, THIRD), (FIRST, SECOND), (THIRD, BASE), (ZEROS, SECOND)]:
        answer = api.get("/export", format="agent-trace", repository=REPOSITORY, base=base, head=head)
        error = refused(answer, 409)
        assert error["code"] == "range_unknown"
        assert f"from {base} to {head} is not known here" in error["message"]


def test_a_repository_that_is_not_there_is_404(api: Api) -> None:
    """A repository that no delivery named is not there."""
    refused(api.get("/export", format="agent-trace", repository="acme/none", base=BASE, head=THIRD), 404)


def test_runs_are_for_those_who_may_read_them(api: Api) -> None:
    """Who made commits is told to tokens with the scope runs:read alone."""
    made = api.post("/tokens", {"name": "a", "scopes": ["feedback:read"]}).json or {}
    query = {"format": "agent-trace", "repository": REPOSITORY, "base": BASE, "head": THIRD}
    headers = {"Authorization": f"Bearer {made['token']}"}
    refused(api.client.get("/v1/export", query_string=query, headers=headers), 403)
