"""What came of each piece of feedback of the story, beside what had to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from receiver.demo.github import Json
from receiver.demo.story import Due, Story, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of feedback, the run it reached, and one sentence that says why."""

    author: str
    says: str
    where: str
    status: str
    agent: str | None
    span_id: str | None
    confidence: str | None
    mode: str | None
    because: str
    as_told: bool

    def json(self) -> Json:
        """Write the row as JSON."""
        return asdict(self)


def rows(story: Story, feedback: Iterable[Json]) -> tuple[Row, ...]:
    """Return the story's feedback in its order, each with what the API (``GET /v1/feedback``) says of it."""
    found = {(item["source"], item["github_id"]): item for item in feedback}
    return tuple(_row(told, found.get((told.source, told.github_id))) for told in story.feedback)


def _row(told: Told, item: Json | None) -> Row:
    resolution = (item or {}).get("resolution") or {}
    run = resolution.get("run") or {}
    status = "missing" if item is None else item["status"]
    reached = Due(run.get("agent_name"), resolution.get("mode"), resolution.get("confidence"), status)
    return Row(
        author=told.author,
        says=told.says,
        where=told.where,
        status=status,
        agent=reached.agent,
        span_id=resolution.get("span_id"),
        confidence=reached.confidence,
        mode=reached.mode,
        because=_because(item, resolution),
        as_told=reached == told.due,
    )


def _because(item: Json | None, resolution: Json) -> str:
    """Return the deciding finding's sentence, after that of a claim that was refused on the way there."""
    if item is None:
        return "the service does not know this feedback"
    if not resolution:
        return f"{item['author']} may not give feedback here (GitHub says: {item['author_association']})"
    findings = resolution["findings"]
    refused = [finding["detail"] for finding in findings if "refused:" in finding["detail"]][:1]
    deciding = [finding["detail"] for finding in findings if finding["outcome"] == "decided"]
    return "; ".join([*refused, *deciding]) or str(resolution["diagnostic"])
