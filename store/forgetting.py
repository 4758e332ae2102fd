"""Taking a person's texts out of the store, and keeping that there was something, when, and its hash.

What goes: the texts of every version that the account wrote, those of its feedback and of the reports about it, entries
that it wrote, messages of its commits, its login wherever it stands in a column, raw deliveries and cached answers of
GitHub that name it. What stays: rows, times, hashes, claims, runs and answers, and the account's number, by which it
stays known who posted a claim first (SPEC §4). Diff hunks are the repository's code, and stay.

``forgotten_account`` is written first: from then on nothing that the account wrote before that time is taken in again.
Everything goes in small transactions that find only what is there still: cut short, it is done by the next call, and
housekeeping calls for what was not finished. What rests on an erased text keeps its answer (``feedback.final_at``).
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from store.database import Database, Row, Values
from store.integrity.portions import by_size, portions
from store.rows import text_key

GHOST: Final = "ghost"
"""What GitHub calls an account that is gone."""
WINDOW: Final = 10_000
"""Rows that are looked through by one statement."""
PORTION: Final = 50
"""Rows that are changed in one transaction."""

_REGISTER = """
INSERT INTO forgotten_account (account_id, login_key, forgotten_at) VALUES (?, ?, ?)
ON CONFLICT (account_id) DO UPDATE SET forgotten_at = excluded.forgotten_at, finished_at = NULL,
    login_key = COALESCE(excluded.login_key, forgotten_account.login_key)
    WHERE forgotten_account.finished_at IS NOT NULL
"""
_SINCE = "SELECT forgotten_at FROM forgotten_account WHERE account_id = ?"
_FINISH = "UPDATE forgotten_account SET finished_at = ? WHERE account_id = ?"
_UNFINISHED = "SELECT account_id FROM forgotten_account WHERE finished_at IS NULL ORDER BY account_id"
_LAST = "SELECT COALESCE(MAX(id), 0) FROM {table}"
_LOGINS = """
SELECT DISTINCT o.author_id, o.author_login FROM object o WHERE o.id > ? AND o.id <= ? AND {which}
UNION SELECT DISTINCT r.editor_id, r.editor_login FROM revision r WHERE r.id > ? AND r.id <= ? AND {edited}
"""
_OBJECTS = "SELECT id FROM object WHERE id > ? AND id <= ? AND author_id = ? AND author_login <> 'ghost'"
_EDITED = """
SELECT object_id FROM revision WHERE id > ? AND id <= ? AND editor_id = ? AND updated_at <= ?
AND (erased_at IS NULL OR editor_login <> 'ghost')
"""
_COMMITS = "SELECT id FROM git_commit WHERE id > ? AND id <= ? AND LOWER(author_login) = ? AND erased_at IS NULL"
_IN_WANTED = "IN (SELECT column1 FROM wanted)"
_ERASE_TEXTS = f"""
UPDATE revision SET body = '', previous_body = NULL, erased_at = ?
WHERE object_id {_IN_WANTED} AND updated_at <= ? AND erased_at IS NULL
AND (editor_id = ? OR object_id IN (SELECT o.id FROM object o WHERE o.author_id = ?)) RETURNING id
"""
_ERASE_BEFORE = f"UPDATE revision SET previous_body = NULL WHERE object_id {_IN_WANTED} RETURNING id"
_ERASE_EDITOR = f"""
UPDATE revision SET editor_login = 'ghost' WHERE object_id {_IN_WANTED} AND editor_id = ? RETURNING id
"""
_ERASE_AUTHOR = f"""
UPDATE object SET author_login = 'ghost', erased_at = ?, author_as_of = CASE WHEN author_as_of > ? THEN author_as_of
    ELSE ? END WHERE id {_IN_WANTED} AND author_id = ? RETURNING id
