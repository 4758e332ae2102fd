"""Lists of reports and of entries: filters and order, and what is nobody else's (cursors: ``test_reports_pages``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import pages, refused, refused_fields
from tests.support.builders import Repo, issue_comment, minute
from tests.support.reports import (
    ELSEWHERE,
    REPO,
    SHA,
    Desk,
    association,
    finding,
    good,
    open_desk,
    priority,
)

GEARS = Repo(id=9002, name="acme/gears")


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


def ids(desk: Desk, path: str, **filters: str | int) -> list[Any]:
    """Return the ids of what a list holds, in its order."""
    return [one["id"] for one in pages(desk.api, path, **filters)]


@pytest.fixture
def town(desk: Desk) -> dict[str, str]:
    """Five reports, the oldest first: by what they are."""
    made = {
        "plain": desk.open_report("a"),
        "urgent": desk.open_report("b"),
        "done": desk.open_report("c"),
        "gears": desk.open_report("d", repo=GEARS),
        "taken back": desk.open_report("e", id=700),
    }
    desk.appended(made["urgent"], "priority_judgment", priority("P0"))
    for level in ("P0", "P2"):
        desk.appended(made["done"], "priority_judgment", priority(level))
    desk.appended(made["gears"], "priority_judgment", priority("P0"))
    desk.changed(made["done"], status="resolved")
    desk.changed(made["gears"], status="snoozed")
    desk.rewrite(700, "never mind", at=20)
    for name in ("urgent", "done"):
        desk.appended(made[name], "task_run", {}, by=desk.as_run("span-1"))
    desk.appended(made["gears"], "task_run", association("span-2"))
    return made


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["taken back", "gears", "done", "urgent", "plain"]),
    ({"status": "open"}, ["urgent", "plain"]),
    ({"status": "snoozed"}, ["gears"]),
    ({"status": "resolved"}, ["done"]),
    ({"status": "withdrawn"}, ["taken back"]),
    ({"priority": "P0"}, ["gears", "urgent"]),
    ({"priority": "P2"}, ["done"]),
    ({"priority": "P4"}, []),
    ({"repository": "acme/gears"}, ["gears"]),
    ({"repository": "acme/widgets"}, ["taken back", "done", "urgent", "plain"]),
    ({"repository": "Acme/Widgets"}, ["taken back", "done", "urgent", "plain"]),
    ({"repository": "acme/nowhere"}, []),
    ({"run": "span-1"}, ["done", "urgent"]),
    ({"run": "span-2"}, ["gears"]),
    ({"run": "span-3"}, []),
    ({"run": "span-1", "status": "open"}, ["urgent"]),
    ({"run": "span-1", "priority": "P0"}, ["urgent"]),
    ({"priority": "P0", "repository": "acme/widgets"}, ["urgent"]),
    ({"priority": "P0", "status": "resolved"}, []),
    ({"run": "span-1", "status": "resolved", "priority": "P2", "repository": "acme/widgets"}, ["done"]),
]


def test_reports_are_filtered(desk: Desk, town: dict[str, str]) -> None:
    """Reports are found by status, present priority, repository and associated run; filters narrow each other."""
    names = {number: name for name, number in town.items()}
    for filters, expected in FILTERS:
        for limit in (1, 2, 50):
            found = [names[one] for one in ids(desk, "/reports", limit=limit, **filters)]
            assert found == expected, (filters, limit)


def test_a_list_shows_reports_as_they_are(desk: Desk, town: dict[str, str]) -> None:
    """What a list holds is what each report shows by itself."""
    assert pages(desk.api, "/reports") == [desk.shown(one) for one in reversed(town.values())]


def test_the_priority_that_counts_is_looked_for(desk: Desk, report: str) -> None:
    """A priority that was edited, or came back because a newer one was deleted, is what a report is found by."""
    first = desk.appended(report, "priority_judgment", priority("P1"))
    second = desk.appended(report, "priority_judgment", priority("P2"))
    assert (ids(desk, "/reports", priority="P1"), ids(desk, "/reports", priority="P2")) == ([], [report])
    assert desk.edit(report, second["id"], priority("P3")).status_code == 200
    assert (ids(desk, "/reports", priority="P2"), ids(desk, "/reports", priority="P3")) == ([], [report])
    assert desk.delete(report, second["id"]).status_code == 204
    assert (ids(desk, "/reports", priority="P3"), ids(desk, "/reports", priority="P1")) == ([], [report])
    assert desk.delete(report, first["id"]).status_code == 204
    assert ids(desk, "/reports", priority="P1") == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"status": "done"}, "status"),
        ({"status": ""}, "status"),
        ({"priority": "P5"}, "priority"),
        ({"priority": "high"}, "priority"),
        ({"repository": "widgets"}, "repository"),
        ({"run": ""}, "run"),
        ({"limit": 0}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"owner": "acme"}, "owner"),
    ],
)
def test_a_filter_of_reports_that_does_not_fit_is_named(desk: Desk, query: dict[str, str | int], wrong: str) -> None:
    """A parameter that is unknown, or has a value that it cannot have, is 422 by its name."""
    assert refused_fields(desk.call("GET", "/reports", query=query)) == [wrong]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"current": "perhaps"}, "current"),
        ({"run": ""}, "run"),
        ({"limit": 0}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"author": "mona"}, "author"),
    ],
)
def test_a_filter_of_entries_that_does_not_fit_is_named(
    desk: Desk, report: str, query: dict[str, str | int], wrong: str
) -> None:
    """So is one of a list of entries."""
    assert refused_fields(desk.call("GET", f"/reports/{report}/entries", query=query)) == [wrong]


def test_entries_are_filtered(desk: Desk, report: str) -> None:
    """Entries are found by type, by the run that wrote them, and by whether they count; filters narrow each other."""
    one, two = desk.as_run("span-1"), desk.bound("span-2")
    old = desk.appended(report, "priority_judgment", priority("P1"), by=one)["id"]
    new = desk.appended(report, "priority_judgment", priority("P2"), by=two)["id"]
    note = desk.appended(report, "note", good("note"), by=one)["id"]
    mine = desk.appended(report, "note", good("note"))["id"]
    first = desk.appended(report, "finding", finding("a"), by=two)["id"]
    again = desk.appended(report, "finding", finding("a", "more"), by=one)["id"]
    other = desk.appended(report, "finding", finding("b"))["id"]
    (answer,) = ids(desk, f"/reports/{report}/entries", type="resolution")
    expected: list[tuple[dict[str, str | int], list[int]]] = [
        ({}, [other, again, first, mine, note, new, old, answer]),
        ({"type": "note"}, [mine, note]),
        ({"type": "finding"}, [other, again, first]),
        ({"type": "dismissal"}, []),
        ({"run": "span-1"}, [again, note, old]),
        ({"run": "span-2"}, [first, new]),
        ({"run": "span-3"}, []),
        ({"run": "span-1", "type": "note"}, [note]),
        ({"current": "true"}, [other, again, new]),
        ({"current": "true", "type": "finding"}, [other, again]),
        ({"current": "true", "type": "priority_judgment"}, [new]),
        ({"current": "true", "type": "note"}, []),
    ]
    for filters, found in expected:
        for limit in (1, 2, 3, 50):
            assert ids(desk, f"/reports/{report}/entries", limit=limit, **filters) == found, (filters, limit)


def test_entries_are_those_of_their_report(desk: Desk, report: str) -> None:
    """Two reports have nothing of each other's: neither in their lists, nor by an address."""
    other = desk.open_report()
    mine, theirs = (desk.appended(one, "note", good("note")) for one in (report, other))
    assert (desk.written(report), desk.written(other)) == ([mine], [theirs])
    path = f"/reports/{report}/entries/{theirs['id']}"
    for method, ending in (("GET", ""), ("GET", "/revisions"), ("GET", "/diff"), ("DELETE", "")):
        refused(desk.call(method, path + ending), 404)
    refused(desk.edit(report, theirs["id"], {"note": "x"}), 404)
    assert desk.entry(other, theirs["id"]) == theirs


