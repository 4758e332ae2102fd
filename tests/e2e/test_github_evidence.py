"""What no delivery brought is fetched from GitHub, and then decides: over a real service and a stand-in for GitHub."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.asking import Scene, asking, at
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, commit_comment, review, review_comment
from tests.support.clone import NewCommit
from tests.support.databases import postgres_url
from tests.support.github import StandIn
from tests.support.places import COMMAND, Place, lines, make_place
from tests.support.service import COMMAND as WHICHRUN
from tests.support.service import environment
from tests.support.together import Stories, Story, Told

REVIEW = 4200
"""The review that holds the thread's first comment."""


stories = Stories()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run one service for all tests of this file, on either database. Who may give feedback is not asked here."""
    folder = tmp_path_factory.mktemp("service")
    with ExitStack() as opened:
        url = "" if request.param == "sqlite" else opened.enter_context(postgres_url())
        github = opened.enter_context(StandIn())
        scene = opened.enter_context(asking(folder, github, feedback_authors="maintainer", database_url=url))
        yield stories.tell(scene)


def with_pull(place: Place) -> tuple[str, str]:
    """Let there be a pull request of one commit by nobody's run; return the ids of its base and head."""
    base, head = place.write(
        [NewCommit("Begin", {"src/app.py": lines(12)}), NewCommit("Go on", {"src/app.py": lines(12, l10="changed")})]
    )
    place.pull(head=head, base=base)
    place.there.add_review(42, REVIEW, user=AGENT, commit_id=head, submitted_at=at(30))
    return base, head


def say(place: Place, id: int, head: str, body: str, *, minute: int = 30, reply_to: int | None = None) -> None:  # noqa: A002
    """Let the agents' account have written in a thread, without a delivery."""
    place.there.add_review_comment(
        42, id, path="src/app.py", commit_id=head, line=10, user=AGENT, body=body, review_id=REVIEW,
        in_reply_to_id=reply_to, created_at=at(minute),
    )  # fmt: skip


def never_exact(place: Place, id: int) -> None:  # noqa: A002
    """Assert that no answer to a feedback, first or last, was exact."""
    assert "exact" not in {one["confidence"] for one in place.history(id)}


@stories.test
def test_a_reply_is_about_a_comment_that_was_never_delivered(scene: Scene) -> Story:
    """The comment replied to is fetched; its claim decides, the history tells why, and every way in says the same."""
    place = make_place(scene)
    coder = place.run()
    _, head = with_pull(place)
    say(place, 21, head, coder.text())
    scene.send(place.reply(22, 21, commit=head))
    yield

    answer = place.until(22, "artifact_parent_comment", coder)

    first, *_, last = place.history(22)
    assert first["confidence"] != "exact"
    assert "delivery" in first["cause"]
    assert last == answer
    assert "GitHub" in last["cause"]
    exact = [one for one in place.history(22) if one["confidence"] == "exact"]
    assert {(one["mode"], one["span_id"]) for one in exact} == {("artifact_parent_comment", coder.span)}
    url = f"{place.repo.url}/pull/42#discussion_r22"
    asked = scene.get("/resolve", url=url)
    printed = subprocess.run(
        [*WHICHRUN, "resolve", url, "--json"],
        cwd=scene.service.folder,
        env=environment(scene.service.settings),
        capture_output=True,
        check=True,
    ).stdout
    for same in (asked, json.loads(printed)):
        assert (same["confidence"], same["mode"], same["span_id"]) == ("exact", "artifact_parent_comment", coder.span)
    assert place.asked_twice() == []


