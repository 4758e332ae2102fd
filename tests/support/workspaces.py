"""Two workspaces in one service, each with the same kinds of rows, and one repository that belongs to both.

Whatever belongs to one alone bears its name somewhere (``north``, ``south``), so that a text tells whose it is. Spans
and numbers are the same in both. Deliveries come in through the webhook, and are processed as the worker does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from receiver.worker import Hand
from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.model.github import Kind
from resolver.model.tokens import Scope
from tests.support.api import Api, open_api
from tests.support.builders import (
    AGENT,
    Delivery,
    Person,
    Repo,
    commit,
    delivery,
    example,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    review_thread,
    sha,
)

HOOK_SECRET = "hook"
SPANS = ("span-1", "span-2", "span-3")
ABSENT = "never-was"
SHARED = Repo(id=9300, name="acme/both")
MAINTAINER = Person(id=501, login="mona", association="MEMBER")


@dataclass
class Workspace:
    """One workspace: its repository, and the ids that it alone has, by the names of what stands in paths."""

    name: str
    repo: Repo
    headers: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def agent(self) -> str:
        """Who works in it."""
        return f"{self.name}-coder"


NORTH = ("north", Repo(id=9100, name="acme/north"))
SOUTH = ("south", Repo(id=9200, name="acme/south"))
SETTINGS = {
    "workspace": "own",
    "signals": "thread_resolved",
    "workspaces": {
        "acme/north": frozenset({"north"}),
        "acme/south": frozenset({"south"}),
        "acme/both": frozenset({"north", "south"}),
    },
}


class Town:
    """A service with the two workspaces, empty at first: ``settle`` fills one."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.north, self.south = (self._workspace(name, repo) for name, repo in (NORTH, SOUTH))
        self.own = Workspace("own", Repo(id=9400, name="acme/own"), api.headers)

    def _workspace(self, name: str, repo: Repo) -> Workspace:
        made = Workspace(name, repo)
        made.headers, _ = self.token(name, [*Scope])
        return made

    def token(self, workspace: str, scopes: list[Scope], **more: object) -> tuple[dict[str, str], int]:
        """Have the operator make a token; return the header that bears it, and its id."""
        body = {"name": f"{workspace} token", "scopes": scopes, "workspace": workspace, **more}
        answer = self.api.post("/tokens", body)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        return {"Authorization": f"Bearer {answer.json['token']}"}, answer.json["id"]

    def call(self, who: Workspace, method: str, path: str, body: object = None, **query: Any) -> TestResponse:  # noqa: ANN401
        """Ask as somebody of a workspace."""
        return self.api.client.open(path, method=method, headers=who.headers, json=body, query_string=query or None)

    def done(self, who: Workspace, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask for what must succeed; return the answer."""
        answer = self.call(who, method, f"/v1{path}", body)
        assert answer.status_code < 300, answer.text
        return dict(answer.json or {})

    def deliver(self, *deliveries: Delivery) -> None:
        """Send deliveries to the webhook, and process them."""
        for one in deliveries:
            headers = one.headers(HOOK_SECRET)
            answer = self.api.client.post("/webhooks/github", data=one.body, headers=headers)
            assert answer.status_code == 202, answer.text
        hand = Hand(self.api.services)
        while hand.work_once():
            pass

    def register(self, who: Workspace, span: str, *, repo: Repo | None = None, number: int = 42) -> dict[str, Any]:
        """Register a run; return its marks."""
        repo = repo or who.repo
        facts = {"span_id": span, "repository": repo.name, "agent_name": who.agent, "number": number}
        more = {"branch": f"{who.name}-branch", "prompt_ref": f"{who.name}-prompt", "started_at": minute(0)}
        return self.done(who, "POST", "/runs", facts | more)

    def feedback(self, who: Workspace, **filters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Return the workspace's feedback, newest first."""
        items = (self.call(who, "GET", "/v1/feedback", limit=500, **filters).json or {})["items"]
        return list(items)

    def settle(self, who: Workspace) -> None:
        """Fill a workspace with rows of every kind."""
        repo, base = who.repo, who.repo.id * 1000
        marks = [self.register(who, span) for span in SPANS[:2]]
        self.register(who, SPANS[2], number=77)
        self.register(who, f"{who.name}-only")
        head = sha(f"{who.name} head")
        trailers = marks[1]["commit_trailers"]
        self.deliver(
            push(repo, commits=[commit(head, f"{who.name} work\n\n{trailers}", at=minute(1))], at=minute(1)),
            pull_request(repo, body=f"{who.name} pull", head=head, at=minute(2)),
            issue_comment(repo, id=base + 1, author=AGENT, body=marks[0]["hidden_comment"], at=minute(3)),
            self._feedback(who, base + 2, 4),
            review_comment(repo, id=base + 3, author=AGENT, body=marks[0]["hidden_comment"], commit=head, at=minute(5)),
            review_comment(
                repo, id=base + 4, in_reply_to_id=base + 3, author=MAINTAINER, commit=head, at=minute(6),
                body=f"/agents improve {who.name} line",
            ),
            review_comment(
                repo, id=base + 7, in_reply_to_id=base + 3, author=MAINTAINER, commit=head, at=minute(6),
                body=f"/agents improve {who.name} more",
            ),
            self._feedback(who, base + 5, 7),
            self._feedback(who, base + 2, 8, was=True),
            self._feedback(who, base + 5, 9, was=True, body=f"{who.name} took it back"),
            delivery("star", _placed(example("star.created"), repo), f"{who.name}-guid-star"),
            self._feedback(who, base + 6, 10),
            review_thread(repo, comments=[(base + 3, None)], at=minute(11), sender=MAINTAINER),
            review_thread(repo, comments=[(base + 3, None)], at=minute(12), sender=MAINTAINER),
        )  # fmt: skip
        self._dead(who)
        _, token_id = self.token(who.name, [Scope.RUNS_READ])
        items = self.feedback(who)
        by_id = {one["github_id"]: one["id"] for one in items if one["repository"] == repo.name}
        edited, replied, last = (by_id[base + n] for n in (2, 4, 6))
        reason = f"{who.name} reason"
        self.done(who, "POST", f"/feedback/{edited}/resolution", {"span_id": SPANS[2], "reason": reason})
        self.done(who, "PATCH", f"/feedback/{last}", {"status": "analyzed"})
        self.done(who, "PATCH", f"/runs/{SPANS[0]}", {"artifacts": [f"{repo.url}/pull/42"]})
        guids = [one["guid"] for one in self.done(who, "GET", "/deliveries?limit=500")["items"]]
        who.ids = {
            "span_id": [f"{who.name}-only"],
            "feedback_id": [edited, replied, by_id[base + 5], last],
            "guid": guids,
            "token_id": [token_id],
            **self._reports(who, edited, last),
        }

    def _reports(self, who: Workspace, edited: int, last: int) -> dict[str, list[Any]]:
        """Have runs and people write to reports; return the ids of one and of some of its entries."""
        one, other = (self.done(who, "GET", f"/feedback/{number}")["report_id"] for number in (edited, last))
        written = [
            {"type": "priority_judgment", "content": {"priority": "P1", "explanation": f"{who.name} urgent"}},
            {"type": "finding", "content": {"signal_id": f"{who.name}-s", "data_queried": who.name, "verified": True}},
            {"type": "note", "content": {"note": f"{who.name} note"}},
            {"type": "task_run", "content": {"run": SPANS[0]}},
        ]
        entries = [self.done(who, "POST", f"/reports/{one}/entries", entry)["id"] for entry in written]
        self.done(who, "PATCH", f"/reports/{one}/entries/{entries[2]}", {"content": {"note": f"{who.name} mended"}})
        self.done(who, "PATCH", f"/reports/{other}", {"status": "snoozed", "title": f"{who.name} title"})
        return {"report_id": [one], "entry_id": entries}

    def _feedback(self, who: Workspace, number: int, at: float, *, was: bool = False, body: str = "") -> Delivery:
        text = f"/agents improve {who.name} {'again' if was else 'first'}"
        return issue_comment(
            who.repo,
            "edited" if was else "created",
            id=number,
            author=MAINTAINER,
            body=body or text,
            at=minute(at),
            created_at=minute(4),
            was=f"/agents improve {who.name} first" if was else None,
        )

    def _dead(self, who: Workspace) -> None:
        headers = {"Content-Type": "application/json"}
        self.api.services.store.record(
            NewDelivery(
                f"{who.name}-guid-dead", "issues", "opened", who.repo.id, headers, b"{}", DeliveryStatus.DEAD,
                f"{who.name} error", self.api.now,
            )
        )  # fmt: skip


def _placed(payload: dict[str, Any], repo: Repo) -> dict[str, Any]:
    payload["repository"] |= {"id": repo.id, "full_name": repo.name, "html_url": repo.url}
    return payload


def address_of(repo: Repo, kind: Kind, id: int, number: int = 42) -> str:  # noqa: A002 - GitHub's own word
    """Return the address of something in a repository."""
    part = {
        Kind.ISSUE_COMMENT: f"pull/{number}#issuecomment-{id}",
        Kind.REVIEW_COMMENT: f"pull/{number}#discussion_r{id}",
        Kind.PULL_REQUEST: f"pull/{number}",
    }[kind]
    return f"{repo.url}/{part}"


@contextmanager
def open_town(folder: Path, **settings: Any) -> Iterator[Town]:  # noqa: ANN401 - settings of any type
    """Open a service with two empty workspaces."""
    with open_api(folder, **(SETTINGS | settings)) as api:
        yield Town(api)
