"""Bad input, made from the document: every parameter, field, cursor and header, wrong in every way.

Always a 4xx of the one shape that names the field; what is only odd is data, and comes back as it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from receiver import cursors
from tests.support.api import Api, open_api, pages, refused, refused_fields
from tests.support.contract import Described, operations, resolved

ASKED = [one for one in operations() if not one.is_stream]
BODIES = [one for one in ASKED if one.body is not None]
LISTS = [one for one in ASKED if "cursor" in one.query]
MILLION = 10**6
SQL = "x'; DROP TABLE run; --"
HTML = "<script>alert(1)</script>&amp;\"'"
ODD = [SQL, HTML, "%s %(x)s {0} ${x} \\", "e\u0301 \u202eabc \U0001f600", "../../etc/passwd", "' OR '1'='1"]
"""Odd, and data: no control character, nothing but text."""

GOOD: dict[str, dict[str, Any]] = {
    "runs_register": {"span_id": "new", "repository": "acme/widgets", "agent_name": "coder"},
    "runs_complete": {"ended_at": "2026-10-01T12:00:00Z"},
    "resolve_about_text": {"repository": "acme/widgets"},
    "feedback_change": {"status": "analyzed"},
    "feedback_correct": {"span_id": None, "reason": "a test"},
    "tokens_create": {"name": "a", "scopes": ["runs:read"]},
    "reports_change": {"status": "open"},
    "reports_append": {"type": "note", "content": {"note": "a"}},
    "reports_edit": {"content": {"note": "a"}},
}
RAW_VALUES = {
    "object": '{"a":1}',
    "list in list": "[[1]]",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "huge": "1e400",
    "decimal": "1.5",
    "beyond 2^63": "9223372036854775808",
    "negative": "-1",
    "true": "true",
    "list of objects": "[{}]",
    "nested": "[" * 120 + "]" * 120,
    "nul": '"\\u0000"',
    "control": '"a\\u0007b"',
    "escape": '"\\u001b[2J"',
    "next line": '"a\\u0085b"',
    "very long": f'"{"x" * 900_000}"',
}
NOT_JSON = {
    "half a pair": b'"\\ud800"',
    "raw control": b'"a\x07"',
    "not utf-8": b'"\xff\xfe"',
    "thousands of digits": b"9" * 5000,
    "deep": b"[" * 100_000,
    "single quotes": b"'x'",
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Open an API with a run, feedback, a delivery and a token in it; nothing that is sent here changes it."""
    with open_api(tmp_path_factory.mktemp("bad"), rate_limit=0) as opened:
        opened.register("s")
        opened.give(id=900)
        opened.give("again", id=901)
        opened.record("g")
        opened.post("/tokens", GOOD["tokens_create"])
        note = opened.post("/reports/1/entries", GOOD["reports_append"])
        assert note.json is not None
        assert note.json["id"] == IDS["entry_id"]
        yield opened


IDS = {"span_id": "s", "feedback_id": 1, "guid": "g", "token_id": 1, "report_id": 1, "entry_id": 3}
OTHERS = IDS | {"token_id": 999, "entry_id": 999}
"""With ids that may be deleted."""


def send(api: Api, one: Described, raw: bytes, **headers: str) -> TestResponse:
    """Send a body just as it is."""
    return api.client.open(
        one.at(IDS), method=one.method, data=raw, headers=api.headers | headers, content_type="application/json"
    )


def with_field(one: Described, name: str, raw: str) -> bytes:
    """Write a good body with some JSON in one field, the last."""
    fields = {key: json.dumps(value) for key, value in GOOD[one.name].items() if key != name} | {name: raw}
    return ("{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in fields.items()) + "}").encode()


def fields_of(one: Described) -> list[str]:
    """Return the fields of a body."""
    assert one.body is not None
    return list(one.body["properties"])


def takes(one: Described, name: str, raw: str) -> bool:
    """Whether some JSON is what a field is for, by its schema: then it is not bad input."""
    assert one.body is not None
    schema = one.body["properties"][name]
    kinds = [resolved(part) for part in schema.get("anyOf", [schema])]
    booleans = any(kind.get("type") == "boolean" for kind in kinds)
    text = any(kind.get("type") == "string" and "pattern" not in kind for kind in kinds)
    return (raw == "true" and booleans) or (raw in {RAW_VALUES["control"], RAW_VALUES["escape"]} and text)


CASES = [(one, name) for one in BODIES for name in fields_of(one)]


