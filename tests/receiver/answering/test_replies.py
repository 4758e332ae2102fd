"""Replies: one for each piece of feedback, which names the run, and is edited when the answer changes."""

from __future__ import annotations

import pytest

from receiver.changes import Changes
from resolver.correction import Correction
from resolver.model.github import RepositorySeen
from resolver.model.reports import SYSTEM
from tests.support.builders import AGENT, issue_comment
from tests.support.github import faults
from tests.support.world import REPO
from tests.support.written import IMPROVE, LONG, PAGE, Answering, Written


def given(written: Written, number: int = 11, agent: str = "coder") -> None:
    """Have a maintainer give feedback that points at a run."""
    marks = written.asked.world.run(agent)
    written.remark(number, f"{IMPROVE}\n\n{marks.hidden_comment}")


def test_a_reply_names_the_run_and_links_to_the_page(answering: Answering) -> None:
    """A comment in the conversation: the run, its agent, how sure that is, and where it is told why."""
    written = answering("reply")
    given(written)
    written.write()
    (reply,) = written.comments
    feedback = written.asked.world.feedback()
    lines = (reply.body or "").split("\n\n")
    assert lines[0].startswith("<!-- whichrun: answer ")
    assert lines[1:] == [
        "This feedback is about the run `span-coder` of the agent `coder`.",
        "How sure: exact. The evidence admits this run alone.",
        f"[How this was found]({PAGE}/feedback/{feedback.id})",
    ]
    assert reply.number == 42


def test_a_comment_on_a_line_is_answered_in_its_thread(answering: Answering) -> None:
    """The reply goes below the thread's first comment, whichever of its comments gave the feedback."""
    written = answering("reply")
    written.line_remark(20, "Why?")
    written.line_remark(21, reply_to=20)
    written.write()
    assert [(one.in_reply_to_id, one.number) for one in written.replies] == [(20, 42)]
    assert written.comments == []


def test_a_remark_on_an_issue_needs_the_issues_permission_alone(answering: Answering) -> None:
    """The token that writes is for one repository, and for nothing but what is written."""
    written = answering("reply")
    written.remark(11, on=9, on_pull=False)
    written.write()
    asked = written.asked.standing_in.asked(r"access_tokens$", method="POST")[-1].json()
    assert asked == {"repository_ids": [REPO.id], "permissions": {"issues": "write", "metadata": "read"}}
    assert len(written.comments) == 1


def test_once_however_often_it_is_delivered(answering: Answering) -> None:
    """A redelivery, and another turn, write nothing more."""
    written = answering("reply")
    given(written)
    made = written.remark(12)
    written.write()
    written.asked.world.deliver(made.again())
    written.write()
    assert len(written.comments) == 2


def test_it_is_edited_when_the_answer_changes(answering: Answering) -> None:
    """Another run is named, by late evidence or by a person: the same comment says so; who said why stays inside."""
    written = answering("reply")
    written.remark(11)
    written.write()
    (reply,) = written.comments
    assert "No run can be named for this feedback." in (reply.body or "")
    world = written.asked.world
    world.run("planner")
    said = Correction(span_id="span-planner", reason="@everyone it was the planner", by="mona")
    Changes(written.asked.services, "default").correct(world.feedback().id, said, producer=SYSTEM)
    written.write()
    assert len(written.comments) == 1
    assert "the run `span-planner` of the agent `planner`" in (reply.body or "")
    assert "How sure: a person said so." in (reply.body or "")
    assert "everyone" not in (reply.body or "")


def test_only_the_newest_answer_is_written(answering: Answering) -> None:
    """Several answers within some seconds are one edit, and one that says the same is none."""
    written = answering("reply")
    written.remark(11)
    written.write()
    world = written.asked.world
    changes = Changes(written.asked.services, "default")
    for agent in ("one", "two", "three"):
        world.run(agent)
        changes.correct(
            world.feedback().id, Correction(span_id=f"span-{agent}", reason="so", by="mona"), producer=SYSTEM
        )
    written.write()
    (reply,) = written.comments
    assert "`span-three`" in (reply.body or "")
    assert len(written.asked.standing_in.asked("/comments/", method="PATCH")) == 1
    changes.correct(world.feedback().id, Correction(span_id="span-three", reason="again", by="mona"), producer=SYSTEM)
    written.write()
    assert len(written.asked.standing_in.asked("/comments/", method="PATCH")) == 1


