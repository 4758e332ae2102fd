from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import requests

from receiver.client import (
    TRIES,
    Answer,
    Client,
    ClientError,
    HttpTransport,
    Marks,
    Registered,
    ServiceError,
    UnreachableError,
)
from resolver.errors import SettingsError, WhichrunError
from tests.support.answering import Reply, answering, refused, told
from tests.support.deliveries.subjects import issue_comment
from tests.support.deliveries.values import Repo
from tests.support.documents import blocks, every_document
from tests.support.service import API_TOKEN, WEBHOOK_SECRET, running, until
from tests.support.transports import Told, busy, ok
from tests.support.tree import ROOT

TOKEN = "a-token-nobody-sees"


@pytest.fixture
def slept() -> list[float]:
    """The seconds that the client would have slept."""
    return []


def failure(*replies: Reply, timeout: float = 5) -> ClientError:
    """Ask a server that answers like this; return what is raised, which holds the token nowhere."""
    with answering(*replies) as server:
        transport = HttpTransport(server.url, token=TOKEN, timeout=timeout)
        try:
            with pytest.raises(ClientError) as caught:
                Client(transport, sleep=lambda _: None).run("s1")
        finally:
            transport.close()
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return caught.value


def test_a_run_from_its_registration_to_the_feedback_about_it(tmp_path: Path) -> None:
    """Against a real service: register, complete, read, resolve, and go through the feedback page by page."""
    with running(tmp_path) as service:
        client = Client.at(service.url, token=API_TOKEN)
        facts: dict[str, Any] = {"span_id": "s1", "repository": "acme/widgets", "agent_name": "coder", "number": 7}
        registered = client.register_run(**facts)
        assert client.register_run(**facts) == registered
        assert registered.commit_trailers.startswith("Agents-Attribution: ")
        assert client.update_run("s1", numbers=[8])["numbers"] == [7, 8]
        assert client.run("s1")["agent_name"] == "coder"

        for number in range(3):
            text = f"/agents improve\n\n{registered.hidden_comment}"
            made = issue_comment(Repo(), id=100 + number, number=7, body=text)
            sent = requests.post(
                f"{service.url}/webhooks/github", data=made.body, headers=made.headers(WEBHOOK_SECRET), timeout=10
            )
            assert sent.status_code == 202

        def all_three() -> list[dict[str, Any]]:
            found = list(client.feedback_list(limit=2))
            return found if len(found) == 3 else []

        found = until(all_three)
        assert [item["resolution"]["span_id"] for item in found] == ["s1"] * 3
        assert len(client.feedback_page(limit=2, run="s1", agent=None)["items"]) == 2
        assert client.resolve(found[0]["url"])["span_id"] == "s1"
        asked = client.resolve_text(repository="acme/widgets", number=7, body=registered.hidden_comment)
        assert asked["span_id"] == "s1"
        assert client.set_status(found[0]["id"], "analyzed")["status"] == "analyzed"
        assert client.feedback(found[0]["id"])["status"] == "analyzed"
        assert client.ask("GET", "/healthz") == {"status": "ok"}

        with pytest.raises(ServiceError) as caught:
            client.register_run(**{**facts, "number": 9})
        assert (caught.value.status, caught.value.code) == (409, "conflict")
        with pytest.raises(ServiceError) as caught:
            client.feedback_page(no_such="filter")
        assert (caught.value.status, caught.value.details[0]["field"]) == (422, "no_such")
        with pytest.raises(ServiceError, match="not valid"):
            Client.at(service.url, token="another").run("s1")