@pytest.mark.parametrize(("one", "name"), CASES, ids=[f"{one.name}-{name}" for one, name in CASES])
def test_every_field_refuses_what_it_is_not_for(api: Api, one: Described, name: str) -> None:
    """A value of a wrong type or form is 422 with the field's name, or 400 where it is no JSON at all."""
    assert set(GOOD) == {known.name for known in BODIES}
    for label, raw in RAW_VALUES.items():
        text_of_lines = name in {"body", "commit_message"} and label in {"control", "escape", "next line"}
        if takes(one, name, raw) or text_of_lines:
            continue
        answer = send(api, one, with_field(one, name, raw))
        if (name, label) == ("content", "very long"):
            assert refused(answer, 413)["code"] == "too_large"
            continue
        assert answer.status_code == 422, (label, answer.text)
        named = refused_fields(answer)
        assert any(field.partition(".")[0] == name for field in named), (label, named)
        assert len(answer.data) < 20_000
    for label, broken in NOT_JSON.items():
        answer = send(api, one, with_field(one, name, "1").replace(b":1}", b":" + broken + b"}"))
        assert refused(answer, 400)["code"] == "not_json", label


@pytest.mark.parametrize("one", BODIES, ids=lambda one: one.name)
def test_every_body_refuses_what_it_does_not_know(api: Api, one: Described) -> None:
    """Unknown and repeated fields are named, whatever they are called."""
    for name in ("workspace2", "__proto__", "", SQL, HTML, "a\u202eb", "span_id ", "x" * 600):
        answer = send(api, one, with_field(one, name, "1"))
        assert refused_fields(answer) == [name[:512] or "body"]
    for name, value in GOOD[one.name].items():
        raw = with_field(one, name, json.dumps(value))
        twice = raw[:-1] + f",{json.dumps(name)}:{json.dumps(value)}}}".encode()
        assert refused_fields(send(api, one, twice)) == [name]


BAD_QUERY = {
    "empty": "",
    "blank": "%20",
    "nul": "%00",
    "newline": "a%0Ab",
    "delete": "%7F",
    "next line": "%C2%85",
    "very long": "x" * MILLION,
}
QUERY_CASES = [(one, name) for one in ASKED for name in one.query]


@pytest.mark.parametrize(("one", "name"), QUERY_CASES, ids=[f"{one.name}-{name}" for one, name in QUERY_CASES])
def test_every_parameter_refuses_what_it_is_not_for(api: Api, one: Described, name: str) -> None:
    """A value that no parameter can have is 422 with its name; so is one that is given twice."""
    required = "" if name == "url" or "url" not in one.query else "&url=https%3A%2F%2Fgithub.com%2Fa%2Fb%2Fpull%2F1"
    for label, raw in BAD_QUERY.items():
        answer = api.client.get(f"{one.at(IDS)}?{name}={raw}{required}", headers=api.headers)
        assert refused_fields(answer) == [name], (label, answer.text[:200])
        assert len(answer.data) < 2_000
    answer = api.client.get(f"{one.at(IDS)}?{name}=1&{name}=1", headers=api.headers)
    assert refused_fields(answer) == [name]


@pytest.mark.parametrize("one", ASKED, ids=lambda one: one.name)
def test_odd_names_are_unknown_parameters(api: Api, one: Described) -> None:
    """A parameter that nobody knows is named as it was sent, up to a length."""
    body = None if one.body is None else GOOD[one.name]
    for name in (SQL, HTML, "__proto__", "limit[]", "x" * 5000):
        address = f"{one.at(IDS)}?{quote(name)}=1"
        answer = api.client.open(address, method=one.method, headers=api.headers, json=body)
        assert name[:512] in refused_fields(answer)
        assert answer.mimetype == "application/json"


@pytest.mark.parametrize("odd", ["%00", "%0A", "%FF", "%ED%A0%80", "%7F", quote(SQL, safe=""), "x" * 5000, "9" * 5000])
@pytest.mark.parametrize("one", [one for one in ASKED if one.segments], ids=lambda one: one.name)
def test_every_path_takes_any_text_for_what_is_not_there(api: Api, one: Described, odd: str) -> None:
    """Whatever stands in a path, it is 404 unless it names something; nothing else comes of it."""
    path = one.at(dict.fromkeys(one.segments, odd))
    refused(api.client.open(path, method=one.method, headers=api.headers, json=GOOD.get(one.name)), 404)


@pytest.mark.parametrize("position", [2**63, -(2**63) - 1, 2**64, 10**30, -(10**100)])
@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_a_cursor_that_counts_too_far_is_422(api: Api, one: Described, position: int) -> None:
    """A cursor with a true digest and a position that no store counts to is refused, not taken for an outage."""
    path = one.at(IDS)
    for of in (f"default\n{path}?{{}}", "default\n/v1/elsewhere?{}"):
        answer = api.client.get(path, query_string={"cursor": cursors.write(position, of=of)}, headers=api.headers)
        assert refused_fields(answer) == ["cursor"]


