"""Runs: what agents registered."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from resolver.errors import ConflictError, NotFoundError
from resolver.model.runs import Run
from store.database import Row, Values
from store.repositories import RepositoryFacts
from store.rows import RUN, from_texts, text_key, to_run
from store.times import now, to_micros, to_optional

_OF_REPOSITORY = f"""
SELECT {RUN} FROM run_number m JOIN run n ON n.id = m.run_id
WHERE m.repository_id = ? AND m.number = ? AND m.started_at BETWEEN ? AND ? AND n.workspace = ?
ORDER BY m.started_at, n.span_id
"""
_OF_NAME = _OF_REPOSITORY.replace("m.repository_id = ?", "m.repository_key = ?")
_FOR_SPANS = f"""
SELECT {RUN} FROM wanted CROSS JOIN run n WHERE n.workspace = wanted.column1 AND n.span_id = wanted.column2
"""
_OF_SESSION = f"""
SELECT {RUN} FROM run_session m JOIN run n ON n.id = m.run_id
WHERE m.session_key = ? AND m.workspace = ? ORDER BY n.span_id LIMIT ?
"""
_KEPT = "SELECT id, facts, repository_id, repository_key, started_at FROM run WHERE workspace = ? AND span_id = ?"
_ADD = f"""
INSERT INTO run (workspace, span_id, repository, agent_name, repository_id, repository_key, started_at, number,
    agent_id, backend, prompt_version_id, prompt_ref, skill_version_ids, guardrail_version_ids, event_id, branch,
    trace_id, internal, report_id, purpose, head_sha, ended_at, numbers, artifacts, sessions, facts, registered_at)
VALUES ({", ".join("?" * 27)}) ON CONFLICT (workspace, span_id) DO NOTHING RETURNING id
"""
_MEND = "UPDATE run SET head_sha = ?, ended_at = ?, numbers = ?, artifacts = ?, sessions = ? WHERE id = ?"
_DROP_NUMBERS = "DELETE FROM run_number WHERE run_id = ?"
_ADD_NUMBERS = "INSERT INTO run_number (number, run_id, repository_id, repository_key, started_at) VALUES"
_ADD_SESSIONS = "INSERT INTO run_session (workspace, session_key, run_id) VALUES"


class RunFacts(RepositoryFacts):
    """Looking runs up."""

    def runs_started(
        self,
        workspace: str,
        repository_id: int | None,
        repository: str,
        number: int,
        since: datetime,
        until: datetime,
    ) -> tuple[Run, ...]:
        """Return the runs of a repository and number that started in ``[since, until]``, oldest first."""
        window = (number, to_micros(since), to_micros(until), workspace)
        if repository_id is not None:
            rows = self._db.rows(_OF_REPOSITORY, (repository_id, *window))
        else:
            rows = self._db.rows(_OF_NAME, (repository.lower(), *window))
        return tuple(to_run(row) for row in rows)

    def runs_for(self, workspace: str, span_ids: Iterable[str]) -> dict[str, Run]:
        """Return the registered runs among some spans, by span."""
        rows = self._db.rows_among(_FOR_SPANS, [(workspace, span_id) for span_id in dict.fromkeys(span_ids)])
        return {run.span_id: run for run in map(to_run, rows)}

    def runs_of_session(self, workspace: str, session: str, limit: int) -> tuple[Run, ...]:
        """Return the registered runs that named a session as theirs, by span, ``limit`` at most."""
        return tuple(map(to_run, self._db.rows(_OF_SESSION, (text_key(session), workspace, limit))))


class RunLedger(RunFacts):
    """Keeping runs."""

    def put_run(self, run: Run, facts: str) -> tuple[Run, bool]:
        """Register a run; return it as stored, and whether it is new.

        Raises ConflictError when the span was registered with other facts.
        """
        started_at = to_micros(run.started_at)
        holder = self.holder(run.workspace, run.repository, started_at)
        place = (run.repository_id if holder is None else holder, run.repository.lower(), started_at)
        added = self._db.row(
            _ADD,
            (
                run.workspace,
                run.span_id,
                run.repository,
                run.agent_name,
                *place,
                run.number,
                run.agent_id,
                run.backend,
                run.prompt_version_id,
                run.prompt_ref,
                json.dumps(run.skill_version_ids),
                json.dumps(run.guardrail_version_ids),
                run.event_id,
                run.branch,
                run.trace_id,
                int(run.internal),
                run.report_id,
                run.purpose,
                *_changing(run),
                facts,
                to_micros(now()),
            ),
        )
        if added is not None:
            self._keep_run_numbers(added[0], run, place)
            self._keep_run_sessions(added[0], run)
        elif self._kept_run(run)[1] != facts:
            raise ConflictError(f"span {run.span_id} was registered with other facts")
        return self.runs_for(run.workspace, (run.span_id,))[run.span_id], added is not None

    def update_run(self, run: Run) -> None:
        """Store a run's changed fields (``ended_at``, ``head_sha``, ``numbers``, ``artifacts``, ``sessions``).

        Raises NotFoundError for a run that was never registered.
        """
        run_id, _, *place = self._kept_run(run)
        self._db.change(_MEND, (*_changing(run), run_id))
        self._db.change(_DROP_NUMBERS, (run_id,))
        self._keep_run_numbers(run_id, run, place)
        self._keep_run_sessions(run_id, run)

    def _kept_run(self, run: Run) -> Row:
        row = self._db.row(self._db.locking(_KEPT), (run.workspace, run.span_id))
        if row is None:
            raise NotFoundError(f"there is no run {run.span_id}")
        return row

    def _keep_run_numbers(self, run_id: int, run: Run, place: Values) -> None:
        rows = [(number, run_id, *place) for number in dict.fromkeys(run.numbers)]
        self._db.insert(_ADD_NUMBERS, rows, "ON CONFLICT (number, run_id) DO NOTHING")

    def _keep_run_sessions(self, run_id: int, run: Run) -> None:
        """Add what leads from a session to the run: none is ever taken back."""
        rows = [(run.workspace, text_key(session), run_id) for session in run.sessions]
        self._db.insert(_ADD_SESSIONS, rows, "ON CONFLICT (session_key, workspace, run_id) DO NOTHING")


def _changing(run: Run) -> tuple[int | str | None, ...]:
    """Return the values of what may change after registration."""
    lists = (json.dumps(run.numbers), json.dumps(run.artifacts), from_texts(run.sessions))
    return (run.head_sha, to_optional(run.ended_at), *lists)
