"""What GitHub tells shows things as they are now, cut, moved or merged: none of it makes a wrong answer exact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.asking import MOST_TRIES, ask_once
from resolver.github.port import Github
from resolver.github.shapes import ReviewCommentShape
from resolver.model.answers import Answer
from resolver.model.asking import Asked, Place
from resolver.settle import PATIENCE
from store import Store
from tests.support import builders as told
from tests.support.asked_world import AskedWorld, asked_world
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, minute
from tests.support.clone import NewCommit
from tests.support.github import StandIn
from tests.support.untold import BASE, IMPROVE, NUMBER, PATH, Story, decided, on_line, reply, text
from tests.support.world import REPO

HEAD = "a" * 40


@pytest.fixture
def asking(store: Store, tmp_path: Path) -> Iterator[AskedWorld]:
    """A service whose App is installed on a repository with one pull request."""
    with StandIn() as standing_in:
        made = asked_world(store, standing_in, tmp_path)
        made.repo.add_pull(NUMBER, head_sha=HEAD, base_sha="b" * 40)
        yield made


def remark(
    asking: AskedWorld,
    id: int,  # noqa: A002 -- GitHub's word
    marks: str = "",
    *,
    to: int | None = None,
    at: int = 1,
    edited: int = 0,
) -> None:
    """Let an agent have written a comment of a thread, which only GitHub knows."""
    asking.repo.add_review_comment(
        NUMBER, id, user=AGENT, body=f"Hm.\n{marks}", path=PATH, commit_id=HEAD, in_reply_to_id=to,
        created_at=minute(at), updated_at=minute(max(at, edited)),
    )  # fmt: skip


def settled(asking: AskedWorld) -> Answer:
    """Let time pass, ask, and return the answer to the only feedback."""
    asking.world.now += PATIENCE
    asking.ask()
    return asking.world.answer()


def on_file(story: Story, at: int) -> Answer:
    """Give feedback on a whole file at a commit."""
    made = told.review_comment(
        REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), commit=story.shas[at], line=None, original_line=None,
        side=None, subject_type="file", diff_hunk="",
    )  # fmt: skip
    story.asking.world.deliver(made)
    return story.settled()


def test_what_was_delivered_is_not_doubted_for_what_github_shows_now(asking: AskedWorld) -> None:
    """A comment of a review that was submitted later than it was drafted is nobody's edit: it stays authorised."""
    remark(asking, 70, asking.world.run("reviewer").hidden_comment)
    asking.repo.add_review_comment(
        NUMBER, 1, user=MAINTAINER, body=IMPROVE, path=PATH, commit_id=HEAD, in_reply_to_id=70, created_at=minute(55),
        updated_at=minute(60),
    )  # fmt: skip
    drafted = told.review_comment(
        REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), created_at=minute(55), in_reply_to_id=70
    )
    asking.world.deliver(drafted)
    assert settled(asking).span_id == "span-reviewer"
    assert asking.world.feedback().state.authorized


def test_a_review_that_was_edited_since(asking: AskedWorld) -> None:
    """GitHub is asked when a review was edited: what it says since then it did not say before."""
    marks = asking.world.run("planner").hidden_comment
    asking.repo.add_review(
        NUMBER, 900, user=AGENT, body=f"Later.\n{marks}", submitted_at=minute(1), edited_at=minute(120)
    )
    parent = told.review_comment(REPO, id=70, author=AGENT, body="Why?", at=minute(1), review_id=900)
    asking.world.deliver(parent, reply(70))
    assert settled(asking).confidence != "exact"


def test_a_claim_that_was_pasted_into_an_old_review(asking: AskedWorld) -> None:
    """An outsider edits an agent's claim into a review of before: that makes nothing exact for the outsider's text."""
    marks = asking.world.run("reviewer").hidden_comment
    asking.repo.add_review(
        NUMBER, 900, user=OUTSIDER, body=f"LGTM {marks}", submitted_at=minute(1), edited_at=minute(20)
    )
    bare = told.review_comment(REPO, id=70, author=OUTSIDER, body="mine", at=minute(1), review_id=900)
    genuine = told.review_comment(REPO, id=71, author=AGENT, body=f"Hm.\n{marks}", at=minute(10), review_id=None)
    asking.world.deliver(genuine, bare, reply(70))
    assert settled(asking).confidence != "exact"


