"""The stand-in for GitHub, asked over HTTP as GitHub is."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.support.builders import Delivery, Repo, issue_comment
from tests.support.github import Repository, StandIn, faults
from tests.support.github.asking import app_header, ask, token_header


@pytest.fixture
def github() -> Iterator[StandIn]:
    """GitHub, with the App installed on nothing yet."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def repo(github: StandIn) -> Repository:
    """A repository that the App is installed on, without a commit."""
    repo = github.repository(9001, "acme/widgets")
    github.install(77, "acme", repositories=[repo])
    return repo


def test_app_knows_itself_by_its_key(github: StandIn) -> None:
    """The App's own token, signed with its key, opens ``/app``; its number or its client id may stand in it."""
    github.app.permissions = {"metadata": "read", "contents": "read"}
    told = ask(github, "/app", app_header(github)).json()
    assert told["id"] == github.app.id
    assert told["permissions"] == {"metadata": "read", "contents": "read"}
    assert ask(github, "/app", app_header(github, iss=github.app.client_id)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"key": "other"}, 401, "could not be decoded"),
        ({"exp": 3600}, 401, "too far in the future"),
        ({"exp": -1}, 401, "represents|representing the future"),
        ({"iat": 600}, 401, "'Issued at'"),
        ({"iss": "999"}, 404, "Integration not found"),
    ],
)
def test_app_tokens_that_do_not_hold_are_refused(
    github: StandIn, changes: dict[str, Any], status: int, message: str
) -> None:
    """A wrong key, times (here in seconds from now) that do not fit and an unknown App are refused, as GitHub does."""
    now = int(time.time())
    given = {name: now + value if name in {"exp", "iat"} else value for name, value in changes.items()}
    answer = ask(github, "/app", app_header(github, **given))
    assert answer.status_code == status
    assert any(part in answer.json()["message"] for part in message.split("|"))


def test_app_needs_a_token(github: StandIn) -> None:
    """Nobody else is told of the App."""
    assert ask(github, "/app", {}).status_code == 401
    assert ask(github, "/app", {"Authorization": "Bearer nonsense"}).status_code == 401


def test_app_tells_of_installations_and_hook(github: StandIn, repo: Repository) -> None:
    """Installations are told by the App and by repository, and where webhooks go, without the secret."""
    github.app.hook_url = "https://example.com/webhooks/github"
    mine = app_header(github)
    assert [found["id"] for found in ask(github, "/app/installations", mine).json()] == [77]
    assert ask(github, "/app/installations/77", mine).json()["suspended_at"] is None
    assert ask(github, "/app/installations/78", mine).status_code == 404
    assert ask(github, "/repos/acme/widgets/installation", mine).json()["id"] == 77
    hook = ask(github, "/app/hook/config", mine).json()
    assert hook["url"] == "https://example.com/webhooks/github"
    assert hook["secret"] == "********"


def test_tokens_are_bound_to_repositories_and_permissions(github: StandIn, repo: Repository) -> None:
    """A token for one repository and one permission is good for nothing else."""
    other = github.repository(9002, "acme/gadgets")
    github.add_repository(77, other)
    narrow = token_header(github, repository_ids=[9001], permissions={"contents": "read"})
    assert ask(github, "/repos/acme/widgets", narrow).status_code == 200
    assert ask(github, "/repos/acme/gadgets", narrow).status_code == 404
    refused = ask(github, "/repos/acme/widgets/pulls", narrow)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    told = ask(github, "/installation/repositories", narrow).json()
    assert [found["full_name"] for found in told["repositories"]] == ["acme/widgets"]


def test_tokens_are_told_with_their_repositories(github: StandIn, repo: Repository) -> None:
    """The answer names the repositories that were asked for, and an end in an hour."""
    url = f"{github.url}/app/installations/77/access_tokens"
    told = requests.post(url, json={"repository_ids": [9001]}, headers=app_header(github), timeout=5).json()
    assert [(found["id"], found["full_name"]) for found in told["repositories"]] == [(9001, "acme/widgets")]
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=58) < left <= timedelta(hours=1)


