"""Exactly once: whatever dies or gets lost between making something on GitHub and knowing its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from receiver.answering.saying import Sayings
from resolver.answering.own import Markers
from resolver.answering.port import Writing
from resolver.answering.targets import Target
from resolver.model.asking import Place
from tests.support.builders import AGENT, OUTSIDER, issue_comment
from tests.support.databases import look_into
from tests.support.github import Recorded, faults
from tests.support.github.answer import Answer
from tests.support.world import REPO
from tests.support.written import IMPROVE, Answering, Written


class KilledError(BaseException):
    """The process is gone: nothing of what follows happens."""


@dataclass
class Dying:
    """Writes, and dies before or after something was made."""

    writing: Writing
    before: bool

    def make(self, place: Place, target: Target, marker: str, said: Mapping[str, object]) -> int | None:
        """Make it, or not, and die."""
        if not self.before:
            self.writing.make(place, target, marker, said)
        raise KilledError

    def __getattr__(self, name: str) -> object:
        """Do all else as ever."""
        return getattr(self.writing, name)


def die(written: Written, *, before: bool = False) -> None:
    """Have a worker write, and be killed while it makes something."""
    written.asked.world.now += timedelta(minutes=1)
    writer = written.writer()
    writer.github = Dying(writer.github, before)  # type: ignore[assignment]
    with pytest.raises(KilledError):
        writer.work_once()


@pytest.mark.parametrize("means", ["reply", "check", "commits"])
@pytest.mark.parametrize("before", [True, False])
def test_a_kill_between_making_and_noting(answering: Answering, means: str, *, before: bool) -> None:
    """A worker that is killed before it knows the id leaves one behind, not two: the next one finds it."""
    written = answering(means)
    written.opens()
    if means != "commits":
        written.remark(11)
    written.asked.ask()
    die(written, before=before)
    assert len(written.comments) + len(written.checks) == (0 if before else 1)
    written.write(after=timedelta(0))
    assert len(written.comments) + len(written.checks) == (0 if before else 1), "somebody else may still be at it"
    written.write()
    written.write()
    assert len(written.comments) + len(written.checks) == 1
    assert [row[:2] for row in written.rows()] == [(means, "done")]


def test_a_kill_in_a_thread(answering: Answering) -> None:
    """So it is for a reply to a comment on a line."""
    written = answering("reply")
    written.line_remark(20)
    die(written)
    written.write()
    assert len(written.replies) == 1
    assert written.rows() == [("reply", "done", None)]


@pytest.mark.parametrize("fault", [faults.cut(), faults.malformed(), faults.other_shape([])], ids=["cut", "no", "list"])
def test_an_answer_that_is_lost(answering: Answering, fault: faults.Fault) -> None:
    """GitHub made it, and its answer did not arrive or cannot be read: it is found, and gone on with."""
    written = answering("reply")
    written.remark(11)

    def effect(request: Recorded, normal: Callable[[], Answer]) -> Answer:
        made = normal()
        return fault.effect(request, lambda: made)

    written.asked.standing_in.fault = faults.Fault(effect).on("/42/comments$", method="POST").times(1)
    written.write()
    assert len(written.comments) == 1
    written.write()
    assert len(written.comments) == 1
    assert written.rows() == [("reply", "done", None)]


def test_a_look_alike_is_not_ours(answering: Answering) -> None:
    """A comment with the very mark, by anybody else, is neither taken for ours nor edited; ours is made."""
    written = answering("reply")
    written.remark(11)
    die(written)
    (ours,) = written.comments
    del written.asked.repo.issue_comments[ours.id]
    for number, author in ((71, OUTSIDER), (72, AGENT)):
        written.asked.repo.add_issue_comment(42, number, user=author, body=ours.body, created_at=written.at())
    written.write()
    assert len(written.comments) == 1
    assert {written.asked.repo.issue_comments[number].body for number in (71, 72)} == {ours.body}
    assert written.asked.standing_in.asked("/comments/7[12]", method="PATCH") == []


def test_an_older_backup_makes_no_second_one(answering: Answering) -> None:
    """Where the store has forgotten what it wrote, the mark is the same: what stands is found and gone on with."""
    written = answering("reply")
    written.remark(11)
    written.write()
    database = look_into(written.asked.world.store)
    with database.writing():
        database.change("DELETE FROM posting")
    written.asked.world.now += timedelta(hours=2)
    marks = written.asked.world.run("coder")
    written.remark(11, f"{IMPROVE} {marks.hidden_comment}", action="edited")
    written.write()
    (reply,) = written.comments
    assert "`span-coder`" in (reply.body or "")


def test_two_workers_write_one_after_the_other(answering: Answering) -> None:
    """While one worker has the turn another one writes nothing."""
    written = answering("reply")
    written.remark(11)
    written.asked.world.now += timedelta(minutes=1)
    store, now = written.asked.world.store, written.asked.world.now
    assert store.take_turn("answering", now, every=timedelta(0), hold=timedelta(minutes=1)) is not None
    assert not written.writer().work_once()
    assert written.comments == []
    written.write()
    assert len(written.comments) == 1


def test_what_a_slower_worker_finds_out_is_void(answering: Answering) -> None:
    """Two that hold the same posting: the try that was claimed later counts, and the earlier one makes nothing."""
    written = answering("reply")
    written.remark(11)
    postings, now = written.asked.world.store.postings, written.asked.world.now + timedelta(minutes=1)
    slow, fast = postings.claim(now), postings.claim(now)
    assert slow is not None
    assert fast is not None
    assert not postings.begin(slow, now, "slow")
    assert postings.begin(fast, now, "fast")
    assert REPO.id == fast.new.repository_id


def test_taken_back_while_nobody_knows(answering: Answering) -> None:
    """A command that is taken back after its answer was made, and before that was known: what stands says so."""
    written = answering("reply")
    written.remark(11)
    die(written)
    written.remark(11, "never mind", action="edited")
    written.write()
    (reply,) = written.comments
    assert "This feedback was taken back." in (reply.body or "")
    written.remark(12)
    die(written, before=True)
    written.remark(12, "never mind", action="edited")
    written.write()
    assert written.comments == [reply]
    assert {row[1] for row in written.rows()} == {"done"}


def test_another_host_finds_it_with_another_key(answering: Answering) -> None:
    """The mark is kept before something is made: a host with another private key of the App finds it too."""
    written = answering("reply")
    written.remark(11)
    die(written)
    written.asked.world.now += timedelta(minutes=2)
    other = written.writer()
    other.sayings = Sayings(written.asked.services, Markers(key=b"another key"))
    assert other.work_once()
    assert len(written.comments) == 1
    assert written.rows() == [("reply", "done", None)]


def test_noted_with_the_feedback_or_not_at_all(answering: Answering) -> None:
    """A transaction that fails after feedback was captured leaves neither the feedback nor anything to be written."""
    written = answering("reply")
    world = written.asked.world
    made = issue_comment(REPO, id=11, body=IMPROVE, at=written.at())
    world.record(made)
    claimed = world.store.claim(world.now)
    assert claimed is not None
    prepared = world.prepared(made)

    def fail() -> None:
        with world.store.processing(claimed, *prepared.locks) as ledger:
            assert ledger is not None
            world.intake.apply(ledger, prepared, cause="a delivery")
            raise KilledError

    with pytest.raises(KilledError):
        fail()
    assert (written.rows(), world.all_feedback()) == ([], {})
    world.now += timedelta(minutes=10)
    world.process()
    assert (written.rows(), len(world.all_feedback())) == ([("reply", "waiting", None)], 1)
