from __future__ import annotations

from collections.abc import Mapping

import pytest

from resolver.errors import GithubAnswerError, GithubRefusedError
from resolver.github.client import HttpGithub
from resolver.github.port import Github
from resolver.model.asking import Access
from tests.support.builders import AGENT
from tests.support.clone import Clone, NewCommit
from tests.support.github import Repository, StandIn
from tests.support.scripted import PLACE, Memory, Reply, Scripted, Sent, client, over_http, refused, told

NOWHERE = "f" * 40


@pytest.fixture
def memory() -> Memory:
    """What is kept of answers."""
    return Memory()


@pytest.fixture
def github(stand_in: StandIn, memory: Memory) -> HttpGithub:
    """A client of the stand-in."""
    return over_http(stand_in.url, memory=memory)


@pytest.fixture
def repository(stand_in: StandIn) -> Repository:
    """The repository that is asked about."""
    return stand_in.repositories[9001]


def commit_shape(sha: str, **more: object) -> dict[str, object]:
    """Make a commit as REST shows it."""
    commit = {"message": "x", "committer": {"date": "2026-10-01T09:00:00Z"}}
    return {"sha": sha, "commit": commit, "author": None, "parents": [], **more}


def files(first: int, last: int) -> list[dict[str, object]]:
    """Make files as REST shows them."""
    return [{"filename": f"{number}.py", "status": "added"} for number in range(first, last)]


def paged(script: Mapping[str | None, object], total: int) -> Scripted:
    """Answer by the page that is asked for; each but the last links to the next."""

    def answer(sent: Sent) -> Reply:
        found = next((word for word in sent.path.partition("?")[2].split("&") if word.startswith("page=")), None)
        number = int((found or "page=1").removeprefix("page="))
        link = f'<https://api.github.com/elsewhere?page={number + 1}>; rel="next"' if number < total else ""
        return told(200, script[found], link=link)

    return Scripted(answer)


def test_it_is_what_the_domain_asks() -> None:
    """Its methods are those of the port; mypy holds it to that."""
    github: Github = client(Scripted(lambda _: told(404)))
    assert github.pull(PLACE, 1) is None


def test_comments_and_reviews(github: HttpGithub, repository: Repository) -> None:
    """Each by its id; what is not there is None."""
    repository.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    repository.add_review(42, 21, body="review", user=AGENT)
    repository.add_review_comment(42, 31, path="src/app.py", line=3, commit_id="a" * 40, body="line", review_id=21)
    repository.add_commit_comment(41, commit_id="a" * 40, body="commit")
    review, line = github.review(PLACE, 42, 21), github.review_comment(PLACE, 31)
    issue, commit = github.issue_comment(PLACE, 11), github.commit_comment(PLACE, 41)
    assert review is not None
    assert line is not None
    assert issue is not None
    assert commit is not None
    assert (review.body, line.body, issue.body, commit.body) == ("review", "line", "text", "commit")
    assert line.pull_request_review_id == 21
    assert [one.id for page in github.review_comments(PLACE, 42) for one in page] == [31]
    assert github.review(PLACE, 42, 22) is None
    assert github.review_comment(PLACE, 32) is None
    assert github.issue_comment(PLACE, 12) is None
    assert github.commit_comment(PLACE, 42) is None
    assert list(github.review_comments(PLACE, 43)) == []


def test_what_has_not_changed_is_not_sent_again(
    github: HttpGithub, stand_in: StandIn, repository: Repository, memory: Memory
) -> None:
    """GitHub only says that it is the same; an edit is seen at once."""
    for _ in range(3):
        found = github.issue_comment(PLACE, 11)
        assert found is not None
        assert found.body == "text"
    first, *others = stand_in.asked("/issues/comments/11")
    assert "If-None-Match" not in first.headers
    assert all(one.headers["If-None-Match"] == memory.kept[9001, "issue_comment:11"][1] for one in others)
    repository.add_issue_comment(5, 11, body="other")
    found = github.issue_comment(PLACE, 11)
    assert found is not None
    assert found.body == "other"


def test_an_answer_that_was_kept_and_does_not_fit_is_asked_for_again(github: HttpGithub, memory: Memory) -> None:
    """Shapes change, and rows may be planted; an ETag that is none is not sent."""
    memory.kept[9001, "issue_comment:11"] = b'{"id": 11}', '"etag"'
    assert github.issue_comment(PLACE, 11) is not None
    body, _ = memory.kept[9001, "issue_comment:11"]
    memory.kept[9001, "issue_comment:11"] = body, 'x"\r\nhost: evil'
    assert github.issue_comment(PLACE, 11) is not None


