"""What counts of a report's log: status types, findings by key, the log, revisions, edits and deletions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import refused
from tests.support.reports import (
    GOOD,
    LOG_TYPES,
    OPERATOR,
    STATUS_TYPES,
    Desk,
    finding,
    good,
    open_desk,
    priority,
    run_of,
)

NOON = "2026-10-01T12:00:00Z"
LATER = "2026-10-01T13:00:00Z"


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


def variant(kind: str, word: str) -> Any:  # noqa: ANN401 - JSON
    """Return a good content of a status type that says something else for each word."""
    content = good(kind)
    if kind == "suggested_reviewers":
        content[0]["login"] = word
    else:
        content["reason" if kind == "repo_selection" else "explanation"] = word
    return content


def priority_of(desk: Desk, report: str) -> str | None:
    """Return the priority that counts."""
    entry = desk.shown(report)["state"]["priority_judgment"]
    return None if entry is None else str(entry["content"]["priority"])


def counting(desk: Desk, report: str) -> list[int]:
    """Return the ids of the entries that count now, newest first."""
    return [one["id"] for one in desk.entries(report, current="true")]


def test_the_state_has_every_status_type(desk: Desk, report: str) -> None:
    """A new report's state names the five status types, each null; nothing counts yet."""
    assert desk.shown(report)["state"] == dict.fromkeys(STATUS_TYPES)
    assert desk.entries(report, current="true") == []


@pytest.mark.parametrize("kind", STATUS_TYPES)
def test_the_newest_of_a_status_counts(desk: Desk, report: str, kind: str) -> None:
    """Of each status type the newest entry is the report's state, and leaves the other types alone; all are kept."""
    other = next(one for one in STATUS_TYPES if one != kind)
    beside = desk.appended(report, other, good(other))
    first, second = (desk.appended(report, kind, variant(kind, word)) for word in ("first", "second"))
    state = desk.shown(report)["state"]
    assert state == dict.fromkeys(STATUS_TYPES) | {kind: second, other: beside}
    assert desk.written(report) == [second, first, beside]
    assert desk.entries(report, current="true") == [second, beside]


@pytest.mark.parametrize("kind", STATUS_TYPES)
def test_deleting_the_newest_returns_to_the_one_before(desk: Desk, report: str, kind: str) -> None:
    """Without its newest entry a status is what it was before; without any, it is null."""
    kept = [desk.appended(report, kind, variant(kind, word)) for word in ("first", "second", "third")]
    while kept:
        assert desk.shown(report)["state"][kind] == kept[-1]
        assert desk.delete(report, kept.pop()["id"]).status_code == 204
        assert desk.written(report) == kept[::-1]
    assert desk.shown(report)["state"][kind] is None


@pytest.mark.parametrize("kind", STATUS_TYPES)
def test_the_same_status_again_appends_nothing(desk: Desk, report: str, kind: str) -> None:
    """What the newest entry of a status says already is not written again, whoever says it: 200, and that entry."""
    first = desk.appended(report, kind, good(kind), by=desk.as_run("span-1"))
    desk.api.wait(hours=1)
    for by in (desk.as_run("span-1"), desk.as_run("span-2"), None):
        assert desk.appended(report, kind, good(kind), by=by, status=200) == first
    assert desk.written(report) == [first]


@pytest.mark.parametrize("kind", STATUS_TYPES)
def test_a_status_may_return(desk: Desk, report: str, kind: str) -> None:
    """What an older entry says is news when another one came after it."""
    texts = ("this", "that", "this")
    entries = [desk.appended(report, kind, variant(kind, word)) for word in texts]
    assert len({one["id"] for one in entries}) == 3
    assert desk.written(report) == entries[::-1]
    assert desk.delete(report, entries[2]["id"]).status_code == 204
    assert desk.delete(report, entries[1]["id"]).status_code == 204
    assert desk.appended(report, kind, variant(kind, "this"), status=200) == entries[0]


def test_true_and_the_word_are_two_things(desk: Desk, report: str) -> None:
    """A choice of ``true`` is not the same as the text "true": each is kept as it was given."""
    said = [{"choice": choice, "explanation": "because"} for choice in (True, "true", False)]
    entries = [desk.appended(report, "safety_judgment", one) for one in said]
    assert [one["content"]["choice"] for one in desk.written(report)] == [False, "true", True]
    assert len({one["id"] for one in entries}) == 3


