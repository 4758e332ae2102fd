"""Who plays in a conversation: runs with what they sign with, and the accounts behind them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from resolver.claims.claim import Claim
from resolver.claims.ring import Ring, parse_ring
from resolver.claims.write import Marks, write
from resolver.model.runs import Run
from tests.support.builders import Person, Repo

SECRET = "open-signing-secret"
INSTANCE = "prod-a"
RING = parse_ring(SECRET, name="secrets")
NO_RING = parse_ring("", name="secrets")
FOREIGN_RING = parse_ring("a secret of somebody else", name="secrets")
AGENTS = ("coder", "fixer", "planner", "pr-reviewer", "triager", "docs-writer", "test-writer", "upgrader")
TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")
OUTSIDE = ("NONE", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "FIRST_TIMER")
_AGENT_ACCOUNTS = (("Bot", "CONTRIBUTOR"), ("Bot", "NONE"), ("User", "COLLABORATOR"), ("User", "MEMBER"))


@dataclass(frozen=True, slots=True)
class Agent:
    """A run as it was registered, the account it writes with, and its claim."""

    run: Run
    account: Person
    marks: Marks

    @property
    def span(self) -> str:
        """The run's name."""
        return self.run.span_id

    @property
    def mark(self) -> str:
        """The hidden comment."""
        return self.marks.hidden_comment

    @property
    def trailers(self) -> str:
        """The trailers of a commit message."""
        return self.marks.commit_trailers

    def signs(
        self, *, repository: str = "", number: int | None = None, instance: str = INSTANCE, ring: Ring = RING
    ) -> Agent:
        """Return the run with another claim: for another place, by another service, or with another secret."""
        return sign(self.run, self.account, repository=repository, number=number, instance=instance, ring=ring)


def sign(
    run: Run,
    account: Person,
    *,
    repository: str = "",
    number: int | None = None,
    instance: str = INSTANCE,
    ring: Ring = RING,
) -> Agent:
    """Sign a run's claim; for where it was started unless told otherwise."""
    claim = Claim(
        span_id=run.span_id,
        workspace=run.workspace,
        repository=repository or run.repository,
        number=number or run.number,
        agent_name=run.agent_name,
        instance_id=instance,
    )
    return Agent(run, account, write(claim, ring))


@dataclass(slots=True)
class Cast:
    """Makes the accounts of one story; each has an id and a login of its own."""

    rng: random.Random
    serial: int
    _people: int = field(default=0, init=False)

    def account(self, association: str, kind: str = "User") -> Person:
        """Make an account."""
        self._people += 1
        login = f"{self.rng.choice(('maya', 'jon', 'li', 'ada', 'sam'))}-{self.serial}-{self._people}"
        login = f"{login}[bot]" if kind == "Bot" else login
        return Person(id=self.serial * 100 + self._people, login=login, type=kind, association=association)

    def member(self) -> Person:
        """Make somebody who may give feedback."""
        return self.account(self.rng.choice(TRUSTED))

    def outsider(self) -> Person:
        """Make somebody who may not."""
        return self.account(self.rng.choice(OUTSIDE))

    def agents_account(self) -> Person:
        """Make an account that an agent writes with: an App's, or a machine user's."""
        kind, association = self.rng.choice(_AGENT_ACCOUNTS)
        return self.account(association, kind)

    def span(self) -> str:
        """Make a name for a run."""
        return f"{self.rng.getrandbits(64):016x}"

    def repository(self) -> Repo:
        """Make the repository of the story."""
        owner = self.rng.choice(("acme", "octo", "north-wind"))
        return Repo(
            id=10_000 + self.serial, name=f"{owner}-{self.serial}/{self.rng.choice(('widgets', 'Site', 'api.v2'))}"
        )
