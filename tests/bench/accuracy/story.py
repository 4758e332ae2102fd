"""A conversation in the making: what happens when, and what is true of the feedback in it."""

# ruff: noqa: A002, ANN401 -- the arguments are a payload's fields, in GitHub's words and of any type
from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from resolver.model.github import Kind, ObjectRef
from resolver.model.runs import Run
from tests.bench.accuracy.cast import AGENTS, Agent, Cast, sign
from tests.bench.accuracy.truth import Asked, Truth
from tests.support import builders as told
from tests.support.builders import NO_COMMIT, Delivery, Person, Repo
from tests.support.clone import Clone, CloneBlamer

BEGINS = datetime(2026, 10, 1, 9, tzinfo=UTC)
BRANCH = "feature"
PATH = "src/app.py"
ADDED = "@@ -8,2 +8,3 @@ def main():\n context\n+added line"
_REMARKS = ("please handle the empty case", "be brief", "why twice?", "Name it `rows`.", "see the style guide, §2")
_BEFORE = ("", "", "", "Hm. ", "Not quite right:\n\n", "Thanks! (", "**Please**: ")


def stamp(seconds: float) -> str:
    """Return the time so many seconds into a story, as GitHub writes it."""
    return (BEGINS + timedelta(seconds=int(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Fetch:
    """Somebody asks who wrote the lines that a piece of feedback is about."""

    ref: ObjectRef
    blamer: CloneBlamer
    base: str | None


Happening = Delivery | Run | Fetch
More = dict[str, Any]
"""Further fields of a payload, as the makers of ``tests.support.builders`` take them."""


@dataclass(slots=True)
class Story:
    """One repository's conversation around one pull request, told by the functions of ``kinds``.

    ``parts`` are what happens, each with its second; ``asked`` is the feedback with what is true of it. ``seed``
    names the story, and makes it again.
    """

    seed: str
    serial: int
    clone: Clone
    rng: random.Random = field(init=False)
    cast: Cast = field(init=False)
    repo: Repo = field(init=False)
    number: int = field(init=False)
    second: int = 0
    parts: list[tuple[int, Happening]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    opened_at: str = ""
    opener: Person | None = None
    body: str = "A change."
    heads: dict[str, str] = field(default_factory=dict)
    ids: Counter[Kind] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Set the scene."""
        self.rng = random.Random(self.seed)  # noqa: S311 - conversations, not secrets
        self.cast = Cast(self.rng, self.serial)
        self.repo = self.cast.repository()
        self.number = self.rng.randrange(20, 9000)

    def wait(self, seconds: int | None = None) -> str:
        """Let time pass, and return the time it is then."""
        self.second += seconds or self.rng.randrange(20, 900)
        return stamp(self.second)

    def happen(self, what: Happening, *, late: int = 0) -> None:
        """Let something happen now, or arrive some seconds late."""
        self.parts.append((self.second + late, what))

    def new_id(self, kind: Kind) -> int:
        """Return a new id; a comment and a review may well have the same."""
        self.ids[kind] += 1
        return self.serial * 1000 + self.ids[kind]

    def sha(self) -> str:
        """Return a new commit id."""
        return f"{self.rng.getrandbits(160):040x}"

    def improve(self) -> str:
        """Write feedback."""
        before = self.rng.choice(_BEFORE)
        return f"{before}/agents improve {self.rng.choice(_REMARKS)}{')' if before.endswith('(') else ''}"

    def run(
        self,
        name: str | None = None,
        *,
        number: int | None = None,
        numbers: Iterable[int] = (),
        hours_ago: float | None = None,
        internal: bool = False,
        registered: bool = True,
        late: int = 0,
        account: Person | None = None,
    ) -> Agent:
        """Start a run, on the pull request unless a number is given, some minutes ago unless the hours are given."""
        ago = self.rng.randrange(60, 5400) if hours_ago is None else int(hours_ago * 3600)
        given = number or self.number
        run = Run(
            workspace="default",
            span_id=self.cast.span(),
            repository=self.repo.name,
            agent_name=name or self.rng.choice(AGENTS),
            started_at=BEGINS + timedelta(seconds=self.second - ago),
            number=given,
            numbers=tuple(dict.fromkeys((given, *numbers))),
            internal=internal,
        )
        if registered:
            self.happen(run, late=late)
        who = account or self.cast.agents_account()
        return sign(run, who)

    def commit(
        self,
        message: str = "Change something",
        *,
        by: Agent | None = None,
        paths: Sequence[str] = (PATH,),
        **more: Any,
    ) -> dict[str, Any]:
        """Write a commit, signed where it is by a run."""
        signed = message if by is None else f"{message}\n\n{by.trailers}"
        author = None if by is None else by.account
        return told.commit(self.sha(), signed, at=stamp(self.second), modified=paths, author=author, **more)

    def push(
        self, *commits: dict[str, Any], branch: str = BRANCH, before: str | None = None, forced: bool = False
    ) -> str:
        """Push commits, and return the branch's head."""
        before = self.heads.get(branch, NO_COMMIT) if before is None else before
        self.heads[branch] = commits[-1]["id"]
        at, by = self.wait(), self.cast.member()
        self.happen(
            told.push(self.repo, commits=commits, branch=branch, before=before, forced=forced, at=at, sender=by)
        )
        return self.heads[branch]

    def pull(
        self, body: str | None = None, *, action: str = "opened", author: Person | None = None, **more: Any
    ) -> None:
        """Open the pull request, or tell what became of it; its author and body stay unless others are given."""
        at = self.wait()
        self.opened_at = self.opened_at or at
        self.opener = author or self.opener or self.cast.member()
        self.body = self.body if body is None else body
        fields: More = {
            "author": self.opener,
            "body": self.body,
            "created_at": self.opened_at,
            "head": self.heads.get(BRANCH, "0" * 39 + "1"),
            "number": self.number,
            "id": self.serial * 10 + 1,
        }
        self.happen(told.pull_request(self.repo, action, at=at, branch=BRANCH, **(fields | more)))

    def write(self, kind: Kind, body: str, author: Person | None, *, id: int | None = None, **more: Any) -> int:
        """Write a comment or review on the pull request (or the number given), and return its id."""
        number = id or self.new_id(kind)
        makers: dict[Kind, Callable[..., Delivery]] = {
            Kind.ISSUE_COMMENT: told.issue_comment,
            Kind.REVIEW_COMMENT: told.review_comment,
            Kind.REVIEW: told.review,
            Kind.COMMIT_COMMENT: told.commit_comment,
            Kind.DISCUSSION_COMMENT: told.discussion_comment,
        }
        defaults: dict[str, Any] = {} if kind is Kind.COMMIT_COMMENT else {"number": self.number}
        if kind is Kind.REVIEW_COMMENT:
            defaults |= {"path": PATH, "diff_hunk": ADDED, "review_id": self.new_id(Kind.REVIEW)}
        if kind in {Kind.REVIEW_COMMENT, Kind.REVIEW}:
            defaults["commit"] = self.heads.get(BRANCH, "0" * 39 + "1")
        at = more.pop("at", None) or self.wait()
        self.happen(makers[kind](self.repo, id=number, author=author, body=body, at=at, **(defaults | more)))
        return number

    def rewrite(
        self,
        kind: Kind,
        id: int,
        author: Person,
        *,
        texts: tuple[str, str],
        created_at: str,
        **more: Any,
    ) -> None:
        """Put the second text in place of the first, which was written at a time."""
        self.write(kind, texts[1], author, id=id, action="edited", created_at=created_at, was=texts[0], **more)

    def expect(self, kind: Kind, id: int, truth: Truth) -> None:
        """Say what is true of feedback."""
        self.asked.append(Asked(ObjectRef(self.repo.id, kind, id), self.url(kind, id), truth))

    def ask(self, kind: Kind, truth: Truth, *, body: str = "{}", author: Person | None = None, **more: Any) -> None:
        """Give feedback of one truth, once or several times; ``{}`` in the body is the command with its remark."""
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            text = body.replace("{}", self.improve(), 1)
            self.expect(kind, self.write(kind, text, author or self.cast.member(), **more), truth)

    def url(self, kind: Kind, id: int) -> str:
        """Return the address of something on the pull request."""
        anchors = {
            Kind.ISSUE_COMMENT: f"pull/{self.number}#issuecomment-{id}",
            Kind.REVIEW_COMMENT: f"pull/{self.number}#discussion_r{id}",
            Kind.REVIEW: f"pull/{self.number}#pullrequestreview-{id}",
        }
        return f"{self.repo.url}/{anchors.get(kind, f'{kind}-{id}')}"
