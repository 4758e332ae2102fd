"""Taking the rows of another tool's database, portion by portion, each with how far that is in one transaction.

Killed at any moment the same import goes on where it was; done once more it begins anew, and changes nothing that is
here already. The file is only read. What a row cannot give is passed over, with its number and the reason:

- a **run** is registered as its agent would have done (``POST /v1/runs``), in the workspace that its claims name;
- an **artifact** is an address that the run says it made, as by ``PATCH /v1/runs/{span_id}``: where the claim was
  seen is only the row's word, and no step of the chain looks at it;
- **feedback** is feedback here when its comment is known, by the rules of here; a status that was given there is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from receiver.backfill import Report
from receiver.changes import Later, completed_with
from receiver.importing.reading import question_of, refuse_unproven, run_of
from receiver.importing.state import STAGES, State, mark_of, read_state
from receiver.wiring import Services
from resolver.claims.context import repository_refusal
from resolver.errors import ClaimError, NotFoundError, RefusedError, UnfitError
from resolver.importing import address_of, named_by, repository_of, workspace_of
from resolver.locks import holding, locks_for, repository_lock
from resolver.model.feedback import SETTABLE, Status
from resolver.model.github import ObjectRef
from resolver.model.imported import Misfit, OldArtifact, OldFeedback, OldRun
from resolver.model.runs import Run
from store import Ledger
from store.agents_file import AgentsFile

AT_ONCE = 50
"""Rows in one transaction: no other writer waits long."""

Old = OldRun | OldArtifact | OldFeedback


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to stay."""


