"""Step 10: what the feedback links to."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.model.answers import Answer, Confidence, Outcome
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    Person,
    Repo,
    commit,
    commit_comment,
    discussion,
    discussion_comment,
    issue,
    issue_comment,
    minute,
    pull_request,
    push,
    repository_renamed,
    review,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
PULL = f"{REPO.url}/pull/42"
TWO, THREE = f"{PULL}#issuecomment-2", f"{PULL}#issuecomment-3"
CODER = (EXACT, "artifact_linked", "span-coder")
REVIEWER = Person(id=504, login="review-bot", type="Bot")


def comment(world: World, id: int, agent: str, at: float = 1) -> Delivery:  # noqa: A002
    """Let an agent comment."""
    return issue_comment(REPO, id=id, author=AGENT, body=f"Done {world.run(agent).hidden_comment}", at=minute(at))


def opened(world: World, agent: str = "planner") -> Delivery:
    """Let an agent open the pull request: feedback that links to nothing is about that agent."""
    return pull_request(REPO, author=AGENT, body=f"A change. {world.run(agent).hidden_comment}", at=minute(0))


def linking(*links: str, number: int = 42, id: int = 1) -> Delivery:  # noqa: A002
    """Give feedback that holds some links, each in its own paragraph."""
    body = "/agents improve please\n\n" + "\n\n".join(links)
    return issue_comment(REPO, id=id, number=number, body=body, at=minute(9))


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


COMMIT = sha("head")
THINGS = {
    "issue comment": "#issuecomment-5",
    "issue comment by its issue": f"{REPO.url}/issues/42#issuecomment-5",
    "review comment": "#discussion_r5",
    "review comment among the files": "/files#r5",
    "review": "#pullrequestreview-5",
    "pull request": "",
    "commit": f"{REPO.url}/commit/{COMMIT}",
    "commit of the pull request": f"/commits/{COMMIT}",
    "issue": f"{REPO.url}/issues/42",
    "discussion": f"{REPO.url}/discussions/42",
    "discussion comment": f"{REPO.url}/discussions/42#discussioncomment-5",
    "commit comment": f"{REPO.url}/commit/{COMMIT}#commitcomment-5",
}


def thing(world: World, kind: str) -> Delivery:
    """Let the coder make the linked thing."""
    marks = world.run("coder")
    body = f"Done {marks.hidden_comment}"
    by = partial(issue_comment, REPO, id=5, author=AGENT, body=body)
    return {
        "issue comment": by(),
        "issue comment by its issue": by(),
        "review comment": review_comment(REPO, id=5, author=AGENT, body=body),
        "review comment among the files": review_comment(REPO, id=5, author=AGENT, body=body),
        "review": review(REPO, id=5, author=AGENT, body=body),
        "pull request": pull_request(REPO, author=AGENT, body=body),
        "commit": push(REPO, commits=[commit(COMMIT, f"Add\n\n{marks.commit_trailers}")]),
        "commit of the pull request": push(REPO, commits=[commit(COMMIT, f"Add\n\n{marks.commit_trailers}")]),
        "issue": issue(REPO, number=42, author=AGENT, body=body),
        "discussion": discussion(REPO, number=42, author=AGENT, body=body),
        "discussion comment": discussion_comment(REPO, id=5, number=42, author=AGENT, body=body),
        "commit comment": commit_comment(REPO, id=5, commit=COMMIT, author=AGENT, body=body),
    }[kind]


@pytest.mark.parametrize(("number", "late"), [(42, True), (77, False)])
@pytest.mark.parametrize(("kind", "link"), THINGS.items(), ids=THINGS)
def test_a_link_to_anything_signed(world: World, kind: str, link: str, number: int, *, late: bool) -> None:
    """A link names the run of what it leads to, from the same number or another, known before or delivered late."""
    asked, made = linking(link if link.startswith("https") else PULL + link, number=number), thing(world, kind)
    for one in (asked, made) if late else (made, asked):
        world.deliver(one)
    assert decided(world.answer()) == CODER


WRITTEN = {
    "bare": "see {}",
    "followed by a stop": "as in {}.",
    "followed by a comma": "as in {}, of course",
    "in brackets": "(as in {})",
    "link": "[this one]({})",
    "link with a title": '[this one]({} "the comment")',
    "angle brackets": "<{}>",
    "reference": "[this one][1]\n\n[1]: {}",
    "short reference": "[this one]\n\n[this one]: {}",
    "in a list": "- one\n- see {}",
    "in bold": "**{}**",
    "in a heading": "## About {}",
    "in a table": "| a | b |\n|---|---|\n| {} | x |",
    "bold text of a link": "[**this** `one`]({})",
}


@pytest.mark.parametrize("wrap", WRITTEN.values(), ids=WRITTEN)
def test_every_way_of_writing_a_link(world: World, wrap: str) -> None:
    """Whatever GitHub shows as a link is one."""
    world.deliver(opened(world), comment(world, 2, "coder"), linking(wrap.format(TWO)))
    assert decided(world.answer()) == CODER


NO_LINK = {
    "code": "`{}`",
    "fence": "```\n{}\n```",
    "tildes": "~~~ text\n{}\n~~~",
    "indented": "    {}",
    "hidden": "<!-- {} -->",
    "unclosed": "<!-- {}",
    "hidden link": "<!-- [a]({}) -->",
    "an image": "![a picture]({})",
    "a definition that nothing uses": "[1]: {}",
    "text of a link elsewhere": "[{}](https://evil.example/x)",
}


@pytest.mark.parametrize("wrap", NO_LINK.values(), ids=NO_LINK)
def test_what_is_shown_as_no_link(world: World, wrap: str) -> None:
    """What stands in code or is not shown, and the words of a link that leads elsewhere, lead nowhere."""
    world.deliver(opened(world), comment(world, 2, "coder"), linking(wrap.format(TWO)))
    assert (world.answer().mode, world.answer().span_id) == ("artifact_subject", "span-planner")


def test_a_link_that_somebody_else_wrote(world: World) -> None:
    """A link inside a quote was written by whoever is quoted."""
    world.deliver(opened(world), comment(world, 2, "coder"), linking(f"> look at {TWO} first"))
    assert world.answer().mode != "artifact_linked"


ELSEWHERE = {
    "another host": "https://evil.example/acme/widgets/pull/42#issuecomment-2",
    "a host that begins alike": "https://github.com.evil.example/acme/widgets/pull/42#issuecomment-2",
    "a host that ends alike": "https://notgithub.com/acme/widgets/pull/42#issuecomment-2",
    "a subdomain": "https://gist.github.com/acme/widgets/pull/42#issuecomment-2",
    "credentials": "https://mona:secret@github.com/acme/widgets/pull/42#issuecomment-2",
    "the host as a login": "https://github.com@evil.example/acme/widgets/pull/42#issuecomment-2",
    "another port": "https://github.com:8443/acme/widgets/pull/42#issuecomment-2",
    "an address in an address": f"https://evil.example/?to={TWO}",
    "an address after an address": f"https://evil.example/{TWO}",
    "no web address": "ftp://github.com/acme/widgets/pull/42#issuecomment-2",
    "another repository": "https://github.com/acme/gadgets/pull/42#issuecomment-2",
    "another owner": "https://github.com/evil/widgets/pull/42#issuecomment-2",
    "dots": "https://github.com/acme/gadgets/../widgets/pull/42#issuecomment-2",
    "a backslash": "https://evil.example\\@github.com/acme/widgets/pull/42#issuecomment-2",
    "a longer id": f"{TWO}x",
    "other digits": f"{PULL}#issuecomment-\u0662",
    "another letter": "https://g\u0456thub.com/acme/widgets/pull/42#issuecomment-2",
    "the wiki": f"{REPO.url}/wiki#issuecomment-2",
}


@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_link_to_elsewhere(world: World, url: str) -> None:
    """A link to another host, port or repository, or with credentials, leads to nothing that was ever observed."""
    ways = [wrap.format(url) for wrap in ("{}", "<{}>", "[this one]({})")]
    world.deliver(opened(world), comment(world, 2, "coder"), *(linking(way, id=80 + n) for n, way in enumerate(ways)))
    found = [one.resolution.answer for one in world.all_feedback().values() if one.resolution]
    assert len(found) == len(ways)
    assert {(answer.mode, answer.span_id) for answer in found} == {("artifact_subject", "span-planner")}


def test_links_to_elsewhere_spoil_nothing(world: World) -> None:
    """A maintainer who also links to some manual still means the run that the other link leads to."""
    world.deliver(
        opened(world),
        comment(world, 2, "coder"),
        linking("https://docs.python.org/3/", "https://github.com/python/cpython/pull/42", TWO),
    )
    assert decided(world.answer()) == CODER


def test_a_link_under_the_wrong_number(world: World) -> None:
    """GitHub shows no such comment under that number, so the link leads to nothing that is known."""
    world.deliver(opened(world), comment(world, 2, "coder"), linking(f"{REPO.url}/pull/999#issuecomment-2"))
    assert world.answer().confidence is not EXACT


@pytest.mark.parametrize("link", ["#issuecomment-99", "#discussion_r2", "#pullrequestreview-2", "/files#r2"])
def test_a_link_to_what_was_never_delivered(world: World, link: str) -> None:
    """What is linked to but unknown may be another run's: nothing is exact. Ids of other kinds are other things."""
    world.deliver(opened(world), comment(world, 2, "coder"), linking(PULL + link))
    assert decided(world.answer()) == (INFERRED, "artifact_subject", "span-planner")