def test_a_list_that_was_kept_and_does_not_fit_is_asked_for_again(
    github: HttpGithub, repository: Repository, clone: Clone, memory: Memory
) -> None:
    """As an object is."""
    base, head = clone.write([NewCommit("Base", {"a": "0\n"}), NewCommit("Head", {"b": "1\n"}, parents=[0])])
    repository.add_pull(42, head_sha=head, base_sha=base)
    memory.kept[9001, f"pull_files:42:{head}"] = b'[{"filename": 1}]', None
    found = github.pull_files(PLACE, 42, head)
    assert found is not None
    assert [one.filename for one in found] == ["b"]


def test_a_pull_request_that_is_another_is_no_answer(github: HttpGithub, repository: Repository) -> None:
    """It would be taken for the one that was asked for."""
    repository.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    shown = github.pull(PLACE, 42)
    assert shown is not None
    value = shown.model_dump(mode="json", exclude_unset=True)
    with pytest.raises(GithubAnswerError, match="something else"):
        client(Scripted(lambda _: told(200, value))).pull(PLACE, 43)


def test_nothing_new_about_what_was_never_asked_is_no_answer() -> None:
    """There is nothing that it could be the same as."""
    with pytest.raises(GithubAnswerError):
        client(Scripted(lambda _: told(304))).issue_comment(PLACE, 11)


def test_a_commit_is_asked_for_once(github: HttpGithub, stand_in: StandIn, clone: Clone) -> None:
    """With its files and patches; it never changes."""
    first, second = clone.write(
        [
            NewCommit("First", {"a.py": "1\n", "old.py": "x\n" * 9}),
            NewCommit("Second", {"a.py": "1\n2\n", "old.py": None, "new.py": "x\n" * 9}, parents=[0]),
        ]
    )
    for _ in range(2):
        commit = github.commit(PLACE, second)
        assert commit is not None
        assert commit.commit.message.startswith("Second")
        assert [parent.sha for parent in commit.parents] == [first]
        told_files = {file.filename: file for file in commit.files or ()}
        assert told_files["a.py"].patch == "@@ -1 +1,2 @@\n 1\n+2"
        assert (told_files["new.py"].status, told_files["new.py"].previous_filename) == ("renamed", "old.py")
    assert len(stand_in.asked(f"/commits/{second}")) == 1
    assert github.commit(PLACE, NOWHERE) is None


def test_a_commit_of_many_files_comes_in_pages(github: HttpGithub, stand_in: StandIn, clone: Clone) -> None:
    """All are put together, and kept as one."""
    (sha,) = clone.write([NewCommit("Many", {f"{number:04}.txt": f"{number}\n" for number in range(650)})])
    for _ in range(2):
        commit = github.commit(PLACE, sha)
        assert commit is not None
        assert len({file.filename for file in commit.files or ()}) == 650
    assert [one.query.get("page") for one in stand_in.asked(f"/commits/{sha}")] == [None, "2", "3"]


def test_of_a_commit_3000_files_are_told() -> None:
    """GitHub tells of no more; neither does one that says it does."""
    script = {
        None if page == 0 else f"page={page + 1}": commit_shape(NOWHERE, files=files(page * 300, page * 300 + 300))
        for page in range(12)
    }
    commit = client(paged(script, 12)).commit(PLACE, NOWHERE)
    assert commit is not None
    assert len(commit.files or ()) == 3000


def test_a_commit_that_is_another_is_no_answer() -> None:
    """On the first page or on a later one."""
    with pytest.raises(GithubAnswerError, match="something else"):
        client(paged({None: commit_shape("a" * 40)}, 1)).commit(PLACE, NOWHERE)
    with pytest.raises(GithubAnswerError, match="something else"):
        client(paged({None: commit_shape(NOWHERE), "page=2": commit_shape("a" * 40)}, 2)).commit(PLACE, NOWHERE)


@pytest.mark.parametrize("status", [404, 409, 422])
def test_no_such_commit(status: int) -> None:
    """GitHub has several ways to say so."""
    github = client(Scripted(lambda _: refused(status, "No commit found for SHA")))
    assert github.commit(PLACE, NOWHERE) is None
    assert github.compare(PLACE, NOWHERE, "a" * 40) is None
    assert github.commit_pulls(PLACE, NOWHERE) == ()


def test_what_is_too_large_is_not_kept() -> None:
    """It is asked for again."""
    memory = Memory()
    patch = "+" * (5 * 2**20)
    shape = commit_shape(NOWHERE, files=[{"filename": "a", "status": "added", "patch": patch}])
    transport = paged({None: shape}, 1)
    github = client(transport, memory=memory)
    for _ in range(2):
        commit = github.commit(PLACE, NOWHERE)
        assert commit is not None
        assert (commit.files or ())[0].patch == patch
    assert len(transport.paths) == 2
    assert memory.kept == {}


