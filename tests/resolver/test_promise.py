"""`exact` is a promise: stories in which a simpler rule would name the wrong run, or the right one too surely."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.ask import Question
from resolver.model.answers import Confidence
from resolver.model.github import Kind, ObjectRef
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    NO_COMMIT,
    OUTSIDER,
    Person,
    Repo,
    commit,
    commit_comment,
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

REVIEWER = Person(id=504, login="review-bot")
IMPROVE = "/agents improve please handle the empty case"


def coder_push(world: World) -> None:
    """Let the coder push the commented commit."""
    world.deliver(push(REPO, commits=[commit(sha("head"), f"Add\n\n{world.run('coder').commit_trailers}")]))


def decided(world: World) -> tuple[Confidence, str | None]:
    """Return how surely which run is the answer."""
    return world.answer().confidence, world.answer().span_id


def test_a_claim_that_may_count_once_more_is_known_leaves_nothing_exact(world: World) -> None:
    """The parent's claim is for the issue that an undelivered pull request may close: the coder is only inferred."""
    coder_push(world)
    mark = world.run("starter", number=5).hidden_comment
    world.deliver(
        review_comment(REPO, id=1, review_id=None, author=REVIEWER, body=mark, at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world) == (Confidence.INFERRED, "span-coder")
    world.deliver(pull_request(REPO, body="Closes #5", head=sha("head"), at=minute(1)))
    assert decided(world) == (Confidence.EXACT, "span-starter")


def test_a_claim_that_can_not_count_leaves_others_exact(world: World) -> None:
    """Where the pull request is known not to close the issue, the claim is refused for good, and the line decides."""
    coder_push(world)
    mark = world.run("starter", number=5).hidden_comment
    world.deliver(
        pull_request(REPO, body="Nothing", head=sha("head"), at=minute(1)),
        review_comment(REPO, id=1, review_id=None, author=REVIEWER, body=mark, at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world) == (Confidence.EXACT, "span-coder")


def test_a_claim_by_an_unknown_name_may_be_a_former_one(world: World) -> None:
    """A claim for a repository nobody has heard of may be for this one before a rename; a rename settles it."""
    coder_push(world)
    world.run("starter")
    mark = world.marks("starter", span="span-starter", number=42, repository="acme/gizmos").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, review_id=None, author=REVIEWER, body=mark, at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world) == (Confidence.INFERRED, "span-coder")
    world.deliver(repository_renamed(Repo(id=4711, name="acme/gadgets"), was="gizmos"))
    assert decided(world) == (Confidence.EXACT, "span-coder")


def test_of_texts_that_may_be_older_nobody_is_believed(world: World) -> None:
    """A pull request first seen late may have carried the claim before a stranger did: neither is surely its author."""
    mark = world.run("coder").hidden_comment
    world.deliver(
        pull_request(REPO, "closed", body=mark, created_at=minute(1), at=minute(9)),
        review_comment(REPO, id=1, author=OUTSIDER, body=mark, at=minute(5)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(10)),
    )
    assert world.answer().confidence is not Confidence.EXACT
    world.deliver(pull_request(REPO, body=mark, at=minute(1)))
    assert any("copy" in finding.detail for finding in world.answer().findings)


def test_a_missed_edit_of_the_parent_leaves_it_unknown(world: World) -> None:
    """Where a later edit says that it replaced a text nobody delivered, the parent's text at the time is unknown."""
    first, third = world.run("coder").hidden_comment, world.run("planner").hidden_comment
    sticky = partial(review_comment, REPO, id=1, author=AGENT, created_at=minute(1))
    world.deliver(
        sticky(body=first, at=minute(1)), review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(5))
    )
    assert decided(world) == (Confidence.EXACT, "span-coder")
    world.deliver(sticky("edited", body=third, at=minute(9), was="what the fixer wrote"))
    assert world.answer().confidence is not Confidence.EXACT


