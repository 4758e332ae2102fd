"""What the stand-in for GitHub tells of a repository: the shapes are GitHub's, the facts are git's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import requests

from tests.support import builders
from tests.support.builders import AGENT, MAINTAINER, Person, Repo, minute
from tests.support.clone import Clone, NewCommit
from tests.support.github import Repository, StandIn
from tests.support.github.asking import ask, token_header

Story: TypeAlias = tuple[Clone, list[str]]
"""A clone, and the ids of its commits."""

BLAME = """query Blame($owner: String!, $name: String!, $oid: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      ... on Commit { blame(path: $path) { ranges { startingLine endingLine commit { oid } } } }
    }
  }
}"""


@pytest.fixture
def github() -> Iterator[StandIn]:
    """GitHub, with the App installed on nothing yet."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Four commits: a file, a change of it, a rename with a change, and a merge of a side branch."""
    clone = Clone(tmp_path_factory.mktemp("story") / "widgets.git").make()
    lines = [f"line {number}\n" for number in range(1, 9)]
    changed = [*lines[:3], "changed\n", *lines[4:]]
    moved = [*changed, "at the end\n"]
    shas = clone.write(
        [
            NewCommit("Begin\n\nWith a body.\n", {"a.txt": "".join(lines)}, author="Coder"),
            NewCommit("Change", {"a.txt": "".join(changed)}, parents=[0]),
            NewCommit("Move", {"a.txt": None, "b.txt": "".join(moved)}, parents=[1]),
            NewCommit("Side", {"side.txt": "side"}, parents=[0]),
            NewCommit("Merge", {"side.txt": "side"}, parents=[2, 3]),
        ]
    )
    return clone, shas


@pytest.fixture
def repo(github: StandIn, story: Story) -> Repository:
    """A repository that the App is installed on."""
    repo = github.repository(9001, "acme/widgets", clone=story[0])
    github.install(77, "acme", repositories=[repo])
    return repo


def test_pulls_are_told_with_counts_of_what_git_knows(github: StandIn, repo: Repository, story: Story) -> None:
    """One by itself has ``merged`` and counts; in lists it has not."""
    _, shas = story
    repo.add_pull(42, head_sha=shas[2], base_sha=shas[0], user=AGENT, merged=True, merge_commit_sha=shas[4])
    mine = token_header(github)
    told = ask(github, "/repos/acme/widgets/pulls/42", mine).json()
    assert (told["merged"], told["commits"], told["changed_files"]) == (True, 2, 1)
    assert told["head"]["repo"]["id"] == 9001
    assert told["user"]["login"] == "coder[bot]"
    assert ask(github, "/repos/acme/widgets/pulls", mine).json() == []
    listed = ask(github, "/repos/acme/widgets/pulls?state=all", mine).json()
    assert [found["number"] for found in listed] == [42]
    assert "merged" not in listed[0]
    assert listed[0]["merged_at"] is not None


def test_pulls_list_commits_oldest_first_and_files(github: StandIn, repo: Repository, story: Story) -> None:
    """The commits are those that the head has and the base has not; files follow the rename."""
    _, shas = story
    repo.add_pull(42, head_sha=shas[2], base_sha=shas[0])
    mine = token_header(github)
    commits = ask(github, "/repos/acme/widgets/pulls/42/commits", mine).json()
    assert [found["sha"] for found in commits] == shas[1:3]
    assert "files" not in commits[0]
    (file,) = ask(github, "/repos/acme/widgets/pulls/42/files", mine).json()
    assert (file["filename"], file["previous_filename"], file["status"]) == ("b.txt", "a.txt", "renamed")


def test_pulls_tell_of_250_commits_at_most(github: StandIn, tmp_path: Path) -> None:
    """However many there are, and whatever pages are asked for."""
    clone = Clone(tmp_path / "long.git").make()
    shas = clone.write([NewCommit(str(n), {"f": str(n)}, parents=[n - 1] if n else []) for n in range(262)])
    repo = github.repository(clone=clone)
    github.install(repositories=[repo])
    repo.add_pull(1, head_sha=shas[-1], base_sha=shas[0])
    mine = token_header(github)
    seen: list[str] = []
    url: str | None = f"{github.url}/repos/acme/widgets/pulls/1/commits?per_page=100"
    while url:
        answer = requests.get(url, headers=mine, timeout=5)
        seen += [found["sha"] for found in answer.json()]
        url = answer.links.get("next", {}).get("url")
    assert seen == shas[1:251]
    assert ask(github, "/repos/acme/widgets/pulls/1", mine).json()["commits"] == 261