def test_a_comparison_is_asked_for_once(github: HttpGithub, stand_in: StandIn, clone: Clone) -> None:
    """All its commits, oldest first, and the files of the whole."""
    commits = [NewCommit("Base", {"a.py": "0\n"})]
    commits += [NewCommit(f"Step {n}", {"a.py": f"{n}\n"}, parents=[n - 1]) for n in range(1, 231)]
    base, *steps = clone.write(commits)
    for _ in range(2):
        compared = github.compare(PLACE, base, steps[-1])
        assert compared is not None
        assert [one.sha for one in compared.commits] == steps
        assert compared.total_commits == 230
        assert compared.merge_base_commit.sha == base
        assert [file.filename for file in compared.files] == ["a.py"]
    assert [one.query.get("page") for one in stand_in.asked("/compare/")] == [None, "2", "3"]
    assert github.compare(PLACE, base, NOWHERE) is None


def test_a_comparison_is_read_for_ten_pages() -> None:
    """Of more commits, the first thousand are told, and how many there are."""

    def shape(page: int) -> dict[str, object]:
        commits = [commit_shape(f"{number:040x}") for number in range(page * 100, page * 100 + 100)]
        return {"merge_base_commit": {"sha": NOWHERE}, "total_commits": 1500, "commits": commits, "files": []}

    transport = paged({None if page == 0 else f"page={page + 1}": shape(page) for page in range(15)}, 15)
    compared = client(transport).compare(PLACE, NOWHERE, "a" * 40)
    assert compared is not None
    assert (len(compared.commits), compared.total_commits, len(transport.paths)) == (1000, 1500, 10)


def test_a_list_that_breaks_off_is_no_answer() -> None:
    """Half of it would be taken for all."""

    def answer(sent: Sent) -> Reply:
        if "page=2" in sent.path:
            return told(404)
        return told(200, [], link='<https://api.github.com/x?page=2>; rel="next"')

    with pytest.raises(GithubAnswerError, match="ends in the middle"):
        list(client(Scripted(answer)).pull_commits(PLACE, 42))


def test_a_list_without_end_is_no_answer() -> None:
    """GitHub has no list of that many pages."""
    number = iter(range(2, 1000))
    script = Scripted(lambda _: told(200, [], link=f'<https://api.github.com/x?page={next(number)}>; rel="next"'))
    with pytest.raises(GithubAnswerError, match="more than 100 pages"):
        list(client(script).pull_commits(PLACE, 42))


def test_links_lead_nowhere_but_to_a_number(github: HttpGithub, stand_in: StandIn, repository: Repository) -> None:
    """Whatever address a page gives for the next one: it is asked for where the first one was."""
    repository.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    for number in range(250):
        repository.add_review_comment(42, 1000 + number, path="a.py", line=1, commit_id="a" * 40)
    found = [one.id for page in github.review_comments(PLACE, 42) for one in page]
    assert found == list(range(1000, 1250))
    paths = {one.raw_path for one in stand_in.asked("/pulls/42/comments")}
    assert paths == {"/repos/acme/widgets/pulls/42/comments"}


def test_a_pull_request_with_its_commits_and_files(
    github: HttpGithub, stand_in: StandIn, repository: Repository, clone: Clone
) -> None:
    """The files are kept by the head, and told while it is the head."""
    commits = [NewCommit("Base", {"a.py": "0\n"})]
    commits += [NewCommit(f"Step {n}", {f"{n:03}.py": f"{n}\n"}, parents=[n - 1]) for n in range(1, 131)]
    base, *steps = clone.write(commits)
    head = steps[-1]
    repository.add_pull(42, head_sha=head, base_sha=base)
    pull = github.pull(PLACE, 42)
    assert pull is not None
    assert (pull.head.sha, pull.commits, pull.merged) == (head, 130, False)
    assert [one.sha for page in github.pull_commits(PLACE, 42) for one in page] == steps
    for _ in range(2):
        changed = github.pull_files(PLACE, 42, head)
        assert changed is not None
        assert len(changed) == 130
        assert changed[0].patch == "@@ -0,0 +1 @@\n+1"
    assert len(stand_in.asked("/pulls/42/files")) == 2
    assert [one.number for one in github.commit_pulls(PLACE, head)] == [42]
    assert github.commit_pulls(PLACE, base) == ()
    assert github.pull(PLACE, 43) is None


