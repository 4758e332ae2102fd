"""One spelling for each name of a session, so that what a run registers is found by what a tool writes.

* Claude Code on the web: ``https://claude.ai/code/session_01ABC`` and ``session_01ABC`` are one, the latter.
* GitHub Actions: ``https://github.com/o/r/actions/runs/1``, whatever attempt or job it leads on to, repository in lower
  case. https://docs.github.com/en/rest/actions/workflow-runs
* The Copilot coding agent: ``https://github.com/o/r/sessions/ID``, likewise.
* A checkpoint of Entire: 12 hexadecimals in lower case, or a ULID (26 of Crockford's base 32) in upper case.

Anything else is itself: ids of conversations, addresses.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 512
"""Characters of a session's name."""

_NAME = re.compile(r"[!-~]{1,512}")
_CLAUDE = re.compile(r"(?:https://claude\.ai/code/)?(session_[A-Za-z0-9]{8,64})(?:[/?#][!-~]*)?")
_ON_GITHUB = re.compile(
    r"(https?://[A-Za-z0-9.:-]+/[\w.-]+/[\w.-]+)/(actions/runs/[0-9]{1,20}|sessions/[\w-]{1,100})(?:[/?#][!-~]*)?"
)
_CHECKPOINT = re.compile(r"[0-9a-fA-F]{12}")
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}")


def spelled(session: str) -> str | None:
    """Return a session's name in its one spelling; None for what cannot be one: 1 to 512 visible ASCII characters."""
    name = session.strip()
    if not _NAME.fullmatch(name):
        return None
    if (claude := _CLAUDE.fullmatch(name)) is not None:
        return claude[1]
    if (found := _ON_GITHUB.fullmatch(name)) is not None:
        return f"{found[1].lower()}/{found[2]}"
    return checkpoint(name) or name


def checkpoint(name: str) -> str | None:
    """Return the name of a checkpoint in its one spelling; None for what is none."""
    if _CHECKPOINT.fullmatch(name):
        return name.lower()
    return name.upper() if _ULID.fullmatch(name) else None


def claude(name: str) -> str | None:
    """Return the id of a session of Claude Code on the web, of its address or the id itself; None for what is none."""
    found = _CLAUDE.fullmatch(name)
    return None if found is None else found[1]


def on_github(name: str, rest: str) -> str | None:
    """Return an address on GitHub whose part after the repository begins with ``rest``; None for what is none."""
    found = _ON_GITHUB.fullmatch(name)
    return spelled(name) if found is not None and found[2].startswith(rest) else None
