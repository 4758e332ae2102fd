"""Which claims count where they stand.

A sighting says that a claim's signature held. Whether the claim counts in its place is decided here, each time it is
used, because the facts it depends on may arrive later: the repository's workspaces and names (a rename), the number (a
pull request that closes the issue), and who first posted the claim (SPEC §2.1, §4, §5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from resolver import watch
from resolver.claims.context import number_refusal, repository_refusal, workspace_refusal
from resolver.model.github import GHOST, GithubObject, Kind, PullRequest, Repository, User
from resolver.model.runs import Reading, Run, Sighting
from resolver.numbers import closes
from resolver.policy import TRUSTED_ASSOCIATIONS, Policy, is_named
from resolver.ports import Facts
from resolver.query import Query


@dataclass(frozen=True, slots=True)
class Admitted:
    """The claims that count in some place, and why others there do not.

    ``open`` are those of the refusals that a fact which may still arrive would lift, and doubts of that kind about
    claims that count.
    """

    sightings: tuple[Sighting, ...] = ()
    refusals: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def spans(self) -> tuple[str, ...]:
        """The runs named, each once, in order of first mention."""
        return tuple(dict.fromkeys(sighting.span_id for sighting in self.sightings))


def merge(parts: Iterable[Admitted]) -> Admitted:
    """Put the claims of several places together."""
    together = tuple(parts)
    return Admitted(
        tuple(sighting for part in together for sighting in part.sightings),
        tuple(refusal for part in together for refusal in part.refusals),
        tuple(reason for part in together for reason in part.open),
    )


NONE_ADMITTED = Admitted()
"""Of a place where no claim stands."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a claim does not count. It is ``open`` while a fact that may still arrive could make it count."""

    reason: str
    open: bool = False


