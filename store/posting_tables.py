"""The table of what is to stand on GitHub: see ``store.tables``."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, BlobField, SmallIntegerField, TextField

from store.github_tables import Table, partial_index


class Posting(Table):
    """Something that is to stand on GitHub, once: what it says is made of the facts each time it is written.

    ``subject`` is the comment that is answered (``kind/id``) or, of the commits of a head, its SHA.
    """

    id = BigAutoField()
    means = TextField()
    repository_id = BigIntegerField()
    subject = TextField()
    feedback_id = BigIntegerField(null=True)
    number = BigIntegerField(null=True)
    head_sha = TextField(null=True)
    wanted = BigIntegerField()
    """How often something changed that it may speak of: who wrote it for an earlier number is to look again."""
    status = TextField()
    tries = SmallIntegerField()
    refusal = TextField(null=True)
    """Why GitHub may not be written to, in words."""
    error = TextField(null=True)
    noted_at = BigIntegerField()
    next_try_at = BigIntegerField()
    begun_at = BigIntegerField(null=True)
    """When it was about to be made, while nobody knows whether it was."""
    marker = TextField(null=True)
    """By which it is found then, whichever process looks."""
    written_at = BigIntegerField(null=True)
    github_id = BigIntegerField(null=True)
    """GitHub's id of it, once that is known."""
    said_sha256 = BlobField(null=True)
    """The hash of what was last written."""

    class Meta:
        """One for each subject, and so one for each comment, whatever happens twice."""

        indexes = ((("repository_id", "means", "subject"), True),)


partial_index(Posting, "posting_due", (Posting.next_try_at, Posting.id), "status = 'waiting'")
partial_index(Posting, "posting_stuck", (Posting.id,), "status = 'dead' OR refusal IS NOT NULL")
partial_index(Posting, "posting_heads", (Posting.noted_at,), "means = 'commits'")