def test_a_finding_counts_by_its_key(desk: Desk, report: str) -> None:
    """The newest finding of each signal counts; deleting it returns to the one before."""
    one = desk.appended(report, "finding", finding("one"))
    two = desk.appended(report, "finding", finding("two"))
    again = desk.appended(report, "finding", finding("one", "more of the log"))
    assert counting(desk, report) == [again["id"], two["id"]]
    assert desk.written(report) == [again, two, one]
    assert desk.delete(report, again["id"]).status_code == 204
    assert counting(desk, report) == [two["id"], one["id"]]
    assert desk.delete(report, one["id"]).status_code == 204
    assert counting(desk, report) == [two["id"]]


def test_the_same_finding_again_appends_nothing(desk: Desk, report: str) -> None:
    """What the newest finding of a key says already is 200, others or not in between; after another it is news."""
    one = desk.appended(report, "finding", finding("one"))
    desk.appended(report, "finding", finding("two"))
    assert desk.appended(report, "finding", finding("one"), status=200) == one
    other = desk.appended(report, "finding", finding("one", "other"))
    last = desk.appended(report, "finding", finding("one"))
    assert len({one["id"], other["id"], last["id"]}) == 3
    assert len(desk.written(report)) == 4


def test_an_edit_gives_a_finding_another_key(desk: Desk, report: str) -> None:
    """A finding that gets another key leaves its former one to the finding before, and counts for the new one."""
    first = desk.appended(report, "finding", finding("one", "a"))
    second = desk.appended(report, "finding", finding("one", "b"))
    assert counting(desk, report) == [second["id"]]
    assert desk.edit(report, second["id"], finding("two", "b")).status_code == 200
    assert counting(desk, report) == [second["id"], first["id"]]
    assert desk.appended(report, "finding", finding("one", "a"), status=200)["id"] == first["id"]
    assert desk.appended(report, "finding", finding("two", "b"), status=200)["id"] == second["id"]


def test_an_older_finding_that_gets_a_key_does_not_pass_a_newer_one(desk: Desk, report: str) -> None:
    """An edit does not make a finding newer: the one that was appended last counts for a key."""
    old = desk.appended(report, "finding", finding("one"))
    new = desk.appended(report, "finding", finding("two"))
    desk.api.wait(hours=1)
    assert desk.edit(report, old["id"], finding("two", "b")).status_code == 200
    assert counting(desk, report) == [new["id"]]
    assert desk.delete(report, new["id"]).status_code == 204
    assert counting(desk, report) == [old["id"]]


@pytest.mark.parametrize("kind", LOG_TYPES)
def test_the_log_accumulates(desk: Desk, report: str, kind: str) -> None:
    """An entry of a log type is kept each time it is written, and is no part of what counts now."""
    entries = [desk.appended(report, kind, good(kind)) for _ in range(3)]
    assert len({one["id"] for one in entries}) == 3
    assert desk.written(report) == entries[::-1]
    assert desk.entries(report, current="true") == []
    assert desk.delete(report, entries[1]["id"]).status_code == 204
    assert desk.written(report) == [entries[2], entries[0]]


def test_an_edit_keeps_the_former_content(desk: Desk, report: str) -> None:
    """Each edit is a revision with its author and time; the entry shows the newest, and who wrote that."""
    entry = desk.appended(report, "note", {"note": "first"}, by=desk.as_run("span-1"))
    desk.api.wait(hours=1)
    answer = desk.edit(report, entry["id"], {"note": "second"})
    assert answer.status_code == 200
    edited = desk.entry(report, entry["id"])
    assert answer.json == edited
    changes = {"content": {"note": "second"}, "updated_at": LATER, "revision": 2, "edited_by": OPERATOR}
    assert edited == entry | changes
    desk.api.wait(hours=1)
    third = desk.edit(report, entry["id"], {"note": "third"}, by=desk.as_run("span-1")).json
    assert third is not None
    assert (third["revision"], third["edited_by"], third["producer"]) == (3, run_of("span-1"), run_of("span-1"))
    assert desk.revisions(report, entry["id"]) == [
        {
            "revision": 3,
            "content": {"note": "third"},
            "producer": run_of("span-1"),
            "written_at": "2026-10-01T14:00:00Z",
        },
        {"revision": 2, "content": {"note": "second"}, "producer": OPERATOR, "written_at": LATER},
        {"revision": 1, "content": {"note": "first"}, "producer": run_of("span-1"), "written_at": NOON},
    ]
    assert desk.written(report) == [third]


def test_an_entry_as_first_written_has_one_revision(desk: Desk, report: str) -> None:
    """The present content is among the revisions of an entry from the beginning, for each type."""
    for kind in GOOD:
        entry = desk.appended(report, kind, good(kind))
        assert desk.revisions(report, entry["id"]) == [
            {"revision": 1, "content": GOOD[kind], "producer": OPERATOR, "written_at": NOON}
        ]


