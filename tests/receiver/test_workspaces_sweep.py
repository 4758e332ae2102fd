"""Every route of the document, with every id and filter of another workspace: it is as if the other were not there.

Routes come from the document. One that takes a parameter or a body that is not known here fails: say then what another
workspace could ask with it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from resolver.model.deliveries import DeliveryStatus
from resolver.model.feedback import Status
from resolver.model.github import Kind
from resolver.model.reports import ReportStatus
from tests.support.api import refused, refused_fields
from tests.support.builders import sha
from tests.support.contract import Described, operations
from tests.support.events import events
from tests.support.traces import span_json, traces
from tests.support.workspaces import ABSENT, SHARED, SPANS, Town, Workspace, address_of, open_town

ABSENT_IDS: dict[str, Any] = {"span_id": ABSENT, "feedback_id": 987_654, "guid": ABSENT, "token_id": 987_654}
ABSENT_IDS |= {"report_id": 987_654, "entry_id": 987_654}
"""Of what never was."""
BODIES: dict[str, Any] = {
    "runs_complete": {"ended_at": "2026-10-01T12:00:00Z"},
    "feedback_change": {"status": "analyzed"},
    "feedback_correct": {"span_id": None, "reason": "a test"},
    "reports_change": {"status": "resolved"},
    "reports_append": {"type": "note", "content": {"note": "a test"}},
    "reports_edit": {"content": {"note": "a test"}},
}
"""What a route with an id in its path takes."""
WITHOUT_IDS = {"runs_register", "tokens_create", "resolve_about_text", "traces_take"}
"""Routes that take a body and no id: each has a test of its own below."""
READS = [one for one in operations() if one.method == "GET" and not one.is_stream]
NAMED = [one for one in operations() if one.segments]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A service with two workspaces, both full. Tests leave it as it is."""
    with open_town(tmp_path_factory.mktemp("town")) as opened:
        opened.settle(opened.north)
        opened.settle(opened.south)
        yield opened


def others(town: Town, who: Workspace) -> list[Workspace]:
    """Return the workspaces that somebody must not see into."""
    return [one for one in (town.north, town.south) if one is not who]


def urls_of(who: Workspace) -> list[str]:
    """Return addresses of what a workspace has."""
    base = who.repo.id * 1000
    comments = [address_of(who.repo, Kind.ISSUE_COMMENT, base + n) for n in (1, 2, 5, 6, 99)]
    lines = [address_of(who.repo, Kind.REVIEW_COMMENT, base + n) for n in (3, 4)]
    commit = f"{who.repo.url}/commit/{sha(f'{who.name} head')}"
    return [*comments, *lines, address_of(who.repo, Kind.PULL_REQUEST, 0), commit]


def values_of(name: str, about: Workspace) -> list[Any]:
    """Return what a parameter may be asked with to learn of a workspace."""
    known: dict[str, list[Any]] = {
        "limit": [1, 3, 500],
        "cursor": [],
        "repository": [about.repo.name, SHARED.name],
        "number": [42, 77],
        "agent": [about.agent],
        "run": [*SPANS, f"{about.name}-only"],
        "status": [*Status, *DeliveryStatus, *ReportStatus],
        "priority": ["P1", "P2"],
        "type": ["note", "resolution"],
        "current": ["true"],
        "confidence": ["exact", "inferred", "unresolved"],
        "since": ["2026-10-01T00:00:00Z", "2026-10-01T09:08:00Z"],
        "until": ["2026-10-02T00:00:00Z"],
        "url": urls_of(about),
        "format": ["jsonl", "agent-trace"],
        "after": [],
        "base": [sha(f"{about.name} head")],
        "head": [sha(f"{about.name} head")],
    }
    assert name in known, f"the sweep does not know the parameter {name}"
    return known[name]


def queries(one: Described, about: Workspace) -> Iterator[dict[str, Any]]:
    """Yield queries of a route: none, each parameter with each value, and pairs of filters."""
    named = {name: values_of(name, about) for name in one.query}
    required = {name for name in named if name == "url"}
    if not required:
        yield {}
    for name, values in named.items():
        yield from ({name: value} for value in values)
    filters = sorted(set(named) - {"limit", "cursor", "after", "url"})
    for first, second in itertools.combinations(filters, 2):
        yield {first: named[first][0], second: named[second][0]}