"""
_ERASE_FEEDBACK = f"""
UPDATE feedback SET body = '', instruction = '', erased_at = ?, final_at = ?
WHERE object_id {_IN_WANTED} AND updated_at <= ? AND erased_at IS NULL RETURNING id
"""
_ERASE_REPORTS = f"""
UPDATE report SET title = NULL, summary = NULL, instruction = '', erased_at = ?
WHERE feedback_id {_IN_WANTED} RETURNING id
"""
_WORDS = f"""
SELECT e.id FROM report_entry e WHERE e.report_id {_IN_WANTED} AND e.type IN ('title_change', 'summary_change')
AND e.erased_at IS NULL
"""
# What was answered by a quote of a text that is gone, or by a mark in it, is not to be answered otherwise for that.
_FINAL = """
UPDATE feedback SET final_at = ? WHERE final_at IS NULL
AND mode IN ('artifact_quoted', 'mark_comment', 'mark_parent_comment', 'mark_subject') AND id IN (
    SELECT f.id FROM wanted CROSS JOIN object o JOIN feedback f
    ON f.repository_id = o.repository_id AND f.number = o.number WHERE o.id = wanted.column1
) RETURNING id
"""
# Which commit a mark stood in, no column says.
_FINAL_IN_COMMITS = """
UPDATE feedback SET final_at = ? WHERE final_at IS NULL AND mode IN ('mark_line', 'mark_commit') AND repository_id IN (
    SELECT c.repository_id FROM wanted CROSS JOIN git_commit c WHERE c.id = wanted.column1
) RETURNING id
"""
_ERASE_COMMITS = f"""
UPDATE git_commit SET message = '', author_login = 'ghost', erased_at = ? WHERE id {_IN_WANTED} RETURNING id
"""
_ENTRIES = """
SELECT e.id FROM report_entry e WHERE e.id > ? AND e.id <= ?
AND ((e.producer_account = ? AND e.producer_name <> 'ghost') OR (e.writer_account = ? AND e.writer_name <> 'ghost')
    OR (e.remover_account = ? AND e.remover_name <> 'ghost')
    OR EXISTS (SELECT 1 FROM report_entry_revision v WHERE v.entry_id = e.id AND v.writer_account = ?
        AND v.writer_name <> 'ghost'))
