"""``POST /v1/traces``: agents that are traced, as OpenTelemetry's own SDK sends them and as JSON."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from werkzeug.test import TestResponse

from receiver.api import traces as route
from receiver.api.encoded import MAX_SENT, MAX_UNPACKED
from tests.support.api import REPOSITORY, SHA, Api, open_api, refused
from tests.support.documents import SIGNING
from tests.support.traces import SPAN, TRACE, span_json, traces

PROTOBUF = "application/x-protobuf"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def send(api: Api, raw: bytes, media: str = "application/json", **headers: str) -> TestResponse:
    """Send a body just as it is."""
    return api.client.post("/v1/traces", data=raw, headers=api.headers | headers, content_type=media)


def as_protobuf(document: dict[str, Any]) -> bytes:
    """Write spans with texts alone in protobuf."""
    request = ExportTraceServiceRequest()
    for resource in document["resourceSpans"]:
        scope = request.resource_spans.add().scope_spans.add()
        for one in resource["scopeSpans"][0]["spans"]:
            span = scope.spans.add(
                trace_id=bytes.fromhex(one["traceId"]),
                span_id=bytes.fromhex(one["spanId"]),
                start_time_unix_nano=int(one["startTimeUnixNano"]),
                end_time_unix_nano=int(one["endTimeUnixNano"]),
            )
            for attribute in one["attributes"]:
                span.attributes.add(key=attribute["key"]).value.string_value = attribute["value"]["stringValue"]
    return request.SerializeToString()


def rejected(answer: TestResponse) -> tuple[int, str]:
    """Return how many spans were refused, and why."""
    assert answer.status_code == 200, answer.text
    partial = (answer.json or {}).get("partialSuccess", {})
    return int(partial.get("rejectedSpans", 0)), partial.get("errorMessage", "")


def test_a_traced_agent_is_a_run(api: Api) -> None:
    """An agent's invocation for a repository is registered, by the conventions' own names."""
    resource = {"vcs.ref.head.name": "fix", "vcs.ref.head.revision": SHA, "vcs.change.id": "5"}
    more = {"gen_ai.agent.id": "agent_1", "gen_ai.request.model": "a-model", "whichrun.prompt_version_id": "p7"}
    answer = api.post("/traces", traces(span_json(more=more), resource=resource))
    assert rejected(answer) == (0, "")
    run = api.get(f"/runs/{SPAN}").json or {}
    expected = {
        "span_id": SPAN, "trace_id": TRACE, "repository": REPOSITORY, "number": 5, "agent_name": "coder",
        "agent_id": "agent_1", "backend": "a-model", "head_sha": SHA, "branch": "fix", "prompt_version_id": "p7",
        "started_at": "2026-10-01T09:00:00Z", "ended_at": "2026-10-01T09:01:00Z",
    }  # fmt: skip
    assert run.items() >= expected.items()


def test_the_example_of_the_guide_is_a_run(api: Api) -> None:
    """The request that the guide shows is taken as it stands there."""
    (example,) = re.findall(r"-d '(\{\"resourceSpans\".*?)' \\\n", SIGNING.read_text(), flags=re.DOTALL)
    assert rejected(send(api, example.encode())) == (0, "")
    assert (api.get(f"/runs/{SPAN}").json or {})["number"] == 42


def test_feedback_finds_a_traced_run(api: Api) -> None:
    """Feedback that was there before is resolved again when the trace comes in, as for any run."""
    number = api.give()
    api.post("/traces", traces(span_json(more={"whichrun.number": 5})))
    resolution = (api.get(f"/feedback/{number}").json or {})["resolution"]
    assert (resolution["confidence"], resolution["span_id"]) == ("inferred", SPAN)


@pytest.mark.parametrize("packed", [False, True])
def test_protobuf_is_answered_in_protobuf(api: Api, *, packed: bool) -> None:
    """The same span in protobuf, packed or not, is the same run; the answer is OpenTelemetry's own message."""
    document = traces(span_json(), span_json("00f067aa0ba902b8", agent=""))
    raw = as_protobuf(document)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = send(api, gzip.compress(raw) if packed else raw, PROTOBUF, **headers)
    assert (answer.status_code, answer.mimetype) == (200, PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(answer.data).partial_success
    assert partial.rejected_spans == 1
    assert partial.error_message == "span 00f067aa0ba902b8: agent_name: Field required"
    assert api.get(f"/runs/{SPAN}").status_code == 200


def test_a_repeat_changes_nothing(api: Api) -> None:
    """The same trace sent again is taken, and the run stays as it is."""
    document = traces(span_json())
    assert rejected(api.post("/traces", document)) == (0, "")
    before = api.get(f"/runs/{SPAN}").json
    api.wait(seconds=60)
    assert rejected(api.post("/traces", document)) == (0, "")
    assert api.get(f"/runs/{SPAN}").json == before


def test_a_run_that_registered_itself_is_completed(api: Api) -> None:
    """The trace of a run that made the call as well adds its end; what it said of itself stays."""
    api.register(SPAN, started_at="2026-10-01T08:00:00Z", purpose="a test")
    assert rejected(api.post("/traces", traces(span_json(more={"vcs.change.id": "6"})))) == (0, "")
    run = api.get(f"/runs/{SPAN}").json or {}
    assert (run["started_at"], run["ended_at"]) == ("2026-10-01T08:00:00Z", "2026-10-01T09:01:00Z")
    assert (run["purpose"], run["numbers"]) == ("a test", [5, 6])


@pytest.mark.parametrize("other", [{"agent": "reviewer"}, {"repository": "acme/gears"}])
def test_another_run_of_the_same_span_is_refused(api: Api, other: dict[str, str]) -> None:
    """A span that another agent, or another repository's, has registered is not taken over."""
    api.register(SPAN)
    count, why = rejected(api.post("/traces", traces(span_json(**other))))  # type: ignore[arg-type]
    assert count == 1
    assert why.startswith(f"span {SPAN}: ")
    assert (api.get(f"/runs/{SPAN}").json or {})["ended_at"] is None


@pytest.mark.parametrize(
    "span",
    [
        span_json(more={"gen_ai.operation.name": "chat"}),
        span_json(more={"gen_ai.operation.name": None}),
        span_json(more={"whichrun.run": False}),
        span_json(repository=None),
        span_json(more={"vcs.repository.url.full": "https://gitlab.com/acme/widgets"}),
        span_json(more={"vcs.repository.url.full": "https://["}),
        span_json(more={"vcs.repository.url.full": "https://github.com/acme"}),
        span_json(repository=None, more={"vcs.repository.name": "widgets"}),
        {"name": "nothing else"},
        {},
    ],
)
def test_other_spans_are_left_alone(api: Api, span: dict[str, Any]) -> None:
    """What invokes no agent, or is for no repository of GitHub, is neither registered nor refused."""
    assert rejected(api.post("/traces", traces(span))) == (0, "")
    assert (api.get("/runs").json or {})["items"] == []


@pytest.mark.parametrize(
    "more",
    [
        {"vcs.repository.url.full": "https://github.com/acme/widgets.git"},
        {"vcs.repository.url.full": "ssh://git@github.com/acme/widgets.git"},
        {"vcs.repository.url.full": None, "vcs.owner.name": "acme", "vcs.repository.name": "widgets"},
        {"vcs.repository.url.full": "https://gitlab.com/a/b", "whichrun.repository": "acme/widgets"},
        {"gen_ai.operation.name": None, "whichrun.run": True},
        {"vcs.ref.head.revision": "0123456"},
    ],
)
def test_a_repository_is_named_in_several_ways(api: Api, more: dict[str, Any]) -> None:
    """An address as a browser or as git has it, owner and name, or our own attributes: all name the same."""
    assert rejected(api.post("/traces", traces(span_json(more=more)))) == (0, "")
    assert (api.get(f"/runs/{SPAN}").json or {})["repository"] == REPOSITORY


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (span_json(agent=None), "agent_name: Field required"),
        (span_json("0" * 16), "span_id: is no id of a span, or its trace has none"),
        (span_json(trace="abc"), "span_id: is no id of a span, or its trace has none"),
        (span_json(ended=-1), "ended_at: is before 1970"),
        (span_json(started=-1), "started_at: is before 1970"),
        (span_json(more={"vcs.change.id": "I8473b95"}), "number: Input should be a valid integer"),
        (span_json(more={"whichrun.number": True}), "number: Input should be a valid integer"),
        (span_json(more={"whichrun.repository": "widgets"}), "repository: is not the full name of a repository"),
        (span_json(more={"whichrun.repository": 5}), "repository: is not the full name of a repository"),
        (span_json(more={"whichrun.nmber": 5}), "nmber: is not a known field"),
        (span_json(more={"whichrun.workspace": "other"}), "workspace: is not the workspace of the token"),
        (span_json(more={"whichrun.purpose": "implementation", "whichrun.report_id": "77"}), "there is no report 77"),
    ],
)
def test_a_run_that_cannot_be_registered_is_refused(api: Api, span: dict[str, Any], why: str) -> None:
    """The answer names the span and says why; the others of the request are taken."""
    count, told = rejected(api.post("/traces", traces(span, span_json("428ecb0920459b24"))))
    assert count == 1
    assert told.startswith(f"span {span['spanId']}: {why}")
    assert api.get("/runs/428ecb0920459b24").status_code == 200