def walked(town: Town, who: Workspace, path: str, query: dict[str, Any]) -> Iterator[TestResponse]:
    """Ask, and go on to the end where it is a list."""
    while True:
        answer = town.call(who, "GET", path, **query)
        yield answer
        cursor = (answer.json or {}).get("next_cursor")
        if cursor is None:
            return
        query = query | {"cursor": cursor}


def everything(town: Town, who: Workspace, about: list[Workspace]) -> dict[str, Any]:
    """Return all that somebody can read when they ask for everything of some workspaces, by what they asked."""
    ids = {name: [one] for name, one in ABSENT_IDS.items()}
    for name, number in itertools.product(ids, range(1, 13)):
        ids[name] += [number] if name in {"feedback_id", "token_id", "report_id"} else []
    ids["entry_id"] += [*range(1, 31, 6)]
    ids["span_id"] += [*SPANS, "north-only", "south-only"]
    ids["guid"] += ["north-guid-dead", "north-guid-star", "south-guid-dead", "south-guid-star"]
    found: dict[str, Any] = {}
    for one in READS:
        for path, query in ((p, q) for p in one.addresses(ids) for other in about for q in queries(one, other)):
            for page, answer in enumerate(walked(town, who, path, query)):
                found[f"{path} {query} {page}"] = (answer.status_code, answer.text, answer.headers.get("ETag"))
    return found


def test_nothing_that_another_workspace_does_changes_what_is_read(tmp_path: Path) -> None:
    """All answers to all questions, about anything, are the same before and after another workspace did everything."""
    with open_town(tmp_path) as town:
        town.settle(town.south)
        askers = (town.south, town.own)
        before = [everything(town, who, [town.north, town.south]) for who in askers]
        town.settle(town.north)
        after = [everything(town, who, [town.north, town.south]) for who in askers]
    for was, now in zip(before, after, strict=True):
        assert {asked: answer for asked, answer in now.items() if was[asked] != answer} == {}
        assert sum(status == 200 for status, _, _ in now.values()) > 80


@pytest.mark.parametrize("name", ["north", "south", "own"])
@pytest.mark.parametrize("one", READS, ids=lambda one: one.name)
def test_no_read_tells_of_another_workspace(town: Town, one: Described, name: str) -> None:
    """Whatever is asked about another workspace, its name, agents, texts and errors stand in no answer."""
    who: Workspace = getattr(town, name)
    for other in others(town, who):
        ids = {segment: [*other.ids[segment], *who.ids.get(segment, []), ABSENT_IDS[segment]] for segment in ABSENT_IDS}
        for path in one.addresses(ids):
            for query in queries(one, other):
                for answer in walked(town, who, path, query):
                    asked = [*map(str, query.values()), *path.split("/")]
                    asked += [other.repo.name] if "url" in query else []
                    told = answer.text
                    for said in asked:  # an answer may repeat what was asked for
                        told = told.replace(said, "") if other.name in said else told
                    assert other.name not in told.lower(), (path, query)


def told_of(answer: TestResponse, *wanted: object) -> tuple[Any, ...]:
    """Return all that an answer tells, but for the ids that were asked for and the time."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "Content-Length"}}
    text = answer.text
    for one in wanted:
        text = re.sub(rf"\b{re.escape(str(one))}\b", "<id>", text)
    return answer.status_code, text, headers


@pytest.mark.parametrize("name", ["north", "south", "own"])
@pytest.mark.parametrize("one", NAMED, ids=lambda one: f"{one.method} {one.path}")
def test_an_id_of_another_workspace_is_as_one_that_never_was(town: Town, one: Described, name: str) -> None:
    """Each route answers an id of another workspace with 404, by the same words and headers as an unknown one."""
    assert one.body is None or one.name in BODIES, f"the sweep does not know what {one.name} takes"
    assert set(one.segments) <= set(ABSENT_IDS), f"the sweep does not know an id of {one.path}"
    who: Workspace = getattr(town, name)
    body = BODIES.get(one.name)
    never = [ABSENT_IDS[segment] for segment in one.segments]
    absent = town.call(who, one.method, one.at(ABSENT_IDS), body)
    refused(absent, 404)
    for other in others(town, who):
        chosen = list(itertools.product(*(other.ids[segment] for segment in one.segments)))
        assert chosen
        for wanted in chosen:
            answer = town.call(who, one.method, one.at(dict(zip(one.segments, wanted, strict=True))), body)
            assert told_of(answer, *wanted) == told_of(absent, *never)


@pytest.mark.parametrize(
    "one", [one for one in NAMED if "entry_id" in one.segments], ids=lambda one: f"{one.method} {one.path}"
)
def test_an_entry_is_only_in_its_own_report(town: Town, one: Described) -> None:
    """Below one's own report, an entry of another workspace, or of another report, is as one that never was."""
    (own,) = town.north.ids["report_id"]
    second = town.done(town.north, "GET", f"/feedback/{town.north.ids['feedback_id'][-1]}")["report_id"]
    body = BODIES.get(one.name)
    strangers = [(own, entry) for entry in town.south.ids["entry_id"]]
    strangers += [(second, entry) for entry in town.north.ids["entry_id"]]
    for report, entry in strangers:
        asked = [
            told_of(town.call(town.north, one.method, one.at({"report_id": report, "entry_id": number}), body), number)
            for number in (entry, ABSENT_IDS["entry_id"])
        ]
        assert asked[0] == asked[1]
        assert asked[0][0] == 404


