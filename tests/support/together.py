"""Tests that are told together and checked apart: the service is waited for once, not once for each.

::

    stories = Stories()

    @pytest.fixture(scope="module")
    def told(...) -> Iterator[Told]:
        with ... as scene:
            yield stories.tell(scene)

    @stories.test
    def test_something(scene: Scene) -> Story:
        ...  # deliveries; those of all tests of the module are sent before the first is checked
        yield
        ...  # what came of them
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.support.asking import Scene

Story: TypeAlias = Iterator[None]
Tell: TypeAlias = Callable[[Scene], Story]
QUIET = 2.5
"""Seconds without a question after which no more is expected: the service looks for what to ask every other second."""


@dataclass(slots=True)
class Told:
    """The stories of a module, each told up to its ``yield``; ``failed`` are those that did not come so far."""

    under_way: dict[str, Story] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Go on with a story to its end. Raises what it raises."""
        if (error := self.failed.get(name)) is not None:
            raise error
        for _ in self.under_way[name]:
            raise AssertionError(f"{name} yields twice")


@dataclass(slots=True)
class Stories:
    """The tests of a module that are told together."""

    _tells: dict[str, Tell] = field(default_factory=dict)

    def test(self, tell: Tell) -> Callable[[Told], None]:
        """Make a test of a story. Its fixture ``told`` tells all of them."""
        name = tell.__name__
        self._tells[name] = tell

        @functools.wraps(tell)
        def checked(told: Told) -> None:
            told.check(name)

        del checked.__wrapped__  # pytest would take the story's arguments for fixtures
        checked.__annotations__ = {"told": Told, "return": None}
        return checked

    def tell(self, scene: Scene, *, quiet: float = QUIET) -> Told:
        """Tell all stories, and wait until GitHub has been asked what they give reason to ask."""
        told = Told()
        for name, tell in self._tells.items():
            story = tell(scene)
            try:
                next(story)
            except Exception as error:  # noqa: BLE001 -- it is raised by the test that it belongs to
                told.failed[name] = error
            else:
                told.under_way[name] = story
        scene.wait_processed()
        scene.settle(quiet)
        return told
