"""What other tools recorded of commits, asked of GitHub where marks may make answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store
from tests.support.asked_world import AskedWorld, asked_world
from tests.support.clone import Clone, NewCommit
from tests.support.github import StandIn
from tests.support.untold import BASE, PATH, Story, decided

TALK = "6ef2299e-a67f-432b-aa80-3d2fb4d28999"
ADDED = [*BASE[:4], "by an agent", *BASE[4:]]


@pytest.fixture
def believing(store: Store, tmp_path: Path) -> Iterator[AskedWorld]:
    """A service that asks, and believes marks."""
    with StandIn() as standing_in:
        yield asked_world(store, standing_in, tmp_path, marks="claimed")


def note(sha: str, path: str = PATH) -> str:
    """Write a note as git-ai does."""
    said = {
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": sha,
        "prompts": {},
        "sessions": {"s_c9883b05a2487d": {"agent_id": {"tool": "cursor", "id": TALK, "model": "claude"}}},
    }
    return f"{path}\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 5\n---\n{json.dumps(said)}"


def annotate(clone: Clone, sha: str, text: str) -> None:
    """Attach a note to a commit."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    clone.git(*who, "notes", "--ref=ai", "add", "-f", "-F", "-", sha, given=text.encode())


def test_a_note_of_git_ai_names_the_lines_run(believing: AskedWorld, tmp_path: Path) -> None:
    """The commit that wrote the line carries no mark itself; its note names a session of a registered run."""
    story = Story(believing, tmp_path)
    believing.world.run("coder", sessions=(TALK,))
    story.write(("Begin", BASE), ("Add", ADDED))
    annotate(story.clone, story.shas[1], note(story.shas[1]))
    story.open()
    assert decided(story.comment(5)) == ("claimed", "mark_line", "span-coder")


def test_many_notes_stand_in_folders(believing: AskedWorld, tmp_path: Path) -> None:
    """Git spreads many notes over folders: the commit's own is found there too."""
    story = Story(believing, tmp_path)
    believing.world.run("coder", sessions=(TALK,))
    story.write(("Begin", BASE), ("Add", ADDED))
    sha = story.shas[1]
    blob = story.clone.git("hash-object", "-w", "--stdin", given=note(sha).encode()).decode().strip()
    inner = story.clone.git("mktree", given=f"100644 blob {blob}\t{sha[2:]}\n".encode()).decode().strip()
    outer = story.clone.git("mktree", given=f"040000 tree {inner}\t{sha[:2]}\n".encode()).decode().strip()
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    made = story.clone.git(*who, "commit-tree", outer, "-m", "Notes").decode().strip()
    story.clone.git("update-ref", "refs/notes/ai", made)
    story.open()
    assert decided(story.comment(5)) == ("claimed", "mark_line", "span-coder")


def test_a_record_of_agent_trace(believing: AskedWorld, tmp_path: Path) -> None:
    """The file on the default branch has a record that names the line's commit, with a conversation of a run."""
    story = Story(believing, tmp_path)
    believing.world.run("coder", sessions=("https://api.cursor.com/v1/conversations/12345",))
    story.write(("Begin", BASE), ("Add", ADDED))
    talk = {"url": "https://api.cursor.com/v1/conversations/12345", "contributor": {"type": "ai"}, "ranges": []}
    record = {
        "version": "0.1.0",
        "vcs": {"type": "git", "revision": story.shas[1]},
        "tool": {"name": "cursor"},
        "files": [{"path": PATH, "conversations": [talk]}],
    }
    files: dict[str, str | None] = {".agent-trace/traces.jsonl": f"{json.dumps(record)}\n"}
    (later,) = story.clone.write([NewCommit("Trace", files, parents=[story.shas[1]])])
    believing.repo.branch("main", later)
    story.open()
    assert decided(story.comment(5)) == ("claimed", "mark_line", "span-coder")


def test_where_there_is_no_note_the_answer_stays(believing: AskedWorld, tmp_path: Path) -> None:
    """GitHub has nothing recorded of the commit: the walk ends as without marks."""
    story = Story(believing, tmp_path)
    story.write(("Begin", BASE), ("Add", ADDED))
    story.open()
    answer = story.comment(5)
    assert decided(answer) == ("unresolved", "line_blame", None)
    assert answer.candidates == ()


def test_it_is_asked_once_for_each_commit(believing: AskedWorld, tmp_path: Path) -> None:
    """One question brings notes and traces, and is not asked again for the next feedback."""
    story = Story(believing, tmp_path)
    story.write(("Begin", BASE), ("Add", ADDED))
    story.open()
    story.comment(5)
    asked = [one for one in believing.standing_in.requests if b"isTruncated" in one.body]
    assert len(asked) == 1


def test_as_hints_nobody_is_asked(asking: AskedWorld, tmp_path: Path) -> None:
    """Unless marks may make an answer, GitHub is not bothered for them."""
    story = Story(asking, tmp_path)
    story.write(("Begin", BASE), ("Add", ADDED))
    story.open()
    story.comment(5)
    assert not [one for one in asking.standing_in.requests if b"isTruncated" in one.body]


def test_until_github_has_told_nothing_is_claimed(believing: AskedWorld, tmp_path: Path) -> None:
    """While the note is still to come, what the message claims is a guess: the note may name another session."""
    story = Story(believing, tmp_path)
    believing.world.run("coder", sessions=(TALK,))
    story.write(("Begin", BASE), ("Add\n\nAgents-Run: span-coder", ADDED))
    story.open()
    assert decided(story.comment(5)) == ("claimed", "mark_line", "span-coder")
    feedback = believing.world.feedback()
    with believing.world.facts() as facts:
        history = facts.resolutions(feedback.id, before=None, limit=20)
    assert {one.answer.confidence for _, one in history} <= {"unresolved", "inferred", "claimed"}
    assert [one.answer.confidence for _, one in history][-1] != "claimed"
