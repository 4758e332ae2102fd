"""Facts that matter to feedback in another repository, told in both at once: nobody waits in a circle (PostgreSQL)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from receiver.wiring import Services, wire
from receiver.worker import work_on
from resolver.errors import LateLockError
from resolver.intake import Intake, Prepared
from resolver.locks import holding, repository_lock
from resolver.model.asking import Want
from resolver.ports import Ledger
from store import Store
from tests.support.builders import AGENT, OUTSIDER, Delivery, Repo, issue, issue_comment, minute
from tests.support.databases import look_into
from tests.support.world import World, policy
from tests.torture.undisturbed import settings_for

HERE, THERE = Repo(id=9401, name="acme/here"), Repo(id=9402, name="acme/there")
BEGIN = threading.Barrier(2, timeout=30)


@dataclass(frozen=True, slots=True)
class Meeting(Intake):
    """Takes a delivery in once the other worker is within its transaction too: each holds its repository's locks."""

    tries: list[str] = field(default_factory=list)

    def apply(
        self, ledger: Ledger, prepared: Prepared, *, cause: str, answered: Want | None = None, known: bool = False
    ) -> None:
        """Wait for the other one, the first time."""
        if cause not in self.tries:
            self.tries.append(cause)
            BEGIN.wait()
        super(Meeting, self).apply(ledger, prepared, cause=cause, answered=answered, known=known)


def commented(repo: Repo, marks: str) -> Delivery:
    """Tell that a stranger posted a claim long before its agent did: the agent's text is the copy then."""
    return issue_comment(repo, id=20, number=9, author=OUTSIDER, body=f"Look.\n\n{marks}", at=minute(1), on_pull=False)


def signed_and_asked(repo: Repo, marks: str) -> tuple[Delivery, Delivery]:
    """Tell of an issue that an agent signed, and of a maintainer who asks about it."""
    signed = issue(repo, author=AGENT, body=f"Broken.\n\n{marks}", at=minute(5))
    return signed, issue_comment(repo, id=21, number=9, body="/agents improve it", at=minute(6), on_pull=False)


def services_over(store: Store, world: World) -> Services:
    """Return a worker's services with the keys of a world, and an intake that meets another."""
    made = wire(settings_for("sqlite:///unused.db"), store=store, clock=world.clock)
    return replace(made, intake=Meeting(world.intake.reader, world.policy, world.clock))


def test_two_repositories_at_once(store: Store) -> None:
    """Two deliveries that each matter to feedback in the other's repository are both done at the first try."""
    world = World(store, policy())
    ours, theirs = (world.marks(agent, span=f"span-{agent}", number=None, repository="") for agent in ("one", "two"))
    world.deliver(*signed_and_asked(HERE, ours.hidden_comment), *signed_and_asked(THERE, theirs.hidden_comment))
    assert {one.resolution.answer.mode for one in world.all_feedback().values() if one.resolution} == {
        "artifact_subject"
    }
    meeting = services_over(store, world)
    for said in (commented(HERE, theirs.hidden_comment), commented(THERE, ours.hidden_comment)):
        world.record(said)

    def work() -> None:
        claimed = store.claim(world.now)
        assert claimed is not None
        work_on(meeting, claimed)
        store.close()

    if look_into(store).is_postgres:
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    else:
        world.process()  # one writer at a time: there is nobody to meet
    rows = look_into(store).rows("SELECT status, tries, error FROM delivery")
    assert set(rows) == {("done", 1, None)}
    for feedback in world.all_feedback().values():
        assert feedback.resolution is not None
        assert feedback.resolution.answer.confidence != "exact"


def test_what_is_held_late_is_held_from_the_beginning_the_next_time() -> None:
    """Work that finds a lock taken is begun again with it, as often as others come up; other errors end it."""
    held: list[tuple[str, ...]] = []

    def work(locks: tuple[str, ...]) -> str:
        held.append(locks)
        if len(held) < 3:
            raise LateLockError((repository_lock(len(held)),))
        return "done"

    assert holding(("name a",), work) == "done"
    assert held == [
        ("name a",),
        ("name a", repository_lock(1)),
        ("name a", repository_lock(1), repository_lock(2)),
    ]
