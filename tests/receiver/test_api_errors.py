import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from receiver.auth import Principal, admit, authenticate, require
from receiver.problems import ApiError
from resolver.model.tokens import Scope
from tests.support.api import TOKEN, Api, open_api, refused, refused_fields

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def rules(api: Api) -> list[Rule]:
    """Return the routes of the API."""
    return [rule for rule in api.app.url_map.iter_rules() if rule.rule.startswith("/v1/")]


def path_of(rule: Rule) -> str:
    """Return an address that a route answers to."""
    _, path = rule.build(dict.fromkeys(rule.arguments, "1")) or ("", "")
    return path


def calls(api: Api) -> Iterator[tuple[str, str]]:
    """Yield each method and address that the API answers to."""
    for rule in rules(api):
        yield from itertools.product((rule.methods or set()) - {"HEAD"}, [path_of(rule)])


def test_the_routes_are_those_of_the_contract(api: Api) -> None:
    """The API has these routes, and no others."""
    found = {f"{method} {rule.rule}" for rule in rules(api) for method in (rule.methods or set()) - {"HEAD"}}
    assert found == {
        "POST /v1/runs",
        "POST /v1/traces",
        "GET /v1/export",
        "GET /v1/runs",
        "GET /v1/runs/<span_id>",
        "PATCH /v1/runs/<span_id>",
        "GET /v1/runs/<span_id>/artifacts",
        "GET /v1/runs/<span_id>/feedback",
        "GET /v1/resolve",
        "POST /v1/resolve",
        "GET /v1/feedback",
        "GET /v1/feedback/<id:id>",
        "PATCH /v1/feedback/<id:id>",
        "POST /v1/feedback/<id:id>/resolution",
        "GET /v1/feedback/<id:id>/resolutions",
        "GET /v1/feedback/<id:id>/revisions",
        "GET /v1/runs/<span_id>/marks",
        "GET /v1/runs/<span_id>/signals",
        "GET /v1/feedback/stream",
        "GET /v1/token",
        "GET /v1/tokens",
        "POST /v1/tokens",
        "DELETE /v1/tokens/<id:id>",
        "GET /v1/stats",
        "GET /v1/reports",
        "GET /v1/reports/<id:id>",
        "PATCH /v1/reports/<id:id>",
        "GET /v1/reports/<id:id>/entries",
        "POST /v1/reports/<id:id>/entries",
        "GET /v1/reports/<id:id>/entries/<id:entry_id>",
        "PATCH /v1/reports/<id:id>/entries/<id:entry_id>",
        "DELETE /v1/reports/<id:id>/entries/<id:entry_id>",
        "GET /v1/reports/<id:id>/entries/<id:entry_id>/revisions",
        "GET /v1/reports/<id:id>/entries/<id:entry_id>/diff",
        "GET /v1/deliveries",
        "GET /v1/deliveries/<guid>",
        "POST /v1/deliveries/<guid>/replay",
    }


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer t\xf6ken"],
)
def test_no_route_answers_without_the_token(api: Api, header: str | None) -> None:
    """Every route answers 401 with a challenge, before it looks at anything else, unless the token is right."""
    headers = {} if header is None else {"Authorization": header}
    for method, path in calls(api):
        answer = api.client.open(path, method=method, headers=headers)
        assert refused(answer, 401)["code"] == "unauthorized", (method, path)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_scheme_is_read_in_any_case(api: Api) -> None:
    """`bearer` is as good as `Bearer` (RFC 9110 §11.1)."""
    assert api.client.get("/v1/runs", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_without_a_configured_token_nobody_is_let_in(tmp_path: Path) -> None:
    """Every route answers 401 and names the missing setting, whatever token is sent."""
    with open_api(tmp_path, api_token=None) as api:
        for header, (method, path) in itertools.product(("Bearer None", "Bearer x"), calls(api)):
            answer = api.client.open(path, method=method, headers={"Authorization": header})
            assert "WHICHRUN_API_TOKEN" in refused(answer, 401)["message"]


def test_an_empty_token_matches_nothing(tmp_path: Path) -> None:
    """A token that is not set is not matched by an empty one."""
    with open_api(tmp_path, api_token=None) as api, pytest.raises(ApiError) as caught:
        authenticate(api.services, "Bearer ")
    assert caught.value.status == 401


def test_the_one_token_has_every_scope(api: Api) -> None:
    """WHICHRUN_API_TOKEN allows everything in the service's own workspace, and is named after its setting."""
    principal = authenticate(api.services, f"Bearer {TOKEN}")
    assert principal == Principal("default", frozenset(Scope), "WHICHRUN_API_TOKEN")
    assert principal.is_operator


def test_a_route_needs_its_scope(api: Api) -> None:
    """Who was not admitted is 401; who lacks the scope is 403."""
    with api.app.test_request_context():
        with pytest.raises(ApiError) as caught:
            require(Scope.ADMIN)
        assert caught.value.status == 401
        admit(Principal("default", frozenset({Scope.RUNS_READ}), "reader"))
        assert require(Scope.RUNS_READ).workspace == "default"
        with pytest.raises(ApiError) as caught:
            require(Scope.ADMIN)
        assert (caught.value.status, caught.value.code) == (403, "forbidden")


def test_a_method_that_a_route_lacks_is_405(api: Api) -> None:
    """Every address names the methods that it has, in the one shape of errors."""
    allowed: dict[str, set[str]] = {}
    for method, path in calls(api):
        allowed.setdefault(path, set()).add(method)
    for path, methods in allowed.items():
        for method in set(METHODS) - methods:
            answer = api.client.open(path, method=method, headers=api.headers)
            refused(answer, 405)
            assert methods <= {one.strip() for one in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/runs/a/b", "/v1/runs/", "/v1/feedback/1/log"])
def test_an_address_that_is_none_is_404(api: Api, path: str) -> None:
    """Unknown addresses are errors of the one shape."""
    refused(api.client.get(path, headers=api.headers), 404)


def test_what_is_not_there_is_404(api: Api) -> None:
    """Every route to one thing answers 404 for a thing that is not there."""
    bodies: dict[tuple[str, str], dict[str, object]] = {
        ("PATCH", "/v1/runs/1"): {"ended_at": "2026-10-01T12:00:00Z"},
        ("PATCH", "/v1/feedback/1"): {"status": "analyzed"},
        ("POST", "/v1/feedback/1/resolution"): {"span_id": None, "reason": "a test"},
        ("PATCH", "/v1/reports/1"): {"status": "resolved"},
        ("POST", "/v1/reports/1/entries"): {"type": "note", "content": {"note": "a test"}},
        ("PATCH", "/v1/reports/1/entries/1"): {"content": {"note": "a test"}},
    }
    for rule in rules(api):
        for method in (rule.methods or set()) - {"HEAD"} if rule.arguments else ():
            path = path_of(rule)
            body = bodies.get((method, path))
            refused(api.client.open(path, method=method, headers=api.headers, json=body), 404)


@pytest.mark.parametrize(
    "name",
    ["%00", "a%0Ab", "x" * 600, "%ED%A0%80", "0", "-1", "1.5", "01", "%D9%A1", "9223372036854775808", "9" * 5000],
)
def test_a_name_that_nothing_bears_is_404(api: Api, name: str) -> None:
    """Names that no store could hold, and ids that are no ids, are not found; none of them is an error inside."""
    addresses = (
        ("runs", ""), ("feedback", ""), ("feedback", "/revisions"), ("deliveries", ""), ("reports", ""),
        ("reports", "/entries"), ("reports/1/entries", ""),
    )  # fmt: skip
    for kind, rest in addresses:
        refused(api.client.get(f"/v1/{kind}/{name}{rest}", headers=api.headers), 404)


def test_no_route_takes_an_unknown_parameter(api: Api) -> None:
    """Every route refuses a query parameter that it does not know, and one that is repeated."""
    bodies: dict[str, dict[str, object]] = {"POST": {}, "PATCH": {}}
    for method, path in calls(api):
        for query, field in (("nonsense=1", "nonsense"), ("limit=1&limit=2", "limit")):
            answer = api.client.open(f"{path}?{query}", method=method, headers=api.headers, json=bodies.get(method))
            assert field in refused_fields(answer), (method, path)


@pytest.mark.parametrize("query", ["nul=%00", "agent=%00", "agent=a%0Ab", "agent=", "agent=%20", f"agent={'x' * 513}"])
def test_a_parameter_without_a_plain_value_is_422(api: Api, query: str) -> None:
    """Control characters, nothing at all, and overlong texts are refused by the name of the parameter."""
    name = query.partition("=")[0]
    assert refused_fields(api.client.get(f"/v1/runs?{query}", headers=api.headers)) == [name]


@pytest.mark.parametrize("path", ["/runs", "/feedback", "/deliveries"])
@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "", "1.0", "1_0", " 1", "+1", "٣", "9" * 5000])
def test_a_limit_is_1_to_500(api: Api, path: str, limit: str) -> None:
    """Lists take a limit from 1 to 500, in plain digits."""
    assert refused_fields(api.get(path, limit=limit)) == ["limit"]


