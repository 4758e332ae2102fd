"""Traces as OTLP has them, as far as they are read here: spans, when they were, and their attributes.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: fields in lower camel case, ids in hexadecimals,
64-bit integers as texts; what a reader does not know it ignores. Null means that nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final, Self, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from receiver.api.encoded import Encoded
from receiver.problems import ApiError

JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"

Value: TypeAlias = "str | int | bool | tuple[Value, ...] | None"
Digits = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,20}$")]


def _whole(value: object) -> object:
    """Take ``1.0`` and ``1e2`` for the integers that they are, as JSON Schema does, and protobuf's JSON mapping."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integer = Annotated[Annotated[int, Field(ge=-(2**63), lt=2**64)] | Digits, BeforeValidator(_whole)]
"""A 64-bit integer: JSON's own cannot hold all of them, so most senders write texts."""


class Part(BaseModel):
    """A part of a trace: what else stands in it is left alone."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, alias_generator=to_camel)


class Values(Part):
    """A list of values."""

    values: tuple[AnyValue, ...] | None = None


class AnyValue(Part):
    """A value, of one of its types; others than these say nothing here."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: Integer | None = None
    array_value: Values | None = None

    @property
    def plain(self) -> Value:
        """The value itself, None for one of another type."""
        if self.array_value is not None:
            return tuple(one.plain for one in self.array_value.values or ())
        if self.int_value is not None:
            return int(self.int_value)
        return self.string_value if self.bool_value is None else self.bool_value


class Attribute(Part):
    """A name and a value."""

    key: str | None = None
    value: AnyValue | None = None


Attributes = tuple[Attribute, ...] | None


class SpanPart(Part):
    """A span."""

    trace_id: str | None = None
    span_id: str | None = None
    start_time_unix_nano: Integer | None = None
    end_time_unix_nano: Integer | None = None
    attributes: Attributes = None


class ScopePart(Part):
    """The spans of one instrumentation."""

    spans: tuple[SpanPart, ...] | None = None


class ResourcePart(Part):
    """What made spans."""

    attributes: Attributes = None


class ResourceSpans(Part):
    """The spans of one resource."""

    resource: ResourcePart | None = None
    scope_spans: tuple[ScopePart, ...] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """One span: its attributes, and below them those of what made it; times in nanoseconds, 0 where none is said."""

    trace_id: str
    span_id: str
    started: int
    ended: int
    attributes: Mapping[str, Value]


class Traces(Encoded):
    """A request to take spans (``ExportTraceServiceRequest``)."""

    model_config = ConfigDict(alias_generator=to_camel)

    media: ClassVar[Mapping[str, Any]] = {JSON: None, PROTOBUF: {"type": "string", "format": "binary"}}

    resource_spans: tuple[ResourceSpans, ...] | None = None

    @classmethod
    def decoded(cls, mimetype: str, raw: bytes) -> Self:
        """Read the bytes of one of the types. Raises ApiError 400 when they are none of it, ValidationError."""
        if mimetype == PROTOBUF:
            from receiver.api.trace_protobuf import parts_of  # noqa: PLC0415 - most processes never need protobuf

            return cast("Self", cls.model_construct(resource_spans=parts_of(raw)))
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            if any(fault["type"] == "json_invalid" for fault in error.errors(include_input=False, include_url=False)):
                raise ApiError(HTTPStatus.BAD_REQUEST, "not_json", "the body is not JSON") from error
            raise

    def spans(self) -> Iterator[Span]:
        """Yield every span, in the order in which they came."""
        for resource in self.resource_spans or ():
            made_by = {} if resource.resource is None else _named(resource.resource.attributes)
            for scope in resource.scope_spans or ():
                for one in scope.spans or ():
                    yield Span(
                        trace_id=one.trace_id or "",
                        span_id=one.span_id or "",
                        started=int(one.start_time_unix_nano or 0),
                        ended=int(one.end_time_unix_nano or 0),
                        attributes={**made_by, **_named(one.attributes)},
                    )


def _named(attributes: Attributes) -> dict[str, Value]:
    return {one.key: one.value.plain for one in attributes or () if one.key and one.value is not None}