def test_what_was_tried_from_outside_changed_nothing(town: Town) -> None:
    """Every change to what belongs to another workspace is refused, and leaves it just as it was."""
    about = [town.north, town.south]
    before = everything(town, town.north, about)
    for one in NAMED:
        for who, path in itertools.product((town.south, town.own), one.addresses(town.north.ids)):
            for method in ("PUT", "POST", "PATCH", "DELETE"):
                answer = town.call(who, method, path, BODIES.get(one.name))
                refused(answer, answer.status_code)
                assert answer.status_code in {404, 405, 415, 422}
    assert everything(town, town.north, about) == before


FOUND = [one for one in NAMED if one.method == "GET" and one.name != "reports_diff"]
"""What is there without GitHub."""


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.name)
def test_what_is_one_s_own_is_there(town: Town, one: Described) -> None:
    """The sweep asks rightly: each route finds the ids of its own workspace."""
    for who in (town.north, town.south):
        for path in one.addresses(who.ids):
            assert town.call(who, "GET", path).status_code == 200, path


LISTS = [one for one in READS if "cursor" in one.query]


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_a_cursor_of_another_workspace_is_refused(town: Town, one: Described) -> None:
    """A cursor that another workspace was given for the very same list leads nowhere."""
    ids = town.north.ids | {"span_id": [SPANS[0]], "guid": [], "token_id": []}
    given = 0
    for path in one.addresses(ids):
        cursor = (town.call(town.north, "GET", path, limit=1).json or {})["next_cursor"]
        if cursor is None:
            continue
        given += 1
        for who in (town.south, town.own):
            answer = town.call(who, "GET", path, limit=1, cursor=cursor)
            if answer.status_code != 404:
                assert refused_fields(answer) == ["cursor"]
    assert given


def test_every_route_with_a_body_is_swept() -> None:
    """A route that takes a body and names no id is known to this sweep."""
    assert {one.name for one in operations() if "requestBody" in one.said and not one.segments} == WITHOUT_IDS
    assert [one.path for one in operations() if one.is_stream] == ["/v1/feedback/stream"]


def test_questions_about_another_workspace_find_nothing(town: Town) -> None:
    """A question about a text in another workspace's repository is answered as for a repository that never was."""

    def told(question: dict[str, Any]) -> str:
        answer = town.call(town.south, "POST", "/v1/resolve", question)
        assert answer.status_code == 200
        return answer.text.replace(str(question["repository"]), "<repository>")

    base = town.north.repo.id * 1000
    questions: list[dict[str, Any]] = [
        {"number": 42},
        {"number": 42, "issue_comment_id": base + 1},
        {"number": 42, "review_comment_id": base + 4, "in_reply_to_id": base + 3},
        {"number": 42, "commit_sha": sha("north head"), "path": "src/app.py", "line": 10, "side": "RIGHT"},
        {"number": 42, "body": f"see https://github.com/{{}}/pull/42#issuecomment-{base + 1}"},
    ]
    for question in questions:
        asked, absent = (
            told({**question, "repository": name, "body": question.get("body", "").format(name)})
            for name in (town.north.repo.name, "acme/none0")
        )
        assert asked == absent
        assert "north" not in asked


def test_a_span_of_another_workspace_may_be_registered(tmp_path: Path) -> None:
    """A span is a workspace's own: registering one that another has is new, whatever the facts, and tells nothing."""
    with open_town(tmp_path) as town:
        town.register(town.north, "span-1", repo=SHARED)
        for repository in (SHARED.name, town.north.repo.name, town.south.repo.name):
            facts = {"span_id": f"for {repository.replace('/', ' ')}", "repository": repository, "agent_name": "x"}
            assert town.call(town.south, "POST", "/v1/runs", facts).status_code == 201
        answer = town.call(
            town.south, "POST", "/v1/runs", {"span_id": "span-1", "repository": SHARED.name, "agent_name": "other"}
        )
        assert answer.status_code == 201
        assert "north" not in answer.text
        assert town.done(town.north, "GET", "/runs/span-1")["agent_name"] == "north-coder"