def test_pulls_hold_reviews_and_comments(github: StandIn, repo: Repository) -> None:
    """Reviews have no times but ``submitted_at``, and an upper-case state; replies name what they reply to."""
    repo.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    repo.add_review(42, 500, user=AGENT, body="Looks good", state="APPROVED", submitted_at=minute(3))
    repo.add_review_comment(42, 11, path="a.txt", line=4, commit_id="a" * 40, review_id=500, body="Why?")
    repo.add_review_comment(42, 12, path="a.txt", commit_id="a" * 40, in_reply_to_id=11, created_at=minute(5))
    mine = token_header(github)
    review = ask(github, "/repos/acme/widgets/pulls/42/reviews/500", mine).json()
    assert (review["state"], review["submitted_at"]) == ("APPROVED", minute(3))
    assert "updated_at" not in review
    assert review["pull_request_url"].endswith("/pulls/42")
    assert ask(github, "/repos/acme/widgets/pulls/43/reviews/500", mine).status_code == 404
    first, reply = ask(github, "/repos/acme/widgets/pulls/42/comments", mine).json()
    assert first["pull_request_review_id"] == 500
    assert "in_reply_to_id" not in first
    assert (reply["in_reply_to_id"], reply["line"]) == (11, None)
    late = ask(github, "/repos/acme/widgets/pulls/comments", mine, params={"since": minute(4)}).json()
    assert [found["id"] for found in late] == [12]
    down = "/repos/acme/widgets/pulls/comments?sort=created&direction=desc"
    assert [found["id"] for found in ask(github, down, mine).json()] == [12, 11]
    assert ask(github, "/repos/acme/widgets/pulls/comments/12", mine).json()["id"] == 12
    assert ask(github, "/repos/acme/widgets/pulls/comments/99", mine).status_code == 404


def test_pulls_that_come_from_a_fork_that_is_gone_have_no_repository(github: StandIn, repo: Repository) -> None:
    """A head's ``repo`` is null then; a fork that is there is told by its number."""
    fork = github.repository(9100, "someone/widgets")
    repo.add_pull(1, head_sha="a" * 40, base_sha="b" * 40, fork_is_gone=True)
    repo.add_pull(2, head_sha="a" * 40, base_sha="b" * 40, fork=fork)
    second, first = ask(github, "/repos/acme/widgets/pulls?direction=desc", token_header(github)).json()
    assert first["head"]["repo"] is None
    assert second["head"]["repo"]["full_name"] == "someone/widgets"


def test_issues_are_told_with_pull_requests_among_them(github: StandIn, repo: Repository) -> None:
    """In a list of issues a pull request has ``pull_request``, and another id."""
    repo.add_issue(9, body="It breaks")
    repo.add_pull(42, head_sha="a" * 40, base_sha="b" * 40, created_at=minute(2))
    mine = token_header(github)
    pull, issue = ask(github, "/repos/acme/widgets/issues", mine).json()
    assert (issue["number"], issue["html_url"]) == (9, "https://github.com/acme/widgets/issues/9")
    assert "pull_request" not in issue
    assert pull["pull_request"]["html_url"] == "https://github.com/acme/widgets/pull/42"
    assert pull["id"] != ask(github, "/repos/acme/widgets/pulls/42", mine).json()["id"]


