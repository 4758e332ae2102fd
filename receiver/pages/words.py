"""How values are written for people: times, numbers, producers, addresses, and what a step of the chain is about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from resolver import times
from resolver.model.answers import Confidence, Outcome
from resolver.model.reports import Producer, ProducerKind

LONGEST_SHOWN: Final = 20_000
"""Characters of a text that a page shows; the rest is on GitHub."""

CONFIDENCES: Final = {
    Confidence.EXACT: "The evidence admits this run and no other.",
    Confidence.CLAIMED: "Another tool's mark names this run, and nobody signed it.",
    Confidence.INFERRED: "The evidence points at this run, and leaves room for another.",
    Confidence.UNRESOLVED: "The evidence names no run.",
}
OUTCOMES: Final = {
    Outcome.DECIDED: "decided",
    Outcome.NOTHING: "found nothing",
    Outcome.NOT_APPLICABLE: "does not apply",
    Outcome.UNKNOWN: "could not know",
}
STEPS: Final = {
    "direct": "A claim in the text itself",
    "artifact_comment": "The comment asked about",
    "artifact_parent_comment": "The comment replied to",
    "artifact_thread": "The rest of the thread",
    "artifact_review": "The review it belongs to",
    "line_blame": "Who last changed the line",
    "commit_artifact": "The commented commit",
    "commit_file": "The commits that touched the file",
    "artifact_quoted": "What the text quotes",
    "artifact_linked": "What the text links to",
    "artifact_pr_context": "Everything on the pull request",
    "artifact_subject": "The issue or pull request itself",
    "inferred": "Runs of that time",
    "mark_comment": "Another tool's mark in the comment",
    "mark_parent_comment": "Another tool's mark in the comment replied to",
    "mark_line": "Another tool's mark on the line's commit",
    "mark_commit": "Another tool's mark on the commented commit",
    "mark_subject": "Another tool's mark in the issue or pull request",
    "manual": "A person's answer",
}
"""The steps of the chain (SPEC §5.2), as a reader calls them."""


def moment(value: datetime | None) -> Markup:
    """Write a time: for people to the minute, for programs in full."""
    if value is None:
        return Markup("—")
    there = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        times.write(there), times.write(there), f"{there:%Y-%m-%d %H:%M} UTC"
    )


def share(part: int, whole: int) -> str:
    """Write a share in percent."""
    return f"{100 * part / whole:.0f} %" if whole else "—"


def linked(text: str) -> Markup:
    """Write a text; where it is nothing but an address, as a link."""
    if text.startswith(("https://", "http://")) and not any(sign.isspace() for sign in text):
        return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(text, shown_url(text))
    return escape(text)


def shown_url(url: str) -> str:
    """Write an address without what every one of them begins with."""
    return url.split("://", 1)[-1].removeprefix("github.com/")


def cut(text: str) -> str:
    """Write a text, or as much of it as a page can show."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def producer(value: Producer) -> str:
    """Write who wrote something."""
    match value.kind:
        case ProducerKind.USER:
            return f"@{value.name}"
        case ProducerKind.RUN:
            return f"run {value.name}"
        case ProducerKind.AGENT:
            return f"token {value.name}"
    return "whichrun"


def plain(value: Any) -> str:  # noqa: ANN401 - JSON
    """Write a value of JSON: a text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def step(name: str) -> str:
    """Name a step of the chain."""
    return STEPS.get(name, name)


def outcome(value: Outcome) -> str:
    """Say what became of a step."""
    return OUTCOMES[value]


def confidence(value: Confidence) -> str:
    """Say what a confidence means."""
    return CONFIDENCES[value]
