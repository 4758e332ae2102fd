"""``GET /v1/export``: a workspace as JSON Lines, from any place on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from receiver import export_lines
from receiver.api import export as route
from receiver.waiting import MOST_EXPORTS
from resolver.errors import StoreError
from resolver.model.github import Kind
from tests.support.api import AGENT, REPOSITORY, Api, open_api, pages, refused, refused_fields


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API with three runs, of which one made three things, and with feedback, over either database."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        for span in ("s1", "s2", "s3"):
            marks = opened.register(span, agent_name=span)
        for number in (11, 12):
            opened.see(marks["hidden_comment"], id=number, author=AGENT)
        opened.patch("/runs/s3", {"artifacts": [f"https://github.com/{REPOSITORY}/pull/43"]})
        for number in (901, 902, 903):
            opened.give("be brief", id=number, kind=Kind.ISSUE_COMMENT)
        yield opened


def lines(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the lines of an export."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_everything_is_there_in_the_shapes_of_the_api(api: Api) -> None:
    """Runs with what they made, then feedback; each as its own route shows it; the last line says that this is all."""
    *items, last = lines(api.get("/export"))
    assert last == {"type": "end", "types": ["run", "artifact", "feedback"]}
    assert [one["run"] for one in items if one["type"] == "run"] == pages(api, "/runs")
    assert [one["feedback"] for one in items if one["type"] == "feedback"] == pages(api, "/feedback")
    made = [one for one in items if one["type"] == "artifact"]
    assert [one["artifact"] for one in made] == pages(api, "/runs/s3/artifacts")
    assert {one["span_id"] for one in made} == {"s3"}
    assert [one["type"] for one in items] == ["run", *["artifact"] * 3, "run", "run", *["feedback"] * 3]


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_it_goes_on_from_every_place(api: Api, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """From behind any line the rest follows, no line twice and none left out, whatever the size of the pages."""
    monkeypatch.setattr(export_lines, "AT_ONCE", at_once)
    everything = lines(api.get("/export"))
    for number, line in enumerate(everything[:-1], start=1):
        assert lines(api.get("/export", after=line["after"])) == everything[number:]


def test_a_run_that_comes_in_meanwhile_is_not_in_it(api: Api) -> None:
    """An export that goes on behind a run goes on with older ones: those that are new by then come in another."""
    first, *rest = lines(api.get("/export"))
    api.register("s4", number=77)
    assert lines(api.get("/export", after=first["after"])) == rest


def test_an_answer_ends_in_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is up an answer says where to go on, and together they are everything."""
    everything = lines(api.get("/export"))
    monkeypatch.setattr(route, "LIFE_SECONDS", 0.0)
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        *some, last = lines(api.get("/export", **after))
        found += some
        if last["type"] == "end":
            break
        assert (last["type"], last["after"]) == ("more", some[-1]["after"])
        after = {"after": last["after"]}
    assert [*found, last] == everything


@pytest.mark.parametrize(
    ("scope", "seen"),
    [("runs:read", ["run", "artifact"]), ("feedback:read", ["feedback"]), ("admin", [])],
)
def test_a_token_gets_what_it_may_read(api: Api, scope: str, seen: list[str]) -> None:
    """Of runs and of feedback each token gets what its scopes allow, and the last line says what that was."""
    made = api.post("/tokens", {"name": "a", "scopes": [scope]}).json or {}
    headers = {"Authorization": f"Bearer {made['token']}"}
    *items, last = lines(api.client.get("/v1/export", headers=headers))
    assert last == {"type": "end", "types": seen}
    assert {one["type"] for one in items} == set(seen)


def test_a_token_that_is_revoked_reads_no_further(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is being written stops, without the line that says that it is whole."""
    monkeypatch.setattr(route, "LOOK_EVERY", 3)
    made = api.post("/tokens", {"name": "a", "scopes": ["runs:read"]}).json or {}
    headers = {"Authorization": f"Bearer {made['token']}"}
    answer = api.client.get("/v1/export", headers=headers, buffered=False)
    api.client.delete(f"/v1/tokens/{made['id']}", headers=api.headers)
    assert len(lines(answer)) == 2


def test_an_outage_ends_it_without_a_last_line(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written stands, and that it is not whole shows by the line that is missing."""

    def fail(*_: object) -> None:
        raise StoreError("out of reach")

    monkeypatch.setattr(export_lines.Export, "_page_of_feedback", fail)
    assert [one["type"] for one in lines(api.get("/export"))][-1] == "run"


def test_few_are_written_at_a_time(api: Api) -> None:
    """Each holds a thread while it is read: who comes then is told to come again, and gets in once one has ended."""
    answers = [api.client.get("/v1/export", headers=api.headers, buffered=False) for _ in range(MOST_EXPORTS)]
    busy = api.get("/export")
    assert refused(busy, 503)["code"] == "busy"
    assert busy.headers["Retry-After"] == "5"
    answers[0].close()
    assert lines(api.get("/export"))[-1]["type"] == "end"
    answers[1].close()


@pytest.mark.parametrize("after", ["x", "a.b", "a.b.c", ".", "é"])
def test_a_place_that_nobody_was_given_is_422(api: Api, after: str) -> None:
    """A place is taken as it was given, or refused."""
    assert refused_fields(api.get("/export", after=after)) == ["after"]
    ((first, *_), *_) = [lines(api.get("/export"))]
    assert refused_fields(api.get("/export", after=f"{first['after']}.{after}")) == ["after"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"repository": REPOSITORY}, ["repository"]),
        ({"base": "a" * 40, "head": "b" * 40}, ["base", "head"]),
        ({"format": "agent-trace"}, ["repository", "base", "head"]),
        ({"format": "agent-trace", "repository": REPOSITORY, "base": "a" * 40}, ["head"]),
        ({"format": "agent-trace", "after": "x"}, ["after"]),
        ({"format": "csv"}, ["format"]),
    ],
)
def test_parameters_go_with_their_format(api: Api, query: dict[str, str], fields: list[str]) -> None:
    """What does not go together, or is missing, is named."""
    assert refused_fields(api.get("/export", **query)) == fields
