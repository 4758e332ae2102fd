"""Questions from outside: about an address on GitHub, or about a text and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from resolver import marks
from resolver.authority import Authority
from resolver.chain import walk
from resolver.claims import doubts
from resolver.claims.reader import ClaimReader
from resolver.feedback import state_of
from resolver.model.answers import Answer, Confidence, Finding, Outcome
from resolver.model.github import GHOST, GithubObject, Kind, ObjectRef, Position, Repository
from resolver.model.runs import Carrier, Reading
from resolver.policy import Policy
from resolver.ports import Clock, Facts
from resolver.query import Query
from resolver.questions import by_whom, of_commit, of_feedback, of_object
from resolver.urls import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text and where it stands (SPEC §7, ``POST /v1/resolve``); ``at`` is now when it is not given."""

    repository: str
    number: int | None = None
    body: str | None = None
    at: datetime | None = None
    issue_comment_id: int | None = None
    review_id: int | None = None
    review_comment_id: int | None = None
    in_reply_to_id: int | None = None
    pull_request_review_id: int | None = None
    commit_sha: str | None = None
    original_commit_sha: str | None = None
    path: str | None = None
    line: int | None = None
    side: str | None = None
    commit_message: str | None = None

    @property
    def named(self) -> tuple[Kind, int] | None:
        """The object asked about, by its kind and id."""
        ids = (
            (Kind.ISSUE_COMMENT, self.issue_comment_id),
            (Kind.REVIEW_COMMENT, self.review_comment_id),
            (Kind.REVIEW, self.review_id),
        )
        return next(((kind, number) for kind, number in ids if number is not None), None)


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions from the facts there are, without keeping anything."""

    reader: ClaimReader
    policy: Policy
    clock: Clock

    def about_url(self, facts: Facts, target: Target, *, workspace: str) -> Answer:
        """Answer which run made the thing at an address, or, for feedback, which run it is about."""
        repository = facts.repository_named(workspace, target.repository)
        if repository is None:
            return _never_seen(f"no delivery from {target.repository} was ever taken in")
        if target.sha is not None and target.kind is None:
            return self._about_commit(facts, repository, target.sha, workspace)
        thing = _object_at(facts, repository, target)
        if thing is None:
            return _never_seen("no delivery brought what stands at this address")
        return walk(facts, self.policy, self._query_of(facts, thing, repository, workspace)).answer

    def about_text(self, facts: Facts, question: Question, *, workspace: str) -> Answer:
        """Answer a question; what it leaves open is taken from the object it names, where that is known."""
        repository = facts.repository_named(workspace, question.repository)
        query = self._query_asked(facts, question, repository, workspace)
        return walk(facts, self.policy, query).answer

    def _about_commit(self, facts: Facts, repository: Repository, sha: str, workspace: str) -> Answer:
        reading = facts.commit_reading(repository.id, sha)
        if reading is None:
            return _never_seen(f"no delivery brought commit {sha}")
        query = of_commit(
            sha,
            reading,
            workspace=workspace,
            repository=repository.names[0],
            repository_id=repository.id,
            at=self.clock(),
        )
        return walk(facts, self.policy, query).answer

    def _query_of(self, facts: Facts, thing: GithubObject, repository: Repository, workspace: str) -> Query:
        name = repository.names[0]
        revisions = facts.revisions(thing.ref)
        authority = Authority(facts, self.policy, self.clock, thing.ref.repository_id)
        state = state_of(thing, revisions, authority)
        if state is not None and state.authorized:
            return of_feedback(facts, thing, state, workspace=workspace, repository=name)
        return by_whom(thing, workspace=workspace, repository=name, at=self.clock())

    def _query_on(self, facts: Facts, thing: GithubObject, repository: Repository, workspace: str) -> Query:
        """Ask what an object is about, whether it is feedback or not: whoever asks so says that it is."""
        query = self._query_of(facts, thing, repository, workspace)
        if query.asking:
            return query
        revisions = facts.revisions(thing.ref)
        at = revisions[-1].updated_at if revisions else thing.created_at
        asked = of_object(thing, workspace=workspace, repository=repository.names[0], at=at)
        return replace(asked, body=revisions[-1].body if revisions else "")

    def _query_asked(self, facts: Facts, question: Question, repository: Repository | None, workspace: str) -> Query:
        query = Query(
            workspace=workspace,
            repository=question.repository if repository is None else repository.names[0],
            repository_id=None if repository is None else repository.id,
            at=question.at or self.clock(),
        )
        if repository is not None and question.named is not None:
            ref = ObjectRef(repository.id, *question.named)
            thing = facts.object(ref)
            query = replace(query, ref=ref) if thing is None else self._query_on(facts, thing, repository, workspace)
        reply_to = query.reply_to
        if repository is not None and question.in_reply_to_id is not None:
            reply_to = ObjectRef(repository.id, Kind.REVIEW_COMMENT, question.in_reply_to_id)
        query = replace(
            query,
            at=question.at or query.at,
            number=question.number or query.number,
            reply_to=reply_to,
            review_id=question.pull_request_review_id or query.review_id,
            position=_position(question, query.position),
            body=question.body if question.body is not None else query.body,
        )
        return self._with_own_claims(facts, query, question)

    def _with_own_claims(self, facts: Facts, query: Query, question: Question) -> Query:
        """Read the claims in what the asker brought along; body and commit message are evidence of one rank."""
        if question.body is None and question.commit_message is None:
            return query
        carrier = Carrier(query.repository_id or GHOST.id, None, "", query.at, number=query.number)
        text = doubts.decide(facts, self.reader.read_text(question.body or "", carrier))
        message = doubts.decide(facts, self.reader.read_commit(question.commit_message or "", carrier))
        told = marks.of_commit(question.commit_message or "")
        own = Reading(text.sightings + message.sightings, text.refusals + message.refusals)
        own_is_commit = not text.sightings and question.commit_message is not None
        return replace(query, own=own, own_is_commit=own_is_commit, marks=told)


def _position(question: Question, known: Position) -> Position:
    """Return where the text stands, as asked, else as known."""
    if question.commit_sha is None and question.original_commit_sha is None:
        commit, original_commit = known.commit, known.original_commit
    else:
        commit, original_commit = question.commit_sha, question.original_commit_sha
    return replace(
        known,
        path=question.path or known.path,
        line=question.line or known.line,
        original_line=question.line or known.original_line,
        side=question.side or known.side,
        commit=commit,
        original_commit=original_commit,
    )


def _object_at(facts: Facts, repository: Repository, target: Target) -> GithubObject | None:
    if target.kind is not None and target.id is not None:
        return facts.object(ObjectRef(repository.id, target.kind, target.id))
    if target.number is not None:
        return facts.subject(repository.id, target.number)
    return None


def _never_seen(diagnostic: str) -> Answer:
    finding = Finding("unresolved", Outcome.DECIDED, diagnostic)
    return Answer(Confidence.UNRESOLVED, "unresolved", None, diagnostic, findings=(finding,))