def test_issues_hold_comments(github: StandIn, repo: Repository) -> None:
    """Comments name their issue; ``since`` asks for what was updated."""
    repo.add_issue(9)
    repo.add_issue_comment(9, 1, body="One", created_at=minute(1))
    repo.add_issue_comment(9, 2, body="Two", created_at=minute(1), updated_at=minute(9))
    repo.add_commit_comment(3, commit_id="a" * 40, path="a.txt", line=2)
    mine = token_header(github)
    assert ask(github, "/repos/acme/widgets/issues/comments/1", mine).json()["issue_url"].endswith("/issues/9")
    listed = ask(github, "/repos/acme/widgets/issues/comments", mine, params={"since": minute(5)}).json()
    assert [found["body"] for found in listed] == ["Two"]
    assert [found["id"] for found in ask(github, "/repos/acme/widgets/issues/9/comments", mine).json()] == [1, 2]
    assert ask(github, "/repos/acme/widgets/comments/3", mine).json()["commit_id"] == "a" * 40
    assert len(ask(github, "/repos/acme/widgets/comments", mine).json()) == 1


def test_commits_are_told_with_their_files(github: StandIn, repo: Repository, story: Story) -> None:
    """A commit has its message, files and patches; renames are found; a merge is told against its first parent."""
    _, shas = story
    repo.accounts["Coder"] = AGENT
    mine = token_header(github)
    first, change, move, _, merge = (ask(github, f"/repos/acme/widgets/commits/{sha}", mine).json() for sha in shas)
    assert first["commit"]["message"] == "Begin\n\nWith a body."
    assert (first["author"]["id"], change["author"], first["parents"]) == (AGENT.id, None, [])
    assert first["files"][0]["status"] == "added"
    assert first["stats"] == {"total": 8, "additions": 8, "deletions": 0}
    patch = change["files"][0]["patch"]
    assert patch.startswith("@@ -1,7 +1,7 @@\n line 1\n")
    assert "-line 4\n+changed\n" in patch
    assert move["files"][0]["previous_filename"] == "a.txt"
    assert [found["filename"] for found in merge["files"]] == ["side.txt"]
    assert len(merge["parents"]) == 2
    assert ask(github, f"/repos/acme/widgets/commits/{'f' * 40}", mine).status_code == 422


def test_commits_of_many_files_come_in_pages(github: StandIn, tmp_path: Path) -> None:
    """300 files stand on a page; the next is linked, by the repository's number."""
    clone = Clone(tmp_path / "wide.git").make()
    (sha,) = clone.write([NewCommit("Many", {f"f{n:03}.txt": "x\n" for n in range(310)})])
    repo = github.repository(clone=clone)
    github.install(repositories=[repo])
    mine = token_header(github)
    answer = ask(github, f"/repos/acme/widgets/commits/{sha}", mine)
    assert len(answer.json()["files"]) == 300
    following = answer.links["next"]["url"]
    assert following.startswith(f"{github.url}/repositories/9001/commits/{sha}?")
    assert len(requests.get(following, headers=mine, timeout=5).json()["files"]) == 10


def test_commits_are_listed_from_a_branch(github: StandIn, repo: Repository, story: Story) -> None:
    """The default branch's are listed unless another commit is named, the newest first."""
    _, shas = story
    repo.branch("main", shas[2])
    mine = token_header(github)
    assert [one["sha"] for one in ask(github, "/repos/acme/widgets/commits", mine).json()] == shas[2::-1]
    named = f"/repos/acme/widgets/commits?sha={shas[1]}&per_page=1"
    assert [one["sha"] for one in ask(github, named, mine).json()] == [shas[1]]
    late = {"sha": shas[1], "since": "2030-01-01T00:00:00Z"}
    assert ask(github, "/repos/acme/widgets/commits", mine, params=late).json() == []
    path = {"sha": shas[4], "path": "side.txt"}
    assert [one["sha"] for one in ask(github, "/repos/acme/widgets/commits", mine, params=path).json()] == [shas[3]]


def test_commits_lead_to_their_pull_requests(github: StandIn, repo: Repository, story: Story) -> None:
    """A commit's pull requests are those that hold it or were merged as it; not those that were closed."""
    _, shas = story
    repo.add_pull(1, head_sha=shas[2], base_sha=shas[0], merged=True, merge_commit_sha=shas[4])
    repo.add_pull(2, head_sha=shas[2], base_sha=shas[0], state="closed")
    mine = token_header(github)
    for sha, numbers in ((shas[0], []), (shas[1], [1]), (shas[4], [1])):
        told = ask(github, f"/repos/acme/widgets/commits/{sha}/pulls", mine).json()
        assert [found["number"] for found in told] == numbers


