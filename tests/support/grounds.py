"""What a conversation stands on: a repository with its names, runs that sign, commits and branches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from resolver.claims.write import Marks
from resolver.model.github import Blame
from resolver.model.runs import Run
from tests.support.builders import (
    NO_COMMIT,
    Delivery,
    Person,
    Repo,
    commit,
    minute,
    push,
    repository_renamed,
    repository_transferred,
    sha,
)
from tests.support.recipes import AGENTS, LOST, PATHS, Change, Pushed

Part = Delivery | Run | Blame
"""What can arrive."""

BRANCHES = {42: "feature", 43: "patch"}
"""Of the pull requests; the second one's is the fork's."""


@dataclass
class Ground:
    """The ground of one conversation. Its repositories and runs are its own, by its ``number``.

    ``parts`` holds what was written, in its natural order: deliveries as GitHub sends them, runs as agents register
    them (a run that is there again was given a further number), and blames as they are fetched.
    """

    number: int
    sign: Callable[..., Marks]
    parts: list[Part] = field(default_factory=list)
    minutes: int = 0

    def __post_init__(self) -> None:
        """Name the repository, a fork of it, and one that will take its name."""
        first, name = 1_000_000 + 3 * self.number, f"tool-{self.number:06}"
        self.first_name = f"acme/{name}"
        self.repo, self.fork = Repo(first, self.first_name), Repo(first + 1, f"outsider/{name}")
        self.heir = Repo(first + 2, self.first_name)
        self.commits: dict[str, dict[str, Any]] = {}
        self.branches: dict[tuple[int, str], list[str]] = {}
        self.untold: set[tuple[int, str]] = set()
        self._runs: dict[int, Run] = {}

    @property
    def now(self) -> str:
        """The time."""
        return minute(self.minutes)

    # Runs

    def register(self, agent: int, number: int, *, hours_ago: int = 0, early: bool = False) -> None:
        """Register an agent's run, under the present name or (``early``) the first, or give it a further number."""
        name, own = AGENTS[agent]
        known = self._runs.get(agent)
        run = known or Run(
            workspace="default",
            span_id=self._span(agent),
            repository=self.first_name if early else self.repo.name,
            agent_name=name,
            started_at=datetime.fromisoformat(self.now) - timedelta(hours=hours_ago),
            number=own,
            numbers=(own,),
        )
        self._runs[agent] = replace(run, numbers=tuple(dict.fromkeys((*run.numbers, number))))
        if self._runs[agent] != known:
            self.parts.append(self._runs[agent])

    def marks(self, agent: int, place: int = 0) -> Marks:
        """Sign as an agent does, for the repository (0), that under its first name (1), or the fork (2)."""
        name, number = AGENTS[agent]
        repository = (self.repo.name, self.first_name, self.fork.name)[place]
        return self.sign(name, span=self._span(agent), number=number, repository=repository)

    def _span(self, agent: int) -> str:
        return f"{self.number:06}-{AGENTS[agent][0]}"

    # Commits

    def push(self, pushed: Pushed) -> str:
        """Push commits to a branch; return which."""
        repo = self.fork if pushed.branch == 2 else self.repo
        branch = (BRANCHES[42], "aside", BRANCHES[43])[pushed.branch]
        held = self.branches.setdefault((repo.id, branch), [])
        before = held[-1] if held else NO_COMMIT
        if pushed.anew and held:
            self.parts.append(push(repo, branch=branch, before=before, after=NO_COMMIT, at=self.now))
            before = NO_COMMIT
        back = pushed.back and before != NO_COMMIT
        forced = back or (pushed.forced and before != NO_COMMIT)
        changes = () if back else pushed.changes
        news = [self._commit(change, len(self.commits) + n) for n, change in enumerate(changes)]
        if pushed.reused and self.commits and not back:
            news.insert(0, next(reversed(self.commits.values())))
        if forced:
            self.untold.add((repo.id, branch))
        if forced or before == NO_COMMIT:
            held[:] = held[:1] if back else []
        news = [one for one in news if one["id"] not in held]
        held += [one["id"] for one in news]
        self.commits |= {one["id"]: one for one in news}
        self.parts.append(
            push(repo, commits=news, after=held[-1], branch=branch, before=before, forced=forced, at=self.now)
        )
        return branch

    def push_merge(self, number: int, agent: int) -> str:
        """Push the commit that merges a pull request, signed by an agent; return its id."""
        message = f"Merge {number}\n\n{self.marks(agent).commit_trailers}"
        merge = self.commits.setdefault(sha(f"merge {number}"), commit(sha(f"merge {number}"), message, at=self.now))
        self.parts.append(push(self.repo, commits=[merge], branch="main", at=self.now))
        return str(merge["id"])

    def _commit(self, change: Change, number: int) -> dict[str, Any]:
        trailers = "\n\n".join(self.marks(agent).commit_trailers for agent in change.signers)
        path, other = PATHS[change.path], PATHS[(change.path + 1) % len(PATHS)]
        added, removed, modified = ((path,), (other,), ()) if change.renames else ((), (), (path,))
        message = f"Change {number}\n\n{trailers}"
        return commit(sha(f"commit {number}"), message, at=self.now, added=added, removed=removed, modified=modified)

    def some_commit(self, which: int) -> str:
        """Return a commit; the newest is 0."""
        known = [*reversed(self.commits)]
        return sha("never pushed") if which == LOST or not known else known[which % len(known)]

    # Names

    def rename(self, how: int) -> None:
        """Rename the repository (0), transfer it (1), or let it be seen later under the name that it has (2)."""
        owner, _, name = self.repo.name.partition("/")
        names = (f"{owner}/{name}-x", f"{owner}-x/{name}", self.repo.name)
        self.repo = replace(self.repo, name=names[how], updated_at=self.now)
        if how == 0:
            self.parts.append(repository_renamed(self.repo, was=name))
        elif how == 1:
            self.parts.append(repository_transferred(self.repo, was_owner=Person(id=1, login=owner)))
