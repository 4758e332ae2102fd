"""The check run that flags the agents' commits which carry no claim that counts: what is green is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from receiver.rereading import read_again
from receiver.wiring import wire
from resolver.claims.ring import parse_ring
from tests.support.builders import Person, pull_request
from tests.support.clone import Clone, NewCommit
from tests.support.github.texts import CheckRun
from tests.support.world import REPO
from tests.support.written import Answering, Written

AGENTS = Person(id=601, login="acme-agent[bot]", type="Bot")
MONA = Person(id=602, login="mona")
AGENT, PERSON = "acme-agent", "Mona"


class Pulled:
    """A pull request of real commits."""

    def __init__(self, written: Written, folder: Path) -> None:
        self.written = written
        self.clone = Clone(folder / "widgets.git").make()
        self.shas: list[str] = []
        repo = written.asked.repo
        repo.clone = self.clone
        repo.accounts = {"acme-agent": AGENTS, "Mona": MONA}

    def write(self, *commits: tuple[str, str]) -> None:
        """Write commits on a base, each by an author and with a message."""
        made = [NewCommit("Begin", {"a.txt": "0\n"}, author=PERSON)]
        for number, (author, message) in enumerate(commits):
            made.append(NewCommit(message, {"a.txt": f"{number + 1}\n"}, parents=[number], author=author))
        self.shas = self.clone.write(made)

    def open(self, *, fork: bool = False, **more: Any) -> None:  # noqa: ANN401 -- those of ``pull_request``
        """Open the pull request, at GitHub and by a delivery, ask for its commits, and write."""
        repo = self.written.asked.repo
        other = self.written.asked.standing_in.repository(9002, "outsider/widgets") if fork else None
        repo.add_pull(42, head_sha=self.shas[-1], base_sha=self.shas[0], fork=other)
        if other is not None:
            more["head_repo"] = type(REPO)(id=9002, name="outsider/widgets")
        self.tell(**more)
        self.written.settle()

    def tell(self, **more: Any) -> None:  # noqa: ANN401 -- as above
        """Deliver the pull request as it is."""
        self.written.opens(head=self.shas[-1], commits=len(self.shas) - 1, **more)

    @property
    def check(self) -> CheckRun:
        """The one check run."""
        (run,) = self.written.checks
        return run


@pytest.fixture
def pulled(answering: Answering, tmp_path: Path) -> Pulled:
    """A pull request of a service that checks commits."""
    return Pulled(answering("commits"), tmp_path)


def outcome(run: CheckRun) -> tuple[str, str | None, str]:
    """Return status, conclusion and title."""
    return run.status, run.conclusion, run.output["title"]


def test_unsigned_commits_of_agents_are_flagged(pulled: Pulled) -> None:
    """Each is named with the reason; people's commits need no claim."""
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write(
        (AGENT, f"One\n\n{signed}"),
        (AGENT, "Two"),
        (PERSON, "Three"),
        (AGENT, f"Four\n\n{signed.replace('Attribution: ey', 'Attribution: xx')}"),
    )
    pulled.open()
    title = "Commits by agents without a claim that counts: 2"
    assert outcome(pulled.check) == ("completed", "neutral", title)
    summary = pulled.check.output["summary"]
    assert f"- {pulled.shas[2]}: `it carries no claim`" in summary
    assert pulled.shas[1] not in summary
    assert pulled.shas[3] not in summary
    assert "3 of 4 commits are by agents" in summary
    assert pulled.check.head_sha == pulled.shas[-1]


def test_all_signed_is_green(pulled: Pulled) -> None:
    """Success, once every commit by an agent carries a claim that counts."""
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, f"One\n\n{signed}"), (PERSON, "Two"))
    pulled.open()
    assert outcome(pulled.check) == ("completed", "success", "All commits by agents are signed")


def test_without_agents_it_is_green_too(pulled: Pulled) -> None:
    """A pull request of people gets a check run as well: a branch may ask for it."""
    pulled.write((PERSON, "One"))
    pulled.open()
    assert outcome(pulled.check) == ("completed", "success", "No commit is by an agent")


def test_until_the_commits_are_known_it_is_pending(pulled: Pulled) -> None:
    """Before GitHub has listed them nothing is green; afterwards the same check run says so."""
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, f"One\n\n{signed}"))
    pulled.written.asked.repo.add_pull(42, head_sha=pulled.shas[-1], base_sha=pulled.shas[0])
    pulled.tell()
    pulled.written.write()
    run = pulled.check
    assert outcome(run) == ("in_progress", None, "Not known yet")
    pulled.written.settle()
    assert pulled.check is run
    assert outcome(run) == ("completed", "success", "All commits by agents are signed")


