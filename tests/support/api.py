"""An application over a real store, driven from outside, and the facts that a test lets it see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from receiver.app import create_app
from receiver.settings import Settings
from receiver.wiring import Services, wire
from resolver import feedback, watch
from resolver.authority import Authority
from resolver.claims.ring import parse_ring
from resolver.locks import repository_lock
from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.model.github import (
    NOWHERE,
    Commit,
    GithubObject,
    Kind,
    ObjectRef,
    ObjectSeen,
    Position,
    PushSeen,
    RepositorySeen,
    Revision,
    User,
)
from resolver.model.runs import Carrier
from resolver.reports.following import Happened, follow
from resolver.settle import Settling, settle
from tests.support.databases import fresh_sqlite

TOKEN = "token-for-tests"
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
REPOSITORY = "acme/widgets"
REPOSITORY_ID = 101
PERSON = User(id=7, login="maintainer")
AGENT = User(id=8, login="coder[bot]", type="Bot")
SHA = "0123456789abcdef0123456789abcdef01234567"


class Api:
    """Requests with the token, and facts as deliveries would bring them; ``now`` is what the service's clock says."""

    def __init__(self, settings: Settings) -> None:
        self.now = NOON
        self.services: Services = wire(settings, clock=lambda: self.now)
        self.services.store.migrate()
        self.app = create_app(self.services)
        self.client: FlaskClient = self.app.test_client()
        self.headers = {"Authorization": f"Bearer {TOKEN}"}

    def get(self, path: str, **parameters: str | int) -> TestResponse:
        """Get an address of the API."""
        return self.client.get(f"/v1{path}", query_string=parameters, headers=self.headers)

    def post(self, path: str, body: object = None) -> TestResponse:
        """Post JSON to the API."""
        return self.client.post(f"/v1{path}", json=body, headers=self.headers)

    def patch(self, path: str, body: object) -> TestResponse:
        """Patch something in the API."""
        return self.client.patch(f"/v1{path}", json=body, headers=self.headers)

    def register(self, span_id: str = "span-1", **fields: object) -> dict[str, Any]:
        """Register a run that works on number 5, and return the answer."""
        facts = {"span_id": span_id, "repository": REPOSITORY, "agent_name": "coder", "number": 5}
        answer = self.post("/runs", facts | fields)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.json or {})

    def see(
        self,
        body: str,
        *,
        id: int,  # noqa: A002 - GitHub's own word
        kind: Kind = Kind.ISSUE_COMMENT,
        number: int | None = 5,
        author: User = PERSON,
        association: str = "MEMBER",
        position: Position = NOWHERE,
        reply_to: int | None = None,
        updated_at: datetime | None = None,
        edited: bool = False,
        deleted: bool = False,
    ) -> int | None:
        """Keep an object of the repository, as a delivery would; return the id of the feedback in it, if any."""
        at = updated_at or self.now
        ref = ObjectRef(REPOSITORY_ID, kind, id)
        url = address(kind, id, number)
        thing = GithubObject(ref, number, author, self.now, url, reply_to, None, position, None, deleted=deleted)
        revision = Revision(at, body, author, edited=edited, author_association=association)
        carrier = Carrier(REPOSITORY_ID, kind, str(id), at, number, author.id, author.login, url)
        services = self.services
        reading = services.reader.read_text(body, carrier)
        with services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
            ledger.put_repository(RepositorySeen(REPOSITORY_ID, REPOSITORY, NOON), services.settings.workspace)
            ledger.put_object(ObjectSeen(thing, revision), reading)
            kept = ledger.object(ref)
            assert kept is not None
            authority = Authority(ledger, services.policy, services.clock, REPOSITORY_ID)
            state = feedback.state_of(kept, ledger.revisions(ref), authority)
            given = () if state is None else ledger.put_feedback(state, self.now)
            news = watch.News()
            news.add(watch.object_key(ref))
            answered = settle(ledger, Settling(services.policy, "a test", self.now), news, given)
            follow(ledger, services.policy, Happened(feedback=answered.union(given)), self.now)
        return given[0] if given else None

    def give(self, instruction: str = "be brief", *, id: int = 900, **more: Any) -> int:  # noqa: A002, ANN401
        """Keep feedback, and return its id."""
        found = self.see(f"/agents improve {instruction}", id=id, **more)
        assert found is not None
        return found

    def push(self, message: str, *, sha: str = SHA) -> None:
        """Keep a pushed commit."""
        commit = Commit(REPOSITORY_ID, sha, message, self.now, None, frozenset({"a.py"}))
        push = PushSeen(REPOSITORY_ID, "refs/heads/main", "0" * 40, sha, False, self.now, (commit,))  # noqa: FBT003
        reading = self.services.reader.read_commit(message, Carrier(REPOSITORY_ID, None, sha, self.now))
        with self.services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
            ledger.put_repository(RepositorySeen(REPOSITORY_ID, REPOSITORY, NOON), self.services.settings.workspace)
            ledger.put_push(push, {sha: reading})

    def record(self, guid: str, status: DeliveryStatus = DeliveryStatus.PENDING, error: str | None = None) -> None:
        """Keep a delivery in the inbox."""
        headers = {"Content-Type": "application/json"}
        self.services.store.record(
            NewDelivery(guid, "ping", None, REPOSITORY_ID, headers, b"{}", status, error, self.now)
        )

    def wait(self, **span: float) -> None:
        """Let time pass for the service."""
        self.now += timedelta(**span)