def test_the_guide_shows_code_that_works() -> None:
    """The example for agent runners, the one of Python in the documents, runs as it is written."""
    (code,) = (one.text for path in every_document() for one in blocks(path) if one.language == "python")
    feedback = {"items": [{"id": 7, "instruction": "shorter, please"}], "next_cursor": None}
    with answering(
        told({"run": {}, "hidden_comment": "<!-- -->", "commit_trailers": "Agents-Run: x", **feedback})
    ) as server:
        program = code.replace("https://whichrun.example.com", server.url)
        command = [sys.executable, "-c", f"token = '{TOKEN}'\n{program}"]
        shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout

    assert shown == "shorter, please\n"
    assert [one.method for one in server.asked] == ["POST", "PATCH", "GET", "PATCH"]


def test_importing_it_stays_light() -> None:
    """An agent runner that imports the client loads neither Flask, nor pydantic, nor the store, nor a parser."""
    code = "import sys; import receiver.client; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    loaded = {name.split(".")[0] for name in shown.split()}
    assert not {"flask", "pydantic", "peewee", "store", "markdown_it", "click", "jwt", "gunicorn"} & loaded
    assert {name for name in shown.split() if name.startswith(("receiver", "resolver"))} == {
        "receiver",
        "receiver.client",
        "receiver.client_answers",
        "receiver.client_asking",
        "receiver.client_reports",
        "receiver.client_wire",
        "resolver",
        "resolver.errors",
    }


def test_each_question_has_its_route() -> None:
    """Names are percent-encoded into one segment; bodies and queries hold what was given."""
    marks = {"hidden_comment": "<!-- -->", "commit_trailers": "Agents-Run: a/b c"}
    transport = Told(ok(marks), ok({"run": {"span_id": "x"}, **marks}, 201), ok({"items": []}), Answer(204, {}, b""))
    client = Client(transport)

    assert client.marks("a/b c?%2e#ä") == Marks(**marks)
    assert client.register_run(span_id="x", repository="o/n", agent_name="a", number=1) == Registered(
        {"span_id": "x"}, **marks
    )
    client.feedback_page(limit=5, since=None)
    assert client.ask("DELETE", "/v1/tokens/1") is None

    assert transport.asked == [
        ("GET", "/v1/runs/a%2Fb%20c%3F%252e%23%C3%A4/marks", None, None),
        ("POST", "/v1/runs", None, {"span_id": "x", "repository": "o/n", "agent_name": "a", "number": 1}),
        ("GET", "/v1/feedback", {"limit": "5"}, None),
        ("DELETE", "/v1/tokens/1", None, None),
    ]


