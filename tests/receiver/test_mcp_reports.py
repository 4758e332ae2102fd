from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from receiver.client import Client as ServiceClient
from receiver.client import UnreachableError
from receiver.mcp.arguments import MOST_ENTRIES
from receiver.mcp.report_shaping import ACTIONABILITIES, HOW_TO_LOG, PRIORITIES
from receiver.mcp.tools import TOOLS
from resolver.model.github import Kind
from resolver.model.reports import ReportStatus
from resolver.reports.registry import BY_TYPE
from tests.support.api import REPOSITORY, Api, address
from tests.support.mcp import REVISIONS, ask, client_of
from tests.support.mcp_reports import RUN, append, found, open_reports
from tests.support.transports import Told

PRIORITY = {"priority": "P1", "explanation": "it is seen by everybody"}
ACTIONABILITY = {"actionability": "requires_human_input", "explanation": "which one?", "already_addressed": False}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An API with one run, and one report about its work."""
    with open_reports(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("mode", REVISIONS)
def test_a_report_is_found_worked_on_and_read(api: Api, mode: str) -> None:
    """An agent lists reports, associates itself, judges, notes, and reads the report with its state and its log."""
    client = client_of(api)
    (listed,) = found(client, "list_reports", mode=mode, status="open", repository=REPOSITORY)["items"]
    joined = append(client, "task_run", {}, mode=mode, run=RUN)
    judged = append(client, "priority_judgment", PRIORITY, mode=mode, run=RUN)
    append(client, "actionability_judgment", ACTIONABILITY, mode=mode)
    shown = found(client, "get_report", mode=mode, report_id="1", entries=2)

    assert listed == {
        "id": "1", "status": "open", "repository": REPOSITORY, "number": 5, "feedback_id": 1,
        "feedback_url": address(Kind.ISSUE_COMMENT, 900, 5),
        "created_at": "2026-10-01T12:00:00Z", "updated_at": "2026-10-01T12:00:00Z",
        "resolution": {"confidence": "exact", "mode": "direct", "span_id": RUN, "agent_name": "coder"},
        "untrusted": {"title": "shorter, please"},
    }  # fmt: skip
    assert joined == {
        "id": 2, "report_id": "1", "type": "task_run", "producer": {"kind": "run", "run": RUN}, "revision": 1,
        "new": True,
    }  # fmt: skip
    assert (shown["priority"], shown["actionability"]) == ("P1", "requires_human_input")
    assert shown["runs"] == [{"span_id": RUN, "agent_name": "coder", "started_at": "2026-10-01T12:00:00Z"}]
    assert shown["resolution"]["run"]["span_id"] == RUN
    assert shown["untrusted"] == {"title": "shorter, please", "summary": "shorter, please"}
    assert shown["state"]["priority_judgment"] == {
        "id": judged["id"], "type": "priority_judgment", "producer": {"kind": "run", "run": RUN},
        "created_at": "2026-10-01T12:00:00Z", "untrusted": {"content": PRIORITY},
    }  # fmt: skip
    assert [entry["type"] for entry in shown["entries"]] == ["actionability_judgment", "priority_judgment"]
    assert shown["entries"][0]["untrusted"] == {"content": ACTIONABILITY, "producer": "WHICHRUN_API_TOKEN"}
    assert shown["next_cursor"]


def test_the_whole_log_can_be_read(api: Api) -> None:
    """Page by page, by type, by run, and what counts alone: an agent reaches every entry of however long a log."""
    client = client_of(api)
    for number in range(5):
        append(client, "note", {"note": f"note {number}"}, run=RUN if number % 2 else None)
        append(client, "priority_judgment", {"priority": f"P{number}", "explanation": "x"})
    walked: list[int] = []
    asked: dict[str, Any] = {"report_id": "1", "entries": 4}
    while True:
        shown = found(client, "get_report", **asked)
        walked += [entry["id"] for entry in shown["entries"]]
        if "next_cursor" not in shown:
            break
        asked["cursor"] = shown["next_cursor"]
    assert walked == sorted(walked, reverse=True)
    assert len(walked) == 11

    def notes(**more: Any) -> list[str]:  # noqa: ANN401
        entries = found(client, "get_report", report_id="1", entries=50, type="note", **more)["entries"]
        return [entry["untrusted"]["content"]["note"] for entry in entries]

    assert notes() == [f"note {number}" for number in (4, 3, 2, 1, 0)]
    assert notes(run=RUN) == ["note 3", "note 1"]
    current = found(client, "get_report", report_id="1", current=True)["entries"]
    assert [entry["untrusted"]["content"] for entry in current] == [{"priority": "P4", "explanation": "x"}]
    assert ask(client, "get_report", report_id="1", cursor="x").text.startswith("invalid: cursor: ")
    assert ask(client, "get_report", report_id="1", type="novel").text.startswith("invalid: type: ")


def test_nothing_is_an_answer(api: Api) -> None:
    """A list without reports is none of the errors, and a report without judgments has no state."""
    client = client_of(api)

    assert found(client, "list_reports", status="resolved") == {"items": [], "how_to_log": HOW_TO_LOG}
    shown = found(client, "get_report", report_id="1")
    assert {"state", "runs", "priority", "actionability", "next_cursor"}.isdisjoint(shown)
    assert [entry["type"] for entry in shown["entries"]] == ["resolution"]


def test_reports_are_found_by_who_works_on_them_and_how_they_are_judged(api: Api) -> None:
    """Each filter keeps what it names, and nothing else."""
    client = client_of(api)
    api.give(id=901)
    append(client, "task_run", {"run": RUN})
    append(client, "priority_judgment", PRIORITY)

    def ids(**filters: object) -> list[str]:
        return [item["id"] for item in found(client, "list_reports", **filters)["items"]]

    assert ids() == ["2", "1"]
    assert ids(run=RUN) == ids(priority="P1") == ["1"]
    assert ids(priority="P2") == ids(run="nobody") == ids(repository="acme/other") == []


def test_lists_go_on_where_the_cursor_says(api: Api) -> None:
    """A page that is not the last names the next."""
    client = client_of(api)
    for index in range(3):
        api.give(id=901 + index)

    first = found(client, "list_reports", limit=3)
    rest = found(client, "list_reports", limit=3, cursor=first["next_cursor"])

    assert [item["id"] for item in (*first["items"], *rest["items"])] == ["4", "3", "2", "1"]
    assert "next_cursor" not in rest


def test_the_log_is_shown_as_far_as_it_is_wanted(api: Api) -> None:
    """Ten of the newest entries, unless another number is named: none, or up to fifty."""
    client = client_of(api)
    for index in range(60):
        append(client, "note", {"note": f"note {index}"})

    def shown(**more: object) -> list[str] | None:
        report = found(client, "get_report", report_id="1", **more)
        entries = report.get("entries")
        return entries and [entry["untrusted"]["content"]["note"] for entry in entries]

    assert shown() == [f"note {index}" for index in range(59, 49, -1)]
    assert len(shown(entries=MOST_ENTRIES) or ()) == 50
    assert shown(entries=0) is None
    assert ask(client, "get_report", report_id="1", entries=51).text.startswith("invalid: entries: ")
    assert ask(client, "get_report", report_id="1", entries=-1).text.startswith("invalid: entries: ")


def test_what_reads_says_how_to_log(api: Api) -> None:
    """A list and a report carry the same one line, which names a tool and a type that there are."""
    client = client_of(api)
    lines = {found(client, "list_reports")["how_to_log"], found(client, "get_report", report_id="1")["how_to_log"]}

    assert lines == {HOW_TO_LOG}
    assert HOW_TO_LOG.isprintable()
    assert {"append_entry", "update_entry", "delete_entry"} <= {tool.name for tool in TOOLS}
    for word in ("append_entry", "update_entry", "delete_entry", "task_run", "finding", "note", "commit"):
        assert word in HOW_TO_LOG
    assert {"task_run", "finding", "note", "commit"} <= BY_TYPE.keys()


def test_the_note_leads_to_an_association(api: Api) -> None:
    """An agent that does what the line says first stands among the report's runs, once."""
    client = client_of(api)

    first = append(client, "task_run", {}, run=RUN)
    again = append(client, "task_run", {}, run=RUN)

    assert (first["new"], again["new"], again["id"]) == (True, False, first["id"])
    assert found(client, "list_reports")["items"][0]["runs"] == [RUN]


