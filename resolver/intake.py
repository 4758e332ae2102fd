"""From a delivery, or from an answer of GitHub, to kept facts and fresh answers.

``prepare`` does what takes time and needs no store: it observes, and reads the claims. ``apply`` runs inside one
transaction: it keeps the facts, sees which of them are news, and resolves the feedback that they can touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from resolver import signals, told, watch
from resolver.answering.noting import note_commits, note_feedback
from resolver.answering.own import is_own
from resolver.authority import Authority
from resolver.claims import doubts
from resolver.claims.reader import ClaimReader
from resolver.feedback import state_of
from resolver.locks import claim_lock, name_lock, repository_lock, run_lock
from resolver.model.asking import Want
from resolver.model.github import (
    SUBJECTS,
    Commit,
    ObjectRef,
    ObjectSeen,
    PullRequest,
    PushSeen,
    RepositorySeen,
)
from resolver.model.runs import NO_CLAIMS, Carrier, Reading, Sighting
from resolver.observe import Observation, observe
from resolver.payloads.envelope import Envelope
from resolver.policy import Policy
from resolver.ports import Clock, Ledger
from resolver.reports.following import Happened, follow, runs_in
from resolver.settle import LATE, PATIENCE, Settling, settle
from resolver.watch import News, NewText

HEADS = "refs/heads/"


ROWS_OF_A_PORTION = 4_000
"""Rows after which a portion of a push is kept: less than a tenth of a second's work."""
CHARACTERS_OF_A_ROW = 500
"""A long message takes as long as some rows."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a delivery or an answer states, its claims read; ``locks`` name what must not change while it is kept."""

    observation: Observation
    objects: tuple[tuple[ObjectSeen, Reading], ...]
    pushes: tuple[tuple[PushSeen, Mapping[str, Reading]], ...]
    commits: Mapping[str, Reading]
    ahead: frozenset[str] = frozenset()
    """Commits, by SHA, that were kept ahead of their push."""

    def portions(self) -> Iterator[Prepared]:
        """Yield the commits of a push that is too large for one transaction, some at a time, but for the last ones.

        Each is to be kept by itself (``Intake.keep_ahead``): nobody else has to wait for all of them then.
        """
        for push, readings in self.pushes:
            for commits in _portions(push.commits):
                told = {commit.sha: readings[commit.sha] for commit in commits}
                yield replace(self, observation=Observation(), objects=(), pushes=((_only(push, commits), told),))

    @property
    def locks(self) -> tuple[str, ...]:
        """Return the locks of the repositories, claims and runs spoken of."""
        seen = self.observation
        heads = (pull.head_repository_id for pull in seen.pulls if pull.head_repository_id is not None)
        told = (seen.commits, seen.pull_commits, seen.blames, seen.origins, seen.permissions, seen.marks, seen.answered)
        asked = (one.repository_id for group in told for one in group)
        objects = (one.object.ref.repository_id for one in seen.objects)
        numbers = map(repository_lock, (*(one.id for one in seen.repositories), *heads, *asked, *objects))
        names = (name_lock(name) for one in seen.repositories for name in (one.name, *one.former))
        claims = (claim_lock(sighting.digest) for sighting in self._sightings)
        runs = (run_lock(workspace, span_id) for workspace, span_id in self.runs)
        return tuple(dict.fromkeys((*names, *numbers, *claims, *runs)))

    @property
    def runs(self) -> frozenset[tuple[str, str]]:
        """Return the runs, by workspace and span, whose claims were read."""
        return frozenset((sighting.workspace, sighting.span_id) for sighting in self._sightings)

    def is_verified_with(self, key_id: str) -> bool:
        """Whether a key verified any of the claims."""
        return any(one.verified_with == key_id for reading in self._readings for one in reading.sightings)

    def decided(self, ledger: Ledger) -> Prepared:
        """Return the same without doubts: each claim was verified before, or is refused.

        The locks of those that were are taken now: of claims in doubt anybody can write more than there are locks.
        """
        if not any(reading.doubts for reading in self._readings):
            return self
        known = doubts.Known.of(ledger, self._readings)
        decided = replace(
            self,
            objects=tuple((seen, known.decided(reading)) for seen, reading in self.objects),
            pushes=tuple(
                (push, {sha: known.decided(reading) for sha, reading in readings.items()})
                for push, readings in self.pushes
            ),
            commits={sha: known.decided(reading) for sha, reading in self.commits.items()},
        )
        ledger.lock_late(decided.locks)
        return decided

    @property
    def _readings(self) -> Iterator[Reading]:
        yield from (reading for _, reading in self.objects)
        yield from (reading for _, readings in self.pushes for reading in readings.values())
        yield from self.commits.values()

    @property
    def _sightings(self) -> Iterator[Sighting]:
        for reading in self._readings:
            yield from reading.sightings


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes deliveries, and what GitHub was asked for, in: by one operator's policy and keys."""

    reader: ClaimReader
    policy: Policy
    clock: Clock

    def prepare(self, envelope: Envelope, received_at: datetime | None = None) -> Prepared:
        """Observe a delivery and read its claims; any text gives a reading.

        Keys count that counted when the delivery was received: how long it waited does not show.
        """
        return self.prepare_facts(observe(envelope), received_at)

    def prepare_facts(self, observation: Observation, received_at: datetime | None = None) -> Prepared:
        """Read the claims in what was observed, now or at another time."""
        return Prepared(
            observation,
            tuple((seen, self._read(seen, received_at)) for seen in observation.objects),
            tuple((push, self._read_commits(push, received_at)) for push in observation.pushes),
            {commit.sha: self._read_commit(commit, commit.timestamp, received_at) for commit in observation.commits},
        )

    def keep_ahead(self, ledger: Ledger, portion: Prepared) -> frozenset[str]:
        """Keep some commits of a push, with their paths and claims; return their SHAs.

        Until the push is kept, all of it, they are commits that nobody is known to have pushed, with files that nobody
        knows: evidence for nothing that is exact.
        """
        kept: set[str] = set()
        for push, readings in portion.decided(ledger).pushes:
            ledger.put_ahead(push.repository_id, push.commits, readings)
            kept.update(readings)
        return frozenset(kept)

    def apply(
        self, ledger: Ledger, prepared: Prepared, *, cause: str, answered: Want | None = None, known: bool = False
    ) -> None:
        """Keep what was prepared, and resolve what it can touch; ``cause`` goes into the resolutions.

        ``known`` says that all of it was kept before, and is read again.

        ``answered`` is what GitHub was asked for, with whatever outcome: it need not tell anything for that to matter.
        """
        news = News()
        prepared = prepared.decided(ledger)
        observation = prepared.observation
        for repository in observation.repositories:
            self._keep_repository(ledger, repository, news)
        if observation.reached:
            ledger.wake_wants(observation.reached, self.clock())
        for pull in observation.pulls:
            _keep_pull(ledger, pull, news)
        for push, readings in prepared.pushes:
            _keep_push(ledger, push, readings, news, ahead=prepared.ahead)
        told.keep(ledger, observation, prepared.commits, news, at=self.clock())
        for thread in observation.threads:
            ledger.put_thread(thread)
        signals.keep(ledger, self.policy, observation.signals)
        signed = (seen.object for seen, reading in prepared.objects if reading.sightings)
        signals.want_reactions(ledger, self.policy, signed, self.clock())
        signals.want_next(ledger, self.policy, answered, self.clock())
        given = []
        for seen, reading in prepared.objects:
            _keep_object(ledger, seen, reading, news)
            given.append(seen.object.ref)
        if answered is not None or known:
            # Evidence is asked for what was given; a command that nobody delivered does not come alive by it.
            given = [ref for ref in given if ledger.feedback_on(ref)]
        given += self._waiting_for_permission(ledger, observation)
        if answered is not None:
            news.add(watch.want_key(answered))
        patience = PATIENCE if answered is None else timedelta(0)
        settling = Settling(self.policy, cause, self.clock(), patience, _workspaces_of(ledger, observation))
        feedback = [one for ref in given for one in self._keep_feedback(ledger, ref, settling)]
        answered_anew = settle(ledger, settling, news, feedback)
        runs = runs_in(ledger, observation, prepared.runs, settling.workspaces)
        follow(ledger, self.policy, Happened(feedback=answered_anew.union(feedback), runs=runs), settling.at)
        note_feedback(ledger, self.policy, answered_anew.union(feedback), settling.at)
        note_commits(ledger, self.policy, observation, settling.at, answered=answered)

    def take_feedback(
        self, ledger: Ledger, refs: Iterable[ObjectRef], *, cause: str, workspaces: frozenset[str]
    ) -> int:
        """Have objects that are kept already be the feedback that somebody says they are; return how many are new.

        Whether one is, whose, and which run it is about is decided here as for every other. What is feedback already
        stays as it is: run again, it changes nothing. The locks of the repositories must be held.
        """
        settling = Settling(self.policy, cause, self.clock(), workspaces=workspaces)
        new = [ref for ref in refs if not ledger.feedback_on(ref)]
        feedback = [one for ref in new for one in self._keep_feedback(ledger, ref, settling)]
        answered = settle(ledger, settling, News(), feedback)
        follow(ledger, self.policy, Happened(feedback=answered.union(feedback)), settling.at)
        return len(feedback)

    def _keep_repository(self, ledger: Ledger, repository: RepositorySeen, news: News) -> None:
        homes = self.policy.homes_of(repository.name)
        changed = ledger.put_repository(repository, *(homes or {self.policy.workspace}), assigned=homes is not None)
        news.add(*(watch.repository_key(number) for number in changed))
        kept = ledger.repository(repository.id) if changed else None
        if kept is not None:
            names = (repository.name, *repository.former)
            news.add(*(watch.name_key(workspace, name) for workspace in kept.workspaces for name in names))

    def _keep_feedback(self, ledger: Ledger, ref: ObjectRef, settling: Settling) -> tuple[int, ...]:
        thing = ledger.object(ref)
        if thing is None or ref.kind in SUBJECTS:
            return ()
        authority = Authority(ledger, self.policy, self.clock, ref.repository_id)
        revisions = [one for one in ledger.revisions(ref) if not is_own(thing.author, one.body)]
        state = state_of(thing, revisions, authority)
        if state is None:
            return ()
        kept = ledger.put_feedback(state, settling.at)
        if authority.wants:
            keys = {watch.permission_key(ref.repository_id, want.id) for want in authority.wants if want.id is not None}
            for feedback_id in kept:
                ledger.watch(feedback_id, frozenset(keys))
            ledger.put_wants(authority.wants, settling.at, due=settling.at)
        return kept

    def _waiting_for_permission(self, ledger: Ledger, observation: Observation) -> Iterator[ObjectRef]:
        """Yield the feedback that nobody could judge until now."""
        news = News()
        news.add(*(watch.permission_key(one.repository_id, one.user_id) for one in observation.permissions))
        for feedback_id in ledger.watching(news, self.clock() - LATE) if news else ():
            feedback = ledger.feedback(feedback_id)
            if feedback is not None:
                yield feedback.object.ref

    def _read(self, seen: ObjectSeen, at: datetime | None) -> Reading:
        thing = seen.object
        if is_own(thing.author, seen.revision.body):
            return NO_CLAIMS
        carrier = Carrier(
            repository_id=thing.ref.repository_id,
            kind=thing.ref.kind,
            key=str(thing.ref.id),
            posted_at=seen.revision.updated_at,
            number=thing.number,
            author_id=thing.author.id,
            author_login=thing.author.login,
            url=thing.url,
        )
        return self.reader.read_text(seen.revision.body, carrier, at)

    def _read_commits(self, push: PushSeen, at: datetime | None) -> Mapping[str, Reading]:
        return {commit.sha: self._read_commit(commit, push.pushed_at, at) for commit in push.commits}

    def _read_commit(self, commit: Commit, pushed_at: datetime, at: datetime | None) -> Reading:
        carrier = Carrier(commit.repository_id, kind=None, key=commit.sha, posted_at=pushed_at)
        return self.reader.read_commit(commit.message, carrier, at)