def test_commits_are_compared_from_where_their_ways_part(github: StandIn, repo: Repository, story: Story) -> None:
    """The commits and files are the head's own, oldest first, in pages when those are asked for."""
    _, shas = story
    mine = token_header(github)
    told = ask(github, f"/repos/acme/widgets/compare/{shas[3]}...{shas[2]}", mine).json()
    assert told["merge_base_commit"]["sha"] == shas[0]
    assert (told["status"], told["total_commits"], told["behind_by"]) == ("diverged", 2, 1)
    assert [found["sha"] for found in told["commits"]] == shas[1:3]
    assert [found["filename"] for found in told["files"]] == ["b.txt"]
    second = ask(github, f"/repos/acme/widgets/compare/{shas[0]}...{shas[2]}?per_page=1&page=2", mine).json()
    assert [found["sha"] for found in second["commits"]] == [shas[2]]
    assert second["files"] == []
    assert ask(github, f"/repos/acme/widgets/compare/{shas[0]}...{'f' * 40}", mine).status_code == 404


def blame(github: StandIn, headers: dict[str, str], query: str = BLAME, **variables: str) -> dict[str, Any]:
    """Ask for blame of ``b.txt``."""
    said = {"owner": "acme", "name": "widgets", "path": "b.txt", **variables}
    asked = {"query": query, "variables": said}
    answer = requests.post(f"{github.url}/graphql", json=asked, headers=headers, timeout=5)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_blame_is_what_git_says(github: StandIn, repo: Repository, story: Story) -> None:
    """The ranges name for each line the commit that plain ``git blame`` names."""
    clone, shas = story
    told = blame(github, token_header(github), oid=shas[4])
    ranges = told["data"]["repository"]["object"]["blame"]["ranges"]
    lines = [one["commit"]["oid"] for one in ranges for _ in range(one["startingLine"], one["endingLine"] + 1)]
    assert lines == clone.writers(shas[4], "b.txt")
    assert len(set(lines)) == 3


def test_blame_of_what_is_not_there_is_null(github: StandIn, repo: Repository, story: Story) -> None:
    """An unknown commit is null; an unknown repository or file is an error besides."""
    _, shas = story
    mine = token_header(github)
    assert blame(github, mine, oid="f" * 40) == {"data": {"repository": {"object": None}}}
    lost = blame(github, mine, oid=shas[0], name="gadgets")
    assert (lost["data"], lost["errors"][0]["type"]) == ({"repository": None}, "NOT_FOUND")
    no_file = blame(github, mine, oid=shas[0], path="-L1")
    assert (no_file["data"], no_file["errors"][0]["type"]) == ({"repository": {"object": None}}, "NOT_FOUND")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("repository(owner", "it: repository(owner"),
        ("ranges {", "ranges { age"),
        ("path: $path", 'path: "b.txt"'),
        ("blame(path", "parents(first: 1) { totalCount } blame(path"),
    ],
)
def test_blame_is_asked_in_one_way_only(
    github: StandIn, repo: Repository, story: Story, was: str, becomes: str
) -> None:
    """Aliases, other fields and values inside the query are refused."""
    told = blame(github, token_header(github), BLAME.replace(was, becomes), oid=story[1][0])
    assert "data" not in told
    assert told["errors"]


