"""Agent Trace records: which conversations wrote lines of which files, at which revision.

The specification does not say where records are kept; its reference implementation appends them, a line of JSON each,
to ``.agent-trace/traces.jsonl`` in the working folder; where that is committed, the default branch has it. A record's
``vcs.revision`` names the commit whose lines it counts, ``files[].conversations[].url`` the conversation. A ``file://``
there is a path of somebody's machine: it names no session. Nor is one taken from a conversation whose contributor is
``mixed``: a person edited what it wrote.
https://agent-trace.dev (0.1), https://github.com/cursor/agent-trace
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind

FILE: Final = ".agent-trace/traces.jsonl"
LONGEST: Final = 2**20
"""Characters that are read of the file, from its end: newer records stand last."""
MOST: Final = 200
_HUMAN, _MIXED = "human", "mixed"


def read(lines: str, sha: str) -> tuple[Mark, ...]:
    """Read the records of a commit: a mark for each conversation and file; nothing for what is no such record."""
    marks: dict[Mark, None] = {}
    for line in lines[-LONGEST:].split("\n"):
        if sha in line:
            marks.update(dict.fromkeys(_record(line, sha)))
    return tuple(marks)[:MOST]


def _record(line: str, sha: str) -> Iterator[Mark]:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict) or _dict(said.get("vcs")).get("revision") != sha:
        return
    tool = _dict(said.get("tool")).get("name")
    for file in _list(said.get("files")):
        path = _dict(file).get("path")
        for talk in _list(_dict(file).get("conversations")):
            by = _dict(_dict(talk).get("contributor"))
            if not isinstance(path, str) or not path or by.get("type") == _HUMAN:
                continue
            name = next((one for one in (tool, by.get("model_id")) if _is_name(one)), "Agent Trace")
            session = None if by.get("type") == _MIXED else _session(_dict(talk).get("url"))
            yield Mark(MarkKind.AGENT_TRACE, name, session, path)


def _session(url: object) -> str | None:
    return None if not isinstance(url, str) or url.startswith("file:") else sessions.spelled(url)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 250 and value.isprintable()  # noqa: PLR2004 -- the schema's


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