def _workspaces_of(ledger: Ledger, observation: Observation) -> frozenset[str] | None:
    """Return the workspaces that what was observed is of; None where it speaks of no repository by name."""
    kept = [ledger.repository(seen.id) for seen in observation.repositories]
    return frozenset().union(*(one.workspaces for one in kept if one is not None)) if kept else None


def _keep_pull(ledger: Ledger, pull: PullRequest, news: News) -> None:
    if not ledger.put_pull_request(pull):
        return
    news.add(watch.pull_key(pull.repository_id, pull.number))
    if pull.merge_commit_sha is not None:
        news.add(watch.commit_key(pull.repository_id, pull.merge_commit_sha))


def _portions(commits: Sequence[Commit]) -> Iterator[tuple[Commit, ...]]:
    """Take commits apart into portions that are quickly kept; what is left of them, or few in all, is no portion.

    A commit of very many paths is several portions.
    """
    portion: list[Commit] = []
    weight = 0
    for commit in commits:
        paths = sorted(commit.paths or ())
        if len(paths) > ROWS_OF_A_PORTION:
            for start in range(0, len(paths), ROWS_OF_A_PORTION):
                yield (replace(commit, paths=frozenset(paths[start : start + ROWS_OF_A_PORTION])),)
            continue
        weight += 1 + len(paths) + len(commit.message) // CHARACTERS_OF_A_ROW
        portion.append(commit)
        if weight >= ROWS_OF_A_PORTION:
            yield tuple(portion)
            portion, weight = [], 0


