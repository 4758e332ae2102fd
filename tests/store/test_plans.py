"""Look-ups stay fast however much is stored: every one goes by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.model.answers import Answer, Confidence
from resolver.model.asking import Access, Asked, Need, Permission, Want
from resolver.model.deliveries import DeliveryStatus
from resolver.model.feedback import Status
from resolver.model.github import BlameRange, Kind, Origin, PullCommits
from resolver.model.marks import Mark, MarkKind, MarksTold
from resolver.model.posting import Fate, Means, NewPosting, PostingChange
from resolver.model.reports import ReportStatus
from resolver.model.runs import NO_CLAIMS
from resolver.model.signals import SignalKind, SignalSeen
from resolver.model.wants import WantChange
from resolver.watch import ALWAYS
from store import Catalogue, Store
from store.database import Values
from store.ledger import Ledger
from tests.support.databases import look_into, noting
from tests.support.entries import CODER, entry
from tests.support.facts import (
    NAME,
    NOON,
    REPOSITORY,
    WORKSPACE,
    after,
    blame,
    commit,
    delivery,
    lines,
    pull,
    push,
    reading,
    ref,
    repository,
    run,
    seen,
    sha,
    state,
    thing,
)

WHOLE = re.compile(
    r"^(?:SCAN|.*Seq Scan on) "
    r"(?!step|(?:t|u|line|pull)(?:$| )|brought|room|wanted|few|alone|found|(?:\d+ )?CONSTANT ROW)"
    r"(?!.*USING (?:COVERING )?INDEX (?:delivery_(?:waiting|dead)|redelivery_open|posting_(?:due|stuck))$)"
)
"""A plan's line that reads a whole table: not what a statement gathered itself, nor an index of the few that wait."""
KIND_ALONE = re.compile(
    r"object_ref \(repository_id=\? AND kind=\?\)"
    r"|object_ref on .*\n *Index Cond: \(\(repository_id = [^()]*\) AND \(kind = [^()]*\)\)"
)
"""Goes by the index of objects' ids, without an id: that reads all comments of a repository, to have them in order."""


Statements = list[tuple[str, Values]]

LISTED = PullCommits(REPOSITORY, 42, sha("a"), (sha("a"), sha("c")))
ORIGIN = Origin(REPOSITORY, sha("a"), "a.py", sha("s"), (BlameRange(1, 9, sha("b")),))
WANTS = (Want(Need.COMMIT, REPOSITORY, sha=sha("a")), Want(Need.PULL, REPOSITORY, number=42))


@pytest.fixture
def statements(store: Store) -> Iterator[Statements]:
    """Collect the statements that are run, with their values."""
    with noting(store) as ran:
        yield ran


def fill(store: Store) -> None:
    """Keep something of everything."""
    store.record(delivery())
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        ledger.put_object(seen(thing()), reading("d1"))
        ledger.put_push(push("", "a"), {sha("a"): reading("d1")})
        ledger.put_push(push("a", "e", ref="refs/heads/main"), {})
        ledger.put_pull_request(pull())
        ledger.put_run(run(), "facts")
        (feedback_id,) = ledger.put_feedback(state(), NOON)
        ledger.watch(feedback_id, frozenset({"a"}))
        ledger.append_resolution(feedback_id, Answer(Confidence.EXACT, "direct", "span-1", None), "x", NOON)
        ledger.put_commits(REPOSITORY, (commit("c"),), {sha("c"): reading("d2")})
        ledger.put_pull_commits(LISTED)
        ledger.put_pull_request(pull("c", number=43))
        ledger.put_pull_commits(PullCommits(REPOSITORY, 43, sha("c"), (sha("c"),)))
        ledger.put_origin(ORIGIN)
        ledger.put_permission(Permission(REPOSITORY, 8, Access.WRITE, NOON))
        ledger.put_wants(WANTS, NOON, due=NOON)
        ledger.save_progress("x", {}, NOON)
        ledger.update_run(replace(run(), sessions=("a",)))
        ledger.put_marks(MarksTold(REPOSITORY, sha("a"), (Mark(MarkKind.GIT_AI, "cursor", "a"),)))
        ledger.put_signal(SignalSeen(REPOSITORY, SignalKind.REVERT, "commit", sha("a"), sha("e"), NOON))
        _write(ledger, feedback_id)
    store.answers.put(REPOSITORY, "GET /", b"", None)
    store.note_redelivery("g9", 9, NOON)


