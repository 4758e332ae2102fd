"""Repositories, their workspaces and the names that they bore. A repository is its number; a name is a dated label.

``as_of`` of a name is the repository's own time when it bore it: the newest is the current name. ``seen_at`` is the
last time at which it is known to have borne it: that says who bore a name when a run started.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from resolver.errors import StoreError
from resolver.model.asking import Place
from resolver.model.github import Repository, RepositorySeen
from store.database import Database, Row
from store.part import Part
from store.times import to_micros

_LONG_AGO = -(2**63)
_REPOSITORY = """
SELECT r.id, r.installation_id, r.deleted, n.name, n.as_of
FROM repository r JOIN repository_name n ON n.repository_id = r.id
WHERE r.id = ? ORDER BY n.as_of DESC, n.name DESC
"""
_WORKSPACES = "SELECT w.workspace FROM repository_workspace w WHERE w.repository_id = ?"
_NAMED = """
SELECT r.id, r.installation_id, r.deleted, n.name, n.as_of
FROM repository_name k
JOIN repository_workspace w ON w.repository_id = k.repository_id AND w.workspace = ?
JOIN repository r ON r.id = k.repository_id
JOIN repository_name n ON n.repository_id = r.id
WHERE k.name_key = ? ORDER BY r.id, n.as_of DESC, n.name DESC
"""
_LAST_BEARER = """
SELECT repository_id FROM repository_name WHERE name_key = ? ORDER BY as_of DESC, repository_id DESC LIMIT 1
"""
_IN_WORKSPACE = """
SELECT r.id, (
    SELECT n.name FROM repository_name n WHERE n.repository_id = r.id ORDER BY n.as_of DESC, n.name DESC LIMIT 1
), r.installation_id
FROM repository_workspace w JOIN repository r ON r.id = w.repository_id
WHERE w.workspace = ? AND r.deleted = 0 ORDER BY w.repository_id
"""
_ADD = """
INSERT INTO repository (id, installation_id, deleted) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_JOIN = "INSERT INTO repository_workspace (workspace, repository_id) VALUES"
_LEAVE = "DELETE FROM repository_workspace WHERE workspace = ? AND repository_id = ?"
_MEND = "UPDATE repository SET installation_id = ?, deleted = ? WHERE id = ?"
_ADD_NAME = """
INSERT INTO repository_name (repository_id, name, name_key, as_of, seen_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (repository_id, name) DO NOTHING
"""
_SEEN = "SELECT as_of, seen_at FROM repository_name WHERE repository_id = ? AND name = ?"
_SEE_NAME = "UPDATE repository_name SET as_of = ?, seen_at = ? WHERE repository_id = ? AND name = ?"
_IS_SHARED = "SELECT 1 FROM repository_name WHERE name_key = ? AND repository_id <> ? LIMIT 1"
# Who bore a name at a time: whoever was seen with it next, else the last one seen with it before.
_HOLDER = """
SELECT n.repository_id
FROM repository_name n JOIN repository_workspace w ON w.repository_id = n.repository_id AND w.workspace = ?
WHERE n.name_key = ?
ORDER BY CASE WHEN n.seen_at >= ? THEN 0 ELSE 1 END, CASE WHEN n.seen_at >= ? THEN n.seen_at ELSE -n.seen_at END,
    n.repository_id
LIMIT 1
"""
_RUNS_NAMED = """
SELECT id, repository_id, started_at FROM run WHERE workspace = ? AND repository_key = ? AND started_at > ?
"""
_BIND = "UPDATE run SET repository_id = ? WHERE id = ?"
_BIND_NUMBERS = "UPDATE run_number SET repository_id = ? WHERE run_id = ?"


