"""Whether a commit is the repository's own, and which files it only moved: what GitHub's answers prove."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError, UnfitError
from resolver.github.client import HttpGithub
from resolver.model.asking import Place
from tests.support.clone import Clone, NewCommit
from tests.support.github import Repository, StandIn, faults
from tests.support.scripted import PLACE, Memory, Reply, Scripted, Sent, client, over_http, told

NUMBERS = "\n".join(map(str, range(50)))
SHA = "a" * 40
OTHER = "b" * 40
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


def line(clone: Clone) -> list[str]:
    """Write three commits in a line, and one beside the last, which no branch holds yet."""
    commits = [NewCommit(str(n), {"f": str(n)}, parents=[n - 1] if n else []) for n in range(3)]
    return clone.write([*commits, NewCommit("fork", {"f": "fork"}, parents=[1])])


@pytest.mark.parametrize("branch", ["main", "release/1.0", "b#1&2", "été", "50%", "a+b"])
def test_what_the_default_branch_holds_is_proven(
    stand_in: StandIn, repository: Repository, clone: Clone, github: HttpGithub, branch: str
) -> None:
    """A commit that leads to the default branch's end is the repository's, whatever that branch is called."""
    shas = line(clone)
    repository.default_branch = branch
    repository.branch(branch, shas[2])
    assert github.holds(PLACE, shas[0])
    (asked,) = stand_in.asked("/compare/")
    assert unquote(asked.raw_path).endswith(f"/repos/acme/widgets/compare/{shas[0]}...{branch}")
    assert asked.raw_path.count("/") == len(["", "repos", "acme", "widgets", "compare", "x"]) - 1


def test_the_end_of_any_branch_is_proven(
    stand_in: StandIn, repository: Repository, clone: Clone, github: HttpGithub
) -> None:
    """A branch that ends with a commit proves it; no more is asked then."""
    shas = line(clone)
    repository.branch("main", shas[0])
    repository.branch("topic/x", shas[2])
    assert github.holds(PLACE, shas[2])
    assert stand_in.asked("/compare/") == []


def test_the_end_of_the_default_branch_is_proven(repository: Repository, clone: Clone, github: HttpGithub) -> None:
    """A default branch that ends with a commit holds it."""
    shas = line(clone)
    repository.branch("main", shas[2])
    assert github.holds(PLACE, shas[2])


def test_a_forks_commit_is_not_proven(repository: Repository, clone: Clone, github: HttpGithub) -> None:
    """GitHub shows a commit that only a fork has; nothing proves that it is the repository's."""
    shas = line(clone)
    repository.branch("main", shas[2])
    assert github.commit(PLACE, shas[3]) is not None
    assert not github.holds(PLACE, shas[3])


def test_what_is_ahead_of_the_default_branch_is_not_proven(
    repository: Repository, clone: Clone, github: HttpGithub
) -> None:
    """A fork may go on from the default branch's end."""
    shas = line(clone)
    repository.branch("main", shas[1])
    assert not github.holds(PLACE, shas[2])


def test_a_proof_is_kept_and_a_missing_one_is_not(
    stand_in: StandIn, repository: Repository, clone: Clone, github: HttpGithub
) -> None:
    """Once proven a commit stays proven, wherever its branch goes; until then it is asked about each time."""
    shas = line(clone)
    repository.branch("main", shas[2])
    assert not github.holds(PLACE, shas[3])
    repository.branch("topic", shas[3])
    assert github.holds(PLACE, shas[3])
    repository.branch("topic", shas[2])
    stand_in.forget()
    assert github.holds(PLACE, shas[3])
    assert not github.holds(Place(9001, "acme/widgets", 77), NOWHERE)
    assert len(stand_in.asked("branches-where-head")) == 1


def test_a_proof_is_the_repositorys_own(memory: Memory, clone: Clone, stand_in: StandIn, github: HttpGithub) -> None:
    """What one repository holds, another one may not."""
    shas = line(clone)
    stand_in.repositories[9001].branch("main", shas[2])
    other = Clone(clone.folder.with_name("other.git")).make()
    fork = stand_in.repository(id=9002, name="acme/fork", clone=other)
    stand_in.add_repository(77, fork)
    assert github.holds(PLACE, shas[0])
    assert not github.holds(Place(9002, "acme/fork", 77), shas[0])
    assert {repository for repository, _ in memory.kept} == {9001}


@pytest.mark.parametrize("gone", ["commit", "branch", "clone", "repository"])
def test_what_is_not_there_is_not_proven(
    stand_in: StandIn, repository: Repository, clone: Clone, github: HttpGithub, gone: str
) -> None:
    """No such commit, no default branch, an empty repository, or none at all: no proof, and no error."""
    shas = line(clone)
    sha = shas[0]
    if gone != "branch":
        repository.branch("main", shas[2])
    if gone == "commit":
        sha = NOWHERE
    if gone == "clone":
        repository.clone = None
    if gone == "repository":
        stand_in.fault = faults.status(404).on("/repos/")
    assert not github.holds(PLACE, sha)


@pytest.mark.parametrize("where", ["branches-where-head", "/widgets$", "/compare/"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.status(502), GithubDownError),
        (faults.primary_limit(), GithubDownError),
        (faults.status(403), GithubRefusedError),
        (faults.malformed(), GithubAnswerError),
        (faults.other_shape([{"name": 1}]), GithubAnswerError),
    ],
)
def test_an_error_is_no_missing_proof(
    stand_in: StandIn, clone: Clone, github: HttpGithub, where: str, fault: faults.Fault, error: type[Exception]
) -> None:
    """Whatever question GitHub does not answer: the error is told, never that nothing proves it."""
    shas = line(clone)
    stand_in.repositories[9001].branch("main", shas[1])
    stand_in.fault = fault.on(where)
    with pytest.raises(error):
        github.holds(PLACE, shas[3])


