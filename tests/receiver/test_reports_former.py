"""Rows of a former shape: a type may change, or go, and what was written before is still there to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api, open_api, refused, refused_fields
from tests.support.databases import look_into

FORMER: list[tuple[str, Any]] = [
    ("note", {"text": "as notes were once", "author": 7}),
    ("note", ["a", "list"]),
    ("note", "a text"),
    ("note", None),
    ("priority_judgment", {"priority": "P9", "explanation": ""}),
    ("priority_judgment", {"level": 1}),
    ("finding", {"signal_id": "s"}),
    ("task_run", {"task": 5}),
    ("suggested_reviewers", {"reviewers": ["mona"]}),
    ("commit", {"repository": "../..", "commit_sha": "zz"}),
    ("artefact", {"anything": {"at": ["all"]}}),
]
"""Types, one of which is no more, with contents that none of them has now."""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An API with one report."""
    with open_api(tmp_path) as opened:
        opened.give()
        yield opened


def plant(api: Api, type_: str, content: Any) -> int:  # noqa: ANN401 - JSON
    """Have a row as another version of the service wrote it; return its entry's id."""
    good = {"priority_judgment": {"priority": "P1", "explanation": "x"}}.get(type_)
    written = {"type": "note", "content": {"note": "x"}} if good is None else {"type": type_, "content": good}
    answer = api.post("/reports/1/entries", written)
    assert answer.json is not None
    entry_id = int(answer.json["id"])
    database = look_into(api.services.store)
    with database.writing():
        database.change(
            "UPDATE report_entry SET type = ?, content = ? WHERE id = ?", (type_, json.dumps(content), entry_id)
        )
    return entry_id


@pytest.mark.parametrize(("type_", "content"), FORMER)
def test_it_is_readable_and_marked(api: Api, type_: str, content: object) -> None:
    """In the list, alone, in its revisions and in the state, it is shown as it is kept, and marked as not valid."""
    entry_id = plant(api, type_, content)
    alone = api.get(f"/reports/1/entries/{entry_id}").json
    listed = (api.get("/reports/1/entries", limit=1).json or {})["items"]
    assert alone is not None
    assert (alone["type"], alone["content"], alone["valid"]) == (type_, content, False)
    assert listed == [alone]
    (revision,) = (api.get(f"/reports/1/entries/{entry_id}/revisions").json or {})["items"]
    assert revision["content"] == content
    report = api.get("/reports/1").json or {}
    if type_ == "priority_judgment":
        assert report["state"][type_] == alone
    assert api.get("/reports").json == {"items": [report], "next_cursor": None}


@pytest.mark.parametrize(("type_", "content"), FORMER)
def test_it_can_be_mended_or_taken_out(api: Api, type_: str, content: object) -> None:
    """An edit gives it a content of its type, if that is one still; anybody who may can delete it either way."""
    entry_id = plant(api, type_, content)
    answer = api.patch(f"/reports/1/entries/{entry_id}", {"content": {"note": "mended"}})
    if type_ == "note":
        assert answer.json is not None
        assert (answer.json["content"], answer.json["valid"], answer.json["revision"]) == ({"note": "mended"}, True, 2)
    else:
        assert refused_fields(answer)
    deleted = api.client.delete(f"/v1/reports/1/entries/{entry_id}", headers=api.headers)
    assert deleted.status_code == 204
    refused(api.get(f"/reports/1/entries/{entry_id}"), 404)


@pytest.mark.parametrize(("type_", "content"), [one for one in FORMER if one[0] == "priority_judgment"])
def test_the_next_one_counts_as_ever(api: Api, type_: str, content: object) -> None:
    """A judgment after one of a former shape is the state; once it is deleted, the former one is again, marked."""
    former = plant(api, type_, content)
    new = api.post("/reports/1/entries", {"type": type_, "content": {"priority": "P2", "explanation": "x"}}).json or {}
    assert [one["id"] for one in (api.get("/reports", priority="P2").json or {})["items"]] == ["1"]
    api.client.delete(f"/v1/reports/1/entries/{new['id']}", headers=api.headers)
    state = (api.get("/reports/1").json or {})["state"][type_]
    assert (state["id"], state["valid"]) == (former, False)
    assert [(api.get("/reports", priority=one).json or {})["items"] for one in ("P1", "P2")] == [[], []]
