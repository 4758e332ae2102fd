"""A report under attack: a service over a store of either kind, hostile deliveries, and several writers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from werkzeug.test import TestResponse

from receiver.worker import Hand
from resolver.claims.claim import Claim
from resolver.claims.write import write
from resolver.model.deliveries import DeliveryStatus
from tests.support.api import Api, open_api
from tests.support.builders import AGENT, MAINTAINER, Delivery, Person, Repo, issue_comment, minute, pull_request, sha

HOOK_SECRET: Final = "hook"
RUN_HEADER: Final = "X-Whichrun-Run"
REPO: Final = Repo()
NUMBER: Final = 42
IMPLEMENTER: Final = "implementer"


class Siege:
    """A service in one process, its deliveries processed as the worker does."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._ids = itertools.count(1000)

    def call(self, method: str, path: str, body: object = None, *, by: dict[str, str] | None = None) -> TestResponse:
        """Send a request to the API, as the operator unless ``by`` has other headers."""
        headers = self.api.headers if by is None else by
        return self.api.client.open(f"/v1{path}", method=method, headers=headers, json=body)

    def done(self, method: str, path: str, body: object = None, *, by: dict[str, str] | None = None) -> dict[str, Any]:
        """Send what must succeed; return the answer."""
        answer = self.call(method, path, body, by=by)
        assert answer.status_code < 300, answer.text
        return dict(answer.json or {})

    def register(self, span_id: str, **more: object) -> dict[str, Any]:
        """Register a run; return it."""
        facts = {"span_id": span_id, "repository": REPO.name, "agent_name": "coder", "number": NUMBER}
        run: dict[str, Any] = self.done("POST", "/runs", facts | {"started_at": minute(0)} | more)["run"]
        return run

    def implement(self, report: str, span_id: str = IMPLEMENTER, **more: object) -> None:
        """Register the run that implements a report."""
        self.register(span_id, report_id=report, purpose="implementation", **more)

    def token(self, **grant: object) -> dict[str, str]:
        """Make a token for reports; return the header that bears it."""
        scopes = ["reports:read", "reports:write"]
        made = self.done("POST", "/tokens", {"name": "a token", "scopes": scopes, **grant})
        return {"Authorization": f"Bearer {made['token']}"}

    def mark(self, span_id: str = IMPLEMENTER, *, number: int | None = NUMBER, repo: Repo = REPO) -> str:
        """Sign the hidden comment of a run, whether it is registered or not."""
        settings = self.api.services.settings
        claim = Claim(
            span_id=span_id, workspace=settings.workspace, repository=repo.name, number=number, agent_name="coder",
            instance_id=settings.instance_id,
        )  # fmt: skip
        return write(claim, settings.signing_secrets).hidden_comment

    def deliver(self, *deliveries: Delivery) -> None:
        """Send deliveries to the webhook, and process them; none may fail."""
        hand = Hand(self.api.services)
        for one in deliveries:
            answer = self.api.client.post("/webhooks/github", data=one.body, headers=one.headers(HOOK_SECRET))
            assert answer.status_code == 202, answer.text
            while hand.work_once():
                pass
        with self.api.services.store.snapshot() as catalogue:
            kept = [catalogue.delivery(one.guid) for one in deliveries]
        assert [one and (one.status, one.error) for one in kept] == [(DeliveryStatus.DONE, None)] * len(kept)

    def open_report(self, text: str = "be brief", *, author: Person = MAINTAINER, at: float = 10) -> str:
        """Have a maintainer give feedback; return the id of its report."""
        number = next(self._ids)
        said = issue_comment(
            REPO, id=number, number=NUMBER, author=author, body=f"/agents improve {text}", at=minute(at)
        )
        self.deliver(said)
        items = self.done("GET", "/feedback?limit=500")["items"]
        (report,) = (one["report_id"] for one in items if one["github_id"] == number)
        return str(report)

    def pull(
        self,
        action: str = "opened",
        body: str | None = None,
        *,
        at: float,
        number: int = NUMBER,
        author: Person = AGENT,
        repo: Repo = REPO,
        created: float = 2,
        merged: bool = False,
    ) -> Delivery:
        """Tell of a pull request; its body is the implementer's mark where none is given."""
        said = self.mark() if body is None else body
        commit = sha(f"merge of {number}") if merged else None
        return pull_request(
            repo, action, number=number, id=4_200_000 + number, author=author, body=said, at=minute(at),
            created_at=minute(created), merged=merged, merge_commit=commit,
        )  # fmt: skip

    def shown(self, report: str) -> dict[str, Any]:
        """Return a report."""
        return self.done("GET", f"/reports/{report}")

    def entries(self, report: str, query: str = "") -> list[dict[str, Any]]:
        """Return the newest entries of a report."""
        return list(self.done("GET", f"/reports/{report}/entries?limit=500{query}")["items"])

    def append(self, report: str, type_: str, content: object, *, by: dict[str, str] | None = None) -> dict[str, Any]:
        """Append an entry, which must succeed."""
        return self.done("POST", f"/reports/{report}/entries", {"type": type_, "content": content}, by=by)


@contextmanager
def open_siege(folder: Path, **settings: Any) -> Iterator[Siege]:  # noqa: ANN401 - settings of any type
    """Open a service over a fresh SQLite file in a folder, unless the settings name another database."""
    with open_api(folder, **({"rate_limit": 0} | settings)) as api:
        yield Siege(api)
