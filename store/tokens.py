"""The API's tokens. Of a secret only its SHA-256 is kept: it is long and random, so nothing slower is needed."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from resolver.model.tokens import Scope, Token, TokenGrant
from store.database import Database, Row
from store.part import below
from store.times import from_micros, from_optional, to_micros, to_optional

USE_NOTED_EVERY = timedelta(minutes=1)
"""A use that soon after the last one is not written down: reading must not cost a write."""

_COLUMNS = "t.id, t.workspace, t.name, t.scopes, t.span_id, t.expires_at, t.created_at, t.revoked_at, t.used_at"
_ADD = """
INSERT INTO token (workspace, name, secret_sha256, scopes, span_id, created_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_BY_SECRET = f"SELECT {_COLUMNS} FROM token t WHERE t.secret_sha256 = ?"
_BY_ID = f"SELECT {_COLUMNS} FROM token t WHERE t.id = ?"
_OF_WORKSPACE = f"SELECT {_COLUMNS} FROM token t WHERE t.workspace = ? AND t.id < ? ORDER BY t.id DESC LIMIT ?"
_ALL = f"SELECT {_COLUMNS} FROM token t WHERE t.id < ? ORDER BY t.id DESC LIMIT ?"
_REVOKE = "UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
_USE = "UPDATE token SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at < ?)"


class Tokens:
    """Tokens in a database. Each method is a transaction of its own, and raises StoreError."""

    def __init__(self, database: Database) -> None:
        """Keep tokens in a database."""
        self._db = database

    def add(self, grant: TokenGrant, *, secret: str, at: datetime) -> Token:
        """Keep a new token."""
        scopes = " ".join(sorted(grant.scopes))
        values = (
            grant.workspace,
            grant.name,
            hashed(secret),
            scopes,
            grant.run,
            to_micros(at),
            to_optional(grant.expires_at),
        )
        with self._db.writing():
            token_id = self._db.rows(_ADD, values)[0][0]
        return Token(token_id, grant, created_at=at, revoked_at=None, used_at=None)

    def with_secret(self, secret: str) -> Token | None:
        """Return the token that has this secret, valid or not."""
        with self._db.reading():
            row = self._db.row(_BY_SECRET, (hashed(secret),))
        return None if row is None else _to_token(row)

    def get(self, token_id: int) -> Token | None:
        """Return one token."""
        with self._db.reading():
            row = self._db.row(_BY_ID, (token_id,))
        return None if row is None else _to_token(row)

    def listed(self, workspace: str | None, *, before: int | None, limit: int) -> tuple[tuple[int, Token], ...]:
        """Return tokens (of a workspace, or all) with their ids, newest first, from below the id ``before`` on."""
        with self._db.reading():
            if workspace is None:
                rows = self._db.rows(_ALL, (below(before), limit))
            else:
                rows = self._db.rows(_OF_WORKSPACE, (workspace, below(before), limit))
        return tuple((row[0], _to_token(row)) for row in rows)

    def revoke(self, token_id: int, at: datetime) -> bool:
        """Revoke a token; it is not accepted from when this returns. False when it was revoked before, or is none."""
        with self._db.writing():
            return self._db.change(_REVOKE, (to_micros(at), token_id)) > 0

    def note_use(self, token: Token, at: datetime) -> None:
        """Note that a token was used, unless that was noted less than a minute ago."""
        if token.used_at is None or at - token.used_at >= USE_NOTED_EVERY:
            with self._db.writing():
                self._db.change(_USE, (to_micros(at), token.id, to_micros(at)))


def hashed(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _to_token(row: Row) -> Token:
    token_id, workspace, name, scopes, span_id, expires_at, created_at, revoked_at, used_at = row
    grant = TokenGrant(
        workspace=workspace,
        name=name,
        scopes=frozenset(map(Scope, scopes.split())),
        run=span_id,
        expires_at=from_optional(expires_at),
    )
    return Token(token_id, grant, from_micros(created_at), from_optional(revoked_at), from_optional(used_at))