@contextmanager
def open_api(folder: Path, **settings: Any) -> Iterator[Api]:  # noqa: ANN401 - settings of any type
    """Open an API over a fresh SQLite file in a folder, with a token and a signing key unless told otherwise."""
    usual: dict[str, Any] = {
        "database_url": settings.get("database_url") or fresh_sqlite(folder / "api.db"),
        "api_token": SecretStr(TOKEN),
        "signing_secrets": parse_ring("k1:secret-for-tests", name="WHICHRUN_SIGNING_SECRETS"),
        "webhook_secrets": parse_ring("hook", name="WHICHRUN_WEBHOOK_SECRETS"),
    }
    api = Api(Settings(_env_file=None, **(usual | settings)))
    try:
        yield api
    finally:
        api.services.store.close()


def address(kind: Kind, id: int, number: int | None) -> str:  # noqa: A002 - GitHub's own word
    """Return the address of an object of the repository, as GitHub shows it."""
    base = f"https://github.com/{REPOSITORY}"
    return {
        Kind.ISSUE: f"{base}/issues/{number}",
        Kind.PULL_REQUEST: f"{base}/pull/{number}",
        Kind.ISSUE_COMMENT: f"{base}/issues/{number}#issuecomment-{id}",
        Kind.REVIEW: f"{base}/pull/{number}#pullrequestreview-{id}",
        Kind.REVIEW_COMMENT: f"{base}/pull/{number}#discussion_r{id}",
    }[kind]


def pages(api: Api, path: str, **parameters: str | int) -> list[dict[str, Any]]:
    """Return every item of a list, by following its cursors."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        answer = api.get(path, **parameters, **({} if cursor is None else {"cursor": cursor}))
        assert answer.status_code == 200, answer.text
        page = answer.json
        assert page is not None
        assert set(page) == {"items", "next_cursor"}
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def refused(answer: TestResponse, status: int) -> dict[str, Any]:
    """Assert that an answer is an error of the one shape with this status, and return what is in it."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    document = answer.json
    assert document is not None
    assert set(document) == {"error"}
    error: dict[str, Any] = document["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"]
    assert error["message"]
    assert all(set(detail) == {"field", "message"} for detail in error["details"])
    return error


def refused_fields(answer: TestResponse) -> list[str]:
    """Assert that a request does not fit, and return the fields that are named."""
    return [detail["field"] for detail in refused(answer, 422)["details"]]
