"""All that the processes count and time, each by its name. No label holds what a caller, or GitHub, made up.

Names and units follow https://prometheus.io/docs/practices/naming/. ``deploy/metrics.md`` lists them all.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, values

from receiver.metrics.folder import VARIABLE
from receiver.metrics.seats import Seat

log = logging.getLogger(__name__)

OTHER = "other"
TAKEN = ("accepted", "duplicate", "ignored")
REFUSED = (
    "bad_header",
    "bad_payload",
    "bad_request",
    "bad_signature",
    "conflict",
    "internal_error",
    "not_json",
    "store_unavailable",
    "too_large",
    "unsupported_media_type",
    OTHER,
)
"""The codes with which the webhook refuses (``receiver.problems``); what is none of them is counted as other."""
PROCESSED = ("done", "failed", "dead")
ASKED = ("ok", "absent", "refused", "limited", "failing", "unreachable", "unusable")
"""What became of a request to GitHub."""
WANTED = ("answered", "absent", "postponed", "refused", "failed", "dead")
"""What became of asking for a want."""
NOTIFIED = ("sent", "failed", "passed_over", "switched_off")
"""What became of a try to notify a URL."""
ANSWERED = ("written", "edited", "unchanged", "nothing", "gone", "postponed", "refused", "failed", "dead")
"""What became of a try to answer on GitHub."""
RESOURCES = ("core", "graphql")
"""GitHub's rate limits, by its names."""

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
DELAY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600)


class Instruments:
    """One process's instruments. ``folder`` is where those of its service are together, None where it is alone."""

    def __init__(self) -> None:
        """Make them; in the folder that the environment names, if it names one."""
        self.registry = CollectorRegistry()
        self.folder = _meet()
        counter = functools.partial(Counter, registry=self.registry)
        histogram = functools.partial(Histogram, registry=self.registry)
        gauge = functools.partial(Gauge, registry=self.registry, multiprocess_mode="mostrecent")

        self.webhook_taken = counter(
            "whichrun_webhook_deliveries_total", "Deliveries answered with 202, by what became of them.", ("outcome",)
        )
        self.webhook_refused = counter(
            "whichrun_webhook_refusals_total", "Requests to the webhook that were refused, by error code.", ("reason",)
        )
        self.processed = counter(
            "whichrun_deliveries_processed_total", "Tries to process a delivery, by how they ended.", ("outcome",)
        )
        self.processing_seconds = histogram(
            "whichrun_delivery_processing_duration_seconds", "How long a try took.", buckets=REQUEST_SECONDS
        )
        self.done_seconds = histogram(
            "whichrun_delivery_receipt_to_done_seconds",
            "From a delivery's receipt until it was done; a replayed one counts from its first receipt.",
            buckets=DELAY_SECONDS,
        )
        self.resolutions = counter(
            "whichrun_resolutions_total", "Resolutions appended, by mode and confidence.", ("mode", "confidence")
        )
        self.requests = counter(
            "whichrun_http_requests_total",
            "HTTP requests, by route (as a rule, never as an address), method and status.",
            ("route", "method", "status"),
        )
        self.request_seconds = histogram(
            "whichrun_http_request_duration_seconds",
            "From a request's head to its answer.",
            ("route", "method"),
            buckets=REQUEST_SECONDS,
        )
        self.github_requests = counter(
            "whichrun_github_requests_total", "Requests to GitHub, by outcome.", ("outcome",)
        )
        self.github_seconds = histogram(
            "whichrun_github_request_duration_seconds", "How long GitHub took.", buckets=REQUEST_SECONDS
        )
        self.github_remaining = gauge(
            "whichrun_github_rate_limit_remaining",
            "Requests that GitHub still takes, of the installation that has fewest left, by GitHub's limit.",
            ("resource",),
        )
        self.github_reset = gauge(
            "whichrun_github_rate_limit_reset_timestamp_seconds",
            "When that number is GitHub's full limit again, in seconds since 1970.",
            ("resource",),
        )
        self.wants = counter(
            "whichrun_wants_asked_total", "Facts that GitHub was asked for, by what became of it.", ("outcome",)
        )
        self.redeliveries = counter(
            "whichrun_redeliveries_requested_total", "Missed deliveries that GitHub was asked to make again."
        )
        self.answers = counter(
            "whichrun_answers_total", "Tries to answer on GitHub, by what became of them.", ("outcome",)
        )
        self.notifications = counter(
            "whichrun_notifications_total", "Tries to notify a URL, by what became of them.", ("outcome",)
        )
        self._begin()

    def _begin(self) -> None:
        """Have what can be known beforehand begin at zero: a rate needs a value before the first event."""
        _begin(self.webhook_taken, TAKEN)
        _begin(self.webhook_refused, REFUSED)
        _begin(self.processed, PROCESSED)
        _begin(self.github_requests, ASKED)
        _begin(self.wants, WANTED)
        _begin(self.notifications, NOTIFIED)
        _begin(self.answers, ANSWERED)


@functools.cache
def instruments() -> Instruments:
    """Return this process's instruments; made when first asked for, after the last fork."""
    return Instruments()


def _begin(counter: Counter, labels: Iterable[str]) -> None:
    for label in labels:
        counter.labels(label)


def _in(folder: Path) -> Any:  # noqa: ANN401 - a class that the library makes
    """Return the kind of value that is kept in a folder. Raises OSError."""
    return values.MultiProcessValue(Seat(folder))  # type: ignore[no-untyped-call]


def _meet() -> Path | None:
    """Have the library keep values where the environment says, or in this process alone."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series, and cannot be told of several processes
    named = os.environ.get(VARIABLE)
    kept: Any = values.MutexValue
    folder = None
    if named:
        try:
            kept, folder = _in(Path(named)), Path(named)
        except OSError as error:  # to receive deliveries is worth more than to count them
            log.error("this process counts for itself alone: %s: %s", VARIABLE, error.strerror)  # noqa: TRY400 - said
    values.ValueClass = kept
    return folder
