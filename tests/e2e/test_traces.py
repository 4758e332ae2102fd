"""Traces from OpenTelemetry's own SDK into the real service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.support.service import running


def test_an_agent_that_is_traced_needs_no_call(tmp_path: Path) -> None:
    """The SDK's spans, packed and sent as it sends them, register the agent's run; its other spans register none."""
    with running(tmp_path) as service:
        exporter = OTLPSpanExporter(
            f"{service.url}/v1/traces", headers=service.authorization, compression=Compression.Gzip
        )
        resource = Resource.create({"vcs.repository.url.full": "https://github.com/acme/widgets"})
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        tracer = provider.get_tracer("agents")
        invoked: dict[str, Any] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "coder",
            "whichrun.numbers": [42, 43],
        }
        with tracer.start_as_current_span("invoke_agent coder", attributes=invoked) as span:
            tracer.start_span("chat a-model", attributes={"gen_ai.operation.name": "chat"}).end()
            context = span.get_span_context()
        assert provider.force_flush()
        provider.shutdown()
        answer = requests.get(f"{service.url}/v1/runs", headers=service.authorization, timeout=10)
        (run,) = answer.json()["items"]
    assert (run["span_id"], run["trace_id"]) == (f"{context.span_id:016x}", f"{context.trace_id:032x}")
    assert (run["agent_name"], run["repository"], run["numbers"]) == ("coder", "acme/widgets", [42, 43])
