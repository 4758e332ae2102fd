from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from resolver.model.tokens import Scope
from tests.support.api import NOON, Api, open_api, pages, refused, refused_fields
from tests.support.contract import Described, operations
from tests.support.databases import look_into

SCOPES = [scope.value for scope in Scope]
IDS: dict[str, Any] = {"span_id": "s", "feedback_id": 1, "guid": "g", "report_id": 1}
IDS |= dict.fromkeys(("token_id", "entry_id"), 987_654)
ASKED = [one for one in operations() if not one.is_stream]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def make(api: Api, *scopes: str, by: dict[str, str] | None = None, **more: object) -> tuple[dict[str, str], Any]:
    """Make a token; return the header that bears it, and what was answered."""
    body = {"name": "a token", "scopes": scopes or SCOPES, **more}
    answer = api.client.post("/v1/tokens", json=body, headers=by or api.headers)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return {"Authorization": f"Bearer {answer.json['token']}"}, answer.json


def ask(api: Api, one: Described, headers: dict[str, str]) -> Any:  # noqa: ANN401 - an answer of the test client
    """Ask an operation with as little as it takes to learn whether the token may."""
    body: dict[str, object] | None = None if one.body is None else {}
    return api.client.open(one.at(IDS), method=one.method, headers=headers, json=body)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_what_the_document_says(api: Api, scope: str) -> None:
    """A token of one scope alone may ask what needs that scope or none; of all else it is told that it may not."""
    headers, _ = make(api, scope)
    for one in ASKED:
        answer = ask(api, one, headers)
        if one.scope in {None, scope}:
            assert answer.status_code not in {401, 403}, one.name
        else:
            assert scope not in refused(answer, 403)["message"].split()
            assert str(one.scope) in refused(answer, 403)["message"]


def test_scopes_are_those_of_the_contract() -> None:
    """Every scope that a route needs is one of the contract, and a route that writes never needs a reader's alone."""
    for one in ASKED:
        assert one.scope is None or one.scope in SCOPES
        if one.method in {"PATCH", "DELETE"}:
            assert one.scope in {"runs:write", "feedback:write", "reports:write", "admin"}


def test_a_token_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    """Its secret stands in the answer that makes it and nowhere else: no list, no answer, no byte of the database."""
    with open_api(tmp_path) as api:
        headers, made = make(api)
        secret = made.pop("token")
        assert made == {
            "id": made["id"],
            "name": "a token",
            "workspace": "default",
            "scopes": sorted(SCOPES),
            "run": None,
            "created_at": "2026-10-01T12:00:00Z",
            "expires_at": None,
            "revoked_at": None,
            "last_used_at": None,
        }
        own = api.client.get("/v1/token", headers=headers)
        assert own.json is not None
        assert own.json | {"last_used_at": None} == made
        listed = api.get("/tokens")
        assert secret not in listed.text + own.text
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert hashlib.sha256(secret.encode()).digest() in kept
    assert secret.encode() not in kept
    assert secret.removeprefix("wr_").encode() not in kept
    assert hashlib.sha256(secret.encode()).hexdigest().encode() not in kept


def test_secrets_are_long_and_no_two_alike(api: Api) -> None:
    """A secret begins with a mark that scanners can look for, and holds 256 bits of chance."""
    secrets = {make(api)[1]["token"] for _ in range(20)}
    assert len(secrets) == 20
    assert all(one.startswith("wr_") and len(one) == 46 for one in secrets)