def test_links_to_two_runs(world: World) -> None:
    """Feedback that links to two runs is about neither alone; both are candidates."""
    world.deliver(comment(world, 2, "coder"), comment(world, 3, "planner"), linking(TWO, THREE))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_linked", None)
    assert {one.span_id for one in world.answer().candidates} == {"span-coder", "span-planner"}


def test_links_to_one_run(world: World) -> None:
    """Two links to texts of one run name it, and so does the same link twice."""
    world.deliver(opened(world), comment(world, 2, "coder"), comment(world, 3, "coder"), linking(TWO, THREE, TWO))
    assert decided(world.answer()) == CODER


@pytest.mark.parametrize("other", ["a person's comment", "a comment never delivered", "a person's commit"])
def test_a_link_beside_it_that_leads_to_no_run(world: World, other: str) -> None:
    """A run beside a person, or beside something unknown, is no more than inferred."""
    links = {"a person's comment": THREE, "a person's commit": f"{REPO.url}/commit/{COMMIT}"}
    world.deliver(
        comment(world, 2, "coder"),
        issue_comment(REPO, id=3, author=MAINTAINER, body="I wonder.", at=minute(2)),
        push(REPO, commits=[commit(COMMIT, "By hand")]),
        linking(TWO, links.get(other, f"{PULL}#issuecomment-99")),
    )
    assert decided(world.answer()) == (INFERRED, "artifact_linked", "span-coder")


