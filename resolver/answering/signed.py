"""Whether the agents' commits of a pull request are signed: decided from what is known, again whenever that changes.

What is green has to be right. So nothing is said of a list that is not GitHub's own and whole; a commit of a fork, into
which anybody may have copied a claim, does not count as signed; and neither does a claim that is refused where it
stands. A commit is an agent's by its author's account. Who wrote it nobody authenticates: a commit that an agent makes
in a person's name is not flagged. Its committer does not count: whoever moves a commit did not make it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from resolver.admission import Admission
from resolver.answering.showing import shown
from resolver.model.asking import Asked, Need, Want
from resolver.model.github import PullRequest, Repository
from resolver.policy import Policy
from resolver.ports import Facts
from resolver.query import Query

NAME: Final = "whichrun / signed commits"
MOST_LISTED: Final = 50
"""Commits that a check run lists."""
BOT: Final = "[bot]"
"""What the login of every App's account ends with, and no other's."""
NO_CLAIM: Final = "it carries no claim"


class Verdict(enum.StrEnum):
    """What can be said of a pull request's commits."""

    SIGNED = "signed"
    """Every commit by an agent carries a claim that counts; there may be none."""
    UNSIGNED = "unsigned"
    PENDING = "pending"
    """GitHub is yet to say which commits these are."""
    UNKNOWN = "unknown"
    """It cannot be said."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A commit by an agent without a claim that counts, and why."""

    sha: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict; ``by_agents`` of ``commits`` in all are by agents, ``by_nobody`` by no account that GitHub knows."""

    verdict: Verdict
    commits: int = 0
    by_agents: int = 0
    by_nobody: int = 0
    unsigned: tuple[Unsigned, ...] = ()
    why: str | None = None


def wanted(pull: PullRequest) -> Want:
    """Return what GitHub is asked for: the commits that lead to a pull request's head."""
    return Want(Need.PULL, pull.repository_id, number=pull.number, sha=pull.head_sha)


def judge(facts: Facts, policy: Policy, repository: Repository, pull: PullRequest, at: datetime) -> Judged:
    """Judge the commits of a pull request's present head."""
    if not facts.pull_commit_count(pull.repository_id, pull.number).listed:
        return _not_listed(facts, policy, pull)
    listed = facts.listed_commits(pull.repository_id, pull.number, pull.head_sha)
    by_agents = tuple(sha for sha, login in listed if is_agents(policy, login))
    unsigned = tuple(_unsigned(facts, policy, repository, pull, by_agents, at))
    return Judged(
        Verdict.UNSIGNED if unsigned else Verdict.SIGNED,
        commits=len(listed),
        by_agents=len(by_agents),
        by_nobody=sum(login is None for _, login in listed),
        unsigned=unsigned,
    )


def worst(judged: Iterable[Judged]) -> Judged:
    """Return what holds of a head that several pull requests have: no better than for any of them."""
    order = (Verdict.PENDING, Verdict.UNKNOWN, Verdict.UNSIGNED, Verdict.SIGNED)
    return min(judged, key=lambda one: (order.index(one.verdict), -len(one.unsigned), -one.commits))


def is_agents(policy: Policy, login: str | None) -> bool:
    """Whether a commit's author is an agent: an account that the operator named or, without names, any App's."""
    if login is None:
        return False
    if policy.agent_accounts is None:
        return login.endswith(BOT)
    return not login.isdecimal() and login.lower() in policy.agent_accounts


def output(judged: Judged) -> dict[str, str]:
    """Return the title, without Markdown, and the summary, which is Markdown."""
    if judged.verdict is Verdict.PENDING:
        return {"title": "Not known yet", "summary": "GitHub is asked which commits lead to this head."}
    if judged.verdict is Verdict.UNKNOWN:
        return {"title": "Not known", "summary": f"Not all of the commits are known: {shown(judged.why or '')}."}
    count = f"{judged.by_agents} of {judged.commits} commits are by agents"
    lines = [f"{count}; {judged.by_agents - len(judged.unsigned)} of these carry a claim that counts."]
    if judged.by_nobody:
        lines.append(f"Of {judged.by_nobody} GitHub does not know the author.")
    if not judged.unsigned:
        title = "All commits by agents are signed" if judged.by_agents else "No commit is by an agent"
        return {"title": title, "summary": "\n\n".join(lines)}
    rows = [f"- {one.sha}: {'; '.join(map(shown, one.reasons))}" for one in judged.unsigned[:MOST_LISTED]]
    if len(judged.unsigned) > MOST_LISTED:
        rows.append(f"- and {len(judged.unsigned) - MOST_LISTED} more")
    lines += ["Without a claim that counts:", "\n".join(rows)]
    title = f"Commits by agents without a claim that counts: {len(judged.unsigned)}"
    return {"title": title, "summary": "\n\n".join(lines)}


def _not_listed(facts: Facts, policy: Policy, pull: PullRequest) -> Judged:
    asking = facts.asking(wanted(pull))
    if not policy.asks:
        return Judged(Verdict.UNKNOWN, why="GitHub is not asked")
    if asking is None or (asking.status is Asked.WAITING and asking.refusal is None):
        return Judged(Verdict.PENDING)
    return Judged(Verdict.UNKNOWN, why=asking.refusal or "GitHub does not list all of them")


def _unsigned(
    facts: Facts, policy: Policy, repository: Repository, pull: PullRequest, shas: tuple[str, ...], at: datetime
) -> Iterator[Unsigned]:
    rules = [_rules(facts, policy, repository, pull, workspace, at) for workspace in sorted(repository.workspaces)]
    for sha in shas:
        reading = facts.commit_reading(pull.repository_id, sha)
        if reading is None or not (reading.sightings or reading.refusals):
            yield Unsigned(sha, (NO_CLAIM,))
            continue
        admitted = [one.admit(reading) for one in rules]
        if not any(one.sightings and not one.open for one in admitted):
            reasons = (reason for one in admitted for reason in (*one.refusals, *one.open))
            yield Unsigned(sha, tuple(dict.fromkeys(reasons)) or (NO_CLAIM,))


def _rules(
    facts: Facts, policy: Policy, repository: Repository, pull: PullRequest, workspace: str, at: datetime
) -> Admission:
    query = Query(
        workspace=workspace,
        repository=repository.names[0],
        repository_id=repository.id,
        at=at,
        number=pull.number,
    )
    return Admission(facts, policy, query, set())
