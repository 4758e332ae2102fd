"""The run of a line, over a generated history, against what git says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest

from tests.support.asking import Scene, asking, at
from tests.support.github import StandIn
from tests.support.histories import History, Line
from tests.support.places import make_place
from tests.support.service import until

SEED = 20
PULLS = 7
OF_A_PULL = 24
"""How many lines of each pull request are commented on, at most."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Run a service."""
    folder = tmp_path_factory.mktemp("service")
    with StandIn() as github, asking(folder, github, feedback_authors="maintainer") as opened:
        yield opened


def test_line_blame_agrees_with_git_on_every_line(scene: Scene) -> None:
    """Of 168 lines that runs and people wrote, rewrote, renamed, merged and squashed, each goes to git's answer."""
    random = Random(SEED)  # noqa: S311 -- it decides nothing secret
    place = make_place(scene)
    history = History(place, [place.run(name, number=None) for name in ("coder", "fixer", "cleaner")], random)
    history.grow(PULLS)
    told: dict[int, Line] = {}
    for pull in history.pulls:
        merged = pull.squash or pull.merge
        delivered = place.pull(
            number=pull.number, head=pull.head, base=pull.base, merged=merged is not None, merge_commit_sha=merged,
            created_at=at(15), merged_at=None if merged is None else at(16),
        )  # fmt: skip
        if random.random() < 0.3:
            scene.send(delivered)
        shown = list(history.lines(pull))
        random.shuffle(shown)
        shown.sort(key=lambda line: not line.squashed)
        for line in shown[:OF_A_PULL]:
            told[1000 + len(told)] = line
    for id_, line in told.items():
        pull = line.pull
        scene.send(
            place.line(
                id_, pull.head, pull.base, line=line.line, path=line.path, side=line.side, number=pull.number
            )
        )  # fmt: skip
    wanted = {
        id_: ("unresolved", "line_blame", None) if line.run is None else ("exact", "line_blame", line.run.span)
        for id_, line in told.items()
    }

    def differing() -> list[object]:
        found = place.answers()
        got = {
            id_: None if one is None else (one["confidence"], one["mode"], one["span_id"]) for id_, one in found.items()
        }
        return [
            (told[id_].side, told[id_].path, told[id_].line, told[id_].pull, "wanted", wanted[id_], "got", got.get(id_))
            for id_ in wanted
            if got.get(id_) != wanted[id_]
        ]

    with suppress(AssertionError):
        until(lambda: not differing(), patience=40)
    scene.settle(2.5)
    assert len(told) >= 120
    kinds = {(line.side, line.squashed, line.run is None) for line in told.values()}
    assert len(kinds) == 6, "the history holds every kind of line"
    wrong = differing()
    assert not wrong, "\n".join(map(str, wrong))