@pytest.mark.parametrize("path", ["/runs", "/feedback", "/deliveries"])
@pytest.mark.parametrize("limit", [1, 500])
def test_an_empty_list_is_a_list(api: Api, path: str, limit: int) -> None:
    """A list of nothing has no items and no next cursor."""
    assert api.get(path, limit=limit).json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("path", ["/runs", "/feedback", "/deliveries"])
@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "e30", "eyJ2IjoxfQ", "x" * 600])
def test_a_cursor_that_was_made_up_is_422(api: Api, path: str, cursor: str) -> None:
    """Lists take no cursor but their own."""
    assert refused_fields(api.get(path, cursor=cursor)) == ["cursor"]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/runs", "repository", "widgets"),
        ("/runs", "repository", "acme/.."),
        ("/runs", "number", "0"),
        ("/runs", "number", "five"),
        ("/runs", "number", str(2**63)),
        ("/feedback", "repository", "a/b/c"),
        ("/feedback", "number", "-5"),
        ("/feedback", "status", "open"),
        ("/feedback", "status", "NEW"),
        ("/feedback", "confidence", "sure"),
        ("/feedback", "since", "2026-10-01"),
        ("/feedback", "since", "2026-10-01T12:00:00"),
        ("/feedback", "since", "0001-01-01T00:00:00+14:00"),
        ("/feedback", "since", "yesterday"),
        ("/deliveries", "status", "lost"),
        ("/deliveries", "event", "push"),
    ],
)
def test_a_filter_with_another_value_is_422(api: Api, path: str, name: str, value: str) -> None:
    """Filters are as strict as fields: what means nothing is refused by its name."""
    assert refused_fields(api.get(path, **{name: value})) == [name]


