"""The tables of what was observed on GitHub, and of the claims in it: see ``store.tables``."""

from __future__ import annotations

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    BlobField,
    CompositeKey,
    Field,
    ForeignKeyField,
    Model,
    SmallIntegerField,
    TextField,
)


class Table(Model):
    """What all tables have in common."""

    class Meta:
        """Tables are named as their classes."""

        legacy_table_names = False


def partial_index(
    table: type[Table], name: str, columns: tuple[Field, ...], where: str, *, unique: bool = False
) -> None:
    """Add an index of some rows only; it is compared with the database's by name."""
    table.add_index(table.index(*columns, unique=unique, where=SQL(where), name=name))


class Repository(Table):
    """A repository is its number."""

    id = BigIntegerField(primary_key=True)
    installation_id = BigIntegerField(null=True)
    deleted = SmallIntegerField()


class RepositoryWorkspace(Table):
    """A workspace that a repository belongs to."""

    workspace = TextField()
    repository = ForeignKeyField(Repository, index=False)

    class Meta:
        """Each once; found from either side."""

        primary_key = CompositeKey("workspace", "repository")
        indexes = ((("repository", "workspace"), False),)
        without_rowid = True


class RepositoryName(Table):
    """A name that a repository bore as of its own time, last seen on it at ``seen_at``; ``name_key`` is lower case."""

    repository = ForeignKeyField(Repository, index=False)
    name = TextField()
    name_key = TextField()
    as_of = BigIntegerField()
    seen_at = BigIntegerField(null=True)

    class Meta:
        """A repository may bear one name twice, and several may bear it."""

        primary_key = CompositeKey("repository", "name")
        indexes = ((("name_key", "repository"), False),)


class Object(Table):
    """A comment, review, body or discussion, without its text; ``as_of`` says what the rest is stated by."""

    id = BigAutoField()
    repository_id = BigIntegerField()
    kind = TextField()
    github_id = BigIntegerField()
    number = BigIntegerField(null=True)
    author_id = BigIntegerField()
    author_login = TextField()
    author_type = TextField()
    author_as_of = BigIntegerField()
    created_at = BigIntegerField()
    url = TextField()
    reply_to = BigIntegerField(null=True)
    review_id = BigIntegerField(null=True)
    thread = BigIntegerField(null=True)
    """The first comment of its thread."""
    path = TextField(null=True)
    line = BigIntegerField(null=True)
    start_line = BigIntegerField(null=True)
    original_line = BigIntegerField(null=True)
    original_start_line = BigIntegerField(null=True)
    side = TextField(null=True)
    start_side = TextField(null=True)
    subject_type = TextField(null=True)
    commit_sha = TextField(null=True)
    original_commit_sha = TextField(null=True)
    diff_hunk = TextField(null=True)
    state = TextField(null=True)
    deleted = SmallIntegerField()
    as_of = BigIntegerField()
    erased_at = BigIntegerField(null=True)
    """When its author's name was taken away."""

    class Meta:
        """Issue comments, reviews and review comments have separate id spaces."""

        indexes = ((("repository_id", "kind", "github_id"), True),)


class Revision(Table):
    """A version of an object's text; ``rank`` orders those of one second. Its text is empty once it was erased.

    ``repository_id`` and ``number`` repeat the object's, for the look-up of what was last said on a number.
    """

    id = BigAutoField()
    object = ForeignKeyField(Object, index=False)
    updated_at = BigIntegerField()
    body_sha256 = BlobField()
    body = TextField()
    editor_id = BigIntegerField()
    editor_login = TextField()
    editor_type = TextField()
    edited = SmallIntegerField()
    author_association = TextField()
    previous_body = TextField(null=True)
    rank = SmallIntegerField()
    refusals = TextField(null=True)
    repository_id = BigIntegerField(null=True)
    number = BigIntegerField(null=True)
    sha256 = BlobField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """The second index finds the version in force at a time."""

        indexes = ((("object", "updated_at", "body_sha256"), True), (("object", "updated_at", "rank"), False))


class GitCommit(Table):
    """A commit; ``pushed_at`` is the time of the first push that brought it.

    While no push is known to have, ``pushed`` is 0 and it is the commit's own time.
    """

    id = BigAutoField()
    repository_id = BigIntegerField()
    sha = TextField()
    message = TextField()
    committed_at = BigIntegerField()
    author_login = TextField(null=True)
    paths_known = SmallIntegerField()
    pushed_at = BigIntegerField()
    refusals = TextField(null=True)
    pushed = SmallIntegerField()
    message_sha256 = BlobField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """Forks share commits; each repository has its own row."""

        indexes = ((("repository_id", "sha"), True),)


class CommitPath(Table):
    """A file that a commit touched; ``change`` says whether it was ``added``, ``removed`` or ``modified``."""

    commit = ForeignKeyField(GitCommit, index=False)
    path_key = BlobField()
    path = TextField()
    change = TextField()

    class Meta:
        """Each once."""

        primary_key = CompositeKey("commit", "path_key")
        without_rowid = True


class Push(Table):
    """A push: it moved ``ref`` from one commit to another."""

    id = BigAutoField()
    repository_id = BigIntegerField()
    ref = TextField()
    sha_before = TextField()
    sha_after = TextField()
    forced = SmallIntegerField()
    pushed_at = BigIntegerField()

    class Meta:
        """Found by where it ended."""

        indexes = ((("repository_id", "ref", "sha_after", "sha_before"), True),)


