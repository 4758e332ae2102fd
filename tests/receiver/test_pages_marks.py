"""The page with what other tools say, and with what people do without words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from resolver.locks import repository_lock
from resolver.model.github import Kind, Position
from resolver.model.marks import MarkUse
from resolver.model.signals import SignalKind, SignalSeen
from tests.support.api import AGENT, REPOSITORY_ID, SHA, TOKEN, Api, open_api
from tests.support.browser import Browser
from tests.support.marked import SESSION

POSITION = Position(path="a.py", line=3, original_line=3, side="RIGHT", commit=SHA, original_commit=SHA)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open a service that believes marks and keeps reactions, with feedback on a marked line."""
    with open_api(tmp_path, marks=MarkUse.CLAIMED, signals="reaction") as opened:
        opened.push(f"Add it\n\nClaude-Session: {SESSION}\nCo-authored-by: Cursor <cursoragent@cursor.com>")
        opened.give("shorter", id=32, kind=Kind.REVIEW_COMMENT, position=POSITION)
        yield opened


@pytest.fixture
def browser(api: Api) -> Browser:
    """Return somebody who is signed in with the token of the settings."""
    signed_in = Browser(api.app)
    assert signed_in.sign_in(TOKEN).status_code == 303
    return signed_in


def test_a_tool_without_a_run_is_shown_in_the_story(browser: Browser) -> None:
    """What a mark says of a tool stands among what the evidence admits, and leads to no run's page."""
    page = browser.page("/feedback/1")
    assert "Another tool's mark on the commented commit" in page.text
    assert "a session of another tool (Claude Code)" in page.text
    assert "a session of another tool (Cursor)" in page.text
    assert not any(link.startswith("/runs/") for link in page.links)


def test_a_claimed_answer_is_called_that(browser: Browser, api: Api) -> None:
    """Its badge, its meaning, its share of all, and what would make it exact."""
    api.register("s", sessions=[SESSION], number=None)
    assert "claimed" in browser.page("/feedback/1").text
    assert "nobody signed it" in browser.page("/feedback/1").text
    assert "/feedback/1" in browser.page("/?confidence=claimed").links
    api.now += timedelta(minutes=1)
    numbers = browser.page("/statistics").text
    assert "claimed 100 %" in numbers
    assert "whichrun hook install" in numbers


def test_a_run_shows_its_sessions_and_signals(browser: Browser, api: Api) -> None:
    """By which names other tools know it, and what people did with what it made."""
    marks = api.register("s", sessions=[SESSION])
    assert "What people did with it" not in browser.page("/runs/s").text
    api.see(marks["hidden_comment"], id=33, author=AGENT)
    told = SignalSeen(
        REPOSITORY_ID, SignalKind.REACTION, Kind.ISSUE_COMMENT, "33", "1", api.now + timedelta(minutes=1), detail="+1"
    )
    with api.services.store.transaction(repository_lock(REPOSITORY_ID)) as ledger:
        ledger.put_signal(told)
    page = browser.page("/runs/s")
    assert SESSION in page.text
    assert "reaction +1" in page.text
