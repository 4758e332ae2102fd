"""GitHub is down, slow, broken or limiting: deliveries are taken in all the same, and every question is asked later."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.support.asking import Scene, asking, at, deliver, let_holds_end
from tests.support.builders import AGENT, Delivery
from tests.support.clone import NewCommit
from tests.support.github import Fault, Recorded, StandIn, faults
from tests.support.github.limits import Limits
from tests.support.github.world import now
from tests.support.places import Marks, Place, make_place
from tests.support.processes import named
from tests.support.service import until

SOON = 5.0
"""Seconds in which a delivery is acknowledged; GitHub waits for ten."""
LATER = 60.0
"""Seconds in which everything is asked once GitHub is back."""
TEXT = "".join(f"line {number}\n" for number in range(1, 13))

ELSEWHERE = StandIn()
BROKEN: dict[str, Fault] = {
    "500": faults.status(500),
    "502": faults.status(502, retry_after=1),
    "503 with a date": faults.status(503, retry_after=format_datetime(now() + timedelta(seconds=4), usegmt=True)),
    "trickles": faults.trickle(1.0),
    "cut": faults.cut(),
    "malformed": faults.malformed(),
    "no JSON at all": faults.malformed(b"<html>Unicorn!</html>"),
    "another shape": faults.other_shape({"id": "twenty-one", "user": [], "body": 7}),
    "a list for an object": faults.other_shape([]),
    "null": faults.other_shape(None),
    "nothing": faults.malformed(b""),
    "redirected elsewhere": faults.redirect(302, f"{ELSEWHERE.url}/repos/acme/widgets/pulls/comments/21"),
    "redirected by another name": faults.redirect(301, f"http://localhost:{ELSEWHERE.port}/repositories/9"),
    "redirected to another scheme": faults.redirect(307, f"https://127.0.0.1:{ELSEWHERE.port}/graphql"),
    "redirected round and round": faults.redirect(302),
}
"""What each repository of the story suffers from, once; then all is well."""


def with_thread(scene: Scene) -> tuple[Place, Marks, str, str]:
    """Make a repository where a run signed a commit, and a comment in a thread; nothing of it is delivered."""
    place = make_place(scene)
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": TEXT}),
            NewCommit(coder.message(), {"src/app.py": TEXT.replace("line 10\n", "changed\n")}),
        ]
    )
    place.pull(head=head, base=base)
    place.there.add_review(42, 4200, user=AGENT, commit_id=head, submitted_at=at(30))
    place.there.add_review_comment(
        42, 21, path="src/app.py", commit_id=head, line=10, user=AGENT, body=coder.text(), review_id=4200,
        created_at=at(30),
    )  # fmt: skip
    return place, coder, base, head


def both(place: Place, base: str, head: str) -> list[Delivery]:
    """Return feedback that needs the thread (22), and feedback that needs the line's blame (11)."""
    return [place.reply(22, 21, commit=head), place.line(11, head, base, line=10)]


def send_at_once(scene: Scene, *deliveries: Delivery) -> None:
    """Deliver, and assert that each delivery is acknowledged as ever."""
    for one in deliveries:
        began = time.monotonic()
        answer = deliver(scene.service, one)
        assert answer.status_code == 202
        assert time.monotonic() - began < SOON