def test_a_traced_run_is_one_of_its_own_workspace(tmp_path: Path) -> None:
    """A span that another workspace has registered is new here, and no span says that it is of another workspace."""
    with open_town(tmp_path) as town:
        span = "00f067aa0ba902b7"
        town.register(town.north, span, repo=SHARED)
        body = traces(span_json(span, repository=SHARED.name, agent="south-coder"))
        answer = town.call(town.south, "POST", "/v1/traces", body)
        assert (answer.status_code, answer.json) == (200, {})
        assert town.done(town.south, "GET", f"/runs/{span}")["agent_name"] == "south-coder"
        assert town.done(town.north, "GET", f"/runs/{span}")["agent_name"] == "north-coder"
        elsewhere = span_json("00f067aa0ba902b8", repository=SHARED.name, more={"whichrun.workspace": "north"})
        answer = town.call(town.south, "POST", "/v1/traces", traces(elsewhere))
        assert "is not the workspace of the token" in answer.text
        refused(town.call(town.north, "GET", "/v1/runs/00f067aa0ba902b8"), 404)


def test_a_run_cannot_be_made_to_work_elsewhere(town: Town) -> None:
    """Another workspace's run is not registered through one's own workspace, and no token is made for it."""
    facts = {"span_id": "new", "repository": SHARED.name, "agent_name": "x", "workspace": "north"}
    assert refused_fields(town.call(town.south, "POST", "/v1/runs", facts)) == ["workspace"]
    wanted = {"name": "a", "scopes": ["runs:read"], "workspace": "north"}
    refused(town.call(town.south, "POST", "/v1/tokens", wanted), 403)
    refused(town.call(town.south, "POST", "/v1/tokens", wanted | {"workspace": ABSENT}), 403)


def test_feedback_is_not_corrected_to_a_run_of_another_workspace(tmp_path: Path) -> None:
    """A span that only another workspace has is no run here: the same refusal as for one that nobody has."""
    with open_town(tmp_path) as town:
        town.settle(town.north)
        town.settle(town.south)
        path = f"/v1/feedback/{town.south.ids['feedback_id'][0]}/resolution"
        refusals = [
            told_of(town.call(town.south, "POST", path, {"span_id": span, "reason": "a test"}), span)
            for span in ("north-only", ABSENT)
        ]
        assert refusals[0] == refusals[1]
        assert refusals[0][0] == 422


def test_an_export_is_of_one_s_own_workspace(town: Town) -> None:
    """Another workspace's place leads nowhere, and its repository is as one that never was."""
    lines = [json.loads(line) for line in town.call(town.north, "GET", "/v1/export").text.splitlines()]
    assert {line["type"] for line in lines} == {"run", "artifact", "signal", "feedback", "end"}
    for after in {line["type"]: line["after"] for line in lines[:-1]}.values():
        assert refused_fields(town.call(town.south, "GET", "/v1/export", after=after)) == ["after"]
    ends = {"format": "agent-trace", "base": "0" * 40, "head": sha("north head")}
    theirs, never = (
        told_of(town.call(town.south, "GET", "/v1/export", repository=name, **ends), name)
        for name in (town.north.repo.name, "acme/none0")
    )
    assert theirs == never
    assert theirs[0] == 404


def test_a_stream_tells_its_own_changes_alone(tmp_path: Path) -> None:
    """While two workspaces change, a stream tells the changes of its own; a place in the other's log is refused."""
    with open_town(tmp_path) as town:
        answer = town.api.client.get("/v1/feedback/stream", headers=town.south.headers, buffered=False)
        stream = events(answer.iter_encoded())
        place = next(stream).id
        assert place is not None
        town.settle(town.north)
        town.settle(town.south)
        told = [next(stream).data for _ in town.feedback(town.south)]
        answer.close()
        assert {one["feedback"]["workspace"] for one in told} == {"south"}
        assert "north" not in str(told).lower()
        for who in (town.north, town.own):
            headers = who.headers | {"Last-Event-ID": place}
            assert refused_fields(town.api.client.get("/v1/feedback/stream", headers=headers)) == ["Last-Event-ID"]