def test_what_github_does_not_list_is_not_green(pulled: Pulled) -> None:
    """Where the commits cannot be known the check run says why, and is neutral."""
    pulled.write((AGENT, "One"))
    pulled.tell()
    pulled.written.settle()
    status, conclusion, title = outcome(pulled.check)
    assert (status, conclusion, title) == ("completed", "neutral", "Not known")
    assert "GitHub does not list all of them" in pulled.check.output["summary"]


def test_a_new_head_has_a_check_run_of_its_own(pulled: Pulled) -> None:
    """One for each head; that of the former one stays as it is."""
    pulled.write((AGENT, "One"))
    pulled.open()
    first = pulled.check
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, f"One\n\n{signed}"))
    there = pulled.written.asked.repo.pulls[42]
    there.head_sha, there.base_sha = pulled.shas[-1], pulled.shas[0]
    pulled.tell(action="synchronize")
    pulled.written.settle()
    runs = {run.head_sha: run.conclusion for run in pulled.written.checks}
    assert runs == {first.head_sha: "neutral", pulled.shas[-1]: "success"}


def test_a_key_that_is_added_changes_it(answering: Answering, tmp_path: Path) -> None:
    """A claim that no key verified is flagged with that reason; once the key is there, the same check run is green."""
    written = answering("commits", signing_secrets="k2:another-secret")
    pulled = Pulled(written, tmp_path)
    signed = written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, f"One\n\n{signed}"))
    pulled.open()
    run = pulled.check
    assert outcome(run)[:2] == ("completed", "neutral")
    assert "No secret of the ring verifies" in run.output["summary"]
    services = written.asked.services
    ring = parse_ring("k1:open-signing-secret", name="secrets")
    settings = services.settings.model_copy(update={"signing_secrets": ring})
    other = wire(settings, store=written.asked.world.store, clock=written.asked.world.clock)
    other.keyring.register()
    while read_again(other):
        pass
    written.settle()
    assert pulled.check is run
    assert outcome(run) == ("completed", "success", "All commits by agents are signed")


def test_a_claim_in_a_forks_commit_is_no_signature(pulled: Pulled) -> None:
    """Anybody may copy a claim into a commit of a fork, in an agent's name: that is flagged, and says so."""
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, f"One\n\n{signed}"))
    pulled.open(fork=True)
    assert outcome(pulled.check)[1] == "neutral"
    assert "is of a fork" in pulled.check.output["summary"]


def test_a_claim_for_another_repository_is_no_signature(pulled: Pulled) -> None:
    """A claim that is refused where it stands does not count; the reason is shown as code."""
    world = pulled.written.asked.world
    world.run("coder")
    stolen = world.marks("coder", span="span-coder", number=42, repository="acme/@everyone-else").commit_trailers
    pulled.write((AGENT, f"One\n\n{stolen}"))
    pulled.open()
    assert outcome(pulled.check)[1] == "neutral"
    assert "@everyone" not in "".join(pulled.check.output["summary"].split("`")[::2])


def test_the_operator_names_the_agents(answering: Answering, tmp_path: Path) -> None:
    """With WHICHRUN_AGENT_LOGINS those accounts are the agents, and no other App's."""
    pulled = Pulled(answering("commits", agent_logins="mona"), tmp_path)
    pulled.write((AGENT, "One"), (PERSON, "Two"))
    pulled.open()
    summary = pulled.check.output["summary"]
    assert pulled.shas[2] in summary
    assert pulled.shas[1] not in summary


def test_old_pull_requests_get_none(pulled: Pulled) -> None:
    """What a backfill brings of long ago is not checked; a closed one is not either."""
    pulled.write((AGENT, "One"))
    pulled.written.asked.repo.add_pull(42, head_sha=pulled.shas[-1], base_sha=pulled.shas[0])
    pulled.tell(at=pulled.written.at(25 * 60))
    pulled.written.settle()
    assert pulled.written.checks == []
    pulled.tell(action="closed")
    pulled.written.settle()
    assert pulled.written.checks == []


def test_a_second_pull_request_makes_nothing_greener(pulled: Pulled) -> None:
    """Where two pull requests have one head, the check run says no more than holds of both."""
    signed = pulled.written.asked.world.run("coder").commit_trailers
    pulled.write((AGENT, "One"), (AGENT, f"Two\n\n{signed}"))
    pulled.open()
    written = pulled.written
    written.asked.repo.add_pull(43, head_sha=pulled.shas[-1], base_sha=pulled.shas[1])
    made = pull_request(
        REPO, number=43, id=43, at=written.at(), head=pulled.shas[-1], base=pulled.shas[1], base_branch="stacked"
    )
    written.asked.world.deliver(made)
    written.settle()
    assert outcome(pulled.check)[1] == "neutral"
    assert pulled.shas[1] in pulled.check.output["summary"]
