"""How the settings of exports are written: where evaluations of runs go, and what lets us in there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import ValidationInfo

from receiver.settings_notify import Address, read_address

MOST_HEADERS = 20
_HOW = "write https://host, or workspace=https://host for another workspace: one address, without a query"
_HOW_HEADERS = "write name=value pairs separated by commas; what is special in a value is written as %20, %2C and so on"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_OURS = frozenset({"content-type", "content-length", "content-encoding", "host", "connection", "transfer-encoding"})

KeyT = TypeVar("KeyT")


@dataclass(frozen=True, slots=True)
class Header:
    """A header that each request bears; its value is most often a secret."""

    name: str
    value: str = field(repr=False)


def address(value: object) -> object:
    """Read one address, of one workspace, without the slash at its end."""
    if not isinstance(value, str):
        return value
    read = read_address(value.strip())
    if "," in value or urlsplit(read.url).query:
        raise ValueError(_HOW)
    return Address(read.workspace, read.url.rstrip("/"))


def headers(value: object) -> object:
    """Read headers as ``OTEL_EXPORTER_OTLP_HEADERS`` writes them: values are percent-encoded.

    https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
    """
    if not isinstance(value, str):
        return value
    found = [_header(item) for item in map(str.strip, value.split(",")) if item]
    names = {one.name for one in found}
    if not found or len(names) < len(found) or len(found) > MOST_HEADERS:
        raise ValueError(_HOW_HEADERS)
    return tuple(found)


def needed_by(address_field: str) -> Callable[[KeyT | None, ValidationInfo], KeyT | None]:
    """Return a check that refuses an address without the key that lets us in there."""

    def check(value: KeyT | None, info: ValidationInfo) -> KeyT | None:
        if info.data.get(address_field) is not None and value is None:
            raise ValueError(f"is missing, and WHICHRUN_{address_field.upper()} is set")
        return value

    return check


def _header(item: str) -> Header:
    """Read one header. Raises ValueError."""
    name, equals, value = item.partition("=")
    header = Header(name.strip().lower(), unquote(value.strip()))
    if not equals or not _NAME.fullmatch(header.name) or not _VALUE.fullmatch(header.value):
        raise ValueError(_HOW_HEADERS)
    if header.name in _OURS:
        raise ValueError("content-type, content-length and the like are ours to set")
    return header
