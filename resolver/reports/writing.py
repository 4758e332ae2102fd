"""What callers may do to a log: each is a write by a producer, under the report's lock (``resolver.reports.log``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from resolver.errors import PayloadError
from resolver.locks import run_lock
from resolver.model.reports import Entry, Producer, Report
from resolver.policy import Policy
from resolver.ports import Ledger
from resolver.reports import log, registry
from resolver.reports.log import Written
from resolver.reports.registry import EntryKind
from resolver.reports.work import follow_work


def locks_for(workspace: str, content: Any, producer: Producer) -> tuple[str, ...]:  # noqa: ANN401 - JSON, as it came in
    """Return what must not change while a run is associated, to be locked before the report.

    A pull request of that run may be coming in meanwhile: whoever is second has to see what the first one kept.
    """
    named = content.get("run") if isinstance(content, dict) else None
    span_id = named.strip() if isinstance(named, str) else producer.run
    return () if span_id is None else (run_lock(workspace, span_id),)


def append_entry(  # noqa: PLR0913 - who writes, and when, are named
    ledger: Ledger,
    policy: Policy,
    report: Report,
    kind: EntryKind,
    content: Any,  # noqa: ANN401 - JSON, as ``kind.read`` returns it
    *,
    producer: Producer,
    at: datetime,
) -> Written:
    """Append an entry, unless just that counts already. Raises PayloadError and ForbiddenError."""
    written = log.append(ledger, report, kind, content, producer=producer, at=at)
    _follow(ledger, policy, written.report, written.entry.type, at)
    return written


def edit_entry(  # noqa: PLR0913 - as above
    ledger: Ledger,
    policy: Policy,
    report: Report,
    entry: Entry,
    type_: str | None,
    content: Any,  # noqa: ANN401 - JSON, as it came in
    *,
    producer: Producer,
    at: datetime,
) -> Written:
    """Give an entry another content; ``type_`` may repeat its type.

    Raises PayloadError, TooLargeError and ForbiddenError.
    """
    if type_ not in {None, entry.type}:
        raise PayloadError((("type", f"is {entry.type}, and stays so"),))
    written = log.edit(ledger, report, entry, content, editor=producer, at=at)
    _follow(ledger, policy, written.report, entry.type, at)
    return written


def delete_entry(
    ledger: Ledger, policy: Policy, report: Report, entry: Entry, *, producer: Producer, at: datetime
) -> None:
    """Take an entry out of the log. Raises ForbiddenError."""
    changed = log.delete(ledger, report, entry, deleter=producer, at=at)
    _follow(ledger, policy, changed, entry.type, at)


def _follow(ledger: Ledger, policy: Policy, report: Report, type_: str, at: datetime) -> None:
    """Look anew at who works on a report, where that has changed."""
    if type_ == registry.TASK_RUN.name:
        follow_work(ledger, policy, report, at)