@pytest.mark.parametrize("first", ["edit", "feedback"])
def test_a_thread_of_which_only_an_edit_was_delivered(asking: AskedWorld, first: str) -> None:
    """The rest of the thread is asked for, whichever came first: another run wrote in it."""
    reviewer, planner = (asking.world.run(name).hidden_comment for name in ("reviewer", "planner"))
    remark(asking, 70, reviewer, edited=5)
    remark(asking, 71, planner, to=70, at=2)
    edit = told.review_comment(
        REPO, "edited", id=70, author=AGENT, body=f"Hm.\n{reviewer}", at=minute(5), created_at=minute(1), was="old"
    )
    for one in (edit, reply(70)) if first == "edit" else (reply(70), edit):
        asking.world.deliver(one)
    assert settled(asking).confidence != "exact"


def test_an_edit_that_nobody_delivered(asking: AskedWorld) -> None:
    """What a comment said between what was delivered and what GitHub shows now is not known."""
    remark(asking, 70, asking.world.run("reviewer").hidden_comment)
    remark(asking, 71, to=70, at=2, edited=90)
    first = told.review_comment(
        REPO, id=71, author=AGENT, body="first", at=minute(2), in_reply_to_id=70, review_id=None
    )
    asking.world.deliver(first, reply(70))
    assert settled(asking).confidence != "exact"


def test_a_comment_that_moves_to_a_page_that_was_read(asking: AskedWorld) -> None:
    """While a long list is read, a comment of it is deleted: none is passed over."""
    remark(asking, 70, asking.world.run("reviewer").hidden_comment)
    for number in range(1000, 1099):
        remark(asking, number)
    remark(asking, 5000, asking.world.run("planner").hidden_comment, to=70, at=2)
    remark(asking, 5001, to=70, at=3)
    asking.github = Shifting(asking)  # type: ignore[assignment]
    asking.world.deliver(reply(70))
    assert settled(asking).confidence != "exact"


class Shifting:
    """GitHub, where a comment is deleted each time that a page was read."""

    def __init__(self, asking: AskedWorld) -> None:
        self._asking = asking
        self._github: Github = asking.github

    def __getattr__(self, name: str) -> object:
        return getattr(self._github, name)

    def review_comments(self, place: Place, number: int) -> Iterator[tuple[ReviewCommentShape, ...]]:
        """Yield the pages."""
        for page in self._github.review_comments(place, number):
            yield page
            self._asking.repo.review_comments.pop(1000, None)


def test_commands_of_long_ago_do_not_come_alive(asking: AskedWorld) -> None:
    """A thread that is asked for as evidence may hold commands: they are not given anew."""
    remark(asking, 70, asking.world.run("reviewer").hidden_comment)
    asking.repo.add_review_comment(
        NUMBER, 72, user=MAINTAINER, body=IMPROVE, path=PATH, commit_id=HEAD, in_reply_to_id=70,
        created_at="2024-01-01T00:00:00Z",
    )  # fmt: skip
    asking.world.deliver(reply(70))
    settled(asking)
    assert len(asking.world.all_feedback()) == 1


def test_removed_lines_are_numbered_by_the_diff_that_was_commented_on(story: Story) -> None:
    """A stacked pull request was retargeted since: the line of that number in the new diff is another one."""
    coder, planner = (story.asking.world.run(name).commit_trailers for name in ("coder", "planner"))
    base = ["a", "}", "b", "}", "c", "}", "d"]
    below = ["new 1", "new 2", *base]
    story.write(
        ("Begin", base),
        ("By hand", below),
        (f"One\n\n{coder}", [*below[:3], *below[4:]]),
        (f"Two\n\n{planner}", [*below[:3], "b", "c", "}", "d"]),
    )
    story.open(base=0, head=3)
    shown = story.clone.hunk(story.shas[1], story.shas[3], PATH, line=4, side="LEFT")
    story.asking.world.deliver(on_line(story.shas[3], 4, side="LEFT", hunk=shown))
    assert story.settled().confidence != "exact"


