"""The tables of reports: see ``store.tables``. Who writes is a kind and a name, held to each other by the database."""

from __future__ import annotations

from peewee import (
    BigAutoField,
    BigIntegerField,
    BlobField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    SmallIntegerField,
    TextField,
)

from store.github_tables import Table, partial_index


class Report(Table):
    """The document around one piece of feedback. Title and summary are null while they follow from the instruction."""

    id = BigAutoField()
    workspace = TextField()
    feedback_id = BigIntegerField(unique=True)
    repository_id = BigIntegerField()
    status = TextField()
    snoozed_until = BigIntegerField(null=True)
    title = TextField(null=True)
    summary = TextField(null=True)
    instruction = TextField()
    priority = TextField(null=True)
    """Repeats the newest judgment, for the list."""
    implementation = TextField(null=True)
    """The span of the run that was registered to implement it."""
    pull_request_url = TextField(null=True)
    merged = TextField(null=True)
    """The ids of pull requests whose merge was followed, as a list of texts; null when it is empty."""
    resolution_id = BigIntegerField(null=True)
    """The newest answer that the log tells of."""
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    entry_sha256 = BlobField(null=True)
    """The hash of the last entry of its log."""
    erased_at = BigIntegerField(null=True)

    class Meta:
        """For the lists, and for what a run works on."""

        indexes = (
            (("workspace", "id"), False),
            (("workspace", "status", "id"), False),
            (("workspace", "priority", "id"), False),
            (("workspace", "repository_id", "id"), False),
            (("workspace", "implementation"), False),
        )


class ReportEntry(Table):
    """An entry of a log. ``counts`` is 1 while it is the report's state; one that was deleted stays as a row.

    ``content_sha256`` is the hash of its present content; ``sha256`` that of what never changes in the row, its first
    content among it, and ``previous_sha256`` that of the entry before in its log (``store.hashes``).
    """

    id = BigAutoField()
    report = ForeignKeyField(Report, index=False)
    type = TextField()
    entry_key = TextField(null=True)
    counts = SmallIntegerField()
    producer_kind = TextField()
    producer_name = TextField(null=True)
    producer_account = BigIntegerField(null=True)
    writer_kind = TextField()
    """Who wrote the present content."""
    writer_name = TextField(null=True)
    writer_account = BigIntegerField(null=True)
    revision = IntegerField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    deleted_at = BigIntegerField(null=True)
    remover_kind = TextField(null=True)
    remover_name = TextField(null=True)
    remover_account = BigIntegerField(null=True)
    content = TextField()
    content_sha256 = BlobField(null=True)
    sha256 = BlobField(null=True)
    previous_sha256 = BlobField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """For the list and its filters."""

        indexes = (
            (("report", "id"), False),
            (("report", "type", "id"), False),
            (("report", "producer_name", "id"), False),
        )


class ReportEntryRevision(Table):
    """What an entry held before it was edited."""

    entry = ForeignKeyField(ReportEntry, index=False)
    revision = IntegerField()
    content = TextField()
    writer_kind = TextField()
    writer_name = TextField(null=True)
    writer_account = BigIntegerField(null=True)
    written_at = BigIntegerField()
    content_sha256 = BlobField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """Each once."""

        primary_key = CompositeKey("entry", "revision")
        without_rowid = True


partial_index(Report, "report_snoozed", (Report.snoozed_until,), "snoozed_until IS NOT NULL")
_KEY = (ReportEntry.report, ReportEntry.type, ReportEntry.entry_key, ReportEntry.id)
partial_index(ReportEntry, "report_entry_key", _KEY, "entry_key IS NOT NULL")
partial_index(ReportEntry, "report_entry_current", (ReportEntry.report, ReportEntry.id), "counts = 1")
partial_index(ReportEntry, "report_entry_counts", _KEY[:3], "counts = 1", unique=True)
partial_index(ReportEntry, "report_entry_run", (ReportEntry.entry_key, ReportEntry.report), "type = 'task_run'")