"""
_ERASE_ENTRIES = f"""
UPDATE report_entry SET content = 'null', erased_at = ? WHERE id {_IN_WANTED} AND erased_at IS NULL RETURNING id
"""
_ERASE_FORMER = f"""
UPDATE report_entry_revision SET content = 'null', erased_at = ?
WHERE entry_id {_IN_WANTED} AND erased_at IS NULL RETURNING entry_id
"""
_ERASE_NAMES = tuple(
    f"UPDATE {table} SET {kind}_name = 'ghost' WHERE {key} {_IN_WANTED} AND {kind}_account = ? RETURNING {key}"
    for table, key, kind in (
        ("report_entry", "id", "producer"),
        ("report_entry", "id", "writer"),
        ("report_entry", "id", "remover"),
        ("report_entry_revision", "entry_id", "writer"),
    )
)
_TOLD = """
SELECT x.id, x.diagnostic, x.candidates, x.findings, x.cause FROM resolution x
WHERE x.id > ? AND LOWER(COALESCE(x.diagnostic, '') || x.candidates || x.findings || x.cause) LIKE ?
ORDER BY x.id LIMIT ?
"""
_RETELL = """
UPDATE resolution SET diagnostic = ?, candidates = ?, findings = ?, cause = ?, erased_at = ? WHERE id = ?
"""
_TOLD_ENTRIES = """
SELECT e.id, e.content FROM report_entry e
WHERE e.id > ? AND e.type = 'resolution' AND LOWER(e.content) LIKE ? ORDER BY e.id LIMIT ?
"""
_RETELL_ENTRY = "UPDATE report_entry SET content = ?, erased_at = ? WHERE id = ?"
_SIZES = "SELECT id, LENGTH(body) FROM {table} WHERE id > ? AND LENGTH(body) > 0 ORDER BY id LIMIT ?"
_BODIES = "SELECT d.id, d.body, {more} FROM wanted CROSS JOIN {table} d WHERE d.id = wanted.column1"
_DROP_BODIES = f"""
UPDATE {{table}} SET body = ?, headers = '{{{{}}}}', pruned_at = ? WHERE id {_IN_WANTED} {{also}} RETURNING id
"""
_DROP_ANSWERS = f"DELETE FROM github_answer WHERE id {_IN_WANTED} RETURNING id"
_WANTS = "SELECT w.id, w.want_key FROM want w WHERE w.id > ? AND w.need = 'permission' ORDER BY w.id LIMIT ?"
_END_SESSIONS = "DELETE FROM page_session WHERE account_id = ?"
_DROP_WANTS = f"DELETE FROM want WHERE id {_IN_WANTED} RETURNING id"


@dataclass(slots=True)
class Forgotten:
    """What went, by kind of row; ``waiting`` deliveries name the account and are not processed yet."""

    counts: Counter[str] = field(default_factory=Counter)
    waiting: int = 0


def accounts_of(database: Database, login: str) -> dict[int, str]:
    """Return the accounts that wrote under a login, by number."""
    return dict(_names(database, "LOWER({0}_login) = ?", login.lower()))


def unfinished(database: Database) -> tuple[int, ...]:
    """Return the accounts of which not everything is gone yet."""
    with database.reading():
        return tuple(row[0] for row in database.rows(_UNFINISHED))


def forget(database: Database, account_id: int, now: int) -> Forgotten:
    """Erase what an account wrote until now, or until it was forgotten, should that not be finished yet."""
    logins = {name for _, name in _names(database, "{0}_id = ?", account_id) if name != GHOST}
    key = text_key(min(logins).lower()) if logins else None
    with database.writing():
        database.change(_REGISTER, (account_id, key, now))
        since = int(database.rows(_SINCE, (account_id,))[0][0])
    forgetting = _Forgetting(database, account_id, frozenset(logins), since)
    forgetting.run(now)
    return forgetting.done


def _names(database: Database, which: str, value: int | str) -> set[tuple[int, str]]:
    with database.reading():
        last = max(int(database.rows(_LAST.format(table=table))[0][0]) for table in ("object", "revision"))
    found: set[tuple[int, str]] = set()
    sql = _LOGINS.format(which=which.format("o.author"), edited=which.format("r.editor"))
    for start in range(0, last, WINDOW):
        with database.reading():
            window = (start, start + WINDOW, value)
            found.update((row[0], row[1]) for row in database.rows(sql, (*window, *window)))
    return found


class _Forgetting:
    """Forgets one account."""

    def __init__(self, database: Database, account_id: int, logins: frozenset[str], since: int) -> None:
        self._db = database
        self._account = account_id
        self._logins = logins
        self._since = since
        self.done = Forgotten()
        names = "|".join(re.escape(name) for name in sorted(logins)) or "(?!)"
        self._word = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)
        quoted = names.encode()
        self._named = re.compile(
            rb'"(?:id|databaseId)"\s*:\s*%d\b|"(?:login|username|name)"\s*:\s*"(?:%s)"' % (account_id, quoted),
            re.IGNORECASE,
        )

    def run(self, now: int) -> None:
        """Erase everything, and note that it is done unless deliveries wait."""
        for ids in self._windows("object", _OBJECTS, (self._account,)):
            self._erase_objects(ids)
        for ids in self._windows("revision", _EDITED, (self._account, self._since)):
            self._erase_objects(ids)
        for login in self._logins:
            for ids in self._windows("git_commit", _COMMITS, (login.lower(),)):
                self._erase_commits(ids)
        for ids in self._windows("report_entry", _ENTRIES, (self._account,) * 4):
            with self._db.writing():
                self._erase_entries(ids)
        if self._logins:
            self._retell()
        self._drop_bodies()
        self._drop_wants()
        with self._db.writing():
            self._db.change(_END_SESSIONS, (self._account,))
        if not self.done.waiting:
            with self._db.writing():
                self._db.change(_FINISH, (now, self._account))
        self._clean()

    def _windows(self, table: str, sql: str, values: Values) -> Iterator[list[int]]:
        """Yield the ids of rows in portions: each statement looks through some rows of the table."""
        with self._db.reading():
            last = int(self._db.rows(_LAST.format(table=table))[0][0])
        for start in range(0, last, WINDOW):
            with self._db.reading():
                found = self._db.rows(sql, (start, start + WINDOW, *values))
            ids = sorted({row[0] for row in found})
            for first in range(0, len(ids), PORTION):
                yield ids[first : first + PORTION]

    def _erase_objects(self, ids: list[int]) -> None:
        since, account = self._since, self._account
        keys = [(one,) for one in ids]
        with self._db.writing():
            erased = self._db.rows_among(_ERASE_TEXTS, keys, (since, since, account, account))
            self._db.rows_among(_ERASE_BEFORE, keys)
            self._db.rows_among(_ERASE_EDITOR, keys, (account,))
            self._db.rows_among(_ERASE_AUTHOR, keys, (since, since, since, account))
            self._db.rows_among(_FINAL, keys, (since,))
            feedback = self._db.rows_among(_ERASE_FEEDBACK, keys, (since, since, since))
            reports = self._db.rows_among(_ERASE_REPORTS, feedback, (since,)) if feedback else []
            words = self._db.rows_among(_WORDS, reports) if reports else []
            self._erase_entries([row[0] for row in words])
        self.done.counts.update(texts=len(erased), feedback=len(feedback), reports=len(reports))

    def _erase_commits(self, ids: list[int]) -> None:
        keys = [(one,) for one in ids]
        with self._db.writing():
            self._db.rows_among(_FINAL_IN_COMMITS, keys, (self._since,))
            self.done.counts["commits"] += len(self._db.rows_among(_ERASE_COMMITS, keys, (self._since,)))

    def _erase_entries(self, ids: list[int]) -> None:
        if not ids:
            return
        keys = [(one,) for one in ids]
        self.done.counts["entries"] += len(self._db.rows_among(_ERASE_ENTRIES, keys, (self._since,)))
        self._db.rows_among(_ERASE_FORMER, keys, (self._since,))
        for sql in _ERASE_NAMES:
            self._db.rows_among(sql, keys, (self._account,))

    def _change(self, what: str, sql: str, ids: list[int], values: Values) -> None:
        with self._db.writing():
            self.done.counts[what] += len(self._db.rows_among(sql, [(one,) for one in ids], values))

    def _retell(self) -> None:
        """Put ``ghost`` in the place of the login in answers, and in the entries that tell of them."""
        for login in self._logins:
            like = f"%{login.lower()}%"
            for row_id, *texts in self._paged(_TOLD, like):
                told = [None if text is None else self._word.sub(GHOST, text) for text in texts]
                if told != texts:
                    self._update("answers", _RETELL, (*told, self._since, row_id))
            for row_id, content in self._paged(_TOLD_ENTRIES, like):
                told_entry = self._word.sub(GHOST, content)
                if told_entry != content:
                    self._update("entries", _RETELL_ENTRY, (told_entry, self._since, row_id))

    def _paged(self, sql: str, like: str) -> Iterator[Row]:
        last = 0
        while True:
            with self._db.reading():
                rows = self._db.rows(sql, (last, like, PORTION))
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def _update(self, what: str, sql: str, values: Values) -> None:
        with self._db.writing():
            self.done.counts[what] += self._db.change(sql, values)

    def _drop_bodies(self) -> None:
        """Drop raw deliveries, and cached answers, that name the account: not those that wait to be processed."""
        settled = "AND status IN ('done', 'ignored', 'dead')"
        for table, more, also in (("delivery", "d.status", settled), ("delivery_conflict", "1", "")):
            drop = _DROP_BODIES.format(table=table, also=also)
            for ids in self._naming(table, more, lambda status: status not in {"pending", "failed"}):
                self._change("deliveries", drop, ids, (b"", self._since))
        for ids in self._naming("github_answer", "d.question", lambda _: True):
            self._change("cached answers", _DROP_ANSWERS, ids, ())

    def _naming(self, table: str, more: str, settled: Callable[[object], bool]) -> Iterator[list[int]]:
        sql = _BODIES.format(table=table, more=more)
        with self._db.reading():
            groups = list(by_size(portions(self._db, _SIZES.format(table=table))))
        for group in groups:
            with self._db.reading():
                rows = self._db.rows_among(sql, [(one,) for one in group])
            named = [row for row in rows if self._names(row[1]) or self._word.search(str(row[2]))]
            self.done.waiting += sum(not settled(row[2]) for row in named)
            ids = [row[0] for row in named if settled(row[2])]
            for first in range(0, len(ids), PORTION):
                yield ids[first : first + PORTION]

    def _names(self, body: bytes) -> bool:
        """Whether a compressed body names the account; what cannot be read may."""
        try:
            return self._named.search(zlib.decompress(body)) is not None
        except zlib.error:
            return True

    def _drop_wants(self) -> None:
        with self._db.reading():
            wants = list(portions(self._db, _WANTS))
        ids = [row[0] for row in wants if json.loads(row[1]).get("id") == self._account]
        for first in range(0, len(ids), PORTION):
            self._change("questions", _DROP_WANTS, ids[first : first + PORTION], ())

    def _clean(self) -> None:
        """Have the write-ahead log forget too; pages that were freed are overwritten already (``secure_delete``)."""
        if not self._db.is_postgres:
            self._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
