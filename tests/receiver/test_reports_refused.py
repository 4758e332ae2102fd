"""What is refused before it is an entry: too much of it, no type, a type of the service's own, no JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.support.api import refused, refused_fields
from tests.support.reports import GOOD, SERVER_TYPES, Desk, good, open_desk, with_field


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that the tests of this module share: each opens a report of its own where it writes."""
    with open_desk(tmp_path_factory.mktemp("refused")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(desk: Desk) -> str:
    """A report to which nothing is ever written."""
    return desk.open_report()


@pytest.mark.parametrize(
    "contents",
    ["\n".join(["x"] * 20), "é" * 1000, "\n".join(["y" * 1000] * 20)],
    ids=["20 lines", "1,000 characters", "both"],
)
def test_the_longest_code_is_kept(desk: Desk, contents: str) -> None:
    """Twenty lines, each of 1,000 characters, are what a code reference may quote."""
    entry = desk.appended(desk.open_report(), "code_reference", with_field("code_reference", "contents", contents))
    assert entry["content"]["contents"] == contents


@pytest.mark.parametrize(
    "contents",
    ["\n".join(["x"] * 21), "y" * 1001, "\n".join(["x", "y" * 1001, "x"]), "x\r\n" * 21 + "x"],
    ids=["21 lines", "1,001 characters", "one line of several", "other line ends"],
)
def test_longer_code_is_refused(desk: Desk, report: str, contents: str) -> None:
    """One line more, or one line that is a character longer, is 422 by its field."""
    answer = desk.append(report, "code_reference", with_field("code_reference", "contents", contents))
    assert refused_fields(answer) == ["content.contents"]


def test_oversized_content_is_413(desk: Desk) -> None:
    """A content of more than 64 KiB as JSON is refused for its size, written or edited; what was there stays."""
    report = desk.open_report()
    entry = desk.appended(report, "note", good("note"))
    huge = {"note": "x" * (64 * 1024 + 1)}
    assert refused(desk.append(report, "note", huge), 413)["code"] == "too_large"
    assert refused(desk.edit(report, entry["id"], huge), 413)["code"] == "too_large"
    many = with_field("finding", "relevant_code_paths", [f"src/file{index:05}.py" for index in range(5000)])
    refused(desk.append(report, "finding", many), 413)
    assert desk.written(report) == [entry]


@pytest.mark.parametrize("kind", ["", " ", "notes", "Note", "note ", "priority", 5, None, ["note"], True, "x" * 600])
def test_an_unknown_type_is_422(desk: Desk, report: str, kind: Any) -> None:  # noqa: ANN401 - JSON
    """A type that there is not, or that is no text, is refused by the field ``type``."""
    assert refused_fields(desk.append(report, kind, good("note"))) == ["type"]


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("content", [None, "text", 5, True])
def test_a_content_of_no_type_is_422(desk: Desk, report: str, kind: str, content: object) -> None:
    """A content is an object, or a list for reviewers; anything else is refused by ``content``."""
    assert refused_fields(desk.append(report, kind, content)) == ["content"]
    other: object = {} if kind == "suggested_reviewers" else []
    assert refused_fields(desk.append(report, kind, other)) == ["content"]


def test_a_body_names_type_and_content_alone(desk: Desk, report: str) -> None:
    """A body without a type, or with a field that nobody knows, is refused by its name: nobody says who they are."""
    path = f"/reports/{report}/entries"
    body = {"type": "note", "content": good("note")}
    assert refused_fields(desk.call("POST", path, {"content": good("note")})) == ["type"]
    for name, value in (("producer", {"kind": "user", "user": "mona"}), ("id", 1), ("created_at", "2026-10-01")):
        assert refused_fields(desk.call("POST", path, body | {name: value})) == [name]
    assert desk.written(report) == []


@pytest.mark.parametrize("raw", [b"", b"{", b"note", b"{'type':'note'}", b'{"type":"note","content":{"note":"x"}'])
def test_what_is_not_json_is_400(desk: Desk, report: str, raw: bytes) -> None:
    """A body that is not JSON is refused as that."""
    answer = desk.api.client.post(
        f"/v1/reports/{report}/entries", data=raw, headers=desk.api.headers, content_type="application/json"
    )
    assert refused(answer, 400)["code"] == "not_json"


SERVER: Final[dict[str, object]] = {
    "resolution": {
        "confidence": "exact", "mode": "manual", "span_id": "span-1", "diagnostic": "mine", "cause": "said so",
    },
    "title_change": {"before": "a", "after": "b"},
    "summary_change": {"before": "a", "after": "b"},
    "status_change": {"before": "open", "after": "resolved"},
}  # fmt: skip


@pytest.mark.parametrize("kind", SERVER_TYPES)
def test_types_of_the_service_are_403(desk: Desk, kind: str) -> None:
    """What the service itself writes nobody writes from outside: not by any token, nor as any run."""
    report = desk.open_report()
    before = desk.entries(report)
    for by in (None, desk.as_run("span-1"), desk.bound("span-1")):
        refused(desk.append(report, kind, SERVER[kind], by=by), 403)
    assert desk.entries(report) == before
    assert desk.shown(report)["status"] == "open"
