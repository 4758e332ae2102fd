from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from resolver.errors import NotFoundError, StoreError
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import Position
from resolver.model.runs import NO_CLAIMS
from resolver.watch import ALWAYS, News
from store import Store
from tests.support.facts import NAME, NOON, WORKSPACE, after, ref, repository, revision, run, seen, state, thing

ANSWER = Answer(
    Confidence.EXACT,
    "artifact_comment",
    "span-1",
    None,
    (Candidate("span-2", None, "started then"),),
    (Finding("direct", Outcome.NOTHING, "no claim"), Finding("artifact_comment", Outcome.DECIDED, "it is", ("a", "b"))),
)
NONE = Answer(Confidence.UNRESOLVED, "unresolved", None, "nothing known")


def put(store: Store, one: FeedbackState, *, at: float = 0) -> int:
    """Keep feedback with its repository and object."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        place = thing(one.ref.id, position=Position(path="a.py", line=3, diff_hunk="@@"))
        ledger.put_object(seen(place, revision(one.body)), NO_CLAIMS)
        (feedback_id,) = ledger.put_feedback(one, after(at))
        return feedback_id


def get(store: Store, feedback_id: int) -> Feedback:
    """Return feedback that must be there."""
    with store.snapshot() as catalogue:
        found = catalogue.feedback(feedback_id)
    assert found is not None
    return found


def news(*keys: str, since: datetime = ALWAYS) -> News:
    """Make news of some keys, which can matter to feedback given at a time or later."""
    made = News()
    made.add(*keys, since=since)
    return made


def give_status(store: Store, feedback_id: int, status: Status) -> None:
    """Set a status as a reader does."""
    with store.transaction() as ledger:
        ledger.set_feedback_status(feedback_id, status, NOON)


def answer(store: Store, feedback_id: int, one: Answer = ANSWER, *, at: float = 0) -> None:
    """Append a resolution."""
    with store.transaction() as ledger:
        ledger.append_resolution(feedback_id, one, "delivery g1", after(at))


def test_kept_as_it_was(store: Store) -> None:
    """Feedback comes back with its object, its repository's current name and what it asks; an unknown one is None."""
    given = replace(state(), instruction="be nice", authorized=False, status=Status.IGNORED, given_at=after(-3))
    feedback_id = put(store, given, at=5)
    with store.transaction() as ledger:
        ledger.put_repository(repository("acme/renamed", at=60), WORKSPACE)
        (found,) = ledger.feedback_on(ref())
        assert ledger.feedback_on(ref(999)) == ()
        assert ledger.feedback(feedback_id + 1) is None
    assert found == get(store, feedback_id)
    assert (found.state, found.received_at, found.workspace) == (given, after(5), WORKSPACE)
    assert (found.repository, found.object.position.line, found.resolution) == ("acme/renamed", 3, None)


def test_again(store: Store) -> None:
    """The same feedback again is the same, and stays received when it was first."""
    assert put(store, state(), at=1) == (feedback_id := put(store, state(), at=9))
    assert get(store, feedback_id).received_at == after(1)


def test_what_it_stands_on_comes_first(store: Store) -> None:
    """Feedback of an object or a repository that is not kept is an error, not a guess."""
    with pytest.raises(StoreError, match="must be kept before"), store.transaction() as ledger:
        ledger.put_feedback(state(), NOON)
    with store.transaction() as ledger:
        ledger.put_object(seen(thing()), NO_CLAIMS)
    with pytest.raises(StoreError, match="must be kept before"), store.transaction() as ledger:
        ledger.put_feedback(state(), NOON)


@pytest.mark.parametrize(
    ("later", "status"),
    [
        (state(), Status.ANALYZED),
        (replace(state(), given_at=after(-1), instruction="read anew", authorized=False), Status.ANALYZED),
        (replace(state(), body="/agents improve more"), Status.NEW),
        (replace(state(), updated_at=after(1)), Status.NEW),
        (replace(state(), status=Status.WITHDRAWN), Status.WITHDRAWN),
        (replace(state(), status=Status.IGNORED), Status.IGNORED),
    ],
)
def test_a_reader_s_status_holds_until_the_text_changes(store: Store, later: FeedbackState, status: Status) -> None:
    """A status that a reader gave goes when the text, its time or what follows from it changes; otherwise it stays."""
    feedback_id = put(store, state())
    give_status(store, feedback_id, Status.ANALYZED)
    assert get(store, feedback_id).state.status is Status.ANALYZED
    put(store, later)
    found = get(store, feedback_id).state
    assert found == replace(later, status=status)


@pytest.mark.parametrize("status", [Status.IGNORED, Status.WITHDRAWN])
def test_what_asks_for_nothing_has_no_answer(store: Store, status: Status) -> None:
    """Feedback that is ignored or withdrawn has no newest resolution, whatever came before; its history stays."""
    feedback_id = put(store, replace(state(), status=status))
    assert get(store, feedback_id).resolution is None
    put(store, replace(state(), updated_at=after(1)))
    answer(store, feedback_id)
    assert get(store, feedback_id).resolution is not None
    for _ in range(2):
        put(store, replace(state(), status=status, updated_at=after(2)))
        assert get(store, feedback_id).resolution is None
    with store.snapshot() as catalogue:
        assert len(catalogue.resolutions(feedback_id, before=None, limit=9)) == 1
        assert catalogue.feedback_list(WORKSPACE, confidence=Confidence.EXACT, before=None, limit=9) == ()
    put(store, replace(state(), updated_at=after(3)))
    assert get(store, feedback_id).resolution is None
    answer(store, feedback_id, NONE, at=3)
    found = get(store, feedback_id).resolution
    assert found is not None
    assert found.answer == NONE


