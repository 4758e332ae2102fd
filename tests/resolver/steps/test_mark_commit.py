"""Marks of the commented commit, where no signature speaks."""

from __future__ import annotations

import pytest

from resolver.ask import Question
from resolver.model.github import Commit
from resolver.model.runs import Run
from resolver.observe import Observation
from store import Store
from tests.support.builders import Repo, commit, commit_comment, minute, pull_request, push, review_comment, sha
from tests.support.marked import IMPROVE, OTHER_SESSION, SESSION, TRAILER, believing, candidates, deaf, decided
from tests.support.world import NOW, REPO, World

NO_CLAIM = "commented commit has no signed agent attribution"


def tell(world: World, message: str, **about: object) -> None:
    """Tell of a pull request of one commit, and of feedback on a line of it."""
    made = commit(sha("head"), message, modified=("src/app.py",))
    comment = {"id": 1, "body": IMPROVE, "at": minute(3)} | about
    world.deliver(
        push(REPO, commits=[made]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, **comment),  # type: ignore[arg-type]
    )


def test_a_session_that_a_run_named_is_claimed(store: Store) -> None:
    """The mark names a session, one registered run named it as its own: that run, as claimed, and no more."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}\n")
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
    assert world.answer().findings[-1].detail.endswith("which nobody signed")


def test_a_span_that_stands_there_unsigned_is_claimed(store: Store) -> None:
    """``Agents-Run`` without a claim names a run itself."""
    world = believing(store)
    world.run("coder")
    tell(world, "Add it\n\nAgents-Run: span-coder\n")
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")


@pytest.mark.parametrize("message", [f"Add it\n\n{TRAILER}", "Add it\n\nAgents-Run: span-coder"])
def test_as_hints_marks_change_no_answer(world: World, message: str) -> None:
    """Unless the operator says otherwise the walk ends as without the mark; it is shown, and the run is a candidate."""
    world.run("coder", sessions=(SESSION,))
    tell(world, message)
    answer = world.answer()
    assert decided(answer) == ("unresolved", "commit_artifact", None)
    assert answer.diagnostic == NO_CLAIM
    assert candidates(answer) == [("span-coder", "coder")]
    assert answer.findings[-1].step == "mark_commit"
    assert answer.findings[-1].outcome == "nothing"


def test_switched_off_they_are_not_read(store: Store) -> None:
    """Nothing of a mark is shown where the operator wants none."""
    world = deaf(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert (world.answer().candidates, world.answer().findings[-1].step) == ((), "commit_artifact")


def test_a_tool_without_a_session_is_a_candidate_without_a_run(store: Store) -> None:
    """Who only says which tool it was names no run, however much marks are believed."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, "Add it\n\nCo-authored-by: Claude <noreply@anthropic.com>\nAssisted-by: Codex:gpt-5-4\n")
    answer = world.answer()
    assert decided(answer) == ("unresolved", "commit_artifact", None)
    assert answer.diagnostic == NO_CLAIM
    assert candidates(answer) == [(None, "Claude Code"), (None, "Codex:gpt-5-4")]


def test_a_session_of_no_run_names_none_until_one_is_registered(store: Store) -> None:
    """An unknown session is shown with its tool; the run that names it is reached when it is registered."""
    world = believing(store)
    tell(world, f"Add it\n\n{TRAILER}")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert candidates(world.answer()) == [(None, "Claude Code")]
    world.run("coder", sessions=(SESSION,))
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")


def test_two_sessions_are_of_neither(store: Store) -> None:
    """A squash of two sessions' work names no run, whether both are registered or one."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}\nClaude-Session: {OTHER_SESSION}\n")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    world.run("planner", sessions=(OTHER_SESSION,))
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert candidates(world.answer()) == [("span-coder", "coder"), ("span-planner", "planner")]


def test_two_tools_words_for_one_run(store: Store) -> None:
    """A kind of mark that leads nowhere is another tool's word for the same; one that leads elsewhere is not."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}\nEntire-Checkpoint: a3b2c4d5e6f7\n")
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
    world.run("planner", sessions=("a3b2c4d5e6f7",))
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)


