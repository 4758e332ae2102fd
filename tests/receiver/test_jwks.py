"""``/.well-known/jwks.json``, marks of version 2 over HTTP, and webhook secrets with dates."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from receiver.wiring import now
from resolver.claims.ring import parse_ring
from tests.support.api import NOON, Api, open_api, refused
from tests.support.builders import Repo, ping
from tests.support.command_line import whichrun
from tests.support.inbox import Inbox, app_over, headers
from tests.support.signing import KEY, OTHER, key_file

PATH = "/.well-known/jwks.json"
RUN = {"span_id": "span-1", "repository": "acme/widgets", "agent_name": "coder", "number": 5}


def test_without_a_key_file_there_are_no_keys(tmp_path: Path) -> None:
    """A service that signs with secrets alone shows an empty set, without a token, and never a secret."""
    with open_api(tmp_path) as api:
        answer = api.client.get(PATH)
    assert (answer.status_code, answer.json) == (200, {"keys": []})
    assert answer.content_type == "application/jwk-set+json"


def test_public_keys_are_shown(tmp_path: Path) -> None:
    """The public halves, the newest first, with what a verifier needs; it may be kept for some minutes, by its ETag."""
    with open_api(tmp_path, signing_key_file=key_file(tmp_path, OTHER, KEY)) as api:
        answer = api.client.get(PATH)
        assert answer.json == {"keys": [OTHER.jwk(), KEY.jwk()]}
        assert answer.json["keys"][1] == {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            "use": "sig",
            "alg": "EdDSA",
        }
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        again = api.client.get(PATH, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert api.client.post(PATH).status_code == 405


def test_a_retired_key_is_gone(tmp_path: Path) -> None:
    """Keys that are retired, expired or not valid yet are not shown."""
    with open_api(tmp_path, signing_key_file=key_file(tmp_path, OTHER, KEY)) as api:
        api.services.keyring.register()
        before = api.client.get(PATH)
        assert api.services.store.keys.retire(KEY.id, api.now, api.now)
        fresh = fresh_keyring(api)
        assert fresh.json == {"keys": [OTHER.jwk()]}
        assert fresh.headers["ETag"] != before.headers["ETag"]


def fresh_keyring(api: Api) -> TestResponse:
    """Ask once what was looked up is too old."""
    api.services.keyring._until = float("-inf")  # noqa: SLF001 - two seconds pass
    return api.client.get(PATH)


def test_a_run_gets_marks_of_version_2_and_the_same_each_time(tmp_path: Path) -> None:
    """Registered again, or asked again later, a run has the same marks: ``iat`` is when it was registered."""
    with open_api(tmp_path, signing_key_file=key_file(tmp_path, KEY)) as api:
        api.now = now()
        first = api.register()
        api.wait(days=3)
        again = api.register()
        marks = api.get("/runs/span-1/marks").json
    assert {name: first[name] for name in ("hidden_comment", "commit_trailers")} == marks
    assert again == first
    assert first["commit_trailers"].split("\n")[1:] == ["Agents-Run: span-1", "Agents-Agent: coder"]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [KEY.jwk()]}))
    result = whichrun(
        "verify", "--jwks", str(tmp_path / "jwks.json"), "--json", stdin=first["hidden_comment"], settings={}
    )
    (claim,) = json.loads(result.stdout)["claims"]
    assert (claim["span_id"], claim["number"], claim["valid"], claim["reason"]) == ("span-1", 5, True, None)


def test_a_run_without_a_valid_key_gets_no_marks(tmp_path: Path) -> None:
    """Where every key has ended nothing is signed, nor left unsigned: 503, and the run is not kept."""
    with open_api(tmp_path, signing_key_file=key_file(tmp_path, KEY)) as api:
        api.services.keyring.register()
        api.services.store.keys.retire(KEY.id, api.now, api.now)
        fresh_keyring(api)
        assert refused(api.post("/runs", RUN), 503)["code"] == "no_signing_key"
        assert api.get("/runs/span-1").status_code == 404


def test_the_register_is_not_asked_for_each_webhook(tmp_path: Path) -> None:
    """A delivery costs no look at the register of keys: its store has none here."""
    app = app_over(Inbox(), signing_key_file=key_file(tmp_path, KEY))
    body = ping(Repo()).body
    assert app.test_client().post("/webhooks/github", data=body, headers=headers(body)).status_code == 202


@pytest.mark.parametrize(
    ("ring", "secret", "status"),
    [
        ("old@/2026-10-01:a,new:b", "a", 401),
        ("old@/2026-10-01:a,new:b", "b", 202),
        ("old@/20261001T120001Z:a", "a", 202),
        ("next@2026-10-02/:a,new:b", "a", 401),
        ("next@2026-10-01/2026-10-02:a", "a", 202),
    ],
)
def test_webhook_secrets_have_dates(tmp_path: Path, ring: str, secret: str, status: int) -> None:
    """A delivery is verified by secrets that are valid now alone."""
    with open_api(tmp_path, webhook_secrets=parse_ring(ring, name="x")) as api:
        assert api.now == NOON == datetime(2026, 10, 1, 12, tzinfo=UTC)
        body = ping(Repo()).body
        answer = api.client.post("/webhooks/github", data=body, headers=headers(body, secret))
    assert answer.status_code == status
