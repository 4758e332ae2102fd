"""Notifications: who is told what, in which order, and what a kill, a second worker or an outage make of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from receiver.notifying.hooks import Hook
from receiver.notifying.sending import HOLD, Notifier, run_notifier
from receiver.notifying.standing import Verdict
from receiver.settings import Settings
from resolver.errors import StoreError
from store import Store
from store.pruning import CHANGES_KEPT
from tests.support.notified import Notified, notified, tell
from tests.support.runner import OLD_SECRET, SECRET, Handler, runner
from tests.support.service import until


@pytest.fixture
def told(store: Store) -> Iterator[Notified]:
    """A service that notifies one runner, over a store of either kind."""
    with runner() as one, notified(store, one) as made:
        yield made


class Killed(BaseException):
    """A kill: nothing is done after it."""


def work_elsewhere(notifier: Notifier) -> None:
    """Work in another thread than the test's, whose connection ends with it."""
    tell(notifier)
    notifier.services.store.close()


def test_a_run_that_is_named_is_told(told: Notified) -> None:
    """What is sent is signed, and holds the kind of change, its time, and the feedback in the shape of the API."""
    notifier = told.begin()
    told.give(11)
    tell(notifier)
    (got,) = told.runner.got
    document = got.verified()
    assert document.keys() == {"type", "timestamp", "data"}
    assert document["type"] == "feedback.resolved"
    assert document["data"]["github_id"] == 11
    assert document["data"]["resolution"]["run"]["span_id"] == "span-coder"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"] == "whichrun"
    assert got.id.startswith("chg_")


def test_changes_are_told_in_their_order_and_others_are_not(told: Notified) -> None:
    """A run named, another run, a withdrawal: one after the other. What nobody has to act on is not sent."""
    notifier = told.begin()
    told.give(11)
    told.give(12, "a remark")
    told.world.run("reviewer", number=42)
    told.withdraw(11)
    tell(notifier)
    assert told.runner.types == ["feedback.resolved", "feedback.reassigned", "feedback.withdrawn"]
    assert told.runner.ids == sorted(told.runner.ids, key=lambda one: int(one.removeprefix("chg_")))
    assert [one.document["data"]["status"] for one in told.runner.got] == ["new", "new", "withdrawn"]


def test_a_url_that_is_new_begins_at_the_present(told: Notified) -> None:
    """What changed before a worker knew the URL is not sent."""
    told.give(11)
    notifier = told.begin()
    told.give(12)
    tell(notifier)
    assert [one.document["data"]["github_id"] for one in told.runner.got] == [12]


def test_a_url_gets_the_changes_of_its_workspace_alone(told: Notified) -> None:
    """A URL of another workspace hears nothing of this one, and each URL has a position of its own."""
    other = replace(told.hook, workspace="other")
    notifiers = [
        told.begin(),
        told.notifier(hook=other),
        told.notifier(hook=replace(told.hook, url=f"{told.hook.url}/b")),
    ]
    for notifier in notifiers:
        tell(notifier)
    told.give(11)
    for notifier in notifiers:
        tell(notifier)
    assert [one.path for one in told.runner.got] == ["/", "/b"]


def test_all_secrets_sign(told: Notified) -> None:
    """While secrets are changed, whoever knows the new one or the old one can verify."""
    both = Settings.model_validate({"notify_urls": told.runner.url, "notify_secrets": f"{SECRET},{OLD_SECRET}"})
    told.services = replace(told.services, settings=both)
    notifier = told.begin()
    told.give(11)
    tell(notifier)
    (got,) = told.runner.got
    assert got.verified(SECRET) == got.verified(OLD_SECRET)
    assert len(got.headers["webhook-signature"].split(" ")) == 2