def test_an_encoded_name_arrives_as_it_was_sent() -> None:
    """Nothing on the way tidies a path or a query: the server sees what the client wrote, and the token."""
    with answering(told({})) as server:
        transport = HttpTransport(f"{server.url}/below/", token=TOKEN)
        client = Client(transport)
        client.run("a/b%2F..%2f")
        client.resolve("https://github.com/a/b/pull/1#discussion_r2&x=ä")
        client.update_run("ä", branch="ä\ud800")
        transport.close()

    assert [one.target for one in server.asked] == [
        "/below/v1/runs/a%2Fb%252F..%252f",
        "/below/v1/resolve?url=https%3A%2F%2Fgithub.com%2Fa%2Fb%2Fpull%2F1%23discussion_r2%26x%3D%C3%A4",
        "/below/v1/runs/%C3%A4",
    ]
    assert {one.headers["Authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}
    assert server.asked[2].body == b'{"branch": "\\u00e4\\ud800"}'


@pytest.mark.parametrize("name", ["", ".", "..", "\ud800"])
def test_a_name_that_would_change_the_address_is_not_sent(name: str) -> None:
    """Dot segments, nothing and half a surrogate pair are refused before anything is sent."""
    with pytest.raises(ClientError, match="nothing was sent"):
        Client(Told()).run(name)


@pytest.mark.parametrize("path", ["v1/runs", "/v1/../x", "/v1/%2e%2E/x", "/v1/.", "/v1?a", "/v1#a", "/v1/\\x", "/%ff"])
def test_a_path_that_would_be_another_is_not_sent(path: str) -> None:
    """`ask` takes paths only that arrive as they are written."""
    with pytest.raises(ClientError, match="nothing was sent"):
        Client(Told()).ask("GET", path)


def test_a_query_that_is_no_text_is_not_sent() -> None:
    """Half a surrogate pair in a query is an error of the client's own."""
    with pytest.raises(ClientError, match="nothing was sent"):
        Client(Told()).resolve("https://github.com/\ud800")


@pytest.mark.parametrize(
    ("reply", "status", "said"),
    [
        (Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), 502, "24 bytes of text/html"),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), 200, "none of this API"),
        (Reply(200, b'{"run": '), 200, "none of this API"),
        (Reply(200, b"[]"), 200, "JSON of another shape"),
        (Reply(200, b"[" * 100_000), 200, "none of this API"),
        (Reply(500, b'{"error": "broken"}'), 500, "none of this API"),
        (Reply(500, b'{"error": {"code": 1, "message": null, "details": {}}}'), 500, "none of this API"),
        (Reply(404, b"", {}), 404, "0 bytes of no content type"),
        (Reply(302, b"", {"Location": "/v1/../elsewhere"}), 302, "none of this API"),
        (Reply(301, b"", {"Location": "https://["}), 301, "none of this API"),
        (Reply(204, b"", {}), 204, "JSON of another shape"),
    ],
)
def test_an_answer_that_is_none_is_told_as_that(reply: Reply, status: int, said: str) -> None:
    """What is not the API's own shape is an error with the status, and nothing of its content."""
    error = failure(reply)

    assert isinstance(error, ServiceError)
    assert (error.status, error.code, error.details) == (status, "unexpected_answer", ())
    assert said in str(error)
    assert "gateway" not in str(error)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(stalls=True),
        Reply(200, b'{"run"', length=50),
        Reply(200, b"this is no gzip", {"Content-Encoding": "gzip"}),
    ],
)
def test_no_answer_is_an_error_of_its_own(reply: Reply) -> None:
    """A service that stalls, breaks off or sends what cannot be unpacked did not answer."""
    assert isinstance(failure(reply, timeout=0.3), UnreachableError)


