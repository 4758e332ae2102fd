from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from receiver.client import Answer, Appended, Client, ClientError, ServiceError, UnreachableError
from tests.support.answering import answering, told
from tests.support.api import open_api
from tests.support.mcp import client_of
from tests.support.transports import Told, busy, ok

ENTRY = {"id": 3, "type": "note"}
WRITES: dict[str, Callable[[Client], object]] = {
    "append": lambda client: client.append_entry("1", "note", {"note": "x"}),
    "edit": lambda client: client.edit_entry("1", 3, {"note": "x"}),
    "delete": lambda client: client.delete_entry("1", 3),
}


@pytest.fixture
def slept() -> list[float]:
    """The seconds that the client would have slept."""
    return []


def test_each_question_about_reports_has_its_route() -> None:
    """Ids become segments, filters the query, contents the body; reading names no run, writing does."""
    page = ok({"items": []})
    transport = Told(page, ok({}), page, ok(ENTRY, 201), ok(ENTRY), ok(ENTRY), Answer(204, {}, b""))
    client = Client(transport, run="s1")

    client.report_page(run="s1", status=None, limit=5)
    client.report("1/x")
    client.entry_page("1", type="note", current=True)
    appended = client.append_entry("1", "note", {"note": "x"}), client.append_entry("1", "task_run", {})
    edited = client.edit_entry("1", 3, {"note": "y"})
    client.delete_entry("1", 3)

    assert appended == (Appended(ENTRY, new=True), Appended(ENTRY, new=False))
    assert edited == ENTRY
    assert transport.asked == [
        ("GET", "/v1/reports", {"run": "s1", "limit": "5"}, None),
        ("GET", "/v1/reports/1%2Fx", None, None),
        ("GET", "/v1/reports/1/entries", {"type": "note", "current": "true"}, None),
        ("POST", "/v1/reports/1/entries", None, {"type": "note", "content": {"note": "x"}}),
        ("POST", "/v1/reports/1/entries", None, {"type": "task_run", "content": {}}),
        ("PATCH", "/v1/reports/1/entries/3", None, {"content": {"note": "y"}}),
        ("DELETE", "/v1/reports/1/entries/3", None, None),
    ]
    assert transport.headers == [None] * 3 + [{"X-Whichrun-Run": "s1"}] * 4


def test_a_log_is_written_and_read(tmp_path: Path) -> None:
    """Against the real application: a page of reports, an entry appended twice, edited, listed and deleted."""
    with open_api(tmp_path) as api:
        api.register()
        api.give()
        client = client_of(api)
        (report,) = client.report_page(status="open")["items"]
        first = client.append_entry(report["id"], "task_run", {}, run="span-1")
        again = client.append_entry(report["id"], "task_run", {}, run="span-1")
        note = client.append_entry(report["id"], "note", {"note": "x"})
        edited = client.edit_entry(report["id"], note.entry["id"], {"note": "y"})
        listed = client.entry_page(report["id"], limit=2)["items"]
        client.delete_entry(report["id"], note.entry["id"])
        current = client.entry_page(report["id"], current=True)

        assert (first.new, again) == (True, Appended(first.entry, new=False))
        assert first.entry["producer"] == {"kind": "run", "run": "span-1"}
        assert edited["content"] == {"note": "y"}
        assert listed == [edited, first.entry]
        assert current["items"] == []
        assert [run["span_id"] for run in client.report(report["id"])["runs"]] == ["span-1"]
        with pytest.raises(ServiceError) as caught:
            client.delete_entry(report["id"], note.entry["id"])
        assert caught.value.code == "not_found"


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_is_by_the_run_that_it_names(write: Callable[[Client], object]) -> None:
    """Without a run nothing is said of one; the client's own run stands where the call names no other."""
    transport = Told(ok(ENTRY), ok(ENTRY), ok(ENTRY))
    client = Client(transport)

    write(client)
    write(client.writing_as("s2"))
    client.writing_as("s2").append_entry("1", "note", {}, run=" s3 ")

    assert transport.headers == [None, {"X-Whichrun-Run": "s2"}, {"X-Whichrun-Run": "s3"}]


@pytest.mark.parametrize("run", ["", "  ", "a\nX-Other: b", "a\rb", "a\x00", "a\x7f", "a\x85b", "\ud800", "s" * 513])
def test_what_is_no_span_is_not_sent(run: str) -> None:
    """A name that would end the header, or that no header carries, is refused before anything is sent."""
    client = Client(Told())

    with pytest.raises(ClientError, match="nothing was sent"):
        client.append_entry("1", "note", {}, run=run)
    with pytest.raises(ClientError, match="nothing was sent"):
        client.writing_as(run)
    with pytest.raises(ClientError, match="nothing was sent"):
        Client(Told(), run=run)


def test_a_span_of_any_letters_arrives() -> None:
    """What is no ASCII is sent as UTF-8, whatever its bytes are when they are read as Latin-1."""
    with answering(told(ENTRY)) as server:
        client = Client.at(server.url, token="t", run="läuft à")
        client.append_entry("1", "note", {})
        client.close()

    assert server.asked[0].headers["X-Whichrun-Run"].encode("latin-1").decode() == "läuft à"


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_that_was_refused_for_its_rate_is_sent_again(
    write: Callable[[Client], object], slept: list[float]
) -> None:
    """A 429 is given before anything is looked at, so nothing can happen twice."""
    transport = Told(busy(retry_after="2"), busy(), ok(ENTRY))

    write(Client(transport, sleep=slept.append))

    assert (len(transport.asked), slept) == (3, [2, 1])


@pytest.mark.parametrize(("write", "times"), [("append", 1), ("edit", 2), ("delete", 1)])
def test_what_would_add_up_is_not_sent_again_when_the_store_failed(write: str, times: int, slept: list[float]) -> None:
    """After 503 nobody knows what was kept: a note could stand twice, and a deletion be told as a failure."""
    transport = Told(busy(503), ok(ENTRY))
    client = Client(transport, sleep=slept.append)

    if times == 1:
        with pytest.raises(ServiceError) as caught:
            WRITES[write](client)
        assert caught.value.status == 503
    else:
        WRITES[write](client)

    assert len(transport.asked) == times


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_without_an_answer_is_told_and_not_repeated(write: Callable[[Client], object]) -> None:
    """Where no answer came, whether it was done is not known."""
    transport = Told(UnreachableError("nobody answers"), ok(ENTRY))

    with pytest.raises(UnreachableError):
        write(Client(transport))

    assert len(transport.asked) == 1


def test_an_answer_without_items_is_none() -> None:
    """A page that is none is an error, not an empty list."""
    client = Client(Told(ok({"next_cursor": None}), ok({})))

    with pytest.raises(ServiceError, match="without items"):
        client.report_page()
    with pytest.raises(ServiceError, match="without items"):
        client.entry_page("1")