class Admission:
    """The rules for one query; ``keys`` collects what they looked at.

    ``is_held`` says whether GitHub has proven a commit to be the repository's, and has it asked where it has not.
    """

    def __init__(
        self,
        facts: Facts,
        policy: Policy,
        query: Query,
        keys: set[str],
        is_held: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._facts = facts
        self._policy = policy
        self._query = query
        self._repository: tuple[Repository | None] | None = None
        self._keys = keys
        self._is_held = is_held

    def admit(self, reading: Reading, *, own: bool = False, linked: bool = False) -> Admitted:
        """Sort the claims of a text into those that count there and those that do not.

        ``own`` is the asking text, ``linked`` a commit that a text merely links to.
        """
        admitted: list[Sighting] = []
        doubts: dict[str, None] = {}
        refusals = dict.fromkeys(reading.refusals, False)
        for sighting in reading.sightings:
            refusal = self._refusal(sighting, own=own)
            if refusal is None:
                admitted.append(sighting)
                doubts.update(dict.fromkeys(filter(None, [self._of_a_fork(sighting, linked=linked)])))
            else:
                refusals[refusal.reason] = refusals.get(refusal.reason, False) or refusal.open
        may_be_lifted = tuple(reason for reason, is_open in refusals.items() if is_open)
        return Admitted(tuple(admitted), tuple(refusals), (*may_be_lifted, *doubts))

    def _refusal(self, sighting: Sighting, *, own: bool) -> _Refusal | None:
        found = self._query.number if own else sighting.carrier.number
        refusal = (
            self._of_another_workspace(sighting)  # first: its span names nothing here
            or self._elsewhere(sighting)
            or self._of_a_namesake(sighting)
            or self._other_number(sighting, found)
        )
        return refusal or (None if own else self._copied(sighting))

    def _of_another_workspace(self, sighting: Sighting) -> _Refusal | None:
        """Refuse a claim of another workspace. Where the repository is that one's too, somebody else did write there.

        Nothing of theirs may be told here, but nothing is exact beside it either.
        """
        reason = workspace_refusal(sighting.workspace, self._query.workspace)
        if reason is None:
            return None
        repository = self._here()
        return _Refusal(reason, open=repository is not None and sighting.workspace in repository.workspaces)

    def _elsewhere(self, sighting: Sighting) -> _Refusal | None:
        """Refuse a claim for another repository; one by an unknown name may be for this one, before a rename."""
        reason = repository_refusal(sighting.repository, self.names())
        if reason is None or sighting.repository is None:
            return None
        workspace = self._query.workspace
        self._keys.add(watch.name_key(workspace, sighting.repository))
        return _Refusal(reason, open=self._facts.repository_named(workspace, sighting.repository) is None)

    def _of_a_namesake(self, sighting: Sighting) -> _Refusal | None:
        """Refuse a claim of a run that worked in another repository, which bore this one's name before."""
        run = self.run(sighting.span_id)
        if run is None or run.repository_id is None or run.repository_id == self._query.repository_id:
            return None
        return _Refusal(f"run {sighting.span_id} worked in another repository, which bore this name then")

    def _other_number(self, sighting: Sighting, found: int | None) -> _Refusal | None:
        reason = number_refusal(sighting.number, found)
        linked = False if reason is None else self._numbers_linked(sighting, found)
        return None if reason is None or linked else _Refusal(reason, open=linked is None)

    def is_copy(self, sighting: Sighting) -> bool:
        """Whether another account than the claim's author posted this text (SPEC §4)."""
        return self._copied(sighting) is not None

    def _copied(self, sighting: Sighting) -> _Refusal | None:
        """Refuse a text that another account than the claim's author posted. Commits are no copies."""
        carrier = sighting.carrier
        if carrier.is_commit:
            return None
        reason = f"the claim of run {sighting.span_id} is a copy: another account posted it first"
        author = User(carrier.author_id or GHOST.id, carrier.author_login or GHOST.login)
        if self._policy.agent_accounts is not None:
            return None if self.is_agent_account(author) else _Refusal(reason)
        if author.id == GHOST.id:
            return _Refusal(reason)
        self._keys.add(watch.claim_key(sighting.digest))
        first = self._facts.first_posters(sighting.digest)
        if first == frozenset({author.id}):
            return self._taken_from_a_commit(sighting)
        if author.id in first:
            several = f"several accounts may have posted the claim of run {sighting.span_id} first"
            return _Refusal(several, open=True)
        return _Refusal(reason)

    def _taken_from_a_commit(self, sighting: Sighting) -> _Refusal | None:
        """Refuse the first text with a claim that a pushed commit carried before, by somebody who may not push.

        Anybody can decode a trailer. Whoever pushed the commit is an App or has a hand in the repository.
        """
        carrier = sighting.carrier
        may_push = carrier.author_type == "Bot" or carrier.author_association in TRUSTED_ASSOCIATIONS
        if may_push or not self._facts.claim_in_commits(carrier.repository_id, sighting.digest, carrier.posted_at):
            return None
        return _Refusal(f"the claim of run {sighting.span_id} stood in a commit before, and its poster may not push")

    def _of_a_fork(self, sighting: Sighting, *, linked: bool) -> str | None:
        """Say that a commit may be a fork's: anybody may make those, and copy a trailer into them.

        A push to the repository, or the merge of the pull request, is the deed of one who may push; then it counts.
        What a pull request's own lines and commits lead to is that pull request's. Of any other commit GitHub has to
        prove that it is the repository's: it has its address either way.
        """
        sha = sighting.carrier.key
        if not (sighting.carrier.is_commit and sha):
            return None
        where = self.of_a_fork(sha, linked=linked)
        copied = f"whoever made it may have copied the claim of run {sighting.span_id}"
        return None if where is None else f"{where}: {copied}"

    def of_a_fork(self, sha: str, *, linked: bool = False) -> str | None:
        """Say that a commit is, or may be, a fork's; None where it is the repository's own."""
        repository_id = self._query.repository_id
        if repository_id is None:
            return None
        of_its_own = bool(self._query.number) and not linked
        if of_its_own and not self._is_foreign:
            return None
        self._keys.add(watch.commit_key(repository_id, sha))
        if self._facts.is_pushed(repository_id, sha):
            return None
        if of_its_own:
            return f"commit {sha} is of a fork"
        pulls = self._pulls(repository_id, (number for _, number in self._facts.pulls_listing(repository_id, (sha,))))
        if self._facts.pulls_merged_as(repository_id, sha) or any(_is_of(repository_id, pull) for pull in pulls):
            return None
        if pulls:
            return f"commit {sha} is of a fork"
        return None if self._is_held(sha) else f"commit {sha} may be of a fork"

    @cached_property
    def _is_foreign(self) -> bool:
        """Whether the pull request asked about comes from another repository, and was not merged."""
        repository_id, number = self._query.repository_id, self._query.number
        if repository_id is None or number is None:
            return False
        return any(not _is_of(repository_id, pull) for pull in self._pulls(repository_id, (number,)))

    def _pulls(self, repository_id: int, numbers: Iterable[int]) -> tuple[PullRequest, ...]:
        """Return the pull requests of some numbers, as far as they are known."""
        given = tuple(numbers)
        self._keys.update(watch.pull_key(repository_id, number) for number in given)
        found = (self._facts.pull_request(repository_id, number) for number in given)
        return tuple(pull for pull in found if pull is not None)

    def is_agent_account(self, author: User) -> bool:
        """Whether the operator named this account as an agent's."""
        accounts = self._policy.agent_accounts
        return accounts is not None and is_named(author, accounts)

    def names(self) -> tuple[str, ...]:
        """Return the full names of the repository asked about, the current one first."""
        repository = self._here()
        return repository.names if repository is not None else (self._query.repository,)

    def _here(self) -> Repository | None:
        """Return the repository asked about, looked up once."""
        if self._repository is None:
            repository_id = self._query.repository_id
            if repository_id is None:
                return None
            self._keys.add(watch.repository_key(repository_id))
            self._repository = (self._facts.repository(repository_id),)
        return self._repository[0]

    def run(self, span_id: str) -> Run | None:
        """Return a registered run."""
        self._keys.add(watch.run_key(self._query.workspace, span_id))
        return self._facts.runs_for(self._query.workspace, (span_id,)).get(span_id)

    def subject(self, number: int) -> GithubObject | None:
        """Return the issue, pull request or discussion of a number."""
        if self._query.repository_id is None:
            return None
        self._keys.add(watch.subject_key(self._query.repository_id, number))
        return self._facts.subject(self._query.repository_id, number)

    def _numbers_linked(self, sighting: Sighting, found: int | None) -> bool | None:
        """Whether a claim signed for one number counts on another, in one of the three ways of SPEC §5.4.

        None while the run is not registered, or the pull request was never delivered: nobody knows yet.
        """
        repository_id, claimed = self._query.repository_id, sighting.number
        if repository_id is None or claimed is None or found is None:
            return False
        run = self.run(sighting.span_id)
        if run is not None and {claimed, found} <= set(run.numbers):
            return True
        subject = self.subject(found)
        unknown = None if subject is None or run is None else False
        if subject is None or subject.ref.kind is not Kind.PULL_REQUEST:
            return unknown
        self._keys.add(watch.object_key(subject.ref))
        revisions = self._facts.revisions(subject.ref)
        if revisions and claimed in closes(revisions[-1].body, self.names()):
            return True
        reading = self._facts.reading(subject.ref, self._query.at)
        carried = () if reading is None else reading.sightings
        return any(one.digest == sighting.digest and not self.is_copy(one) for one in carried) or unknown


def _is_of(repository_id: int, pull: PullRequest) -> bool:
    """Whether a pull request's commits are the repository's: they stood in it from the start, or were merged."""
    return pull.merged or pull.head_repository_id == repository_id
