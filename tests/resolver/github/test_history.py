from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolver.errors import GithubDownError
from tests.support.clone import Clone, NewCommit
from tests.support.github import StandIn
from tests.support.scripted import BEGIN, PLACE, Scripted, client, issue_comment, over_http, told, window

SHA = "a" * 40
SINCE = datetime(2026, 10, 1, tzinfo=UTC)


def day(number: int) -> str:
    """Return a moment of a day in October."""
    return f"2026-10-{number:02}T09:00:00Z"


def test_everything_that_stands_in_a_repository(stand_in: StandIn, clone: Clone) -> None:
    """Oldest first, with the number of the last page."""
    first, second = clone.write(
        [NewCommit("First", {"a.py": "1\n"}), NewCommit("Second", {"a.py": "2\n"}, parents=[0])]
    )
    repository = stand_in.repositories[9001]
    repository.branch("main", second)
    repository.add_issue(5)
    repository.add_pull(43, head_sha=second, base_sha=first, created_at=day(3))
    repository.add_pull(42, head_sha=second, base_sha=first, created_at=day(2), merged=True, merge_commit_sha=SHA)
    repository.add_review(42, 21, body="review")
    repository.add_review_comment(42, 31, path="a.py", line=1, commit_id=second)
    repository.add_commit_comment(41, commit_id=second)
    github = over_http(stand_in.url)
    pulls = github.pulls(PLACE, 1)
    assert ([one.number for one in pulls.items], pulls.last) == ([42, 43], 1)
    assert [one.merged_at is None for one in pulls.items] == [False, True]
    assert [one.id for one in github.reviews(PLACE, 42).items] == [21]
    issues = {one.number: one.pull_request is not None for one in github.issues(PLACE, 1).items}
    assert issues == {5: False, 42: True, 43: True}
    assert [one.id for one in github.issue_comments(PLACE, 1).items] == [11]
    assert [one.id for one in github.all_review_comments(PLACE, 1).items] == [31]
    assert [one.id for one in github.commit_comments(PLACE, 1).items] == [41]
    assert [one.sha for one in github.commits(PLACE, 1).items] == [second, first]
    assert all(one.files is None for one in github.commits(PLACE, 1).items)


def test_pages_are_asked_for_by_number(stand_in: StandIn) -> None:
    """A hundred things on each; beyond the last there are none."""
    repository = stand_in.repositories[9001]
    for number in range(100, 350):
        repository.add_issue_comment(5, number, created_at=day(2))
    github = over_http(stand_in.url)
    pages = [github.issue_comments(PLACE, page) for page in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [100, 100, 51, 0]
    assert [page.last for page in pages[:3]] == [3, 3, 3]


def test_what_changed_before_a_time_is_left_out(stand_in: StandIn) -> None:
    """GitHub leaves it out, where it can."""
    stand_in.repositories[9001].add_issue_comment(5, 12, created_at="2026-09-01T09:00:00Z")
    github = over_http(stand_in.url)
    assert [one.id for one in github.issue_comments(PLACE, 1, SINCE).items] == [11]
    assert github.issues(PLACE, 1, SINCE).items == ()
    assert github.all_review_comments(PLACE, 1, SINCE).items == ()
    assert all(one.query["since"] == "2026-10-01T00:00:00Z" for one in stand_in.asked("since="))


def test_the_last_page_is_none_while_github_does_not_say() -> None:
    """There is another one, though."""
    link = '<https://api.github.com/x?page=2>; rel="next"'
    github = client(Scripted(lambda _: told(200, [], link=link)))
    assert github.issues(PLACE, 1) == ((), None)


def test_issues_that_are_switched_off() -> None:
    """GitHub says 410: there are none."""
    assert client(Scripted(lambda _: told(410))).issues(PLACE, 1) == ((), 1)


def test_history_leaves_a_tenth_of_the_limit_to_feedback() -> None:
    """What feedback needs is still asked; so is nothing by a client in the background."""
    reset = BEGIN + timedelta(minutes=10)
    transport = Scripted(
        lambda sent: told(200, [] if "?" in sent.path else issue_comment(), **window(400, limit=5000, reset_at=reset))
    )
    github = client(transport)
    assert github.issues(PLACE, 1).items == ()
    for ask in (
        lambda: github.issues(PLACE, 2),
        lambda: github.reviews(PLACE, 42),
        lambda: github.in_background().issue_comment(PLACE, 11),
    ):
        with pytest.raises(GithubDownError, match="kept for feedback") as down:
            ask()
        assert down.value.retry_at == reset
    assert github.issue_comment(PLACE, 11) is not None
    assert len(transport.paths) == 2
