"""Reports driven from outside: feedback that arrives by deliveries, and a desk at which several writers log to it.

::

    with open_desk(tmp_path) as desk:
        report = desk.open_report("be brief")
        desk.appended(report, "note", {"note": "looked"}, by=desk.as_run("span-1"))

``by`` is who writes: the headers of a request; the token of the settings where it is left out.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from werkzeug.test import TestResponse

from receiver.worker import Hand
from resolver.claims.claim import Claim
from resolver.claims.write import write
from resolver.model.tokens import Scope
from tests.support.api import Api, open_api, pages
from tests.support.builders import AGENT, MAINTAINER, Delivery, Person, Repo, issue_comment, minute, pull_request

HOOK_SECRET: Final = "hook"
RUN_HEADER: Final = "X-Whichrun-Run"
REPO: Final = Repo()
ELSEWHERE: Final = Repo(id=9200, name="acme/elsewhere")
"""A repository of the workspace ``other`` alone."""
OPERATOR: Final = {"kind": "agent", "agent": "WHICHRUN_API_TOKEN"}
SYSTEM: Final = {"kind": "system"}
NUMBER: Final = 42

REPORT_FIELDS: Final = {
    "id", "title", "summary", "status", "snoozed_until", "state", "feedback_id", "feedback", "repository", "number",
    "resolution", "runs", "implementation", "pull_request_url", "created_at", "updated_at",
}  # fmt: skip
ENTRY_FIELDS: Final = {
    "id", "type", "content", "producer", "created_at", "updated_at", "revision", "edited_by", "valid",
}  # fmt: skip
STATUS_TYPES: Final = (
    "safety_judgment", "actionability_judgment", "priority_judgment", "repo_selection", "suggested_reviewers",
)  # fmt: skip
LOG_TYPES: Final = ("code_reference", "line_reference", "commit", "note", "dismissal")
"""Those that accumulate, without ``task_run``: the same association is kept once."""
SERVER_TYPES: Final = ("resolution", "title_change", "summary_change", "status_change")

SHA: Final = "0123456789abcdef0123456789abcdef01234567"
GOOD: Final[dict[str, Any]] = {
    "safety_judgment": {"choice": True, "explanation": "touches no secret"},
    "actionability_judgment": {
        "explanation": "says what to do",
        "actionability": "immediately_actionable",
        "already_addressed": False,
    },
    "priority_judgment": {"explanation": "it hurts", "priority": "P1"},
    "repo_selection": {"repository": "acme/widgets", "reason": "the file stands there"},
    "suggested_reviewers": [
        {
            "login": "mona",
            "name": "Mona",
            "reason": "wrote it",
            "relevant_commits": [{"sha": "0123456", "url": "https://github.com/acme/widgets", "reason": "began it"}],
        }
    ],
    "finding": {
        "signal_id": "signal-1",
        "relevant_code_paths": ["src/app.py"],
        "relevant_commit_hashes": {SHA: "changed it"},
        "data_queried": "the log of last week",
        "verified": True,
    },
    "code_reference": {
        "file_path": "src/app.py",
        "start_line": 3,
        "end_line": 4,
        "contents": "def one():\n    return 1",
        "relevance_note": "here it goes wrong",
    },
    "line_reference": {"file_path": "src/app.py", "line": 3, "note": "this one"},
    "commit": {
        "repository": "acme/widgets",
        "branch": "fix/it",
        "commit_sha": SHA,
        "message": "Mend it",
        "note": "the first try",
    },
    "note": {"note": "looked at it"},
    "dismissal": {"reason": "duplicate", "note": "see the other one"},
}
"""A content of each type that may be written from outside, with every field; ``task_run`` needs a run."""


def good(kind: str) -> Any:  # noqa: ANN401 - JSON
    """Return a good content of a type, to change at will."""
    return copy.deepcopy(GOOD[kind])


NOTHING: Final = object()
"""Stands for a field that is left out."""


def with_field(kind: str, path: str, value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a good content of a type with another value in one place (``0.login``), or without what stands there."""
    content = good(kind)
    *way, last = path.split(".")
    place: Any = content
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    elif value is NOTHING:
        del place[last]
    else:
        place[last] = value
    return content


def priority(level: str, explanation: str = "it hurts") -> dict[str, str]:
    """Write the content of a priority judgment."""
    return {"explanation": explanation, "priority": level}


def finding(signal_id: str, data_queried: str = "the log") -> dict[str, object]:
    """Write the content of a finding with no more than it needs."""
    return {"signal_id": signal_id, "data_queried": data_queried, "verified": False}