@pytest.mark.parametrize("more", [True, False], ids=["beside another commit", "alone"])
def test_a_squash_merge_within_a_squash_merge(story: Story, *, more: bool) -> None:
    """Two runs' work was squashed into a branch under the name of one, and that branch into another."""
    coder, planner = (
        story.asking.world.run(name, number=7, numbers=(8,)).commit_trailers for name in ("coder", "planner")
    )
    one = [*BASE[:4], "by coder", *BASE[4:]]
    two = [*one[:14], "by planner", *one[14:]]
    end = [*two, "end"] if more else two
    story.shas = story.clone.write(
        [
            NewCommit("Begin", {PATH: text(BASE)}),
            NewCommit(f"Add\n\n{coder}", {PATH: text(one)}, parents=[0]),
            NewCommit(f"Add\n\n{planner}", {PATH: text(two)}, parents=[1]),
            NewCommit(f"Squash (#7)\n\n{coder}", {PATH: text(two)}, parents=[0]),
            NewCommit(f"More\n\n{coder}", {PATH: text(end)} if more else {"other": "x"}, parents=[3]),
            NewCommit(f"Squash (#8)\n\n{coder}", {PATH: text(end)}, parents=[0], author="Other"),
            NewCommit("Later", {PATH: text(["top", *end])}, parents=[5]),
        ]
    )
    story.open(number=7, base=0, head=2, merged=True, merge_commit_sha=story.shas[3])
    story.open(number=8, base=0, head=4 if more else 3, merged=True, merge_commit_sha=story.shas[5])
    story.open(base=5, head=6)
    answer = story.comment(16, base=5)
    assert answer.span_id == "span-planner" or answer.confidence != "exact"


def test_a_commit_that_is_dated_ahead_counts(story: Story) -> None:
    """Whoever makes a commit dates it: a person's commit on the file counts, whatever it says of its time."""
    coder = story.asking.world.run("coder").commit_trailers
    ahead = story.asking.world.now + timedelta(days=1000)
    story.shas = story.clone.write(
        [
            NewCommit("Begin", {PATH: text(BASE)}),
            NewCommit(f"Add\n\n{coder}", {PATH: text([*BASE, "one"])}, parents=[0]),
            NewCommit("By hand", {PATH: text([*BASE, "one", "two"])}, parents=[1], at=ahead),
            NewCommit(f"Other\n\n{coder}", {"other.py": "x\n"}, parents=[2]),
        ]
    )
    story.open()
    assert decided(on_file(story, 3)) == ("inferred", "commit_file", "span-coder")


def test_a_want_that_nobody_survives_is_given_up(asking: AskedWorld) -> None:
    """Workers die over a want, one after the other: the next one gives it up, and says so."""
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    for _ in range(MOST_TRIES):
        assert asking.world.store.claim_want(asking.world.now) is not None
        asking.world.now += timedelta(minutes=2)
    ask_once(asking.services, asking.github)
    with asking.world.facts() as facts:
        assert facts.wants(before=None, limit=9)[-1][1].status is Asked.DEAD


def test_what_was_told_of_a_large_pull_request_is_not_asked_again(story: Story) -> None:
    """GitHub's limit ends the reading of many commits: after it, it goes on with the first that is not known."""
    coder = story.asking.world.run("coder").commit_trailers
    commits = [(f"Part {number}\n\n{coder}", [*BASE, f"part {number}"]) for number in range(60)]
    story.write(("Begin", BASE), *commits)
    story.open()
    story.asking.standing_in.limits.limit = 40
    on_file(story, -1)
    for _ in range(4):
        story.asking.world.now += timedelta(hours=1, minutes=1)
        story.asking.ask()
    asked = [one.raw_path for one in story.asking.standing_in.asked(r"/commits/[0-9a-f]{40}$")]
    assert {path.rpartition("/")[2] for path in asked} == set(story.shas[1:])
    assert len(asked) <= len(story.shas) + 40