def test_a_revoked_token_is_refused_at_once(api: Api) -> None:
    """The first request after the revocation is 401; the token stays in the list, with the time; revoking is 204."""
    headers, made = make(api)
    assert api.client.get("/v1/token", headers=headers).status_code == 200
    api.wait(minutes=1)
    answer = api.client.delete(f"/v1/tokens/{made['id']}", headers=api.headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "revoked" in refused(api.client.get("/v1/token", headers=headers), 401)["message"]
    api.wait(minutes=1)
    assert api.client.delete(f"/v1/tokens/{made['id']}", headers=api.headers).status_code == 204
    assert pages(api, "/tokens")[0]["revoked_at"] == "2026-10-01T12:01:00Z"


def test_a_token_may_revoke_itself(api: Api) -> None:
    """A token with admin can end itself; that request is answered, and none after it."""
    headers, made = make(api)
    assert api.client.delete(f"/v1/tokens/{made['id']}", headers=headers).status_code == 204
    refused(api.client.get("/v1/token", headers=headers), 401)


def test_a_token_expires_at_its_time(api: Api) -> None:
    """Until the moment at which it expires it is taken, from then on it is not."""
    headers, _ = make(api, expires_at="2026-10-01T13:00:00Z")
    api.now = NOON + timedelta(minutes=60, microseconds=-1)
    assert api.client.get("/v1/token", headers=headers).status_code == 200
    api.now = NOON + timedelta(minutes=60)
    assert "expired" in refused(api.client.get("/v1/token", headers=headers), 401)["message"]


@pytest.mark.parametrize("moment", ["2026-10-01T12:00:00Z", "2026-10-01T11:59:59Z", "2026-10-01T13:59:59+02:00"])
def test_no_token_is_made_for_a_time_that_is_over(api: Api, moment: str) -> None:
    """A time that is not ahead is refused by its name."""
    body = {"name": "late", "scopes": ["runs:read"], "expires_at": moment}
    assert refused_fields(api.post("/tokens", body)) == ["expires_at"]
    assert pages(api, "/tokens") == []


def test_the_last_use_is_kept_to_the_minute(api: Api) -> None:
    """A use is noted when none was noted for a minute; requests in between write nothing at all."""
    headers, _ = make(api)

    def use() -> str:
        answer = api.client.get("/v1/token", headers=headers)
        assert answer.status_code == 200
        return str(pages(api, "/tokens")[0]["last_used_at"])

    def writes() -> int:
        database = look_into(api.services.store)
        return int((database.row("SELECT total_changes()") or (0,))[0])

    assert use() == "2026-10-01T12:00:00Z"
    before = writes()
    for _ in range(59):
        api.wait(seconds=1)
        assert use() == "2026-10-01T12:00:00Z"
    assert writes() == before
    api.wait(seconds=1)
    assert use() == "2026-10-01T12:01:00Z"
    assert writes() == before + 1


def test_a_token_of_a_run_writes_as_no_other(api: Api) -> None:
    """Bound to a run it registers, completes and signs as that one; any other is refused, and stays as it was."""
    api.register("other")
    headers, made = make(api, "runs:write", "runs:read", run="mine")
    assert made["run"] == "mine"
    facts = {"span_id": "mine", "repository": "acme/widgets", "agent_name": "coder"}
    assert api.client.post("/v1/runs", json=facts, headers=headers).status_code == 201
    later = {"ended_at": "2026-10-01T12:30:00Z"}
    assert api.client.patch("/v1/runs/mine", json=later, headers=headers).status_code == 200
    assert api.client.get("/v1/runs/mine/marks", headers=headers).status_code == 200
    before = api.get("/runs/other").json
    refused(api.client.post("/v1/runs", json=facts | {"span_id": "new"}, headers=headers), 403)
    refused(api.client.patch("/v1/runs/other", json=later, headers=headers), 403)
    refused(api.client.get("/v1/runs/other/marks", headers=headers), 403)
    refused(api.get("/runs/new"), 404)
    assert api.get("/runs/other").json == before
    assert api.client.get("/v1/runs/other", headers=headers).status_code == 200


def test_a_token_of_a_run_cannot_make_others(api: Api) -> None:
    """No token is both bound to a run and an admin's."""
    body = {"name": "both", "scopes": ["runs:write", "admin"], "run": "mine"}
    assert refused_fields(api.post("/tokens", body)) == ["scopes"]
    headers, _ = make(api, "runs:write", run="mine")
    refused(api.client.post("/v1/tokens", json={"name": "x", "scopes": ["runs:read"]}, headers=headers), 403)


def test_an_admin_makes_tokens_in_their_own_workspace(api: Api) -> None:
    """A stored admin token makes tokens where it is itself; the token of the settings, anywhere."""
    north, made = make(api, "admin", workspace="north")
    assert made["workspace"] == "north"
    assert make(api, "runs:read", by=north)[1]["workspace"] == "north"
    assert make(api, "runs:read", by=north, workspace="north")[1]["workspace"] == "north"
    for elsewhere in ("default", "south", "NORTH"):
        body = {"name": "x", "scopes": ["runs:read"], "workspace": elsewhere}
        refused(api.client.post("/v1/tokens", json=body, headers=north), 403)
    assert [one["workspace"] for one in pages(api, "/tokens")] == []


def test_a_stored_token_is_no_operator_s(api: Api) -> None:
    """An admin token of the service's own workspace does not make tokens for another."""
    own, _ = make(api, "admin")
    body = {"name": "x", "scopes": ["admin"], "workspace": "north"}
    refused(api.client.post("/v1/tokens", json=body, headers=own), 403)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["runs"]}, "scopes.0"),
        ({"scopes": "admin"}, "scopes"),
        ({"scopes": ["admin"] * 8}, "scopes"),
        ({"scopes": [None]}, "scopes.0"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"workspace": ""}, "workspace"),
        ({"run": " "}, "run"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": 1}, "expires_at"),
        ({"token": "mine"}, "token"),
        ({"id": 1}, "id"),
    ],
)
def test_a_token_that_is_asked_for_wrongly_is_422(api: Api, fields: dict[str, object], wrong: str) -> None:
    """What does not fit is refused by the name of its field, and no token is made."""
    body = {"name": "a", "scopes": ["runs:read"], **fields}
    assert refused_fields(api.post("/tokens", body))[0] == wrong
    assert pages(api, "/tokens") == []


