"""Pull requests whose commits are real: git itself says who wrote each line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from resolver.model.github import Kind, ObjectRef
from tests.bench.accuracy.cast import Agent
from tests.bench.accuracy.story import BRANCH, Fetch, More, Story, stamp
from tests.bench.accuracy.truth import NOBODY, Truth, determined, open_between
from tests.support import builders as told
from tests.support.builders import Delivery
from tests.support.clone import Clone, CloneBlamer, NewCommit

FILE = "src/app.py"
Edit = Callable[[list[str]], list[str]]


def insert(at: int, *texts: str) -> Edit:
    """Return an edit that puts lines before line ``at`` (from 1)."""
    return lambda lines: [*lines[: at - 1], *texts, *lines[at - 1 :]]


def rewrite(first: int, *texts: str) -> Edit:
    """Return an edit that puts as many lines in place of those from ``first`` on."""
    return lambda lines: [*lines[: first - 1], *texts, *lines[first - 1 + len(texts) :]]


def remove(first: int, count: int = 1) -> Edit:
    """Return an edit that removes lines from ``first`` on."""
    return lambda lines: [*lines[: first - 1], *lines[first - 1 + count :]]


@dataclass(frozen=True, slots=True)
class Step:
    """A commit to make: whose (None: a person's), what it does to the file, and what the file is called then."""

    by: Agent | None
    edit: Edit
    path: str | None = None
    also: tuple[Agent, ...] = ()
    """Others whose claims stand in the message, as after a squash merge."""


@dataclass(slots=True)
class Traced:
    """A base on main and commits of a pull request, as they are in a clone and as they were delivered."""

    story: Story
    blamed: bool
    knows_base: bool = True
    clone: Clone = field(init=False)
    base: str = ""
    path: str = FILE
    shas: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    claims: dict[str, tuple[Agent, ...]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the story's clone."""
        self.clone = self.story.clone

    @property
    def head(self) -> str:
        """The pull request's last commit."""
        return self.shas[-1]

    def begin(self, base: Step, *steps: Step) -> None:
        """Write the commits, push the base to main, the others to the branch, and open the pull request."""
        self.write(base, *steps)
        if self.knows_base:
            self._push([self.base], branch="main", before=self.story.sha())
        cut = self.story.rng.randrange(len(self.shas))
        for part in (self.shas[:cut], self.shas[cut:]):
            if part:
                self._push(part)
        self.story.pull(head=self.head, base=self.base, commits=len(self.shas))

    def write(self, base: Step, *steps: Step, onto: Sequence[str] = ()) -> None:
        """Write the commits."""
        texts = [f"line {number} of {self.story.serial}" for number in range(1, 31)]
        commits, path, when = [], FILE, datetime.fromisoformat(stamp(self.story.second))
        for place, step in enumerate((base, *steps)):
            texts = step.edit(texts)
            files: dict[str, str | None] = {} if step.path in {None, path} else {path: None}
            path = step.path or path
            files[path] = "\n".join(texts) + "\n"
            parents: tuple[str | int, ...] = (place - 1,) if place else ()
            message = f"Step {place} of {self.story.seed} {len(self.claims)}"
            for agent in _signers(step):
                message += f"\n\n{agent.trailers}"
            commits.append(NewCommit(message, files, parents, at=when))
        self.base, *self.shas = self.clone.write(commits)
        self.path, self.steps = path, list(steps)
        self.claims |= {sha: _signers(step) for sha, step in zip((self.base, *self.shas), (base, *steps), strict=True)}
        self.messages = {sha: commit.message for sha, commit in zip((self.base, *self.shas), commits, strict=True)}

    def _push(
        self, shas: Sequence[str], *, branch: str = BRANCH, before: str | None = None, forced: bool = False
    ) -> None:
        commits = []
        for sha, touched in self.clone.touched(shas).items():
            paths = {"added": touched.added, "modified": touched.modified, "removed": touched.removed}
            commits.append(told.commit(sha, self.messages[sha], at=stamp(self.story.second), author=None, **paths))
        self.story.push(*commits, branch=branch, before=before, forced=forced)

    def push_again(self, base: Step, *steps: Step) -> None:
        """Rebase: write the commits anew, and push them by force."""
        self.write(base, *steps)
        self._push(self.shas, before=self.story.heads[BRANCH], forced=True)
        self.story.pull(action="synchronize", head=self.head, base=self.base, commits=len(self.shas))

    def push_on(self, *shas: str) -> None:
        """Push more commits that exist already."""
        self._push(shas)

    def ask(
        self, line: int, *, first: int | None = None, side: str = "RIGHT", removers: Sequence[Agent | None] = ()
    ) -> None:
        """Give feedback on a line, or on those from ``first`` on; who removed lines the story has to say."""
        path = FILE if side == "LEFT" and self.path != FILE else self.path
        hunk = self.clone.hunk(self.base, self.head, path, line=line, side=side)
        assert hunk is not None, f"{self.story.seed}: the diff does not show line {line}"
        truth = self.truth(line, first or line, hunk, removers if side == "LEFT" else None)
        where: More = {"path": self.path, "line": line, "original_line": line, "start_line": first, "side": side}
        before = len(self.story.asked)
        self.story.ask(Kind.REVIEW_COMMENT, truth, commit=self.head, diff_hunk=hunk, **where)
        for asked in self.story.asked[before:]:
            self._complete(asked.ref, first, side)

    def _complete(self, ref: ObjectRef, first: int | None, side: str) -> None:
        for _, part in self.story.parts:
            if isinstance(part, Delivery) and part.payload.get("comment", {}).get("id") == ref.id:
                part.payload["comment"] |= {"original_start_line": first, "start_side": side if first else None}
        if self.blamed:
            self.story.happen(Fetch(ref, CloneBlamer(self.clone), self.base), late=self.story.rng.randrange(1, 2000))

    def truth(self, last: int, first: int, hunk: str, removers: Sequence[Agent | None] | None) -> Truth:
        """Say what is true: what plain ``git blame`` shows, and what of that the deliveries let one know."""
        if removers is None:
            shas = self.clone.writers(self.head, self.path)[first - 1 : last]
            makers: list[tuple[Agent, ...]] = [self.claims[sha] for sha in shas]
            here = set(shas) <= set(self.shas)
        else:
            makers, here = [() if agent is None else (agent,) for agent in removers], True
        spans = {agent.span for claims in makers for agent in claims}
        if not spans:
            return NOBODY
        if len(spans) > 1 or not all(makers):
            return open_between(*spans)
        signers = {agent.span for step in self.steps for agent in _signers(step)}
        alone = here and signers == spans and all(_signers(step) for step in self.steps)
        changed = hunk.rpartition("\n")[2][:1] in {"+", "-"}
        return determined(*spans) if self.blamed or (alone and changed) else open_between(*spans)


def _signers(step: Step) -> tuple[Agent, ...]:
    return step.also if step.by is None else (step.by, *step.also)