def test_the_parents_review_speaks_in_the_thread(world: World) -> None:
    """The bare parent belongs to a signed review, and another run answered in the thread: no more than inferred."""
    reviewer, coder = world.run("pr-reviewer").hidden_comment, world.run("coder").hidden_comment
    world.deliver(
        review(REPO, id=100, author=REVIEWER, body=reviewer, at=minute(1)),
        review_comment(REPO, id=1, review_id=100, author=REVIEWER, body="leaks", at=minute(1)),
        review_comment(REPO, id=2, in_reply_to_id=1, author=AGENT, body=f"fixed {coder}", at=minute(2)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world) == (Confidence.INFERRED, "span-coder")


def test_a_squash_merge_is_also_of_those_whose_commits_it_merged(world: World) -> None:
    """A squash commit with one run's trailer merged a person's commit to the same file as well."""
    trailers = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("a"), f"Add\n\n{trailers}"), commit(sha("head"), "By hand")], at=minute(0)),
        push(REPO, commits=[commit(sha("squash"), f"Add (#42)\n\n{trailers}")], branch="main", at=minute(5)),
        commit_comment(REPO, id=1, commit=sha("squash"), path="src/app.py", line=3, body=IMPROVE, at=minute(9)),
    )
    assert world.answer().confidence is Confidence.EXACT
    world.deliver(
        pull_request(REPO, "closed", head=sha("head"), merged=True, merge_commit=sha("squash"), commits=2, at=minute(6))
    )
    assert decided(world) == (Confidence.INFERRED, "span-coder")


def test_a_stranger_who_decodes_a_trailer_is_not_the_claims_author(world: World) -> None:
    """A claim that a commit carried in public was not made known by the outsider who posts it in a comment first."""
    coder_push(world)
    mark = world.marks("coder", span="span-coder", number=42).hidden_comment
    world.deliver(
        review_comment(REPO, id=1, review_id=None, author=OUTSIDER, body=mark, at=minute(1)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, commit=sha("other"), at=minute(2)),
    )
    assert world.answer().confidence is not Confidence.EXACT
    assert any("may not push" in finding.detail for finding in world.answer().findings)


def test_an_agent_that_committed_first_is_the_author_of_its_comments(world: World) -> None:
    """An App, or a member, that posts the claim which its commit carried already is its author."""
    coder_push(world)
    mark = world.marks("coder", span="span-coder", number=42).hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=AGENT, body=f"Done {mark}", at=minute(1)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(2)),
    )
    assert (world.answer().mode, decided(world)) == ("artifact_parent_comment", (Confidence.EXACT, "span-coder"))


def test_a_renamed_file_is_also_of_those_who_wrote_it_before(world: World) -> None:
    """A run's commit that may have renamed a person's file of the same pull request did not surely write its lines."""
    trailers = world.run("coder").commit_trailers
    by_hand = commit(sha("a"), "By hand", added=("old.py",), modified=())
    renamed = commit(sha("head"), f"Rename\n\n{trailers}", added=("new.py",), removed=("old.py",), modified=())
    world.deliver(
        push(REPO, commits=[by_hand, renamed]),
        pull_request(REPO, head=sha("head"), at=minute(1)),
        review_comment(REPO, id=1, path="new.py", body=IMPROVE, at=minute(3)),
    )
    assert decided(world) == (Confidence.INFERRED, "span-coder")
    about = world.ask(Question(repository=REPO.name, number=42, path="new.py"))
    assert about.confidence is Confidence.INFERRED


