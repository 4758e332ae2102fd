"""Keeping what only GitHub tells when it is asked, and saying to whom each of it is news (SPEC §5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from resolver import watch
from resolver.model.runs import Reading
from resolver.observe import Observation
from resolver.ports import Ledger
from resolver.watch import News


def keep(
    ledger: Ledger, observation: Observation, readings: Mapping[str, Reading], news: News, *, at: datetime
) -> None:
    """Keep the second group of an observation's facts; ``readings`` are those of its commits, by SHA."""
    _keep_commits(ledger, observation, readings, news)
    for listed in observation.pull_commits:
        if ledger.put_pull_commits(listed):
            news.add(watch.pull_key(listed.repository_id, listed.number))
            news.add(*(watch.commit_key(listed.repository_id, sha) for sha in listed.shas))
    for blame in observation.blames:
        if ledger.put_blame(blame):
            news.add(watch.blame_key(blame.repository_id, blame.sha, blame.path))
    for origin in observation.origins:
        if ledger.put_origin(origin):
            news.add(watch.blame_key(origin.repository_id, origin.sha, origin.path))
    _keep_said(ledger, observation, news)
    if observation.answered and ledger.put_answered(observation.answered, at):
        news.add(*map(watch.want_key, observation.answered))


def _keep_said(ledger: Ledger, observation: Observation, news: News) -> None:
    for marks in observation.marks:
        if ledger.put_marks(marks):
            news.add(watch.commit_key(marks.repository_id, marks.sha))
    for permission in observation.permissions:
        ledger.put_permission(permission)


def _keep_commits(ledger: Ledger, observation: Observation, readings: Mapping[str, Reading], news: News) -> None:
    for repository_id in dict.fromkeys(commit.repository_id for commit in observation.commits):
        commits = tuple(commit for commit in observation.commits if commit.repository_id == repository_id)
        told = {commit.sha: readings[commit.sha] for commit in commits}
        if not ledger.put_commits(repository_id, commits, told):
            continue
        news.add(*(watch.commit_key(repository_id, sha) for sha in told))
        news.add(*(watch.claim_key(one.digest) for reading in told.values() for one in reading.sightings))
        pulls = ledger.pulls_holding(repository_id, told)
        news.add(*(watch.pull_key(*pull) for pull in pulls))