def test_secrets_stand_in_no_log_and_no_error(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a token is used for, rightly or wrongly, its secret comes back in no error, and is logged nowhere."""
    caplog.set_level(logging.DEBUG)
    headers, made = make(api)
    secret = made["token"]
    wrong = (f"Basic {secret}", secret, f"Bearer {secret}x", f"Bearer x{secret}", f"Bearer {secret} {secret}")
    told = [api.client.get("/v1/runs", headers={"Authorization": header}) for header in wrong]
    told.append(api.client.get("/v1/runs", query_string={secret: "1"}, headers=headers))
    told.append(api.client.get("/v1/runs", query_string={"cursor": secret}, headers=headers))
    told.append(api.client.post("/v1/runs", json={"span_id": {secret: 1}}, headers=headers))
    told.append(api.client.delete(f"/v1/tokens/{made['id']}", headers=headers))
    told.append(api.client.get("/v1/runs", headers=headers))
    errors = [one.text for one in told[:5]] + [one.text for one in told[6:]]
    assert secret not in "".join(errors)
    assert secret not in caplog.text


def test_each_token_has_a_rate_of_its_own(tmp_path: Path) -> None:
    """A token that asks too often is told when to come again, and nobody else waits for it."""
    with open_api(tmp_path, rate_limit=4) as api:
        first, _ = make(api)
        second, _ = make(api)
        statuses = [api.client.get("/v1/token", headers=first).status_code for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        answer = api.client.get("/v1/runs", headers=first)
        assert refused(answer, 429)["code"] == "too_many_requests"
        assert 1 <= int(answer.headers["Retry-After"]) <= 15
        assert api.client.get("/v1/token", headers=second).status_code == 200
        refused(api.client.get("/v1/token", headers={"Authorization": "Bearer wrong"}), 401)


def test_whoever_may_not_is_counted_too(tmp_path: Path) -> None:
    """A request that lacks the scope, or does not fit, counts like any other."""
    with open_api(tmp_path, rate_limit=2) as api:
        headers, _ = make(api, "runs:read")
        refused(api.client.get("/v1/tokens", headers=headers), 403)
        refused(api.client.get("/v1/runs?x=1", headers=headers), 422)
        refused(api.client.get("/v1/runs", headers=headers), 429)


def test_without_a_limit_nobody_is_refused(tmp_path: Path) -> None:
    """A rate of 0 lets any number through."""
    with open_api(tmp_path, rate_limit=0) as api:
        assert {api.get("/token").status_code for _ in range(50)} == {200}
