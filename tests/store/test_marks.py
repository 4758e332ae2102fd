"""Sessions of runs, and what is recorded of commits, as the store keeps them."""

from __future__ import annotations

from dataclasses import replace

from resolver.model.github import Commit
from resolver.model.marks import Mark, MarkKind, MarksTold
from store import Store
from tests.support.builders import Person, commit, minute, pull_request, push, review_comment, sha
from tests.support.facts import REPOSITORY, WORKSPACE, run
from tests.support.facts import sha as named
from tests.support.marked import IMPROVE, SESSION, TRAILER, believing, decided
from tests.support.world import REPO

NOTE = Mark(MarkKind.GIT_AI, "cursor", "6ef2299e", "a.py")
TRACE = Mark(MarkKind.AGENT_TRACE, None, None, None)


def test_a_run_is_found_by_its_sessions(store: Store) -> None:
    """Each session leads to the runs of its workspace that named it, those that were added later too."""
    first = replace(run("span-1"), sessions=("a", "b"))
    with store.transaction() as ledger:
        ledger.put_run(first, "1")
        ledger.put_run(replace(run("span-2"), sessions=("b",)), "2")
        ledger.put_run(replace(run("span-3"), workspace="other", sessions=("b",)), "3")
        ledger.update_run(replace(first, sessions=("a", "b", "c")))
        ledger.update_run(replace(first, sessions=("a", "b", "c")))
    with store.snapshot() as facts:
        found = {name: [one.span_id for one in facts.runs_of_session(WORKSPACE, name, 9)] for name in "abcd"}
        assert found == {"a": ["span-1"], "b": ["span-1", "span-2"], "c": ["span-1"], "d": []}
        assert len(facts.runs_of_session(WORKSPACE, "b", 1)) == 1
        kept = facts.run(WORKSPACE, "span-1")
    assert kept is not None
    assert kept.sessions == ("a", "b", "c")


def test_what_is_recorded_of_a_commit_is_what_was_told_last(store: Store) -> None:
    """A note is written anew as a whole: what it said before does not stay. The same again is no news."""
    told = MarksTold(REPOSITORY, named("a"), (NOTE, TRACE))
    with store.transaction() as ledger:
        assert ledger.put_marks(told)
        assert not ledger.put_marks(told)
        assert ledger.recorded_marks(REPOSITORY, named("a")) == (NOTE, TRACE)
        assert ledger.put_marks(replace(told, marks=(TRACE,)))
        assert ledger.recorded_marks(REPOSITORY, named("a")) == (TRACE,)
        assert ledger.recorded_marks(REPOSITORY, named("b")) == ()


def test_a_claimed_answer_outlives_the_text_that_it_rests_on(store: Store) -> None:
    """Whoever wrote the marked commit is forgotten: its message goes, and the answer stays as it was."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    author = Person(id=777, login="gone")
    world.deliver(
        push(REPO, commits=[commit(sha("head"), TRAILER, modified=("src/app.py",), author=author)]),
        pull_request(REPO, head=sha("head"), author=author),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
    store.forget(author.id, world.now)
    with store.snapshot() as facts:
        kept = facts.commit(REPO.id, sha("head"))
    assert isinstance(kept, Commit)
    assert kept.message == ""
    world.run("other", sessions=("another",))
    world.deliver(pull_request(REPO, "edited", head=sha("head"), author=author, at=minute(9), body="A change!"))
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
