"""Lists of reports, entries and revisions page by page, while things are written; cursors belong to one list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import pages, refused_fields
from tests.support.reports import Desk, good, open_desk


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_walk_of_entries_neither_skips_nor_repeats(desk: Desk, report: str, limit: int) -> None:
    """Who follows the cursors while entries are appended gets each one that was there once, newest first."""
    there = [desk.appended(report, "note", {"note": f"{index}"})["id"] for index in range(7)]
    seen: list[int] = []
    cursor: dict[str, str | int] = {}
    while True:
        page = desk.got(f"/reports/{report}/entries", type="note", limit=limit, **cursor)
        assert len(page["items"]) <= limit
        seen += [one["id"] for one in page["items"]]
        desk.appended(report, "note", {"note": f"meanwhile {len(seen)}"})
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == there[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_walk_of_reports_neither_skips_nor_repeats(desk: Desk, limit: int) -> None:
    """Who follows the cursors while reports open, and old ones change, gets each one that was there once."""
    there = [desk.open_report(f"{index}") for index in range(7)]
    seen: list[str] = []
    cursor: dict[str, str | int] = {}
    while True:
        page = desk.got("/reports", limit=limit, **cursor)
        seen += [one["id"] for one in page["items"]]
        desk.open_report("meanwhile")
        desk.appended(there[-1], "note", good("note"))
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == there[::-1]


def test_a_walk_past_deleted_entries(desk: Desk, report: str) -> None:
    """An entry that is deleted during a walk, even the last one that was given, does not break it off."""
    there = [desk.appended(report, "note", {"note": f"{index}"})["id"] for index in range(5)][::-1]
    path = f"/reports/{report}/entries"
    page = desk.got(path, type="note", limit=2)
    for gone in (there[1], there[2]):
        assert desk.delete(report, gone).status_code == 204
    rest = desk.got(path, type="note", limit=10, cursor=page["next_cursor"])
    assert [one["id"] for one in rest["items"]] == there[3:]


def test_a_walk_of_revisions(desk: Desk, report: str) -> None:
    """The revisions of an entry are a list like any other."""
    entry = desk.appended(report, "note", {"note": "0"})["id"]
    for index in range(1, 6):
        assert desk.edit(report, entry, {"note": f"{index}"}).status_code == 200
    for limit in (1, 2, 3, 6, 7):
        found = pages(desk.api, f"/reports/{report}/entries/{entry}/revisions", limit=limit)
        assert [one["revision"] for one in found] == [6, 5, 4, 3, 2, 1]


def test_a_cursor_belongs_to_its_list(desk: Desk, report: str) -> None:
    """A cursor of other filters, of another report or of another kind of list is 422; the limit may differ."""
    other = desk.open_report()
    for one in (report, other):
        for word in ("a", "b", "c"):
            desk.appended(one, "note", {"note": word})
    mine, theirs = (f"/reports/{one}/entries" for one in (report, other))
    entry = desk.written(report)[0]["id"]
    desk.edit(report, entry, {"note": "d"})
    cursor = desk.got(mine, limit=1, type="note")["next_cursor"]
    assert len(desk.got(mine, limit=2, type="note", cursor=cursor)["items"]) == 2
    of_reports = desk.got("/reports", limit=1)["next_cursor"]
    elsewhere: list[tuple[str, dict[str, str | int]]] = [
        (mine, {"cursor": cursor}),
        (mine, {"cursor": cursor, "type": "note", "current": "true"}),
        (mine, {"cursor": cursor, "type": "note", "run": "span-1"}),
        (mine, {"cursor": cursor, "type": "finding"}),
        (theirs, {"cursor": cursor, "type": "note"}),
        (f"{mine}/{entry}/revisions", {"cursor": cursor}),
        ("/reports", {"cursor": cursor}),
        ("/feedback", {"cursor": of_reports}),
        ("/reports", {"cursor": of_reports, "status": "open"}),
        (mine, {"cursor": of_reports}),
    ]
    for path, query in elsewhere:
        assert refused_fields(desk.call("GET", path, query=query)) == ["cursor"], (path, query)