def test_nothing_is_lost_while_the_receiver_is_down(told: Notified) -> None:
    """What fails is tried again after 1, 2, 4 … s, in order, under the same id; then the rest follows at once."""
    notifier = told.begin()
    told.runner.script = [503, 503, 503]
    told.give(11)
    told.give(12)
    for pause in (1, 2, 4):
        tell(notifier)
        before = len(told.runner.got)
        told.wait(seconds=pause - 0.1)
        tell(notifier)
        assert len(told.runner.got) == before
        told.wait(seconds=0.1)
    tell(notifier)
    first, *_, last = told.runner.ids
    assert told.runner.ids == [first] * 4 + [last]
    assert last != first


def test_nobody_listens(told: Notified) -> None:
    """A port that nobody listens at is a failure like any other, and survives a change of workers."""
    gone = replace(told.hook, url="http://127.0.0.1:9/")
    tell(told.notifier(hook=gone))
    told.give(11)
    notifier = told.notifier(hook=gone)
    for failures in (1, 2):
        tell(notifier)
        state = told.services.store.progress(gone.turn)
        assert state is not None
        assert (state["failures"], state["error"]) == (failures, "it is out of reach: the connection failed")
        told.wait(seconds=10)


def test_retry_after_is_followed(told: Notified) -> None:
    """A receiver says when to come again, and is not asked before."""
    notifier = told.begin()
    told.runner.script = [(429, {"retry-after": "30"})]
    told.give(11)
    tell(notifier)
    told.wait(seconds=29)
    tell(notifier)
    assert len(told.runner.got) == 1
    told.wait(seconds=1)
    tell(notifier)
    assert len(told.runner.got) == 2


def test_what_is_refused_does_not_hold_up_others(told: Notified, caplog: pytest.LogCaptureFixture) -> None:
    """After ten refusals a notification is passed over, and the log names it; the next one is sent."""
    verdicts: list[Verdict] = []
    told.begin()
    notifier = told.notifier(count=lambda _, verdict: verdicts.append(verdict))
    told.runner.script = [400] * 10
    told.give(11)
    told.give(12)
    for _ in range(10):
        tell(notifier)
        told.wait(minutes=10)
    refused, *_, taken = told.runner.ids
    assert told.runner.ids == [refused] * 10 + [taken]
    assert verdicts == [Verdict.FAILED] * 9 + [Verdict.PASSED_OVER, Verdict.SENT]
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert refused in errors[0]


def test_a_url_that_is_gone_is_left_alone_until_a_worker_starts(told: Notified) -> None:
    """After a 410 nothing is sent, whatever changes. A worker that starts tries once more, and sends all if it may."""
    notifier = told.begin()
    told.runner.script = [410, 410]
    told.give(11)
    tell(notifier)
    told.wait(days=1)
    told.give(12)
    tell(notifier)
    assert len(told.runner.got) == 1
    tell(told.notifier())
    assert len(told.runner.got) == 2
    restarted = told.notifier()
    tell(restarted)
    assert [one.document["data"]["github_id"] for one in told.runner.got] == [11, 11, 11, 12]


def test_a_redirect_is_not_followed(told: Notified) -> None:
    """A notification goes where the settings say, and a redirect counts as a refusal."""
    notifier = told.begin()
    told.runner.script = [(307, {"location": f"{told.runner.url}/elsewhere"})]
    told.give(11)
    tell(notifier)
    assert [one.path for one in told.runner.got] == ["/"]
    told.wait(seconds=1)
    tell(notifier)
    assert [one.path for one in told.runner.got] == ["/", "/"]


@pytest.mark.parametrize("survived", [0, 1])
def test_a_kill_between_sending_and_saving_sends_once_more_under_the_same_id(told: Notified, survived: int) -> None:
    """The receiver can tell that it has it already; what was taken before, and what follows, is sent once."""
    verdicts: list[Verdict] = []

    def kill(hook: Hook, verdict: Verdict) -> None:
        verdicts.append(verdict)
        if len(verdicts) > survived:
            raise Killed

    told.begin()
    for number in (11, 12, 13):
        told.give(number)
    with pytest.raises(Killed):
        told.notifier(count=kill).work_once()
    successor = told.notifier()
    tell(successor)
    assert len(told.runner.got) == survived + 1, "the turn of the killed one is not over"
    told.wait(seconds=HOLD.total_seconds())
    tell(successor)
    first, second, third = dict.fromkeys(told.runner.ids)
    assert told.runner.ids == ([first, first, second, third], [first, second, second, third])[survived]


