"""The table of keys: see ``store.tables``."""

from __future__ import annotations

from peewee import BigIntegerField, TextField

from store.github_tables import Table


class SigningKey(Table):
    """A key that claims are verified with: of an Ed25519 key the public half, as a JWK, of a secret its name alone.

    ``created_at`` is when it was first seen. ``read_again_at`` is when the texts that were refused for want of it had
    been read again; null until then.
    """

    id = TextField(primary_key=True)
    kind = TextField()
    public_jwk = TextField(null=True)
    created_at = BigIntegerField()
    not_before = BigIntegerField(null=True)
    not_after = BigIntegerField(null=True)
    retired_at = BigIntegerField(null=True)
    read_again_at = BigIntegerField(null=True)
