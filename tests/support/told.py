"""What the guide's examples ask about: pull request 42 of acme/widgets, as it is before a chapter begins.

The coder's run signed a comment on a line, and a maintainer replied to that. Nothing of it is GitHub's: it is delivered
to the service that a reader set up, as GitHub would.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    Repo,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
)
from tests.support.reader import Reader
from tests.support.service import until

REPO = Repo()
RUN = {
    "span_id": "428ecb0920459b24",
    "repository": REPO.name,
    "number": 42,
    "agent_name": "coder",
    "started_at": minute(0),
}
COMMENT, REPLY = 2151171773, 2151171774
LATER = 3_000_000_000
"""The first id of remarks that are made while somebody looks."""


@dataclass
class Told:
    """Tells a reader's service what happened."""

    reader: Reader

    def __post_init__(self) -> None:
        """Open its API."""
        token = self.reader.setting("WHICHRUN_API_TOKEN")
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401 -- JSON
        """Ask the API; return what it answers."""
        url = f"{self.reader.url}{path}"
        answer = requests.request(method, url, headers=self._headers, timeout=20, **more)
        assert answer.ok, answer.text
        return answer.json()

    def deliver(self, *deliveries: Delivery) -> None:
        """Have GitHub deliver."""
        for one in deliveries:
            headers = one.headers(self.reader.setting("WHICHRUN_WEBHOOK_SECRETS"))
            answer = requests.post(f"{self.reader.url}/webhooks/github", data=one.body, headers=headers, timeout=20)
            assert answer.status_code == 202, answer.text

    def pull_request(self) -> None:
        """Tell of the pull request, the agent's comment and the reply to it; wait for the answer."""
        hidden = self.ask("POST", "/v1/runs", json=RUN)["hidden_comment"]
        signed = f"This loop is quadratic.\n\n{hidden}"
        says = "/agents improve do not flag loops over a constant"
        self.deliver(
            pull_request(REPO, at=minute(1)),
            review_comment(REPO, id=COMMENT, author=AGENT, body=signed, at=minute(2)),
            review_comment(REPO, id=REPLY, in_reply_to_id=COMMENT, author=MAINTAINER, body=says, at=minute(3)),
        )
        until(lambda: self.ask("GET", "/v1/feedback?confidence=exact")["items"])

    def pushed(self) -> None:
        """Make two commits in the reader's clone, the first of them v1.0, and tell that both were pushed."""
        marks = self.ask("GET", f"/v1/runs/{RUN['span_id']}/marks")["commit_trailers"]
        self.git("commit", "--quiet", "--allow-empty", "-m", "Begin")
        self.git("tag", "v1.0")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"Fix the parser\n\n{marks}")
        old, new = self.git("rev-parse", "v1.0"), self.git("rev-parse", "HEAD")
        begun, fixed = commit(old, "Begin"), commit(new, self.git("log", "-1", "--format=%B"))
        self.deliver(
            push(REPO, commits=[begun], branch="main", after=old, at=minute(4)),
            push(REPO, commits=[fixed], branch="main", before=old, after=new, at=minute(5)),
        )
        self.wait()

    def remark(self, number: int) -> None:
        """Have the maintainer make a general remark, each of another number, with the command in it."""
        body = f"/agents improve remark {number}"
        self.deliver(issue_comment(REPO, number=42, id=LATER + number, body=body, at=minute(6 + number)))

    def wait(self) -> None:
        """Wait until all that was delivered is processed."""
        until(lambda: not self.ask("GET", "/v1/deliveries?status=pending")["items"])

    def git(self, *words: str) -> str:
        """Run git in the reader's clone; return what it prints."""
        done = subprocess.run(
            ["git", *words],
            cwd=self.reader.folder,
            env=self.reader.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
