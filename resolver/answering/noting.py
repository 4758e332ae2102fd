"""Noting what is to stand on GitHub, in the very transaction in which something happened that it speaks of.

What it says is not noted: that is made of the facts when it is written, so the newest answer counts, whatever came
between. Old things are not answered. A backfill, an import or a late redelivery brings feedback of long ago, and a
flood of answers to it would help nobody; what was noted in time is followed for as long as its answer changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from resolver.answering import signed
from resolver.answering.targets import target_of
from resolver.model.asking import Need, Want
from resolver.model.feedback import SETTABLE, Feedback
from resolver.model.github import PullRequest
from resolver.model.posting import OF_FEEDBACK, Means, NewPosting
from resolver.observe import Observation
from resolver.policy import Policy
from resolver.ports import Ledger

FRESH: Final = timedelta(days=1)
"""How old feedback, or what a pull request says of itself, may be to be answered."""
SETTLES: Final = timedelta(seconds=5)
"""How long an answer is left to settle before it is written: GitHub is asked meanwhile."""
OPEN: Final = "open"


def note_feedback(ledger: Ledger, policy: Policy, feedback_ids: Iterable[int], at: datetime) -> None:
    """Note that feedback came, or that something about it changed."""
    means = [one for one in OF_FEEDBACK if one in policy.answers]
    for feedback_id in sorted(feedback_ids) if means else ():
        feedback = ledger.feedback(feedback_id)
        if feedback is not None:
            for one in means:
                _note(ledger, one, feedback, at)


def note_commits(
    ledger: Ledger, policy: Policy, observation: Observation, at: datetime, *, answered: Want | None = None
) -> None:
    """Note that something became known of pull requests, or of their commits."""
    if Means.COMMITS in policy.answers:
        for repository_id, number in sorted(set(_pulls(ledger, observation, answered))):
            _note_head(ledger, policy, ledger.pull_request(repository_id, number), at)


def note_run(ledger: Ledger, policy: Policy, workspace: str, span_id: str, at: datetime) -> None:
    """Note that a run was registered, which some commits may claim to be of."""
    if Means.COMMITS not in policy.answers:
        return
    claimed = ledger.commits_claiming(workspace, span_id)
    for repository_id in sorted({one for one, _ in claimed}):
        shas = [sha for one, sha in claimed if one == repository_id]
        for pull in ledger.pulls_holding(repository_id, shas):
            _note_head(ledger, policy, ledger.pull_request(*pull), at)


def _note(ledger: Ledger, means: Means, feedback: Feedback, at: datetime) -> None:
    target = target_of(ledger, means, feedback)
    if target is None:
        return
    ref = feedback.object.ref
    posting = NewPosting(
        means=means,
        repository_id=ref.repository_id,
        subject=f"{ref.kind}/{ref.id}",
        feedback_id=feedback.id,
        number=feedback.object.number,
        head_sha=target.sha,
    )
    due = at if means is Means.REACTION else at + SETTLES
    ledger.note_posting(posting, at, due=due, new=_is_answered(ledger, feedback, at))


def _is_answered(ledger: Ledger, feedback: Feedback, at: datetime) -> bool:
    """Whether feedback gets an answer that has none yet.

    Not where its repository belongs to several workspaces: each would learn of the others' runs.
    """
    repository = ledger.repository(feedback.object.ref.repository_id)
    return (
        feedback.state.authorized
        and feedback.state.status in SETTABLE
        and at - feedback.state.given_at <= FRESH
        and repository is not None
        and repository.workspaces == {feedback.workspace}
    )


def _note_head(ledger: Ledger, policy: Policy, pull: PullRequest | None, at: datetime) -> None:
    if pull is None or pull.state != OPEN:
        return
    posting = NewPosting(
        means=Means.COMMITS,
        repository_id=pull.repository_id,
        subject=pull.head_sha,
        number=pull.number,
        head_sha=pull.head_sha,
    )
    is_new = at - pull.updated_at <= FRESH
    ledger.note_posting(posting, at, due=at + SETTLES, new=is_new)
    if is_new and policy.asks and not ledger.pull_commit_count(pull.repository_id, pull.number).listed:
        ledger.put_wants([signed.wanted(pull)], at, due=at)


def _pulls(ledger: Ledger, observation: Observation, answered: Want | None) -> Iterator[tuple[int, int]]:
    """Yield the pull requests that what became known is about."""
    yield from ((pull.repository_id, pull.number) for pull in observation.pulls)
    yield from ((listed.repository_id, listed.number) for listed in observation.pull_commits)
    if answered is not None and answered.need is Need.PULL and answered.number is not None:
        yield answered.repository_id, answered.number
    commits = {(commit.repository_id, commit.sha) for commit in observation.commits}
    commits |= {(push.repository_id, commit.sha) for push in observation.pushes for commit in push.commits}
    for repository_id in {one for one, _ in commits}:
        yield from ledger.pulls_holding(repository_id, sorted(sha for one, sha in commits if one == repository_id))
