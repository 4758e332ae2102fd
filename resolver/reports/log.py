"""How a log grows: appending, editing and deleting entries, by one set of rules for every surface (SPEC §6).

No function here writes without a producer. The caller holds the report's lock (``resolver.locks``) and has read the
report since, so that two writers of one report come one after the other.

An entry of a *status* type, or a *keyed* one, counts until a newer one of its type and key does; once that is deleted,
it counts again. Nothing is ever overwritten: an edit keeps the former content as a revision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from resolver.errors import ForbiddenError, NotFoundError, PayloadError
from resolver.model.reports import SYSTEM, Entry, NewEntry, Producer, Report
from resolver.ports import Ledger
from resolver.reports import contents, registry
from resolver.reports.registry import EntryKind, Family

RUN_FIELD = "content.run"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands now, its report, and whether anything was written."""

    entry: Entry
    report: Report
    new: bool


def append(
    ledger: Ledger,
    report: Report,
    kind: EntryKind,
    content: Any,  # noqa: ANN401 - JSON, as ``kind.read`` returns it
    *,
    producer: Producer,
    at: datetime,
) -> Written:
    """Append an entry, unless just that counts already.

    Raises PayloadError and ForbiddenError for an association that cannot be (``_association``).
    """
    if kind is registry.TASK_RUN:
        content = _association(ledger, report, content, producer)
    key = kind.key(content)
    former = _said_already(ledger, report, kind, key, content)
    if former is not None:
        return Written(former, report, new=False)
    entry_id = ledger.add_entry(
        NewEntry(report_id=report.id, type=kind.name, content=content, key=key, producer=producer, at=at)
    )
    report = _settled(ledger, report, kind, {key}, at)
    return Written(_there(ledger.entry(report.id, entry_id)), report, new=True)


def edit(
    ledger: Ledger,
    report: Report,
    entry: Entry,
    content: Any,  # noqa: ANN401 - JSON, as it came in
    *,
    editor: Producer,
    at: datetime,
) -> Written:
    """Give an entry another content; the same one changes nothing.

    Raises ForbiddenError for an entry that is not the editor's to change, PayloadError and TooLargeError for a content
    that does not fit its type.
    """
    _refuse_others(entry, editor)
    kind = registry.writable(entry.type)
    content = kind.read(content)
    if kind is registry.TASK_RUN:
        content = _association(ledger, report, content, editor)
    if kind.same(entry.content, content):
        return Written(entry, report, new=False)
    key = kind.key(content)
    ledger.rewrite_entry(entry, content, key, writer=editor, at=at)
    report = _settled(ledger, report, kind, {entry.key, key}, at)
    return Written(_there(ledger.entry(report.id, entry.id)), report, new=True)


def delete(ledger: Ledger, report: Report, entry: Entry, *, deleter: Producer, at: datetime) -> Report:
    """Take an entry out of the log; return the report as it is then. Raises ForbiddenError as ``edit`` does."""
    _refuse_others(entry, deleter)
    ledger.remove_entry(entry, remover=deleter, at=at)
    return _settled(ledger, report, registry.BY_TYPE.get(entry.type), {entry.key}, at)


def _refuse_others(entry: Entry, writer: Producer) -> None:
    """Raise ForbiddenError when an entry is the service's own, or a run would change what it did not write."""
    kind = registry.BY_TYPE.get(entry.type)
    if entry.producer == SYSTEM or (kind is not None and kind.family is Family.SERVER):
        raise ForbiddenError(f"entry {entry.id} is the service's own: nobody else changes it")
    if writer.run is not None and entry.producer.run != writer.run:
        raise ForbiddenError(f"run {writer.run} did not write entry {entry.id}: a run changes only its own entries")


def _said_already(
    ledger: Ledger,
    report: Report,
    kind: EntryKind,
    key: str | None,
    content: Any,  # noqa: ANN401 - JSON
) -> Entry | None:
    """Return the entry that says just this already, where saying it again would add nothing."""
    if kind.newest_counts:
        former = ledger.counting_entry(report.id, kind.name, key)
        return former if former is not None and kind.same(former.content, content) else None
    if kind.once and key is not None:
        alike = ledger.entries_with_key(report.id, kind.name, key)
        return next((entry for entry in alike if kind.same(entry.content, content)), None)
    return None


def _settled(ledger: Ledger, report: Report, kind: EntryKind | None, keys: set[str | None], at: datetime) -> Report:
    """See which entries count after a change, and keep what the report repeats of them."""
    changed = replace(report, updated_at=max(at, report.updated_at))
    if kind is not None and kind.newest_counts:
        for key in keys:
            ledger.count_newest(report.id, kind.name, key)
    if kind is registry.PRIORITY:
        newest = ledger.counting_entry(report.id, kind.name, kind.key(None))
        priority = newest.content.get("priority") if newest is not None and kind.fits(newest.content) else None
        changed = replace(changed, priority=priority)
    ledger.put_report(changed)
    return changed


def _association(ledger: Ledger, report: Report, content: dict[str, Any], writer: Producer) -> dict[str, Any]:
    """Return which run is associated as what, with all that was left out.

    A run associates itself alone; other writers name a run of the workspace. The service has looked at the run before.
    """
    span_id = content.get("run") or writer.run
    if span_id is None:
        raise PayloadError(((RUN_FIELD, "is missing: name a run, or write as one (X-Whichrun-Run)"),))
    if writer.run is not None and span_id != writer.run:
        raise ForbiddenError(f"run {writer.run} associates itself with a report, and no other run")
    if not ledger.runs_for(report.workspace, (span_id,)):
        raise PayloadError(((RUN_FIELD, "names no run that is registered in this workspace"),))
    said = contents.TaskRun.model_validate(content)
    return {"run": span_id, "product": said.product, "type": said.type}


def _there(entry: Entry | None) -> Entry:
    """Return an entry that was just written."""
    if entry is None:  # nobody else may take it out while the report's lock is held
        raise NotFoundError("the entry is gone")
    return entry
