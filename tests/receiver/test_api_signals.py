"""Signals as the API, the export and the page show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from resolver.locks import repository_lock
from resolver.model.github import Kind
from resolver.model.signals import SignalKind, SignalSeen
from resolver.model.tokens import Scope
from tests.support.api import AGENT, REPOSITORY_ID, Api, address, open_api, pages, refused


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API that keeps reactions, with a run that signed a comment, over a store of either kind."""
    with open_api(tmp_path, database_url=migrated_url, signals="reaction") as opened:
        marks = opened.register("s")
        opened.see(f"Done.\n{marks['hidden_comment']}", id=31, author=AGENT)
        yield opened


def react(api: Api, *numbers: int, to: int = 31) -> None:
    """Keep reactions to a comment."""
    with api.services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
        for number in numbers:
            at = api.now + timedelta(minutes=number)
            told = SignalSeen(
                REPOSITORY_ID, SignalKind.REACTION, Kind.ISSUE_COMMENT, str(to), str(number), at, 5, 7, detail="+1"
            )
            ledger.put_signal(told)


def test_a_runs_signals_are_listed(api: Api) -> None:
    """Newest first, page by page, each with what it happened to."""
    react(api, *range(1, 8))
    found = pages(api, "/runs/s/signals", limit=2)
    assert len(found) == 7
    assert [one["id"] for one in found] == sorted((one["id"] for one in found), reverse=True)
    assert found[-1] == {
        "id": found[-1]["id"],
        "kind": "reaction",
        "url": address(Kind.ISSUE_COMMENT, 31, 5),
        "subject": "issue_comment",
        "number": 5,
        "detail": "+1",
        "actor_id": 7,
        "occurred_at": "2026-10-01T12:01:00Z",
    }


def test_those_that_are_not_the_runs_are_passed_over(api: Api) -> None:
    """A page goes on past what is near, and not the run's: what happened to a bare comment is nobody's."""
    api.see("Thanks.", id=32)
    react(api, 1, 2, to=32)
    react(api, 3)
    assert [one["number"] for one in pages(api, "/runs/s/signals", limit=1)] == [5]
    api.register("t")
    assert pages(api, "/runs/t/signals") == []


def test_of_an_unknown_run_there_are_none(api: Api) -> None:
    """A span that is not there is 404, and a token without the scope is refused."""
    refused(api.get("/runs/nobody/signals"), 404)
    made = api.post("/tokens", {"name": "x", "scopes": [Scope.FEEDBACK_READ]}).json or {}
    api.headers = {"Authorization": f"Bearer {made['token']}"}
    refused(api.get("/runs/s/signals"), 403)


def exported(api: Api, **query: str) -> list[dict[str, Any]]:
    """Return the lines of an export."""
    return [json.loads(line) for line in api.get("/export", **query).text.splitlines()]


def test_the_export_has_them_behind_what_the_run_made(api: Api) -> None:
    """Where signals are kept, they come after a run's artifacts, and the export goes on from any of them."""
    react(api, 1, 2, 3)
    api.give(id=33)
    lines = exported(api)
    assert [one["type"] for one in lines] == ["run", "artifact", "signal", "signal", "signal", "feedback", "end"]
    assert lines[-1]["types"] == ["run", "artifact", "signal", "feedback"]
    for place, line in enumerate(lines[:-1]):
        assert exported(api, after=line["after"]) == lines[place + 1 :]


def test_where_none_are_kept_the_export_is_as_ever(tmp_path: Path) -> None:
    """Without the setting no line and no type of the export speaks of signals."""
    with open_api(tmp_path) as api:
        api.register("s")
        assert exported(api)[-1] == {"type": "end", "types": ["run", "artifact", "feedback"]}


def test_the_feedback_of_a_run_holds_no_signal(api: Api) -> None:
    """They are no feedback, and in no statistics of it."""
    react(api, 1)
    api.wait(hours=1)
    assert pages(api, "/runs/s/feedback") == []
    assert (api.get("/stats").json or {})["total"]["count"] == 0