class PushCommit(Table):
    """A commit that a push brought, and its place among them."""

    push = ForeignKeyField(Push, index=False)
    commit = ForeignKeyField(GitCommit)
    position = BigIntegerField()

    class Meta:
        """Each once."""

        primary_key = CompositeKey("push", "commit")
        without_rowid = True


class PullRequest(Table):
    """A pull request as last stated."""

    repository_id = BigIntegerField()
    number = BigIntegerField()
    head_sha = TextField()
    head_ref = TextField()
    head_repository_id = BigIntegerField(null=True)
    base_sha = TextField()
    base_ref = TextField()
    state = TextField()
    merged = SmallIntegerField()
    merge_commit_sha = TextField(null=True)
    commit_count = BigIntegerField(null=True)
    updated_at = BigIntegerField()

    class Meta:
        """A pull request is its repository and number."""

        primary_key = CompositeKey("repository_id", "number")


class PullHead(Table):
    """A head that a pull request had, on which branch of which repository: also after the fork is gone."""

    repository_id = BigIntegerField()
    number = BigIntegerField()
    head_repository_id = BigIntegerField()
    head_ref = TextField()
    sha = TextField()

    class Meta:
        """The index finds the pull requests that a push to a branch concerns."""

        primary_key = CompositeKey("repository_id", "number", "head_repository_id", "head_ref", "sha")
        indexes = ((("head_repository_id", "head_ref"), False),)
        without_rowid = True


class LineBlame(Table):
    """Lines of a file at a commit, and the commit that last changed (on the side ``LEFT``: removed) them.

    Behind ``LEFT`` the hash of the diff that numbers them stands with the side.
    """

    repository_id = BigIntegerField()
    sha = TextField()
    path_key = BlobField()
    side = TextField()
    first_line = BigIntegerField()
    last_line = BigIntegerField()
    blamed = TextField()

    class Meta:
        """The lines of two rows do not overlap, so their order is that of their ends."""

        primary_key = CompositeKey("repository_id", "sha", "path_key", "side", "last_line")
        without_rowid = True


class ReviewThread(Table):
    """Whether a review thread, named by its first comment, is resolved."""

    repository_id = BigIntegerField()
    root_id = BigIntegerField()
    resolved = SmallIntegerField()
    as_of = BigIntegerField()

    class Meta:
        """A thread is its first comment."""

        primary_key = CompositeKey("repository_id", "root_id")


class Sighting(Table):
    """The reverse index: a verified claim in one version of a text, or in a commit. What it claims never changes.

    Of texts, ``author_id``, ``number`` and ``posted_at`` repeat the object's author and number, and the version's
    time, for the look-ups; ``posted_from`` is the earliest time at which that version can have been written. Of
    commits there are none of them.
    """

    id = BigAutoField()
    object = ForeignKeyField(Object, index=False, null=True)
    revision = ForeignKeyField(Revision, index=False, null=True)
    commit = ForeignKeyField(GitCommit, index=False, null=True)
    repository_id = BigIntegerField()
    number = BigIntegerField(null=True)
    author_id = BigIntegerField(null=True)
    posted_from = BigIntegerField(null=True)
    posted_at = BigIntegerField(null=True)
    digest = TextField()
    workspace = TextField()
    span_id = TextField()
    agent_id = TextField(null=True)
    agent_name = TextField(null=True)
    claim_repository = TextField(null=True)
    claim_number = BigIntegerField(null=True)
    trust = TextField()
    verified_with = TextField(null=True)
    verified_at = BigIntegerField()
    proof = BlobField(null=True)
    """16 bytes that name the claim's signature; null of unsigned claims, and of those read before it was kept."""
    sha256 = BlobField(null=True)

    class Meta:
        """A claim that stands in one text twice is one row."""

        indexes = (
            (("revision", "digest"), True),
            (("commit", "digest"), True),
            (("object", "span_id"), False),
            (("workspace", "span_id", "id"), False),
            (("digest", "posted_at"), False),
            (("digest", "posted_from"), False),
            (("repository_id", "author_id"), False),
        )


partial_index(
    PullRequest, "pull_request_merged_as", (PullRequest.repository_id, PullRequest.merge_commit_sha), "merged = 1"
)
partial_index(PullRequest, "pull_request_at_head", (PullRequest.repository_id, PullRequest.head_sha), "state = 'open'")
partial_index(Object, "object_number", (Object.repository_id, Object.number, Object.kind), "number IS NOT NULL")
partial_index(
    Revision, "revision_number", (Revision.repository_id, Revision.number, Revision.updated_at), "number IS NOT NULL"
)
partial_index(
    Sighting, "sighting_number", (Sighting.repository_id, Sighting.number, Sighting.posted_at), "number IS NOT NULL"
)
partial_index(Object, "object_thread", (Object.repository_id, Object.kind, Object.thread), "thread IS NOT NULL")
partial_index(Revision, "revision_refused", (Revision.id,), "refusals IS NOT NULL")
partial_index(GitCommit, "git_commit_refused", (GitCommit.id,), "refusals IS NOT NULL")
