from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.mcp import ask, client_of
from tests.support.mcp_reports import RUN, append, found, issued, open_reports

NOTE = {"note": "x"}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An API with one run, and one report about its work."""
    with open_reports(tmp_path) as opened:
        yield opened


def test_a_token_that_may_only_read_writes_nothing(api: Api) -> None:
    """The scope is the authority, whatever run is named."""
    reader = issued(api, scopes=["reports:read"])

    assert found(reader, "get_report", report_id="1")["id"] == "1"
    refused = ask(reader, "append_entry", report_id="1", type="note", content=NOTE, run=RUN)
    assert refused.text == "forbidden: the token lacks the scope reports:write"


def test_a_report_of_another_workspace_is_not_there(api: Api) -> None:
    """Another workspace's token finds no report, and can add to none."""
    stranger = issued(api, workspace="theirs")

    assert found(stranger, "list_reports")["items"] == []
    assert ask(stranger, "get_report", report_id="1").text.startswith("not_found: ")
    reply = ask(stranger, "append_entry", report_id="1", type="note", content=NOTE)
    assert reply.text.startswith("not_found: ")


def test_who_writes_is_the_tools_run_then_the_clients_then_the_token(api: Api) -> None:
    """A run that the call names comes before the one that the client writes as; without both it is the token."""
    api.register("span-2")
    client = client_of(api)

    producers = [
        append(client, "note", NOTE)["producer"],
        append(client.writing_as("span-2"), "note", NOTE)["producer"],
        append(client.writing_as("span-2"), "note", NOTE, run=RUN)["producer"],
    ]

    assert producers == [{"kind": "agent"}, {"kind": "run", "run": "span-2"}, {"kind": "run", "run": RUN}]


def test_a_run_changes_its_own_entries_alone(api: Api) -> None:
    """Named by the call, a run may edit and delete what it wrote, and nothing else."""
    api.register("span-2")
    client = client_of(api)
    entry = append(client, "note", NOTE, run=RUN)["id"]
    given: dict[str, Any] = {"report_id": "1", "entry_id": entry, "content": {"note": "y"}}

    others = [
        ask(client, "update_entry", **given, run="span-2"),
        ask(client, "delete_entry", report_id="1", entry_id=entry, run="span-2"),
    ]

    assert [reply.text.partition(":")[0] for reply in others] == ["forbidden"] * 2
    assert found(client, "update_entry", **given, run=RUN)["revision"] == 2
    assert found(client, "delete_entry", report_id="1", entry_id=entry, run=RUN)["deleted"] == entry


def test_a_token_that_is_bound_to_a_run_writes_as_that_one(api: Api) -> None:
    """Without naming it, and as no other run, whoever names that."""
    api.register("span-2")
    bound = issued(api, run="span-2")

    assert append(bound, "task_run", {})["producer"] == {"kind": "run", "run": "span-2"}
    assert append(bound, "note", NOTE, run="span-2")["producer"] == {"kind": "run", "run": "span-2"}
    refused = [
        ask(bound, "append_entry", report_id="1", type="note", content=NOTE, run=RUN),
        ask(bound.writing_as(RUN), "append_entry", report_id="1", type="note", content=NOTE),
    ]
    assert [reply.text for reply in refused] == [
        "forbidden: the token is bound to run span-2: it writes as no other"
    ] * 2


def test_a_token_whose_run_is_not_registered_yet_is_told_so(api: Api) -> None:
    """Nobody named a run in the request: the token is what does not fit, and what to do about it is said."""
    bound = issued(api, run="span-9")

    refused = ask(bound, "append_entry", report_id="1", type="note", content=NOTE)
    api.register("span-9")

    assert refused.text == "invalid: the token is bound to run span-9, which is not registered yet: register it first"
    assert append(bound, "note", NOTE)["producer"] == {"kind": "run", "run": "span-9"}