def _write(ledger: Ledger, feedback_id: int) -> None:
    """Have a report about some feedback, with every kind of entry, and change each of them."""
    feedback = ledger.feedback(feedback_id)
    assert feedback is not None
    report = ledger.open_report(feedback, NOON)
    for type_, key in (("note", None), ("finding", "s"), ("priority_judgment", ""), ("task_run", "span-1")):
        ledger.add_entry(entry(report, type_, key=key))
        ledger.count_newest(report.id, type_, key)
    for one in (*ledger.entries_with_key(report.id, "finding", "s"), *ledger.entries_with_key(report.id, "note", "s")):
        ledger.rewrite_entry(one, {}, "s", writer=CODER, at=NOON)
        ledger.remove_entry(one, remover=CODER, at=NOON)
    ledger.put_report(report)
    ledger.counting_entry(report.id, "priority_judgment", "")
    ledger.associated_runs(report.id, 5)
    ledger.reports_of_runs([(WORKSPACE, "span-1"), (WORKSPACE, "span-2")], 5)
    ledger.report_about(feedback_id)
    ledger.spans_in(ref())
    ledger.pulls_signed_by(WORKSPACE, "span-1", None, 5)
    ledger.pulls_signed_by(WORKSPACE, "span-1", frozenset({"coder[bot]", "8"}), 5)
    ledger.pulls_signed_by(WORKSPACE, "span-1", None, 5, merged=True)
    ledger.signs_in(ref(), WORKSPACE, "span-1")


def look_up(catalogue: Catalogue) -> None:
    """Ask for every fact that the chain may look at."""
    catalogue.repository(REPOSITORY)
    catalogue.repository_named(WORKSPACE, NAME)
    catalogue.object(ref())
    catalogue.subject(REPOSITORY, 42)
    catalogue.revisions(ref())
    catalogue.reading(ref(), NOON)
    catalogue.commit(REPOSITORY, sha("a"))
    catalogue.commit_reading(REPOSITORY, sha("a"))
    catalogue.is_pushed(REPOSITORY, sha("a"))
    catalogue.thread_sightings(REPOSITORY, Kind.REVIEW_COMMENT, 10, NOON)
    catalogue.thread_changed(REPOSITORY, Kind.REVIEW_COMMENT, 10, NOON)
    catalogue.pull_request(REPOSITORY, 42)
    catalogue.pull_sightings(REPOSITORY, 42, NOON, path="a.py", commit=None)
    catalogue.pull_sightings(REPOSITORY, 42, NOON, path=None, commit=sha("a"))
    catalogue.pull_commits_touching(REPOSITORY, 42, "a.py", NOON)
    catalogue.runs_started(WORKSPACE, REPOSITORY, NAME, 42, NOON, NOON)
    catalogue.runs_started(WORKSPACE, None, NAME, 42, NOON, NOON)
    catalogue.runs_for(WORKSPACE, ("span-1", "span-2"))
    catalogue.runs_of_session(WORKSPACE, "a", 5)
    catalogue.recorded_marks(REPOSITORY, sha("a"))
    catalogue.is_pull_commit(REPOSITORY, 42, sha("a"))
    catalogue.pulls_merged_as(REPOSITORY, sha("a"))
    catalogue.first_posters("d1")
    catalogue.digests(ref())
    catalogue.author_signs(REPOSITORY, 8)
    catalogue.claim_in_commits(REPOSITORY, "d1", NOON)
    catalogue.verifications(["d1", "d2"])
    catalogue.refused_texts(after=1, limit=5)
    catalogue.refused_commits(after=1, limit=5)
    catalogue.pull_commit_count(REPOSITORY, 42)
    catalogue.pull_former_names(REPOSITORY, 42, "a.py", NOON, 5)
    catalogue.number_sightings(REPOSITORY, 42, NOON)
    catalogue.texts_on(REPOSITORY, 42, NOON, 9)
    catalogue.blame(lines(2, 5))
    catalogue.origins(lines(2, 5))
    catalogue.is_listed_commit(REPOSITORY, 42, sha("a"))
    assert catalogue.commits_between(REPOSITORY, sha("a"), sha("e")) == (sha("e"),)
    assert catalogue.commits_between(REPOSITORY, sha("0"), sha("c")) == (sha("c"),)
    catalogue.asking(WANTS[0])
    catalogue.permission(REPOSITORY, 8, NOON)
    catalogue.progress("x")
    catalogue.figures(NOON)
    catalogue.report(1)
    catalogue.report_shown(WORKSPACE, 1)
    catalogue.reports_to_wake(NOON, 5)
    catalogue.states([1, 2], ["priority_judgment"])
    catalogue.runs_of_reports([1, 2], 5)


