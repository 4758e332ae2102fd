"""Repositories that GitHub holds, and that a service is told little of.

::

    place = make_place(scene)                          # a repository of its own, known to GitHub alone
    coder = place.run("coder")                         # registered at the service; its marks sign texts and commits
    shas = place.write([NewCommit(...), ...])          # in the repository's clone; nothing is delivered
    place.pull(head=shas[1], base=shas[0])
    scene.send(place.line(11, shas[1], shas[0], line=3))   # GitHub delivers "/agents improve" on a line
    place.until(11, "line_blame", coder)
"""

# ruff: noqa: A002 -- the arguments are GitHub's fields, in its words
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import requests

from tests.support.asking import Scene, at, when
from tests.support.builders import (
    MAINTAINER,
    NO_COMMIT,
    Delivery,
    Person,
    Repo,
    commit,
    delivery,
    pull_request,
    push,
    review_comment,
)
from tests.support.clone import Clone, NewCommit
from tests.support.github import Recorded, Repository
from tests.support.service import PATIENCE, until

INSTALLATION = 77
COMMAND = "/agents improve: be brief"
NUMBER = 42


@dataclass(frozen=True, slots=True)
class Marks:
    """What a run signs with: ``comment`` for texts, ``trailers`` for commit messages."""

    span: str
    comment: str
    trailers: str

    def text(self, words: str = "Done.") -> str:
        """Sign a comment, a review or a body."""
        return f"{words}\n\n{self.comment}"

    def message(self, words: str = "Change something") -> str:
        """Sign a commit."""
        return f"{words}\n\n{self.trailers}"


