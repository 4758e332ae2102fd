"""Traces in protobuf: OpenTelemetry's own messages, read into the parts that JSON is read into, and the answer.

https://opentelemetry.io/docs/specs/otlp/#binary-protobuf-encoding. Whoever never gets protobuf does not import this.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1 import common_pb2

from receiver.api.trace_bodies import AnyValue, Attribute, ResourcePart, ResourceSpans, ScopePart, SpanPart, Values
from receiver.problems import ApiError


def parts_of(raw: bytes) -> tuple[ResourceSpans, ...]:
    """Read a request. Raises ApiError 400 when it is none."""
    try:
        request = ExportTraceServiceRequest.FromString(raw)
    except DecodeError as error:
        message = "the body is not an ExportTraceServiceRequest in protobuf"
        raise ApiError(HTTPStatus.BAD_REQUEST, "not_protobuf", message) from error
    return tuple(
        ResourceSpans.model_construct(
            resource=ResourcePart.model_construct(attributes=_attributes(one.resource.attributes)),
            scope_spans=tuple(
                ScopePart.model_construct(
                    spans=tuple(
                        SpanPart.model_construct(
                            trace_id=span.trace_id.hex(),
                            span_id=span.span_id.hex(),
                            start_time_unix_nano=span.start_time_unix_nano,
                            end_time_unix_nano=span.end_time_unix_nano,
                            attributes=_attributes(span.attributes),
                        )
                        for span in scope.spans
                    )
                )
                for scope in one.scope_spans
            ),
        )
        for one in request.resource_spans
    )


def answer(*, rejected: int, message: str) -> bytes:
    """Write the answer: nothing but that spans were refused, where some were."""
    partial = ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
    return ExportTraceServiceResponse(partial_success=partial if rejected else None).SerializeToString()


def _attributes(found: Iterable[common_pb2.KeyValue]) -> tuple[Attribute, ...]:
    return tuple(Attribute.model_construct(key=one.key, value=_value(one.value)) for one in found)


def _value(value: common_pb2.AnyValue) -> AnyValue:
    match value.WhichOneof("value"):
        case "string_value":
            return AnyValue.model_construct(string_value=value.string_value)
        case "bool_value":
            return AnyValue.model_construct(bool_value=value.bool_value)
        case "int_value":
            return AnyValue.model_construct(int_value=value.int_value)
        case "array_value":
            values = tuple(map(_value, value.array_value.values))
            return AnyValue.model_construct(array_value=Values.model_construct(values=values))
        case _:
            return AnyValue.model_construct()