class RepositoryFacts(Part):
    """Looking repositories up."""

    def repository(self, repository_id: int) -> Repository | None:
        """Return the repository with all the names it has borne."""
        rows = self._db.rows(_REPOSITORY, (repository_id,))
        return self._to_repository(rows) if rows else None

    def repository_named(self, workspace: str, name: str) -> Repository | None:
        """Return the repository that bears this full name (any case), else the one that bore it last."""
        key = name.lower()
        found: tuple[tuple[bool, int, int], list[Row]] | None = None
        for repository_id, group in groupby(self._db.rows(_NAMED, (workspace, key)), key=lambda row: int(row[0])):
            rows = list(group)
            as_of = max(row[4] for row in rows if row[3].lower() == key)
            rank = (rows[0][3].lower() == key, as_of, repository_id)
            if found is None or rank > found[0]:
                found = rank, rows
        return None if found is None else self._to_repository(found[1])

    def workspaces_of(self, repository_id: int) -> frozenset[str]:
        """Return the workspaces that a repository belongs to; none when it is not kept."""
        return frozenset(workspace for (workspace,) in self._db.rows(_WORKSPACES, (repository_id,)))

    def last_bearer(self, name: str) -> int | None:
        """Return the id of the repository that bore a full name last, whatever workspace it is of now.

        For what was kept in a workspace that the repository has left since: nothing else may be told by it.
        """
        row = self._db.row(_LAST_BEARER, (name.lower(),))
        return None if row is None else int(row[0])

    def filed_under(self, workspace: str, name: str) -> int | None:
        """Return the id of the repository that rows of a workspace under a full name are about, also if it has left."""
        known = self.repository_named(workspace, name)
        return self.last_bearer(name) if known is None else known.id

    def repositories(self, workspace: str) -> tuple[Place, ...]:
        """Return the repositories of a workspace that were not deleted, by id, each with its name and installation."""
        return tuple(Place(*row) for row in self._db.rows(_IN_WORKSPACE, (workspace,)))

    def holder(self, workspace: str, name: str, at: int) -> int | None:
        """Return the id of the repository that bore a name at a time (microseconds), as far as is known."""
        row = self._db.row(_HOLDER, (workspace, name.lower(), at, at))
        return None if row is None else int(row[0])

    def _to_repository(self, rows: list[Row]) -> Repository:
        """Read the rows of one repository, one for each name, the current one first."""
        number, installation_id, deleted = rows[0][:3]
        return Repository(
            number,
            RepositoryFacts.workspaces_of(self, number),
            tuple(row[3] for row in rows),
            installation_id,
            bool(deleted),
        )


