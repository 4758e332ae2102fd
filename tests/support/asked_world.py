"""A whichrun that asks a GitHub, in one process: deliveries in, questions over HTTP to the stand-in, answers out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from receiver.asking import ask_once, github_or_refusal
from receiver.settings import Settings
from receiver.wiring import Services, now, wire
from resolver.github.client import HttpGithub
from store import Store
from tests.support.builders import MAINTAINER
from tests.support.github import Repository, StandIn, key_pair
from tests.support.world import REPO, World

INSTALLATION = 77
LONGEST = 500
"""Wants that are asked, one after the other, before a test gives up."""


@dataclass
class AskedWorld:
    """A world whose wants are asked of a stand-in, when the test says so, by the clock of the world."""

    world: World
    services: Services
    standing_in: StandIn
    repo: Repository
    github: HttpGithub = field(init=False)

    def __post_init__(self) -> None:
        """Make the one who asks."""
        self.github = github_or_refusal(self.services)

    def ask(self) -> int:
        """Ask for all that is wanted and due, and for what that leads to; return how often GitHub was asked."""
        for asked in range(LONGEST):
            if not ask_once(self.services, self.github):
                return asked
        raise AssertionError("there is no end to what is wanted")


def asked_world(store: Store, standing_in: StandIn, folder: Path, **settings: object) -> AskedWorld:
    """Put a world and a stand-in together, with the repository of the stories installed."""
    repo = standing_in.repository(id=REPO.id, name=REPO.name)
    standing_in.install(id=INSTALLATION, account=REPO.name.partition("/")[0], repositories=[repo])
    made = Settings.model_validate(
        {
            "github_app_id": standing_in.app.id,
            "github_private_key_file": key_pair().write(folder),
            "github_api_url": standing_in.url,
            "signing_secrets": "open-signing-secret",
            "instance_id": "prod-a",
            "feedback_authors": MAINTAINER.login,
        }
        | settings
    )
    world = World(store)
    world.now = now()
    standing_in.clock = world.clock
    services = wire(made, store=store, clock=world.clock)
    world.policy, world.intake, world.registration = services.policy, services.intake, services.registration
    return AskedWorld(world, services, standing_in, repo)
