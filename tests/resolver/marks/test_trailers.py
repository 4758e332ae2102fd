"""Marks in commit messages: each kind by examples as its tool writes them."""

from __future__ import annotations

import pytest

from resolver import marks
from resolver.model.marks import Mark, MarkKind

COPILOT = """\
Fix the ranges of months

Agent-Logs-Url: https://github.com/Acme/Widgets/sessions/31474705-fbd9-4eed-bbb9-f011558ccd5e

Co-authored-by: mona <219644+mona@users.noreply.github.com>
"""
CLAUDE = """\
Fix the ranges of months

Co-Authored-By: Claude Opus 5 <noreply@anthropic.com>
Claude-Session: https://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c
"""
ON_THE_WEB = "Fix it\n\nhttps://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c\n"
SQUASH = """\
Add months (#42)

* Add a parser

  Entire-Checkpoint: A3b2c4d5e6f7

* Add a writer

  Entire-Checkpoint: 01m2vbjbjqz2bp1w2pbwdf3j30
"""
SESSION = "session_01R5HnfdYMwXXrJGAkYVE48c"


def mark(kind: MarkKind, tool: str | None, session: str | None = None) -> Mark:
    """Make a mark."""
    return Mark(kind, tool, session)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Fix it\n\nAgents-Run: 428ecb0920459b24\n", [mark(MarkKind.AGENTS_RUN, None, "428ecb0920459b24")]),
        ("Fix it\n\nagents-run:428ecb0920459b24\r\n", [mark(MarkKind.AGENTS_RUN, None, "428ecb0920459b24")]),
        (
            COPILOT,
            [
                mark(
                    MarkKind.AGENT_LOGS,
                    "GitHub Copilot",
                    "https://github.com/acme/widgets/sessions/31474705-fbd9-4eed-bbb9-f011558ccd5e",
                )
            ],
        ),
        (
            CLAUDE,
            [
                mark(MarkKind.CO_AUTHOR, "Claude Code"),
                mark(MarkKind.CLAUDE_SESSION, "Claude Code", SESSION),
            ],
        ),
        (ON_THE_WEB, [mark(MarkKind.CLAUDE_SESSION, "Claude Code", SESSION)]),
        (
            SQUASH,
            [
                mark(MarkKind.ENTIRE_CHECKPOINT, "Entire", "a3b2c4d5e6f7"),
                mark(MarkKind.ENTIRE_CHECKPOINT, "Entire", "01M2VBJBJQZ2BP1W2PBWDF3J30"),
            ],
        ),
        (
            "x\n\nAssisted-by: Claude:claude-opus-4-6 [coccinelle] [sparse]\n",
            [mark(MarkKind.ASSISTED_BY, "Claude:claude-opus-4-6")],
        ),
        (
            "x\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>",
            [mark(MarkKind.CO_AUTHOR, "GitHub Copilot")],
        ),
        ("x\n\nCo-authored-by: Cursor <cursoragent@cursor.com>", [mark(MarkKind.CO_AUTHOR, "Cursor")]),
        (
            "x\n\n\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)\n",
            [mark(MarkKind.GENERATED_WITH, "Claude Code")],
        ),
    ],
)
def test_each_tools_own(message: str, expected: list[Mark]) -> None:
    """Each trailer is read as its tool writes it, sessions in their one spelling."""
    assert list(marks.of_commit(message)) == expected


@pytest.mark.parametrize(
    "message",
    [
        "Add months",
        "Entire-Checkpoint: [auto-generated]",
        "Entire-Checkpoint: a3b2c4d5e6f",
        "Claude-Session: https://claude.ai.evil.example/code/session_01R5HnfdYMwXXrJGAkYVE48c",
        "see https://claude.ai/code/session_01R5HnfdYMwXXrJGAkYVE48c for why",
        "Agent-Logs-Url: https://github.com/acme/widgets/pull/7",
        "Agents-Run: two words",
        "Agents-Run: a/b",
        "Co-authored-by: Claude Shannon <claude@example.com>",
        "Co-authored-by: noreply@anthropic.com",
        "Assisted-by: \u001b[31m",
        "We could write Entire-Checkpoint: a3b2c4d5e6f7 here",
    ],
)
def test_what_only_looks_like_one(message: str) -> None:
    """A person, a mention, a key without its value: none is a mark."""
    assert marks.of_commit(message) == ()


def test_beside_a_claim_the_readable_span_is_no_mark() -> None:
    """What a refused claim says does not come back by the trailer that repeats it; other tools' marks stay."""
    message = f"Fix it\n\nAgents-Attribution: e30\nAgents-Run: 428ecb0920459b24\nClaude-Session: {SESSION}\n"
    assert [one.kind for one in marks.of_commit(message)] == [MarkKind.CLAUDE_SESSION]


def test_no_message_gives_more_than_some() -> None:
    """Whoever writes marks without end gets no further than a squash merge would."""
    message = "\n".join(f"Entire-Checkpoint: {number:012x}" for number in range(5000))
    assert len(marks.of_commit(message)) == marks.MOST