def test_an_entry_is_edited_and_taken_out(api: Api) -> None:
    """What replaces a content is told with its revision; a judgment that is gone gives way to the one before it."""
    client = client_of(api)
    append(client, "priority_judgment", PRIORITY)
    second = append(client, "priority_judgment", PRIORITY | {"priority": "P3"})
    api.wait(minutes=5)
    edited = found(client, "update_entry", report_id="1", entry_id=second["id"], content=PRIORITY | {"priority": "P4"})
    shown = found(client, "get_report", report_id="1", entries=1)
    gone = found(client, "delete_entry", report_id="1", entry_id=second["id"])

    assert edited == {
        "id": second["id"], "report_id": "1", "type": "priority_judgment", "producer": {"kind": "agent"}, "revision": 2,
    }  # fmt: skip
    assert shown["priority"] == "P4"
    assert shown["entries"][0]["edited_by"] == {"kind": "agent"}
    assert shown["entries"][0]["edited_at"] == "2026-10-01T12:05:00Z"
    assert shown["entries"][0]["untrusted"]["edited_by"] == "WHICHRUN_API_TOKEN"
    assert gone == {"report_id": "1", "deleted": second["id"]}
    assert found(client, "get_report", report_id="1")["priority"] == "P1"
    assert ask(client, "delete_entry", report_id="1", entry_id=second["id"]).text.startswith("not_found: ")


