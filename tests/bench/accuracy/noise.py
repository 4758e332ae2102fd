"""What else happens in a repository, and how deliveries really arrive. None of it changes what is true."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from resolver.model.github import Kind
from tests.bench.accuracy.story import PATH, Happening, More, Story, stamp
from tests.support import builders as told
from tests.support.builders import Delivery

IN_ORDER = 0.3
"""The share of stories of which everything arrives in its order."""
_CHATTER = ("Nice!", "Could somebody look at the build?", "+1", "I will be away on Friday.", "LGTM :tada:", "")


def _comment(story: Story) -> None:
    """Somebody says something on the same number."""
    who = story.rng.choice((story.cast.member, story.cast.outsider))()
    is_pull = bool(story.opened_at)
    if is_pull and story.rng.random() < 0.5:
        story.write(Kind.REVIEW, story.rng.choice(_CHATTER), who, at=stamp(story.second))
    else:
        text, at = story.rng.choice(_CHATTER), stamp(story.second)
        story.write(Kind.ISSUE_COMMENT, text, who, at=at, on_pull=is_pull)


def _line_comment(story: Story) -> None:
    """Somebody says something about a file of the pull request."""
    if story.opened_at:
        story.write(Kind.REVIEW_COMMENT, story.rng.choice(_CHATTER), story.cast.member(), at=stamp(story.second))


def _other_pull_request(story: Story) -> None:
    """Another run opens another pull request, with a signed body."""
    agent = story.run(number=story.number + 11)
    more: More = {"number": story.number + 11, "id": story.serial * 10 + 5, "head": story.sha(), "branch": "other"}
    at = stamp(story.second)
    story.happen(told.pull_request(story.repo, author=agent.account, body=f"Else. {agent.mark}", at=at, **more))


def _other_remark(story: Story) -> None:
    """Another run remarks on the same file in another pull request."""
    agent = story.run(number=story.number + 12)
    text = f"A remark.\n\n{agent.mark}"
    more: More = {"number": story.number + 12, "commit": story.sha()}
    story.write(Kind.REVIEW_COMMENT, text, agent.account, at=stamp(story.second), **more)


def _other_run(story: Story) -> None:
    """A run works on something else."""
    story.run(number=story.number + story.rng.randrange(13, 30))


def _other_push(story: Story) -> None:
    """Somebody pushes to another branch, signed or not, to the same file."""
    agent = story.run(number=story.number + 13) if story.rng.random() < 0.5 else None
    commit = story.commit("Elsewhere", by=agent, paths=(PATH,))
    at = stamp(story.second)
    story.happen(told.push(story.repo, commits=[commit], branch=f"topic-{story.rng.randrange(99)}", at=at))


_SOUNDS: tuple[Callable[[Story], None], ...] = (
    _comment,
    _line_comment,
    _other_pull_request,
    _other_remark,
    _other_run,
    _other_push,
)


def disturb(story: Story) -> None:
    """Let other things happen in between."""
    end = story.second
    for sound in story.rng.sample(_SOUNDS, story.rng.choice((0, 1, 1, 2, 3))):
        story.second = story.rng.randrange(1, end + 1)
        sound(story)
    story.second = end


def arrive(story: Story) -> list[Happening]:
    """Return what happens in the order in which it reaches us, some of it more than once."""
    rng = random.Random(f"{story.seed} arrives")  # noqa: S311 - conversations, not secrets
    told_in_order = [what for _, what in sorted(story.parts, key=lambda part: part[0])]
    order = list(told_in_order)
    if rng.random() >= IN_ORDER:
        rng.shuffle(order)
    deliveries = [what for what in told_in_order if isinstance(what, Delivery)]
    for again in rng.sample(deliveries, min(len(deliveries), rng.choice((0, 0, 1, 2)))):
        guid = again.guid if rng.random() < 0.5 else f"{rng.getrandbits(128):032x}"
        order.insert(rng.randrange(len(order) + 1), replace(again, guid=guid))
    return order
