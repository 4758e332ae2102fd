"""The tables as they are now, for people and for the test that compares them with what the migrations build.

Statements of the store are written against these names; nothing is queried through the models. Times are
microseconds since 1970 in UTC, flags 0 or 1, lists and answers JSON in text. A ``_key`` of bytes is a hash.
"""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, BlobField, CompositeKey, ForeignKeyField, SmallIntegerField, TextField

from store import (  # noqa: F401 -- their tables are among those below
    asking_tables,
    integrity_tables,
    key_tables,
    posting_tables,
    report_tables,
)
from store.github_tables import Object, Table, partial_index


class Delivery(Table):
    """The inbox: a webhook delivery as it came in, its body compressed."""

    id = BigAutoField()
    guid = TextField(unique=True)
    event = TextField()
    action = TextField(null=True)
    repository_id = BigIntegerField(null=True)
    status = TextField()
    error = TextField(null=True)
    tries = SmallIntegerField()
    received_at = BigIntegerField()
    processed_at = BigIntegerField(null=True)
    next_try_at = BigIntegerField()
    """0: at once."""
    held_until = BigIntegerField()
    """Until when it is the business of the worker that took it."""
    body_sha256 = BlobField()
    headers = TextField()
    body = BlobField()
    """Near the end: to get at a column, SQLite reads through all those before it. Empty once it was pruned."""
    pruned_at = BigIntegerField(null=True)
    """When body and headers were dropped. Behind the body, which is empty then: null is read without reading on."""


class DeliveryConflict(Table):
    """Another body under a GUID that is taken, and how often it came."""

    id = BigAutoField()
    guid = TextField()
    body_sha256 = BlobField()
    body = BlobField()
    headers = TextField()
    received_at = BigIntegerField()
    count = BigIntegerField()
    pruned_at = BigIntegerField(null=True)

    class Meta:
        """Each other body once."""

        indexes = ((("guid", "body_sha256"), True),)


class Run(Table):
    """A registered run. ``repository_key`` is the name in lower case; ``repository_id`` its number once known."""

    id = BigAutoField()
    workspace = TextField()
    span_id = TextField()
    repository = TextField()
    repository_key = TextField()
    repository_id = BigIntegerField(null=True)
    number = BigIntegerField(null=True)
    numbers = TextField()
    agent_id = TextField(null=True)
    agent_name = TextField()
    backend = TextField(null=True)
    prompt_version_id = TextField(null=True)
    prompt_ref = TextField(null=True)
    skill_version_ids = TextField()
    guardrail_version_ids = TextField()
    event_id = TextField(null=True)
    head_sha = TextField(null=True)
    branch = TextField(null=True)
    trace_id = TextField(null=True)
    internal = SmallIntegerField()
    report_id = TextField(null=True)
    purpose = TextField(null=True)
    started_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)
    artifacts = TextField()
    facts = TextField()
    """What the caller said, by which a second registration is the same or a conflict."""
    registered_at = BigIntegerField()
    sessions = TextField(null=True)
    """Names by which other tools know it."""

    class Meta:
        """A run is its span within its workspace."""

        indexes = (
            (("workspace", "span_id"), True),
            (("workspace", "repository_id", "started_at"), False),
            (("workspace", "repository_key", "started_at"), False),
            (("workspace", "agent_name", "id"), False),
        )


class RunNumber(Table):
    """An issue or pull request that a run works on; the rest repeats what the run says."""

    number = BigIntegerField()
    run = ForeignKeyField(Run)
    repository_id = BigIntegerField(null=True)
    repository_key = TextField(null=True)
    started_at = BigIntegerField(null=True)

    class Meta:
        """Each once; the indexes find the runs of a repository's number that started within a window."""

        primary_key = CompositeKey("number", "run")
        indexes = (
            (("repository_id", "number", "started_at"), False),
            (("repository_key", "number", "started_at"), False),
        )
        without_rowid = True


class RunSession(Table):
    """A session of another tool that a run named as its own."""

    session_key = BlobField()
    workspace = TextField()
    run = ForeignKeyField(Run, index=False)

    class Meta:
        """Each once; found by the session."""

        primary_key = CompositeKey("session_key", "workspace", "run")
        without_rowid = True