def test_ids_are_taken_as_texts_or_numbers(api: Api) -> None:
    """A report's id is a text of digits; an agent that writes a number means the same."""
    assert found(client_of(api), "get_report", report_id=1)["id"] == "1"


NOTE = {"note": "x"}


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_report", {"report_id": "77"}, "not_found: there is no report 77"),
        ("get_report", {"report_id": "../runs"}, "not_found: "),
        ("get_report", {"report_id": ".."}, "invalid: "),
        ("get_report", {}, "invalid: report_id: "),
        ("get_report", {"report_id": "1", "colour": "red"}, "invalid: colour: is not a known argument"),
        ("list_reports", {"status": "old"}, "invalid: status: "),
        ("list_reports", {"priority": "P9"}, "invalid: priority: "),
        ("list_reports", {"repository": "no name"}, "invalid: repository: "),
        ("list_reports", {"limit": 501}, "invalid: limit: "),
        ("list_reports", {"cursor": "x"}, "invalid: cursor: "),
        ("append_entry", {"report_id": "77", "type": "note", "content": NOTE}, "not_found: there is no report 77"),
        ("append_entry", {"report_id": "1", "type": "memo", "content": NOTE}, "invalid: type: is none of "),
        ("append_entry", {"report_id": "1", "type": "note", "content": {}}, "invalid: content.note: "),
        ("append_entry", {"report_id": "1", "type": "note", "content": {"note": " "}}, "invalid: content.note: "),
        ("append_entry", {"report_id": "1", "type": "note", "content": "x"}, "invalid: content: "),
        ("append_entry", {"report_id": "1", "type": "note"}, "invalid: content: "),
        ("append_entry", {"report_id": "1", "type": "note", "content": {"note": "x" * 70_000}}, "too_large: "),
        ("append_entry", {"report_id": "1", "type": "resolution", "content": {}}, "forbidden: "),
        ("append_entry", {"report_id": "1", "type": "task_run", "content": {}}, "invalid: content.run: "),
        ("append_entry", {"report_id": "1", "type": "task_run", "content": {"run": "nobody"}}, "invalid: content.run"),
        ("append_entry", {"report_id": "1", "type": "note", "content": NOTE, "run": "o"}, "invalid: X-Whichrun-Run:"),
        ("append_entry", {"report_id": "1", "type": "note", "content": NOTE, "run": "a\nb"}, "invalid: run: "),
        ("append_entry", {"report_id": "1", "type": "note", "content": NOTE, "run": ""}, "invalid: run: "),
        ("update_entry", {"report_id": "1", "entry_id": 77, "content": NOTE}, "not_found: there is no entry 77"),
        ("update_entry", {"report_id": "1", "entry_id": 1, "content": NOTE}, "forbidden: "),
        ("update_entry", {"report_id": "1", "entry_id": 77}, "invalid: content: "),
        ("delete_entry", {"report_id": "1", "entry_id": 77}, "not_found: there is no entry 77"),
        ("delete_entry", {"report_id": "1", "entry_id": 1}, "forbidden: "),
        ("delete_entry", {"report_id": "1", "entry_id": "one"}, "invalid: entry_id: "),
    ],
)  # fmt: skip
def test_errors_name_their_code_and_field(api: Api, tool: str, arguments: dict[str, Any], said: str) -> None:
    """What the API refuses is a tool error with its code, its field and its words, and nothing is written."""
    reply = ask(client_of(api), tool, **arguments)

    assert reply.found is None
    assert reply.text.startswith(said)
    assert len(client_of(api).entry_page("1")["items"]) == 1


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if "report" in tool.name or "entry" in tool.name])
def test_a_service_out_of_reach_is_no_nothing(tool: Any) -> None:  # noqa: ANN401 - a tool of any arguments
    """Where nobody answers each tool says so."""
    given: dict[str, Any] = {"report_id": "1", "entry_id": 1, "type": "note", "content": {}}
    arguments = {name: value for name, value in given.items() if name in tool.arguments.model_fields}

    reply = ask(ServiceClient(Told(UnreachableError("nobody answers"))), tool.name, **arguments)

    assert (reply.found, reply.text) == (None, "unreachable: nobody answers")


