"""What the domain asks of the world: a store of facts, and a clock. ``store`` implements these; tests do too.

Every method has three outcomes: a value, nothing (``None`` or an empty tuple), or ``StoreError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from resolver.answering.ledger import HeadFacts, PostingLedger
from resolver.mark_port import MarkFacts, MarkLedger
from resolver.model.answers import Answer, Resolution
from resolver.model.asking import Asking, Permission, Want
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import (
    Blame,
    BlameRange,
    Commit,
    CommitCount,
    GithubObject,
    Kind,
    Lines,
    ObjectRef,
    ObjectSeen,
    Origin,
    PullCommits,
    PullRequest,
    PushSeen,
    Repository,
    RepositorySeen,
    Revision,
    Text,
    ThreadSeen,
)
from resolver.model.runs import Reading, Run, Sighting, Verification
from resolver.reports.port import ReportLedger
from resolver.signal_port import SignalLedger


class Clock(Protocol):
    """Now, in UTC."""

    def __call__(self) -> datetime:
        """Return the present moment, aware."""
        ...


class Facts(MarkFacts, HeadFacts, Protocol):
    """What the chain may look at. Nothing here writes."""

    def repository(self, repository_id: int) -> Repository | None:
        """Return the repository with all the names it has borne."""
        ...

    def repository_named(self, workspace: str, name: str) -> Repository | None:
        """Return the repository that bears this full name (any case), else the one that bore it last."""
        ...

    def object(self, ref: ObjectRef) -> GithubObject | None:
        """Return an object, deleted or not."""
        ...

    def subject(self, repository_id: int, number: int) -> GithubObject | None:
        """Return the issue, pull request or discussion of a number (a pull request where both were seen)."""
        ...

    def revisions(self, ref: ObjectRef) -> tuple[Revision, ...]:
        """Return every version of an object's text, oldest first (``resolver.revisions`` says which is older)."""
        ...

    def reading(self, ref: ObjectRef, at: datetime) -> Reading | None:
        """Return the claims in the revision in force at a time; None when no revision is known by then."""
        ...

    def commit(self, repository_id: int, sha: str) -> Commit | None:
        """Return a commit, with its paths when they are known."""
        ...

    def is_pushed(self, repository_id: int, sha: str) -> bool:
        """Return whether a push to the repository is known to have brought a commit."""
        ...

    def commit_reading(self, repository_id: int, sha: str) -> Reading | None:
        """Return the claims in a commit's message; None when the commit is unknown."""
        ...

    def thread_sightings(self, repository_id: int, kind: Kind, root_id: int, at: datetime) -> tuple[Sighting, ...]:
        """Return the claims in force at a time in the comments of a thread, oldest first by ``posted_at``."""
        ...

    def thread_changed(self, repository_id: int, kind: Kind, root_id: int, at: datetime) -> tuple[GithubObject, ...]:
        """Return the comments of a thread that were there at a time, and of which a later version is known."""
        ...

    def pull_sightings(
        self,
        repository_id: int,
        number: int,
        at: datetime,
        *,
        path: str | None,
        commit: str | None,
        upto: str | None = None,
    ) -> tuple[Sighting, ...]:
        """Return the claims of a number that bear on a path, or (``path`` None) on a commit.

        They are those in force at ``at`` in reviews and review comments of that number that stand on the path (any
        commit) or the commit (``commit`` or ``original_commit``), and those in the pull request's known commits,
        there by then (``upto`` as of ``pull_commits_touching``), that touched the path, or are the commit.
        """
        ...

    def pull_request(self, repository_id: int, number: int) -> PullRequest | None:
        """Return a pull request as last stated."""
        ...

    def pull_commits_touching(
        self, repository_id: int, number: int, path: str, at: datetime, *, upto: str | None = None
    ) -> tuple[str, ...]:
        """Return the SHAs of the pull request's commits, there by a time, that are known to have touched a path.

        A pull request's commits are those of the pushes to its head branch that lead to one of its heads, and those
        that GitHub lists. Of the latter nobody says when they came: they count whatever they say of their time, but
        for those that GitHub lists after ``upto``, a commit that was there by then.
        """
        ...

    def pull_former_names(
        self, repository_id: int, number: int, path: str, at: datetime, limit: int, *, upto: str | None = None
    ) -> tuple[str, ...]:
        """Return the paths that a pull request's commits, there by a time, removed where they added this one.

        GitHub does not say which of them became it. ``limit`` at most, in order.
        """
        ...

    def is_pull_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether a commit is known to be the pull request's."""
        ...

    def pulls_listing(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests that GitHub lists any of the commits in."""
        ...

    def is_listed_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether GitHub's list of the commits that lead to a pull request's present head holds a commit."""
        ...

    def pull_commit_count(self, repository_id: int, number: int) -> CommitCount:
        """Return how many commits lead to a pull request's present head, and how many GitHub counts."""
        ...

    def pulls_merged_as(self, repository_id: int, sha: str) -> tuple[PullRequest, ...]:
        """Return the merged pull requests whose merge (or squash) commit this is."""
        ...

    def number_sightings(self, repository_id: int, number: int, at: datetime) -> tuple[Sighting, ...]:
        """Return every claim of a number, oldest first by ``posted_at``.

        They are those in force at a time in the issue's, pull request's or discussion's body, its comments, reviews
        and review comments, and those in the pull request's known commits, pushed by then.
        """
        ...

    def texts_on(self, repository_id: int, number: int, at: datetime, limit: int) -> tuple[Text, ...]:
        """Return the texts of a number in force at a time, bodies among them, the newest first, ``limit`` at most."""
        ...

    def blame(self, lines: Lines) -> tuple[BlameRange, ...]:
        """Return what is known of who last changed (``LEFT``: removed) some lines, in their order.

        A range may reach beyond the lines. Where it is not known of all of them, the others are left out.
        """
        ...

    def origins(self, lines: Lines) -> tuple[BlameRange, ...]:
        """Return what is known of who wrote lines that squash merges brought, in the pull requests merged, in order.

        Only of lines that are blamed on a squash merge (``blame``); the others are left out.
        """
        ...

    def asking(self, want: Want) -> Asking | None:
        """Return how it stands with a want; None when nobody has wanted it."""
        ...

    def permission(self, repository_id: int, user_id: int, since: datetime) -> Permission | None:
        """Return what GitHub first said, at a time or later, that an account may do in a repository."""
        ...

    def runs_started(
        self,
        workspace: str,
        repository_id: int | None,
        repository: str,
        number: int,
        since: datetime,
        until: datetime,
    ) -> tuple[Run, ...]:
        """Return the runs of a repository and number that started in ``[since, until]``, oldest first."""
        ...

    def runs_for(self, workspace: str, span_ids: Iterable[str]) -> dict[str, Run]:
        """Return the registered runs among some spans, by span."""
        ...

    def first_posters(self, digest: str) -> frozenset[int]:
        """Return the author ids of those who may have posted a claim first, in a text (not a commit).

        A text was written when its revision says; the first revision known of an object may be as old as the
        object. Where the earliest texts of several authors overlap in time, all of them are returned.
        """
        ...

    def digests(self, ref: ObjectRef) -> frozenset[str]:
        """Return the claims that any revision of an object carries."""
        ...

    def verifications(self, digests: Iterable[str]) -> Mapping[str, tuple[Verification, ...]]:
        """Return how claims were verified, by their digests, in an order that is always the same; signed ones alone."""
        ...

    def claim_in_commits(self, repository_id: int, digest: str, at: datetime) -> bool:
        """Return whether a commit of the repository, pushed by a time, carries a claim."""
        ...

    def author_signs(self, repository_id: int, author_id: int) -> bool:
        """Return whether any text by this author in this repository carries a verified claim."""
        ...


class Ledger(Facts, MarkLedger, ReportLedger, SignalLedger, PostingLedger, Protocol):
    """Facts, and the writing of them: one transaction, all or nothing.

    Each ``put_*`` is idempotent and independent of order; it returns whether (or what) anything changed.
    """

    def lock(self, names: Iterable[str]) -> None:
        """Hold locks until the end of the transaction (PostgreSQL); those held already cost nothing."""
        ...

    def lock_late(self, names: Iterable[str]) -> None:
        """Do so, where others of their kind are held already: raises LateLockError instead of waiting for one."""
        ...

    def put_repository(self, seen: RepositorySeen, *workspaces: str, assigned: bool = False) -> frozenset[int]:
        """Keep a repository, its names and workspaces; bind runs that were registered under one of the names.

        ``assigned`` has it belong to these workspaces and to no others, unless a newer name of it is known; else they
        are for a repository that belongs to none yet.

        Returns the ids of the repositories that something changed for: this one, and those that lost a run to it.
        """
        ...

    def add_object(self, seen: ObjectSeen, reading: Reading) -> bool:
        """Keep an object that nobody knew, its revision, and the claims read in it; False when it is known already."""
        ...

    def put_object(self, seen: ObjectSeen, reading: Reading) -> bool:
        """Keep an object, its revision, and the claims read in it."""
        ...

    def put_push(self, push: PushSeen, readings: Mapping[str, Reading], *, ahead: frozenset[str] = frozenset()) -> bool:
        """Keep a push and its commits with their paths; ``readings`` by SHA. Those ``ahead`` were put before."""
        ...

    def put_ahead(self, repository_id: int, commits: Iterable[Commit], readings: Mapping[str, Reading]) -> None:
        """Keep commits of a push before the push itself: till then nobody is known to have pushed them."""
        ...

    def put_pull_request(self, pull: PullRequest) -> bool:
        """Keep a pull request's head and base, the newest by ``updated_at``, and every head it had."""
        ...

    def put_blame(self, blame: Blame) -> bool:
        """Keep who last changed lines of a file at a commit; what is known already stays."""
        ...

    def put_commits(self, repository_id: int, commits: tuple[Commit, ...], readings: dict[str, Reading]) -> bool:
        """Keep commits that GitHub was asked for; ``readings`` by SHA.

        One that no push is known to have brought counts as pushed when it was committed (``Commit.timestamp``);
        once a push is known, the push says when.
        """
        ...

    def put_pull_commits(self, listed: PullCommits) -> bool:
        """Keep GitHub's list of a pull request's commits; those must be kept already."""
        ...

    def put_origin(self, origin: Origin) -> bool:
        """Keep who wrote lines that a squash merge brought; what is known already stays."""
        ...

    def put_permission(self, permission: Permission) -> bool:
        """Keep what an account may do, as GitHub said at a time."""
        ...

    def put_wants(self, wants: Iterable[Want], at: datetime, *, due: datetime) -> None:
        """Have GitHub asked for facts, from ``due`` on; each once, however often it is wanted.

        One that was answered with nothing, or was given up, is asked again when it is wanted a day or more later.
        """
        ...

    def put_answered(self, wants: Iterable[Want], at: datetime) -> bool:
        """Keep that facts are known: GitHub need not be asked for them. Returns whether any was not."""
        ...

    def wake_wants(self, repository_ids: Iterable[int], now: datetime) -> int:
        """Have GitHub asked again, from now on, for what it could not be asked for in some repositories.

        Returns how many facts that are.
        """
        ...

    def put_thread(self, thread: ThreadSeen) -> bool:
        """Keep the state of a review thread."""
        ...

    def pulls_with_head(self, repository_id: int, branch: str) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests whose head is this repository's branch."""
        ...

    def pulls_holding(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests to whose head branch any of the commits was pushed.

        Each is named once.
        """
        ...

    def put_feedback(self, state: FeedbackState, at: datetime) -> tuple[int, ...]:
        """Keep what a comment asks for, once in each workspace of its repository; return the ids of the feedback.

        In a workspace that the repository has left it stays as it was.

        A reader's status holds until the text changes: it is reset to ``state.status`` then. Feedback that is ignored
        or withdrawn has no newest resolution; its history stays.
        """
        ...

    def set_feedback_status(self, feedback_id: int, status: Status, at: datetime) -> None:
        """Keep the status that a reader gave at a time; it holds until the text changes.

        Raises NotFoundError when there is no such feedback.
        """
        ...

    def feedback(self, feedback_id: int) -> Feedback | None:
        """Return one feedback with its newest resolution."""
        ...

    def feedback_on(self, ref: ObjectRef) -> tuple[Feedback, ...]:
        """Return the feedback that an object holds, one for each workspace that it was kept in."""
        ...

    def watch(self, feedback_id: int, keys: frozenset[str]) -> None:
        """Replace the keys of the facts that could change a feedback's answer."""
        ...

    def watching(self, news: Mapping[str, datetime], since: datetime) -> tuple[int, ...]:
        """Return the ids of feedback received after ``since`` that the news can matter to, in order of id.

        It watches one of the keys, and was given at the key's time or later: what came after it is not about it.
        """
        ...

    def text_count(self, repository_id: int, number: int, limit: int) -> int:
        """Return how many versions of texts there are on a number; ``limit`` where there are more."""
        ...

    def repositories_of(self, feedback_ids: Iterable[int]) -> frozenset[int]:
        """Return the ids of the repositories that some pieces of feedback stand in."""
        ...

    def append_resolution(self, feedback_id: int, answer: Answer, cause: str, at: datetime) -> Resolution:
        """Append an answer; it is the feedback's newest from now on."""
        ...

    def put_run(self, run: Run, facts: str) -> tuple[Run, bool]:
        """Register a run; return it as stored, and whether it is new.

        ``facts`` is a canonical text of what the caller said. Raises ConflictError when the span was registered
        with others.
        """
        ...

    def update_run(self, run: Run) -> None:
        """Store a run's changed fields (``ended_at``, ``head_sha``, ``numbers``, ``artifacts``, ``sessions``)."""
        ...