def test_repositories_of_others_are_refused(tmp_path: Path) -> None:
    """Where the settings name the repositories that count, others' runs are not registered."""
    with open_api(tmp_path, repositories="acme/gears") as api:
        count, why = rejected(api.post("/traces", traces(span_json())))
    assert count == 1
    assert "is not one that this service works for" in why


def test_a_token_of_one_run_registers_no_other(api: Api) -> None:
    """What a token may not write by a call, it may not write by a trace."""
    made = api.post("/tokens", {"name": "bound", "scopes": ["runs:write"], "run": SPAN}).json or {}
    document = traces(span_json(), span_json("428ecb0920459b24"))
    headers = {"Authorization": f"Bearer {made['token']}"}
    count, why = rejected(api.client.post("/v1/traces", json=document, headers=headers))
    assert count == 1
    assert why == f"span 428ecb0920459b24: the token is bound to run {SPAN}: it writes as no other"


def test_a_request_has_bounds(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """More runs than one request may register are refused, and of many refusals the first are told."""
    monkeypatch.setattr(route, "MOST_RUNS", 2)
    spans = [span_json(f"{number:016x}") for number in range(1, 15)]
    count, why = rejected(api.post("/traces", traces(*spans)))
    assert count == 12
    assert why.endswith("one request registers 2 runs at most; and 2 more")


@pytest.mark.parametrize(
    ("raw", "media", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b"[]", "application/json", {}, 422),
        (b'{"resourceSpans": 5}', "application/json", {}, 422),
        (json.dumps(traces({"startTimeUnixNano": "soon"})).encode(), "application/json", {}, 422),
        (b"[" * 100_000, "application/json", {}, 400),
        (b"\xff", PROTOBUF, {}, 400),
        (b"\x0a\xff\xff\xff\xff\x0f", PROTOBUF, {}, 400),
        (b"{}", "text/plain", {}, 415),
        (b"{}", "application/json", {"Content-Encoding": "br"}, 415),
        (b"{}", "application/json", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"{}")[:-4], "application/json", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"{}") * 2, "application/json", {"Content-Encoding": "gzip"}, 400),
        (b" " * (MAX_SENT + 1), "application/json", {}, 413),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_request_is_refused(api: Api, raw: bytes, media: str, headers: dict[str, str], status: int) -> None:
    """A body that is not what it says, of another type or encoding, or too large is an error of the API's one shape."""
    refused(send(api, raw, media, **headers), status)


