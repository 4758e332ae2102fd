from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.errors import NotFoundError, StoreError
from resolver.model.reports import SYSTEM, Producer, ProducerKind, ReportStatus
from store import Store
from tests.store.test_waiting import work_on_postgres, work_on_sqlite
from tests.support.databases import look_into
from tests.support.entries import CLIENT, CODER, entry, open_in, opened
from tests.support.facts import NOON, PERSON, WORKSPACE, after, run


def test_a_producer_is_named_or_is_the_system() -> None:
    """No producer is made that names nobody, and the system bears no name."""
    for kind in ProducerKind:
        with pytest.raises(ValueError, match="is none"):
            Producer(kind, "somebody" if kind is ProducerKind.SYSTEM else None)


@pytest.mark.parametrize("column", ["producer", "writer"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [(None, "x"), (None, None), ("run", None), ("user", None), ("agent", None), ("system", "x"), ("nobody", "x")],
)
def test_no_row_is_without_its_producer(store: Store, column: str, kind: str | None, name: str | None) -> None:
    """The database itself refuses an entry that does not say who wrote it, whoever writes the row."""
    report = open_in(store)
    with store.transaction() as ledger:
        entry_id = ledger.add_entry(entry(report))
    database = look_into(store)
    with pytest.raises(StoreError), database.writing():
        database.change(
            f"UPDATE report_entry SET {column}_kind = ?, {column}_name = ? WHERE id = ?", (kind, name, entry_id)
        )
    with store.snapshot() as catalogue:
        kept = catalogue.entry(report.id, entry_id)
    assert kept is not None
    assert (kept.producer, kept.writer) == (CLIENT, CLIENT)


@pytest.mark.parametrize(("kind", "name"), [(None, None), ("run", None), ("system", "x"), ("nobody", "x")])
def test_no_entry_is_deleted_by_nobody(store: Store, kind: str | None, name: str | None) -> None:
    """The database refuses to mark an entry as deleted without saying by whom."""
    report = open_in(store)
    with store.transaction() as ledger:
        entry_id = ledger.add_entry(entry(report))
    database = look_into(store)
    with pytest.raises(StoreError), database.writing():
        database.change(
            "UPDATE report_entry SET deleted_at = 1, remover_kind = ?, remover_name = ? WHERE id = ?",
            (kind, name, entry_id),
        )


@pytest.mark.parametrize("producer", [Producer.user(PERSON), CODER, CLIENT, SYSTEM])
def test_whoever_writes_is_read_again(store: Store, producer: Producer) -> None:
    """An entry, its edit and its former content each keep who wrote them, a user's account with the login."""
    report = open_in(store)
    with store.transaction() as ledger:
        entry_id = ledger.add_entry(entry(report, producer=producer))
        first = ledger.entry(report.id, entry_id)
        assert first is not None
        ledger.rewrite_entry(first, {"note": "y"}, None, writer=CODER, at=after(1))
        second = ledger.entry(report.id, entry_id)
        assert second is not None
    with store.snapshot() as catalogue:
        ((number, former),) = catalogue.former_contents(second, before=None, limit=9)
    assert (first.producer, first.writer, second.producer, second.writer) == (producer, producer, producer, CODER)
    assert (number, former.content, former.writer, former.written_at) == (1, {"note": "x"}, producer, NOON)
    assert (second.revision, second.content, second.updated_at) == (2, {"note": "y"}, after(1))


def test_what_is_deleted_stays_a_row(store: Store) -> None:
    """A deleted entry is in no list and found by no key, counts no more, and its row says who took it out and when."""
    report = open_in(store)
    with store.transaction() as ledger:
        entry_id = ledger.add_entry(entry(report, "finding", key="s"))
        ledger.count_newest(report.id, "finding", "s")
        kept = ledger.counting_entry(report.id, "finding", "s")
        assert kept is not None
        ledger.remove_entry(kept, remover=CODER, at=after(1))
        ledger.count_newest(report.id, "finding", "s")
        with pytest.raises(NotFoundError):
            ledger.remove_entry(kept, remover=CODER, at=after(2))
        assert ledger.entry(report.id, entry_id) is None
        assert ledger.counting_entry(report.id, "finding", "s") is None
        assert ledger.entries_with_key(report.id, "finding", "s") == ()
    with store.snapshot() as catalogue:
        assert catalogue.entries(report.id, before=None, limit=9) == ()
    ((content, kind, name, at),) = look_into(store).rows(
        "SELECT content, remover_kind, remover_name, deleted_at FROM report_entry"
    )
    minute = int((after(1) - NOON) / timedelta(microseconds=1))
    assert (content, kind, name) == ('{"note":"x"}', "run", "span-1")
    assert at % minute == int(NOON.timestamp() * 1_000_000) % minute


def test_a_content_that_is_no_json_is_an_error(store: Store) -> None:
    """A row whose content cannot be read is an error, never left out of the list."""
    report = open_in(store)
    with store.transaction() as ledger:
        ledger.add_entry(entry(report))
    database = look_into(store)
    with database.writing():
        database.change("UPDATE report_entry SET content = '{'")
    with store.snapshot() as catalogue, pytest.raises(StoreError, match="content of entry"):
        catalogue.entries(report.id, before=None, limit=9)


def test_a_report_is_kept_whole(store: Store) -> None:
    """Every field of a report is read as it was written; one that was never opened cannot be kept."""
    report = open_in(store)
    changed = replace(
        report,
        status=ReportStatus.SNOOZED,
        snoozed_until=after(5),
        title="title",
        summary="summary",
        instruction="other",
        priority="P2",
        implementation="span-1",
        pull_request_url="https://github.com/acme/widgets/pull/6",
        merged=(2**53 + 1, 7),
        resolution_id=9,
        updated_at=after(2),
    )
    with store.transaction() as ledger:
        ledger.put_report(changed)
        assert ledger.report(report.id) == ledger.report_about(report.feedback_id) == changed
        with pytest.raises(NotFoundError):
            ledger.put_report(replace(changed, id=99))


def test_feedback_has_one_report(store: Store) -> None:
    """A second report about one piece of feedback cannot be opened; the feedback names the first."""
    report = open_in(store)
    with pytest.raises(StoreError), store.transaction() as ledger:
        opened(ledger)
    with store.snapshot() as catalogue:
        feedback = catalogue.feedback(report.feedback_id)
    assert feedback is not None
    assert feedback.report_id == report.id


def test_the_longest_snooze_is_woken_first(store: Store) -> None:
    """What is due to be woken comes in the order in which it was due, and no more than is asked for."""
    with store.transaction() as ledger:
        reports = [opened(ledger, number) for number in (1, 2, 3, 4)]
        for report, minutes in zip(reports, (3, 1, 2, None), strict=True):
            until = None if minutes is None else after(minutes)
            ledger.put_report(replace(report, status=ReportStatus.SNOOZED, snoozed_until=until))
        assert ledger.reports_to_wake(after(2), 9) == (reports[1].id, reports[2].id)
        assert ledger.reports_to_wake(after(9), 2) == (reports[1].id, reports[2].id)
        assert ledger.reports_to_wake(NOON, 9) == ()


def test_the_runs_of_many_reports_are_read_at_once(store: Store) -> None:
    """Of each report the runs associated last come first, each once and up to a number, registered ones alone."""
    with store.transaction() as ledger:
        for span in ("a", "b", "c"):
            ledger.put_run(run(span), span)
        reports = [opened(ledger, number) for number in (1, 2)]
        for report, spans in zip(reports, (("a", "b", "c", "a"), ("b", "nobody")), strict=True):
            for span in spans:
                ledger.add_entry(entry(report, "task_run", {"run": span}, key=span))
        assert ledger.associated_runs(reports[0].id, 9) == ("a", "c", "b")
        assert ledger.associated_runs(reports[0].id, 2) == ("a", "c")
        assert ledger.reports_of_runs([(WORKSPACE, "b")], 9) == {report.id for report in reports}
        assert ledger.reports_of_runs([("other", "b"), (WORKSPACE, "x")], 9) == frozenset()
    with store.snapshot() as catalogue:
        found = catalogue.runs_of_reports([report.id for report in reports], 3)
    named = {report_id: [one.span_id for one in runs] for report_id, runs in found.items()}
    assert named == {reports[0].id: ["a", "c", "b"], reports[1].id: ["b"]}


def test_the_runs_of_a_report_cost_the_same_however_many_are_associated(store: Store) -> None:
    """To show the runs associated last, ten times as many associations make no more work."""
    database = look_into(store)
    report = open_in(store)
    with store.transaction() as ledger:
        ledger.put_run(run("a"), "a")

    def look() -> None:
        with store.snapshot() as catalogue:
            assert [one.span_id for one in catalogue.runs_of_reports([report.id], 20)[report.id]] == ["a"]
            assert catalogue.associated_runs(report.id, 20) == ("a",)

    costs = []
    for count in (300, 2_700):
        with store.transaction() as ledger:
            for _ in range(count):
                ledger.add_entry(entry(report, "task_run", {"run": "a"}, key="a"))
        if database.is_postgres:
            database.change("ANALYZE report_entry")
            costs.append(work_on_postgres(store, look, table="report_entry"))
        else:
            costs.append(work_on_sqlite(store, look))
    assert costs[1] <= costs[0] * 1.2


def test_an_entry_gets_the_key_of_another_that_counts(store: Store) -> None:
    """An entry that counts may be given a key of which another one does: the newer of the two counts then, alone."""
    report = open_in(store)
    with store.transaction() as ledger:
        for key in ("a", "b"):
            ledger.add_entry(entry(report, "finding", key=key))
            ledger.count_newest(report.id, "finding", key)
        older, newer = (ledger.counting_entry(report.id, "finding", key) for key in ("a", "b"))
        assert older is not None
        assert newer is not None
        ledger.rewrite_entry(older, {"note": "y"}, "b", writer=CODER, at=after(1))
        for key in ("a", "b"):
            ledger.count_newest(report.id, "finding", key)
        assert ledger.counting_entry(report.id, "finding", "a") is None
        assert ledger.counting_entry(report.id, "finding", "b") == newer
        kept = ledger.entry(report.id, older.id)
        assert kept is not None
        assert (kept.key, kept.counts) == ("b", False)