def test_a_review_of_an_unknown_commit_is_not_exact(world: World) -> None:
    """Somebody else may have signed the reviewed commit, as long as no push has brought it."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        review(REPO, id=1, author=REVIEWER, body=mark, commit=sha("head"), at=minute(1)),
        review(REPO, id=2, body=IMPROVE, commit=sha("head"), at=minute(2)),
    )
    assert decided(world) == (Confidence.INFERRED, "span-pr-reviewer")


def test_a_branch_name_used_again_inherits_nothing(world: World) -> None:
    """A pull request from a branch that was deleted and made again has not the commits of the former one."""
    coder, planner = world.run("coder").commit_trailers, world.run("planner", number=43).commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("a"), f"Add\n\n{coder}")], at=minute(0)),
        pull_request(REPO, head=sha("a"), at=minute(1)),
        push(REPO, before=sha("a"), after=NO_COMMIT, at=minute(2)),
        push(REPO, commits=[commit(sha("b"), f"Add\n\n{planner}", modified=("other.py",))], at=minute(3)),
        pull_request(REPO, number=43, id=43, head=sha("b"), at=minute(4)),
    )
    answer = world.ask(Question(repository=REPO.name, number=43, path="src/app.py"))
    assert answer.confidence is not Confidence.EXACT


def test_what_a_person_wrote_was_made_by_no_run(world: World) -> None:
    """Asked who made a person's reply or line comment, the answer is nobody, whatever it is about."""
    coder_push(world)
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        pull_request(REPO, head=sha("head"), at=minute(1)),
        review_comment(REPO, id=1, author=REVIEWER, body=mark, at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body="I disagree.", at=minute(3)),
        review_comment(REPO, id=3, author=OUTSIDER, body="Nice line.", at=minute(4)),
    )
    for number in (2, 3):
        assert world.ask_url(f"{REPO.url}/pull/42#discussion_r{number}").confidence is Confidence.UNRESOLVED
    about = world.ask(Question(repository=REPO.name, review_comment_id=2))
    assert (about.confidence, about.span_id) == (Confidence.EXACT, "span-pr-reviewer")


def test_what_is_pushed_later_takes_nothing_back(world: World) -> None:
    """A fix pushed after the feedback did not write the line before it: the answer stays exact."""
    coder_push(world)
    world.deliver(
        pull_request(REPO, head=sha("head"), at=minute(1)),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
        push(REPO, commits=[commit(sha("fix"), "By hand")], before=sha("head"), at=minute(60)),
        pull_request(REPO, "synchronize", head=sha("fix"), commits=2, at=minute(61), created_at=minute(1)),
    )
    assert decided(world) == (Confidence.EXACT, "span-coder")


def test_a_body_and_a_commit_message_that_disagree(world: World) -> None:
    """A question whose text and commit message name two runs has two candidates, and no answer."""
    one, other = world.run("coder"), world.run("planner")
    question = Question(
        repository=REPO.name, number=42, body=one.hidden_comment, commit_message=f"m\n\n{other.commit_trailers}"
    )
    answer = world.ask(question)
    assert (answer.confidence, len(answer.candidates)) == (Confidence.UNRESOLVED, 2)


def test_a_claim_edited_out_of_the_feedback_counts_no_more(world: World) -> None:
    """Feedback from which its author took the pasted claim no longer points at that run."""
    mark = world.run("coder", number=None, at=minute(-9000)).hidden_comment
    world.deliver(
        issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(1)),
        issue_comment(REPO, "edited", id=1, body=IMPROVE, at=minute(2), created_at=minute(1), was=IMPROVE + mark),
    )
    assert world.answer().confidence is Confidence.UNRESOLVED


@pytest.mark.parametrize("wrap", ["`{}`", "<!-- {} -->", "> {}", "```\n{}\n```", "    {}"])
def test_closing_words_in_code_quotes_and_comments_close_nothing(world: World, wrap: str) -> None:
    """Pull request templates hold closing words in comments: only ordinary text links numbers."""
    mark = world.run("coder", number=5).hidden_comment
    world.deliver(
        pull_request(REPO, body="See:\n\n" + wrap.format("closes #5"), at=minute(1)),
        issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(3)),
    )
    assert world.answer().confidence is Confidence.UNRESOLVED


