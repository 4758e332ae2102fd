"""What the document says of reports' fields is what the service takes: whoever checks before sending is not misled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.support.api import Api, open_api, refused_fields

TEXTS = [
    "x",
    "two words",
    "d\u00f6cs/\u8aad\u3080 me.md",
    "",
    " ",
    "\u2003",
    "a\x00b",
    "a\x1bb",
    "x" * 20_000,
    "x" * 20_001,
]
"""Some of which fit, for each kind of text."""
CONTENTS: dict[str, dict[str, Any]] = {
    "safety_judgment": {"choice": True, "explanation": "x"},
    "line_reference": {"file_path": "a.py", "line": 1, "note": "x"},
    "finding": {"signal_id": "s", "data_queried": "x", "verified": True},
    "commit": {"repository": "acme/widgets", "branch": "b", "commit_sha": "0" * 40, "message": "x"},
}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An API with one report."""
    with open_api(tmp_path) as opened:
        opened.give()
        yield opened


def fits(api: Api, name: str, body: dict[str, Any]) -> bool:
    """Say whether a body fits its schema in the document."""
    document = api.client.get("/openapi.json").json
    assert document is not None
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return bool(Draft202012Validator(schema).is_valid(body))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("safety_judgment", "choice"),
        ("safety_judgment", "explanation"),
        ("line_reference", "file_path"),
        ("finding", "signal_id"),
        ("commit", "branch"),
    ],
)
def test_a_text_in_an_entry(api: Api, type_: str, field: str, text: str) -> None:
    """It is taken where it fits its schema, and refused by its field where it does not."""
    body = {"type": type_, "content": CONTENTS[type_] | {field: text}}
    answer = api.post("/reports/1/entries", body)
    assert (answer.status_code == 201) is fits(api, "NewEntry", body), answer.text
    if answer.status_code != 201:
        assert refused_fields(answer) == [f"content.{field}"]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("field", ["title", "summary", "reason"])
def test_a_text_of_a_report(api: Api, field: str, text: str) -> None:
    """So it is for what is changed about a report itself."""
    body = {field: text, **({"status": "resolved"} if field == "reason" else {})}
    answer = api.patch("/reports/1", body)
    assert (answer.status_code == 200) is fits(api, "ReportChange", body), answer.text
    if answer.status_code != 200:
        assert field in refused_fields(answer)
