"""git-ai's notes, below ``refs/notes/ai``: which sessions wrote which lines of a commit's files.

A note is the files, each with lines indented by two spaces (``s_…::t_… 1-10``, older ``d9978a8723e02b52 1-4``), then a
line ``---``, then JSON: ``sessions`` by ``s_…`` and, older, ``prompts`` by 16 hexadecimals, each with an ``agent_id``
of ``tool``, ``id`` and ``model``. Keys that begin with ``h_`` are people's: of a file that people wrote parts of, the
note says which lines, as they were then, and here no session is taken for its author. Its schema is
``authorship/3.0.0``.
https://github.com/git-ai-project/git-ai (Git AI Standard v3.0.0)
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind

SCHEMA: Final = "authorship/3."
LONGEST: Final = 2**20
"""Characters of a note that is read."""
MOST: Final = 200
"""Marks of one note."""
_LONGEST_PATH = 4096

_PERSON = re.compile(r"  h_[0-9a-f]{14} ")
_ENTRY = re.compile(r"  ([0-9a-f]{7,16}|s_[0-9a-f]{14})(?:::t_[0-9a-f]{14})? [0-9,-]{1,10000}")


def read(note: str) -> tuple[Mark, ...]:
    """Read a note: a mark for each session and file; nothing for what is no note of git-ai's."""
    head, divider, tail = f"\n{note}".partition("\n---\n")
    if not divider or len(note) > LONGEST:
        return ()
    known = _sessions(tail)
    marks: dict[Mark, None] = {}
    path: str | None = None
    shared: set[str] = set()
    for line in head.split("\n"):
        if line and not line.startswith(" ") and len(line) <= _LONGEST_PATH:
            path = line[1:-1] if line.startswith('"') and line.endswith('"') and len(line) > 1 else line
        elif path is not None and _PERSON.match(line):
            shared.add(path)
        elif path is not None and (entry := _ENTRY.fullmatch(line)) is not None and entry[1] in known:
            tool, session = known[entry[1]]
            marks[Mark(MarkKind.GIT_AI, tool, session, path)] = None
    alone = (replace(mark, session=None) if mark.path in shared else mark for mark in marks)
    return tuple(dict.fromkeys(alone))[:MOST]


def _sessions(tail: str) -> dict[str, tuple[str, str | None]]:
    """Return tool and session by the keys of a note's first part."""
    try:
        said: Any = json.loads(tail)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict) or not str(said.get("schema_version")).startswith(SCHEMA):
        return {}
    found: dict[str, tuple[str, str | None]] = {}
    for table in ("prompts", "sessions"):
        records = said.get(table)
        for key, record in records.items() if isinstance(records, dict) else ():
            agent = record.get("agent_id") if isinstance(record, dict) else None
            if isinstance(agent, dict):
                found[key] = (_text(agent.get("tool")) or "git-ai", sessions.spelled(_text(agent.get("id")) or ""))
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= sessions.LONGEST and value.isprintable() else None
