"""Deliveries that did not arrive are found in the App's delivery log when the service starts, and asked for again."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from tests.support.asking import Scene, asking, at, let_holds_end
from tests.support.builders import Delivery, Repo, issue_comment, ping
from tests.support.clone import Clone
from tests.support.github import StandIn, delivery_log, faults
from tests.support.github.world import now
from tests.support.processes import named
from tests.support.service import WEBHOOK_SECRET, free_port, until

REPO = Repo(9001, "acme/widgets")
MISSED = 100
HOUR = timedelta(hours=1)


@dataclass
class Ground:
    """GitHub with an App whose webhook goes to ``port``; ``answers`` are what its redeliveries were answered.

    ``pause``, in seconds, comes before each redelivery: so long as there is time to do something in the middle.
    """

    folder: Path
    github: StandIn
    port: int
    settings: dict[str, str]
    answers: list[tuple[str, str]] = field(default_factory=list)
    pause: float = 0.0

    def again(self, delivery: Delivery) -> int:
        """Deliver again, and note the answer."""
        time.sleep(self.pause)
        url = f"http://127.0.0.1:{self.port}/webhooks/github"
        try:
            answer = requests.post(url, data=delivery.body, headers=delivery.headers(WEBHOOK_SECRET), timeout=10)
        except requests.RequestException:
            return 0
        if answer.status_code == 202:
            self.answers.append((delivery.guid, answer.json()["status"]))
        return answer.status_code

    @contextmanager
    def service(self) -> Iterator[Scene]:
        """Run a service in the same folder, at the same port and on the same database each time."""
        given = {"bind": f"127.0.0.1:{self.port}", "feedback_authors": "maintainer", **self.settings}
        with asking(self.folder, self.github, **given) as scene:
            yield scene

    def asked_for(self) -> Counter[str]:
        """Count by GUID how often a delivery was asked for again."""
        return Counter(entry.delivery.guid for entry in self.github.log.asked)


@contextmanager
def github_of(folder: Path) -> Iterator[Ground]:
    """Make a GitHub with one repository, and nothing in its log; its service runs in a folder of its own."""
    (folder / "service").mkdir(parents=True)
    with StandIn() as github:
        clone = Clone(folder / "clone").make()
        github.install(77, "acme", repositories=[github.repository(REPO.id, REPO.name, clone=clone)])
        made = Ground(folder / "service", github, free_port(), {})
        github.log.send = made.again
        yield made


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """Return a GitHub with one repository, and nothing in its log."""
    with github_of(tmp_path) as made:
        yield made


@pytest.fixture
def on_either(ground: Ground, database_url: str) -> Ground:
    """Return the same with a database of either kind."""
    ground.settings = {"database_url": database_url}
    return ground


def feedback(number: int) -> Delivery:
    """Write feedback with an id of its own."""
    return issue_comment(REPO, id=number, body=f"/agents improve number {number}", at=at(number / 60))


def lost(ground: Ground, count: int = MISSED) -> dict[str, int]:
    """Let GitHub's log tell of deliveries that failed in every way; return the feedback's ids by GUID."""
    told = {}
    for number in range(1, count + 1):
        one = feedback(number)
        code = (0, 500, 502, 503, 504)[number % 5]
        ground.github.deliver_failed(one, at=now() - HOUR - timedelta(seconds=number), status_code=code)
        told[one.guid] = number
    return told


def assert_all_came_once(scene: Scene, ground: Ground, told: dict[str, int]) -> None:
    """Assert that each delivery was taken in once, processed once, and is one piece of feedback."""
    listed = scene.everything("/deliveries")
    assert Counter(item["guid"] for item in listed) == Counter(told.keys())
    assert {item["status"] for item in listed} == {"done"}
    found = scene.everything("/feedback")
    assert Counter(item["github_id"] for item in found) == Counter(told.values())
    assert Counter(ground.answers) == Counter((guid, "accepted") for guid in told)


def test_all_that_was_missed_is_asked_for_once(on_either: Ground) -> None:
    """A hundred deliveries failed while the service was down: after its start all are there, each asked for once."""
    told = lost(on_either)
    with on_either.service() as scene:
        until(lambda: len(scene.statuses()) == MISSED)
        scene.wait_processed()
        scene.settle(1.0)

        assert on_either.asked_for() == Counter(told.keys())
        assert_all_came_once(scene, on_either, told)


def test_a_github_that_fails_in_the_middle_is_asked_on(ground: Ground) -> None:
    """While GitHub fails, first with the log, then with the redeliveries, what is left waits; nothing comes twice."""
    told = lost(ground)
    ground.github.faults.add(faults.status(502).on("/app/hook/deliveries[?]").times(1))
    ground.pause = 0.02
    with ground.service() as scene:
        until(lambda: len(ground.asked_for()) >= 20)
        ground.github.faults.add(faults.status(503).on("/attempts$").times(1))
        assert len(ground.asked_for()) < MISSED
        until(lambda: len(scene.statuses()) == MISSED, patience=60)
        scene.wait_processed()

        assert ground.github.faults.first() is None, "it did fail"
        assert_all_came_once(scene, ground, told)


def test_a_kill_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """After kill -9 of the worker, or of every process, the rest is asked for, and nothing that came comes twice."""
    with ExitStack() as opened:
        grounds = [opened.enter_context(github_of(tmp_path / name)) for name in ("worker", "everything")]
        told = [lost(ground) for ground in grounds]
        for ground in grounds:
            ground.pause = 0.3  # so that the other service, too, is at work before the first has done all
        one, other = (opened.enter_context(ground.service()) for ground in grounds)
        until(lambda: all(len(ground.answers) >= 20 for ground in grounds))
        [worker] = named(one.service.process.pid, "receiver.worker")
        os.kill(worker, signal.SIGKILL)
        other.kill()
        came = {guid for guid, _ in grounds[1].answers}
        assert len(grounds[0].github.log.asked) < MISSED
        assert len(grounds[1].github.log.asked) < MISSED
        for ground in grounds:
            ground.pause = 0.0
            let_holds_end(f"sqlite:///{ground.folder / 'whichrun.db'}")
        other.start()
        for scene, ground, guids in zip((one, other), grounds, told, strict=True):
            until(lambda scene=scene: len(scene.statuses()) == MISSED, patience=30)  # type: ignore[misc]
            scene.wait_processed()
            assert_all_came_once(scene, ground, guids)
        assert not {guid for guid, count in grounds[1].asked_for().items() if count > 1 and guid in came}


def test_only_what_is_missing_and_young_enough_is_asked_for(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for is what the inbox lacks, though it was answered 202 hours ago; not what is there, nor what is too old.

    GitHub keeps its log for three days, and delivers nothing again after that: here it would, to be caught asking.
    """
    monkeypatch.setattr(delivery_log, "KEPT", timedelta(days=6))
    there, repaired, swallowed, old, odd = (feedback(number) for number in range(1, 6))
    github = ground.github
    with ground.service() as scene:
        scene.send(there, repaired)
        scene.wait_processed()
    for number in range(350):  # several pages
        github.deliver(there, at=now() - HOUR - timedelta(seconds=number))
    github.deliver_failed(repaired, at=now() - 2 * HOUR, status_code=502)
    github.log.add(repaired, at=now() - HOUR, status_code=202, redelivery=True)
    github.deliver(swallowed, at=now() - 5 * HOUR)
    github.deliver_failed(old, at=now() - timedelta(days=3, hours=2))
    github.deliver_failed(odd, at=now() - timedelta(days=2, hours=20))

    with ground.service() as scene:
        until(lambda: {swallowed.guid, odd.guid} <= set(scene.statuses()))
        scene.settle(1.0)
        assert ground.asked_for() == Counter([swallowed.guid, odd.guid])
        assert set(scene.statuses()) == {one.guid for one in (there, repaired, swallowed, odd)}


def test_where_nothing_is_missing_nothing_is_asked_for(ground: Ground) -> None:
    """A log of deliveries that all arrived is read, and that is all."""
    told = [*(feedback(number) for number in range(1, 6)), ping()]
    with ground.service() as scene:
        scene.send(*told)
        scene.wait_processed()
    for one in told:
        ground.github.deliver(one, at=now() - HOUR)
    ground.github.forget()
    with ground.service() as scene:
        until(lambda: ground.github.asked("/app/hook/deliveries"))
        scene.settle(1.0)
        assert ground.github.log.asked == []
        assert not ground.github.asked("/app/hook", method="POST")


def test_without_credentials_no_log_is_read(ground: Ground) -> None:
    """Without the App's credentials nothing is asked at all, and deliveries are processed as ever."""
    lost(ground, 3)
    ground.settings = {"github_app_id": "", "github_private_key_file": ""}
    with ground.service() as scene:
        scene.send(feedback(50))
        scene.wait_processed()
        scene.settle(2.5)
    assert ground.github.requests == []
