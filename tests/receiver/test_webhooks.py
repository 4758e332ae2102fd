from __future__ import annotations

import io
import json
import socket
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize  # type: ignore[import-untyped]

from receiver.body import READ_SECONDS
from receiver.webhooks import MAX_BODY
from resolver.model.deliveries import DeliveryStatus
from tests.support.api import refused
from tests.support.inbox import GUID, SECRET, Inbox, app_over, deliver, headers, sign
from tests.support.tree import ROOT

PAYLOADS = ROOT / "tests" / "payloads" / "octokit"
COMMENT = (PAYLOADS / "issue_comment.created.json").read_bytes()
REPOSITORY = json.loads(COMMENT)["repository"]


@pytest.fixture
def inbox() -> Inbox:
    """An empty inbox."""
    return Inbox()


@pytest.fixture
def client(inbox: Inbox) -> FlaskClient:
    """A client of the application over that inbox."""
    return app_over(inbox).test_client()


def comment(**changes: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return an issue comment's delivery with some of its comment's fields changed."""
    payload = json.loads(COMMENT)
    payload["comment"].update(changes)
    return json.dumps(payload).encode()


def test_a_delivery_is_kept_as_it_came(client: FlaskClient, inbox: Inbox) -> None:
    """A used event is recorded with its raw body, to be processed, and accepted."""
    answer = deliver(client, COMMENT, x_github_event="issue_comment", user_agent="GitHub-Hookshot/x")

    assert (answer.status_code, answer.json) == (202, {"status": "accepted", "delivery": GUID})
    [kept] = inbox.recorded
    assert (kept.guid, kept.event, kept.action) == (GUID, "issue_comment", "created")
    assert kept.body == COMMENT
    assert kept.repository_id == REPOSITORY["id"]
    assert (kept.status, kept.error) == (DeliveryStatus.PENDING, None)
    assert kept.headers["Content-Type"] == "application/json"
    assert kept.headers["User-Agent"] == "GitHub-Hookshot/x"
    assert sign(COMMENT) not in kept.headers.values()


def test_a_form_is_taken_like_json(client: FlaskClient, inbox: Inbox) -> None:
    """A form with the field payload is read alike, and kept raw."""
    body = f"payload={quote_plus(COMMENT.decode())}".encode()
    form = "application/x-www-form-urlencoded; charset=utf-8"

    answer = deliver(client, body, x_github_event="issue_comment", content_type=form)

    assert answer.json == {"status": "accepted", "delivery": GUID}
    assert inbox.recorded[0].body == body
    assert inbox.recorded[0].repository_id == REPOSITORY["id"]


def test_the_same_delivery_again_is_a_duplicate(client: FlaskClient, inbox: Inbox) -> None:
    """The same GUID with the same body is acknowledged and kept once."""
    deliver(client, COMMENT, x_github_event="issue_comment")
    answer = deliver(client, COMMENT, x_github_event="issue_comment")

    assert (answer.status_code, answer.json) == (202, {"status": "duplicate", "delivery": GUID})
    assert len(inbox.recorded) == 1


def test_the_same_guid_with_another_body_is_a_conflict(client: FlaskClient, inbox: Inbox) -> None:
    """The same GUID with another body is refused; what was kept stays."""
    deliver(client, COMMENT, x_github_event="issue_comment")
    answer = deliver(client, comment(body="other"), x_github_event="issue_comment")

    assert refused(answer, 409)["code"] == "conflict"
    assert [kept.body for kept in inbox.recorded] == [COMMENT]
    assert inbox.conflicts == 1


@pytest.mark.parametrize(
    ("event", "name"), [("star", "star.created"), ("issues", "issues.labeled"), ("no_such_event", "star.created")]
)
def test_what_is_not_used_is_kept_and_ignored(event: str, name: str, client: FlaskClient, inbox: Inbox) -> None:
    """An event or action that is not used is acknowledged as ignored, and kept as such."""
    answer = deliver(client, (PAYLOADS / f"{name}.json").read_bytes(), x_github_event=event)

    assert (answer.status_code, answer.json) == (202, {"status": "ignored", "delivery": GUID})
    assert [kept.status for kept in inbox.recorded] == [DeliveryStatus.IGNORED]


@pytest.mark.parametrize(("ours", "status"), [("ACME/other", "ignored"), (REPOSITORY["full_name"], "accepted")])
def test_only_repositories_of_the_setting_are_used(ours: str, status: str, inbox: Inbox) -> None:
    """With WHICHRUN_REPOSITORIES, deliveries about others are kept as ignored."""
    client = app_over(inbox, repositories=ours).test_client()

    answer = deliver(client, COMMENT, x_github_event="issue_comment")

    assert answer.json == {"status": status, "delivery": GUID}
    assert len(inbox.recorded) == 1


@pytest.mark.parametrize("name", ["X-GitHub-Delivery", "X-GitHub-Event"])
@pytest.mark.parametrize("value", [None, "", "two words", "x" * 201, "caf\xe9", "tab\there"])
def test_delivery_and_event_have_to_be_named(name: str, value: str | None, client: FlaskClient, inbox: Inbox) -> None:
    """A delivery without a sound GUID or event name is refused, naming the header."""
    answer = deliver(client, b"{}", **{name.replace("-", "_"): value})

    assert name in refused(answer, 400)["message"]
    assert inbox.recorded == []


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"text"', b"\xff", b"{"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes, client: FlaskClient, inbox: Inbox) -> None:
    """A signed body that is not a JSON object is refused and not kept."""
    answer = deliver(client, body, x_github_event="issue_comment")

    assert refused(answer, 400)["code"] == "not_json"
    assert inbox.recorded == []


@pytest.mark.parametrize(
    "changes",
    [
        {"content_type": "text/plain"},
        {"content_type": None},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_encoding": "gzip"},
        {"content_encoding": "identity"},
        {"content_encoding": ""},
    ],
)
def test_other_encodings_are_refused(changes: dict[str, str | None], client: FlaskClient, inbox: Inbox) -> None:
    """Only the two content types of GitHub are taken, and no content encoding at all."""
    answer = deliver(client, b"{}", **changes)

    assert refused(answer, 415)["code"] == "unsupported_media_type"
    assert inbox.recorded == []


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        sign(b"other"),
        sign(b"{}", "other"),
        sign(b"{}").removeprefix("sha256="),
        "sha1=00",
        "sha256=\xe9",
    ],
)
def test_a_wrong_signature_is_refused(signature: str | None, client: FlaskClient, inbox: Inbox) -> None:
    """An unsigned or wrongly signed body is refused, and its GUID is not remembered."""
    answer = deliver(client, b"{}", x_hub_signature_256=signature)

    assert refused(answer, 401)["code"] == "bad_signature"
    assert inbox.recorded == []
    assert deliver(client, b"{}").status_code == 202


def test_the_signature_is_checked_before_the_body_is_read(client: FlaskClient) -> None:
    """A body that is not JSON and not signed is told about its signature."""
    assert deliver(client, b"no json", x_hub_signature_256=None).status_code == 401


def test_secrets_can_be_changed(inbox: Inbox) -> None:
    """While secrets are changed, a delivery signed with any of the ring is taken."""
    client = app_over(inbox, webhook_secrets=f"new,{SECRET}").test_client()

    for guid, secret in (("1", "new"), ("2", SECRET)):
        answer = deliver(client, b"{}", x_github_delivery=guid, x_hub_signature_256=sign(b"{}", secret))
        assert answer.status_code == 202


@pytest.mark.parametrize("field", ["id", "body", "user"])
def test_what_does_not_fit_its_event_is_kept_as_dead(field: str, client: FlaskClient, inbox: Inbox) -> None:
    """Signed JSON whose fields do not fit is refused, naming the field, and kept with its error for a replay."""
    body = comment(**{field: {"un": "fit"}})

    error = refused(deliver(client, body, x_github_event="issue_comment"), 422)

    assert any(detail["field"].startswith(f"comment.{field}") for detail in error["details"])
    [kept] = inbox.recorded
    assert (kept.guid, kept.event, kept.body) == (GUID, "issue_comment", body)
    assert kept.status is DeliveryStatus.DEAD
    assert kept.error is not None
    assert f"comment.{field}" in kept.error


def test_what_does_not_fit_is_told_so_again(client: FlaskClient, inbox: Inbox) -> None:
    """A redelivery of what did not fit is refused alike, and kept once."""
    for _ in range(2):
        assert deliver(client, comment(id="x"), x_github_event="issue_comment").status_code == 422

    assert len(inbox.recorded) == 1


def test_a_store_that_fails_asks_for_another_try(client: FlaskClient, inbox: Inbox) -> None:
    """When the store cannot take it, nothing is acknowledged, and the sender is told when to try again."""
    inbox.broken = True

    answer = deliver(client, b"{}")

    assert refused(answer, 503)["code"] == "store_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_body_may_be_25_mib_and_no_more(client: FlaskClient, inbox: Inbox) -> None:
    """A declared size of 25 MiB is taken; one byte more is refused, before anything else is looked at."""
    largest = b'{"zen":"' + b"x" * (MAX_BODY - 10) + b'"}'
    assert len(largest) == MAX_BODY

    assert deliver(client, largest).status_code == 202
    assert refused(deliver(client, largest + b" ", content_type=None), 413)["code"] == "too_large"
    assert len(inbox.recorded) == 1


def test_a_body_of_unknown_size_is_not_read_whole(client: FlaskClient) -> None:
    """A body without a declared size is read up to the limit, not to its end."""

    class Endless(io.RawIOBase):
        """Spaces without end."""

        handed_out = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.handed_out += size
            return b" " * size

    stream = Endless()
    environ = {"wsgi.input": stream, "wsgi.input_terminated": True}

    answer = client.post(
        "/webhooks/github",
        headers={**headers(b""), "Transfer-Encoding": "chunked"},
        environ_overrides=environ,
    )

    assert refused(answer, 413)["code"] == "too_large"
    assert stream.handed_out <= MAX_BODY + 1


@pytest.mark.parametrize("fault", [TimeoutError(), ConnectionResetError(), InvalidChunkSize(b"x")])
def test_a_client_that_stalls_or_breaks_off_is_refused(fault: Exception, client: FlaskClient, inbox: Inbox) -> None:
    """A body that does not come to its end is 400, and waiting for it has an end."""

    class Broken(io.RawIOBase):
        """Half a body."""

        def read(self, size: int = -1) -> bytes:
            raise fault

    ours, theirs = socket.socketpair()
    with ours, theirs:
        environ = {"wsgi.input": Broken(), "wsgi.input_terminated": True, "gunicorn.socket": ours}
        answer = client.post("/webhooks/github", headers=headers(b"{}"), environ_overrides=environ)
        assert ours.gettimeout() == READ_SECONDS

    refused(answer, 400)
    assert inbox.recorded == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post_is_allowed(method: str, client: FlaskClient) -> None:
    """Any other method is refused, and told which one is allowed."""
    answer = client.open("/webhooks/github", method=method)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
