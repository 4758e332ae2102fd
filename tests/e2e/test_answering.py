"""Answers on GitHub by a real service: written once, also when every process is killed at the worst moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.support.asking import Scene, asking, let_holds_end
from tests.support.builders import MAINTAINER, issue_comment
from tests.support.github import Recorded, StandIn, faults
from tests.support.github.answer import Answer
from tests.support.github.texts import IssueComment
from tests.support.github.world import now
from tests.support.github.writing_routes import bot
from tests.support.places import INSTALLATION, Place, make_place
from tests.support.service import until

PAGE = "https://whichrun.example.com"
WRITES = {"issues": "write", "pull_requests": "write", "checks": "write"}
LATER = 60.0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A service that answers by a reaction and a reply, and a GitHub whose App may write."""
    with (
        StandIn() as github,
        asking(tmp_path, github, feedback_authors=MAINTAINER.login, answers="reaction,reply", public_url=PAGE) as made,
    ):
        yield made


def remark(place: Place, number: int, body: str) -> None:
    """Have the maintainer comment on issue 9, at GitHub, and by a delivery."""
    there, at = place.there, now().strftime("%Y-%m-%dT%H:%M:%SZ")
    if 9 not in there.issues:
        there.add_issue(9)
    there.add_issue_comment(9, number, body=body, created_at=at)
    place.scene.send(issue_comment(place.repo, id=number, number=9, body=body, at=at, on_pull=False))


def replies(place: Place) -> list[IssueComment]:
    """What the App wrote."""
    found = list(place.there.issue_comments.values())
    return [one for one in found if one.user == bot(place.scene.github)]


def writing_place(scene: Scene) -> Place:
    """Make a repository in which the App may write."""
    place = make_place(scene)
    scene.github.installations[INSTALLATION].permissions |= WRITES
    return place


def test_feedback_is_answered_and_the_answer_kept_up_to_date(scene: Scene) -> None:
    """Eyes, a reply that names the run, and an edit when a person corrects it; what comes back starts nothing."""
    place = writing_place(scene)
    coder, planner = place.run("coder", number=9), place.run("planner", number=9)
    remark(place, 11, f"/agents improve do less\n\n{coder.comment}")
    until(lambda: replies(place), patience=LATER)
    until(lambda: "issues/comments/11" in {one.to for one in place.there.reactions}, patience=LATER)
    (reply,) = replies(place)
    assert f"the run `{coder.span}` of the agent `coder`" in (reply.body or "")
    back = issue_comment(
        place.repo, id=reply.id, number=9, author=reply.user, body=reply.body, at=reply.created_at, on_pull=False
    )
    scene.send(back)
    (feedback,) = scene.get("/feedback")["items"]
    assert f"({PAGE}/feedback/{feedback['id']})" in (reply.body or "")
    answer = requests.post(
        f"{scene.service.url}/v1/feedback/{feedback['id']}/resolution",
        json={"span_id": planner.span, "reason": "it was the planner"},
        headers=scene.service.authorization,
        timeout=20,
    )
    assert answer.ok, answer.text
    until(lambda: planner.span in (reply.body or ""), patience=LATER)
    scene.wait_processed()
    assert len(scene.get("/feedback")["items"]) == 1
    assert replies(place) == [reply]
    assert len(scene.github.asked("/9/comments$", method="POST")) == 1
    metrics = requests.get(f"{scene.service.url}/metrics", timeout=20).text
    assert 'whichrun_answers_total{outcome="written"} 2.0' in metrics
    assert 'whichrun_answers_total{outcome="edited"} 1.0' in metrics


@pytest.mark.parametrize("arrived", [True, False], ids=["made", "not made"])
def test_killed_while_a_reply_is_made(scene: Scene, *, arrived: bool) -> None:
    """Every process dies between the request and the answer: there is one reply in the end, made by whom it may."""
    place = writing_place(scene)
    coder = place.run("coder", number=9)
    dead = threading.Event()

    def kill(_: Recorded, normal: Callable[[], Answer]) -> Answer:
        made = normal() if arrived else Answer(500, b"")
        scene.kill()
        dead.set()
        return made

    scene.github.fault = faults.Fault(kill).on("/9/comments$", method="POST").times(1)
    remark(place, 11, f"/agents improve do less\n\n{coder.comment}")
    until(dead.is_set, patience=LATER)
    assert len(replies(place)) == int(arrived)
    let_holds_end(f"sqlite:///{scene.service.folder / 'whichrun.db'}")
    scene.start()
    remark(place, 12, "/agents improve do more")
    until(lambda: len(replies(place)) == 2, patience=LATER)
    scene.settle()
    marks = {(one.body or "").partition("\n")[0] for one in replies(place)}
    assert (len(replies(place)), len(marks)) == (2, 2), "one of them answers twice"
