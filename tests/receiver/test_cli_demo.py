"""What the demonstration says when the service does not do what the story tells; e2e/test_demo.py runs it for real."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from receiver.demo import scenario
from receiver.demo.rows import rows
from receiver.demo.story import Marks, Story
from receiver.demo.table import show

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def story() -> Story:
    """Return the story with marks that say nothing."""
    agents = [run["agent_name"] for run in scenario.runs(NOW)]
    return scenario.story({agent: Marks(f"<!-- {agent} -->", f"Agent: {agent}") for agent in agents}, NOW)


def answers(story: Story) -> list[dict[str, Any]]:
    """Return what the API would answer when everything is as told."""
    return [
        {
            "source": told.source,
            "github_id": told.github_id,
            "status": told.due.status,
            "author": told.author,
            "author_association": "NONE",
            "resolution": None
            if told.due.mode is None
            else {
                "mode": told.due.mode,
                "confidence": told.due.confidence,
                "span_id": "s",
                "run": {"agent_name": told.due.agent},
                "diagnostic": None,
                "findings": [{"step": told.due.mode, "outcome": "decided", "detail": "because", "evidence": []}],
            },
        }
        for told in story.feedback
    ]


def test_all_is_well_when_every_feedback_reached_its_run(story: Story) -> None:
    """Answers as the story tells them are as told, in the story's order."""
    outcome = rows(story, reversed(answers(story)))
    assert [row.says for row in outcome] == [told.says for told in story.feedback]
    assert all(row.as_told for row in outcome)


@pytest.mark.parametrize(
    "wrong",
    [{"run": {"agent_name": "somebody else"}}, {"run": None}, {"mode": "direct"}, {"confidence": "unresolved"}],
)
def test_another_run_or_mode_or_confidence_is_a_fault(story: Story, wrong: dict[str, Any]) -> None:
    """Whatever part of an answer differs from the story, that row, and no other, is a fault."""
    items = answers(story)
    items[0]["resolution"].update(wrong)
    assert [row.as_told for row in rows(story, items)] == [False] + [True] * (len(items) - 1)


def test_feedback_that_nobody_kept_is_a_fault_that_is_shown(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """Feedback that the service does not know is a row of its own in the table, marked as a fault."""
    outcome = rows(story, answers(story)[1:])
    assert not outcome[0].as_told
    show(outcome)
    shown = " ".join(capsys.readouterr().out.split())
    assert "missing" in shown
    assert "this is a fault" in shown


def test_ids_and_times_are_as_github_gives_them(story: Story) -> None:
    """Every story has ids of its own, and nothing happens after now."""
    other = scenario.story(story.marks, NOW)
    ids = {told.github_id for told in story.feedback}
    assert len(ids) == len(story.feedback)
    assert not ids & {told.github_id for told in other.feedback}
    assert min(ids) > 0
    texts = [delivery.payload.get("comment", {}).get("created_at") for delivery in story.deliveries]
    assert max(filter(None, texts)) < "2026-10-01T12:00:00Z"
