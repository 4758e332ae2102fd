"""Marks of the commits that last changed the commented line."""

from __future__ import annotations

from resolver.model.github import Blame, BlameRange
from store import Store
from tests.support.builders import commit, minute, pull_request, push, review_comment, sha
from tests.support.marked import IMPROVE, SESSION, TRAILER, believing, candidates, decided
from tests.support.world import REPO, World


def tell(world: World, *ranges: tuple[int, int, str], first: int | None = None) -> None:
    """Tell of two commits, the first one marked, of feedback on line 10, and of who wrote which lines."""
    made = [
        commit(sha("a"), f"Add it\n\n{TRAILER}", modified=("src/app.py",)),
        commit(sha("head"), "By hand", modified=("src/app.py",)),
    ]
    world.deliver(
        push(REPO, commits=made),
        pull_request(REPO, head=sha("head"), commits=2),
        review_comment(REPO, id=1, body=IMPROVE, line=10, original_line=None, start_line=first, at=minute(3)),
    )
    told = tuple(BlameRange(begin, end, sha(letter)) for begin, end, letter in ranges)
    world.keep_blame(Blame(REPO.id, sha("head"), "src/app.py", "RIGHT", told))


def test_the_line_is_the_marked_commits(store: Store) -> None:
    """Though a person committed to the file as well, the line's own commit carries the mark: it is claimed."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, (1, 20, "a"))
    assert decided(world.answer()) == ("claimed", "mark_line", "span-coder")


def test_the_line_is_a_persons(store: Store) -> None:
    """A line that a commit without marks wrote is nobody's, though another commit of the file carries one."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, (1, 9, "a"), (10, 20, "head"))
    assert decided(world.answer()) == ("unresolved", "line_blame", None)
    assert world.answer().candidates == ()


def test_lines_of_both_are_of_neither(store: Store) -> None:
    """Where one of several lines is a person's, the marked run is a candidate."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    tell(world, (1, 9, "a"), (10, 20, "head"), first=8)
    assert decided(world.answer()) == ("unresolved", "line_blame", None)
    assert candidates(world.answer()) == [("span-coder", "coder")]