def test_withdrawn_feedback_has_no_answer_in_any_order(world: World) -> None:
    """Withdrawn feedback shows no run, whether it was ever answered or not; restored, it is answered again."""
    mark = world.run("coder").hidden_comment
    away = issue_comment(REPO, "edited", id=1, body="no", at=minute(2), created_at=minute(1), was=IMPROVE + mark)
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + mark, at=minute(1)), away)
    assert world.feedback().resolution is None
    back = issue_comment(REPO, "edited", id=1, body=IMPROVE + mark, at=minute(3), created_at=minute(1), was="no")
    world.deliver(back)
    assert decided(world) == (Confidence.EXACT, "span-coder")


def test_the_paths_of_a_commit_may_come_by_another_branch(world: World) -> None:
    """A push to another branch that tells of the same commit again reaches the feedback on the first one."""
    coder_push(world)
    bare = commit(sha("b"), "By hand")
    for name in ("added", "removed", "modified"):
        del bare[name]
    world.deliver(
        push(REPO, commits=[bare], before=sha("head"), at=minute(1)),
        pull_request(REPO, head=sha("b"), at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, commit=sha("head"), at=minute(3)),
    )
    assert world.answer().confidence is Confidence.EXACT
    world.deliver(push(REPO, commits=[commit(sha("b"), "By hand")], branch="copy", at=minute(2)))
    assert world.answer().confidence is Confidence.INFERRED


def test_an_author_who_becomes_known_makes_a_copy_known(world: World) -> None:
    """A revision without the claim may tell who wrote the one with it: what that decides is decided again."""
    mark = world.run("coder").hidden_comment
    ghostly = partial(review_comment, REPO, id=1, created_at=minute(1))
    world.deliver(
        ghostly(author=None, body=mark, at=minute(1)),
        review_comment(REPO, id=2, author=AGENT, body=mark, at=minute(2)),
        review_comment(REPO, id=3, in_reply_to_id=2, body=IMPROVE, at=minute(3)),
    )
    assert world.answer().confidence is not Confidence.EXACT
    world.deliver(ghostly("edited", author=AGENT, body="gone", at=minute(9), was=mark))
    assert decided(world) == (Confidence.EXACT, "span-coder")


def test_a_name_that_is_taken_over_takes_its_runs_along(world: World) -> None:
    """A run registered under a name belongs to whoever bore it when the run started; the other loses it at once."""
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE, number=9, on_pull=False, at=minute(10)))
    world.run("coder", number=9)
    assert decided(world) == (Confidence.INFERRED, "span-coder")
    taker = Repo(id=9002, name=REPO.name, updated_at=minute(5))
    world.deliver(issue_comment(taker, id=2, body="hello", author=MAINTAINER, at=minute(5)))
    with world.facts() as facts:
        kept = facts.feedback_list("default", before=None, limit=9)
    assert len(kept) == 1
    assert fresh(world) == decided(world)


def fresh(world: World) -> tuple[Confidence, str | None]:
    """Return the answer that the only feedback would get if it were sought now."""
    feedback = world.feedback()
    answer = world.ask_url(feedback.object.url) if feedback.object.url else world.answer()
    return answer.confidence, answer.span_id


def test_locks_name_all_that_two_deliveries_may_share(world: World) -> None:
    """A claim, its run, and a pull request's head repository are locked, beside the repository itself."""
    mark = world.run("coder").hidden_comment
    comment = world.prepared(issue_comment(REPO, id=1, author=AGENT, body=mark))
    assert {name.split()[0] for name in comment.locks} == {"name", "repository", "claim", "run"}
    fork = Repo(id=7, name="fork/widgets")
    pull = world.prepared(pull_request(REPO, head_repo=fork))
    assert {"repository 7", f"repository {REPO.id}"} <= set(pull.locks)
    assert ObjectRef(REPO.id, Kind.ISSUE_COMMENT, 1) == comment.objects[0][0].object.ref
