"""Asking GitHub while it is down, refuses, or makes no sense; and workers that die."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.asking import GIVEN_UP_AFTER, MOST_TRIES, ask_once
from resolver.model.asking import Asked
from resolver.settle import PATIENCE
from store import Store
from tests.support import builders as told
from tests.support.asked_world import INSTALLATION, AskedWorld, asked_world
from tests.support.builders import AGENT, MAINTAINER, minute
from tests.support.github import StandIn, faults
from tests.support.untold import BASE, IMPROVE, NUMBER, PATH, Story, decided, finding, reply
from tests.support.world import REPO


def test_while_github_is_down_wants_wait(asking: AskedWorld) -> None:
    """Nothing is lost and nothing given up: once GitHub is back, what was wanted is asked."""
    marks = asking.world.run("reviewer")
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    asking.repo.add_review_comment(
        NUMBER, 70, user=AGENT, body=marks.hidden_comment, path=PATH, commit_id="a" * 40, created_at=minute(1)
    )
    asking.world.deliver(reply(70))
    asking.standing_in.fault = faults.status(503)
    for _ in range(MOST_TRIES + 2):
        asking.world.now += timedelta(minutes=6)
        asking.ask()
    assert asking.world.answer().confidence == "unresolved"
    asking.standing_in.fault = None
    asking.world.now += timedelta(minutes=6)
    asking.ask()
    assert decided(asking.world.answer()) == ("exact", "artifact_parent_comment", "span-reviewer")


def test_what_is_never_told_is_given_up_visibly(asking: AskedWorld) -> None:
    """Answers that nobody can read are asked for ten times; then the finding says that it was given up."""
    asking.world.deliver(reply(70))
    asking.standing_in.fault = faults.malformed().on("/pulls/")
    for _ in range(MOST_TRIES + 2):
        asking.world.now += timedelta(minutes=11)
        asking.ask()
    with asking.world.facts() as facts:
        [(_, seen)] = facts.wants(status=Asked.DEAD, before=None, limit=10)
    assert seen.error
    assert "GitHub was not asked: given up" in finding(asking.world.answer(), "artifact_parent_comment").detail


def test_an_outage_of_a_month_is_given_up(asking: AskedWorld) -> None:
    """Feedback is not resolved again after thirty days, so nothing is asked for it any more."""
    asking.world.deliver(reply(70))
    asking.standing_in.fault = faults.status(503)
    asking.world.now += PATIENCE
    asking.ask()
    asking.world.now += GIVEN_UP_AFTER
    asking.ask()
    with asking.world.facts() as facts:
        assert {seen.status for _, seen in facts.wants(before=None, limit=10)} == {Asked.DEAD}


def test_a_suspended_app_is_named_in_the_finding(story: Story) -> None:
    """Where GitHub may not be asked the finding says why, the chain goes on, and later it is asked again."""
    coder = story.asking.world.run("coder").commit_trailers
    story.write(("Begin", BASE), (f"Add\n\n{coder}", [*BASE, "new"]))
    story.open()
    head = story.shas[1]
    story.asking.world.deliver(
        told.push(REPO, commits=[told.commit(head, f"Add\n\n{coder}", modified=[PATH])], at=minute(1)),
        told.pull_request(REPO, head=head, commits=1, at=minute(2)),
    )
    story.asking.standing_in.suspend(INSTALLATION)
    answer = story.comment(21)
    assert decided(answer) == ("exact", "commit_artifact", "span-coder")
    assert "GitHub was not asked: " in finding(answer, "line_blame").detail
    assert "suspended" in finding(answer, "line_blame").detail
    story.asking.standing_in.unsuspend(INSTALLATION)
    story.asking.world.now += timedelta(hours=2)
    story.asking.ask()
    assert decided(story.asking.world.answer()) == ("exact", "line_blame", "span-coder")


def test_an_installation_that_is_back_is_asked_at_once(asking: AskedWorld) -> None:
    """A delivery that says that the App was installed has what was refused asked again without waiting."""
    asking.standing_in.remove_repository(INSTALLATION, asking.repo)
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    asking.ask()
    assert "GitHub was not asked: " in finding(asking.world.answer(), "artifact_parent_comment").detail
    asking.standing_in.add_repository(INSTALLATION, asking.repo)
    asking.world.now += timedelta(minutes=2)
    asking.world.deliver(told.installation_repositories(added=[REPO]))
    assert asking.ask() > 0
    assert "GitHub was not asked" not in str(asking.world.answer().findings)


def test_credentials_that_cannot_be_read_are_named(store: Store, tmp_path: Path) -> None:
    """Without a readable key the service goes on, and every finding that would have asked says so."""
    with StandIn() as standing_in:
        asking = asked_world(store, standing_in, tmp_path, github_private_key_file=str(tmp_path / "none.pem"))
        asking.world.deliver(reply(70))
        asking.world.now += PATIENCE
        asking.ask()
        told_of = finding(asking.world.answer(), "artifact_parent_comment").detail
        assert "GitHub was not asked: the App's private key file cannot be read" in told_of
        assert "none.pem" not in str(asking.world.answer())
        assert standing_in.requests == []


def test_an_address_that_would_send_tokens_in_the_clear_is_named(store: Store, tmp_path: Path) -> None:
    """A plain http address of another host is not asked; the service goes on, and every finding says so."""
    with StandIn() as standing_in:
        asking = asked_world(store, standing_in, tmp_path, github_api_url="http://github.example.com")
        asking.world.deliver(reply(70))
        asking.world.now += PATIENCE
        asking.ask()
        assert "GitHub was not asked: " in finding(asking.world.answer(), "artifact_parent_comment").detail
        assert standing_in.requests == []


def test_a_delivery_that_comes_first_spares_the_question(asking: AskedWorld) -> None:
    """What a delivery brought before GitHub was asked is not asked for."""
    marks = asking.world.run("reviewer")
    asking.world.deliver(reply(70))
    asking.world.deliver(
        told.review_comment(REPO, id=70, author=AGENT, body=marks.hidden_comment, at=minute(1), review_id=None)
    )
    asking.world.now += PATIENCE
    asking.ask()
    assert asking.standing_in.asked("/pulls/") == []
    assert asking.world.answer().mode == "artifact_parent_comment"


def test_a_worker_that_dies_while_it_asks_loses_nothing(asking: AskedWorld) -> None:
    """A want that was handed out and never settled is handed out again."""
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    assert asking.world.store.claim_want(asking.world.now) is not None
    assert not ask_once(asking.services, asking.github)
    asking.world.now += timedelta(minutes=2)
    assert ask_once(asking.services, asking.github)


def test_who_may_give_feedback_is_asked_of_github(store: Store, tmp_path: Path) -> None:
    """Without a list the collaborator permission decides: write may, and the feedback is resolved."""
    with StandIn() as standing_in:
        asking = asked_world(store, standing_in, tmp_path, feedback_authors=None)
        asking.repo.permission[MAINTAINER.login] = "write"
        asking.world.deliver(told.issue_comment(REPO, id=1, body=IMPROVE, at=minute(60)))
        assert asking.world.feedback().state.status == "ignored"
        asking.ask()
        assert asking.world.feedback().state.status == "new"
        assert asking.world.feedback().resolution is not None


def test_an_unexpected_fault_is_kept_with_the_want(
    asking: AskedWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours while asking ends neither the loop nor the want; it is told by its type alone."""
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    monkeypatch.setattr("receiver.asking.tell", _stumble)
    with caplog.at_level(logging.WARNING):
        assert ask_once(asking.services, asking.github)
    with asking.world.facts() as facts:
        assert facts.wants(before=None, limit=1)[0][1].error == "ZeroDivisionError"
    assert "secret" not in caplog.text


def _stumble(*_: object) -> None:
    raise ZeroDivisionError("secret")