def test_what_is_taken_back_is_said_to_be(answering: Answering) -> None:
    """The reply to a command that is removed says so; one that was never answered gets none."""
    written = answering("reply")
    given(written)
    written.write()
    written.asked.world.now += LONG
    written.remark(11, "never mind", action="edited")
    written.write()
    (reply,) = written.comments
    assert "This feedback was taken back." in (reply.body or "")
    assert "span-coder" not in (reply.body or "")
    written.remark(12)
    written.asked.world.now += LONG / 60
    written.remark(12, "never mind", action="edited")
    written.write()
    assert len(written.comments) == 1


def test_what_somebody_deleted_stays_deleted(answering: Answering) -> None:
    """A reply that is gone is not made anew, however the answer changes."""
    written = answering("reply")
    written.remark(11)
    written.write()
    (reply,) = written.comments
    del written.asked.repo.issue_comments[reply.id]
    world = written.asked.world
    changes = Changes(written.asked.services, "default")
    for agent in ("one", "two"):
        world.run(agent)
        changes.correct(
            world.feedback().id, Correction(span_id=f"span-{agent}", reason="so", by="mona"), producer=SYSTEM
        )
        written.write()
    assert written.comments == []
    assert written.rows() == [("reply", "gone", None)]


def test_the_ignored_get_nothing(answering: Answering) -> None:
    """Who may not give feedback is not answered: no posting, and no token is asked for."""
    written = answering("reply,reaction")
    written.asked.world.deliver(issue_comment(REPO, id=11, author=AGENT, body=IMPROVE, at=written.at()))
    written.write()
    assert written.rows() == []
    assert written.asked.standing_in.asked("access_tokens") == []


def test_the_old_gets_nothing(answering: Answering) -> None:
    """What was written more than a day before it came in is not answered, however it came."""
    written = answering("reply,reaction")
    written.asked.world.deliver(issue_comment(REPO, id=12, body=IMPROVE, at=written.at(60 * 25)))
    written.write()
    assert written.rows() == []
    assert written.asked.standing_in.asked("access_tokens") == []


def test_several_workspaces_are_told_nothing_of_each_other(answering: Answering) -> None:
    """Where a repository belongs to more than one, feedback in it is not answered on GitHub."""
    written = answering("reply", workspaces=f"{REPO.name}=one,{REPO.name}=two")
    written.remark(11)
    written.write()
    assert written.rows() == []


def test_a_repository_that_went_to_another_workspace_is_left_alone(answering: Answering) -> None:
    """What a workspace answered stays as it is once the repository is another's: nothing more is told there."""
    written = answering("reply")
    written.remark(11)
    written.write()
    (reply,) = written.comments
    before = reply.body
    world = written.asked.world
    feedback = world.feedback()
    with world.store.transaction() as ledger:
        seen = RepositorySeen(id=REPO.id, name=REPO.name, as_of=world.now, seen_at=world.now)
        ledger.put_repository(seen, "elsewhere", assigned=True)
    world.run("planner")
    Changes(written.asked.services, "default").correct(
        feedback.id, Correction(span_id="span-planner", reason="so", by="mona"), producer=SYSTEM
    )
    written.write()
    assert reply.body == before


@pytest.mark.parametrize("status", [500, 502])
def test_a_github_that_is_down_is_tried_again(answering: Answering, status: int) -> None:
    """What was not taken is written later, once."""
    written = answering("reply")
    given(written)
    written.asked.standing_in.fault = faults.status(status).on("/comments$", method="POST").times(1)
    written.write()
    assert written.comments == []
    written.write()
    assert len(written.comments) == 1
