"""Who wrote the commits of a range, as records of Agent Trace: https://agent-trace.dev (version 0.1).

There is a record for each commit, the unsigned ones among them. A commit is a run's when a claim of it counts there and
nobody may have copied it; of any other nothing is said (``unknown``). Which lines are whose is told where a blame at
that very commit is known; else ``ranges`` is empty, and the whole file's contributor is told.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from receiver.problems import ApiError
from receiver.queries import Queries
from resolver import times
from resolver.errors import NotFoundError
from resolver.evidence import Evidence
from resolver.hunks import RIGHT
from resolver.model.github import Commit, Lines, Repository
from resolver.model.runs import Run, Trust
from resolver.query import Query
from store import Catalogue
from store.blame import MOST_LINES, MOST_RANGES

VERSION = "0.1"
MOST_COMMITS = 2000
MOST_FILES = 100
"""Files of one commit whose lines are looked up."""
TOOL = "whichrun"
OWN = "dev.whichrun"
"""Under which name our own facts stand in a record's metadata."""
_LONGEST_MODEL = 250
_SPACE = uuid.UUID("c6f1f0a4-4f0e-5a86-8c0f-6b6f0d1e7a52")
"""Keeps our ids apart from what others make of the same names (RFC 9562, section 5.5)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A commit, and the runs that made it, as far as that is certain."""

    commit: Commit
    runs: tuple[Run, ...]
    ranges: dict[str, list[dict[str, int]]]


@dataclass(frozen=True, slots=True)
class AgentTrace:
    """The commits of a repository from ``base`` (without it) to ``head``."""

    queries: Queries
    repository: str
    base: str
    head: str

    def shas(self) -> tuple[str, ...]:
        """Return the commits, oldest first.

        Raises NotFoundError for a repository that is not the workspace's, ApiError 409 where it is not known which
        commits these are, or when they are too many.
        """
        with self.queries.services.store.snapshot() as catalogue:
            found = catalogue.commits_between(self._known(catalogue).id, self.base, self.head)
        if found is None:
            message = (
                f"which commits lead from {self.base} to {self.head} is not known here: neither do pushes that were "
                "delivered lead from the one to the other, nor is there a pull request of these two ends whose "
                "commits GitHub has listed"
            )
            raise ApiError(HTTPStatus.CONFLICT, "range_unknown", message)
        if len(found) > MOST_COMMITS:
            raise ApiError(HTTPStatus.CONFLICT, "range_too_long", f"there are more than {MOST_COMMITS} commits between")
        return found

    def records(self, shas: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield the record of each commit, read one by one."""
        for sha in shas:
            with self.queries.services.store.snapshot() as catalogue:
                made = self._made(catalogue, self._known(catalogue), sha)
            if made is not None:
                yield self._record(made)

    def _known(self, catalogue: Catalogue) -> Repository:
        known = catalogue.repository_named(self.queries.workspace, self.repository)
        if known is None or self.queries.workspace not in known.workspaces:
            raise NotFoundError(f"there is no repository {self.repository}")
        return known

    def _made(self, catalogue: Catalogue, known: Repository, sha: str) -> Made | None:
        services, workspace = self.queries.services, self.queries.workspace
        query = Query(workspace, known.names[0], known.id, services.clock())
        commit, admitted = Evidence(catalogue, services.policy, query).commit(sha)
        if commit is None:
            return None
        signed = {} if admitted.open else {one.span_id: one for one in admitted.sightings if one.trust is Trust.SIGNED}
        runs = catalogue.runs_for(workspace, sorted(signed))
        paths = (commit.paths or frozenset()) - commit.removed
        are_few = len(paths) <= MOST_FILES
        ranges = {path: _lines(catalogue, commit, path) if are_few else [] for path in paths}
        return Made(commit, tuple(runs[span] for span in signed if span in runs), ranges)

    def _record(self, made: Made) -> dict[str, Any]:
        commit, settings = made.commit, self.queries.services.settings
        named = [self.queries.services.policy.web, commit.repository_id, commit.sha, settings.instance_id]
        own: dict[str, Any] = {
            "workspace": self.queries.workspace,
            "repository": self.repository,
            "files_known": commit.paths is not None,
            "runs": [
                {"span_id": one.span_id, "trace_id": one.trace_id, "agent_name": one.agent_name} for one in made.runs
            ],
        }
        return {
            "version": VERSION,
            "id": str(uuid.uuid5(_SPACE, json.dumps([*named, self.queries.workspace]))),
            "timestamp": times.write(commit.timestamp),
            "vcs": {"type": "git", "revision": commit.sha},
            "tool": {"name": TOOL, "version": version(TOOL)},
            "files": [
                {"path": path, "conversations": _conversations(made.runs, ranges)}
                for path, ranges in sorted(made.ranges.items())
            ],
            "metadata": {OWN: own},
        }


def _lines(catalogue: Catalogue, commit: Commit, path: str) -> list[dict[str, int]]:
    """Return the lines of a file that a commit changed last, as the file is there; nothing where that is not known."""
    whole = Lines(commit.repository_id, commit.sha, path, RIGHT, 1, MOST_LINES)
    ranges = catalogue.blame(whole)
    if len(ranges) >= MOST_RANGES:  # there may be more
        return []
    return [{"start_line": one.first, "end_line": one.last} for one in ranges if one.sha == commit.sha]


def _conversations(runs: tuple[Run, ...], ranges: list[dict[str, int]]) -> list[dict[str, Any]]:
    """Return one conversation for each run; which of several wrote which lines is not known."""
    if not runs:
        return [{"contributor": {"type": "unknown"}, "ranges": ranges}]
    return [{"contributor": _contributor(run), "ranges": ranges if len(runs) == 1 else []} for run in runs]


def _contributor(run: Run) -> dict[str, str]:
    model = run.backend or ""
    named = "/" in model and len(model) <= _LONGEST_MODEL  # as models.dev does: who made it, and its name
    return {"type": "ai", **({"model_id": model} if named else {})}
