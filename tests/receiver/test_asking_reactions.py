"""Reactions to what runs wrote, which no webhook tells of: asked of GitHub, once a day for three days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.signals import Signals
from store import Store
from tests.support.asked_world import AskedWorld, asked_world
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Person, issue_comment, review_comment
from tests.support.github import StandIn
from tests.support.github.reaction_routes import Reaction
from tests.support.world import REPO

DAY = timedelta(days=1)


@pytest.fixture
def reacting(store: Store, tmp_path: Path) -> Iterator[AskedWorld]:
    """A service that asks, and wants reactions."""
    with StandIn() as standing_in:
        yield asked_world(store, standing_in, tmp_path, signals="reaction")


def tell(asking: AskedWorld) -> None:
    """Tell of a signed comment, and of one that nobody signed, both of now."""
    marks = asking.world.run("coder")
    now = asking.world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    asking.world.deliver(
        issue_comment(REPO, id=11, number=42, author=AGENT, body=f"Done.\n{marks.hidden_comment}", at=now),
        review_comment(REPO, id=12, body="Thanks.", at=now),
    )


def react(asking: AskedWorld, number: int, content: str, *, by: Person = OUTSIDER) -> None:
    """Have somebody react to the signed comment, some time after it."""
    at = (asking.world.now + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asking.repo.reactions.append(Reaction(number, "issues/comments/11", by, content, at))


def shown(asking: AskedWorld) -> list[tuple[str | None, int | None]]:
    """Return reaction and account of the run's signals, oldest first."""
    with asking.world.facts() as facts:
        run = facts.run("default", "span-coder")
        assert run is not None
        found = Signals(facts, asking.world.policy, run).listed(before=None, limit=50)
    return [(one.seen.detail, one.seen.actor_id) for _, one in reversed(found)]


def asked(asking: AskedWorld) -> list[str]:
    """Return what GitHub was asked about reactions."""
    return [one.target.partition("?")[0] for one in asking.standing_in.requests if "reactions" in one.target]


def test_reactions_are_read_for_three_days(reacting: AskedWorld) -> None:
    """Nobody is asked at once; then each look brings what is new, and after the third there is none."""
    tell(reacting)
    reacting.ask()
    assert asked(reacting) == []
    react(reacting, 1, "-1")
    react(reacting, 2, "eyes", by=AGENT)
    reacting.world.now += DAY
    reacting.ask()
    assert shown(reacting) == [("-1", OUTSIDER.id)]
    react(reacting, 3, "+1", by=MAINTAINER)
    reacting.world.now += DAY
    reacting.ask()
    assert shown(reacting) == [("-1", OUTSIDER.id), ("+1", MAINTAINER.id)]
    for _ in range(5):
        reacting.world.now += DAY
        reacting.ask()
    assert len(asked(reacting)) == 3


def test_only_what_is_signed_is_asked_about(reacting: AskedWorld) -> None:
    """Of a comment that carries no claim GitHub is not asked, however many there are."""
    tell(reacting)
    reacting.world.now += DAY
    reacting.ask()
    assert len(asked(reacting)) == 1
    assert asked(reacting)[0].endswith("/issues/comments/11/reactions")


def test_unless_they_are_wanted_nobody_asks(asking: AskedWorld) -> None:
    """Where reactions are off, GitHub is not asked for any."""
    tell(asking)
    asking.world.now += 8 * DAY
    asking.ask()
    assert asked(asking) == []


def test_old_texts_are_looked_at_once(reacting: AskedWorld) -> None:
    """A text from long before, as a backfill brings it, is asked about once, and at once."""
    marks = reacting.world.run("coder")
    reacting.world.deliver(
        issue_comment(REPO, id=11, number=42, author=AGENT, body=marks.hidden_comment, at="2026-10-01T09:00:00Z")
    )
    react(reacting, 1, "heart")
    reacting.ask()
    assert shown(reacting) == [("heart", OUTSIDER.id)]
    assert len(asked(reacting)) == 1


def test_a_comment_that_is_gone_has_none(reacting: AskedWorld) -> None:
    """Where GitHub lists nothing, nothing is kept, and nothing is wrong."""
    tell(reacting)
    reacting.world.now += DAY
    assert reacting.ask() > 0
    assert shown(reacting) == []
