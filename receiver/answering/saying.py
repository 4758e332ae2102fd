"""What a posting says now: made of the facts of one moment, so that nothing old is ever written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receiver.wiring import Services
from resolver.answering import signed, wording
from resolver.answering.own import Markers
from resolver.answering.signed import Verdict
from resolver.answering.targets import Target, check_on, target_of
from resolver.answering.wording import CheckRun
from resolver.errors import GithubRefusedError
from resolver.model.asking import Place
from resolver.model.feedback import SETTABLE
from resolver.model.github import Repository
from resolver.model.posting import ClaimedPosting, Means
from store import Catalogue

_CONCLUSIONS: Final = {Verdict.SIGNED: "success", Verdict.UNSIGNED: "neutral", Verdict.UNKNOWN: "neutral"}


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to stand where; ``body`` is what GitHub is sent, None for a reaction. ``since`` is when it can begin.

    Where ``only_changes`` is true it is not made: what may stand there already is changed.
    """

    place: Place
    target: Target
    marker: str
    since: datetime
    body: Mapping[str, object] | None = None
    only_changes: bool = False

    @property
    def sha256(self) -> bytes:
        """The hash of what is said."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Sayings:
    """Makes what is said, with names by ``markers``."""

    services: Services
    markers: Markers

    def of(self, claimed: ClaimedPosting) -> Saying | None:
        """Return what is to stand on GitHub; None: nothing, or what stands may stay as it is.

        Raises GithubRefusedError for a repository that may not be written to, StoreError.
        """
        with self.services.store.snapshot() as facts:
            repository = facts.repository(claimed.new.repository_id)
            if repository is None or repository.deleted:
                raise GithubRefusedError("the repository is gone")
            place = Place(repository.id, repository.names[0], repository.installation_id)
            if claimed.new.means is Means.COMMITS:
                return self._of_commits(facts, claimed, repository, place)
            return self._of_feedback(facts, claimed, repository, place)

    def _of_feedback(
        self, facts: Catalogue, claimed: ClaimedPosting, repository: Repository, place: Place
    ) -> Saying | None:
        new = claimed.new
        feedback = None if new.feedback_id is None else facts.feedback(new.feedback_id)
        if feedback is None or repository.workspaces != {feedback.workspace}:
            return None  # the repository is, also, another workspace's by now: nothing is told there
        taken_back = feedback.state.status not in SETTABLE
        if taken_back and claimed.github_id is None and claimed.begun_at is None:
            return None  # before it was answered
        target = target_of(facts, new.means, feedback)
        if target is None:
            return None
        since, marker = feedback.state.given_at, claimed.marker or self.markers.of(new)
        if new.means is Means.REACTION:
            return Saying(place, target, marker, since)
        answer = None if feedback.resolution is None else feedback.resolution.answer
        run = None if answer is None or answer.span_id is None else facts.run(feedback.workspace, answer.span_id)
        said, page = wording.say(feedback, run), f"{self.services.settings.public_url}/feedback/{feedback.id}"
        if new.means is Means.REPLY:
            return Saying(place, target, marker, since, wording.reply(said, marker, page), only_changes=taken_back)
        sha, name = new.head_sha or target.sha or "", target.name or ""
        body = wording.check(said, CheckRun(name=name, sha=sha, marker=marker, page=page))
        return Saying(place, check_on(sha, name), marker, since, body, only_changes=taken_back)

    def _of_commits(
        self, facts: Catalogue, claimed: ClaimedPosting, repository: Repository, place: Place
    ) -> Saying | None:
        new = claimed.new
        pulls = facts.pulls_at_head(repository.id, new.subject)
        if not pulls:
            return None  # there is another head by now, which has a check run of its own
        at = self.services.clock()
        judged = signed.worst(signed.judge(facts, self.services.policy, repository, pull, at) for pull in pulls)
        marker, output = claimed.marker or self.markers.of(new), signed.output(judged)
        run = CheckRun(name=signed.NAME, sha=new.subject, marker=marker)
        if judged.verdict is Verdict.PENDING:
            body = run.pending(output)
        else:
            body = run.completed(_CONCLUSIONS[judged.verdict], output)
        return Saying(place, check_on(new.subject, signed.NAME), marker, claimed.noted_at, body)