def calls(report: object, entry: object, run: str = "span-1") -> list[tuple[str, str, object]]:
    """Return every request about a report and one of its entries."""
    one, several = f"/reports/{report}", f"/reports/{report}/entries"
    return [
        ("GET", one, None),
        ("PATCH", one, {"title": "mine now"}),
        ("PATCH", one, {"status": "resolved"}),
        ("GET", several, None),
        ("POST", several, {"type": "note", "content": good("note")}),
        ("POST", several, {"type": "task_run", "content": association(run)}),
        ("GET", f"{several}/{entry}", None),
        ("PATCH", f"{several}/{entry}", {"content": good("commit") | {"note": "mine now"}}),
        ("DELETE", f"{several}/{entry}", None),
        ("GET", f"{several}/{entry}/revisions", None),
        ("GET", f"{several}/{entry}/diff", None),
    ]


def test_another_workspace_s_report_is_404(desk: Desk, report: str) -> None:
    """Whatever another workspace asks of a report or its entries, it is not there; nothing changes."""
    entry = desk.appended(report, "commit", good("commit"))
    before = desk.shown(report), desk.entries(report)
    for by in (desk.others, desk.as_run("theirs", desk.others)):
        for method, path, body in calls(report, entry["id"], "theirs"):
            refused(desk.call(method, path, body, by=by), 404)
    assert desk.call("GET", "/reports", by=desk.others).json == {"items": [], "next_cursor": None}
    assert (desk.shown(report), desk.entries(report)) == before


def test_each_workspace_has_its_own(desk: Desk, report: str) -> None:
    """Feedback of another workspace opens a report there, which this one does not see, by any filter."""
    told = issue_comment(ELSEWHERE, id=800, number=42, body="/agents improve it", at=minute(10))
    desk.deliver(told)
    (theirs,) = (desk.call("GET", "/reports", by=desk.others).json or {})["items"]
    assert theirs["repository"] == ELSEWHERE.name
    assert theirs["id"] != report
    assert desk.append(theirs["id"], "task_run", {}, by=desk.as_run("theirs", desk.others)).status_code == 201
    assert ids(desk, "/reports") == [report]
    assert ids(desk, "/reports", repository=ELSEWHERE.name) == ids(desk, "/reports", run="theirs") == []
    for method, path, body in calls(theirs["id"], 1):
        refused(desk.call(method, path, body), 404)


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "x", "1x", "-1", "%00", SHA])
def test_what_there_never_was_is_404(desk: Desk, report: str, number: str) -> None:
    """A report or an entry that there never was, or that cannot be, is 404 by every route."""
    entry = desk.appended(report, "commit", good("commit"))["id"]
    for method, path, body in calls(number, entry):
        refused(desk.call(method, path, body), 404)
    for method, path, body in calls(report, number)[6:]:
        refused(desk.call(method, path, body), 404)
    assert REPO.name == desk.shown(report)["repository"]
