from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, UnfitError
from resolver.github.client import Requests, Wire
from tests.support.github import StandIn, faults
from tests.support.github.faults import Fault
from tests.support.scripted import PLACE, over_http

HASTY = Wire(connect=0.3, read=0.3, deadline=0.6, largest=2**20)


@pytest.fixture
def requests() -> Iterator[Requests]:
    """A transport with little patience."""
    made = Requests(HASTY)
    yield made
    made.close()


@contextmanager
def serving(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve requests with a function, at a URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class names it
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "fault", [faults.hang(), faults.trickle(0.1), faults.slow(5), faults.cut()], ids=["hang", "trickle", "slow", "cut"]
)
def test_who_does_not_answer_in_time_is_down(stand_in: StandIn, requests: Requests, fault: Fault) -> None:
    """Not at all, too late, a byte now and then, or half: each is given up within the deadline, twice."""
    stand_in.fault = fault.on("/issues/")
    github = over_http(stand_in.url, requests)
    begun = time.monotonic()
    with pytest.raises(GithubDownError):
        github.issue_comment(PLACE, 11)
    assert time.monotonic() - begun < 4
    assert len(stand_in.asked("/issues/")) == 2
    stand_in.fault = None
    assert github.issue_comment(PLACE, 11) is not None


def test_who_is_not_there_is_down(stand_in: StandIn, requests: Requests) -> None:
    """And is asked again once he is back."""
    github = over_http(stand_in.url, requests)
    assert github.issue_comment(PLACE, 11) is not None
    stand_in.down()
    with pytest.raises(GithubDownError, match="out of reach"):
        github.issue_comment(PLACE, 11)
    stand_in.up()
    assert github.issue_comment(PLACE, 11) is not None


def test_who_cannot_prove_who_he_is_is_sent_nothing(stand_in: StandIn, requests: Requests) -> None:
    """A certificate is always looked for."""
    with pytest.raises(GithubDownError, match="certificate"):
        requests.exchange("GET", f"https://127.0.0.1:{stand_in.port}/app", {"authorization": "token x"}, None)
    assert not any("token x" in request.target for request in stand_in.requests)
    assert not any(request.authorization for request in stand_in.requests)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(stand_in: StandIn, requests: Requests) -> None:
    """It is no answer; the next one is read as ever."""
    stand_in.fault = faults.huge(64 * 2**20).on("/issues/")
    github = over_http(stand_in.url, requests)
    with pytest.raises(GithubAnswerError, match="larger than 1048576 bytes"):
        github.issue_comment(PLACE, 11)
    stand_in.fault = None
    assert github.issue_comment(PLACE, 11) is not None


def test_what_is_packed_is_measured_unpacked(requests: Requests) -> None:
    """A few bytes may stand for very many."""
    bomb = gzip.compress(b"0" * 2**25)
    assert len(bomb) < HASTY.largest

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-encoding", "gzip")
        handler.send_header("content-length", str(len(bomb)))
        handler.end_headers()
        handler.wfile.write(bomb)

    with serving(answer) as url, pytest.raises(GithubAnswerError, match="larger than"):
        requests.exchange("GET", f"{url}/x", {}, None)


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", gzip.compress(b"[1, 2]")), ("identity", b"[1, 2]")], ids=["gzip", "plain"]
)
@pytest.mark.parametrize("chunked", [True, False])
def test_bodies_as_they_may_be_sent(requests: Requests, encoding: str, body: bytes, *, chunked: bool) -> None:
    """Packed or not, in chunks or in one piece."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("content-encoding", encoding)
        if chunked:
            handler.send_header("transfer-encoding", "chunked")
            handler.end_headers()
            for place in range(len(body)):
                handler.wfile.write(b"1\r\n" + body[place : place + 1] + b"\r\n")
            handler.wfile.write(b"0\r\n\r\n")
        else:
            handler.send_header("content-length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        handler.close_connection = True

    with serving(answer) as url:
        assert requests.exchange("GET", f"{url}/x", {}, None).body == b"[1, 2]"


def test_a_body_that_cannot_be_unpacked_is_no_answer(requests: Requests) -> None:
    """It says that it is packed, and is not."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-encoding", "gzip")
        handler.send_header("content-length", "5")
        handler.end_headers()
        handler.wfile.write(b"plain")

    with serving(answer) as url, pytest.raises(GithubAnswerError, match="unpacked"):
        requests.exchange("GET", f"{url}/x", {}, None)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed_here(requests: Requests, status: int) -> None:
    """Neither is its body waited for any longer than another's."""
    asked: list[str] = []

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        handler.send_response(status)
        handler.send_header("location", "/elsewhere")
        handler.send_header("set-cookie", "session=x; path=/")
        handler.send_header("content-length", "0")
        handler.end_headers()

    with serving(answer) as url:
        response = requests.exchange("GET", f"{url}/x", {"authorization": "token x"}, None)
    assert (response.status, response.headers["location"], asked) == (status, "/elsewhere", ["/x"])


@pytest.mark.parametrize(
    "path", ["/repos/../app", "/repos/./x", "/a b", "/a\r\nb", "/%7Ea", "/é", "/a#b", "/a%zz", "/..", "/a/%2e%2e/b"]
)
def test_an_address_that_would_be_tidied_is_not_sent(stand_in: StandIn, requests: Requests, path: str) -> None:
    """What goes out is what was built, to the letter, or nothing does."""
    with pytest.raises(UnfitError):
        requests.exchange("GET", f"{stand_in.url}{path}", {}, None)
    assert stand_in.requests == []


def test_nothing_comes_from_the_environment(
    stand_in: StandIn, requests: Requests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ``.netrc`` would replace the token, and a proxy would be told of it."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert over_http(stand_in.url, requests).issue_comment(PLACE, 11) is not None
    assert {request.headers["authorization"].split()[0] for request in stand_in.requests} == {"bearer", "token"}


def test_a_cookie_is_not_sent_back(requests: Requests) -> None:
    """GitHub's API has none to give."""
    told: list[str | None] = []

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        told.append(handler.headers.get("cookie"))
        handler.send_response(204)
        handler.send_header("set-cookie", "session=x; path=/")
        handler.end_headers()

    with serving(answer) as url:
        requests.exchange("GET", f"{url}/x", {}, None)
        requests.exchange("GET", f"{url}/x", {}, None)
    assert told == [None, None]


def test_each_thread_has_connections_of_its_own(stand_in: StandIn) -> None:
    """Many may ask at once."""
    github = over_http(stand_in.url)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: github.issue_comment(PLACE, 11), range(40)))
    assert all(one is not None and one.body == "text" for one in found)
    assert len(stand_in.asked("/access_tokens$")) == 1
    github.close()