@pytest.mark.parametrize("wanted", [{"repository_ids": [4]}, {"permissions": {"contents": "write"}}])
def test_tokens_never_reach_beyond_the_installation(
    github: StandIn, repo: Repository, wanted: dict[str, object]
) -> None:
    """A repository that is not in the installation, or a permission that it has not, is refused."""
    url = f"{github.url}/app/installations/77/access_tokens"
    assert requests.post(url, json=wanted, headers=app_header(github), timeout=5).status_code == 422


def test_tokens_end(github: StandIn, repo: Repository) -> None:
    """Expired and revoked tokens, and those of a suspended or removed installation, open nothing."""
    mine = token_header(github)
    github.suspend(77)
    assert ask(github, "/repos/acme/widgets", mine).json()["message"] == "This installation has been suspended"
    url = f"{github.url}/app/installations/77/access_tokens"
    assert requests.post(url, headers=app_header(github), timeout=5).status_code == 403
    github.unsuspend(77)
    github.remove_repository(77, repo)
    assert ask(github, "/repos/acme/widgets", mine).status_code == 404
    github.add_repository(77, repo)
    github.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    assert ask(github, "/repos/acme/widgets", mine).status_code == 401
    github.clock = lambda: datetime.now(UTC)
    github.uninstall(77)
    assert ask(github, "/repos/acme/widgets", mine).json()["message"] == "Bad credentials"
    assert requests.post(url, headers=app_header(github), timeout=5).status_code == 404


def test_tokens_are_needed(github: StandIn, repo: Repository) -> None:
    """Without a token a private repository is not there; a token that is none is bad."""
    assert ask(github, "/repos/acme/widgets", {}).status_code == 404
    assert ask(github, "/repos/acme/widgets", {"Authorization": "token x"}).status_code == 401


def test_delivery_log_is_read_page_by_page_and_delivers_again(github: StandIn) -> None:
    """The newest first; what is asked for again is sent under the same GUID, and appended."""
    sent: list[str] = []

    def send(delivery: Delivery) -> int:
        sent.append(delivery.guid)
        return 202

    github.log.send = send
    entries = [github.deliver_failed(issue_comment(Repo(), id=number)) for number in range(1, 6)]
    mine = app_header(github)
    first = ask(github, "/app/hook/deliveries?per_page=3", mine)
    assert [found["id"] for found in first.json()] == [entry.id for entry in entries[:1:-1]]
    assert first.json()[0] | {"delivered_at": ""} == {
        "id": entries[4].id,
        "guid": entries[4].delivery.guid,
        "delivered_at": "",
        "redelivery": False,
        "duration": 0.27,
        "status": "failed to connect to host",
        "status_code": 0,
        "event": "issue_comment",
        "action": "created",
        "installation_id": 77,
        "repository_id": 9001,
        "throttled_at": None,
    }
    second = requests.get(first.links["next"]["url"], headers=mine, timeout=5)
    assert [found["id"] for found in second.json()] == [entries[1].id, entries[0].id]
    assert "next" not in second.links
    url = f"{github.url}/app/hook/deliveries/{entries[0].id}/attempts"
    assert requests.post(url, headers=mine, timeout=5).status_code == 202
    assert sent == [entries[0].delivery.guid]
    again = ask(github, "/app/hook/deliveries?per_page=1", mine).json()[0]
    assert (again["guid"], again["redelivery"], again["status_code"]) == (entries[0].delivery.guid, True, 202)
    whole = ask(github, f"/app/hook/deliveries/{entries[0].id}", mine).json()
    assert whole["request"]["payload"]["comment"]["id"] == 1


def test_delivery_log_is_kept_for_three_days(github: StandIn) -> None:
    """What is older is neither told nor sent again."""
    old = github.deliver_failed(issue_comment(Repo(), id=1), at=datetime.now(UTC) - timedelta(days=3, minutes=1))
    mine = app_header(github)
    assert ask(github, "/app/hook/deliveries", mine).json() == []
    url = f"{github.url}/app/hook/deliveries/{old.id}/attempts"
    assert requests.post(url, headers=mine, timeout=5).status_code == 404


