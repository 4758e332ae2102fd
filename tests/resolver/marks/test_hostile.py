"""Whatever somebody writes, marks are read of it, in time that grows no faster than the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver import marks
from resolver.marks import agent_trace, git_ai, sessions
from resolver.model.marks import Mark
from tests.support.steps import fill, steps

PIECES = st.sampled_from(
    [
        *("Agents-Run:", "Agents-Attribution: ", "Entire-Checkpoint: ", "a3b2c4d5e6f7", "Claude-Session: ", "\n", " "),
        *("https://claude.ai/code/session_01ABCDEFGH", "Co-authored-by: x <noreply@anthropic.com>", "\t", "\r", "é"),
        *("<!-- gh-aw-agentic-workflow: a, run: ", "https://github.com/o/r/actions/runs/1", " -->", "<!--", "> "),
        *("\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)", "\ud800", "\x00", "\u2028", "```"),
        "Assisted-by: ",
    ]
)
UNITS = [
    "Agents-Run: ",
    "Entire-Checkpoint: a3b2c4d5e6f7\n",
    "Co-authored-by: <",
    "Assisted-by: a [",
    "Generated with [",
    "Generated with [a](https://a)\n",
    "https://claude.ai/code/session_",
    "https://claude.ai/code/session_01ABCDEFGH\n",
    "<!-- gh-aw-",
    "<!-- gh-aw-run-url: -->",
    "<!-- gh-aw-agentic-workflow: , , , run: ",
    "> gh-aw-\n",
]


@given(text=st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_gives_marks(text: str) -> None:
    """No text makes reading fail, and no session that is read has another spelling."""
    for one in (*marks.of_commit(text), *marks.of_text(text)):
        assert isinstance(one, Mark)
        assert one.session is None or one.kind == "Agents-Run" or sessions.spelled(one.session) == one.session


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_takes_about_twice_the_work(unit: str) -> None:
    """Work grows with the text, and not with its square."""
    for read in (marks.of_commit, marks.of_text):
        short, long = (steps(read, fill(unit, length)) for length in (8_192, 16_384))
        assert long < 2.6 * short + 5_000, read


@pytest.mark.parametrize("unit", ["a\n", "  abcd1234abcd1234 1\n", "a\n---\n", "{", '{"a":', "[", "f" * 40 + "\n"])
def test_so_it_is_with_records(unit: str) -> None:
    """Notes and traces are read in time linear in their length too."""
    for read in (git_ai.read, lambda text: agent_trace.read(text, "f" * 40)):
        short, long = (steps(read, fill(unit, length)) for length in (8_192, 16_384))
        assert long < 2.6 * short + 5_000