def association(span_id: str) -> dict[str, str]:
    """Write the content of a ``task_run``."""
    return {"run": span_id, "product": "agents", "type": "run"}


def step(entry: dict[str, Any]) -> tuple[str, str]:
    """Return what a change leads from and to."""
    return entry["content"]["before"], entry["content"]["after"]


def run_of(span_id: str) -> dict[str, str]:
    """Return the producer that a run is."""
    return {"kind": "run", "run": span_id}


def says(content: Any, given: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a content is what was given, but for optional fields that were left out: those are null or empty."""
    if isinstance(given, list):
        return len(content) == len(given) and all(map(says, content, given))
    if not isinstance(given, dict):
        return bool(content == given)
    return all(says(content[name], value) for name, value in given.items()) and not any(
        value for name, value in content.items() if name not in given
    )


class Desk:
    """A service with the runs ``span-1`` to ``span-3``, and the run ``theirs`` in the workspace ``other``."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._ids = itertools.count(1000)
        for number in (1, 2, 3):
            self.register(f"span-{number}")
        self.others = self.token(*Scope, workspace="other")
        answer = self.call("POST", "/runs", self._facts("theirs") | {"repository": ELSEWHERE.name}, by=self.others)
        assert answer.status_code == 201, answer.text

    # Asking

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: dict[str, str] | None = None,
        query: dict[str, str | int] | None = None,
    ) -> TestResponse:
        """Send a request to the API."""
        headers = self.api.headers if by is None else by
        return self.api.client.open(f"/v1{path}", method=method, headers=headers, json=body, query_string=query)

    def got(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return what must be there."""
        answer = self.call("GET", path, query=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def token(self, *scopes: str, name: str = "a token", **more: str) -> dict[str, str]:
        """Make a token (``run`` binds it, ``workspace`` is another one); return the header that bears it."""
        answer = self.api.post("/tokens", {"name": name, "scopes": scopes, **more})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {(answer.json or {})['token']}"}

    def bound(self, span_id: str) -> dict[str, str]:
        """Make a token that is bound to a run."""
        return self.token("reports:read", "reports:write", name=f"of {span_id}", run=span_id)

    def as_run(self, span_id: str, headers: dict[str, str] | None = None) -> dict[str, str]:
        """Return the headers of whoever writes as a run by the header, with an unbound token."""
        return (headers or self.api.headers) | {RUN_HEADER: span_id}

    # Runs

    def _facts(self, span_id: str) -> dict[str, object]:
        return {
            "span_id": span_id,
            "repository": REPO.name,
            "agent_name": "coder",
            "number": NUMBER,
            "started_at": minute(0),
        }

    def post_run(self, span_id: str, **more: object) -> TestResponse:
        """Ask to register a run."""
        return self.call("POST", "/runs", self._facts(span_id) | more)

    def register(self, span_id: str, **more: object) -> dict[str, Any]:
        """Register a run; return it."""
        answer = self.post_run(span_id, **more)
        assert answer.status_code == 201, answer.text
        return dict((answer.json or {})["run"])

    def mark(self, span_id: str, *, number: int = NUMBER, repo: Repo = REPO) -> str:
        """Sign the hidden comment of a run, whether it is registered or not."""
        settings = self.api.services.settings
        claim = Claim(
            span_id=span_id, workspace="default", repository=repo.name, number=number, agent_name="coder",
            instance_id=settings.instance_id,
        )  # fmt: skip
        return write(claim, settings.signing_secrets).hidden_comment

    # Deliveries

    def deliver(self, *deliveries: Delivery) -> None:
        """Send deliveries to the webhook, and process them one after the other."""
        hand = Hand(self.api.services)
        for one in deliveries:
            answer = self.api.client.post("/webhooks/github", data=one.body, headers=one.headers(HOOK_SECRET))
            assert answer.status_code == 202, answer.text
            while hand.work_once():
                pass

    def give(
        self,
        text: str = "be brief",
        *,
        repo: Repo = REPO,
        author: Person = MAINTAINER,
        id: int | None = None,  # noqa: A002 - GitHub's own word
        at: float = 10,
    ) -> dict[str, Any]:
        """Have somebody comment with the command; return the feedback as the workspace of the settings sees it."""
        number = id or next(self._ids)
        body = f"/agents improve {text}"
        self.deliver(issue_comment(repo, id=number, number=NUMBER, author=author, body=body, at=minute(at)))
        return self.feedback(number)

    def feedback(self, github_id: int) -> dict[str, Any]:
        """Return the feedback in a comment."""
        (found,) = (one for one in pages(self.api, "/feedback", limit=500) if one["github_id"] == github_id)
        return found

    def rewrite(
        self, github_id: int, body: str, *, at: float, action: str = "edited", sender: Person = MAINTAINER
    ) -> None:
        """Have somebody edit the maintainer's comment, or delete it."""
        was = "former words" if action == "edited" else None
        told = issue_comment(
            REPO, action, id=github_id, number=NUMBER, body=body, at=minute(at), created_at=minute(10), sender=sender,
            was=was,
        )  # fmt: skip
        self.deliver(told)

    def open_report(self, text: str = "be brief", **more: Any) -> str:  # noqa: ANN401 - whatever ``give`` takes
        """Have a maintainer give feedback; return the id of its report."""
        found = self.give(text, **more)["report_id"]
        assert isinstance(found, str)
        return found

    def pull(
        self, action: str, body: str, *, at: float, number: int = NUMBER, author: Person = AGENT, merged: bool = False
    ) -> Delivery:
        """Tell of a pull request that was opened at minute 2."""
        return pull_request(
            REPO, action, number=number, id=4_200_000 + number, author=author, body=body, at=minute(at),
            created_at=minute(2), merged=merged, merge_commit=SHA if merged else None,
        )  # fmt: skip

    def comment(self, body: str, *, at: float, author: Person = AGENT) -> Delivery:
        """Tell of a comment on the pull request, by the agents' account unless another is named."""
        return issue_comment(REPO, id=next(self._ids), number=NUMBER, author=author, body=body, at=minute(at))

    # Reports

    def shown(self, report: str) -> dict[str, Any]:
        """Return a report."""
        found = self.got(f"/reports/{report}")
        assert set(found) == REPORT_FIELDS
        return found

    def change(self, report: str, fields: dict[str, Any], *, by: dict[str, str] | None = None) -> TestResponse:
        """Change a report by hand."""
        return self.call("PATCH", f"/reports/{report}", fields, by=by)

    def changed(self, report: str, **fields: object) -> dict[str, Any]:
        """Change a report by hand, which must succeed; return it."""
        answer = self.change(report, fields)
        assert answer.status_code == 200, answer.text
        assert answer.json == self.shown(report)
        return dict(answer.json or {})

    # Entries

    def append(self, report: str, kind: str, content: object, *, by: dict[str, str] | None = None) -> TestResponse:
        """Append an entry."""
        return self.call("POST", f"/reports/{report}/entries", {"type": kind, "content": content}, by=by)

    def appended(
        self, report: str, kind: str, content: object, *, by: dict[str, str] | None = None, status: int = 201
    ) -> dict[str, Any]:
        """Append an entry, which must succeed; return it."""
        answer = self.append(report, kind, content, by=by)
        assert answer.status_code == status, answer.text
        assert answer.json is not None
        assert set(answer.json) == ENTRY_FIELDS
        return dict(answer.json)

    def edit(self, report: str, entry: int, content: object, *, by: dict[str, str] | None = None) -> TestResponse:
        """Edit an entry."""
        return self.call("PATCH", f"/reports/{report}/entries/{entry}", {"content": content}, by=by)

    def delete(self, report: str, entry: int, *, by: dict[str, str] | None = None) -> TestResponse:
        """Delete an entry."""
        return self.call("DELETE", f"/reports/{report}/entries/{entry}", by=by)

    def entry(self, report: str, entry: int) -> dict[str, Any]:
        """Return one entry."""
        return self.got(f"/reports/{report}/entries/{entry}")

    def revisions(self, report: str, entry: int) -> list[dict[str, Any]]:
        """Return what an entry says and said, newest first."""
        return pages(self.api, f"/reports/{report}/entries/{entry}/revisions")

    def entries(self, report: str, **filters: str | int) -> list[dict[str, Any]]:
        """Return the entries of a report, newest first."""
        return pages(self.api, f"/reports/{report}/entries", **filters)

    def written(self, report: str, **filters: str | int) -> list[dict[str, Any]]:
        """Return the entries that are not the service's own, newest first."""
        return [one for one in self.entries(report, **filters) if one["type"] not in SERVER_TYPES]


@contextmanager
def open_desk(folder: Path, **settings: Any) -> Iterator[Desk]:  # noqa: ANN401 - settings of any type
    """Open a desk over a fresh SQLite file in a folder, unless the settings name another database."""
    homes = {ELSEWHERE.name: frozenset({"other"})}
    with open_api(folder, **({"workspaces": homes, "rate_limit": 0} | settings)) as api:
        yield Desk(api)
