"""What the steps may look at: facts, narrowed to the claims that count, with a note of everything looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from resolver import watch
from resolver.admission import NONE_ADMITTED, Admission, Admitted, merge
from resolver.lines import cover
from resolver.model.asking import Want
from resolver.model.github import (
    BlameRange,
    Commit,
    CommitCount,
    GithubObject,
    Kind,
    Lines,
    ObjectRef,
    PullRequest,
    Revision,
    Text,
    User,
)
from resolver.model.marks import Mark, MarkKind, MarkUse
from resolver.model.runs import Reading, Run, Sighting
from resolver.policy import TRUSTED_ASSOCIATIONS, Policy
from resolver.ports import Facts
from resolver.query import Query
from resolver.revisions import in_force
from resolver.wanting import Wanting

MOST_RUNS = 20
"""How many runs that name one session are looked at."""


@dataclass(frozen=True, slots=True)
class ParentReview:
    """The review that owns a comment replied to; ``missing`` says why its claims would matter but are not known."""

    ref: ObjectRef | None = None
    admitted: Admitted = NONE_ADMITTED
    missing: str | None = None


class Evidence:
    """The facts as one query may use them.

    ``keys`` collects the keys of what was looked at, and ``looked_at`` its names, for people to read. What is not
    there is wanted of GitHub.
    """

    def __init__(self, facts: Facts, policy: Policy, query: Query) -> None:
        self._facts = facts
        self._policy = policy
        self._query = query
        self.keys: set[str] = set()
        self.looked_at: list[str] = []
        self._wanting = Wanting(facts, policy, query, self.keys)
        self._admission = Admission(facts, policy, query, self.keys, self._wanting.held)

    def begin_step(self) -> None:
        """Forget what the step before looked at, and why GitHub was not asked for it."""
        self.looked_at.clear()
        self._wanting.begin_step()

    @property
    def refusals(self) -> list[str]:
        """Why GitHub was not asked for what the step looked for."""
        return self._wanting.refusals

    @property
    def expected(self) -> Want | None:
        """What was looked for first that GitHub has yet to tell."""
        return self._wanting.expected

    @property
    def wants(self) -> tuple[Want, ...]:
        """What was looked for in vain, and GitHub may tell."""
        return tuple(self._wanting.wants)

    def own(self) -> Admitted:
        """Return the claims in the asking text itself. There a copy counts: a person points at a run (SPEC §4)."""
        return self._admission.admit(self._query.own, own=True)

    def object(self, ref: ObjectRef) -> GithubObject | None:
        """Return an object, or None when no delivery brought it."""
        self.keys.add(watch.object_key(ref))
        thing = self._facts.object(ref)
        if thing is None:
            self._wanting.object(ref)
        self.looked_at.append(f"{ref.kind} {ref.id}" if thing is None else thing.url)
        return thing

    def artifacts(self, ref: ObjectRef) -> Admitted | None:
        """Return the claims in force in an object at the time asked for; None when its text then is unknown."""
        self.object(ref)
        own = ref == self._query.ref
        revisions = self._facts.revisions(ref)
        if ref == self._query.reply_to and revisions and revisions[0].edited:
            self._wanting.object(ref)  # only an edit was delivered: what else was written there before is not known
        revision = in_force(revisions, self._query.at, of_that_second=own)
        reading = None if revision is None else self._facts.reading(ref, revision.updated_at)
        return None if reading is None else self._admission.admit(reading)

    def parent_review(self, reply_to: ObjectRef | None) -> ParentReview:
        """Return the review that owns the comment replied to, with the claims in it."""
        parent = None if reply_to is None else self.object(reply_to)
        if parent is None or parent.review_id is None:
            return ParentReview()
        ref = ObjectRef(parent.ref.repository_id, Kind.REVIEW, parent.review_id)
        admitted = self.artifacts(ref)
        if admitted is not None:
            return ParentReview(ref, admitted)
        # A person's review would be bare, so only one by an account that signs leaves the question open.
        signs = self._author_signs(parent.author)
        return ParentReview(
            ref, missing=f"review {ref.id} of {parent.author.login}, who signs, is not known" if signs else None
        )

    def thread(self, root: ObjectRef) -> Admitted:
        """Return the claims in a thread by the time asked for, oldest first, those of the asking object left out."""
        self.keys.add(watch.thread_key(root))
        self.looked_at.append(f"thread of {root.kind} {root.id}")
        sightings = self._facts.thread_sightings(root.repository_id, root.kind, root.id, self._query.at)
        return self._admit_others(sightings)

    def thread_missing(self, root: ObjectRef) -> str | None:
        """Say which comment of a thread, by an account that signs, is not known as it was then; None: none."""
        self.keys.add(watch.thread_key(root))
        changed = self._facts.thread_changed(root.repository_id, root.kind, root.id, self._query.at)
        others = (thing for thing in changed if thing.ref != self._query.ref)
        unread = (one for one in others if in_force(self._facts.revisions(one.ref), self._query.at) is None)
        authors = {thing.author.id: thing for thing in unread}
        signed = next((thing for thing in authors.values() if self._author_signs(thing.author)), None)
        return None if signed is None else f"comment {signed.ref.id} of the thread is not known as it was then"

    def commit(self, sha: str, *, linked: bool = False) -> tuple[Commit | None, Admitted]:
        """Return a commit, and the claims that count in its message.

        One that a text merely links to may be anybody's: GitHub shows a fork's commits under this repository's address.
        """
        repository_id = self._query.repository_id
        if repository_id is None:
            return None, NONE_ADMITTED
        self.keys.add(watch.commit_key(repository_id, sha))
        self.looked_at.append(f"commit {sha}")
        commit = self._facts.commit(repository_id, sha)
        if commit is None or commit.paths is None:
            self._wanting.commit(sha)
        reading = self._facts.commit_reading(repository_id, sha)
        return commit, NONE_ADMITTED if reading is None else self._admission.admit(reading, linked=linked)

    def blame(self, lines: Lines) -> tuple[BlameRange, ...]:
        """Return who last changed (or removed) some lines, in order; nothing where that is not known of all of them.

        A range may reach beyond the lines.
        """
        self.keys.add(watch.blame_key(lines.repository_id, lines.sha, lines.path))
        self.looked_at.append(f"blame of {lines.path} at {lines.sha}")
        ranges = self._facts.blame(lines)
        if cover(ranges, lines):
            return ranges
        self._wanting.blame(lines)
        return ()

    def origins(self, lines: Lines, squash: str, number: int) -> tuple[BlameRange, ...]:
        """Return who wrote lines, all blamed on a squash merge, in the pull request that it merged, if it is known."""
        ranges = self._facts.origins(lines)
        if cover(ranges, lines):
            return ranges
        self._wanting.origin(lines, squash=squash, number=number)
        return ()

    def made(self, ref: ObjectRef, review_id: int | None) -> Admitted | None:
        """Return the claims of an object, or, where it is bare itself, of the review that owns it; None: unknown."""
        admitted = self.artifacts(ref)
        if admitted is None or admitted.spans or review_id is None:
            return admitted
        owner = self.artifacts(ObjectRef(ref.repository_id, Kind.REVIEW, review_id))
        return None if owner is None else merge((admitted, owner))

    def texts(self, limit: int) -> tuple[Text, ...]:
        """Return the other texts of the number asked about at that time, the newest first, ``limit`` at most."""
        place = self._place()
        if place is None:
            return ()
        self.keys.add(watch.texts_key(*place))
        texts = self._facts.texts_on(*place, self._query.at, limit)
        self.looked_at.append(f"earlier texts of number {place[1]}")
        return tuple(text for text in texts if text.ref != self._query.ref)

    def subject(self, number: int) -> GithubObject | None:
        """Return the issue, pull request or discussion of a number."""
        thing = self._admission.subject(number)
        self.looked_at.append(f"number {number}" if thing is None else thing.url)
        return thing

    def number_artifacts(self) -> Admitted:
        """Return every claim of the number asked about, those of its commits among them, by the time asked for."""
        place = self._place()
        if place is None:
            return NONE_ADMITTED
        self.keys.update({watch.pull_key(*place), watch.number_key(*place)})
        self.looked_at.append(f"claims on number {place[1]}")
        return self._admit_others(self._facts.number_sightings(*place, self._query.at))

    def commit_count(self, number: int | None = None) -> CommitCount:
        """Return how many commits of a pull request (asked about, or given) are known, of how many there are."""
        place = self._place(number)
        if place is None:
            return CommitCount(None, None, None)
        self.keys.add(watch.pull_key(*place))
        count = self._facts.pull_commit_count(*place)
        self._wanting.commits(place[1], count)
        commit = self._query.commit
        if count.listed and place[1] == self._query.number and commit is not None:
            # A commit that the present head does not lead to was replaced, and others perhaps with it.
            return count if self._facts.is_listed_commit(*place, commit) else replace(count, known=None)
        return count

    def commits_touching(self, path: str, number: int | None = None) -> tuple[str, ...]:
        """Return the known commits of a pull request that touched a path, pushed by the time asked for.

        It is the pull request asked about unless a number is given.
        """
        place = self._place(number)
        if place is None:
            return ()
        self.keys.add(watch.pull_key(*place))
        self.looked_at.append(f"commits of pull request {place[1]} that touched {path}")
        return self._facts.pull_commits_touching(*place, path, self._query.at, upto=self._upto(place))

    def former_names(self, path: str, limit: int, number: int | None = None) -> tuple[str, ...]:
        """Return the paths that commits of a pull request (asked about, or given) may have renamed to this one."""
        place = self._place(number)
        if place is None:
            return ()
        self.keys.add(watch.pull_key(*place))
        return self._facts.pull_former_names(*place, path, self._query.at, limit, upto=self._upto(place))

    def is_pull_commit(self, sha: str) -> bool:
        """Whether a commit is known to be one of the pull request asked about."""
        place = self._place()
        if place is None:
            return False
        self.keys.add(watch.pull_key(*place))
        return self._facts.is_pull_commit(*place, sha)

    def merged_as(self, sha: str) -> tuple[PullRequest, ...]:
        """Return the pull requests that a commit merged."""
        if self._query.repository_id is None:
            return ()
        self.keys.add(watch.commit_key(self._query.repository_id, sha))
        return self._facts.pulls_merged_as(self._query.repository_id, sha)

    def merges_unsaid(self, sha: str) -> bool:
        """Whether GitHub could not be asked which pull requests a commit merged, and no delivery said so."""
        return not self.merged_as(sha) and self._wanting.merges(sha)

    def squashed(self, sha: str) -> bool:
        """Whether a commit merged a pull request of several commits, which may be of others."""
        return any(pull.commit_count != 1 for pull in self.merged_as(sha))

    def leads_here(self, name: str) -> bool:
        """Whether GitHub leads from a full name to the repository asked about: another may have taken it since."""
        self.keys.add(watch.name_key(self._query.workspace, name))
        found = self._facts.repository_named(self._query.workspace, name)
        return found is not None and found.id == self._query.repository_id

    def pull_artifacts(self, *, path: str | None, commit: str | None) -> Admitted:
        """Return the claims of the number asked about that bear on a path or a commit, by the time asked for."""
        place = self._place()
        if place is None:
            return NONE_ADMITTED
        self.keys.update({watch.pull_key(*place), watch.number_key(*place)})
        self.looked_at.append(f"claims on {f'commit {commit}' if path is None else path} of number {place[1]}")
        if path is not None:
            self.commit_count()  # which notes that commits are wanted, where some are missing
        upto = self._upto(place)
        sightings = self._facts.pull_sightings(*place, self._query.at, path=path, commit=commit, upto=upto)
        return self._admit_others(sightings)

    def pull_commit_artifacts(self, path: str) -> Admitted:
        """Return the claims in the known commits of the pull request asked about that touched a path."""
        admitted = self.pull_artifacts(path=path, commit=None)
        in_commits = tuple(sighting for sighting in admitted.sightings if sighting.carrier.is_commit)
        return replace(admitted, sightings=in_commits)

    def _author_signs(self, author: User) -> bool:
        """Whether an account is known to sign what it writes in this repository."""
        if author.type == "Bot" or self._admission.is_agent_account(author):
            return True
        if self._query.repository_id is None:
            return False
        self.keys.add(watch.author_key(self._query.repository_id, author.id))
        return self._facts.author_signs(self._query.repository_id, author.id)

    def runs_in(self, number: int, window: timedelta) -> tuple[Run, ...]:
        """Return the runs of the repository and number that started within a window before the time asked for."""
        query = self._query
        names = self._admission.names()
        self.looked_at.append(f"runs of number {number}")
        self.keys.update(watch.runs_key(query.workspace, name, number) for name in names)
        since = query.at - window
        runs = self._facts.runs_started(query.workspace, query.repository_id, names[0], number, since, query.at)
        internal = self._policy.internal_agents
        return tuple(run for run in runs if not run.internal and run.agent_name not in internal)

    def run(self, span_id: str) -> Run | None:
        """Return a registered run."""
        return self._admission.run(span_id)

    def text(self, ref: ObjectRef) -> Revision | None:
        """Return what an object said at the time asked for; None where that is not known."""
        self.object(ref)
        return in_force(self._facts.revisions(ref), self._query.at, of_that_second=ref == self._query.ref)

    def recorded_marks(self, sha: str) -> tuple[Mark, ...]:
        """Return the marks that are recorded of a commit beside its message; where they may matter, GitHub is asked."""
        if self._query.repository_id is None:
            return ()
        self.keys.add(watch.commit_key(self._query.repository_id, sha))
        if self.believes_marks:
            self._wanting.marks(sha)
        return self._facts.recorded_marks(self._query.repository_id, sha)

    @property
    def believes_marks(self) -> bool:
        """Whether marks may make an answer ``claimed``."""
        return self._policy.marks is MarkUse.CLAIMED

    def runs_of(self, mark: Mark) -> tuple[Run, ...]:
        """Return the registered runs of this repository that a mark names."""
        if mark.session is None:
            return ()
        workspace = self._query.workspace
        if mark.kind is MarkKind.AGENTS_RUN:
            found: Iterable[Run | None] = (self.run(mark.session),)
        else:
            self.keys.add(watch.session_key(workspace, mark.session))
            found = self._facts.runs_of_session(workspace, mark.session, MOST_RUNS)
        return tuple(run for run in found if run is not None and self._is_of_here(run))

    def _is_of_here(self, run: Run) -> bool:
        if run.repository_id is not None and self._query.repository_id is not None:
            return run.repository_id == self._query.repository_id
        return run.repository.lower() in {name.lower() for name in self.names()}

    def may_write_marks(self, author: User, association: str) -> bool:
        """Whether a tool that works here may have posted as an account: a stranger's mark is no tool's."""
        if self._policy.agent_accounts is not None:
            return self._admission.is_agent_account(author)
        return author.type == "Bot" or association in TRUSTED_ASSOCIATIONS

    def of_a_fork(self, sha: str) -> str | None:
        """Say that a commit is, or may be, a fork's, whose messages anybody writes; None where it is not."""
        return self._admission.of_a_fork(sha)

    def is_copy(self, sighting: Sighting) -> bool:
        """Whether another account than the claim's author posted this text (SPEC §4)."""
        return self._admission.is_copy(sighting)

    @property
    def web(self) -> str:
        """Where GitHub's pages are."""
        return self._policy.web

    def names(self) -> tuple[str, ...]:
        """Return the full names of the repository asked about, the current one first."""
        return self._admission.names()

    def _place(self, number: int | None = None) -> tuple[int, int] | None:
        """Return the repository and a number of it: that asked about unless it is given; None where there is none."""
        repository_id, number = self._query.repository_id, number or self._query.number
        return None if repository_id is None or number is None else (repository_id, number)

    def _upto(self, place: tuple[int, int]) -> str | None:
        """Return a commit that stands for the time asked for in a pull request: the commented one in its own."""
        return self._query.commit if place[1] == self._query.number else None

    def _admit_others(self, sightings: Iterable[Sighting]) -> Admitted:
        """Sort claims into those that count and those that do not, without those of the asking object."""
        return self._admission.admit(Reading(tuple(one for one in sightings if not self._is_own(one))))

    def _is_own(self, sighting: Sighting) -> bool:
        ref, carrier = self._query.ref, sighting.carrier
        return ref is not None and carrier.kind == ref.kind and carrier.key == str(ref.id)
