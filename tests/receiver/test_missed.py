"""Missed deliveries: what the App's log holds and the inbox does not is asked for again, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from receiver.missed import EVERY, HOLD, KEPT, SOON, TURN, recover_once
from store import Store
from tests.support.asked_world import INSTALLATION, AskedWorld, asked_world
from tests.support.builders import Delivery, issue_comment, minute
from tests.support.github import StandIn, faults
from tests.support.world import REPO


@pytest.fixture
def asking(store: Store, tmp_path: Path) -> Iterator[AskedWorld]:
    """A service whose App delivers again, when it is asked to, into its inbox."""
    with StandIn() as standing_in:
        asking = asked_world(store, standing_in, tmp_path)
        standing_in.log.send = lambda _: 202
        yield asking


def remark(number: int) -> Delivery:
    """Tell of a comment."""
    return issue_comment(REPO, id=number, body="hello", at=minute(1))


def missed(asking: AskedWorld, numbers: range, *, ago: timedelta = timedelta(minutes=5), code: int = 0) -> None:
    """Let deliveries fail."""
    for number in numbers:
        asking.standing_in.deliver_failed(remark(number), at=asking.world.now - ago, status_code=code)


def look(asking: AskedWorld, *, at_start: bool = False) -> int | None:
    """Take a turn, and take in what is delivered again."""
    before = len(asking.standing_in.log.asked)
    done = recover_once(asking.services, asking.github, at_start=at_start)
    for entry in asking.standing_in.log.asked[before:]:
        asking.world.record(entry.delivery)
    return done


def asked(asking: AskedWorld) -> list[str]:
    """Return the GUIDs that GitHub was asked for, in order of asking."""
    return [entry.delivery.guid for entry in asking.standing_in.log.asked]


def received(asking: AskedWorld) -> int:
    """Return how many deliveries the inbox holds."""
    with asking.world.facts() as facts:
        return len(facts.deliveries(status=None, before=None, limit=500))


def test_all_that_was_missed_is_recovered_and_nothing_twice(asking: AskedWorld) -> None:
    """A hundred and fifty deliveries failed, on two pages of the log: each is asked for once, and comes."""
    missed(asking, range(1, 151))
    assert look(asking, at_start=True) == 150
    assert received(asking) == 150
    assert look(asking, at_start=True) == 0
    assert sorted(asked(asking)) == sorted(set(asked(asking)))


def test_nothing_is_asked_for_when_all_is_there(asking: AskedWorld) -> None:
    """Deliveries that the inbox holds are left alone, also those that GitHub believes to have failed."""
    for number in range(1, 4):
        asking.world.record(one := remark(number))
        asking.standing_in.deliver_failed(one, at=asking.world.now - timedelta(minutes=5), status_code=0)
    assert look(asking, at_start=True) == 0
    assert asked(asking) == []


def test_what_was_acknowledged_and_is_gone_is_asked_for(asking: AskedWorld) -> None:
    """A delivery that was answered 202 long ago, and that the inbox lacks (a restored backup), comes again."""
    missed(asking, range(1, 2), code=202)
    assert look(asking) == 1


def test_what_was_acknowledged_just_now_may_be_on_its_way(asking: AskedWorld) -> None:
    """A delivery that was answered 202 a moment ago is left for the next look, and asked for then."""
    missed(asking, range(1, 2), ago=timedelta(seconds=5), code=202)
    assert look(asking) == 0
    asking.world.now += EVERY
    assert look(asking) == 1


def test_a_turn_is_taken_every_ten_minutes(asking: AskedWorld) -> None:
    """Before it is due nobody looks, but for a worker that starts."""
    assert look(asking) == 0
    missed(asking, range(1, 2))
    asking.world.now += EVERY - timedelta(seconds=1)
    assert look(asking) is None
    assert look(asking, at_start=True) == 1


def test_a_look_reads_no_further_back_than_the_one_before(asking: AskedWorld) -> None:
    """What was looked through once is not paged through again."""
    for number in range(1, 251):
        asking.world.record(one := remark(number))
        asking.standing_in.deliver_failed(one, at=asking.world.now - timedelta(hours=1), status_code=202)
    missed(asking, range(251, 252), code=202)
    look(asking)
    asking.world.now += EVERY
    missed(asking, range(252, 253))
    asking.standing_in.forget()
    assert look(asking) == 1
    assert len(asking.standing_in.asked(r"/app/hook/deliveries\?", method="GET")) == 1


def test_what_is_older_than_github_keeps_is_left(asking: AskedWorld) -> None:
    """Nothing is asked for that GitHub could not deliver."""
    missed(asking, range(1, 3), ago=KEPT + timedelta(minutes=1))
    assert look(asking) == 0


def test_while_github_fails_nothing_is_lost(asking: AskedWorld) -> None:
    """GitHub fails in the middle: it is looked again soon, what is left is asked for then, and nothing twice."""
    missed(asking, range(1, 11))
    asking.standing_in.fault = faults.status(502).on("/attempts", method="POST").times(4)
    look(asking, at_start=True)
    for _ in range(4):
        assert received(asking) < 10
        asking.world.now += SOON
        look(asking)
    assert received(asking) == 10
    assert len(asked(asking)) == 10


def test_an_answer_that_was_lost_is_told_by_the_log(asking: AskedWorld) -> None:
    """A worker dies, or the connection does, after GitHub agreed: the delivery is not asked for a second time."""
    missed(asking, range(1, 2))
    [entry] = asking.standing_in.log.entries(asking.world.now)
    asking.world.store.note_redelivery(entry.delivery.guid, entry.id, asking.world.now)
    asking.standing_in.log.attempt(entry, asking.world.now)
    assert look(asking, at_start=True) == 0
    assert len(asked(asking)) == 1
    assert asking.world.store.redeliveries_open() == ()


def test_what_failed_again_is_asked_for_when_the_service_starts(asking: AskedWorld) -> None:
    """A delivery that was asked for while the service was killed failed again: the next start asks for it once more."""
    missed(asking, range(1, 2))
    asking.standing_in.log.send = lambda _: 0
    recover_once(asking.services, asking.github, at_start=True)
    asking.standing_in.log.send = lambda _: 202
    asking.world.now += EVERY
    assert look(asking) == 0
    assert look(asking, at_start=True) == 1
    assert look(asking, at_start=True) == 0
    assert received(asking) == 1


def test_a_question_that_was_never_put_is_put_by_the_next(asking: AskedWorld) -> None:
    """A worker that died between its note and its question leaves a note; the next worker asks."""
    missed(asking, range(1, 2))
    [entry] = asking.standing_in.log.entries(asking.world.now)
    asking.world.store.note_redelivery(entry.delivery.guid, entry.id, asking.world.now)
    assert look(asking, at_start=True) == 1
    assert received(asking) == 1


def test_what_was_refused_here_is_asked_for_at_start(asking: AskedWorld) -> None:
    """Deliveries that were answered 401, for a wrong secret, are asked for once settings may have changed."""
    missed(asking, range(1, 4), code=401)
    assert look(asking) == 0
    asking.world.now += timedelta(hours=5)
    assert look(asking) == 0
    assert look(asking, at_start=True) == 3
    assert look(asking, at_start=True) == 0


def test_one_worker_looks_at_a_time(asking: AskedWorld) -> None:
    """While one has the turn, another that starts leaves it alone; one that died is followed soon."""
    missed(asking, range(1, 2))
    now: datetime = asking.world.now
    assert asking.world.store.take_turn(TURN, now, every=EVERY, hold=HOLD) is not None
    assert look(asking, at_start=True) is None
    asking.world.now += HOLD
    assert look(asking, at_start=True) == 1


def test_a_refusal_is_kept_for_the_doctor(asking: AskedWorld) -> None:
    """Where the App may not read its log, the turn says why."""
    asking.standing_in.app.public_key = b""
    asking.standing_in.uninstall(INSTALLATION)
    assert look(asking, at_start=True) == 0
    with asking.world.facts() as facts:
        state = facts.progress(TURN)
    assert state is not None
    assert state["error"]