def test_blame_needs_permission(github: StandIn, repo: Repository, story: Story) -> None:
    """A token without ``contents`` is told so, with 200, as GraphQL does."""
    told = blame(github, token_header(github, permissions={"issues": "read"}), oid=story[1][0])
    assert told["errors"][0]["type"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("role", "permission"),
    [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"), ("read", "read")],
)
def test_permission_is_told_by_role(github: StandIn, repo: Repository, role: str, permission: str) -> None:
    """The old word stands beside the role."""
    repo.permission["maintainer"] = role
    told = ask(github, "/repos/acme/widgets/collaborators/Maintainer/permission", token_header(github)).json()
    assert (told["permission"], told["role_name"], told["user"]["id"]) == (permission, role, MAINTAINER.id)


def test_permission_of_strangers(github: StandIn, repo: Repository) -> None:
    """Who has no role has none; who does not exist is not a user. An encoded name is decoded."""
    mine = token_header(github)
    path = "/repos/acme/widgets/collaborators/{}/permission"
    assert ask(github, path.format("outsider"), mine).json()["permission"] == "none"
    assert ask(github, path.format("nobody"), mine).json()["message"] == "nobody is not a user"
    github.person(Person(id=9, login="odd[bot]", type="Bot"))
    assert ask(github, path.format("odd%5Bbot%5D"), mine).json()["user"]["id"] == 9


def test_renames_are_redirected_to_the_number(github: StandIn, repo: Repository) -> None:
    """A former name answers with a redirect to the number, query and all; the number serves the same routes."""
    repo.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    mine = token_header(github)
    repo.rename("acme/gizmos")
    moved = ask(github, "/repos/acme/widgets/pulls?state=all&per_page=5", mine)
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"{github.url}/repositories/9001/pulls?state=all&per_page=5"
    assert requests.get(moved.headers["Location"], headers=mine, timeout=5).json()[0]["number"] == 42
    assert ask(github, "/repositories/9001", mine).json()["full_name"] == "acme/gizmos"
    assert ask(github, "/repos/acme/widgets", mine).headers["Location"] == f"{github.url}/repositories/9001"


def test_answers_live_under_a_prefix(story: Story) -> None:
    """An enterprise server has REST under ``/api/v3`` and GraphQL beside it, under ``/api``."""
    with StandIn("/api/v3") as github:
        repo = github.repository(clone=story[0])
        github.install(repositories=[repo])
        mine = token_header(github)
        assert github.url.endswith("/api/v3")
        assert ask(github, "/repos/acme/widgets", mine).status_code == 200
        assert requests.get(f"http://127.0.0.1:{github.port}/app", timeout=5).status_code == 404
        said = {"owner": "acme", "name": "widgets", "path": "a.txt", "oid": story[1][0]}
        url = f"http://127.0.0.1:{github.port}/api/graphql"
        asked = {"query": BLAME, "variables": said}
        assert "data" in requests.post(url, json=asked, headers=mine, timeout=5).json()
        assert requests.post(f"{github.url}/graphql", json={}, headers=mine, timeout=5).status_code == 404


def test_what_deliveries_tell_is_told_by_the_api_too(github: StandIn, repo: Repository) -> None:
    """One story, told by webhooks, is told alike when it is asked for; what was deleted is gone."""
    place = Repo()
    told = {
        "issues": builders.issue(place, number=9, body="Broken"),
        "pull_request": builders.pull_request(place, number=42, body="Mended", merged=True, action="closed"),
        "review": builders.review(place, id=500, body="Fine", state="approved", at=minute(2)),
        "thread": builders.review_comment(place, id=11, body="Why?", path="b.txt", line=4, review_id=500),
        "reply": builders.review_comment(place, id=12, body="So.", in_reply_to_id=11, author=AGENT),
        "comment": builders.issue_comment(place, id=13, body="Thanks", author=None),
        "commit": builders.commit_comment(place, id=14, commit="a" * 40, body="Odd"),
    }
    github.tell(*told.values(), builders.issue_comment(place, id=15))
    github.tell(builders.issue_comment(place, "deleted", id=15))
    mine = token_header(github)
    paths = {
        "issues": "/issues/9",
        "pull_request": "/pulls/42",
        "review": "/pulls/42/reviews/500",
        "thread": "/pulls/comments/11",
        "reply": "/pulls/comments/12",
        "comment": "/issues/comments/13",
        "commit": "/comments/14",
    }
    for name, path in paths.items():
        payload = told[name].payload
        webhook = payload.get("comment") or payload.get("review") or payload.get("pull_request") or payload["issue"]
        api = ask(github, f"/repos/acme/widgets{path}", mine).json()
        same = ("id", "body", "html_url", "author_association", "created_at", "in_reply_to_id", "line", "commit_id")
        assert {field: api.get(field) for field in same} == {field: webhook.get(field) for field in same}, name
        assert (api["user"] or {}).get("id") == (webhook["user"] or {}).get("id")
    assert ask(github, "/repos/acme/widgets/issues/comments/15", mine).status_code == 404
    with pytest.raises(ValueError, match="push tells of nothing"):
        github.tell(builders.push(place, commits=[], at=minute(1)))
