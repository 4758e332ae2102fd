"""Marks in comments and bodies: hidden comments and lines of ordinary text, never code or quotes."""

from __future__ import annotations

import pytest

from resolver import marks
from resolver.model.marks import Mark, MarkKind

RUN = "https://github.com/Acme/Widgets/actions/runs/33211664160"
SPELLED = "https://github.com/acme/widgets/actions/runs/33211664160"
ONE_COMMENT = (
    "Looks good.\n\n<!-- gh-aw-agentic-workflow: Triage, then label, engine: copilot, version: 1.0.60, "
    f"model: claude-sonnet-4.6, id: 33211664160, workflow_id: triage, run: {RUN} -->\n\n"
    "<!-- gh-aw-workflow-id: triage -->\n<!-- gh-aw-workflow-call-id: acme/widgets/triage -->\n"
)
GENERATED = "\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)"
SESSION = "https://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c"
TOOL = "GitHub Agentic Workflows"


def test_a_workflow_of_github() -> None:
    """One comment names the run of GitHub Actions and the engine; its name may hold commas. Others name the tool."""
    assert marks.of_text(ONE_COMMENT) == (
        Mark(MarkKind.GH_AW, f"{TOOL} (copilot)", SPELLED),
        Mark(MarkKind.GH_AW, TOOL),
    )


def test_older_workflows() -> None:
    """Before, the run stood in a comment of its own, or as the last field alone."""
    assert marks.of_text(f"<!-- gh-aw-run-url: {RUN} -->") == (Mark(MarkKind.GH_AW, TOOL, SPELLED),)
    assert marks.of_text(f"<!-- gh-aw-agentic-workflow: Test, run: {RUN} -->") == (Mark(MarkKind.GH_AW, TOOL, SPELLED),)
    assert marks.of_text("<!-- gh-aw-agentic-workflow: Fixer, workflow_id: fixer -->") == (Mark(MarkKind.GH_AW, TOOL),)


def test_a_body_by_claude_code() -> None:
    """The line that it ends with names the tool; a session's address alone on a line names the session."""
    assert marks.of_text(f"What I did.\n\n{GENERATED}\n\n{SESSION}\n") == (
        Mark(MarkKind.CLAUDE_SESSION, "Claude Code", "session_01R5HnfdYMwXXrJGAkYVE48c"),
        Mark(MarkKind.GENERATED_WITH, "Claude Code"),
    )


@pytest.mark.parametrize("text", [f"<!-- gh-aw-run-url: {RUN} -->", GENERATED, SESSION])
@pytest.mark.parametrize("form", ["> {}", "```\n{}\n```", "    {}", "`{}`", "<!-- open\n\n{}", "<pre>\n{}\n</pre>"])
def test_in_code_or_a_quote_it_is_none(text: str, form: str) -> None:
    """What stands in code, in a quote, or behind an open comment is shown, and says nothing of who wrote it."""
    assert marks.of_text(f"Like this:\n\n{form.format(text)}\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        "It is generated with care.",
        f"See {SESSION} for the reasons.",
        "<!-- gh-aw-expired-comments -->",
        "Agents-Run: 428ecb0920459b24",
        "Co-authored-by: Claude <noreply@anthropic.com>",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    """A mention of a session is no mark, and trailers are for commit messages."""
    assert marks.of_text(text) == ()


def test_a_workflow_that_names_something_else_names_no_session() -> None:
    """An address that is no run of GitHub Actions is not taken for one."""
    text = "<!-- gh-aw-agentic-workflow: Test, run: https://example.com/actions/runs/x -->"
    assert marks.of_text(text) == (Mark(MarkKind.GH_AW, TOOL),)