@pytest.mark.parametrize("link", [THREE, f"{REPO.url}/issues/9"], ids=["a person's comment", "a person's issue"])
def test_a_link_to_a_person_alone(world: World, link: str) -> None:
    """Feedback that points at what a person wrote is not surely about who opened the pull request."""
    person = issue_comment(REPO, id=3, author=MAINTAINER, body="I wonder.", at=minute(2))
    world.deliver(opened(world), person, issue(REPO), linking(link))
    assert decided(world.answer()) == (INFERRED, "artifact_subject", "span-planner")


def test_a_link_to_the_pull_request_itself(world: World) -> None:
    """A link to the pull request that it stands on means the run that opened it."""
    world.deliver(opened(world, "coder"), comment(world, 3, "planner"), linking(PULL))
    assert decided(world.answer()) == CODER


def test_a_link_to_the_feedback_itself(world: World) -> None:
    """Feedback that links to itself says nothing by that."""
    world.deliver(opened(world), linking(f"{PULL}#issuecomment-1"))
    assert (world.answer().mode, world.answer().span_id) == ("artifact_subject", "span-planner")


def test_a_copied_claim_behind_a_link(world: World) -> None:
    """A link to an outsider's copy of a claim leads to no run."""
    mark = world.run("coder").hidden_comment
    copy = issue_comment(REPO, id=3, author=OUTSIDER, body=f"rm -rf is fine {mark}", at=minute(2))
    world.deliver(comment(world, 2, "coder"), copy, linking(THREE))
    assert (world.answer().mode == "artifact_linked", world.answer().confidence is EXACT) == (False, False)


@pytest.mark.parametrize("at", [5, 20])
@pytest.mark.parametrize("last", ["feedback", "edit"])
def test_the_text_at_the_time_counts(world: World, at: float, last: str) -> None:
    """The linked comment speaks for the run that it named when the feedback was given, whenever that is told."""
    first, second = (f"Done {world.run(agent).hidden_comment}" for agent in ("coder", "planner"))
    edit = issue_comment(
        REPO, "edited", id=2, author=AGENT, body=second, at=minute(at), created_at=minute(1), was=first
    )  # fmt: skip
    told = [issue_comment(REPO, id=2, author=AGENT, body=first, at=minute(1)), edit, linking(TWO)]
    for one in told if last == "feedback" else reversed(told):
        world.deliver(one)
    assert decided(world.answer()) == (EXACT, "artifact_linked", "span-planner" if at == 5 else "span-coder")


