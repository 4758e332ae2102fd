"""What other tools leave in texts, and how far that is believed: none of it is signed, so it never makes ``exact``."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class MarkKind(enum.StrEnum):
    """The kinds of marks; each has its module in ``resolver.marks``, which says where its form is written down."""

    AGENTS_RUN = "Agents-Run"
    ENTIRE_CHECKPOINT = "Entire-Checkpoint"
    CLAUDE_SESSION = "Claude-Session"
    AGENT_LOGS = "Agent-Logs-Url"
    GH_AW = "gh-aw"
    GIT_AI = "git-ai"
    AGENT_TRACE = "Agent Trace"
    ASSISTED_BY = "Assisted-by"
    CO_AUTHOR = "Co-authored-by"
    GENERATED_WITH = "Generated with"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it was read. ``tool`` is the tool that it names, for people.

    ``session`` is what names one session of that tool, in one spelling (``resolver.marks.sessions``); None in marks
    that name a tool alone. In a mark of kind ``AGENTS_RUN`` it is the span of a run. ``path`` is the file that it
    speaks of; None: all that carries it.
    """

    kind: MarkKind
    tool: str | None
    session: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class MarksTold:
    """The marks that are recorded of a commit, in git-ai's notes and Agent Trace's file, as GitHub told them."""

    repository_id: int
    sha: str
    marks: tuple[Mark, ...]


class MarkUse(enum.StrEnum):
    """What the operator lets marks do (``WHICHRUN_MARKS``)."""

    OFF = "off"
    """They are not read."""
    HINTS = "hints"
    """They are shown, as findings and candidates, and change no answer."""
    CLAIMED = "claimed"
    """Where no signature speaks, a mark that leads to one registered run makes the answer ``claimed``."""