@stories.test
def test_other_runs_in_a_thread_that_only_github_knows_count(scene: Scene) -> Story:
    """The whole thread is fetched: a second run before the feedback forbids exact, and one after it says nothing."""
    place = make_place(scene)
    coder, fixer = place.run("coder"), place.run("fixer")
    _, head = with_pull(place)
    say(place, 21, head, coder.text())
    for number in range(130):  # more than GitHub puts on a page
        say(place, 1000 + number, head, "Something else.")
    say(place, 22, head, fixer.text(), reply_to=21, minute=31)
    say(place, 31, head, "Is this right?")
    say(place, 32, head, fixer.text(), reply_to=31, minute=31)
    say(place, 33, head, coder.text(), reply_to=31, minute=50)
    scene.send(place.reply(23, 21, commit=head), place.reply(34, 31, commit=head))
    yield

    answer = place.until(23, "artifact_thread", fixer, "inferred")
    assert {one["span_id"] for one in answer["candidates"]} >= {coder.span}
    place.until(34, "artifact_thread", fixer)
    never_exact(place, 23)


@stories.test
def test_a_review_that_was_never_delivered_decides(scene: Scene) -> Story:
    """The review that owns the comment replied to is fetched, whether that comment was delivered or not."""
    place = make_place(scene)
    coder = place.run()
    _, head = with_pull(place)
    place.there.reviews[REVIEW].body = coder.text("Some remarks.")
    say(place, 21, head, "What is this for?")
    say(place, 31, head, "And this?")
    scene.send(
        review_comment(
            place.repo, id=31, review_id=REVIEW, author=AGENT, body="And this?", at=at(30), commit=head, line=10
        ),
        place.reply(22, 21, commit=head),
        place.reply(32, 31, commit=head),
    )
    yield

    place.until(22, "artifact_review", coder)
    place.until(32, "artifact_review", coder)
    assert len(place.asked(rf"/pulls/42/reviews/{REVIEW}$")) <= 1
    assert place.asked("/pulls/comments/31$") == []


@stories.test
def test_a_comment_that_was_changed_since_says_nothing_of_then(scene: Scene) -> Story:
    """GitHub tells only what a text is now. One that was edited after the feedback gives no exact answer."""
    place = make_place(scene)
    coder = place.run()
    _, head = with_pull(place)
    say(place, 21, head, coder.text())
    place.there.review_comments[21].updated_at = at(45)
    scene.send(place.reply(22, 21, commit=head))
    yield

    assert place.asked("/pulls/comments/21$|/pulls/42/comments")
    never_exact(place, 22)


@stories.test
def test_a_comment_that_is_gone_ends_the_search(scene: Scene) -> Story:
    """What GitHub does not know either is asked once; the answer is not exact, and its findings say what is missing."""
    place = make_place(scene)
    place.run()
    _, head = with_pull(place)
    scene.send(place.reply(22, 21, commit=head))
    yield

    assert len(place.asked("/pulls/comments/21$")) == 1
    never_exact(place, 22)
    told = {one["step"]: one["detail"] for one in place.answer(22)["findings"]}
    assert told["artifact_parent_comment"]


@stories.test
def test_a_copy_in_an_undelivered_comment_is_evidence_for_nothing(scene: Scene) -> Story:
    """A stranger's comment that holds the claim of an agent's earlier one names no run, though GitHub told of both."""
    place = make_place(scene)
    coder = place.run()
    _, head = with_pull(place)
    say(place, 21, head, coder.text(), minute=25)
    place.there.add_review_comment(
        42, 31, path="src/app.py", commit_id=head, line=10, user=OUTSIDER, body=coder.text(), review_id=REVIEW,
        created_at=at(30),
    )  # fmt: skip
    scene.send(place.reply(22, 21, commit=head), place.reply(32, 31, commit=head))
    yield

    place.until(22, "artifact_parent_comment", coder)
    assert place.answer(32)["mode"] != "artifact_parent_comment"
    assert place.answer(32)["confidence"] != "exact"