def test_nobody_at_the_address_is_an_error() -> None:
    """A closed port is told with the address."""
    with answering(told({})) as server:
        url = server.url

    with pytest.raises(UnreachableError, match=url):
        Client.at(url, token=TOKEN).run("s1")


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with a password for this machine, and a proxy that nobody runs."""
    path = tmp_path / "netrc"
    path.write_text("default login someone password secret\n")
    monkeypatch.setenv("NETRC", str(path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")


def test_the_token_is_not_replaced_and_loopback_is_not_proxied(netrc: None) -> None:
    """A `.netrc` takes no part, and a service on this machine is asked without a proxy."""
    with answering(told({})) as server:
        transport = HttpTransport(server.url, token=TOKEN)
        Client(transport).run("s1")
        transport.close()

    assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_busy_service_is_asked_again(slept: list[float]) -> None:
    """After 429 and 503 a question is repeated, when the service says, and at once no more than that."""
    transport = Told(busy(retry_after="2"), busy(503), busy(retry_after="0"), ok({"span_id": "s1"}))

    assert Client(transport, sleep=slept.append).run("s1") == {"span_id": "s1"}
    assert slept == [2, 1, 0]


def test_a_time_to_try_again_counts_from_the_services_clock(slept: list[float]) -> None:
    """`Retry-After` as a time is held against `Date`, whatever the time is here."""
    date, later = "Thu, 01 Oct 2026 09:00:00 GMT", "Thu, 01 Oct 2026 09:00:07 GMT"
    transport = Told(busy(retry_after=later, date=date), busy(retry_after=later), ok({}))

    Client(transport, sleep=slept.append).run("s1")

    assert slept == [7, 1]


@pytest.mark.parametrize("text", ["-1", "soon", "٣", "Thu, 01 Oct 2026 09:00:00 GMT", "1" * 400])
def test_odd_times_to_wait_do_no_harm(text: str, slept: list[float]) -> None:
    """What cannot be read, and what is too long to wait for, is never slept for."""
    transport = Told(*[busy(retry_after=text)] * TRIES)

    with pytest.raises(ServiceError):
        Client(transport, sleep=slept.append).run("s1")

    assert set(slept) <= {1}


def test_patience_has_an_end(slept: list[float]) -> None:
    """Four tries, thirty seconds in all: then the caller is told, with how long the service wants."""
    with pytest.raises(ServiceError) as caught:
        Client(Told(*[busy(retry_after="1")] * TRIES), sleep=slept.append).run("s1")
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "too_many_requests", 1)
    assert slept == [1] * (TRIES - 1)

    slept.clear()
    with pytest.raises(ServiceError) as caught:
        Client(Told(busy(retry_after="20"), busy(retry_after="20")), sleep=slept.append).run("s1")
    assert (caught.value.retry_after, slept) == (20, [20])


def test_only_what_does_no_harm_is_repeated(slept: list[float]) -> None:
    """Registering, completing, asking and setting a status are repeated; any other writing is not."""
    marks = {"run": {}, "hidden_comment": "", "commit_trailers": ""}
    client = Client(Told(*[busy(), ok(marks)] * 5), sleep=slept.append)
    client.register_run(span_id="s", repository="o/n", agent_name="a")
    client.update_run("s", numbers=[1])
    client.resolve_text(repository="o/n")
    client.set_status(1, "new")
    client.ask("GET", "/v1/feedback")
    assert len(slept) == 5

    for method in ("POST", "PATCH", "DELETE"):
        with pytest.raises(ServiceError):
            Client(Told(busy()), sleep=slept.append).ask(method, "/v1/feedback/1")
    assert len(slept) == 5


def test_other_errors_are_not_repeated() -> None:
    """An error that waiting does not mend is told at once, in the service's own words."""
    error = failure(refused(404, "not_found", "there is no such run"))

    assert isinstance(error, ServiceError)
    assert (error.status, error.code, error.message, error.retry_after) == (
        404,
        "not_found",
        "there is no such run",
        None,
    )
    assert str(error) == "there is no such run (HTTP 404, not_found)"
    assert isinstance(error, WhichrunError)


def test_a_list_that_never_ends_is_an_error() -> None:
    """Pages that lead in a circle, or are none, end with an error."""
    circle = [ok({"items": [{"id": 1}], "next_cursor": cursor}) for cursor in ("a", "b", "a")]
    with pytest.raises(ServiceError, match="leads back"):
        list(Client(Told(*circle)).feedback_list())
    with pytest.raises(ServiceError, match="without items"):
        list(Client(Told(ok({"next_cursor": None}))).feedback_list())


def test_marks_that_are_missing_are_an_error() -> None:
    """A run without marks is not one with empty marks."""
    with pytest.raises(ServiceError, match="without commit_trailers"):
        Client(Told(ok({"hidden_comment": "x"}))).marks("s1")


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "ftp://x", "http://", "http://u:secret@x", "http://x?secret", "http://[", "http://x:y"],
)
def test_an_address_that_is_none_is_a_setting_to_mend(url: str) -> None:
    """A malformed address is told before anything is sent, and not repeated."""
    with pytest.raises(SettingsError) as caught:
        HttpTransport(url, token=TOKEN)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "two words", f"{TOKEN}\n", "ümlaut"])
def test_a_token_that_is_none_is_a_setting_to_mend(token: str) -> None:
    """A token that fits in no header is refused, and not shown; nor is a good one."""
    with pytest.raises(SettingsError) as caught:
        HttpTransport("http://x", token=token)
    assert not token or token not in str(caught.value)
    assert TOKEN not in repr(HttpTransport("http://x", token=TOKEN))
