"""The page's sessions. Of a secret only its SHA-256 is kept, as of tokens."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime

from resolver.model.github import User
from resolver.model.sessions import Basis, Session
from store.database import Database, Row
from store.times import from_micros, to_micros
from store.tokens import hashed

_COLUMNS = "id, token_id, setting_sha256, account_id, account_login, created_at, expires_at"
_ADD = """
INSERT INTO page_session (secret_sha256, token_id, setting_sha256, account_id, account_login, created_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_BY_SECRET = f"SELECT {_COLUMNS} FROM page_session WHERE secret_sha256 = ?"
_END = "DELETE FROM page_session WHERE secret_sha256 = ?"
_OVER = "DELETE FROM page_session WHERE expires_at <= ?"
_USE = "INSERT INTO page_way_in (state_sha256, expires_at) VALUES (?, ?) ON CONFLICT (state_sha256) DO NOTHING"
_USED_AND_OVER = "DELETE FROM page_way_in WHERE expires_at <= ?"


class Sessions:
    """Sessions in a database. Each method is a transaction of its own, and raises StoreError."""

    def __init__(self, database: Database) -> None:
        """Keep sessions in a database."""
        self._db = database

    def add(self, basis: Basis, *, secret: str, at: datetime, expires_at: datetime) -> None:
        """Keep a new session, and drop those that are over."""
        values = (
            hashed(secret),
            basis.token_id,
            basis.setting,
            None if basis.person is None else basis.person.id,
            None if basis.person is None else basis.person.login,
            to_micros(at),
            to_micros(expires_at),
        )
        with self._db.writing():
            self._db.change(_OVER, (to_micros(at),))
            self._db.change(_ADD, values)

    def with_secret(self, secret: str) -> Session | None:
        """Return the session that has this secret, over or not."""
        with self._db.reading():
            row = self._db.row(_BY_SECRET, (hashed(secret),))
        return None if row is None else _to_session(row)

    def end(self, secret: str) -> None:
        """End a session; of one that is none nothing is said."""
        with self._db.writing():
            self._db.change(_END, (hashed(secret),))

    def use_way_in(self, state: str, *, at: datetime, expires_at: datetime) -> bool:
        """Note that a way in through GitHub was gone, by its state; False when it was before.

        From ``expires_at`` on nobody takes the state any more, and it need not be remembered.
        """
        with self._db.writing():
            self._db.change(_USED_AND_OVER, (to_micros(at),))
            return self._db.change(_USE, (hashed(state), to_micros(expires_at))) > 0


def _to_session(row: Row) -> Session:
    session_id, token_id, setting, account_id, login, created_at, expires_at = row
    person = None if account_id is None else User(account_id, login)
    basis = Basis(token_id=token_id, setting=None if setting is None else bytes(setting), person=person)
    return Session(session_id, basis, from_micros(created_at), from_micros(expires_at))