def _only(push: PushSeen, commits: tuple[Commit, ...]) -> PushSeen:
    return replace(push, commits=commits)


def _keep_push(
    ledger: Ledger, push: PushSeen, readings: Mapping[str, Reading], news: News, *, ahead: frozenset[str]
) -> None:
    if not ledger.put_push(push, readings, ahead=ahead):
        return
    news.add(*(watch.commit_key(push.repository_id, commit.sha) for commit in push.commits))
    news.add(*(watch.claim_key(sighting.digest) for reading in readings.values() for sighting in reading.sightings))
    # The push may also have told of commits that another branch, and so another pull request, had before.
    pulls = {
        *ledger.pulls_with_head(push.repository_id, push.ref.removeprefix(HEADS)),
        *ledger.pulls_holding(push.repository_id, [commit.sha for commit in push.commits]),
    }
    news.add(*(watch.pull_key(repository_id, number) for repository_id, number in pulls))


def _keep_object(ledger: Ledger, seen: ObjectSeen, reading: Reading, news: News) -> None:
    """Keep an object, and note what that changed: who first posted a claim may be among it."""
    ref = seen.object.ref
    digests: frozenset[str] = frozenset()
    if reading.sightings or not ledger.add_object(seen, reading):
        digests = ledger.digests(ref) | {sighting.digest for sighting in reading.sightings}
        posters = {digest: ledger.first_posters(digest) for digest in digests}
        if not ledger.put_object(seen, reading):
            return
        news.add(*(watch.claim_key(digest) for digest in digests if ledger.first_posters(digest) != posters[digest]))
    thing = ledger.object(ref) or seen.object
    news.add(watch.object_key(ref))
    if digests:
        news.add(watch.author_key(ref.repository_id, thing.author.id))
    # Whatever it says, it says to nobody before it was there.
    if thing.thread is not None:
        news.add(watch.thread_key(ObjectRef(ref.repository_id, ref.kind, thing.thread)), since=thing.created_at)
    if thing.number is None:
        return
    if ref.kind in SUBJECTS:
        news.add(watch.subject_key(ref.repository_id, thing.number))
    bodies = tuple(revision.body for revision in ledger.revisions(ref))
    news.texts.append(NewText(ref.repository_id, thing.number, thing.created_at, bodies))
    if digests or seen.revision.edited:
        news.add(watch.number_key(ref.repository_id, thing.number), since=thing.created_at)
