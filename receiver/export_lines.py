"""All of a workspace, item by item, as it can be gone through for hours: in constant memory, and from any place on.

Runs come first, the last registered first, each with what it made and, where signals are kept, what people did with
that; then feedback, likewise. An item is as it stands
when it is written; what comes in meanwhile need not be there. A place is opaque to its readers: it says behind which
item to go on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from receiver import cursors
from receiver.artifacts import Artifact, Artifacts
from receiver.present import artifact_json, feedback_json, run_json, signal_json
from receiver.queries import Queries
from receiver.signals import Signal, Signals
from receiver.views import FeedbackView, run_of, runs_named
from resolver.model.runs import Run
from resolver.model.tokens import Scope

AT_ONCE = 100
"""Items that are read together, from one view of the store."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which items to go on; None: from the begin.

    ``run``: behind that run itself, and behind the one of its artifacts that is named, if one is, or behind all of them
    and that one of its signals. ``feedback``: behind all runs, and behind that feedback.
    """

    run: int | None = None
    artifact: int | None = None
    feedback: int | None = None
    signal: int | None = None

    def written(self, workspace: str) -> str:
        """Write it. The begin has no place."""
        if self.feedback is not None:
            return cursors.write(self.feedback, of=_feedback_of(workspace))
        run = cursors.write(self.run or 0, of=_runs_of(workspace))
        if self.signal is not None:
            return f"{run}.{cursors.write(self.signal, of=_signals_of(workspace, self.run))}"
        if self.artifact is None:
            return run
        return f"{run}.{cursors.write(self.artifact, of=_artifacts_of(workspace, self.run))}"

    @classmethod
    def read(cls, text: str, workspace: str) -> Place:
        """Read what ``written`` wrote. Raises ValueError for anything else, and for another workspace's."""
        first, dot, second = text.partition(".")
        if not dot:
            try:
                return cls(feedback=cursors.read(first, of=_feedback_of(workspace)))
            except ValueError:
                return cls(run=cursors.read(first, of=_runs_of(workspace)))
        run = cursors.read(first, of=_runs_of(workspace))
        try:
            return cls(run=run, artifact=cursors.read(second, of=_artifacts_of(workspace, run)))
        except ValueError:
            return cls(run=run, signal=cursors.read(second, of=_signals_of(workspace, run)))


def types(scopes: Collection[Scope], *, signals: bool = False) -> list[str]:
    """Return what a token of some scopes gets to see; ``signals`` says whether any are kept."""
    runs = ["run", "artifact", *(["signal"] if signals else [])] if Scope.RUNS_READ in scopes else []
    return [*runs, *(["feedback"] if Scope.FEEDBACK_READ in scopes else [])]


@dataclass(frozen=True, slots=True)
class Export:
    """One workspace's items, of the types that are asked for."""

    queries: Queries
    types: list[str]

    def lines(self, place: Place) -> Iterator[dict[str, Any]]:
        """Yield the items behind a place, each with its own."""
        if "run" in self.types and place.feedback is None:
            if place.run is not None:
                yield from self._rest_of_run(place)
            yield from self._runs(place.run)
        if "feedback" in self.types:
            yield from self._feedback(place.feedback)

    def _rest_of_run(self, place: Place) -> Iterator[dict[str, Any]]:
        """Go on with the run behind which, or within which, the place is."""
        for number, run in self._page_of_runs(None if place.run is None else place.run + 1, limit=1):
            if number == place.run:
                yield from self._of_run(place, run)

    def _runs(self, before: int | None) -> Iterator[dict[str, Any]]:
        while page := self._page_of_runs(before, limit=AT_ONCE):
            for before, run in page:  # noqa: PLR1704 - the last one is where the next page begins
                place = Place(run=before)
                yield {"type": "run", "after": self._written(place), "run": run_json(run)}
                yield from self._of_run(place, run)

    def _of_run(self, place: Place, run: Run) -> Iterator[dict[str, Any]]:
        if place.signal is None:
            yield from self._artifacts(place, run)
        if "signal" in self.types:
            yield from self._signals(place, run)

    def _signals(self, place: Place, run: Run) -> Iterator[dict[str, Any]]:
        while page := self._page_of_signals(run, place.signal):
            for number, signal in page:
                place = Place(run=place.run, signal=number)
                shown = signal_json(number, signal)
                yield {"type": "signal", "after": self._written(place), "span_id": run.span_id, "signal": shown}
            if len(page) < AT_ONCE:
                return

    def _page_of_signals(self, run: Run, before: int | None) -> list[tuple[int, Signal]]:
        services = self.queries.services
        with services.store.snapshot() as catalogue:
            return Signals(catalogue, services.policy, run).listed(before=before, limit=AT_ONCE)

    def _page_of_runs(self, before: int | None, *, limit: int) -> tuple[tuple[int, Run], ...]:
        with self.queries.services.store.snapshot() as catalogue:
            return catalogue.runs(self.queries.workspace, before=before, limit=limit)

    def _artifacts(self, place: Place, run: Run) -> Iterator[dict[str, Any]]:
        while page := self._page_of_artifacts(run, place.artifact):
            for position, artifact in page:
                place = replace(place, artifact=position)
                shown = artifact_json(artifact)
                yield {
                    "type": "artifact", "after": self._written(place), "span_id": run.span_id, "artifact": shown,
                }  # fmt: skip
            if len(page) < AT_ONCE:
                return

    def _page_of_artifacts(self, run: Run, before: int | None) -> list[tuple[int, Artifact]]:
        services = self.queries.services
        with services.store.snapshot() as catalogue:
            return Artifacts(catalogue, services.policy, run, services.clock()).listed(before=before, limit=AT_ONCE)

    def _feedback(self, before: int | None) -> Iterator[dict[str, Any]]:
        while page := self._page_of_feedback(before):
            for view in page:
                before = view.feedback.id
                written = self._written(Place(feedback=before))
                yield {"type": "feedback", "after": written, "feedback": feedback_json(view)}

    def _page_of_feedback(self, before: int | None) -> list[FeedbackView]:
        workspace = self.queries.workspace
        with self.queries.services.store.snapshot() as catalogue:
            found = [one for _, one in catalogue.feedback_list(workspace, before=before, limit=AT_ONCE)]
            runs = runs_named(catalogue, workspace, (one.resolution for one in found))
            return [FeedbackView(one, run_of(one.resolution, runs)) for one in found]

    def _written(self, place: Place) -> str:
        return place.written(self.queries.workspace)


def _runs_of(workspace: str) -> str:
    return f"runs in the export of {workspace}"


def _artifacts_of(workspace: str, run: int | None) -> str:
    return f"artifacts of {run} in the export of {workspace}"


def _signals_of(workspace: str, run: int | None) -> str:
    return f"signals of {run} in the export of {workspace}"


def _feedback_of(workspace: str) -> str:
    return f"feedback in the export of {workspace}"
