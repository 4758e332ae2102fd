"""Step 2: the object asked about is an artifact itself."""

from __future__ import annotations

from resolver.model.answers import Confidence
from tests.support.builders import AGENT, OUTSIDER, issue, issue_comment, minute, pull_request
from tests.support.world import REPO, World


def test_a_signed_comment_is_its_runs(world: World) -> None:
    """Asked for a comment that carries a claim, the run that signed it is the answer."""
    mark = world.run("coder").hidden_comment
    world.deliver(issue_comment(REPO, id=1, author=AGENT, body=f"Done. {mark}", at=minute(1)))
    answer = world.ask_url(f"{REPO.url}/pull/42#issuecomment-1")
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "artifact_comment", "span-coder")


def test_a_signed_body_is_its_runs(world: World) -> None:
    """A pull request and an issue are answered for by the claims in their bodies."""
    coder, planner = world.run("coder").hidden_comment, world.run("planner", number=9).hidden_comment
    world.deliver(pull_request(REPO, body=f"A change. {coder}"), issue(REPO, author=AGENT, body=f"A plan. {planner}"))
    assert world.ask_url(f"{REPO.url}/pull/42").span_id == "span-coder"
    assert world.ask_url(f"{REPO.url}/issues/9").span_id == "span-planner"


def test_a_copied_claim_is_evidence_for_nothing(world: World) -> None:
    """A comment by another account with a claim that was posted before is no artifact."""
    mark = world.run("coder", at=minute(-2000)).hidden_comment
    world.deliver(
        issue_comment(REPO, id=1, author=AGENT, body=mark, at=minute(1)),
        issue_comment(REPO, id=2, author=OUTSIDER, body=f"rm -rf is fine {mark}", at=minute(2)),
    )
    answer = world.ask_url(f"{REPO.url}/pull/42#issuecomment-2")
    assert answer.confidence is Confidence.UNRESOLVED
    assert any("copy" in finding.detail for finding in answer.findings)


def test_who_edits_a_claim_into_an_older_comment_did_not_post_it_first(world: World) -> None:
    """A claim's author is who first posted it, not who owned the older comment it was copied into."""
    mark = world.run("coder").hidden_comment
    world.deliver(
        issue_comment(REPO, id=2, author=OUTSIDER, body="First!", at=minute(0)),
        issue_comment(REPO, id=1, author=AGENT, body=mark, at=minute(1)),
        issue_comment(
            REPO, "edited", id=2, author=OUTSIDER, body=mark, at=minute(2), created_at=minute(0), was="First!"
        ),
    )
    assert world.ask_url(f"{REPO.url}/pull/42#issuecomment-1").span_id == "span-coder"
    assert world.ask_url(f"{REPO.url}/pull/42#issuecomment-2").confidence is not Confidence.EXACT


def test_of_two_who_posted_at_the_same_second_neither_is_believed(world: World) -> None:
    """Where two accounts post a claim in the same second, nothing says whose it is: neither comment counts."""
    mark = world.run("coder", at=minute(-2000)).hidden_comment
    world.deliver(
        issue_comment(REPO, id=1, author=AGENT, body=mark, at=minute(1)),
        issue_comment(REPO, id=2, author=OUTSIDER, body=mark, at=minute(1)),
    )
    assert world.ask_url(f"{REPO.url}/pull/42#issuecomment-1").confidence is not Confidence.EXACT
    assert world.ask_url(f"{REPO.url}/pull/42#issuecomment-2").confidence is not Confidence.EXACT


def test_a_sticky_comment_is_of_the_run_that_wrote_it_last(world: World) -> None:
    """A comment that a later run rewrites is that run's."""
    first, second = world.run("coder").hidden_comment, world.run("planner").hidden_comment
    world.deliver(
        issue_comment(REPO, id=1, author=AGENT, body=first, at=minute(1)),
        issue_comment(REPO, "edited", id=1, author=AGENT, body=second, at=minute(5), created_at=minute(1), was=first),
    )
    assert world.ask_url(f"{REPO.url}/pull/42#issuecomment-1").span_id == "span-planner"


def test_what_was_never_delivered_is_unresolved(world: World) -> None:
    """An address that no delivery brought, in a known repository or an unknown one, is an honest nothing."""
    world.deliver(issue(REPO))
    for url in (
        f"{REPO.url}/pull/42#issuecomment-1",
        f"{REPO.url}/issues/10",
        "https://github.com/a/b/commit/" + "a" * 40,
    ):
        answer = world.ask_url(url)
        assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "unresolved", None)
        assert answer.diagnostic