def test_delivery_log_sends_for_real(github: StandIn) -> None:
    """``send_to`` posts the signed webhook; what is answered stands in the log, and 0 where nobody listens."""
    entry = github.deliver_failed(issue_comment(Repo(), id=1))
    with StandIn() as receiver:
        github.log.send_to(f"{receiver.url}/webhooks/github", "secret")
        github.log.attempt(entry, github.clock())
        (got,) = receiver.asked("^/webhooks/github$", method="POST")
        assert got.headers["X-Hub-Signature-256"] == entry.delivery.headers("secret")["X-Hub-Signature-256"]
        assert got.body == entry.delivery.body
    assert github.log.entries(github.clock())[0].status_code == 404
    assert github.log.attempt(entry, github.clock()).status_code == 0


def test_recording_keeps_requests_exactly_as_they_came(github: StandIn) -> None:
    """Nothing is decoded, tidied or left out; what HTTP does not allow is kept too."""
    raw = b"GET //repos/..%2F%2e/./x?a=%00&a=b HTTP/1.1\r\nUser-Agent: t\r\nAuthorization: Bearer q\r\n\r\n"
    for sent in (raw, b"GET /a b c HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", github.port), timeout=5) as connection:
            connection.sendall(sent)
            assert connection.recv(4096).split(b" ")[1] in {b"404", b"400"}
    first, second = github.requests
    assert (first.method, first.raw_path) == ("GET", "//repos/..%2F%2e/./x")
    assert first.query == {"a": "b"}
    assert first.authorization == "Bearer q"
    assert (second.method, second.target) == ("", "GET /a b c HTTP/1.1")


def test_recording_finds_requests_and_forgets_them(github: StandIn) -> None:
    """Requests are found by their target, with body and headers."""
    requests.post(f"{github.url}/graphql", data=b"{}", headers={"X-Test": "1"}, timeout=5)
    (found,) = github.asked("/graphql$", method="POST")
    assert (found.body, found.headers["x-test"]) == (b"{}", "1")
    assert github.asked("/graphql$", method="GET") == []
    github.forget()
    assert github.requests == []


def test_answers_carry_limits_and_tags(github: StandIn, repo: Repository) -> None:
    """What the caller has already costs nothing; a tag is good for its own token only."""
    mine = token_header(github)
    first = ask(github, "/repos/acme/widgets", mine)
    tag = {"If-None-Match": first.headers["ETag"]}
    second = ask(github, "/repos/acme/widgets", mine | tag)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "4999"
    assert first.headers["x-ratelimit-resource"] == "core"
    assert int(first.headers["x-ratelimit-reset"]) > time.time()
    assert "Date" in first.headers
    assert ask(github, "/repos/acme/widgets", token_header(github) | tag).status_code == 200
    assert ask(github, "/rate_limit", mine).json()["resources"]["core"]["used"] == 2


def test_answers_end_with_the_limit(github: StandIn, repo: Repository) -> None:
    """Once the limit is used up, all but ``/rate_limit`` is refused until it is reset."""
    mine = token_header(github)
    github.limits.limit = 1
    assert ask(github, "/repos/acme/widgets", mine).status_code == 200
    refused = ask(github, "/repos/acme/widgets", mine)
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    assert "rate limit exceeded" in refused.json()["message"]
    assert ask(github, "/rate_limit", mine).status_code == 200
    github.clock = lambda: datetime.now(UTC) + timedelta(minutes=59, seconds=59)
    assert ask(github, "/repos/acme/widgets", mine).status_code == 403


