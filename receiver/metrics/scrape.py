"""``/metrics``: what all processes of the service counted, and what the store says now, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from receiver.current import services
from receiver.metrics.instruments import instruments
from resolver.errors import StoreError
from resolver.model.figures import Figures
from store import Store

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell everything. Without a store, what the processes counted, and that it is out of reach."""
    here = services()
    counted = _counted(instruments().registry, instruments().folder)
    document = generate_latest(_Families((*counted, *_stored(here.store, here.clock()))))
    return Response(document, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def refusals() -> dict[str, int]:
    """Return how often all processes refused at the webhook since the service was started, by the error's code."""
    return {
        sample.labels["reason"]: int(sample.value)
        for metric in _counted(instruments().registry, instruments().folder)
        if metric.name == "whichrun_webhook_refusals"
        for sample in metric.samples
        if sample.name.endswith("_total")
    }


@dataclass(frozen=True, slots=True)
class _Families:
    """Metrics as the library's writer takes them."""

    families: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self.families


def _counted(registry: CollectorRegistry, folder: Path | None) -> Iterator[Metric]:
    """Yield what the processes that share a folder counted; where there is none, this process alone."""
    # A file is empty for a moment while a process starts.
    files = [] if folder is None else [str(file) for file in folder.glob("*.db") if file.stat().st_size]
    together = {metric.name: metric for metric in _merged(files)}
    for metric in registry.collect():
        yield together.get(metric.name, metric)


def _merged(files: list[str]) -> Iterable[Metric]:
    found: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
    return found


def _stored(store: Store, at: datetime) -> Iterator[Metric]:
    """Yield what the store says, or that it says nothing."""
    figures = None
    try:
        with store.snapshot() as catalogue:
            figures = catalogue.figures(at)
    except StoreError:
        pass  # that is what is told
    yield _gauge("whichrun_store_up", "Whether the store can be read: 1 or 0.", float(figures is not None))
    if figures is not None:
        yield from _figures(figures, at)


def _figures(figures: Figures, at: datetime) -> Iterator[Metric]:
    age = 0.0 if figures.due_since is None else (at - figures.due_since).total_seconds()
    yield _gauge(
        "whichrun_deliveries_waiting",
        "Deliveries that are pending or failed, counted up to 100000.",
        figures.deliveries_waiting,
    )
    yield _gauge(
        "whichrun_deliveries_oldest_due_seconds",
        "For how long the delivery that is due longest has been waiting for a worker; 0 when none is due.",
        max(0.0, age),
    )
    yield _gauge("whichrun_deliveries_dead", "Deliveries that were set aside.", figures.deliveries_dead)
    yield _gauge(
        "whichrun_delivery_conflicts", "Other bodies that came under a GUID that was taken.", figures.conflicts
    )
    wants = GaugeMetricFamily(
        "whichrun_wants",
        "Facts that GitHub is to be asked for, may not be asked for, or was in vain.",
        None,
        ("state",),
    )
    for state, number in (
        ("waiting", figures.wants_waiting),
        ("refused", figures.wants_refused),
        ("dead", figures.wants_dead),
    ):
        wants.add_metric((state,), number)
    yield wants


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value)