def look_at_answers(catalogue: Catalogue) -> None:
    """Ask for what answering on GitHub looks at."""
    catalogue.listed_commits(REPOSITORY, 42, sha("a"))
    catalogue.pulls_at_head(REPOSITORY, sha("a"))
    catalogue.commits_claiming(WORKSPACE, "span-1")
    catalogue.posting_counts()
    catalogue.posting_refusals(5)


def list_all(catalogue: Catalogue) -> None:
    """Ask for every list, with every filter."""
    catalogue.runs(WORKSPACE, before=9, limit=5)
    catalogue.runs(WORKSPACE, repository=NAME, number=42, agent="coder", before=9, limit=5)
    catalogue.artifacts(WORKSPACE, "span-1", before=9, limit=5)
    catalogue.signals_near(WORKSPACE, "span-1", before=9, limit=5)
    catalogue.feedback_list(WORKSPACE, before=9, limit=5)
    for filters in (
        {"repository": NAME, "number": 42},
        {"status": Status.NEW},
        {"confidence": Confidence.EXACT},
        {"agent": "coder"},
        {"run": "span-1"},
        {"since": NOON},
    ):
        catalogue.feedback_list(WORKSPACE, **filters, before=9, limit=5)
    for asked_for in ({}, {"run": "span-1"}, {"status": ReportStatus.OPEN}, {"priority": "P1"}, {"repository": NAME}):
        catalogue.reports(WORKSPACE, **asked_for, before=9, limit=5)
    for wanted in ({}, {"type_": "note"}, {"run": "span-1"}, {"current": True}, {"type_": "note", "current": True}):
        catalogue.entries(1, **wanted, before=9, limit=5)
    written = catalogue.entry(1, 1)
    assert written is not None
    catalogue.former_contents(written, before=9, limit=5)
    catalogue.feedback(1)
    catalogue.resolutions(1, before=9, limit=5)
    for status in (None, *DeliveryStatus):
        catalogue.deliveries(status=status, before=9, limit=5)
    catalogue.delivery("g1")
    for asked in (None, *Asked):
        catalogue.wants(status=asked, before=9, limit=5)
    catalogue.repositories(WORKSPACE)


def keep_again(store: Store) -> None:
    """Take in what is there already, which looks up more than what is new."""
    fill_again = (after(1), after(2))
    for _ in fill_again:
        with store.transaction() as ledger:
            ledger.put_repository(repository(former=("acme/old",)), WORKSPACE)
            ledger.put_object(seen(thing(deleted=True)), NO_CLAIMS)
            ledger.put_push(push("", "a"), {})
            ledger.put_pull_request(pull(at=1))
            ledger.pulls_with_head(REPOSITORY, "topic")
            ledger.pulls_holding(REPOSITORY, (sha("a"),))
            (feedback_id,) = ledger.put_feedback(state(body="/agents improve it"), NOON)
            ledger.feedback_on(ref())
            ledger.watch(feedback_id, frozenset({"b"}))
            ledger.watching({"b": NOON, "c": ALWAYS}, NOON)
            ledger.put_blame(blame((1, 9, "b")))
            ledger.repositories_of((feedback_id,))
            ledger.text_count(REPOSITORY, 42, 5)
            ledger.update_run(run())
            ledger.put_commits(REPOSITORY, (commit("a"), commit("c")), {})
            ledger.put_pull_commits(replace(LISTED, shas=LISTED.shas[::-1]))
            ledger.put_origin(ORIGIN)
            ledger.put_wants(WANTS, after(9), due=NOON)
            ledger.wake_wants((REPOSITORY,), NOON)
            ledger.save_progress("x", {}, NOON)
    ask_again(store)
    claimed = store.claim(NOON)
    assert claimed is not None
    store.fail(claimed, error="x", retry_at=NOON)
    claimed = store.claim(NOON + timedelta(hours=1))
    assert claimed is not None
    with store.processing(claimed):
        pass
    store.replay("g1", NOON)
    store.record(delivery())
    store.record(delivery(body=b"[]"))
    for number in range(40):  # so many that the next one is looked for further away
        store.record(delivery(f"behind {number}"))
    assert store.claim(NOON) is not None
    assert store.claim(NOON) is None