def test_the_same_content_changes_nothing(desk: Desk, report: str) -> None:
    """An edit that says what is there already is 200: no revision, no other time, no other author, for each type."""
    entries = [desk.appended(report, kind, good(kind), by=desk.as_run("span-1")) for kind in GOOD]
    before = desk.shown(report)
    desk.api.wait(hours=1)
    for entry in entries:
        answer = desk.edit(report, entry["id"], good(entry["type"]))
        assert (answer.status_code, answer.json) == (200, entry)
        assert desk.entry(report, entry["id"]) == entry
        assert len(desk.revisions(report, entry["id"])) == 1
    assert desk.shown(report) == before


def test_former_contents_return_as_revisions(desk: Desk, report: str) -> None:
    """An edit back to a former content is a revision of its own."""
    entry = desk.appended(report, "note", {"note": "a"})
    for word in ("b", "a"):
        assert desk.edit(report, entry["id"], {"note": word}).status_code == 200
    assert [one["content"]["note"] for one in desk.revisions(report, entry["id"])] == ["a", "b", "a"]
    assert [one["revision"] for one in desk.revisions(report, entry["id"])] == [3, 2, 1]


def test_an_edit_of_the_newest_status_is_the_state(desk: Desk, report: str) -> None:
    """The report shows what its newest judgment says now, and the next one is held against that."""
    entry = desk.appended(report, "priority_judgment", priority("P1"))
    edited = desk.edit(report, entry["id"], priority("P3")).json
    assert desk.shown(report)["state"]["priority_judgment"] == edited
    assert desk.appended(report, "priority_judgment", priority("P3"), status=200) == edited
    assert desk.appended(report, "priority_judgment", priority("P1"))["id"] != entry["id"]


def test_an_edit_of_an_older_status_is_not_the_state(desk: Desk, report: str) -> None:
    """A judgment that is not the newest may be edited without counting; it counts so once the newer one is gone."""
    old = desk.appended(report, "priority_judgment", priority("P1"))
    new = desk.appended(report, "priority_judgment", priority("P2"))
    desk.api.wait(hours=1)
    assert desk.edit(report, old["id"], priority("P4")).status_code == 200
    assert desk.shown(report)["state"]["priority_judgment"] == new
    assert [one["id"] for one in desk.written(report)] == [new["id"], old["id"]]
    assert desk.delete(report, new["id"]).status_code == 204
    assert priority_of(desk, report) == "P4"


def test_deleting_an_older_status_changes_nothing_of_the_state(desk: Desk, report: str) -> None:
    """A judgment that is not the newest goes without a trace in the state; the way back leads past it."""
    first, second, third = (desk.appended(report, "priority_judgment", priority(level)) for level in ("P1", "P2", "P3"))
    assert desk.delete(report, second["id"]).status_code == 204
    assert priority_of(desk, report) == "P3"
    assert desk.delete(report, third["id"]).status_code == 204
    assert desk.shown(report)["state"]["priority_judgment"] == first


def test_a_deleted_entry_is_not_there(desk: Desk, report: str) -> None:
    """Deleting is 204 without a body; the entry, its revisions and a second deletion are 404, and no list has it."""
    entry = desk.appended(report, "note", good("note"))
    assert desk.edit(report, entry["id"], {"note": "again"}).status_code == 200
    answer = desk.delete(report, entry["id"])
    assert (answer.status_code, answer.data) == (204, b"")
    path = f"/reports/{report}/entries/{entry['id']}"
    for method, ending in (("GET", ""), ("GET", "/revisions"), ("GET", "/diff"), ("DELETE", "")):
        refused(desk.call(method, path + ending), 404)
    refused(desk.edit(report, entry["id"], {"note": "back"}), 404)
    assert desk.written(report) == []


def test_ids_are_not_given_twice(desk: Desk, report: str) -> None:
    """An entry that follows a deleted one has an id of its own: the old address stays 404."""
    gone = desk.appended(report, "note", {"note": "a"})
    assert desk.delete(report, gone["id"]).status_code == 204
    assert desk.appended(report, "note", {"note": "b"})["id"] > gone["id"]
    refused(desk.call("GET", f"/reports/{report}/entries/{gone['id']}"), 404)


def test_a_report_tells_when_its_log_changes(desk: Desk, report: str) -> None:
    """A report's ETag stays while nothing changes, and is another one after a judgment."""
    first, same = (desk.call("GET", f"/reports/{report}").headers["ETag"] for _ in range(2))
    assert first == same
    unchanged = desk.api.client.get(f"/v1/reports/{report}", headers=desk.api.headers | {"If-None-Match": first})
    assert unchanged.status_code == 304
    desk.appended(report, "priority_judgment", priority("P1"))
    assert desk.call("GET", f"/reports/{report}").headers["ETag"] != first
