"""Keys that name facts: a feedback watches those it looked at, an arriving fact announces its own (SPEC §5.3).

Whatever the chain asks of the store goes through ``resolver.evidence``, which notes a key for it, whether it
found anything or not. So an arriving fact reaches just the feedback that it can matter to, by an index.
"""

from __future__ import annotations

from resolver.model.github import ObjectRef


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
    """The claims in the reviews and comments of a number."""
    return f"number/{repository_id}/{number}"


def pull_key(repository_id: int, number: int) -> str:
    """A pull request's head, and the commits known of it."""
    return f"pull/{repository_id}/{number}"


def commit_key(repository_id: int, sha: str) -> str:
    """A commit: that it is known, its paths, the claims in its message."""
    return f"commit/{repository_id}/{sha}"


def run_key(workspace: str, span_id: str) -> str:
    """A run: that it is registered, and its numbers."""
    return f"run/{workspace}/{span_id}"


def runs_key(workspace: str, repository: str, number: int) -> str:
    """The runs of a repository, by full name, and number."""
    return f"runs/{workspace}/{repository.lower()}/{number}"


def claim_key(digest: str) -> str:
    """Who first posted a claim."""
    return f"claim/{digest}"


def author_key(repository_id: int, author_id: int) -> str:
    """Whether an account signs what it writes in a repository."""
    return f"author/{repository_id}/{author_id}"