@stories.test
def test_a_commit_that_was_never_pushed_here_decides(scene: Scene) -> Story:
    """The commented commit is fetched; its claim decides a remark on the whole commit, and none ends it unresolved.

    A branch ends with the one, so that it is this repository's; of the other, which a fork may have, nobody need know.
    """
    place = make_place(scene)
    coder = place.run()
    _, signed, plain = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(12)}),
            NewCommit(coder.message(), {"src/app.py": lines(12, l10="changed")}),
            NewCommit("By hand", {"src/app.py": lines(12, l10="changed", l11="too")}),
        ]
    )
    place.there.branch("feature", signed)
    for number, sha in ((51, signed), (52, plain)):
        place.there.add_commit_comment(number, commit_id=sha, user=MAINTAINER, body=COMMAND, created_at=at(40))
        scene.send(commit_comment(place.repo, id=number, commit=sha, body=COMMAND, at=at(40)))
    yield

    place.until(51, "commit_artifact", coder)
    answer = place.answer(52)
    assert (answer["confidence"], answer["mode"]) == ("unresolved", "commit_artifact")
    assert answer["diagnostic"] == "commented commit has no signed agent attribution"


@stories.test
def test_what_several_need_is_asked_once(scene: Scene) -> Story:
    """Five replies in a thread and five lines of a file cost one question each, and later ones cost none."""
    place = make_place(scene)
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(12)}),
            NewCommit(coder.message(), {"src/app.py": lines(12, "better")}),
        ]
    )
    place.pull(head=head, base=base)
    place.there.add_review(42, REVIEW, user=AGENT, commit_id=head, submitted_at=at(30))
    say(place, 21, head, coder.text())
    scene.send(*(place.reply(30 + number, 21, commit=head) for number in range(5)))
    scene.send(*(place.line(40 + number, head, base, line=number) for number in range(1, 6)))
    yield

    for number in range(5):
        place.until(30 + number, "artifact_parent_comment", coder)
        place.until(41 + number, "line_blame", coder)
    assert place.asked_twice() == []
    assert len(place.asked("/pulls/comments/21$")) <= 1
    assert len(place.blamed()) == 1

    asked = len(place.blamed()), len(place.asked("/pulls/comments/21$")), len(place.asked(f"/commits/{head}$"))
    scene.send(place.reply(39, 21, commit=head), place.line(49, head, base, line=9))
    place.until(39, "artifact_parent_comment", coder)
    place.until(49, "line_blame", coder)
    scene.settle()
    assert asked == (
        len(place.blamed()), len(place.asked("/pulls/comments/21$")), len(place.asked(f"/commits/{head}$"))
    )  # fmt: skip


@stories.test
def test_nothing_is_asked_for_what_deliveries_brought(scene: Scene) -> Story:
    """Where deliveries told of the parent, the review and the commits, GitHub is asked about none of them."""
    place = make_place(scene)
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(12)}),
            NewCommit(coder.message(), {"src/app.py": lines(12, l10="changed")}),
        ]
    )
    scene.send(place.push([base], branch="main"), place.push([head], before=base))
    scene.send(place.pull(head=head, base=base))
    place.there.add_review(42, REVIEW, user=AGENT, body=coder.text(), commit_id=head, submitted_at=at(30))
    say(place, 21, head, coder.text())
    told = {"author": AGENT, "at": at(30), "commit": head}
    scene.send(
        review(place.repo, id=REVIEW, body=coder.text(), **told),  # type: ignore[arg-type]
        review_comment(place.repo, id=21, review_id=REVIEW, body=coder.text(), line=10, **told),  # type: ignore[arg-type]
        place.reply(22, 21, commit=head),
        commit_comment(place.repo, id=51, commit=head, body=COMMAND, at=at(40)),
    )
    yield

    place.until(22, "artifact_parent_comment", coder)
    place.until(51, "commit_artifact", coder)
    assert [one.target for one in place.asked()] == []


@stories.test
def test_a_repository_that_was_renamed_is_found(scene: Scene) -> Story:
    """GitHub leads from the name that the service knows to where the repository is now, on the same host."""
    place = make_place(scene)
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(12)}),
            NewCommit(coder.message(), {"src/app.py": lines(12, l10="changed")}),
        ]
    )
    place.pull(head=head, base=base)
    say(place, 21, head, coder.text())
    reply, line = place.reply(22, 21, commit=head), place.line(11, head, base, line=10)
    place.there.rename(f"{place.repo.name}-of-now")
    scene.send(reply, line)
    yield

    place.until(22, "artifact_parent_comment", coder)
    place.until(11, "line_blame", coder)