class Feedback(Table):
    """What a comment asks for, in a workspace. ``state_status`` follows from its text; ``status`` may be a reader's."""

    id = BigAutoField()
    object = ForeignKeyField(Object, index=False)
    workspace = TextField()
    repository_id = BigIntegerField()
    number = BigIntegerField(null=True)
    authorized = SmallIntegerField()
    status = TextField()
    status_at = BigIntegerField(null=True)
    """When a reader gave it."""
    state_status = TextField()
    body = TextField()
    instruction = TextField()
    author_association = TextField()
    given_at = BigIntegerField()
    updated_at = BigIntegerField()
    received_at = BigIntegerField()
    resolution_id = BigIntegerField(null=True)
    """The newest one; what follows repeats what it says, for the lists."""
    confidence = TextField(null=True)
    mode = TextField(null=True)
    span_id = TextField(null=True)
    agent_name = TextField(null=True)
    resolution_sha256 = BlobField(null=True)
    """The hash of the last resolution that was ever appended, also when none counts."""
    erased_at = BigIntegerField(null=True)
    """When its text was taken away."""
    final_at = BigIntegerField(null=True)
    """Since when its answer is not sought again: what it rests on was taken away."""

    class Meta:
        """Each workspace's own; the rest is for the lists."""

        indexes = (
            (("object", "workspace"), True),
            (("workspace", "id"), False),
            (("workspace", "status", "id"), False),
            (("workspace", "confidence", "id"), False),
            (("workspace", "span_id", "id"), False),
            (("workspace", "agent_name", "id"), False),
            (("workspace", "repository_id", "id"), False),
            (("workspace", "updated_at", "id"), False),
            (("workspace", "given_at", "status", "confidence", "mode", "agent_name", "repository_id"), False),
            (("repository_id", "number", "id"), False),
        )


class FeedbackWatch(Table):
    """A fact that could change a feedback's answer; ``given_at`` repeats the feedback's."""

    watch_key = BlobField()
    given_at = BigIntegerField()
    feedback = ForeignKeyField(Feedback)

    class Meta:
        """Each once. What changed at a time can matter to the feedback that was given later."""

        primary_key = CompositeKey("watch_key", "given_at", "feedback")
        without_rowid = True


class Resolution(Table):
    """An answer that was given. Appended, never changed but for texts that are taken away.

    ``texts_sha256`` is the hash of its texts, ``sha256`` that of the row, ``previous_sha256`` that of the row before in
    the feedback's history (``store.hashes``).
    """

    id = BigAutoField()
    feedback = ForeignKeyField(Feedback, index=False)
    workspace = TextField()
    confidence = TextField()
    mode = TextField()
    span_id = TextField(null=True)
    diagnostic = TextField(null=True)
    candidates = TextField()
    findings = TextField()
    cause = TextField()
    resolved_at = BigIntegerField()
    texts_sha256 = BlobField(null=True)
    sha256 = BlobField(null=True)
    previous_sha256 = BlobField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """For a feedback's history, and for the feedback of a run."""

        indexes = ((("feedback", "id"), False), (("workspace", "span_id", "id"), False))


class Change(Table):
    """Something that happened to feedback: ``kind`` of change, and the status and newest resolution from then on.

    Within a workspace ids are in the order in which the changes were committed.
    """

    id = BigAutoField()
    workspace = TextField()
    feedback = ForeignKeyField(Feedback, index=False)
    kind = TextField()
    status = TextField()
    resolution_id = BigIntegerField(null=True)
    changed_at = BigIntegerField(index=True)

    class Meta:
        """For whoever follows a workspace's changes."""

        indexes = ((("workspace", "id"), False),)


class Token(Table):
    """A token of the API, of which only a hash is kept; ``span_id`` is the run that it is bound to."""

    id = BigAutoField()
    workspace = TextField()
    name = TextField()
    secret_sha256 = BlobField(unique=True)
    scopes = TextField()
    span_id = TextField(null=True)
    created_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    revoked_at = BigIntegerField(null=True)
    used_at = BigIntegerField(null=True)

    class Meta:
        """For the list."""

        indexes = ((("workspace", "id"), False),)


class PageSession(Table):
    """A browser that somebody signed in with; of its secret only a hash is kept.

    Of ``token``, ``setting_sha256`` (of the token of the settings) and the account of GitHub one says what it rests on.
    """

    id = BigAutoField()
    secret_sha256 = BlobField(unique=True)
    token = ForeignKeyField(Token, null=True, index=False)
    setting_sha256 = BlobField(null=True)
    account_id = BigIntegerField(null=True)
    account_login = TextField(null=True)
    created_at = BigIntegerField()
    expires_at = BigIntegerField()

    class Meta:
        """For what is over."""

        table_name = "page_session"
        indexes = ((("expires_at",), False),)


class PageWayIn(Table):
    """A way in through GitHub that was gone: its state is taken once, and forgotten when it would be refused anyway."""

    state_sha256 = BlobField(primary_key=True)
    expires_at = BigIntegerField()

    class Meta:
        """For what is over."""

        table_name = "page_way_in"
        indexes = ((("expires_at",), False),)


_WAITING = "status IN ('pending', 'failed')"
partial_index(Delivery, "delivery_waiting", (Delivery.id,), _WAITING)
partial_index(Delivery, "delivery_repository_waiting", (Delivery.repository_id, Delivery.id), _WAITING)
partial_index(Delivery, "delivery_dead", (Delivery.id,), "status = 'dead'")

TABLES: tuple[type[Table], ...] = tuple(Table.__subclasses__())
"""All of them."""