class RepositoryLedger(RepositoryFacts):
    """Keeping repositories. What was read of one in this transaction is remembered until something changes in it."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        super().__init__(database)
        self._read_repositories: dict[int, Repository | None] = {}
        self._put_repositories: set[tuple[RepositorySeen, tuple[str, ...], bool]] = set()

    def forget_repositories(self) -> None:
        """Read repositories again."""
        self._read_repositories.clear()
        self._put_repositories.clear()

    def repository(self, repository_id: int) -> Repository | None:
        """Return the repository with all the names it has borne."""
        if repository_id not in self._read_repositories:
            self._read_repositories[repository_id] = super().repository(repository_id)
        return self._read_repositories[repository_id]

    def workspaces_of(self, repository_id: int) -> frozenset[str]:
        """Return the workspaces that a repository belongs to; none when it is not kept."""
        repository = self.repository(repository_id)
        return frozenset() if repository is None else repository.workspaces

    def put_repository(self, seen: RepositorySeen, *workspaces: str, assigned: bool = False) -> frozenset[int]:
        """Keep a repository, its names and workspaces; bind runs that were registered under one of the names.

        ``assigned`` has it belong to these workspaces and to no others, unless a newer name of it is known; else they
        are for a repository that belongs to none yet. Returns the ids of the repositories that something changed for
        that can be asked for (a name seen once more is no news): this one, and those that won or lost a run by it.
        """
        told = (seen, workspaces, assigned)
        if told in self._put_repositories:  # by another delivery that is processed together with this one
            return frozenset()
        before = self.repository(seen.id)
        self._read_repositories.pop(seen.id, None)
        if before is None:
            self._db.change(_ADD, (seen.id, seen.installation_id, int(seen.deleted)))
        else:
            self._mend_repository(before, seen)
        as_of = to_micros(seen.as_of)
        seen_at = max(as_of, to_micros(seen.seen_at or seen.as_of))
        names = dict.fromkeys(seen.former, (as_of - 1, as_of - 1)) | {seen.name: (as_of, seen_at)}
        since = {name: self._see_name(seen.id, name, *times) for name, times in names.items()}
        after = self._settle_in(seen, frozenset(workspaces), assigned=assigned)
        anew = dict.fromkeys(after.names, _LONG_AGO)
        concerned: set[int] = set()
        for workspace in sorted(after.workspaces):
            joined = before is None or workspace not in before.workspaces
            for name, time in (anew if joined else since).items():
                concerned |= self._bind_runs(seen.id, workspace, name, since=time)
        if after != before:
            concerned.add(seen.id)
            self._put_repositories.clear()
        self._read_repositories[seen.id] = after
        self._put_repositories.add(told)
        return frozenset(concerned)

    def _settle_in(self, seen: RepositorySeen, wanted: frozenset[str], *, assigned: bool) -> Repository:
        """Have a repository belong to workspaces; return it as it is then."""
        repository = super().repository(seen.id)
        if repository is None:
            raise StoreError(f"repository {seen.id} was not kept")
        may_move = not repository.workspaces or (assigned and repository.names[0] == seen.name)
        if not may_move or wanted == repository.workspaces:
            return repository
        joining = [(one, repository.id) for one in sorted(wanted - repository.workspaces)]
        self._db.insert(_JOIN, joining, "ON CONFLICT DO NOTHING")
        for one in sorted(repository.workspaces - wanted):
            self._db.change(_LEAVE, (one, repository.id))
        return replace(repository, workspaces=wanted)

    def _mend_repository(self, before: Repository, seen: RepositorySeen) -> None:
        # An App that is installed anew gets a greater number, so the greatest is the current one.
        installation_id = max((one for one in (before.installation_id, seen.installation_id) if one), default=None)
        deleted = before.deleted or seen.deleted
        if (installation_id, deleted) != (before.installation_id, before.deleted):
            self._db.change(_MEND, (installation_id, int(deleted), before.id))

    def _see_name(self, repository_id: int, name: str, as_of: int, seen_at: int) -> int | None:
        """Keep when a name was seen; return after which time it may have another holder for that, None: at none."""
        if self._db.change(_ADD_NAME, (repository_id, name, name.lower(), as_of, seen_at)):
            return _LONG_AGO
        before = self._db.rows(self._db.locking(_SEEN), (repository_id, name))[0]
        after = (max(before[0], as_of), max(before[1], seen_at))
        if after != before:
            self._db.change(_SEE_NAME, (*after, repository_id, name))
        return int(before[1]) if after[1] > before[1] else None

    def _bind_runs(self, repository_id: int, workspace: str, name: str, *, since: int | None) -> set[int]:
        """Give the runs that started under a name after a time to its holder then; say who won or lost one."""
        key = name.lower()
        settled = since != _LONG_AGO and self._db.row(_IS_SHARED, (key, repository_id)) is None
        if since is None or settled:
            return set()
        concerned: set[int] = set()
        for run_id, bound_to, started_at in self._db.rows(_RUNS_NAMED, (workspace, key, since)):
            holder = self.holder(workspace, key, started_at)
            if holder is not None and holder != bound_to:
                self._db.change(_BIND, (holder, run_id))
                self._db.change(_BIND_NUMBERS, (holder, run_id))
                concerned |= {holder} if bound_to is None else {holder, bound_to}
        return concerned