def test_status_of_nothing(store: Store) -> None:
    """A status for feedback that is not there is not found, as is a resolution."""
    with pytest.raises(NotFoundError):
        give_status(store, 1, Status.FAILED)
    with pytest.raises(NotFoundError):
        answer(store, 1)


def test_resolutions(store: Store) -> None:
    """Resolutions are kept whole and for ever; the last appended is the newest, listed first, page by page."""
    feedback_id = put(store, state())
    answer(store, feedback_id, NONE, at=1)
    answer(store, feedback_id, ANSWER, at=2)
    answer(store, feedback_id, NONE, at=0)
    with store.snapshot() as catalogue:
        page = catalogue.resolutions(feedback_id, before=None, limit=2)
        rest = catalogue.resolutions(feedback_id, before=page[-1][0], limit=2)
    told = [(one.answer, one.cause, one.resolved_at) for _, one in page + rest]
    assert told == [
        (NONE, "delivery g1", after(0)),
        (ANSWER, "delivery g1", after(2)),
        (NONE, "delivery g1", after(1)),
    ]
    newest = get(store, feedback_id).resolution
    assert newest == page[0][1]
    assert newest.id == page[0][0]


def test_watching(store: Store) -> None:
    """Feedback is found by any key that it watches now, of any length, unless it was received too long ago."""
    early, late = put(store, state(1), at=0), put(store, state(2), at=10)
    long = "run/" + "❤" * 2000
    with store.transaction() as ledger:
        ledger.watch(early, frozenset({"a", "b", long}))
        ledger.watch(late, frozenset({"b", "c"}))
        assert ledger.watching(news("b", long, "z"), after(-1)) == (early, late)
        assert ledger.watching(news("b"), after(0)) == (late,)
        assert ledger.watching({}, after(-1)) == ()
        ledger.watch(early, frozenset({"c"}))
        assert ledger.watching(news("a", "b", long), after(-1)) == (late,)
        assert ledger.watching(news("c", *(f"commit/{number}" for number in range(2048))), after(-1)) == (early, late)


def test_watching_what_matters_from_a_time_on(store: Store) -> None:
    """News that matters from a time on reaches the feedback given then or later, each key by its own time."""
    early = put(store, replace(state(1), given_at=after(1)))
    late = put(store, replace(state(2), given_at=after(5)))
    with store.transaction() as ledger:
        ledger.watch(early, frozenset({"a", "b"}))
        ledger.watch(late, frozenset({"a"}))
        assert ledger.watching(news("a", since=after(1)), after(-1)) == (early, late)
        assert ledger.watching(news("a", since=after(2)), after(-1)) == (late,)
        assert ledger.watching(news("a", since=after(6)), after(-1)) == ()
        assert ledger.watching(news("a", since=after(5)) | news("b", since=after(1)), after(-1)) == (early, late)
        assert ledger.watching(news("a", since=after(6)) | news("b", since=after(2)), after(-1)) == ()
    put(store, replace(state(1, body="/agents improve it"), given_at=after(7), updated_at=after(7)))
    with store.transaction() as ledger:
        assert ledger.watching(news("b", since=after(6)), after(-1)) == (early,)


def test_revisions(store: Store) -> None:
    """Every version of a feedback's text is told, newest first; of feedback that is not there, none."""
    feedback_id = put(store, state())
    with store.transaction() as ledger:
        ledger.put_object(seen(thing(), revision("edited", at=4, edited=True)), NO_CLAIMS)
        ledger.put_feedback(replace(state(), updated_at=after(4)), NOON)
    with store.snapshot() as catalogue:
        assert [one.body for one in catalogue.feedback_revisions(feedback_id)] == ["edited", "/agents improve"]
        assert catalogue.feedback_revisions(feedback_id + 1) == ()


def test_listing(store: Store) -> None:
    """Feedback is listed the last received first, page by page, by any of its filters."""
    ids = [put(store, state(number, at=number)) for number in range(1, 6)]
    give_status(store, ids[4], Status.ANALYZED)
    with store.transaction() as ledger:
        ledger.put_run(run("span-1"), "facts")
    answer(store, ids[0])
    answer(store, ids[1])
    answer(store, ids[1], NONE)
    with store.snapshot() as catalogue:

        def found(workspace: str = WORKSPACE, **filters: object) -> list[int]:
            page = catalogue.feedback_list(workspace, **filters, before=None, limit=9)  # type: ignore[arg-type]
            return [one.state.ref.id for _, one in page]

        first = catalogue.feedback_list(WORKSPACE, before=None, limit=2)
        second = catalogue.feedback_list(WORKSPACE, before=first[-1][0], limit=2)
        assert [one.state.ref.id for _, one in first + second] == [5, 4, 3, 2]
        assert [one.resolution and one.resolution.answer.mode for _, one in second] == [None, "unresolved"]
        assert found(repository=NAME.upper()) == found(number=42) == [5, 4, 3, 2, 1]
        assert found(repository="acme/unknown") == found(number=7) == found("elsewhere") == []
        assert found(status=Status.ANALYZED) == [5]
        assert found(confidence=Confidence.EXACT) == found(run="span-1") == found(agent="coder") == [1]
        assert found(confidence=Confidence.UNRESOLVED) == [2]
        assert found(agent="other") == found(run="span-2") == []
        assert found(since=after(4)) == [5, 4]
        assert found(since=after(4), status=Status.NEW, repository=NAME, number=42) == [4]
