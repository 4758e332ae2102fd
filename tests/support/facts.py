"""Small values of the domain for tests of the store: each maker fills in what its test does not speak of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.model.feedback import FeedbackState, Status
from resolver.model.github import (
    NOWHERE,
    Blame,
    BlameRange,
    Commit,
    GithubObject,
    Kind,
    Lines,
    ObjectRef,
    ObjectSeen,
    Position,
    PullRequest,
    PushSeen,
    RepositorySeen,
    Revision,
    User,
)
from resolver.model.runs import Carrier, Reading, Run, Sighting, Trust

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
REPOSITORY = 9001
NAME = "acme/widgets"
WORKSPACE = "default"
AGENT = User(id=7, login="agent-bot", type="Bot")
PERSON = User(id=8, login="mona")
BRANCH = "refs/heads/topic"
ZEROS = "0" * 40


def after(minutes: float) -> datetime:
    """Return a time some minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def sha(letter: str) -> str:
    """Return a commit id that is easy to read."""
    return (letter.encode().hex() * 40)[:40]


def repository(
    name: str = NAME, *, number: int = REPOSITORY, at: float = 0, former: tuple[str, ...] = ()
) -> RepositorySeen:
    """Make a repository as a delivery names it."""
    return RepositorySeen(number, name, after(at), former)


def ref(number: int = 1, kind: Kind = Kind.ISSUE_COMMENT) -> ObjectRef:
    """Make the name of an object."""
    return ObjectRef(REPOSITORY, kind, number)


def thing(
    number: int = 1,
    kind: Kind = Kind.ISSUE_COMMENT,
    *,
    at: float = 0,
    author: User = PERSON,
    on: int | None = 42,
    reply_to: int | None = None,
    review: int | None = None,
    position: Position = NOWHERE,
    state: str | None = None,
    deleted: bool = False,
) -> GithubObject:
    """Make an object on pull request 42."""
    url = f"https://github.com/{NAME}/pull/42#{kind}-{number}"
    return GithubObject(ref(number, kind), on, author, after(at), url, reply_to, review, position, state, deleted)


def revision(body: str = "text", *, at: float = 0, edited: bool = False, previous: str | None = None) -> Revision:
    """Make a version of a text."""
    return Revision(after(at), body, PERSON, edited, "MEMBER", previous)


def seen(one: GithubObject, text: Revision | None = None) -> ObjectSeen:
    """Put an object and its text together; without one, the text it was created with."""
    return ObjectSeen(one, text or Revision(one.created_at, "text", one.author))


def sighting(
    digest: str = "d1", *, span: str = "span-1", workspace: str = WORKSPACE, key: str | None = "k1"
) -> Sighting:
    """Make a verified claim; the store puts its carrier in from what carries it."""
    return Sighting(
        carrier=Carrier(REPOSITORY, None, "", NOON),
        digest=digest,
        workspace=workspace,
        span_id=span,
        agent_id=None,
        agent_name="coder",
        repository=NAME,
        number=42,
        trust=Trust.SIGNED if key else Trust.UNSIGNED,
        verified_with=key,
        verified_at=NOON,
    )


def reading(*digests: str, span: str = "span-1") -> Reading:
    """Make a reading of claims of one run."""
    return Reading(tuple(sighting(digest, span=span) for digest in digests))


def commit(letter: str, *, paths: frozenset[str] | None = frozenset({"a.py"}), message: str = "Add it") -> Commit:
    """Make a commit."""
    return Commit(REPOSITORY, sha(letter), message, NOON, "agent-bot", paths)


def push(
    before: str,
    *letters: str,
    at: float = 0,
    ref: str = BRANCH,
    paths: frozenset[str] | None = frozenset({"a.py"}),
    forced: bool = False,
) -> PushSeen:
    """Make a push that starts at a commit and brings others, the last one the new head."""
    start = sha(before) if before else ZEROS
    commits = tuple(commit(letter, paths=paths) for letter in letters)
    return PushSeen(REPOSITORY, ref, start, sha(letters[-1]), forced, after(at), commits)


def pull(head: str = "a", *, at: float = 0, number: int = 42, commits: int | None = 1) -> PullRequest:
    """Make a pull request of the branch ``topic``."""
    return PullRequest(
        repository_id=REPOSITORY,
        number=number,
        head_sha=sha(head),
        head_ref="topic",
        head_repository_id=REPOSITORY,
        base_sha=sha("0"),
        base_ref="main",
        state="open",
        merged=False,
        merge_commit_sha=None,
        commit_count=commits,
        updated_at=after(at),
    )


def lines(first: int, last: int, *, at: str = "a", path: str = "a.py", side: str = "RIGHT") -> Lines:
    """Make some lines of a file at a commit."""
    return Lines(REPOSITORY, sha(at), path, side, first, last)


def blame(
    *ranges: tuple[int, int, str], at: str = "a", path: str = "a.py", side: str = "RIGHT", of: int = REPOSITORY
) -> Blame:
    """Make a blame of a file at a commit, from ranges of lines with the letter of a commit each."""
    found = tuple(BlameRange(first, last, sha(letter)) for first, last, letter in ranges)
    return Blame(of, sha(at), path, side, found)


def run(span: str = "span-1", *, at: float = 0, number: int | None = 42, repository: str = NAME) -> Run:
    """Make a run."""
    return Run(
        workspace=WORKSPACE,
        span_id=span,
        repository=repository,
        agent_name="coder",
        started_at=after(at),
        number=number,
        numbers=() if number is None else (number,),
    )


def state(
    number: int = 1, *, body: str = "/agents improve", status: Status = Status.NEW, at: float = 0
) -> FeedbackState:
    """Make what an issue comment asks for."""
    return FeedbackState(ref(number), True, status, body, "", "MEMBER", after(at), after(at))  # noqa: FBT003


def delivery(guid: str = "g1", *, body: bytes = b"{}", of: int | None = REPOSITORY) -> NewDelivery:
    """Make a delivery as it comes in."""
    return NewDelivery(
        guid=guid,
        event="issue_comment",
        action="created",
        repository_id=of,
        headers={"content-type": "application/json"},
        body=body,
        status=DeliveryStatus.PENDING,
        error=None,
        received_at=NOON,
    )


def ignored(guid: str) -> NewDelivery:
    """Make a delivery of an event that is not used."""
    return replace(delivery(guid), status=DeliveryStatus.IGNORED)
