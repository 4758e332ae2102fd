"""The hidden comments that GitHub Agentic Workflows puts below what it posts.

``<!-- gh-aw-agentic-workflow: NAME, engine: copilot, model: …, id: 123, workflow_id: triage, run: URL -->`` in one
comment, older ones in several: ``<!-- gh-aw-workflow-id: triage -->``, ``<!-- gh-aw-workflow-call-id: o/r/triage -->``,
``<!-- gh-aw-run-url: URL -->``. The run is one of GitHub Actions. Some fields are missing in some versions, and the
name may hold commas. https://github.com/github/gh-aw (``actions/setup/js/generate_footer.cjs``)
"""

from __future__ import annotations

import re
from typing import Final

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind

WORD: Final = "gh-aw-"
"""What every one of them begins with."""
TOOL: Final = "GitHub Agentic Workflows"

_COMMENT = re.compile(r"gh-aw-(agentic-workflow|workflow-id|workflow-call-id|run-url):[ \t\n\r]*(.*)", re.DOTALL)
_LONGEST = 2048


def read(comment: str) -> Mark | None:
    """Read the inside of a hidden comment; None for one of anything else."""
    found = _COMMENT.fullmatch(comment.strip()) if len(comment) <= _LONGEST else None
    if found is None:
        return None
    kind, said = found[1], " ".join(found[2].split())
    if kind == "run-url":
        return _mark(said)
    fields = dict(_fields(said)) if kind == "agentic-workflow" else {}
    return _mark(fields.get("run", ""), fields.get("engine", ""))


def _fields(said: str) -> list[tuple[str, str]]:
    """Take the fields behind the name apart; of a name that looks like one, the later field counts."""
    parts = (part.partition(": ") for part in said.split(", ")[1:])
    return [(key, value.strip()) for key, colon, value in parts if colon]


def _mark(run: str, engine: str = "") -> Mark:
    tool = f"{TOOL} ({engine})" if engine and len(engine) <= 40 and engine.isprintable() else TOOL  # noqa: PLR2004
    return Mark(MarkKind.GH_AW, tool, sessions.on_github(run, "actions/runs/"))