@dataclass
class Place:
    """A repository: ``repo`` as deliveries name it, ``there`` as GitHub holds it. Comments are written at minute 40."""

    scene: Scene
    repo: Repo
    there: Repository

    @property
    def clone(self) -> Clone:
        """Its git repository."""
        assert self.there.clone is not None
        return self.there.clone

    def run(self, agent: str = "coder", *, number: int | None = NUMBER) -> Marks:
        """Register a run that began with the story; return its marks."""
        span = f"{agent}-{self.repo.id}"
        facts = {"span_id": span, "repository": self.repo.name, "agent_name": agent, "started_at": at(0)}
        if number is not None:
            facts |= {"number": number}  # type: ignore[dict-item]
        service = self.scene.service
        answer = requests.post(f"{service.url}/v1/runs", json=facts, headers=service.authorization, timeout=20)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return Marks(span, told["hidden_comment"], told["commit_trailers"])

    def write(self, commits: Sequence[NewCommit]) -> list[str]:
        """Write commits, two minutes apart, from the story's begin; each follows the one before, or its parents."""
        chained = [
            replace(
                commit,
                at=when(2 * number),
                parents=commit.parents or ([number - 1] if number else []),
            )
            for number, commit in enumerate(commits)
        ]
        return self.clone.write(chained)

    def pull(self, *, head: str, base: str, number: int = NUMBER, **more: Any) -> Delivery:  # noqa: ANN401
        """Let GitHub have a pull request, opened at minute 20; return how it is delivered."""
        pull = self.there.add_pull(number, head_sha=head, base_sha=base, **{"created_at": at(20), **more})
        count = len(self.clone.git("rev-list", f"{base}..{head}", "--").split())
        return pull_request(
            self.repo, "closed" if pull.merged else "opened", number=number, id=pull.id, author=pull.user,
            body=pull.body, at=pull.updated_at, created_at=pull.created_at, head=head, base=base, commits=count,
            merged=pull.merged, merge_commit=pull.merge_commit_sha,
        )  # fmt: skip

    def push(self, shas: Sequence[str], *, before: str = NO_COMMIT, branch: str = "feature") -> Delivery:
        """Return how a push of commits, oldest first, is delivered."""
        touched = self.clone.touched(shas)
        commits = [
            commit(
                sha,
                self.clone.git("show", "-s", "--format=%B", sha).decode().rstrip("\n"),
                at=self.clone.git("show", "-s", "--format=%cI", sha).decode().strip(),
                added=touched[sha].added,
                modified=touched[sha].modified,
                removed=touched[sha].removed,
            )
            for sha in shas
        ]
        return push(self.repo, commits=commits, before=before, branch=branch, at=at(20))

    def line(
        self,
        id: int,
        head: str,
        base: str,
        *,
        line: int | None = None,
        path: str = "src/app.py",
        side: str = "RIGHT",
        start_line: int | None = None,
        original: tuple[str, int] | None = None,
        original_start_line: int | None = None,
        number: int = NUMBER,
        author: Person = MAINTAINER,
        body: str = COMMAND,
        subject_type: str = "line",
    ) -> Delivery:
        """Let somebody comment on a line of ``base...head``, in a review of its own; return how it is delivered.

        Outdated: with ``original``, the commit and line that it was written on, and no ``line``.
        """
        shown_at, shown = original or (head, line)
        hunk = "" if shown is None else self.clone.hunk(base, shown_at, path, line=shown, side=side)
        assert hunk is not None, "the diff does not show this line"
        review = 70_000 + id
        self.there.add_review(number, review, user=author, commit_id=head, submitted_at=at(40))
        first = start_line if original is None else original_start_line
        self.there.add_review_comment(
            number, id, path=path, commit_id=head, original_commit_id=shown_at, user=author, body=body,
            review_id=review, line=line, start_line=start_line, original_line=shown, original_start_line=first,
            side=side, start_side=None if first is None else side, subject_type=subject_type, diff_hunk=hunk,
            created_at=at(40),
        )  # fmt: skip
        told = review_comment(
            self.repo, id=id, number=number, review_id=review, author=author, body=body, at=at(40), path=path,
            line=line, start_line=start_line, original_line=shown, side=side, subject_type=subject_type,
            commit=head, original_commit=shown_at, diff_hunk=hunk,
        )  # fmt: skip
        more = {"original_start_line": first, "start_side": None if first is None else side}
        payload = {**told.payload, "comment": {**told.payload["comment"], **more}}
        return delivery(told.event, payload)

    def reply(self, id: int, to: int, **more: Any) -> Delivery:  # noqa: ANN401
        """Let the maintainer answer in a thread, in a review of its own; return how it is delivered."""
        review = 70_000 + id
        written: dict[str, Any] = {"author": MAINTAINER, "body": COMMAND, "at": at(40), "commit": "", **more}
        if not written["commit"]:
            del written["commit"]
        self.there.add_review(NUMBER, review, user=written["author"], submitted_at=written["at"])
        told = review_comment(self.repo, id=id, in_reply_to_id=to, review_id=review, **written)
        said = told.payload["comment"]
        self.there.add_review_comment(
            NUMBER, id, path=said["path"], commit_id=said["commit_id"], user=written["author"], body=written["body"],
            review_id=review, in_reply_to_id=to, line=said["line"], created_at=written["at"],
        )  # fmt: skip
        return told

    def feedback(self, id: int) -> dict[str, Any] | None:
        """Return the feedback in an object; None when there is none yet."""
        items = self.scene.everything("/feedback", repository=self.repo.name)
        return next((item for item in items if item["github_id"] == id), None)

    def answers(self) -> dict[int, dict[str, Any] | None]:
        """Return the newest resolution of every feedback, by GitHub's id."""
        items = self.scene.everything("/feedback", repository=self.repo.name)
        return {item["github_id"]: item["resolution"] for item in items}

    def answer(self, id: int) -> dict[str, Any]:
        """Return the newest resolution of a feedback, once there is one."""
        found = until(lambda: self.answers().get(id))
        assert found is not None
        return found

    def history(self, id: int) -> list[dict[str, Any]]:
        """Return every resolution of a feedback, the oldest first."""
        found = self.feedback(id)
        assert found is not None
        return self.scene.everything(f"/feedback/{found['id']}/resolutions")[::-1]

    def until(
        self, id: int, mode: str, run: Marks | None, confidence: str = "exact", *, patience: float = PATIENCE
    ) -> dict[str, Any]:
        """Wait until a feedback is resolved so, and return that; tell of what it was last when it never is."""
        wanted = (confidence, mode, None if run is None else run.span)
        last: dict[str, Any] = {}

        def looked() -> bool:
            nonlocal last
            last = self.answers().get(id) or {}
            return (last.get("confidence"), last.get("mode"), last.get("span_id")) == wanted

        try:
            until(looked, patience=patience)
        except AssertionError:
            asked = "\n".join(f"asked: {one.method} {one.target}" for one in self.asked())
            raise AssertionError(f"wanted {wanted}, found {told(last)}\n{asked}") from None
        return last

    def asked(self, pattern: str = "") -> list[Recorded]:
        """Return the requests about this repository whose target holds a pattern after the repository's name."""
        begins = re.compile(rf"(?:/repos/{re.escape(self.repo.name)}|/repositories/{self.repo.id})(?P<rest>[/?].*|)$")
        found = (
            (begins.search(one.target), one)
            for one in self.scene.github.requests
            if not one.target.endswith("/graphql")
        )
        ours = [one for match, one in found if match is not None and re.search(pattern, match["rest"])]
        return ours + ([] if pattern else self.blamed())

    def blamed(self) -> list[Recorded]:
        """Return the requests for the blame of a file of this repository."""
        wanted = tuple(self.repo.name.split("/"))
        return [
            one
            for one in self.scene.github.asked("/graphql$")
            if {*wanted} <= {*map(str, json.loads(one.body)["variables"].values())}
        ]

    def asked_twice(self) -> list[tuple[str, str, bytes]]:
        """Return what was asked about this repository more than once."""
        counted = Counter((one.method, one.target, one.body) for one in self.asked())
        return [what for what, count in counted.items() if count > 1]


def lines(count: int, word: str = "line", **changed: str) -> str:
    """Write a text of numbered lines, some of them (``l4="another"``) changed."""
    rows = (changed.get(f"l{number}", f"{word} {number}") for number in range(1, count + 1))
    return "".join(f"{row}\n" for row in rows)


def told(answer: dict[str, Any]) -> str:
    """Write an answer, with its findings, for whoever reads what a test found."""
    rows = [f"{answer.get('confidence')} {answer.get('mode')} {answer.get('span_id')}, by {answer.get('cause')}"]
    return "\n".join(rows + [f"{one['step']}: {one['outcome']}: {one['detail']}" for one in answer.get("findings", ())])


def make_place(scene: Scene, *, installation: int = INSTALLATION, name: str = "") -> Place:
    """Make a repository, with an empty clone, and install the App on it."""
    number = next(scene.numbers)
    repo = Repo(number, name or f"acme/widgets-{number}", installation_id=installation)
    clone = Clone(scene.service.folder / "clones" / str(number)).make()
    there = scene.github.repository(repo.id, repo.name, clone=clone)
    if installation not in scene.github.installations:
        scene.github.install(installation)
    scene.github.add_repository(installation, there)
    return Place(scene, repo, there)
