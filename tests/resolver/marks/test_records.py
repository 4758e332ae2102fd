"""Marks in what other tools record of commits: git-ai's notes and Agent Trace's records."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.marks import agent_trace, git_ai
from resolver.model.marks import Mark, MarkKind

NOTE = """\
src/main.rs
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15-20
src/both.rs
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10
  h_31dce776f88375 42-50
"src/my lib.rs"
  abcd1234abcd1234 1-50
src/person.rs
  h_31dce776f88375 1-2
---
""" + json.dumps(
    {
        "schema_version": "authorship/3.0.0",
        "git_ai_version": "1.4.5",
        "base_commit_sha": "7734793b756b3921c88db5375a8c156e9532447b",
        "prompts": {
            "abcd1234abcd1234": {
                "agent_id": {
                    "tool": "cursor",
                    "id": "6ef2299e-a67f-432b-aa80",
                    "model": "claude-4.5-opus",
                },
                "total_additions": 25,
                "total_deletions": 5,
                "accepted_lines": 20,
                "overriden_lines": 0,
            }
        },
        "humans": {"h_31dce776f88375": {"author": "Developer <dev@example.com>"}},
        "sessions": {
            "s_c9883b05a2487d": {"agent_id": {"tool": "claude", "id": "conv_abc123def456", "model": "claude-opus-5"}}
        },
    },
    indent=2,
)
SHA = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"


def record(**more: object) -> str:
    """Make a record as the specification shows it."""
    said = {
        "version": "0.1.0",
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-23T14:30:00Z",
        "vcs": {"type": "git", "revision": SHA},
        "tool": {"name": "cursor", "version": "2.4.0"},
        "files": [
            {
                "path": "src/utils/parser.ts",
                "conversations": [
                    {
                        "url": "https://api.cursor.com/v1/conversations/12345",
                        "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5-20251101"},
                        "ranges": [{"start_line": 42, "end_line": 67, "content_hash": "murmur3:9f2e8a1b"}],
                    }
                ],
            }
        ],
    }
    return json.dumps(said | more)


def test_a_note_of_git_ai() -> None:
    """A mark for each session and file, of sessions and of the older prompts; a file with a person's lines has none."""
    assert git_ai.read(NOTE) == (
        Mark(MarkKind.GIT_AI, "claude", "conv_abc123def456", "src/main.rs"),
        Mark(MarkKind.GIT_AI, "claude", None, "src/both.rs"),
        Mark(MarkKind.GIT_AI, "cursor", "6ef2299e-a67f-432b-aa80", "src/my lib.rs"),
    )


@pytest.mark.parametrize(
    "note", ["", "words", NOTE.replace("---", "-- "), NOTE.replace("authorship/3", "authorship/9"), "a\n---\n[" * 9]
)
def test_what_is_no_note_of_git_ai(note: str) -> None:
    """Another tool's note, another schema, half a note: nothing is read."""
    assert git_ai.read(note) == ()


def test_a_record_of_agent_trace() -> None:
    """A mark for each conversation and file of the commit that the record names; others' records are passed over."""
    lines = "\n".join([record(vcs={"type": "git", "revision": "b" * 40}), "{", record(), record()])
    assert agent_trace.read(lines, SHA) == (
        Mark(
            MarkKind.AGENT_TRACE,
            "cursor",
            "https://api.cursor.com/v1/conversations/12345",
            "src/utils/parser.ts",
        ),
    )


def test_a_path_on_somebodys_machine_is_no_session() -> None:
    """The reference implementation names a transcript's file, and nobody else has that; mixed work has no author."""
    talk = {"url": "file:///transcripts/1.jsonl", "contributor": {"type": "ai"}, "ranges": []}
    person = {"url": "https://example.com/1", "contributor": {"type": "human"}, "ranges": []}
    mixed = {"url": "https://example.com/2", "contributor": {"type": "mixed"}, "ranges": []}
    for talks in ([talk, person], [mixed, person]):
        line = record(files=[{"path": "a.py", "conversations": talks}])
        assert agent_trace.read(line, SHA) == (Mark(MarkKind.AGENT_TRACE, "cursor", None, "a.py"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(SHA),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["vcs", "revision", "files", "path", "conversations", "url", "contributor", "type", "tool", "name",
             "sessions", "prompts", "agent_id", "id", "schema_version", "abcd1234abcd1234"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(said=JSON)
def test_any_json_gives_marks(said: object) -> None:
    """Whatever stands in a record or note, reading it gives marks, and never fails."""
    for found in (agent_trace.read(json.dumps(said), SHA), agent_trace.read(record(files=said), SHA)):
        assert all(isinstance(one, Mark) for one in found)
    told = json.dumps({"schema_version": "authorship/3.0.0", "prompts": said, "sessions": {"abcd1234abcd1234": said}})
    assert all(isinstance(one, Mark) for one in git_ai.read(f"a.py\n  abcd1234abcd1234 1\n---\n{told}"))


@given(text=st.text())
def test_any_text_gives_marks(text: str) -> None:
    """So it is with any text."""
    assert git_ai.read(text) == ()
    assert agent_trace.read(text, SHA) == ()
