"""Who wrote an entry: each way to write names its producer, and nobody writes in another run's name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.api import refused, refused_fields
from tests.support.builders import issue_comment, minute
from tests.support.reports import (
    GOOD,
    OPERATOR,
    REPO,
    RUN_HEADER,
    SYSTEM,
    Desk,
    association,
    good,
    open_desk,
    priority,
    run_of,
    with_field,
)

Headers = dict[str, str]
NOTE = {"note": "looked at it"}
OTHER_NOTE = {"note": "somebody else's words"}


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


def writers(desk: Desk) -> list[tuple[Headers, dict[str, str]]]:
    """Return every way to write, and the producer that it makes."""
    client = desk.token("reports:read", "reports:write", name="a client")
    return [
        (desk.api.headers, OPERATOR),
        (client, {"kind": "agent", "agent": "a client"}),
        (desk.as_run("span-1"), run_of("span-1")),
        (desk.as_run("span-2", client), run_of("span-2")),
        (desk.bound("span-1"), run_of("span-1")),
        (desk.as_run("span-3", desk.bound("span-3")), run_of("span-3")),
    ]


def writes(desk: Desk, report: str, entry: int) -> list[Callable[[Headers], TestResponse]]:
    """Return everything that writes to a report, with its headers to come."""
    return [
        lambda by: desk.append(report, "note", OTHER_NOTE, by=by),
        lambda by: desk.append(report, "task_run", {}, by=by),
        lambda by: desk.edit(report, entry, OTHER_NOTE, by=by),
        lambda by: desk.delete(report, entry, by=by),
        lambda by: desk.change(report, {"title": "another title"}, by=by),
        lambda by: desk.change(report, {"status": "resolved"}, by=by),
    ]


def all_of(desk: Desk, report: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a report and its whole log."""
    return desk.shown(report), desk.entries(report)


def test_every_type_has_the_producer_of_its_writer(desk: Desk) -> None:
    """Whatever is written, it is its writer's: the token's, by its name, or the run's, by header or binding."""
    for by, producer in writers(desk):
        report = desk.open_report()
        for kind in GOOD:
            entry = desk.appended(report, kind, good(kind), by=by)
            assert (entry["producer"], entry["edited_by"]) == (producer, None)


def test_changes_by_hand_have_the_producer_of_their_writer(desk: Desk) -> None:
    """A title, a summary and a status that are set by hand are entries by who set them."""
    for by, producer in writers(desk):
        report = desk.open_report()
        for fields in ({"title": "a title"}, {"summary": "a summary"}, {"status": "resolved"}):
            assert desk.change(report, fields, by=by).status_code == 200
        newest = desk.entries(report)[:3]
        assert [one["type"] for one in newest] == ["status_change", "summary_change", "title_change"]
        assert [one["producer"] for one in newest] == [producer] * 3


def test_an_edit_has_the_producer_of_its_writer(desk: Desk, report: str) -> None:
    """Who edits is kept beside who wrote: with the entry, and with each revision."""
    first = desk.appended(report, "note", NOTE)
    client = desk.token("reports:write", name="a client")
    edited = desk.edit(report, first["id"], OTHER_NOTE, by=client).json
    assert edited is not None
    agent = {"kind": "agent", "agent": "a client"}
    assert (edited["producer"], edited["edited_by"]) == (OPERATOR, agent)
    assert [one["producer"] for one in desk.revisions(report, first["id"])] == [agent, OPERATOR]


BAD_RUNS = ["nobody", "theirs", "", " ", "span-1/", "..", "x" * 600, "span-1,span-2", "span-1, span-2", "SPAN-1"]


@pytest.mark.parametrize("span_id", BAD_RUNS)
def test_a_header_that_names_no_run_of_the_workspace_is_422(desk: Desk, report: str, span_id: str) -> None:
    """A header run that is unknown, another workspace's, malformed or several refuses every write, and none is done."""
    entry = desk.appended(report, "note", NOTE)
    before = all_of(desk, report)
    for write in writes(desk, report, entry["id"]):
        assert refused_fields(write(desk.as_run(span_id))) == [RUN_HEADER]
    assert all_of(desk, report) == before


def test_two_headers_are_none(desk: Desk, report: str) -> None:
    """The header given twice names two runs: 422, even where both are registered, or are one."""
    for second in ("span-2", "span-1"):
        headers = [*desk.api.headers.items(), (RUN_HEADER, "span-1"), (RUN_HEADER, second)]
        path = f"/v1/reports/{report}/entries"
        answer = desk.api.client.post(path, headers=headers, json={"type": "note", "content": NOTE})
        assert refused_fields(answer) == [RUN_HEADER]
    assert desk.written(report) == []