def test_answers_are_not_found_for_unknown_routes(github: StandIn, repo: Repository) -> None:
    """What there is no route for is not found, whatever the method."""
    mine = token_header(github)
    for method, path in (("GET", "/nowhere"), ("DELETE", "/repos/acme/widgets"), ("GET", "/repos/acme/widgets/x")):
        answer = requests.request(method, f"{github.url}{path}", headers=mine, timeout=5)
        assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (faults.status(502), 502, {}),
        (faults.status(503, retry_after=7), 503, {"retry-after": "7"}),
        (faults.primary_limit(), 403, {"x-ratelimit-remaining": "0"}),
        (faults.primary_limit(code=429), 429, {"x-ratelimit-remaining": "0"}),
        (faults.secondary_limit(retry_after=3), 403, {"retry-after": "3"}),
        (faults.secondary_limit(code=429, retry_after=None), 429, {}),
        (faults.redirect(307, "http://localhost:1/x"), 307, {"location": "http://localhost:1/x"}),
        (faults.redirect(301), 301, {"location": "/app"}),
        (faults.malformed(), 200, {}),
        (faults.other_shape([1]), 200, {}),
        (faults.headers({"link": "x"}), 401, {"link": "x"}),
    ],
)
def test_faults_answer_otherwise(github: StandIn, fault: faults.Fault, status: int, headers: dict[str, str]) -> None:
    """Each fault answers in its own way, is recorded, and ends when it is switched off."""
    github.fault = fault
    answer = ask(github, "/app", {})
    assert answer.status_code == status
    assert headers.items() <= {name.lower(): text for name, text in answer.headers.items()}.items()
    assert len(github.requests) == 1
    github.fault = None
    assert ask(github, "/app", app_header(github)).status_code == 200


def test_faults_hold_for_some_paths_and_a_number_of_times(github: StandIn) -> None:
    """A fault is kept to what it was switched on for; the first that fits has its way."""
    github.fault = faults.status(500).on("^/app$").times(2)
    github.faults.add(faults.status(503).on("/app"))
    mine = app_header(github)
    assert ask(github, "/nowhere", mine).status_code == 404
    assert [ask(github, "/app", mine).status_code for _ in range(3)] == [500, 500, 503]
    assert ask(github, "/app/installations", mine).status_code == 503


def test_faults_hang_until_the_client_gives_up(github: StandIn) -> None:
    """Nothing is ever answered, but others are."""
    github.fault = faults.hang().times(1)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{github.url}/app", timeout=0.3)
    assert ask(github, "/app", app_header(github)).status_code == 200


def test_faults_trickle_and_slowness(github: StandIn) -> None:
    """Bytes come one by one, or all of them late."""
    github.fault = faults.trickle(0.001)
    begun = time.monotonic()
    assert ask(github, "/app", app_header(github)).json()["id"] == github.app.id
    assert time.monotonic() - begun > 0.5
    github.fault = faults.slow(0.2)
    begun = time.monotonic()
    assert ask(github, "/app", app_header(github)).status_code == 200
    assert time.monotonic() - begun >= 0.19


def test_faults_cut_the_connection(github: StandIn) -> None:
    """The body ends in its middle."""
    github.fault = faults.cut()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask(github, "/app", app_header(github))


def test_faults_make_answers_huge(github: StandIn) -> None:
    """As many bytes as are asked for, of JSON that holds."""
    github.fault = faults.huge(2**20 + 1)
    answer = ask(github, "/app", {})
    assert len(answer.content) in {2**20, 2**20 + 1}
    assert set(answer.json()) == {0}


def test_faults_can_be_that_nobody_listens(github: StandIn) -> None:
    """Connections are ended and refused while it is down; it comes back at the same port, knowing what it knew."""
    with requests.Session() as session:
        assert session.get(f"{github.url}/app", headers=app_header(github), timeout=5).status_code == 200
        github.down()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{github.url}/app", timeout=5)
        github.up()
        assert session.get(f"{github.url}/app", headers=app_header(github), timeout=5).status_code == 200
    assert len(github.requests) == 2


def test_faults_of_the_stand_in_itself_are_told() -> None:
    """What goes wrong in here never passes for GitHub's own failure."""

    def broken() -> datetime:
        raise RuntimeError("broken on purpose")

    github = StandIn()
    github.clock = broken
    with pytest.raises(AssertionError, match="broken on purpose"), github:
        ask(github, "/app", {})