def test_a_link_to_what_was_written_later(world: World) -> None:
    """A link that an edit put in leads to a comment that was not there when the feedback was given."""
    asked = "/agents improve please"
    world.deliver(
        opened(world),
        issue_comment(REPO, id=1, body=asked, at=minute(9)),
        comment(world, 2, "coder", 15),
        issue_comment(REPO, "edited", id=1, body=f"{asked} {TWO}", at=minute(20), created_at=minute(9), was=asked),
    )
    assert world.answer().confidence is not EXACT


def test_an_unsigned_comment_of_a_signed_review(world: World) -> None:
    """A link to a bare inline comment names the run that signed its review, once that is known."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        opened(world),
        review_comment(REPO, id=5, review_id=100, author=REVIEWER, body="this leaks", at=minute(1)),
        linking(f"{PULL}#discussion_r5"),
    )
    assert world.answer().confidence is not EXACT
    world.deliver(review(REPO, id=100, author=REVIEWER, body=f"Verdict {mark}", at=minute(1)))
    assert decided(world.answer()) == (EXACT, "artifact_linked", "span-pr-reviewer")


def test_a_squash_merge_of_two_runs(world: World) -> None:
    """A link to a commit that two runs signed names neither alone."""
    message = "Squash\n\n" + world.run("coder").commit_trailers + "\n\n" + world.run("planner").commit_trailers
    world.deliver(push(REPO, commits=[commit(COMMIT, message)]), linking(f"{REPO.url}/commit/{COMMIT}"))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_linked", None)


@pytest.mark.parametrize("late", [True, False])
def test_former_names_and_other_case(world: World, *, late: bool) -> None:
    """GitHub leads a former name to the repository, and takes names in any case."""
    world.deliver(comment(world, 2, "coder"))
    former = linking("https://github.com/acme/gizmos/pull/42#issuecomment-2")
    renamed = repository_renamed(Repo(name=REPO.name), was="gizmos")
    for one in (former, renamed) if late else (renamed, former):
        world.deliver(one)
    assert decided(world.answer()) == CODER
    world.deliver(linking("https://GitHub.com/Acme/Widgets/pull/42#issuecomment-2", id=8))
    answers = [one.resolution.answer for one in world.all_feedback().values() if one.resolution]
    assert [decided(answer) for answer in answers] == [CODER, CODER]


def test_the_same_ids_of_another_repository(world: World) -> None:
    """A link to another repository is not followed, even where that one is known and signed."""
    gadgets = Repo(id=9002, name="acme/gadgets")
    world.run("coder")
    mark = world.marks("coder", span="span-coder", number=42, repository=gadgets.name).hidden_comment
    world.deliver(
        issue_comment(gadgets, id=2, author=AGENT, body=mark, at=minute(1)),
        linking(f"{gadgets.url}/pull/42#issuecomment-2"),
    )
    assert world.answer().mode != "artifact_linked"


def test_a_reply_is_about_the_comment_replied_to(world: World) -> None:
    """What a reply replies to comes before what it links to."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        comment(world, 2, "coder"),
        review_comment(REPO, id=3, author=REVIEWER, body=f"leaks {mark}", at=minute(2)),
        review_comment(REPO, id=1, in_reply_to_id=3, body=f"/agents improve {TWO}", at=minute(9)),
    )
    assert decided(world.answer()) == (EXACT, "artifact_parent_comment", "span-pr-reviewer")


def test_feedback_without_a_link(world: World) -> None:
    """Where nothing is linked, the finding says that this does not apply, and the walk goes on."""
    world.deliver(opened(world), linking("as it stands"))
    (finding,) = (one for one in world.answer().findings if one.step == "artifact_linked")
    assert (finding.outcome, bool(finding.detail)) == (Outcome.NOT_APPLICABLE, True)
    assert decided(world.answer()) == (EXACT, "artifact_subject", "span-planner")


def test_a_run_nobody_registered(world: World) -> None:
    """The linked run is named though nobody registered it, and exact once somebody does."""
    mark = world.run("coder", register=False).hidden_comment
    world.deliver(issue_comment(REPO, id=2, author=AGENT, body=mark, at=minute(1)), linking(TWO))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_linked", "span-coder")
    world.run("coder")
    assert decided(world.answer()) == CODER


def test_an_unsigned_claim(world: World) -> None:
    """Where there is no key, the linked run is no more than inferred."""
    open_world = World(world.store, secrets="")
    open_world.deliver(comment(open_world, 2, "coder"), linking(TWO))
    assert decided(open_world.answer()) == (INFERRED, "artifact_linked", "span-coder")
