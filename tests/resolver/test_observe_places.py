"""What is observed of repositories, pushes, threads and installations."""

from pathlib import Path

import pytest

from resolver import times
from resolver.model.github import RepositorySeen, ThreadSeen
from resolver.observe import Observation, observe
from resolver.payloads import envelope
from tests.support import builders as b

REPO = b.Repo(id=9001, name="acme/widgets", updated_at=b.minute(0), installation_id=77)
THEN, NOW = (times.parse(b.minute(count)) for count in (0, 5))


def observed(sent: b.Delivery) -> Observation:
    """Read a delivery and observe it."""
    return observe(envelope.read(sent.event, sent.body, "application/json"))


@pytest.mark.parametrize("path", sorted(b.OCTOKIT.glob("*.json")), ids=lambda path: path.stem)
def test_octokits_examples_are_observed(path: Path) -> None:
    """Every example gives facts about repositories only that it names, or none when it is not used."""
    read = envelope.read(path.name.partition(".")[0], path.read_bytes(), "application/json")
    facts = observe(read)
    assert read.used or facts == Observation()
    assert {one.object.ref.repository_id for one in facts.objects} <= {one.id for one in facts.repositories}
    if read.repository_id is not None and read.used:
        assert [one.id for one in facts.repositories] == [read.repository_id]


def test_a_repository_is_known_by_its_name_as_of_its_own_time() -> None:
    """The name held when the repository was last updated, and when the text came; the installation comes along."""
    seen = observed(b.issue_comment(REPO, id=11, at=b.minute(5))).repositories
    assert seen == (RepositorySeen(9001, "acme/widgets", THEN, installation_id=77, seen_at=NOW),)


def test_a_repository_without_a_time_is_dated_by_the_newest_one() -> None:
    """Where the payload does not say when, the object's time serves."""
    sent = b.issue_comment(REPO, id=11, at=b.minute(5))
    del sent.payload["repository"]["updated_at"]
    del sent.payload["installation"]
    assert observed(sent).repositories == (RepositorySeen(9001, "acme/widgets", NOW, seen_at=NOW),)


def test_a_renamed_repository_bore_another_name() -> None:
    """The old name, with the owner, is a former one."""
    (seen,) = observed(b.repository_renamed(REPO, was="gadgets")).repositories
    assert (seen.name, seen.former, seen.deleted) == ("acme/widgets", ("acme/gadgets",), False)


@pytest.mark.parametrize("kind", ["User", "Organization"])
def test_a_transferred_repository_had_another_owner(kind: str) -> None:
    """The old owner, a person or an organization, with the name is a former name."""
    (seen,) = observed(b.repository_transferred(REPO, was_owner=b.Person(1, "globex", kind))).repositories
    assert (seen.name, seen.former) == ("acme/widgets", ("globex/widgets",))


def test_a_deleted_repository_is_gone() -> None:
    """Its end is told under its last name."""
    (seen,) = observed(b.repository_deleted(REPO)).repositories
    assert (seen.name, seen.former, seen.deleted) == ("acme/widgets", (), True)


def test_a_push_brings_commits_with_their_paths() -> None:
    """Commits come oldest first, with every path that was added, removed or modified."""
    first = b.commit(b.sha("1"), "One", at=b.minute(0), added=["a.py"], removed=["b.py"], modified=["c.py"])
    second = b.commit(b.sha("2"), "Two", author=None)
    (push,) = observed(b.push(REPO, commits=[first, second], before=b.sha("0"), forced=True, at=b.minute(5))).pushes
    assert (push.ref, push.before, push.after, push.forced) == (
        "refs/heads/feature",
        b.sha("0"),
        b.sha("2"),
        True,
    )
    assert push.pushed_at == NOW
    one, two = push.commits
    assert (one.sha, one.message, one.timestamp, one.author_login) == (b.sha("1"), "One", THEN, "coder[bot]")
    assert one.paths == frozenset({"a.py", "b.py", "c.py"})
    assert two.author_login is None


def test_a_commit_that_is_named_twice_stands_once() -> None:
    """The first mention counts, and keeps its place."""
    first, other = b.commit(b.sha("1"), "One"), b.commit(b.sha("2"), "Two")
    (push,) = observed(b.push(REPO, commits=[first, other, first | {"message": "One again"}])).pushes
    assert [(one.sha, one.message) for one in push.commits] == [(b.sha("1"), "One"), (b.sha("2"), "Two")]