def test_an_outage_of_the_store_between_sending_and_saving_loses_nothing(told: Notified) -> None:
    """The notification is sent again, under the same id, when the store is back."""

    class Failing(Store):
        def save_progress(self, *arguments: object) -> NoReturn:
            raise StoreError("out of reach")

    failing = Failing.__new__(Failing)
    vars(failing).update(vars(told.services.store))
    told.begin()
    told.give(11)
    with pytest.raises(StoreError):
        told.notifier(store=failing).work_once()
    told.wait(seconds=HOLD.total_seconds())
    tell(told.notifier())
    assert len(told.runner.got) == 2
    assert len(set(told.runner.ids)) == 1


def test_two_workers_never_send_at_the_same_time(told: Notified) -> None:
    """While one sends, the other has no turn; each notification is sent once."""
    told.begin()
    for number in range(11, 21):
        told.give(number)
    others = told.notifier()

    def meanwhile(handler: Handler) -> None:
        work_elsewhere(others)
        handler.send_response(204)
        handler.end_headers()

    told.runner.otherwise = meanwhile
    tell(told.notifier())
    tell(others)
    assert len(told.runner.got) == 10
    assert len(set(told.runner.ids)) == 10


def test_a_turn_is_held_for_as_long_as_it_lasts(told: Notified) -> None:
    """However long it takes to tell all, no other worker comes in between."""
    told.begin()
    for number in range(11, 17):
        told.give(number)
    others = told.notifier()

    def slowly(handler: Handler) -> None:
        told.wait(seconds=14)
        work_elsewhere(others)
        handler.send_response(204)
        handler.end_headers()

    told.runner.otherwise = slowly
    tell(told.notifier())
    assert len(told.runner.got) == 6


def test_changes_that_are_kept_no_more_are_told_of_in_the_log(told: Notified, caplog: pytest.LogCaptureFixture) -> None:
    """Where the log of changes was cut behind a URL's position, that is said, and it goes on with what is there."""
    notifier = told.begin()
    told.runner.script = [503]
    told.give(11)
    tell(notifier)
    told.services.store.prune(told.world.now)
    told.give(12)
    told.services.store.prune(told.world.now + CHANGES_KEPT + timedelta(days=1))
    told.wait(seconds=1)
    tell(notifier)
    assert [one.document["data"]["github_id"] for one in told.runner.got] == [11, 12]
    assert "are not kept any more" in caplog.text


def test_the_query_of_a_url_is_in_no_log(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happens, what may be a secret stays out of the log; it is sent, though."""
    caplog.set_level(logging.DEBUG, "receiver")
    with runner() as one, notified(store, one, url=lambda made: f"{made.url}/hook?key=canary") as told:
        notifier = told.begin()
        one.script = [503, 410]
        told.give(11)
        tell(notifier)
        told.wait(seconds=1)
        tell(notifier)
        tell(told.notifier())
        assert {got.path for got in one.got} == {"/hook?key=canary"}
    assert "/hook" in caplog.text
    assert "canary" not in caplog.text
    assert "canary" not in repr(told.hook)


@pytest.mark.parametrize("hangs", [True, False])
def test_a_worker_ends_within_seconds(store: Store, *, hangs: bool) -> None:
    """While the receiver hangs, or while it is waited for, a stop is followed; what was sent counts for nothing."""
    with runner() as one, notified(store, one) as told:
        told.begin()
        one.otherwise = one.hang if hangs else 503
        told.give(11)
        thread = threading.Thread(target=run_notifier, args=(told.services, told.hook), kwargs={"stop": told.stop})
        thread.start()
        until(lambda: one.got)
        begun = time.monotonic()
        told.stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert time.monotonic() - begun < 10
        one.otherwise = 204
        told.stop = threading.Event()
        told.wait(seconds=1)
        tell(told.notifier())
        assert one.ids == [one.ids[0]] * 2