def test_a_log_that_cannot_be_read_is_no_empty_log(api: Api) -> None:
    """A report is not shown without its log where only the log fails."""
    client = client_of(api)

    class Failing(ServiceClient):
        def entry_page(self, report_id: str, **filters: Any) -> dict[str, Any]:  # noqa: ANN401
            raise UnreachableError("nobody answers")

    failing = Failing(client._transport)  # noqa: SLF001 - the same service, but for its logs

    assert ask(failing, "get_report", report_id="1").text == "unreachable: nobody answers"
    assert found(failing, "get_report", report_id="1", entries=0)["id"] == "1"


def test_values_that_are_offered_are_the_services_own() -> None:
    """The statuses and priorities in the schemas, and what may stand outside of untrusted, are those of the domain."""
    schemas = {tool.name: tool.described().input_schema["properties"] for tool in TOOLS}

    assert schemas["list_reports"]["status"]["enum"] == [*ReportStatus]
    assert schemas["list_reports"]["priority"]["enum"] == [*PRIORITIES] == ["P0", "P1", "P2", "P3", "P4"]
    assert ACTIONABILITIES == ("immediately_actionable", "requires_human_input", "not_actionable")
    assert schemas["get_report"]["entries"]["maximum"] == MOST_ENTRIES


def test_agents_are_told_what_a_tool_does_to_a_log() -> None:
    """Only deleting takes away; what is appended twice may stand twice, anything else comes to the same."""
    hints = {tool.name: tool.described().annotations for tool in TOOLS}

    def those(**hint: bool) -> set[str]:
        ((name, value),) = hint.items()
        return {tool for tool, said in hints.items() if getattr(said, name) is value}

    assert those(destructive_hint=True) == {"delete_entry"}
    assert those(idempotent_hint=False) == {"append_entry"}
    assert those(read_only_hint=False) == {
        "update_feedback_status", "append_entry", "update_entry", "delete_entry",
    }  # fmt: skip