def test_paths_that_nobody_told_are_unknown() -> None:
    """A commit without lists of files touched something, but nobody said what; one with empty lists touched none."""
    silent = {key: value for key, value in b.commit(b.sha("1")).items() if key not in {"added", "removed", "modified"}}
    empty = b.commit(b.sha("2"), modified=[])
    (push,) = observed(b.push(REPO, commits=[silent, empty])).pushes
    assert [one.paths for one in push.commits] == [None, frozenset()]


def test_a_deleted_branch_brings_no_commits() -> None:
    """The branch's end is a push to nothing."""
    (push,) = observed(b.push(REPO, commits=[b.commit(b.sha("1"))], before=b.sha("1"), after=b.NO_COMMIT)).pushes
    assert (push.after, push.commits) == (b.NO_COMMIT, ())


def test_a_tag_is_no_push_of_commits() -> None:
    """Of a push to anything but a branch only the repository is observed."""
    facts = observed(b.push(REPO, ref="refs/tags/v1", commits=[b.commit(b.sha("1"))]))
    assert facts.pushes == ()
    assert len(facts.repositories) == 1


def test_a_push_is_dated_by_its_commits_where_the_repository_is_not() -> None:
    """The head commit's time serves, then the newest commit's, then the repository's."""
    commits = [b.commit(b.sha("1"), at=b.minute(5)), b.commit(b.sha("2"), at=b.minute(3))]
    sent = b.push(REPO, commits=commits, at=None)
    assert [push.pushed_at for push in observed(sent).pushes] == [times.parse(b.minute(3))]
    sent.payload["head_commit"] = None
    assert [push.pushed_at for push in observed(sent).pushes] == [NOW]
    sent.payload["commits"] = []
    assert [push.pushed_at for push in observed(sent).pushes] == [THEN]


def test_a_thread_is_named_by_its_first_comment() -> None:
    """The root is the comment that replies to none, in whatever order they come."""
    sent = b.review_thread(REPO, "resolved", comments=[(15, 20), (20, None)], at=b.minute(5))
    assert observed(sent).threads == (ThreadSeen(9001, 20, resolved=True, as_of=NOW),)


def test_a_thread_whose_first_comment_was_deleted_is_named_by_its_smallest_id() -> None:
    """Without a comment that replies to none, the oldest serves; the newest time of all counts."""
    sent = b.review_thread(REPO, "unresolved", comments=[(22, 20), (21, 20)], at=b.minute(0))
    sent.payload["updated_at"] = b.minute(5)
    assert observed(sent).threads == (ThreadSeen(9001, 21, resolved=False, as_of=NOW),)


@pytest.mark.parametrize("at", [b.minute(5), int(NOW.timestamp())])
def test_an_installation_names_the_repositories_it_reaches(at: str | int) -> None:
    """Its time comes as text or in seconds."""
    facts = observed(b.installation(repos=[REPO], id=78, at=at))
    assert facts.repositories == (RepositorySeen(9001, "acme/widgets", NOW, installation_id=78),)


def test_a_deleted_installation_reaches_nothing() -> None:
    """The repositories are named, without an installation."""
    facts = observed(b.installation("deleted", repos=[REPO], at=b.minute(5)))
    assert facts.repositories == (RepositorySeen(9001, "acme/widgets", NOW),)


def test_repositories_come_and_go_in_an_installation() -> None:
    """Those added are reached, those removed only named."""
    other = b.Repo(id=9002, name="acme/gadgets")
    facts = observed(b.installation_repositories(added=[REPO], removed=[other], id=78, at=b.minute(5)))
    assert facts.repositories == (
        RepositorySeen(9001, "acme/widgets", NOW, installation_id=78),
        RepositorySeen(9002, "acme/gadgets", NOW),
    )


def test_a_ping_names_its_repository_if_it_has_one() -> None:
    """A repository's hook does; an organization's does not; without a time nothing can be said."""
    undated = b.ping(REPO)
    del undated.payload["repository"]["updated_at"]
    assert observed(b.ping(REPO)).repositories == (RepositorySeen(9001, "acme/widgets", THEN),)
    assert observed(b.ping()) == observed(undated) == Observation()
