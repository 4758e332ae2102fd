"""Other tools' marks: any text, note or record gives some, each in its one spelling, and no more than there may be."""

from __future__ import annotations

from resolver import marks
from resolver.marks import agent_trace, git_ai, sessions
from resolver.model.marks import MarkKind
from tests.fuzz.given import text

_SHA = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
WORDS = (
    "Agents-Run: x", "Agents-Attribution: e30", "Entire-Checkpoint: a3b2c4d5e6f7", "\n", "\r\n", "  ", "> ", "```",
    "Claude-Session: ", "https://claude.ai/code/session_01ABCDEFGH", "Co-authored-by: x <noreply@anthropic.com>",
    "Assisted-by: a:b [c]", "Generated with [a](https://b)", "<!-- gh-aw-run-url: ", " -->", "run: ", "engine: ",
    "https://github.com/o/r/actions/runs/1", "\n---\n", '{"schema_version":"authorship/3.0.0"', '"prompts":{',
    "  abcd1234abcd1234 1-2", '"agent_id":{"tool":"a","id":"b"}', '"vcs":{"revision":"', _SHA, '"files":[', "}", "]",
)  # fmt: skip
_NOTE = (
    'a.py\n  abcd1234abcd1234 1\n---\n{"schema_version":"authorship/3.0.0","prompts":{"abcd1234abcd1234":'
    '{"agent_id":{"tool":"cursor","id":"x"}}}}'
)
SEEDS = (
    "Fix\n\nClaude-Session: https://claude.ai/code/session_01ABCDEFGH\nEntire-Checkpoint: a3b2c4d5e6f7",
    "Done.\n\n<!-- gh-aw-agentic-workflow: a, b, engine: c, run: https://github.com/o/r/actions/runs/1 -->",
    _NOTE,
    '{"vcs":{"revision":"' + _SHA + '"},"files":[{"path":"a","conversations":[{"url":"https://x/1"}]}]}',
)


def check(data: bytes) -> None:
    """Whatever is read names a session in its one spelling, or none."""
    given = text(data)
    in_texts = (*marks.of_commit(given), *marks.of_text(given))
    recorded = (*git_ai.read(given), *agent_trace.read(given, _SHA))
    assert len(in_texts) <= 2 * marks.MOST
    assert len(recorded) <= git_ai.MOST + agent_trace.MOST
    for one in (*in_texts, *recorded):
        assert one.session is None or one.kind is MarkKind.AGENTS_RUN or sessions.spelled(one.session) == one.session
