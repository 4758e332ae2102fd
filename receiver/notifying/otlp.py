"""OpenTelemetry: an evaluation as the event ``gen_ai.evaluation.result`` on the run's span, over OTLP/HTTP.

An event is a log record with a name (https://opentelemetry.io/docs/specs/semconv/general/events/); its attributes are
those of https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/. Records are appended, never replaced: each
bears ``log.record.uid``, by which a second copy is known, and ``whichrun.evaluation.id``, of which the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO, LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from receiver.notifying import trace_ids
from receiver.notifying.evaluations import NAME, Evaluation, Evaluations
from receiver.notifying.message import AGENT
from receiver.notifying.wire import Reply, Request
from receiver.settings_export import Header
from receiver.views import ChangeView
from store.times import to_micros

EVENT = "gen_ai.evaluation.result"
PATH = "/v1/logs"
_MOST_SAID = 500
"""Characters of a receiver's own message that go into the log."""


@dataclass(frozen=True, slots=True)
class Otlp:
    """Says changes to a receiver of OTLP; ``url`` is its base, as ``OTEL_EXPORTER_OTLP_ENDPOINT`` has it."""

    url: str = field(repr=False)
    headers: tuple[Header, ...]
    evaluations: Evaluations

    def requests(self, view: ChangeView, at: datetime) -> tuple[Request, ...]:
        """Return one request with all that a change says."""
        found = self.evaluations.of(view)
        if not found:
            return ()
        records = [_record(one, at) for one in found]
        scope = ScopeLogs(scope=InstrumentationScope(name=AGENT, version=version(AGENT)), log_records=records)
        service = {"service.name": AGENT, "service.version": version(AGENT)}
        resource = Resource(attributes=_attributes({**service, "whichrun.instance": self.evaluations.instance}))
        message = ExportLogsServiceRequest(resource_logs=[ResourceLogs(resource=resource, scope_logs=[scope])])
        headers = {one.name: one.value for one in self.headers}
        headers |= {"user-agent": headers.get("user-agent", AGENT), "content-type": "application/x-protobuf"}
        return (Request(f"{self.url}{PATH}", headers, message.SerializeToString()),)

    def read(self, reply: Reply) -> Reply:
        """Look whether records were rejected: that is said beside a 200, and asks for no second try.

        https://opentelemetry.io/docs/specs/otlp/#partial-success-1
        """
        try:
            partial = ExportLogsServiceResponse.FromString(reply.body).partial_success
        except DecodeError:  # whatever answers there, its status counts
            return reply
        if not reply.taken or partial.rejected_log_records <= 0:
            return reply
        said = "".join(filter(str.isprintable, partial.error_message[:_MOST_SAID]))
        return replace(reply, refused=f"it rejected {partial.rejected_log_records} of the records: {said}")


def _record(one: Evaluation, at: datetime) -> LogRecord:
    trace, span = trace_ids.trace(one.run.trace_id), trace_ids.span(one.run.span_id)
    return LogRecord(
        time_unix_nano=to_micros(one.changed_at) * 1000,
        observed_time_unix_nano=to_micros(at) * 1000,
        severity_number=SEVERITY_NUMBER_INFO,
        event_name=EVENT,
        trace_id=bytes.fromhex(trace or ""),
        span_id=bytes.fromhex(span or "") if trace is not None else b"",  # a span alone is nowhere
        attributes=_attributes(
            {
                "gen_ai.evaluation.name": NAME,
                "gen_ai.evaluation.score.label": one.label.value,
                "gen_ai.evaluation.explanation": one.explanation,
                "log.record.uid": str(one.event_id),
                **one.facts(),
            }
        ),
    )


def _attributes(named: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=name, value=AnyValue(string_value=text)) for name, text in named.items() if text]
