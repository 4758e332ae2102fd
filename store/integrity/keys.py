"""Hashes under which long texts are indexed: each is that of the text beside it, so that it is found."""

from __future__ import annotations

import json
import zlib

from resolver.model.integrity import Examined
from store.database import Database
from store.integrity.portions import PORTION, portions
from store.rows import text_key

_PATHS = """
SELECT f.commit_id, f.path_key, f.path FROM commit_path f WHERE (f.commit_id, f.path_key) > (?, ?)
ORDER BY f.commit_id, f.path_key LIMIT ?
"""
_WANTS = "SELECT w.id, w.key_hash, w.want_key, w.need FROM want w WHERE w.id > ? ORDER BY w.id LIMIT ?"
_ANSWERS = "SELECT g.id, g.question_hash, g.question, g.body FROM github_answer g WHERE g.id > ? ORDER BY g.id LIMIT ?"
_FEW = 20
"""Answers that are read at once: each may be large."""


def check_keys(database: Database, examined: Examined) -> None:
    """Check the keys of paths, wants and GitHub's answers, and that the answers can be read."""
    last: tuple[int, bytes] = (0, b"")
    while rows := database.rows(_PATHS, (*last, PORTION)):
        for commit_id, key, path in rows:
            _check_key(examined, "commit_path", f"{commit_id}/{bytes(key).hex()}", bytes(key), path)
        last = (rows[-1][0], bytes(rows[-1][1]))
    for want_id, key, want, need in portions(database, _WANTS):
        _check_key(examined, "want", want_id, bytes(key), want)
        if _need(want) != need:
            examined.fault("copy", "want", want_id, "its need is not that of its key", expected=_need(want), found=need)
    for answer_id, key, question, body in portions(database, _ANSWERS, size=_FEW):
        _check_key(examined, "github_answer", answer_id, bytes(key), question)
        try:
            zlib.decompress(body)
        except zlib.error as error:
            examined.fault("hash", "github_answer", answer_id, f"it cannot be read: {error}")


def _check_key(examined: Examined, table: str, row: object, key: bytes, text: str) -> None:
    examined.checked[table] += 1
    expected = text_key(text)
    if key != expected:
        examined.fault("copy", table, row, "its key is not the hash of its text", expected=expected, found=key)


def _need(want: str) -> str | None:
    try:
        return str(json.loads(want).get("need"))
    except (ValueError, AttributeError):
        return None
