"""What the steps may look at: facts, narrowed to the claims that count, with a note of everything looked at.

A sighting says that a claim's signature held. Whether the claim counts where it stands is decided here, each time
it is used, because the facts it depends on may arrive later: the repository's names (a rename), the number (a
pull request that closes the issue), and who first posted the claim (SPEC §2.1, §4, §5.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from resolver import watch
from resolver.claims.context import number_refusal, repository_refusal
from resolver.model.github import GHOST, Commit, GithubObject, Kind, ObjectRef, User
from resolver.model.runs import Reading, Run, Sighting
from resolver.numbers import closes
from resolver.policy import Policy, is_named
from resolver.ports import Facts
from resolver.query import Query


@dataclass(frozen=True, slots=True)
class Admitted:
    """The claims that count in some place, and why others there do not."""

    sightings: tuple[Sighting, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def spans(self) -> tuple[str, ...]:
        """The runs named, each once, in order of first mention."""
        return tuple(dict.fromkeys(sighting.span_id for sighting in self.sightings))


class Evidence:
    """The facts as one query may use them; ``keys`` collects what was looked at."""

    def __init__(self, facts: Facts, policy: Policy, query: Query) -> None:
        self._facts = facts
        self._policy = policy
        self._query = query
        self._names: tuple[str, ...] | None = None
        self.keys: set[str] = set()

    def own(self) -> Admitted:
        """Return the claims in the asking text itself. There a copy counts: a person points at a run (SPEC §4)."""
        return self._admit(self._query.own, own=True)

    def object(self, ref: ObjectRef) -> GithubObject | None:
        """Return an object, or None when no delivery brought it."""
        self.keys.add(watch.object_key(ref))
        return self._facts.object(ref)

    def artifacts(self, ref: ObjectRef) -> Admitted | None:
        """Return the claims in force in an object at the time asked for; None when its text then is unknown."""
        self.keys.add(watch.object_key(ref))
        reading = self._facts.reading(ref, self._query.at)
        return None if reading is None else self._admit(reading)

    def thread(self, root: ObjectRef) -> Admitted:
        """Return the claims in a thread by the time asked for, oldest first, those of the asking object left out."""
        self.keys.add(watch.thread_key(root))
        sightings = self._facts.thread_sightings(root.repository_id, root.kind, root.id, self._query.at)
        return self._admit(Reading(tuple(sighting for sighting in sightings if not self._is_own(sighting))))

    def commit(self, sha: str) -> tuple[Commit | None, Admitted]:
        """Return a commit, and the claims that count in its message."""
        repository_id = self._query.repository_id
        if repository_id is None:
            return None, Admitted()
        self.keys.add(watch.commit_key(repository_id, sha))
        commit = self._facts.commit(repository_id, sha)
        reading = self._facts.commit_reading(repository_id, sha)
        return commit, Admitted() if reading is None else self._admit(reading)

    def commits_touching(self, path: str) -> tuple[str, ...]:
        """Return the known commits of the pull request asked about that touched a path."""
        repository_id, number = self._query.repository_id, self._query.number
        if repository_id is None or number is None:
            return ()
        self.keys.add(watch.pull_key(repository_id, number))
        return self._facts.pull_commits_touching(repository_id, number, path)

    def pull_artifacts(self, *, path: str | None, commit: str | None) -> Admitted:
        """Return the claims of the number asked about that bear on a path or a commit, by the time asked for."""
        repository_id, number = self._query.repository_id, self._query.number
        if repository_id is None or number is None:
            return Admitted()
        self.keys.update({watch.pull_key(repository_id, number), watch.number_key(repository_id, number)})
        sightings = self._facts.pull_sightings(repository_id, number, self._query.at, path=path, commit=commit)
        return self._admit(Reading(tuple(sighting for sighting in sightings if not self._is_own(sighting))))

    def author_signs(self, author: User) -> bool:
        """Whether an account is known to sign what it writes in this repository."""
        if author.type == "Bot" or self._is_agent_account(author):
            return True
        if self._query.repository_id is None:
            return False
        self.keys.add(watch.author_key(self._query.repository_id, author.id))
        return self._facts.author_signs(self._query.repository_id, author.id)

    def runs_in(self, number: int, window: timedelta) -> tuple[Run, ...]:
        """Return the runs of the repository and number that started within a window before the time asked for."""
        query = self._query
        names = self.names()
        self.keys.update(watch.runs_key(query.workspace, name, number) for name in names)
        since = query.at - window
        runs = self._facts.runs_started(query.workspace, query.repository_id, names[0], number, since, query.at)
        internal = self._policy.internal_agents
        return tuple(run for run in runs if not run.internal and run.agent_name not in internal)

    def run(self, span_id: str) -> Run | None:
        """Return a registered run."""
        self.keys.add(watch.run_key(self._query.workspace, span_id))
        return self._facts.runs_for(self._query.workspace, (span_id,)).get(span_id)

    def names(self) -> tuple[str, ...]:
        """Return the full names of the repository asked about, the current one first."""
        if self._names is None:
            self._names = self._look_up_names()
        return self._names

    def _look_up_names(self) -> tuple[str, ...]:
        repository_id = self._query.repository_id
        if repository_id is None:
            return (self._query.repository,)
        self.keys.add(watch.repository_key(repository_id))
        repository = self._facts.repository(repository_id)
        return repository.names if repository is not None else (self._query.repository,)

    def _is_own(self, sighting: Sighting) -> bool:
        ref, carrier = self._query.ref, sighting.carrier
        return ref is not None and carrier.kind == ref.kind and carrier.key == str(ref.id)

    def _admit(self, reading: Reading, *, own: bool = False) -> Admitted:
        admitted: list[Sighting] = []
        refusals = list(reading.refusals)
        for sighting in reading.sightings:
            refusal = self._refusal(sighting, own=own)
            if refusal is None:
                admitted.append(sighting)
            elif refusal not in refusals:
                refusals.append(refusal)
        return Admitted(tuple(admitted), tuple(refusals))

    def _refusal(self, sighting: Sighting, *, own: bool) -> str | None:
        elsewhere = repository_refusal(sighting.repository, self.names())
        if elsewhere is not None:
            return elsewhere
        found = self._query.number if own else sighting.carrier.number
        other_number = number_refusal(sighting.number, found)
        if other_number is not None and not self._numbers_linked(sighting, found):
            return other_number
        if not own and self.is_copy(sighting):
            return f"the claim of run {sighting.span_id} is a copy: another account posted it first"
        return None

    def is_copy(self, sighting: Sighting) -> bool:
        """Whether another account than the claim's author posted this text (SPEC §4). Commits are no copies."""
        carrier = sighting.carrier
        if carrier.is_commit:
            return False
        author = User(carrier.author_id or GHOST.id, carrier.author_login or GHOST.login)
        if self._policy.agent_accounts is not None:
            return not self._is_agent_account(author)
        if author.id == GHOST.id:
            return True
        self.keys.add(watch.claim_key(sighting.digest))
        return self._facts.first_posters(sighting.digest) != frozenset({author.id})

    def _is_agent_account(self, author: User) -> bool:
        accounts = self._policy.agent_accounts
        return accounts is not None and is_named(author, accounts)

    def _numbers_linked(self, sighting: Sighting, found: int | None) -> bool:
        """Whether a claim signed for one number counts on another, in one of the three ways of SPEC §5.4."""
        repository_id, claimed = self._query.repository_id, sighting.number
        if repository_id is None or claimed is None or found is None:
            return False
        run = self.run(sighting.span_id)
        if run is not None and {claimed, found} <= set(run.numbers):
            return True
        self.keys.add(watch.subject_key(repository_id, found))
        subject = self._facts.subject(repository_id, found)
        if subject is None or subject.ref.kind is not Kind.PULL_REQUEST:
            return False
        self.keys.add(watch.object_key(subject.ref))
        revisions = self._facts.revisions(subject.ref)
        if revisions and claimed in closes(revisions[-1].body, self.names()):
            return True
        reading = self._facts.reading(subject.ref, self._query.at)
        carried = () if reading is None else reading.sightings
        return any(one.digest == sighting.digest and not self.is_copy(one) for one in carried)


def merge(parts: Iterable[Admitted]) -> Admitted:
    """Put the claims of several places together."""
    together = tuple(parts)
    return Admitted(
        tuple(sighting for part in together for sighting in part.sightings),
        tuple(refusal for part in together for refusal in part.refusals),
    )
