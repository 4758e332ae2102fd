"""The tables of asking GitHub: what is wanted, what was told, and where recurring work stands: see ``store.tables``."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, BlobField, CompositeKey, ForeignKeyField, SmallIntegerField, TextField

from store.github_tables import GitCommit, Table, partial_index


class Want(Table):
    """A fact that GitHub is to be asked for; ``key_hash`` is that of ``want_key``, whose ``need`` it repeats."""

    id = BigAutoField()
    repository_id = BigIntegerField()
    need = TextField()
    want_key = TextField()
    key_hash = BlobField()
    status = TextField()
    refusal = TextField(null=True)
    """Why GitHub was not asked, in words for the finding."""
    error = TextField(null=True)
    tries = SmallIntegerField()
    wanted_at = BigIntegerField()
    next_try_at = BigIntegerField()
    held_until = BigIntegerField()
    """Until when it is the business of the worker that took it."""
    answered_at = BigIntegerField(null=True)
    """When it was done, or absent, or given up."""

    class Meta:
        """Each once; the second index is for lists and counts."""

        indexes = ((("repository_id", "key_hash"), True), (("status", "id", "need"), False))


class GithubAnswer(Table):
    """An answer of GitHub, its body compressed, by the question that it answers."""

    id = BigAutoField()
    repository_id = BigIntegerField()
    question_hash = BlobField()
    question = TextField()
    etag = TextField(null=True)
    kept_at = BigIntegerField(index=True)
    body = BlobField()

    class Meta:
        """The newest answer to each question."""

        indexes = ((("repository_id", "question_hash"), True),)


class PullList(Table):
    """GitHub's list of a pull request's commits at a head is there whole: ``count`` rows of ``PullCommit``."""

    repository_id = BigIntegerField()
    number = BigIntegerField()
    head_sha = TextField()
    count = BigIntegerField()

    class Meta:
        """One for each head."""

        primary_key = CompositeKey("repository_id", "number", "head_sha")
        without_rowid = True


class PullCommit(Table):
    """A commit of such a list, and its place in it; it is one of the pull request's own repository."""

    repository_id = BigIntegerField()
    number = BigIntegerField()
    head_sha = TextField()
    commit = ForeignKeyField(GitCommit, index=False)
    position = BigIntegerField()

    class Meta:
        """The index finds the pull requests that a commit is listed in."""

        primary_key = CompositeKey("repository_id", "number", "head_sha", "commit")
        indexes = ((("commit", "repository_id", "number"), False),)
        without_rowid = True


class LineOrigin(Table):
    """Lines of a file at a commit that ``squash`` brought, and the commit that wrote them in what it merged."""

    repository_id = BigIntegerField()
    sha = TextField()
    path_key = BlobField()
    first_line = BigIntegerField()
    last_line = BigIntegerField()
    blamed = TextField()
    squash = TextField()

    class Meta:
        """As of ``LineBlame``: the lines of two rows do not overlap."""

        primary_key = CompositeKey("repository_id", "sha", "path_key", "last_line")
        without_rowid = True


class CommitMark(Table):
    """A mark that is recorded of a commit elsewhere than in its message, and its place among those."""

    repository_id = BigIntegerField()
    sha = TextField()
    position = SmallIntegerField()
    kind = TextField()
    tool = TextField(null=True)
    session = TextField(null=True)
    path = TextField(null=True)

    class Meta:
        """As GitHub told them last."""

        primary_key = CompositeKey("repository_id", "sha", "position")
        without_rowid = True


class Signal(Table):
    """What somebody did to an object (``subject`` is its id) or a commit (its SHA)."""

    id = BigAutoField()
    repository_id = BigIntegerField()
    kind = TextField()
    subject_kind = TextField()
    subject = TextField()
    event = TextField()
    number = BigIntegerField(null=True)
    actor_id = BigIntegerField(null=True)
    detail = TextField(null=True)
    occurred_at = BigIntegerField()

    class Meta:
        """Each once; the second index is for the threads of a pull request."""

        indexes = (
            (("repository_id", "subject_kind", "subject", "kind", "event"), True),
            (("repository_id", "number", "kind"), False),
        )


class Permission(Table):
    """What an account may do in a repository, as GitHub said at a time."""

    repository_id = BigIntegerField()
    user_id = BigIntegerField()
    asked_at = BigIntegerField()
    access = TextField()

    class Meta:
        """Each answer stays: a text is judged by the first one about its time."""

        primary_key = CompositeKey("repository_id", "user_id", "asked_at")
        without_rowid = True


class Redelivery(Table):
    """A delivery that GitHub is asked to make again; ``done`` once it has agreed, or need not any more."""

    guid = TextField(primary_key=True)
    delivery_id = BigIntegerField()
    asked_at = BigIntegerField()
    done = SmallIntegerField()


class Progress(Table):
    """Where some recurring or long work stands: ``state`` is a JSON object, ``due_at`` when its next turn begins."""

    name = TextField(primary_key=True)
    state = TextField()
    due_at = BigIntegerField()
    held_until = BigIntegerField()
    """Until when the turn is the worker's that took it."""
    updated_at = BigIntegerField()


partial_index(Want, "want_due", (Want.next_try_at, Want.id), "status = 'waiting'")
partial_index(Want, "want_stuck", (Want.repository_id,), "status = 'dead' OR refusal IS NOT NULL")
partial_index(Want, "want_answered", (Want.answered_at,), "answered_at IS NOT NULL")
partial_index(Redelivery, "redelivery_open", (Redelivery.asked_at,), "done = 0")