def ask_again(store: Store) -> None:
    """Ask for what is wanted, put it off, settle it, want it again, and remove what is old."""
    first = store.claim_want(NOON)
    assert first is not None
    store.keep_hold(first, NOON)
    store.postpone(first, WantChange(Asked.WAITING, NOON, refusal="no"))
    for _ in WANTS:
        claimed = store.claim_want(NOON)
        assert claimed is not None
        with store.settling_want(claimed, WantChange(Asked.ABSENT, NOON)) as ledger:
            assert ledger is not None
    assert store.claim_want(NOON) is None
    with store.transaction() as ledger:
        ledger.put_wants(WANTS[:1], NOON + timedelta(days=2), due=NOON)
    write(store)
    store.answers.get(REPOSITORY, "GET /")
    store.missing_guids(["g1", "g2"])
    store.redeliveries_open()
    store.close_redelivery("g9")
    store.take_turn("x", NOON, every=timedelta(0), hold=timedelta(0))
    store.hold_turn("x", NOON, hold=timedelta(0))
    store.end_turn("x", {}, NOON, every=timedelta(0))
    store.prune(NOON + timedelta(days=1000))
    for _ in range(2):  # the second time it looks at what was left
        store.prune_deliveries(NOON + timedelta(days=1000), kept=timedelta(days=90))


def write(store: Store) -> None:
    """Note something that is to stand on GitHub, and have it written."""
    for means in Means:
        posting = NewPosting(means=means, repository_id=REPOSITORY, subject="a", number=42, head_sha=sha("a"))
        for new in (True, False):
            with store.transaction() as ledger:
                ledger.note_posting(posting, NOON, due=NOON, new=new)
        assert store.postings.is_due(NOON)
        claimed = store.postings.claim(NOON)
        assert claimed is not None
        store.postings.begin(claimed, NOON, "m")
        store.postings.settle(claimed, PostingChange(fate=Fate.GONE, at=NOON))


def test_no_look_up_reads_a_whole_table(store: Store, statements: Statements) -> None:
    """No statement, of looking up, listing or keeping, reads a whole table; each goes by an index."""
    fill(store)
    keep_again(store)
    with store.snapshot() as catalogue:
        look_up(catalogue)
        look_at_answers(catalogue)
        list_all(catalogue)
    database = look_into(store)
    explain = "EXPLAIN" if database.is_postgres else "EXPLAIN QUERY PLAN"
    if database.is_postgres:  # so that it says how it would read a large table
        database.change("SET enable_seqscan = off")
    asked = {sql: values for sql, values in statements if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE"))}
    assert len(asked) > 80
    for sql, values in asked.items():
        plan = [str(row[-1]) for row in database.rows(f"{explain} {sql}", values)]
        assert not [line for line in plan if WHOLE.search(line)], "\n".join((sql, *plan))
        assert not KIND_ALONE.search("\n".join(plan)), "\n".join((sql, *plan))


def test_a_page_of_feedback_takes_few_statements(store: Store, statements: Statements) -> None:
    """However many items a page has, it is read with the same number of statements."""
    counts = []
    for number in (1, 20):
        with store.transaction() as ledger:
            ledger.put_repository(repository(), WORKSPACE)
            for one in range(number):
                ledger.put_object(seen(thing(one + 1)), NO_CLAIMS)
                ledger.put_feedback(state(one + 1), NOON)
        statements.clear()
        with store.snapshot() as catalogue:
            assert len(catalogue.feedback_list(WORKSPACE, before=None, limit=50)) == number
        counts.append(len(statements))
    assert counts[0] == counts[1]
