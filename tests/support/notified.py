"""A service that notifies: feedback comes and goes in a world, and notifiers send when the test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from receiver.notifying.hooks import Hook, hooks_of
from receiver.notifying.sending import Count, Notifier
from receiver.notifying.wire import Network, Poster
from receiver.settings import Settings
from receiver.wiring import Services, now, wire
from store import Store
from tests.support.builders import issue_comment, minute
from tests.support.runner import SECRET, Runner
from tests.support.world import REPO, World

SECONDS = 0.5
"""That an exchange may take here."""


@dataclass
class Notified:
    """A world, the services over its store, and a runner that is told."""

    world: World
    services: Services
    runner: Runner
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def hook(self) -> Hook:
        """The runner, as the service knows it."""
        return hooks_of(self.services.settings)[0]

    def notifier(self, *, hook: Hook | None = None, store: Store | None = None, count: Count | None = None) -> Notifier:
        """Return a worker's part in telling the runner."""
        hook = hook or self.hook
        poster = Poster(Network(seconds=SECONDS), clock=self.world.clock, stopped=self.stop.is_set)
        services = replace(self.services, store=store or self.services.store)
        return Notifier(services, hook, poster, self.stop, count)

    def begin(self) -> Notifier:
        """Return one that knows the present already, and tells all that comes."""
        notifier = self.notifier()
        assert notifier.work_once()
        return notifier

    def give(self, number: int, body: str = "/agents improve it") -> None:
        """Have a maintainer write feedback that is about the only run; a run is named at once."""
        self.world.deliver(issue_comment(REPO, id=number, body=body, at=minute(1)))

    def withdraw(self, number: int) -> None:
        """Have the maintainer take it back."""
        self.world.deliver(
            issue_comment(
                REPO, "edited", id=number, body="never mind", at=minute(2), created_at=minute(1),
                was="/agents improve it",
            )
        )  # fmt: skip

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.world.now += timedelta(**span)


def tell(notifier: Notifier) -> None:
    """Let it do all that is due."""
    for _ in range(100):
        if not notifier.work_once():
            return
    raise AssertionError("there is no end to what is due")


@contextmanager
def notified(store: Store, runner: Runner, *, url: Callable[[Runner], str] = lambda one: one.url) -> Iterator[Notified]:
    """Put a world with one run and a runner together, at the present time."""
    world = World(store)
    world.now = now()
    world.run("coder")
    settings = Settings.model_validate({"notify_urls": url(runner), "notify_secrets": SECRET})
    yield Notified(world, wire(settings, store=store, clock=world.clock), runner)