@dataclass(slots=True)
class Import:
    """One import: of a ``file`` under a ``name``, of one ``workspace`` or of all that this service has.

    A ``trial`` changes nothing: each portion is taken, and undone. ``would_be`` are the runs that it would have
    registered until then, by workspace and span.
    """

    services: Services
    file: AgentsFile
    name: str
    workspace: str | None
    report: Report
    trial: bool = False
    state: State = field(default_factory=State)
    would_be: dict[tuple[str, str], Run] = field(default_factory=dict)

    def run(self) -> State:
        """Take what is left to take, and return what was taken in all. Raises ForeignError and StoreError."""
        if not self.trial:
            self.state = read_state(self.services.store.progress(self.name))
            self._begin_anew_if_other()
        while not self.state.finished:
            shape = STAGES[self.state.stage]
            total, read = self.file.count(shape), f"{self.state.table}.read"
            self.report.begin(self.state.table, self.state.counts[read])
            while rows := self.file.rows(shape, self.state.after, AT_ONCE):
                self._take(rows)
                self.report.advance(self.state.counts[read], total)
            self.report.end(self.state.counts[read])
            self.state.stage, self.state.after, self.state.mark = self.state.stage + 1, 0, ""
            if not self.trial:
                self.services.store.save_progress(self.name, self.state.written(), self.services.clock())
        return self.state

    def _begin_anew_if_other(self) -> None:
        """Begin anew where the file is not the one that was begun, or its rows were numbered anew (VACUUM)."""
        if self.state.after == 0:
            return
        row = self.file.row(STAGES[self.state.stage], self.state.after)
        if row is None or _mark(row) != self.state.mark:
            self.state = State()

    def _take(self, rows: Sequence[Old | Misfit]) -> None:
        """Take a portion of rows of one table."""
        state = self.state

        def keep(locks: tuple[str, ...]) -> None:
            self.state = state.copy()
            with self.services.store.transaction(*locks) as ledger:
                self._keep(ledger, rows)
                if self.trial:
                    raise _UndoneError
                ledger.save_progress(self.name, self.state.written(), self.services.clock())

        try:
            holding(self._locks(rows), keep)
        except _UndoneError:
            return
        except Exception:
            self.state = state
            raise

    def _keep(self, ledger: Ledger, rows: Sequence[Old | Misfit]) -> None:
        for row in rows:
            if self._is_wanted(row):
                self.state.count("read")
                try:
                    self._keep_one(ledger, row)
                except (UnfitError, RefusedError, NotFoundError) as error:
                    self.state.pass_over(row.row, str(error))
            self.state.after, self.state.mark = row.row, _mark(row)

    def _is_wanted(self, row: Old | Misfit) -> bool:
        return isinstance(row, Misfit) or self.workspace in {None, workspace_of(row)}

    def _keep_one(self, ledger: Ledger, row: Old | Misfit) -> None:
        if isinstance(row, Misfit):
            raise UnfitError(row.reason)
        refuse_others(self.services, row)
        match row:
            case OldRun():
                self._keep_run(ledger, row)
            case OldArtifact():
                self._keep_artifact(ledger, row)
            case OldFeedback():
                self._keep_feedback(ledger, row)
            case _:
                assert_never(row)

    def _keep_run(self, ledger: Ledger, row: OldRun) -> None:
        body = run_of(row)
        run = body.to_run(workspace=workspace_of(row), now=self.services.clock())
        kept, new = self.services.registration.register(ledger, run, facts=body.facts())
        self.state.count("new" if new else "known")
        if self.trial:
            self.would_be[run.workspace, run.span_id] = kept

    def _keep_artifact(self, ledger: Ledger, row: OldArtifact) -> None:
        try:
            refuse_unproven(row, self.services.reader, self.services.clock())
        except ClaimError as error:
            self.state.refused[str(error)] += 1
            raise
        key = (workspace_of(row), row.span_id)
        run = ledger.runs_for(key[0], (row.span_id,)).get(row.span_id) or self.would_be.get(key)
        if run is None:
            raise NotFoundError(f"there is no run {row.span_id}")
        refusal = repository_refusal(run.repository, _names(ledger, key[0], repository_of(row)))
        if refusal is not None:
            raise UnfitError(f"it is outside of {run.repository}, the run's repository")
        completed = completed_with(run, Later(artifacts=(address_of(row, self.services.policy.web),)))
        self.state.count("known" if completed == run else "new")
        if completed != run and key not in self.would_be:
            self.services.registration.update(ledger, completed)

    def _keep_feedback(self, ledger: Ledger, row: OldFeedback) -> None:
        workspace, (kind, number) = workspace_of(row), named_by(row)
        repository = ledger.repository_named(workspace, repository_of(row))
        ref = None if repository is None else ObjectRef(repository.id, kind, number)
        if ref is None or ledger.object(ref) is None:
            question_of(row)  # whoever compares its link asks that
            self.state.count("unseen")
            return
        intake, cause = self.services.intake, "import"
        new = intake.take_feedback(ledger, (ref,), cause=cause, workspaces=frozenset({workspace}))
        mine = next((one for one in ledger.feedback_on(ref) if one.workspace == workspace), None)
        if mine is None:
            raise UnfitError("the comment that is known here holds no command /agents improve")
        self.state.count("new" if new else "known")
        status = Status(row.status) if row.status in SETTABLE else Status.NEW
        alike = _lines(row.raw_body) == _lines(mine.state.body)
        if status is not mine.state.status is Status.NEW and alike and not ledger.has_given_status(mine.id):
            ledger.set_feedback_status(mine.id, status, self.services.clock())
            self.state.count("statuses")

    def _locks(self, rows: Sequence[Old | Misfit]) -> tuple[str, ...]:
        """Return the locks of the runs and repositories that the rows name."""
        found: dict[str, None] = {}
        with self.services.store.snapshot() as facts:
            for row in rows:
                if isinstance(row, Misfit):
                    continue
                name = f"{row.repo_owner}/{row.repo_name}"
                if isinstance(row, OldFeedback):
                    known = facts.repository_named(workspace_of(row), name)
                    found |= {} if known is None else {repository_lock(known.id): None}
                else:
                    found |= dict.fromkeys(locks_for(facts, workspace_of(row), name, row.span_id))
        return tuple(found)


def refuse_others(services: Services, row: Old) -> None:
    """Raise UnfitError for a row of a workspace or repository that this service does not work for."""
    workspace, repository = workspace_of(row), repository_of(row)
    if workspace not in services.policy.workspaces:
        raise UnfitError(f"the workspace {workspace} is none of WHICHRUN_WORKSPACE and WHICHRUN_WORKSPACES")
    ours = services.settings.repositories
    if ours is not None and repository.lower() not in ours:
        raise UnfitError(f"{repository} is none of WHICHRUN_REPOSITORIES")


def _names(ledger: Ledger, workspace: str, name: str) -> tuple[str, ...]:
    known = ledger.repository_named(workspace, name)
    return (name, *(() if known is None else known.names))


def _mark(row: Old | Misfit) -> str:
    return "" if isinstance(row, Misfit) else mark_of(row)


def _lines(text: str) -> list[str]:
    """Return a text's lines: the ends of lines were not kept alike everywhere."""
    return text.strip().splitlines()