def assert_decided(place: Place, run: Marks, *, patience: float = LATER) -> None:
    """Wait until both are decided by what GitHub told."""
    place.until(22, "artifact_parent_comment", run, patience=patience)
    place.until(11, "line_blame", run, patience=patience)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Place, Marks]]]:
    """Let each repository suffer from a fault of its own, and tell all their stories."""
    folder = tmp_path_factory.mktemp("service")
    with ELSEWHERE, StandIn() as github, asking(folder, github, feedback_authors="maintainer") as scene:
        stories = {name: with_thread(scene) for name in BROKEN}
        for name, (place, *_) in stories.items():
            ours = rf"/repos/{place.repo.name}/|/repositories/{place.repo.id}/"
            github.faults.add(BROKEN[name].on(rf"({ours})(pulls/comments/|pulls/42/comments|commits/)").times(1))
        github.faults.add(faults.status(502).on("/graphql$").times(3))
        for place, _, base, head in stories.values():
            send_at_once(scene, *both(place, base, head))
        scene.wait_processed()
        yield {name: (place, run) for name, (place, run, _, _) in stories.items()}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_question_that_was_badly_answered_is_asked_again(fault: str, broken: dict[str, tuple[Place, Marks]]) -> None:
    """Whatever GitHub answers in place of the truth, nothing is made of it; once all is well the truth decides."""
    place, run = broken[fault]
    assert_decided(place, run)

    kinds = {one["mode"] for id_ in (11, 22) for one in place.history(id_) if one["confidence"] == "exact"}
    assert kinds <= {"artifact_parent_comment", "line_blame", "commit_artifact"}
    assert ELSEWHERE.requests == [], "the other host was asked"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Run a service for the tests in which GitHub as a whole fails."""
    with StandIn() as github, asking(tmp_path_factory.mktemp("whole"), github, feedback_authors="maintainer") as opened:
        yield opened


@pytest.fixture
def scene(service: Scene) -> Iterator[Scene]:
    """Hand out that service, and let GitHub be well again in the end."""
    service.github.forget()
    yield service
    service.github.fault = None
    service.github.up()


def test_while_github_is_down_deliveries_are_taken_in(scene: Scene) -> None:
    """With nobody there every delivery is acknowledged and processed; everything is asked once GitHub is back."""
    scene.github.down()
    stories = [with_thread(scene) for _ in range(10)]
    for place, _, base, head in stories:
        send_at_once(scene, *both(place, base, head))
    scene.wait_processed()
    assert set(scene.statuses().values()) == {"done"}
    for place, *_ in stories:
        assert place.answers().keys() == {11, 22}
    time.sleep(2.5)
    scene.github.up()

    for place, run, *_ in stories:
        assert_decided(place, run)


def test_while_github_hangs_deliveries_are_taken_in(scene: Scene) -> None:
    """With every question left hanging deliveries are acknowledged and processed no later; then all is asked."""
    first = with_thread(scene)
    scene.github.fault = faults.hang()
    send_at_once(scene, *both(first[0], *first[2:]))
    until(lambda: scene.github.asked("/repos/|/graphql|/access_tokens"))

    stories = [with_thread(scene) for _ in range(10)]
    began = time.monotonic()
    for place, _, base, head in stories:
        send_at_once(scene, *both(place, base, head))
    scene.wait_processed()
    assert time.monotonic() - began < 2 * SOON
    scene.github.fault = None

    for place, run, *_ in (first, *stories):
        assert_decided(place, run)


def asked_after(github: StandIn, hit: Recorded, seconds: float) -> list[str]:
    """Return what the installation asked while it was to wait; a request may have been on its way already.

    The App itself has limits of its own.
    """
    late = hit.at + timedelta(seconds=0.25)
    until = hit.at + timedelta(seconds=seconds)
    return [one.target for one in github.requests if late < one.at < until and not one.target.startswith("/app")]


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (faults.secondary_limit(code=429, retry_after=3), 3.0),
        (faults.primary_limit(reset_in=4), 3.0),
    ],
    ids=["secondary 429", "primary 403"],
)
def test_a_limit_is_waited_out(fault: Fault, seconds: float, scene: Scene) -> None:
    """After GitHub named the time to wait until, nothing is asked before that; then everything is."""
    stories = [with_thread(scene) for _ in range(3)]
    scene.github.fault = fault.on(r"/repos/.*/(pulls|commits)/").times(1)
    for place, _, base, head in stories:
        send_at_once(scene, *both(place, base, head))
    until(lambda: scene.github.fault is None)
    hit = scene.github.asked(r"/repos/.*/(pulls|commits)/")[0]

    for place, run, *_ in stories:
        assert_decided(place, run)
    assert asked_after(scene.github, hit, seconds) == []


def test_the_budget_of_an_hour_is_not_overrun(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few requests left until the limit is reset, GitHub does not have to refuse one; the rest waits for it."""
    monkeypatch.setattr(scene.github, "limits", Limits(limit=12, window=timedelta(seconds=4)))
    stories = [with_thread(scene) for _ in range(6)]
    for place, _, base, head in stories:
        send_at_once(scene, *both(place, base, head))
    scene.wait_processed()

    for place, run, *_ in stories:
        assert_decided(place, run)


def test_a_killed_worker_asks_again(database_url: str, tmp_path: Path) -> None:
    """After kill -9 of the worker, and of every process, while it asks, each question is asked, and all is decided."""
    folder = tmp_path / "service"
    folder.mkdir()
    settings = {"feedback_authors": "maintainer", "database_url": database_url}
    with StandIn() as github, asking(folder, github, **settings) as scene:
        stories = [with_thread(scene) for _ in range(5)]
        github.fault = faults.slow(1.0).on(r"/repos/")
        for place, _, base, head in stories:
            send_at_once(scene, *both(place, base, head))
        until(lambda: github.asked("/repos/"))
        [worker] = named(scene.service.process.pid, "receiver.worker")
        os.kill(worker, signal.SIGKILL)
        let_holds_end(database_url)
        github.forget()
        until(lambda: github.asked("/repos/"), patience=LATER)
        scene.kill()
        let_holds_end(database_url)
        github.fault = None
        scene.start()

        for place, run, *_ in stories:
            assert_decided(place, run, patience=LATER)
