"""Only with write permission: without it nothing is tried, it is said once, and nothing floods in later."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.answering.pace import AN_HOUR, AT_ONCE, Pace
from receiver.metrics.instruments import instruments
from tests.support.asked_world import INSTALLATION
from tests.support.github import PERMISSIONS, faults
from tests.support.world import NOW
from tests.support.written import Answering, Written


def only_reads(written: Written) -> None:
    """Take the permissions to write away."""
    written.asked.standing_in.installations[INSTALLATION].permissions = dict(PERMISSIONS)


@pytest.mark.parametrize("means", ["reply", "reaction", "check", "commits"])
def test_without_permission_nothing_is_written(
    answering: Answering, means: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No token for more than is granted is used: the posting waits, with the reason, which the log says once."""
    written = answering(means)
    only_reads(written)
    written.opens()
    for number in (11, 12):
        written.remark(number)
    caplog.set_level(logging.WARNING, logger="receiver.answering")
    writer = written.writer()
    written.asked.world.now += timedelta(minutes=1)
    while writer.work_once():
        pass
    assert not [
        one for one in written.asked.standing_in.requests if one.method == "POST" and "tokens" not in one.target
    ]
    assert written.comments + written.checks == []
    assert {row[1] for row in written.rows()} == {"waiting"}
    (refusal,) = {row[2] for row in written.rows()}
    permission = "checks" if means in {"check", "commits"} else "pull_requests"
    assert refusal == f"installation {INSTALLATION} does not grant {permission}: write"
    assert sum("not written to" in one.message for one in caplog.records) == 1


def test_a_permission_that_is_granted_in_time(answering: Answering) -> None:
    """Within a day what waited is written; after that it is given up, and nothing floods in."""
    written = answering("reply")
    only_reads(written)
    written.remark(11)
    written.write()
    written.asked.standing_in.installations[INSTALLATION].permissions |= {"pull_requests": "write"}
    written.write(after=timedelta(hours=2))
    assert len(written.comments) == 1
    only_reads(written)
    written.remark(12)
    written.asked.standing_in.revoke_tokens(INSTALLATION)
    written.write(after=timedelta(minutes=61))
    written.write(after=timedelta(days=2))
    written.asked.standing_in.installations[INSTALLATION].permissions |= {"pull_requests": "write"}
    written.write(after=timedelta(days=1))
    assert len(written.comments) == 1
    assert [row[:2] for row in written.rows()] == [("reply", "done"), ("reply", "dead")]


def test_a_conversation_that_is_locked(answering: Answering) -> None:
    """What GitHub refuses to this place alone waits likewise, and does not hold up the others."""
    written = answering("reply")
    written.remark(11)
    written.remark(12, on=43)
    message = "Unable to create comment because issue is locked."
    written.asked.standing_in.fault = faults.status(403, message=message).on("/42/comments", method="POST")
    written.write()
    assert [one.number for one in written.comments] == [43]


def test_where_there_is_nothing_any_more(answering: Answering) -> None:
    """An issue that is gone from GitHub is not tried again."""
    written = answering("reply")
    written.remark(11)
    del written.asked.repo.pulls[42]
    written.write()
    assert written.rows() == [("reply", "gone", None)]


def test_what_github_never_takes_is_given_up(answering: Answering) -> None:
    """After ten answers that nobody can use a posting is set aside; the next one is written."""
    written = answering("reply")
    written.remark(11)
    written.asked.standing_in.fault = faults.status(422).on("/42/comments$", method="POST")
    for _ in range(12):
        written.write(after=timedelta(minutes=15))
    assert written.rows() == [("reply", "dead", None)]
    assert len(written.asked.standing_in.asked("/42/comments$", method="POST")) == 10


def test_a_secondary_limit_is_honoured(answering: Answering) -> None:
    """After a refusal for writing too much nothing is written until GitHub's time has come."""
    written = answering("reply")
    written.remark(11)
    written.remark(12)
    limit = faults.secondary_limit(retry_after=600)
    written.asked.standing_in.fault = limit.on("/comments$", method="POST").times(1)
    written.write()
    written.write(after=timedelta(minutes=5))
    assert len(written.asked.standing_in.asked("/comments$", method="POST")) == 1
    written.write(after=timedelta(minutes=6))
    written.write()
    assert len(written.comments) == 2


def test_an_installation_is_not_flooded(answering: Answering) -> None:
    """More than so many at once are written later, as the hour goes; none is lost."""
    written = answering("reaction")
    for number in range(AT_ONCE + 5):
        written.remark(100 + number)
    written.write()
    assert len(written.reactions) == AT_ONCE
    written.write(after=timedelta(minutes=10))
    assert len(written.reactions) == AT_ONCE + 5


def test_the_pace_keeps_below_what_github_takes() -> None:
    """Within any hour fewer than 500 are written, and the bound is of one installation."""
    pace, now, written = Pace(), NOW, 0
    for _ in range(3600):
        if pace.free_at(77, now) is None:
            pace.spend(77, now)
            written += 1
        now += timedelta(seconds=1)
    assert written <= AT_ONCE + AN_HOUR + 1 < 500
    assert pace.free_at(78, now) is None
    again = Pace.read(pace.written())
    assert (again.buckets, again.last) == (pace.buckets, pace.last)
    again.spend(77, now)
    assert again.wait(now, timedelta(seconds=1)) == timedelta(seconds=1)
    assert again.wait(now - timedelta(hours=1), timedelta(seconds=1)) == timedelta(0), "the clock was put back"


def test_what_becomes_of_each_try_is_counted(answering: Answering) -> None:
    """The metric says how many were written, edited, or need not be."""
    counted = {one: instruments().answers.labels(one)._value.get() for one in ("written", "edited", "unchanged")}  # noqa: SLF001 -- the library tells no value otherwise
    written = answering("reply")
    written.remark(11)
    written.write()
    assert instruments().answers.labels("written")._value.get() == counted["written"] + 1  # noqa: SLF001
    assert instruments().answers.labels("edited")._value.get() == counted["edited"]  # noqa: SLF001


def test_without_a_key_that_can_be_read(answering: Answering, tmp_path: Path) -> None:
    """Where the App's private key cannot be read nothing is written, and the row says why."""
    written = answering("reply", github_private_key_file=tmp_path / "none.pem")
    written.remark(11)
    written.write()
    ((means, status, refusal),) = written.rows()
    assert (means, status) == ("reply", "waiting")
    assert refusal is not None
    assert "private key file cannot be read" in refusal
