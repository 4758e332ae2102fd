"""A whichrun without its web: deliveries in, answers out, over a real store.

Stories read as they happen: ``world.run("coder")`` registers a run and gives its marks, ``world.deliver(…)`` takes
deliveries through inbox and intake as the worker does, ``world.answer(url)`` is the newest resolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from resolver import urls
from resolver.ask import Asker, Question
from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import parse_ring
from resolver.claims.write import Marks, write
from resolver.intake import Intake, Prepared
from resolver.locks import locks_for
from resolver.model.answers import Answer
from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.model.feedback import Feedback
from resolver.model.github import Blame
from resolver.model.marks import MarkUse
from resolver.model.runs import Run
from resolver.model.signals import SignalKind
from resolver.observe import Observation
from resolver.payloads import envelope
from resolver.policy import Policy
from resolver.registration import Registration
from store import Catalogue, Store
from tests.support.builders import Delivery, Repo, minute

REPO = Repo()
NOW = datetime(2026, 10, 2, tzinfo=UTC)


def policy(
    *,
    authors: set[str] | None = None,
    agents: set[str] | None = None,
    homes: dict[str, set[str]] | None = None,
    marks: MarkUse = MarkUse.HINTS,
    signals: tuple[SignalKind, ...] = (),
) -> Policy:
    """Make a policy: as without settings, but for what is given."""
    return Policy(
        workspace="default",
        feedback_authors=None if authors is None else frozenset(authors),
        agent_accounts=None if agents is None else frozenset(agents),
        internal_agents=frozenset({"internal-catalog-analyst"}),
        window=timedelta(hours=24),
        homes={name: frozenset(workspaces) for name, workspaces in (homes or {}).items()},
        marks=marks,
        signals=frozenset(signals),
    )


@dataclass
class World:
    """One service's insides, at a time that stands still unless it is moved."""

    store: Store
    policy: Policy = field(default_factory=policy)
    secrets: str = "open-signing-secret"
    now: datetime = NOW

    def __post_init__(self) -> None:
        """Put the domain together."""
        self.ring = parse_ring(self.secrets, name="secrets")
        reader = ClaimReader(self.ring, "prod-a", self.clock)
        self.intake = Intake(reader, self.policy, self.clock)
        self.registration = Registration(self.policy, self.clock)
        self.asker = Asker(reader, self.policy, self.clock)

    def clock(self) -> datetime:
        """Return the world's time."""
        return self.now

    def run(
        self,
        agent: str = "coder",
        *,
        number: int | None = 42,
        numbers: tuple[int, ...] = (),
        at: str = minute(0),
        internal: bool = False,
        span: str | None = None,
        register: bool = True,
        workspace: str = "default",
        sessions: tuple[str, ...] = (),
    ) -> Marks:
        """Register a run, named after its agent unless ``span`` is given, and return what it signs with."""
        span = span or f"span-{agent}"
        given = (number, *numbers) if number is not None else numbers
        run = Run(
            workspace=workspace,
            span_id=span,
            repository=REPO.name,
            agent_name=agent,
            started_at=datetime.fromisoformat(at),
            number=number,
            numbers=tuple(dict.fromkeys(given)),
            internal=internal,
            sessions=sessions,
        )
        if register:
            self.register(run)
        return self.marks(agent, span=span, number=number, workspace=workspace)

    def register(self, run: Run) -> None:
        """Register a run in a transaction of its own."""
        with self.store.snapshot() as facts:
            locks = locks_for(facts, run.workspace, run.repository, run.span_id)
        with self.store.transaction(*locks) as ledger:
            self.registration.register(ledger, run, facts=repr(run))

    def marks(
        self, agent: str, *, span: str, number: int | None, repository: str = REPO.name, workspace: str = "default"
    ) -> Marks:
        """Sign a claim."""
        claim = Claim(
            span_id=span, workspace=workspace, repository=repository, number=number, agent_name=agent,
            instance_id="prod-a",
        )  # fmt: skip
        return write(claim, self.ring)

    def deliver(self, *deliveries: Delivery) -> None:
        """Record deliveries, then process all that is due, as the worker does."""
        for one in deliveries:
            self.record(one)
        self.process()

    def record(self, one: Delivery) -> None:
        """Record a delivery without processing it."""
        body = one.body
        read = envelope.read(one.event, body, "application/json")
        status = DeliveryStatus.PENDING if read.used else DeliveryStatus.IGNORED
        self.store.record(
            NewDelivery(
                guid=one.guid,
                event=one.event,
                action=read.action,
                repository_id=read.repository_id,
                headers={"Content-Type": "application/json"},
                body=body,
                status=status,
                error=None,
                received_at=self.now,
            )
        )

    def prepared(self, one: Delivery) -> Prepared:
        """Prepare a delivery without recording it."""
        return self.intake.prepare(envelope.read(one.event, one.body, "application/json"))

    def process(self) -> None:
        """Process every delivery that is due."""
        while (claimed := self.store.claim(self.now)) is not None:
            prepared = self.intake.prepare(envelope.read(claimed.event, claimed.body, claimed.content_type))
            with self.store.processing(claimed, *prepared.locks) as ledger:
                if ledger is not None:
                    self.intake.apply(ledger, prepared, cause=f"delivery {claimed.guid}")

    def keep_blame(self, blame: Blame) -> None:
        """Keep who last changed some lines, as whoever fetched that does."""
        self.keep(Observation(blames=(blame,)))

    def keep(self, observation: Observation) -> None:
        """Keep what GitHub told when it was asked."""
        prepared = self.intake.prepare_facts(observation)
        with self.store.transaction(*prepared.locks) as ledger:
            self.intake.apply(ledger, prepared, cause="GitHub was asked")

    @contextmanager
    def facts(self) -> Iterator[Catalogue]:
        """Look into the store."""
        with self.store.snapshot() as catalogue:
            yield catalogue

    def all_feedback(self, workspace: str = "default") -> dict[str, Feedback]:
        """Return every feedback of a workspace, by its address."""
        with self.facts() as catalogue:
            rows = catalogue.feedback_list(workspace, before=None, limit=500)
        return {feedback.object.url: feedback for _, feedback in rows}

    def feedback(self) -> Feedback:
        """Return the only feedback there is."""
        (feedback,) = self.all_feedback().values()
        return feedback

    def answer(self) -> Answer:
        """Return the newest answer to the only feedback there is."""
        resolution = self.feedback().resolution
        assert resolution is not None, "the feedback was never resolved"
        return resolution.answer

    def ask_url(self, url: str) -> Answer:
        """Ask which run made what stands at an address."""
        with self.facts() as catalogue:
            return self.asker.about_url(catalogue, urls.parse(url), workspace=self.policy.workspace)

    def ask(self, question: Question) -> Answer:
        """Ask about a text."""
        with self.facts() as catalogue:
            return self.asker.about_text(catalogue, question, workspace=self.policy.workspace)