def test_a_run_of_another_workspace_is_registered_there_alone(desk: Desk) -> None:
    """A span that both workspaces registered is the caller's own run in each."""
    report = desk.open_report()
    refused(desk.append(report, "note", NOTE, by=desk.as_run("theirs", desk.others)), 404)
    desk.register("theirs")
    assert desk.appended(report, "note", NOTE, by=desk.as_run("theirs"))["producer"] == run_of("theirs")
    refused(desk.append(report, "note", NOTE, by=desk.as_run("theirs", desk.others)), 404)


def test_a_bound_token_writes_as_no_other_run(desk: Desk, report: str) -> None:
    """A token that is bound to a run and names another is 403, whatever it would write; nothing is done."""
    bound = desk.bound("span-1")
    entry = desk.appended(report, "note", NOTE, by=desk.as_run("span-2"))
    own = desk.appended(report, "note", NOTE, by=bound)
    before = all_of(desk, report)
    for write in [*writes(desk, report, entry["id"]), *writes(desk, report, own["id"])]:
        refused(write(desk.as_run("span-2", bound)), 403)
    assert all_of(desk, report) == before


ANOTHER: dict[str, str] = {
    "safety_judgment": "explanation",
    "actionability_judgment": "explanation",
    "priority_judgment": "explanation",
    "repo_selection": "reason",
    "suggested_reviewers": "0.login",
    "finding": "data_queried",
    "code_reference": "relevance_note",
    "line_reference": "note",
    "commit": "note",
    "note": "note",
    "dismissal": "note",
}
"""A field with which a content of each type says something else."""


@pytest.mark.parametrize("way", ["bound", "header", "bound and header"])
def test_a_run_leaves_other_runs_entries_alone(desk: Desk, way: str) -> None:
    """Whoever writes as a run neither edits nor deletes what another run or an agent wrote: 403, nothing is done."""
    by = desk.api.headers if way == "header" else desk.bound("span-1")
    by = by if way == "bound" else desk.as_run("span-1", by)
    for author in (desk.as_run("span-2"), desk.api.headers):
        report = desk.open_report()
        entries = [desk.appended(report, kind, good(kind), by=author) for kind in GOOD]
        before = all_of(desk, report)
        for entry in entries:
            other = with_field(entry["type"], ANOTHER[entry["type"]], "words-of-span-1")
            refused(desk.edit(report, entry["id"], other, by=by), 403)
            refused(desk.edit(report, entry["id"], entry["content"], by=by), 403)
            refused(desk.delete(report, entry["id"], by=by), 403)
            assert len(desk.revisions(report, entry["id"])) == 1
        assert all_of(desk, report) == before


@pytest.mark.parametrize("way", ["bound", "header"])
def test_a_run_changes_and_deletes_its_own(desk: Desk, report: str, way: str) -> None:
    """A run's entries are its own by whatever way it writes: written by header, edited by its token, and back."""
    ways = [desk.as_run("span-1"), desk.bound("span-1")]
    first, second = ways if way == "header" else ways[::-1]
    entry = desk.appended(report, "note", NOTE, by=first)
    edited = desk.edit(report, entry["id"], OTHER_NOTE, by=second)
    assert (edited.status_code, (edited.json or {})["edited_by"]) == (200, run_of("span-1"))
    assert desk.delete(report, entry["id"], by=second).status_code == 204
    assert desk.written(report) == []


def test_an_entry_stays_its_writers(desk: Desk, report: str) -> None:
    """Whoever edited an entry last does not own it: its run may still change it, another run still may not."""
    entry = desk.appended(report, "note", NOTE, by=desk.as_run("span-1"))
    assert desk.edit(report, entry["id"], OTHER_NOTE).status_code == 200
    refused(desk.edit(report, entry["id"], NOTE, by=desk.as_run("span-2")), 403)
    assert desk.edit(report, entry["id"], NOTE, by=desk.as_run("span-1")).status_code == 200


