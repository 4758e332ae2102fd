from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.errors import ConflictError, NotFoundError
from resolver.model.runs import Run
from store import Store
from tests.support.facts import NAME, NOON, REPOSITORY, WORKSPACE, after, repository, run

FULL = Run(
    workspace=WORKSPACE,
    span_id="span-full",
    repository=NAME,
    agent_name="coder",
    started_at=NOON,
    number=5,
    numbers=(5, 6),
    agent_id="agent_1",
    backend="local",
    prompt_version_id="pv-3",
    prompt_ref="main",
    skill_version_ids=("s1", "s2"),
    guardrail_version_ids=("g1",),
    event_id="e1",
    head_sha="a" * 40,
    branch="topic",
    trace_id="t1",
    internal=True,
    report_id="r1",
    purpose="implementation",
    ended_at=after(3),
    artifacts=("https://github.com/acme/widgets/pull/6",),
)


def put(store: Store, *runs: Run) -> list[bool]:
    """Register runs, each in a transaction of its own."""
    new = []
    for one in runs:
        with store.transaction() as ledger:
            new.append(ledger.put_run(one, repr(one))[1])
    return new


def test_kept_as_it_was(store: Store) -> None:
    """A run comes back as it was registered, each field; an unknown span is None, as is one of another workspace."""
    with store.transaction() as ledger:
        assert ledger.put_run(FULL, "facts") == (FULL, True)
    with store.snapshot() as catalogue:
        assert catalogue.run(WORKSPACE, "span-full") == FULL
        assert catalogue.run(WORKSPACE, "span-none") is None
        assert catalogue.run("elsewhere", "span-full") is None
        assert catalogue.runs_for(WORKSPACE, ()) == {}


def test_same_facts_again(store: Store) -> None:
    """A span registered again with the same facts is the run that is there, also after an update."""
    put(store, run())
    with store.transaction() as ledger:
        ledger.update_run(replace(run(), ended_at=after(1)))
    with store.transaction() as ledger:
        assert ledger.put_run(run(), repr(run())) == (replace(run(), ended_at=after(1)), False)


def test_other_facts(store: Store) -> None:
    """A span registered with other facts is a conflict that names it, and the run stays as it was."""
    put(store, run())
    with pytest.raises(ConflictError, match="span-1"), store.transaction() as ledger:
        ledger.put_run(replace(run(), agent_name="other"), "other facts")
    with store.snapshot() as catalogue:
        assert catalogue.run(WORKSPACE, "span-1") == run()


def test_one_span_in_two_workspaces(store: Store) -> None:
    """Each workspace has spans of its own."""
    assert put(store, run(), replace(run(), workspace="elsewhere", agent_name="other")) == [True, True]


def test_update(store: Store) -> None:
    """A run's end, head, numbers and artifacts can change; runs that nobody registered cannot."""
    put(store, run())
    later = replace(run(), ended_at=after(9), head_sha="b" * 40, numbers=(42, 43), artifacts=("u1", "u2"))
    with store.transaction() as ledger:
        ledger.update_run(later)
    with store.snapshot() as catalogue:
        assert catalogue.run(WORKSPACE, "span-1") == later
        assert catalogue.runs_started(WORKSPACE, None, NAME, 43, NOON, NOON) == (later,)
    with pytest.raises(NotFoundError), store.transaction() as ledger:
        ledger.update_run(run("span-none"))


def test_started_in_a_window(store: Store) -> None:
    """Runs are found by repository and number within both ends of a window, oldest first."""
    runs = [run(f"s{at}", at=at) for at in (9, 5, 1, 10)]
    put(store, *runs, run("other number", at=5, number=7), run("no number", at=5, number=None))
    put(store, run("other repository", at=5, repository="acme/other"))
    with store.snapshot() as catalogue:
        found = catalogue.runs_started(WORKSPACE, None, "ACME/widgets", 42, after(1), after(9))
    assert [one.span_id for one in found] == ["s1", "s5", "s9"]
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        ledger.put_repository(repository("acme/renamed", at=60, former=(NAME,)), WORKSPACE)
    with store.snapshot() as catalogue:
        bound = catalogue.runs_started(WORKSPACE, REPOSITORY, "acme/renamed", 42, after(1), after(9))
    assert [one.span_id for one in bound] == ["s1", "s5", "s9"]


def test_listing(store: Store) -> None:
    """Runs are listed the last registered first, page by page, by repository in any case, number and agent."""
    put(store, *(run(f"s{number}") for number in range(4)), replace(run("x", number=7), agent_name="analyst"))
    put(store, run("elsewhere", repository="acme/other"))
    with store.snapshot() as catalogue:
        first = catalogue.runs(WORKSPACE, before=None, limit=2)
        second = catalogue.runs(WORKSPACE, before=first[-1][0], limit=3)

        def spans(**filters: str | int) -> list[str]:
            page = catalogue.runs(WORKSPACE, **filters, before=None, limit=9)  # type: ignore[arg-type]
            return [one.span_id for _, one in page]

        assert [one.span_id for _, one in first + second] == ["elsewhere", "x", "s3", "s2", "s1"]
        assert spans(repository="Acme/Other") == ["elsewhere"]
        assert spans(number=7) == ["x"]
        assert spans(agent="analyst", repository=NAME) == ["x"]
        assert spans(agent="analyst", number=42) == []
        assert catalogue.runs("elsewhere", before=None, limit=9) == ()
    with store.transaction() as ledger:
        ledger.put_repository(repository("acme/renamed", at=60, former=(NAME,)), WORKSPACE)
    with store.snapshot() as catalogue:
        assert len(spans(repository="acme/renamed")) == len(spans(repository=NAME)) == 5
