"""What an attacker tried on quotes, links and squash merges: exact only where nobody else can be meant."""

from __future__ import annotations

import pytest

from resolver.model.answers import Confidence
from resolver.model.github import Blame, BlameRange
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    Repo,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    repository_renamed,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

EXACT = Confidence.EXACT
IMPROVE = "/agents improve please handle the empty case"


def said(world: World, number: int, agent: str, text: str) -> Delivery:
    """Let an agent's run say something on the pull request."""
    mark = world.run(agent).hidden_comment
    return issue_comment(REPO, id=number, author=AGENT, body=f"{text}\n\n{mark}", at=minute(number))


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        ("use Vec<String> here always", "use Vec&lt;String&gt; here always"),
        ("the tokenizer's state is shared", "the tokenizer&#39;s state is shared"),
        ("tokenizer1 is much too slow", "tokenizer<sub>1</sub> is much too slow"),
        ("the tokenizer/parser is slow", "the [tokenizer](https://x.example/a)/[parser](https://x.example/b) is slow"),
        ("the last line is dropped", "> [!WARNING]\n> the last line is dropped"),
        ("the last line is dropped", "the last li\u00adne is drop\u200bped"),
        ("the final line is dropped", "the \ufb01nal line is dropped"),
        ("the last line is dropped", "<template>\n\nthe last line is dropped"),
    ],
)
@pytest.mark.parametrize("late", [True, False])
def test_another_run_said_the_same_in_other_marks(world: World, plain: str, other: str, *, late: bool) -> None:
    """Words that two runs wrote, each with marks of its own, are quoted of neither alone, whichever came first."""
    quoted = "".join(f"> {line}\n" for line in plain.replace("<", "&lt;").splitlines())
    told = [said(world, 2, "coder", plain.replace("<", "&lt;")), said(world, 3, "planner", other)]
    asked = issue_comment(REPO, id=4, body=f"{quoted}\n{IMPROVE}", at=minute(9))
    for one in [asked, *told] if late else [*told, asked]:
        world.deliver(one)
    assert world.answer().confidence is not EXACT


@pytest.mark.parametrize(
    "pointer",
    [
        "[that](#issuecomment-5)",
        "[that](/acme/widgets/pull/43)",
        f"{REPO.url}/pull/43/files",
        f"{REPO.url}/commit/abcdef1",
        f"{REPO.url}/blob/main/src/app.py#L3",
        f"HTTPS://GITHUB.COM:443/{REPO.name}/pull/43",
        f"https://www.github.com/{REPO.name}/pull/43",
    ],
)
def test_a_link_that_nobody_here_understands(world: World, pointer: str) -> None:
    """Whoever points at something in the repository may mean somebody else than the pull request's author."""
    mark = world.run("coder").hidden_comment
    world.deliver(
        pull_request(REPO, body=f"A change. {mark}", at=minute(1)),
        issue_comment(REPO, id=4, body=f"{IMPROVE} as in {pointer} now", at=minute(9)),
    )
    assert world.answer().confidence is not EXACT


@pytest.mark.parametrize("pointer", ["/pull/999#issuecomment-3", "#issuecomment-3", "/pull/42#issuecomment-77"])
def test_a_quote_beside_a_link_to_somebody_else(world: World, pointer: str) -> None:
    """A comment that quotes a run and links to what a person wrote, or to what is not known, is surely of neither."""
    address = pointer if pointer.startswith("/") else f"/pull/42{pointer}"
    world.deliver(
        said(world, 2, "coder", "the last line is dropped"),
        issue_comment(REPO, id=3, author=MAINTAINER, body="I do not think so.", at=minute(3)),
        issue_comment(
            REPO, id=4, body=f"> the last line is dropped\n\n{IMPROVE} see {REPO.url}{address}", at=minute(9)
        ),
    )
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.INFERRED, "span-coder")


def test_a_link_by_a_name_that_another_took(world: World) -> None:
    """GitHub leads from a former name to whoever bears it now."""
    gears = Repo(name="acme/gears", updated_at=minute(10))
    heir = Repo(id=9002, name=REPO.name, updated_at=minute(20))
    mark = world.run("coder").hidden_comment
    world.deliver(
        issue_comment(Repo(updated_at=minute(1)), id=2, author=AGENT, body=f"see {mark}", at=minute(2)),
        repository_renamed(gears, was="widgets"),
        issue_comment(heir, id=9, author=MAINTAINER, body="Hello.", at=minute(20)),
        issue_comment(gears, id=4, body=f"{IMPROVE} {REPO.url}/pull/42#issuecomment-2", at=minute(30)),
    )
    assert world.answer().confidence is not EXACT


def test_a_squash_whose_commits_never_came(world: World) -> None:
    """Of the commits that a squash merge holds, those without a claim left no trailer: they may have written it."""
    trailers = world.run("coder").commit_trailers
    squash = commit(sha("squash"), f"Squash\n\n{trailers}")
    world.deliver(
        push(REPO, commits=[squash], branch="main"),
        pull_request(REPO, "closed", number=41, merged=True, merge_commit=sha("squash"), commits=2, at=minute(1)),
        pull_request(REPO, head=sha("head"), at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, line=10, commit=sha("head"), at=minute(5)),
    )
    world.keep_blame(Blame(REPO.id, sha("head"), "src/app.py", "RIGHT", (BlameRange(1, 99, sha("squash")),)))
    assert (world.answer().confidence, world.answer().mode) == (Confidence.INFERRED, "line_blame")


def test_commits_that_came_with_a_merge_stand_for_none_that_are_missing(world: World) -> None:
    """A merge of the base branch brings commits that are not the pull request's: their number proves nothing."""
    trailers = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("s"), f"Add\n\n{trailers}")], before=sha("missing"), at=minute(1)),
        push(
            REPO,
            commits=[
                commit(sha("b"), "On main", modified=("docs/a.md",)),
                commit(sha("m"), "Merge branch 'main' into feature", modified=("docs/a.md",)),
            ],
            before=sha("s"),
            at=minute(2),
        ),
        pull_request(REPO, head=sha("m"), commits=3, at=minute(3)),
        review_comment(REPO, id=1, body=IMPROVE, commit=sha("m"), at=minute(5)),
    )
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.INFERRED, "span-coder")
