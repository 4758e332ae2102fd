"""Keys that name facts: a feedback watches those it looked at, an arriving fact announces its own (SPEC §5.3).

Whatever the chain asks of the store goes through ``resolver.evidence``, which notes a key for it, whether it
found anything or not. So an arriving fact reaches just the feedback that it can matter to, by an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from resolver.model.asking import Want
from resolver.model.github import ObjectRef

ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Of news that can matter to feedback of any time."""


@dataclass(frozen=True, slots=True)
class NewText:
    """An object of a number whose text is new, with every version of it, and since when it can have been quoted."""

    repository_id: int
    number: int
    since: datetime
    bodies: tuple[str, ...]


class News(dict[str, datetime]):
    """Keys of facts that changed, each with the time from which on it can matter.

    What was written after a piece of feedback is not what the feedback is about, so it need not be resolved again.
    ``texts`` are apart: they matter only to feedback that quotes them.
    """

    def __init__(self) -> None:
        """Begin with no news."""
        super().__init__()
        self.texts: list[NewText] = []

    def add(self, *keys: str, since: datetime = ALWAYS) -> None:
        """Note that some facts changed, which can matter to feedback given at a time or later."""
        for key in keys:
            self[key] = min(self.get(key, since), since)


def repository_key(repository_id: int) -> str:
    """Names, of which runs and claims may speak."""
    return f"repository/{repository_id}"


def name_key(workspace: str, name: str) -> str:
    """Which repository bears, or has borne, a full name."""
    return f"name/{workspace}/{name.lower()}"


def object_key(ref: ObjectRef) -> str:
    """An object: that it exists, its revisions, the claims in them."""
    return f"object/{ref.repository_id}/{ref.kind}/{ref.id}"


def subject_key(repository_id: int, number: int) -> str:
    """The issue, pull request or discussion of a number."""
    return f"subject/{repository_id}/{number}"


def thread_key(ref: ObjectRef) -> str:
    """The claims in a thread, named by its first comment."""
    return f"thread/{ref.repository_id}/{ref.kind}/{ref.id}"


def number_key(repository_id: int, number: int) -> str:
    """The claims in the texts of a number: its body, its comments, reviews and review comments."""
    return f"number/{repository_id}/{number}"


def texts_key(repository_id: int, number: int) -> str:
    """The texts of a number, signed or not."""
    return f"texts/{repository_id}/{number}"


def pull_key(repository_id: int, number: int) -> str:
    """A pull request's head, and the commits known of it."""
    return f"pull/{repository_id}/{number}"


def commit_key(repository_id: int, sha: str) -> str:
    """A commit: that it is known, its paths, the claims in its message."""
    return f"commit/{repository_id}/{sha}"


def blame_key(repository_id: int, sha: str, path: str) -> str:
    """Who last changed the lines of a file at a commit."""
    return f"blame/{repository_id}/{sha}/{path}"


def run_key(workspace: str, span_id: str) -> str:
    """A run: that it is registered, and its numbers."""
    return f"run/{workspace}/{span_id}"


def session_key(workspace: str, session: str) -> str:
    """The runs that a session of another tool belongs to."""
    return f"session/{workspace}/{session}"


def runs_key(workspace: str, repository: str, number: int) -> str:
    """The runs of a repository, by full name, and number."""
    return f"runs/{workspace}/{repository.lower()}/{number}"


def claim_key(digest: str) -> str:
    """Who first posted a claim."""
    return f"claim/{digest}"


def author_key(repository_id: int, author_id: int) -> str:
    """Whether an account signs what it writes in a repository."""
    return f"author/{repository_id}/{author_id}"


def want_key(want: Want) -> str:
    """How it stands with what GitHub is asked for."""
    return f"want/{want.repository_id}/{want.key}"


def permission_key(repository_id: int, user_id: int) -> str:
    """What an account may do in a repository."""
    return f"permission/{repository_id}/{user_id}"