def test_an_unbound_token_may_change_all_but_the_service_s_own(desk: Desk, report: str) -> None:
    """Without the header, a token that is not bound edits and deletes what runs and agents wrote, in its own name."""
    client = desk.token("reports:read", "reports:write", name="a client")
    for by in (desk.as_run("span-1"), desk.bound("span-2"), desk.api.headers, client):
        entry = desk.appended(report, "note", NOTE, by=by)
        edited = desk.edit(report, entry["id"], OTHER_NOTE, by=client)
        assert (edited.json or {})["edited_by"] == {"kind": "agent", "agent": "a client"}
        assert desk.delete(report, entry["id"], by=client).status_code == 204


def test_what_the_service_wrote_stays(desk: Desk, report: str) -> None:
    """Entries of the service's own types and the association that it made itself are nobody's to edit or delete."""
    desk.changed(report, title="a title")
    desk.changed(report, summary="a summary")
    desk.changed(report, status="resolved")
    desk.register("made", report_id=report, purpose="implementation")
    before = desk.entries(report)
    assert {one["type"] for one in before} >= {"title_change", "summary_change", "status_change", "task_run"}
    for one, by in itertools.product(before, (None, desk.as_run("made"), desk.bound("made"))):
        refused(desk.edit(report, one["id"], one["content"], by=by), 403)
        refused(desk.delete(report, one["id"], by=by), 403)
    assert desk.entries(report) == before


@pytest.mark.parametrize("scopes", [("reports:read",), ("runs:write", "feedback:write", "runs:read", "reports:read")])
def test_the_header_is_never_the_authority(desk: Desk, report: str, scopes: tuple[str, ...]) -> None:
    """A token without ``reports:write`` writes nothing: not with a header, nor when it is bound to the run it names."""
    entry = desk.appended(report, "note", NOTE, by=desk.as_run("span-1"))
    before = all_of(desk, report)
    reader, bound = desk.token(*scopes), desk.token(*scopes, run="span-1")
    for by in (reader, bound, desk.as_run("span-1", reader), desk.as_run("span-1", bound), desk.as_run("no", reader)):
        for write in writes(desk, report, entry["id"]):
            assert "reports:write" in refused(write(by), 403)["message"]
    assert all_of(desk, report) == before


def test_writing_is_not_reading(desk: Desk, report: str) -> None:
    """A token that may only write reads neither reports nor entries."""
    entry = desk.appended(report, "note", NOTE)
    by = desk.token("reports:write")
    assert desk.append(report, "note", NOTE, by=by).status_code == 201
    one = f"/reports/{report}/entries/{entry['id']}"
    for path in ("/reports", f"/reports/{report}", f"/reports/{report}/entries", one, f"{one}/revisions"):
        assert "reports:read" in refused(desk.call("GET", path, by=by), 403)["message"]


def producers_in(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Yield the name and value of every producer and editor anywhere in an answer."""
    if isinstance(value, dict):
        yield from ((name, one) for name, one in value.items() if name in {"producer", "edited_by"})
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from producers_in(one)


def test_no_answer_is_without_a_producer(desk: Desk) -> None:
    """Every entry, in every answer that holds one, names exactly one producer, in one of the four shapes."""
    desk.give("be brief", id=500)
    desk.deliver(
        issue_comment(
            REPO, "edited", id=500, body="/agents improve be kind", at=minute(20), created_at=minute(10),
            was="/agents improve be brief",
        )
    )  # fmt: skip
    report = str(desk.feedback(500)["report_id"])
    answers: list[Any] = []
    for by, _ in writers(desk):
        answers += [desk.appended(report, kind, good(kind), by=by, status=201) for kind in ("note", "commit")]
        answers.append(desk.append(report, "priority_judgment", priority("P1"), by=by).json)
        answers.append(desk.edit(report, answers[-3]["id"], OTHER_NOTE, by=by).json)
        answers.append(desk.change(report, {"title": f"title {len(answers)}"}, by=by).json)
    answers.append(desk.append(report, "task_run", association("span-1")).json)
    entries = desk.entries(report)
    answers += [entries, desk.shown(report), desk.entries(report, current="true")]
    answers += [[desk.entry(report, one["id"]), *desk.revisions(report, one["id"])] for one in entries]
    found = list(producers_in(answers))
    assert all(one is not None for name, one in found if name == "producer")
    named = [one for _, one in found if one is not None]
    assert all(set(one) == ({"kind"} if one == SYSTEM else {"kind", one["kind"]}) for one in named)
    assert {one["kind"] for one in named} == {"user", "run", "agent", "system"}
    assert SYSTEM in named
    assert {"kind": "user", "user": "maintainer"} in named
