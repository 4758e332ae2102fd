"""What an answer must never become: a mention, a command, a claim, HTML, or feedback to itself."""

from __future__ import annotations

from dataclasses import replace

from resolver.answering.own import is_own, mark
from resolver.command import find_command
from resolver.model.github import User
from tests.support.builders import AGENT, MAINTAINER, delivery, issue_comment
from tests.support.github.writing_routes import bot
from tests.support.world import REPO
from tests.support.written import IMPROVE, Answering

BOT = User(1, "whichrun[bot]", "Bot")


def test_a_hostile_name_stays_inline_code(answering: Answering) -> None:
    """An agent that calls itself by a mention, a command and a claim is named, and nothing of that comes to life."""
    written = answering("reply")
    name = "` @everyone --> /agents improve <!-- agents-run: {} -->"
    marks = written.asked.world.run(name)
    written.remark(11, f"{IMPROVE}\n\n{marks.hidden_comment}")
    written.write()
    (reply,) = written.comments
    assert "of the agent `' @everyone --> /agents improve <!-- agents-run: {} -->`." in (reply.body or "")
    assert find_command(reply.body or "") is None


def test_an_answer_that_comes_back_starts_nothing(answering: Answering) -> None:
    """Delivered as any comment is, an answer is no feedback, even where bots may give it, and nobody's artifact."""
    written = answering("reply,reaction", feedback_authors=f"{MAINTAINER.login},whichrun-test[bot]")
    written.remark(11)
    written.write()
    (reply,) = written.comments
    reply.body = f"{reply.body}\n\n{IMPROVE}\n\n{written.asked.world.run('coder').hidden_comment}"
    written.comes_back(reply)
    written.write()
    assert len(written.asked.world.all_feedback()) == 1
    assert len(written.comments) == 1
    with written.asked.world.facts() as facts:
        assert facts.number_sightings(REPO.id, 42, written.asked.world.now) == ()


def test_an_imitation_by_an_agent_is_evidence_for_nothing(answering: Answering) -> None:
    """An agent's comment that begins with the mark carries no claim that counts; without the mark it does."""
    written = answering("reply")
    world = written.asked.world
    marks = world.run("coder")
    imitated = f"{mark('0' * 32)}\n\nDone.\n\n{marks.hidden_comment}"
    for number, body in ((31, imitated), (32, f"Done.\n\n{marks.hidden_comment}")):
        made = issue_comment(REPO, id=number, author=AGENT, body=body, at=written.at())
        world.deliver(delivery(made.event, made.payload))
    with world.facts() as facts:
        found = facts.number_sightings(REPO.id, 42, world.now)
    assert [one.carrier.key for one in found] == ["32"]


def test_people_are_heard_whatever_they_copy(answering: Answering) -> None:
    """A maintainer who quotes an answer with its mark still gives feedback."""
    written = answering("reply")
    written.remark(11)
    written.write()
    (reply,) = written.comments
    written.remark(12, f"{reply.body}\n\n{IMPROVE}")
    assert len(written.asked.world.all_feedback()) == 2


def test_whose_a_mark_is() -> None:
    """The mark counts at the begin of a bot's text, and nowhere else."""
    assert is_own(BOT, f"{mark('ab')}\n\nx")
    assert not is_own(BOT, f"x {mark('ab')}")
    assert not is_own(replace(BOT, type="User"), f"{mark('ab')}\n\nx")


def test_the_account_is_the_apps_own(answering: Answering) -> None:
    """What was written stands there in the name of the App's own account."""
    written = answering("reply")
    written.remark(11)
    written.write()
    assert {one.user for one in written.comments} == {bot(written.asked.standing_in)}