def test_a_signed_commit_is_judged_by_its_signature_alone(store: Store) -> None:
    """A mark of another run beside a verified claim changes nothing: the answer is exact, and says nothing of it."""
    world = believing(store)
    signed = world.run("coder").commit_trailers
    world.run("planner", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}\n{signed}\n")
    assert decided(world.answer()) == ("exact", "commit_artifact", "span-coder")
    assert not any(finding.step.startswith("mark_") for finding in world.answer().findings)


def test_a_forged_claim_does_not_come_back_as_a_mark(store: Store) -> None:
    """Beside a claim that is refused no mark is believed, least of all the span that the claim repeats."""
    world = believing(store)
    forged = world.run("coder", sessions=(SESSION,)).commit_trailers.replace(
        "Agents-Attribution: ey", "Agents-Attribution: eY"
    )
    tell(world, f"Add it\n\n{forged}\n{TRAILER}\n")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert "a claim beside it was refused" in world.answer().findings[-1].detail


def test_a_commit_that_others_touched_the_file_beside(store: Store) -> None:
    """Where another commit touched the file too, nobody says that the marked one wrote the line."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    world.deliver(push(REPO, commits=[commit(sha("a"), "By hand", modified=("src/app.py",))], at=minute(0)))
    world.deliver(
        push(REPO, commits=[commit(sha("head"), TRAILER, modified=("src/app.py",))], before=sha("a"), at=minute(1)),
        pull_request(REPO, head=sha("head"), commits=2),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert candidates(world.answer()) == [("span-coder", "coder")]


def test_a_run_of_another_repository_is_not_named(store: Store) -> None:
    """Whoever writes another repository's span or session into a commit names nobody here."""
    world = believing(store)
    world.register(Run("default", "span-coder", "acme/gears", "coder", NOW, sessions=(SESSION,)))
    tell(world, f"Add it\n\n{TRAILER}\nAgents-Run: span-coder\n")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert candidates(world.answer()) == [(None, "Claude Code")]


def test_a_forks_commit_is_not_believed(store: Store) -> None:
    """On an open pull request of a fork anybody writes the messages: a mark there is a hint, until it is merged."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    fork = Repo(id=9999, name="mallory/widgets")
    made = commit(sha("head"), f"Add it\n\n{TRAILER}", modified=("src/app.py",))
    world.keep(
        Observation(commits=(Commit(REPO.id, sha("head"), made["message"], NOW, "mallory", frozenset({"src/app.py"})),))
    )
    world.deliver(
        pull_request(REPO, head=sha("head"), head_repo=fork, at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert candidates(world.answer()) == [("span-coder", "coder")]
    assert "is of a fork" in world.answer().findings[-1].detail


def test_a_commit_as_a_whole_and_its_address(store: Store) -> None:
    """A comment on a whole commit, and the question who made it, are about the commit's marks as well."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    world.deliver(push(REPO, commits=[commit(sha("head"), f"Add it\n\n{TRAILER}")]))
    world.deliver(commit_comment(REPO, id=1, commit=sha("head"), body=IMPROVE))
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
    asked = world.ask_url(f"{REPO.url}/commit/{sha('head')}")
    assert decided(asked) == ("claimed", "mark_commit", "span-coder")


def test_a_message_that_the_asker_brings_along(store: Store) -> None:
    """Asked about a commit message, its marks count, as its claims do."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    world.deliver(push(REPO, commits=[commit(sha("head"), "Begin")]))
    asked = world.ask(Question(repository=REPO.name, commit_message=f"Add it\n\n{TRAILER}\n"))
    assert decided(asked) == ("claimed", "mark_commit", "span-coder")


def test_lines_that_the_diff_left_alone(store: Store) -> None:
    """A commit that did not touch the commented file did not write the line, whatever marks it carries."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, f"Add it\n\n{TRAILER}", path="docs/other.md")
    assert decided(world.answer()) == ("unresolved", "commit_artifact", None)
    assert world.answer().candidates == ()