@pytest.mark.parametrize("position", [2**63 - 1, -(2**63), 0, -1])
@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_a_cursor_at_the_ends_of_counting_is_a_list(api: Api, one: Described, position: int) -> None:
    """A position at which nothing stands leads to a list, whatever is on either side."""
    cursor = cursors.write(position, of=f"default\n{one.at(IDS)}?{{}}")
    answer = api.client.get(one.at(IDS), query_string={"cursor": cursor}, headers=api.headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"until": "0001-01-01T00:00:00Z"},
        {"since": "9999-12-31T23:59:59Z"},
        {"since": "0001-01-01T00:00:00Z"},
        {"since": "2026-10-01T12:00:00Z", "until": "2026-10-01T12:00:00Z"},
        {"since": "2025-01-01T00:00:00Z", "until": "2026-10-01T12:00:00Z"},
    ],
)
def test_a_time_that_cannot_be_counted_is_422(api: Api, query: dict[str, str]) -> None:
    """Statistics of no time, of more than a year, and of the ends of the calendar are refused."""
    assert refused_fields(api.get("/stats", **query)) == ["until"]


def test_the_first_days_of_the_calendar_are_counted(api: Api) -> None:
    """A time that begins with the calendar itself is one."""
    answer = api.get("/stats", until="0001-01-15T00:00:00Z")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["since"], answer.json["total"]["count"]) == ("0001-01-01T00:00:00Z", 0)


BAD_HEADERS = ["", " ", "\xff\xfe", "x" * 8000, 'a, b; c="', '"', "W/", "*,*", HTML, SQL, "Bearer " * 500, "\u00e9"]


@pytest.mark.parametrize("name", ["Authorization", "If-None-Match", "Content-Type", "Last-Event-ID", "Accept", "Range"])
@pytest.mark.parametrize("value", BAD_HEADERS, ids=range(len(BAD_HEADERS)))
def test_no_header_is_too_odd(api: Api, name: str, value: str) -> None:
    """Whatever stands in a header, the answer is one of the API's: never 5xx."""
    for one in ASKED:
        body = None if one.body is None else json.dumps({"nonsense": 1})
        headers = {"Content-Type": "application/json"} | api.headers | {name: value}
        answer = api.client.open(one.at(OTHERS), method=one.method, data=body, headers=headers)
        assert answer.status_code < 500
        if answer.status_code >= 400:
            refused(answer, answer.status_code)


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_comes_back_as_it_was_sent(tmp_path: Path, odd: str) -> None:
    """SQL, HTML, format strings and odd letters are data: kept, filtered by, and shown as they were sent, in JSON."""
    with open_api(tmp_path) as api:
        span = odd.replace("/", "|")
        texts = ("agent_id", "backend", "prompt_version_id", "prompt_ref", "event_id", "branch", "trace_id", "purpose")
        lists = {"skill_version_ids": [odd, "b"], "guardrail_version_ids": [odd]}
        run = api.register(span, agent_name=odd, **dict.fromkeys(texts, odd), **lists)["run"]
        assert {run[name] for name in (*texts, "agent_name")} == {odd}
        assert run["skill_version_ids"] == [odd, "b"]
        shown = api.client.get(f"/v1/runs/{quote(span, safe='')}", headers=api.headers)
        assert (shown.json, shown.mimetype) == (run, "application/json")
        assert pages(api, "/runs", agent=odd) == [run]
        assert pages(api, "/runs", agent="coder") == []
        number = api.give(odd)
        kept = api.get(f"/feedback/{number}").json or {}
        assert kept["body"] == f"/agents improve {odd}"
        corrected = api.post(f"/feedback/{number}/resolution", {"span_id": span, "reason": odd, "by": odd})
        assert (corrected.json or {})["diagnostic"] == odd
        assert [one["id"] for one in pages(api, "/feedback", run=span, agent=odd)] == [number]
        token = api.post("/tokens", {"name": odd, "scopes": ["runs:read"]}).json or {}
        assert (token["name"], pages(api, "/tokens")[0]["name"]) == (odd, odd)
        api.wait(seconds=1)
        stats = api.get("/stats").json or {}
        assert [one["key"] for one in stats["by_agent"]] == [odd]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(CASES), JSON | st.binary(max_size=40))
def test_no_value_is_an_error_inside(api: Api, case: tuple[Described, str], value: Any) -> None:  # noqa: ANN401
    """Any JSON, or any bytes, in any field is taken or refused in the one shape: never 5xx."""
    one, name = case
    if isinstance(value, bytes):
        answer = send(api, one, value)
    else:
        body = GOOD[one.name] | {name: value}
        answer = send(api, one, json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code < 500
    if answer.status_code >= 400:
        refused(answer, answer.status_code)