def test_files_of_a_head_that_is_another_by_now_are_not_told(
    github: HttpGithub, stand_in: StandIn, repository: Repository, clone: Clone
) -> None:
    """GitHub lists those of the present head only; a push between two questions is noticed."""
    base, first, second = clone.write(
        [
            NewCommit("Base", {"a.py": "0\n"}),
            NewCommit("First", {"a.py": "1\n"}, parents=[0]),
            NewCommit("Second", {"a.py": "2\n"}, parents=[1]),
        ]
    )
    repository.add_pull(42, head_sha=second, base_sha=base)
    assert github.pull_files(PLACE, 42, first) is None
    assert stand_in.asked("/files") == []

    def pushed(sent: Sent) -> Reply:
        if "/files" in sent.path:
            heads.pop()
            return told(200, files(0, 1))
        return told(200, pull | {"head": {"sha": heads[-1], "ref": "feature", "repo": None}})

    shown = github.pull(PLACE, 42)
    assert shown is not None
    pull = shown.model_dump(mode="json", exclude_unset=True)
    heads, memory = [second, first], Memory()
    assert client(Scripted(pushed), memory=memory).pull_files(PLACE, 42, first) is None
    assert not [question for _, question in memory.kept if question.startswith("pull_files")]


@pytest.mark.parametrize(
    ("role", "access"),
    [
        ("admin", Access.ADMIN),
        ("maintain", Access.WRITE),
        ("write", Access.WRITE),
        ("triage", Access.READ),
        ("read", Access.READ),
        ("none", Access.NONE),
    ],
)
def test_what_an_account_may_do(github: HttpGithub, repository: Repository, role: str, access: Access) -> None:
    """With the id of who bears the login now."""
    repository.permission["maintainer"] = role
    assert github.permission(PLACE, "maintainer") == (501, access)


def test_a_login_that_is_nobodys_has_no_permission(github: HttpGithub) -> None:
    """It is told apart from an account that may do nothing; a word that is not known is no answer."""
    assert github.permission(PLACE, "nobody-at-all") is None
    assert github.permission(PLACE, "nobody[bot]") is None
    with pytest.raises(GithubAnswerError, match="not known"):
        client(Scripted(lambda _: told(200, {"permission": "owner"}))).permission(PLACE, "octocat")


def test_a_repository_that_was_renamed_meanwhile(github: HttpGithub, stand_in: StandIn, repository: Repository) -> None:
    """The token's name is the old one: GitHub leads to the number."""
    assert github.issue_comment(PLACE, 11) is not None
    repository.rename("acme/gadgets")
    assert github.issue_comment(PLACE, 11) is not None
    assert stand_in.requests[-1].raw_path == "/repositories/9001/issues/comments/11"


def test_an_enterprise_server() -> None:
    """Everything stands under its prefix, GraphQL beside it."""
    with StandIn("/api/v3") as stand_in:
        stand_in.install(repositories=[stand_in.repository()])
        github = over_http(stand_in.url)
        assert github.issue_comment(PLACE, 11) is None
        assert github.blame(PLACE, NOWHERE, "a.py") is None
        assert [one.raw_path for one in stand_in.requests] == [
            "/api/v3/app/installations/77/access_tokens",
            "/api/v3/repos/acme/widgets/issues/comments/11",
            "/api/graphql",
        ]


def test_troubles_with_the_installation(github: HttpGithub, stand_in: StandIn, repository: Repository) -> None:
    """Each is named, at the first question or while a token is in use."""
    assert github.issue_comment(PLACE, 11) is not None
    stand_in.suspend(77)
    with pytest.raises(GithubRefusedError, match="the App's installation is suspended"):
        github.issue_comment(PLACE, 11)
    with pytest.raises(GithubRefusedError, match="the App's installation is suspended"):
        over_http(stand_in.url).issue_comment(PLACE, 11)
    stand_in.unsuspend(77)
    stand_in.remove_repository(77, repository)
    with pytest.raises(GithubRefusedError, match="repository acme/widgets is not in installation 77"):
        over_http(stand_in.url).issue_comment(PLACE, 11)
    stand_in.uninstall(77)
    with pytest.raises(GithubRefusedError, match="installation 77 is gone"):
        github.issue_comment(PLACE, 11)


def test_an_empty_repository(stand_in: StandIn) -> None:
    """There is no commit, and no page of commits."""
    empty = stand_in.repository(id=9002, name="acme/empty")
    stand_in.add_repository(77, empty)
    github = over_http(stand_in.url)
    place = type(PLACE)(9002, "acme/empty", 77)
    assert github.commit(place, NOWHERE) is None
    assert github.commits(place, 1) == ((), 1)
