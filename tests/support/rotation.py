"""A service whose keys change: the worker's own hand takes deliveries in, a restart is another one over the store.

``Rotating(store, settings)`` reads as ``tests.support.world`` does; what it looks up of keys it never keeps.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from receiver.keyring import ServiceKeyring
from receiver.rereading import read_again
from receiver.settings import Settings
from receiver.wiring import Services, wire
from receiver.worker import Hand
from resolver.ask import Asker
from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.write import Marks, mark
from resolver.intake import Intake
from resolver.model.runs import Reading, Run, Sighting
from resolver.registration import Registration
from tests.support.world import REPO, World


@dataclass
class Rotating(World):
    """One start of the service: its keys are those of the settings, and of the register in its store."""

    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start."""
        super().__post_init__()
        read = Settings(_env_file=None, instance_id="prod-a", **self.settings)
        services = wire(read, store=self.store, clock=self.clock)
        ticks = itertools.count(0, 10)
        keyring = ServiceKeyring(read, self.store, self.clock, monotonic=lambda: float(next(ticks)))
        reader = ClaimReader(keyring, "prod-a", self.clock)
        intake = Intake(reader, services.policy, self.clock)
        self.services: Services = replace(services, keyring=keyring, reader=reader, intake=intake)
        self.intake, self.policy = intake, services.policy
        self.asker = Asker(reader, self.policy, self.clock)
        self.registration = Registration(self.policy, self.clock)
        self.services.keyring.register()

    def restarted(self, **settings: Any) -> Rotating:  # noqa: ANN401 - settings of any type
        """Start again, with other settings."""
        return Rotating(self.store, now=self.now, settings=settings)

    def process(self) -> None:
        """Process every delivery that is due, as the worker does."""
        hand = Hand(self.services)
        while hand.work_once():
            pass

    def read_again(self) -> None:
        """Read again all that is due for keys that were added."""
        self.services.keyring.register()
        while read_again(self.services):
            pass

    def retire(self, key_id: str) -> None:
        """Retire a key, from now on."""
        assert self.store.keys.retire(key_id, self.now, self.now)

    def marks(
        self, agent: str, *, span: str, number: int | None, repository: str = REPO.name, workspace: str = "default"
    ) -> Marks:
        """Sign a claim with the key that signs now."""
        claim = Claim(
            span_id=span, workspace=workspace, repository=repository, number=number, agent_name=agent,
            instance_id="prod-a",
        )  # fmt: skip
        return mark(claim, self.services.keyring.current(), now=self.now, issued_at=self.now)

    def artifacts(self, span: str) -> tuple[Sighting, ...]:
        """Return where the claim of a run stands, the last found first."""
        with self.facts() as catalogue:
            return tuple(one for _, one in catalogue.artifacts("default", span, before=None, limit=50))

    def commit_reading(self, commit: str) -> Reading:
        """Return what a commit's message claims."""
        with self.facts() as catalogue:
            reading = catalogue.commit_reading(REPO.id, commit)
        assert reading is not None
        return reading

    def known_run(self, span: str) -> Run:
        """Return a registered run."""
        with self.facts() as catalogue:
            run = catalogue.run("default", span)
        assert run is not None
        return run