BODIES = [
    ("POST", "/v1/runs"),
    ("PATCH", "/v1/runs/1"),
    ("POST", "/v1/resolve"),
    ("PATCH", "/v1/feedback/1"),
    ("POST", "/v1/feedback/1/resolution"),
]


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff{}", b'{"a":', b"[" * 5000, b"'x'", b"\x00"])
def test_a_body_that_is_not_json_is_400(api: Api, method: str, path: str, raw: bytes) -> None:
    """What is not JSON is refused as such, however it is broken."""
    answer = api.client.open(path, method=method, headers=api.headers, data=raw, content_type="application/json")
    assert refused(answer, 400)["code"] == "not_json"


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null", b"NaN", b'{"nonsense":1}', b'{"nonsense":NaN}'])
def test_a_body_that_does_not_fit_is_422(api: Api, method: str, path: str, raw: bytes) -> None:
    """JSON that is no object, or has a field that the route does not know, is refused with details."""
    answer = api.client.open(path, method=method, headers=api.headers, data=raw, content_type="application/json")
    assert refused_fields(answer)


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_of_another_type_is_415(api: Api, method: str, path: str, content_type: str | None) -> None:
    """Only application/json is read."""
    answer = api.client.open(path, method=method, headers=api.headers, data=b"{}", content_type=content_type)
    refused(answer, 415)


def test_an_encoded_body_is_415(api: Api) -> None:
    """A Content-Encoding is refused, as it is for webhooks."""
    headers = api.headers | {"Content-Encoding": "gzip"}
    refused(api.client.post("/v1/runs", json={}, headers=headers), 415)


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_body_over_a_mebibyte_is_413(api: Api, method: str, path: str) -> None:
    """A body larger than 1 MiB is refused; one of just that size is read."""
    raw = b'{"nonsense":"' + b"x" * (1024 * 1024 - 15) + b'"}'
    for more, status in ((b"", 422), (b" ", 413)):
        answer = api.client.open(
            path, method=method, headers=api.headers, data=raw + more, content_type="application/json"
        )
        refused(answer, status)


@pytest.mark.parametrize(
    ("method", "path", "raw", "field"),
    [
        ("POST", "/v1/runs", b'{"span_id":"a","repository":"a/b","agent_name":"x","span_id":"b"}', "span_id"),
        ("PATCH", "/v1/runs/1", b'{"numbers":[1],"\\u006eumbers":[2]}', "numbers"),
        ("POST", "/v1/resolve", b'{"repository":"a/b","number":1,"number":1}', "number"),
        ("PATCH", "/v1/feedback/1", b'{"status":"failed","status":"new"}', "status"),
        ("POST", "/v1/feedback/1/resolution", b'{"span_id":null,"reason":"a","reason":"a"}', "reason"),
    ],
)
def test_a_field_that_is_given_twice_is_422(api: Api, method: str, path: str, raw: bytes, field: str) -> None:
    """Of two values neither is taken, even where they are equal; the field is named however it is escaped."""
    answer = api.client.open(path, method=method, data=raw, headers=api.headers, content_type="application/json")
    assert refused_fields(answer) == [field]


def test_unknown_fields_are_told_a_few_at_a_time(api: Api) -> None:
    """A body of a thousand mistakes gets an answer of bounded length."""
    body = {f"{'f' * 600}{index}": 1 for index in range(1000)}
    answer = api.post("/runs", body)
    assert len(refused(answer, 422)["details"]) == 20
    assert len(answer.data) < 20_000


def test_an_error_never_shows_what_was_sent(api: Api) -> None:
    """A secret that was put into the wrong field does not come back in the error."""
    answer = api.post("/runs", {"span_id": 5, "repository": "hunter2", "agent_name": ["hunter2"], "number": "hunter2"})
    refused(answer, 422)
    assert "hunter2" not in answer.text