@pytest.mark.parametrize("size", [MAX_UNPACKED + 1, 40 * MAX_UNPACKED])
def test_a_small_body_that_unpacks_to_far_more_is_refused(api: Api, size: int) -> None:
    """What is packed is unpacked no further than the bound, however much more there would be."""
    packed = gzip.compress(b" " * size)
    assert len(packed) < MAX_SENT
    tracemalloc.start()
    refused(send(api, packed, **{"Content-Encoding": "gzip"}), 413)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * MAX_UNPACKED


def test_a_body_as_large_as_allowed_is_taken(api: Api) -> None:
    """A packed body may grow up to the bound."""
    document = json.dumps(traces(span_json())).encode()
    packed = gzip.compress(document + b" " * (MAX_UNPACKED - len(document)))
    assert rejected(send(api, packed, **{"Content-Encoding": "gzip"})) == (0, "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
ANY_VALUE = st.fixed_dictionaries(
    {},
    optional={
        "stringValue": st.text(max_size=20),
        "intValue": st.integers(-(2**63), 2**63 - 1).map(str),
        "boolValue": st.booleans(),
        "doubleValue": st.floats(allow_nan=False, allow_infinity=False),
        "arrayValue": st.just({"values": [{"intValue": 1}, {"stringValue": "a"}, {}]}),
    },
)
NAMES = st.sampled_from(
    [
        *("gen_ai.operation.name", "gen_ai.agent.name", "vcs.repository.url.full", "vcs.change.id", "whichrun.run"),
        *("whichrun.repository", "whichrun.numbers", "whichrun.skill_version_ids", "whichrun.span_id", "whichrun."),
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()),
    st.sampled_from(["application/json", PROTOBUF]),
)
def test_no_body_is_an_error_inside(api: Api, raw: bytes, binary: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Any bytes of either type are taken, or refused: never 5xx."""
    answer = send(api, raw, PROTOBUF if binary else "application/json")
    assert answer.status_code in {200, 400, 422}


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, ANY_VALUE), max_size=6), st.text(max_size=33), st.integers(-(2**63), 2**64 - 1))
def test_no_span_is_an_error_inside(
    api: Api, attributes: list[tuple[str, dict[str, Any]]], trace: str, started: int
) -> None:
    """Whatever an agent's span says of itself, it is taken or refused by name: never 5xx."""
    span = span_json(trace=trace, started=started)
    span["attributes"] += [{"key": name, "value": value} for name, value in attributes]
    answer = api.post("/traces", traces(span))
    assert answer.status_code == 200
    assert rejected(answer)[0] in {0, 1}


@pytest.mark.parametrize("number", ["42", 42, 42.0])
def test_a_whole_number_however_it_is_written(api: Api, number: object) -> None:
    """An integer is one as a text, as a number, and with a point, as JSON Schema has it; a half is refused."""
    span = span_json()
    span["attributes"].append({"key": "vcs.change.id", "value": {"intValue": number}})
    assert api.client.post("/v1/traces", json=traces(span), headers=api.headers).status_code == 200
    assert (api.get(f"/runs/{SPAN}").json or {})["number"] == 42
    span["attributes"][-1]["value"] = {"intValue": 4.5}
    refused(api.client.post("/v1/traces", json=traces(span), headers=api.headers), 422)
