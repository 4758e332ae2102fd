"""`whichrun doctor` on what is written on GitHub: permissions, what waits, and what was given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from resolver.model.posting import Fate, Means, NewPosting, PostingChange
from tests.support.api import Api
from tests.support.examined import examined, good_settings, well_kept_store, well_known_app
from tests.support.github import StandIn, faults
from tests.support.history import INSTALLATION, NUMBER

ANSWERING = {"answers": "reply,commits", "public_url": "https://whichrun.example.com"}
WRITES = {"issues": "write", "pull_requests": "write", "checks": "write"}


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub whose App may write."""
    with well_known_app() as opened:
        opened.app.permissions |= WRITES
        opened.installations[INSTALLATION].permissions |= WRITES
        yield opened


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service that is well."""
    with well_kept_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(github: StandIn, api: Api, tmp_path: Path) -> dict[str, str]:
    """Return its settings, which have it answer."""
    del api
    return good_settings(github, tmp_path) | ANSWERING


def found(settings: dict[str, str], **changed: str) -> list[tuple[str, str]]:
    """Return outcome and message of each check of answers."""
    _, checks = examined(settings, **changed)
    return [(one["outcome"], one["message"]) for one in checks if one["name"] == "answers"]


def settle(api: Api, number: int, fate: Fate, refusal: str | None = None) -> None:
    """Have a posting end so."""
    store, at = api.services.store, api.now
    posting = NewPosting(means=Means.REPLY, repository_id=NUMBER, subject=f"issue_comment/{number}")
    with store.transaction() as ledger:
        ledger.note_posting(posting, at, due=at, new=True)
    claimed = store.postings.claim(at)
    assert claimed is not None
    later = at + timedelta(hours=1)
    store.postings.settle(claimed, PostingChange(fate=fate, at=at, retry_at=later, refusal=refusal))


def test_a_service_that_may_write(settings: dict[str, str]) -> None:
    """All is well, and nothing waits; without the setting nothing is said at all."""
    assert found(settings) == [("ok", "GitHub is written to by commits, reply; 0 postings waiting")]
    assert found(settings, answers="") == []


def test_permissions_that_are_missing(settings: dict[str, str], github: StandIn) -> None:
    """Of the installation, each by its name; of the App itself, once."""
    github.installations[INSTALLATION].permissions["checks"] = "read"
    assert found(settings) == [("wrong", f"installation {INSTALLATION} (acme) does not grant checks: write")]
    del github.app.permissions["checks"]
    assert found(settings) == [("wrong", "the App does not ask for checks: write")]
    assert found(settings, answers="reply") == [("ok", "GitHub is written to by reply; 0 postings waiting")]


def test_what_could_not_be_written(settings: dict[str, str], api: Api) -> None:
    """Why postings wait, and how many were given up."""
    settle(api, 11, Fate.WAITING, "installation 77 does not grant issues: write")
    settle(api, 12, Fate.DEAD)
    assert found(settings) == [
        ("wrong", "1 posting may not be written: installation 77 does not grant issues: write"),
        ("wrong", "1 posting given up"),
    ]


def test_a_github_that_does_not_answer(settings: dict[str, str], github: StandIn) -> None:
    """What cannot be looked at is never called well."""
    github.fault = faults.status(502)
    assert [outcome for outcome, _ in found(settings)] == ["wrong"]