def answering(branches: object = (), repository: object = None, compared: object = None) -> Scripted:
    """Answer the three questions as told."""

    def answer(sent: Sent) -> Reply:
        if "branches-where-head" in sent.path:
            return told(200, branches)
        return told(200, compared if "/compare/" in sent.path else repository)

    return Scripted(answer)


REPOSITORY = {"id": 9001, "full_name": "acme/widgets", "default_branch": "main"}
HOSTILE_BRANCHES = (
    "", "..", "a..b", "evil:main", "../../other", "/main", "main/", "a//b", "a b", "main?x=1", "x\r\ny", "a\\b", "@{u}",
    "-main", "main.lock", "a/.b", "\x7f", "HEAD", "@", "main.", "x" * 600,
)  # fmt: skip


@pytest.mark.parametrize("branch", HOSTILE_BRANCHES)
def test_a_branch_that_is_none_is_not_asked_about(branch: str) -> None:
    """A default branch by a name that git does not allow would lead to another question: that one is not asked."""
    transport = answering(repository=REPOSITORY | {"default_branch": branch})
    with pytest.raises(GithubAnswerError):
        client(transport).holds(PLACE, SHA)
    assert not [path for path in transport.paths if "/compare/" in path]


@pytest.mark.parametrize(
    "transport",
    [
        lambda: answering(branches=[{"name": "main", "commit": {"sha": OTHER}}]),
        lambda: answering(repository=REPOSITORY | {"id": 9002}),
    ],
    ids=["branch", "repository"],
)
def test_an_answer_about_something_else_proves_nothing(transport: Callable[[], Scripted]) -> None:
    """An answer that is about another commit, or another repository, is an error."""
    with pytest.raises(GithubAnswerError, match="something else"):
        client(transport()).holds(PLACE, SHA)


@pytest.mark.parametrize(
    ("status", "held"), [("ahead", True), ("identical", True), ("behind", False), ("diverged", False), ("new", False)]
)
def test_how_the_default_branch_stands(status: str, *, held: bool) -> None:
    """Only a branch that has the commit proves it."""
    assert client(answering(repository=REPOSITORY, compared={"status": status})).holds(PLACE, SHA) is held


def test_a_repository_without_default_branch_proves_nothing() -> None:
    """An empty repository has none."""
    assert not client(answering(repository=REPOSITORY | {"default_branch": None})).holds(PLACE, SHA)


def moves(clone: Clone) -> str:
    """Write a commit that moves one binary file as it is, and changes another one that it moves, and a text."""
    same, other = f"\0{NUMBERS}\nsame", f"\0{NUMBERS}\nother"
    before = {"same": same, "changed": other, "text": NUMBERS}
    after = {**dict.fromkeys(before), "a/same": same, "a/changed": f"{other}!", "a/text": f"{NUMBERS}!"}
    return clone.write([NewCommit("before", before), NewCommit("after", after, parents=[0])])[1]


def test_only_what_stood_there_alike_was_only_moved(stand_in: StandIn, clone: Clone, github: HttpGithub) -> None:
    """A moved file is unchanged when its content stood under its former name; that is asked once."""
    sha = moves(clone)
    for _ in range(2):
        commit = github.commit(PLACE, sha)
        assert commit is not None
        assert {file.status for file in commit.files or ()} == {"renamed"}
        assert github.only_moved(PLACE, commit) == {"a/same"}
    assert len(stand_in.asked("/git/trees/")) == 1


def test_where_nothing_was_moved_nothing_is_asked(stand_in: StandIn, clone: Clone, github: HttpGithub) -> None:
    """Neither of a first commit nor of one that changed, and moved, only what GitHub shows."""
    for sha in line(clone)[:2]:
        commit = github.commit(PLACE, sha)
        assert commit is not None
        assert github.only_moved(PLACE, commit) == frozenset()
    assert stand_in.asked("/git/trees/") == []


def test_what_a_tree_does_not_tell_is_not_known(stand_in: StandIn, clone: Clone, github: HttpGithub) -> None:
    """GitHub may have no tree to tell of; when it fails to tell, that is an error."""
    commit = github.commit(PLACE, moves(clone))
    assert commit is not None
    stand_in.fault = faults.status(502).on("/git/trees/")
    with pytest.raises(GithubDownError):
        github.only_moved(PLACE, commit)
    stand_in.fault = faults.other_shape({"tree": [], "truncated": True}).on("/git/trees/")
    assert github.only_moved(PLACE, commit) == frozenset()
    gone = commit.model_copy(update={"sha": SHA, "parents": (commit.parents[0].model_copy(update={"sha": NOWHERE}),)})
    stand_in.fault = None
    assert github.only_moved(PLACE, gone) == frozenset()


@pytest.mark.parametrize("sha", ["", "main", "A" * 40, "../pulls", "a" * 39, None, 7])
def test_a_commit_that_is_none_is_not_sent(sha: object) -> None:
    """Commits are named by all their hexadecimals."""
    transport = answering()
    with pytest.raises(UnfitError):
        client(transport).holds(PLACE, sha)  # type: ignore[arg-type]
    assert transport.sent == []
