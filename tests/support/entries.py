"""Reports and entries as the store keeps them, for its tests."""

from __future__ import annotations

from typing import Any

from resolver.model.reports import NewEntry, Producer, Report
from resolver.model.runs import NO_CLAIMS
from store import Store
from store.ledger import Ledger
from tests.support.facts import NOON, WORKSPACE, repository, seen, state, thing

CODER = Producer.of_run("span-1")
CLIENT = Producer.agent("a token")


def opened(ledger: Ledger, number: int = 1) -> Report:
    """Open a report about a new piece of feedback."""
    ledger.put_repository(repository(), WORKSPACE)
    ledger.put_object(seen(thing(number)), NO_CLAIMS)
    (feedback_id,) = ledger.put_feedback(state(number), NOON)
    feedback = ledger.feedback(feedback_id)
    assert feedback is not None
    return ledger.open_report(feedback, NOON)


def open_in(store: Store, number: int = 1) -> Report:
    """Open a report in a transaction of its own."""
    with store.transaction() as ledger:
        return opened(ledger, number)


def entry(
    report: Report,
    type_: str = "note",
    content: Any = None,  # noqa: ANN401 - JSON
    *,
    key: str | None = None,
    producer: Producer = CLIENT,
) -> NewEntry:
    """Make an entry to be appended."""
    said = {"note": "x"} if content is None else content
    return NewEntry(report_id=report.id, type=type_, content=said, key=key, producer=producer, at=NOON)
