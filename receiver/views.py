"""What questions are answered with: pages of lists, and things shown with the runs that they name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from resolver.model.answers import Answer, Resolution
from resolver.model.changes import Change
from resolver.model.feedback import Feedback
from resolver.model.runs import Run
from store import Catalogue

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some items of a list, newest first; ``last`` is the position of the last one, None when no more follow."""

    items: tuple[ItemT, ...]
    last: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of a list is wanted: up to ``limit`` items that stand after the position ``before``."""

    limit: int = 50
    before: int | None = None


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """Feedback, and the run that its newest resolution names, when that is registered."""

    feedback: Feedback
    run: Run | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with its run (None: none is named, or it is not registered), what caused it, and when it was given."""

    answer: Answer
    run: Run | None
    cause: str
    resolved_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change, and the feedback as that change left it."""

    change: Change
    feedback: FeedbackView


def runs_named(catalogue: Catalogue, workspace: str, resolutions: Iterable[Resolution | None]) -> dict[str, Run]:
    """Return the registered runs that some resolutions name, by span, with one query."""
    spans = {one.answer.span_id for one in resolutions if one is not None and one.answer.span_id is not None}
    return catalogue.runs_for(workspace, sorted(spans)) if spans else {}


def view_of(resolution: Resolution, run: Run | None) -> AnswerView:
    """Show a kept resolution the way that a fresh answer is shown."""
    return AnswerView(resolution.answer, run, resolution.cause, resolution.resolved_at)


def run_of(resolution: Resolution | None, runs: dict[str, Run]) -> Run | None:
    """Return the registered run that a resolution names, out of some."""
    if resolution is None or resolution.answer.span_id is None:
        return None
    return runs.get(resolution.answer.span_id)


def paged(rows: Iterable[tuple[int, ItemT]], span: Span) -> Page[ItemT]:
    """Make a page of rows that were asked for with one more than its limit: that one says whether more follow."""
    found = tuple(rows)
    kept = found[: span.limit]
    return Page(tuple(item for _, item in kept), kept[-1][0] if len(found) > span.limit else None)
