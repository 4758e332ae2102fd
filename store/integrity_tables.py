"""The table of who was forgotten: see ``store.tables``."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField

from store.github_tables import Table


class ForgottenAccount(Table):
    """An account whose texts up to a time were taken away, and are not taken in again.

    ``login_key`` is the hash of the login that it had, for commits name no number.
    """

    account_id = BigIntegerField(primary_key=True)
    login_key = BlobField(null=True, index=True)
    forgotten_at = BigIntegerField()
    finished_at = BigIntegerField(null=True)
    """When the last of it was gone; null while that is under way."""
