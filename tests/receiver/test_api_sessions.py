"""Sessions of other tools that runs name, and answers that rest on them, as the API shows both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.model.github import Kind, Position
from resolver.model.marks import MarkUse
from tests.support.api import AGENT, SHA, Api, open_api, pages, refused, refused_fields
from tests.support.marked import COMMENT, SESSION, WORKFLOW
from tests.support.traces import SPAN, span_json, traces

ADDRESS = f"https://claude.ai/code/{SESSION}?tab=diff"


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API whose operator lets marks make answers, over a store of either kind."""
    with open_api(tmp_path, database_url=migrated_url, marks=MarkUse.CLAIMED) as opened:
        yield opened


def test_a_run_is_registered_with_its_sessions(api: Api) -> None:
    """Each session is kept in its one spelling, and shown with the run; a run without any is shown as ever."""
    run = api.register(
        "s", sessions=[ADDRESS, SESSION, f"{WORKFLOW}/attempts/2", "A3B2C4D5E6F7", "conv 1".replace(" ", "_")]
    )
    assert run["run"]["sessions"] == [SESSION, WORKFLOW, "a3b2c4d5e6f7", "conv_1"]
    assert (api.get("/runs/s").json or {})["sessions"] == run["run"]["sessions"]
    assert "sessions" not in api.register("t")["run"]


def test_the_same_sessions_in_any_spelling_are_the_same_run(api: Api) -> None:
    """The same call again answers the same; other sessions for the same span are a conflict, as other facts are."""
    api.register("s", sessions=[ADDRESS])
    assert api.register("s", sessions=[SESSION])["run"]["sessions"] == [SESSION]
    fields = {"span_id": "s", "repository": "acme/widgets", "agent_name": "coder", "number": 5}
    refused(api.post("/runs", fields | {"sessions": ["another"]}), 409)


def test_sessions_become_known_later(api: Api) -> None:
    """A run that learns its sessions while it works adds them; none is taken back."""
    api.register("s", sessions=[SESSION])
    answer = api.patch("/runs/s", {"sessions": [WORKFLOW]})
    assert (answer.status_code, (answer.json or {})["sessions"]) == (200, [SESSION, WORKFLOW])


@pytest.mark.parametrize("wrong", [[""], ["two words"], ["é"], ["x" * 513], "text", [1], [None], ["x"] * 101])
def test_what_is_no_session_is_refused(api: Api, wrong: object) -> None:
    """A name that no tool writes is 422, and says which one it is."""
    fields = {"span_id": "s", "repository": "acme/widgets", "agent_name": "coder", "sessions": wrong}
    assert all(name.startswith("sessions") for name in refused_fields(api.post("/runs", fields)))


def test_a_claimed_answer(api: Api) -> None:
    """What a mark leads to is shown as claimed, with the run; lists are filtered by it, and it is counted."""
    api.register("s", number=None, sessions=[WORKFLOW])
    api.see(f"Done.\n\n{COMMENT}", id=31, author=AGENT)
    shown: dict[str, Any] = (
        api.get("/resolve", url="https://github.com/acme/widgets/issues/5#issuecomment-31").json or {}
    )
    assert (shown["confidence"], shown["mode"], shown["span_id"]) == ("claimed", "mark_comment", "s")
    assert shown["run"]["sessions"] == [WORKFLOW]
    asked = api.post("/resolve", {"repository": "acme/widgets", "commit_message": f"Fix\n\nClaude-Session: {SESSION}"})
    assert (asked.json or {})["candidates"][0]["span_id"] is None
    assert (asked.json or {})["candidates"][0]["agent_name"] == "Claude Code"


def test_feedback_that_is_claimed_is_listed_and_counted(api: Api) -> None:
    """Lists are filtered by it, and statistics have a number and a share for it beside the others."""
    api.register("s", number=None, sessions=[SESSION])
    api.push(f"Add it\n\nClaude-Session: {SESSION}")
    position = Position(path="a.py", line=3, original_line=3, side="RIGHT", commit=SHA, original_commit=SHA)
    number = api.give(id=32, kind=Kind.REVIEW_COMMENT, position=position)
    assert [one["id"] for one in pages(api, "/feedback", confidence="claimed")] == [number]
    api.wait(minutes=1)
    total = (api.get("/stats").json or {})["total"]
    assert (total["claimed"], total["shares"]["claimed"], total["exact"]) == (1, 1.0, 0)


def test_a_traced_conversation_is_a_session(api: Api) -> None:
    """A span that says which conversation it is of registers its run with that session."""
    body = traces(span_json(more={"gen_ai.conversation.id": "conv_5j66UpCpwteGg4YSxUnt7lPY"}))
    answer = api.client.post("/v1/traces", json=body, headers=api.headers)
    assert answer.status_code == 200, answer.text
    assert (api.get(f"/runs/{SPAN}").json or {})["sessions"] == ["conv_5j66UpCpwteGg4YSxUnt7lPY"]
