"""``whichrun verify --jwks``: anybody verifies with public keys alone, without settings and without a store."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from resolver.claims.ring import Key, Ring
from resolver.claims.write import write, write_jws
from tests.support.command_line import error_of, whichrun
from tests.support.signing import CLAIM, KEY, NOW, OTHER, jws, part

MARKS = write_jws(CLAIM, KEY, NOW)
SET = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, OTHER.jwk(), KEY.jwk()]}


@pytest.fixture
def keys(tmp_path: Path) -> str:
    """Return the name of a file with a JWK set."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(SET))
    return str(path)


def verified(text: str, source: str, *arguments: str) -> list[dict[str, Any]]:
    """Return what is said of the claims in a text, by somebody who has no settings."""
    result = whichrun("verify", "--jwks", source, *arguments, "--json", stdin=text)
    assert result.stderr == ""
    found: list[dict[str, Any]] = json.loads(result.stdout)["claims"]
    assert result.exit_code == (0 if all(one["valid"] for one in found) else 1)
    return found


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Answer every request on loopback; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def body(text: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    return answer


def redirect(target: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a redirect."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", target)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def test_a_comment_and_a_commit(keys: str) -> None:
    """Both carriers are verified; what was changed is refused, and the reason names the rule."""
    for text, arguments in ((MARKS.hidden_comment, ()), (f"Fix\n\n{MARKS.commit_trailers}", ("--commit",))):
        (one,) = verified(text, keys, *arguments)
        assert (one["span_id"], one["agent_name"], one["repository"], one["number"], one["valid"]) == (
            CLAIM.span_id, "coder", "acme/widgets", 42, True,
        )  # fmt: skip
    head, _, signature = jws().split(".")
    other = part({"iss": "prod-a", "iat": 1, "span_id": "mine"})
    (one,) = verified(f"<!-- agents-run: {head}.{other}.{signature} -->", keys)
    assert (one["span_id"], one["valid"]) == ("mine", False)
    assert "does not verify" in one["reason"]


def test_place_and_issuer(keys: str) -> None:
    """Place and issuer count when they are given."""
    assert verified(MARKS.hidden_comment, keys, "--issuer", "prod-a", "--number", "42")[0]["valid"]
    assert "another instance" in verified(MARKS.hidden_comment, keys, "--issuer", "prod-b")[0]["reason"]
    assert "number 42" in verified(MARKS.hidden_comment, keys, "--number", "7")[0]["reason"]
    without = whichrun("verify", "--issuer", "prod-a", stdin="")
    assert (without.exit_code, "--issuer is for --jwks" in without.stderr) == (2, True)


def test_version_1_needs_its_secret(keys: str, tmp_path: Path) -> None:
    """A claim of version 1, signed or not, is refused with that reason: also where the set holds no keys at all."""
    empty = tmp_path / "empty.json"
    empty.write_text('{"keys": []}')
    for ring in (Ring((Key("k", b"s"),)), Ring()):
        for source in (keys, str(empty)):
            (one,) = verified(write(CLAIM, ring).hidden_comment, source)
            assert (one["span_id"], one["valid"]) == (CLAIM.span_id, False)
            assert "version 1 needs the secret" in one["reason"]
    assert "No key of the ring" in verified(MARKS.hidden_comment, str(empty))[0]["reason"]


def test_no_setting_is_read(keys: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a ``.env`` of somebody's own service plays a part, however wrong they are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WHICHRUN_NONSENSE=1\nno setting\n")
    monkeypatch.setenv("WHICHRUN_INSTANCE_ID", "another")
    assert verified(MARKS.hidden_comment, keys)[0]["valid"]


def test_keys_from_the_web() -> None:
    """The set is fetched, and redirects are followed."""
    with serving(body(json.dumps(SET).encode())) as there, serving(redirect(f"{there}/jwks.json")) as here:
        for source in (there, here):
            assert verified(MARKS.hidden_comment, f"{source}/.well-known/jwks.json")[0]["valid"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:application/json,{}", "//["])
def test_redirects_that_lead_elsewhere(target: str) -> None:
    """A redirect to what is no address of the web is refused."""
    with serving(redirect(target)) as here:
        assert error_of(whichrun("verify", "--jwks", here, "--json", stdin=""))["code"] == "no_jwks"


def test_redirects_in_a_circle() -> None:
    """Redirects come to an end."""
    with serving(lambda request: redirect(request.path)(request)) as here:
        error = error_of(whichrun("verify", "--jwks", f"{here}/x", "--json", stdin=""))
    assert "more than 5 times" in error["message"]


def test_answers_that_are_too_large() -> None:
    """More than 64 KiB is not read."""
    with serving(body(b" " * 70_000)) as here:
        assert "larger than 64 KiB" in error_of(whichrun("verify", "--jwks", here, "--json", stdin=""))["message"]


def test_answers_that_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that takes longer in all than it may is given up, though each byte of it comes in time."""
    monkeypatch.setattr("receiver.jwks_source.SECONDS", 0.5)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "10000")
        request.end_headers()
        try:
            for _ in range(50):
                request.wfile.write(b" " * 100)
                request.wfile.flush()
                threading.Event().wait(0.1)
        except OSError:
            return

    with serving(drip) as here:
        assert error_of(whichrun("verify", "--jwks", here, "--json", stdin=""))["code"] == "no_jwks"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json", "not JSON"), ("[]", "not a JWK set"), ('{"keys": {}}', "not a JWK set"), ("[" * 9_999, "not JSON"),
        ('{"keys": [1]}', "not a JWK set"),
        (json.dumps({"keys": [KEY.jwk() | {"x": "AA"}]}), "32 bytes"),
        (json.dumps({"keys": [KEY.jwk() | {"kid": OTHER.id}]}), "kid is not its thumbprint"),
        (json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}]}), "not a proper Ed25519"),
    ],
)  # fmt: skip
def test_sets_that_cannot_be_used(tmp_path: Path, text: str, reason: str) -> None:
    """What is no JWK set, or holds a key that does not fit, is an error: never taken for one without keys."""
    path = tmp_path / "set.json"
    path.write_text(text)
    assert reason in error_of(whichrun("verify", "--jwks", str(path), "--json", stdin=""))["message"]


def test_a_set_that_is_not_there(tmp_path: Path) -> None:
    """A file that is missing, an address where nobody answers, and one that answers with an error are errors."""

    def absent(request: BaseHTTPRequestHandler) -> None:
        request.send_response(404)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving(absent) as here:
        for source in (str(tmp_path / "none.json"), "http://127.0.0.1:9/x", here, "gopher://x/y"):
            assert error_of(whichrun("verify", "--jwks", source, "--json", stdin=""))["code"] == "no_jwks"
