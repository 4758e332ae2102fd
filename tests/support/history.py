"""A repository with a history that nobody delivered, at a GitHub stand-in, for the commands that read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.support.api import Api
from tests.support.builders import AGENT, MAINTAINER
from tests.support.clone import Clone, NewCommit
from tests.support.command_line import answer_of
from tests.support.github import Repository, StandIn, key_pair

Call = Callable[..., Result]

NAME = "acme/widgets"
NUMBER = 101
INSTALLATION = 77

WHOLE = {
    "pull_requests": 3,
    "reviews": 3,
    "review_comments": 3,
    "issues": 1,
    "issue_comments": 2,
    "commit_comments": 1,
    "commits": 4,
}
ANSWERS = {f"part {number}": (f"span-{number}", "inferred") for number in (1, 2, 3)} | {
    "the commit": ("span-1", "exact"),
}
"""What a history leads to. Who wrote the lines GitHub has yet to tell, when a worker asks: it is inferred till then."""


def credentials(github: StandIn, folder: Path, key: str = "app") -> dict[str, str]:
    """Return the settings with which a command asks a stand-in; ``key`` names another key pair than the App's."""
    return {
        "github_api_url": github.url,
        "github_app_id": str(github.app.id),
        "github_private_key_file": str(key_pair(key).write(folder)),
    }


@dataclass
class Past:
    """Pull requests from 1 on, each with one signed commit that adds ``part-N.py``, and what was said about them."""

    github: StandIn
    repo: Repository
    shas: list[str] = field(default_factory=list)
    """The commits that each pull request brought, and before them the first one of all."""

    def pull(self, number: int, trailers: str = "", *, updated_at: str | None = None) -> str:
        """Let there be one more pull request, merged by moving the branch on; return its commit."""
        clone = self.repo.clone
        assert clone is not None
        message = f"Add part {number}\n\n{trailers}"
        parent = self.shas[-1]
        (sha,) = clone.write([NewCommit(message, {f"part-{number}.py": f"part = {number}\n"}, (parent,), "coder")])
        self.repo.add_pull(number, head_sha=sha, base_sha=parent, user=AGENT, updated_at=updated_at)
        self.shas.append(sha)
        self.repo.branch("main", sha)
        return sha


def past(github: StandIn, folder: Path) -> Past:
    """Let there be a repository that the App is installed on, with a first commit."""
    clone = Clone(folder / "clone").make()
    repo = github.repository(NUMBER, NAME, clone=clone)
    github.install(INSTALLATION, "acme", repositories=[repo])
    made = Past(github, repo, clone.write([NewCommit("Begin", {"README": "Widgets\n"}, author="someone")]))
    repo.branch("main", made.shas[0])
    return made


def marks(api: Api, span: str, number: int) -> tuple[str, str]:
    """Register a run, and return what it signs commits and comments with."""
    told = api.register(span, number=number)
    return told["commit_trailers"], told["hidden_comment"]


def eventful(api: Api, github: StandIn, folder: Path) -> Past:
    """Let three agents have made a pull request each, and people have spoken about them."""
    made = past(github, folder)
    repo = made.repo
    for number in (1, 2, 3):
        trailers, hidden = marks(api, f"span-{number}", number)
        sha = made.pull(number, trailers)
        repo.add_review(number, 100 + number, user=AGENT, body=f"Fine.\n\n{hidden}", commit_id=sha)
        repo.add_review_comment(
            number, 200 + number, path=f"part-{number}.py", line=1, commit_id=sha, user=MAINTAINER,
            body=f"/agents improve part {number}", diff_hunk=f"@@ -0,0 +1 @@\n+part = {number}",
        )  # fmt: skip
    repo.add_issue(5, body="It breaks.")
    repo.add_issue_comment(5, 301, user=MAINTAINER, body="Since when?")
    repo.add_issue_comment(2, 302, user=MAINTAINER, body="/agents improve be brief")
    repo.add_commit_comment(401, commit_id=made.shas[1], user=MAINTAINER, body="/agents improve the commit")
    return made


def feedback_of(call: Call) -> dict[str, Any]:
    """Return by instruction which run each feedback was found to be about, and how often that was decided."""
    items = answer_of(call("feedback", "--json"))["items"]
    return {item["instruction"]: (item["resolution"]["span_id"], item["resolution"]["confidence"]) for item in items}


def assert_all_is_known(call: Call) -> None:
    """See that everything that was said is kept, and leads to its run."""
    found = feedback_of(call)
    assert found.keys() == {*ANSWERS, "be brief"}
    assert {name: found[name] for name in ANSWERS} == ANSWERS
