"""Suggesting reviewers is a note, not an order: it starts nothing, here or at GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.asking import ask_once, github_or_refusal
from tests.support.api import pages
from tests.support.builders import MAINTAINER, minute, review_comment
from tests.support.github import StandIn, key_pair
from tests.support.reports import REPO, Desk, good, open_desk

LONGEST = 200
"""Questions after which a test gives up."""


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Run a GitHub that holds the repository, with the App installed."""
    with StandIn() as stand_in:
        repository = stand_in.repository(id=REPO.id, name=REPO.name)
        stand_in.install(id=REPO.installation_id or 0, account="acme", repositories=[repository])
        yield stand_in


@pytest.fixture
def desk(tmp_path: Path, github: StandIn) -> Iterator[Desk]:
    """A desk whose service may ask GitHub."""
    with open_desk(
        tmp_path,
        feedback_authors=frozenset({MAINTAINER.login}),
        github_api_url=github.url,
        github_app_id=github.app.id,
        github_private_key_file=key_pair().write(tmp_path),
    ) as opened:
        github.clock = lambda: opened.api.now
        yield opened


def ask(desk: Desk, github: StandIn) -> int:
    """Let a day pass in which the worker asks GitHub for all that it wants; return how many requests there were."""
    before = len(github.requests)
    asker = github_or_refusal(desk.api.services)
    for _ in range(24):
        desk.api.wait(hours=1)
        for _ in range(LONGEST):
            if not ask_once(desk.api.services, asker):
                break
        else:
            raise AssertionError("there is no end to what is wanted")
    return len(github.requests) - before


def test_suggesting_reviewers_starts_nothing(desk: Desk, github: StandIn) -> None:
    """Naming reviewers, editing and deleting them: no run, no other entry, no other status, no question to GitHub."""
    desk.deliver(review_comment(REPO, id=32, in_reply_to_id=31, body="/agents improve it", at=minute(10)))
    report = str(desk.feedback(32)["report_id"])
    assert ask(desk, github) > 0
    while ask(desk, github):
        pass
    runs, before, log = pages(desk.api, "/runs"), desk.shown(report), desk.entries(report)

    first = desk.appended(report, "suggested_reviewers", good("suggested_reviewers"))
    second = desk.appended(
        report, "suggested_reviewers", [{"login": "mona"}, {"login": "lisa"}], by=desk.as_run("span-1")
    )
    third = desk.edit(report, second["id"], [{"login": "coder[bot]", "reason": "knows it"}]).json
    assert ask(desk, github) == 0
    assert desk.entries(report) == [third, first, *log]
    after = desk.shown(report)
    assert after == before | {
        "state": before["state"] | {"suggested_reviewers": third},
        "updated_at": after["updated_at"],
    }
    assert desk.delete(report, second["id"]).status_code == 204
    assert ask(desk, github) == 0
    assert desk.entries(report) == [first, *log]
    assert pages(desk.api, "/runs") == runs
    assert pages(desk.api, "/reports") == [desk.shown(report)]
    assert (desk.shown(report)["status"], desk.shown(report)["implementation"]) == ("open", None)
