from __future__ import annotations

from datetime import timedelta

import pytest

from resolver.errors import StoreError
from resolver.model.asking import Asked, Need, Want
from resolver.model.wants import WantChange
from store import Store
from store.pruning import PORTION
from store.times import now
from tests.support.databases import look_into
from tests.support.facts import NOON, REPOSITORY, sha

QUESTION = "GET /repos/acme/widgets/commits/" + sha("a")


def test_kept_and_replaced(store: Store) -> None:
    """The newest answer to a question comes back byte for byte, with its ETag if it had one."""
    assert store.answers.get(REPOSITORY, QUESTION) is None
    body = bytes(range(256)) * 5000
    store.answers.put(REPOSITORY, QUESTION, body, '"e1"')
    assert store.answers.get(REPOSITORY, QUESTION) == (body, '"e1"')
    store.answers.put(REPOSITORY, QUESTION, b"", None)
    assert store.answers.get(REPOSITORY, QUESTION) == (b"", None)


def test_each_question_has_an_answer_of_its_own(store: Store) -> None:
    """Another question, however long, or another repository, has another answer."""
    long = f"{QUESTION}?path={'❤' * 4000}"
    store.answers.put(REPOSITORY, QUESTION, b"1", None)
    store.answers.put(REPOSITORY, long, b"2", None)
    store.answers.put(REPOSITORY + 1, QUESTION, b"3", None)
    found = [
        store.answers.get(*one) for one in ((REPOSITORY, QUESTION), (REPOSITORY, long), (REPOSITORY + 1, QUESTION))
    ]
    assert found == [(b"1", None), (b"2", None), (b"3", None)]


def test_an_answer_that_cannot_be_read(store: Store) -> None:
    """An answer that was damaged is an error, and none that is not there; the next one takes its place."""
    store.answers.put(REPOSITORY, QUESTION, b"1", None)
    database = look_into(store)
    with database.writing():
        database.change("UPDATE github_answer SET body = ?", (b"broken",))
    with pytest.raises(StoreError, match="cannot be read"):
        store.answers.get(REPOSITORY, QUESTION)
    store.answers.put(REPOSITORY, QUESTION, b"2", None)
    assert store.answers.get(REPOSITORY, QUESTION) == (b"2", None)


def test_old_answers_go(store: Store) -> None:
    """An answer goes after 30 days, and one that took its place 30 days after that."""
    store.answers.put(REPOSITORY, QUESTION, b"1", None)
    moment = now()
    assert store.prune(moment + timedelta(days=29)) == 0
    assert store.prune(moment + timedelta(days=31)) == 1
    assert store.answers.get(REPOSITORY, QUESTION) is None


def test_old_wants_go(store: Store) -> None:
    """A want goes 90 days after it was answered, however many there are; one that waits stays."""
    wants = [Want(Need.COMMIT, REPOSITORY, sha=f"{number:040x}") for number in range(2 * PORTION + 2)]
    with store.transaction() as ledger:
        ledger.put_wants(wants, NOON, due=NOON)
    for number in range(2 * PORTION + 1):
        claimed = store.claim_want(NOON)
        assert claimed is not None
        late = timedelta(days=1) if number == 0 else timedelta(0)
        with store.settling_want(claimed, WantChange(Asked.ABSENT, NOON + late)):
            pass
    assert store.prune(NOON + timedelta(days=90)) == 0
    assert store.prune(NOON + timedelta(days=90, seconds=1)) == 2 * PORTION
    with store.snapshot() as catalogue:
        statuses = [one.status for _, one in catalogue.wants(before=None, limit=9)]
    assert statuses == [Asked.WAITING, Asked.ABSENT]
    assert store.prune(NOON + timedelta(days=1000)) == 1
