"""Ids of traces and spans, out of whatever runs are registered by."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.notifying import trace_ids

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("name", [TRACE, TRACE.upper(), str(uuid.UUID(TRACE)), str(uuid.UUID(TRACE)).upper()])
def test_a_trace_in_any_of_its_forms_is_one(name: str) -> None:
    """Digits of either case, and a UUID with its dashes, are the same trace."""
    assert trace_ids.trace(name) == TRACE


@pytest.mark.parametrize(
    "name", [None, "", "0" * 32, str(uuid.UUID(int=0)), TRACE[:-1], f"{TRACE}0", f"{{{uuid.UUID(TRACE)}}}", "my trace"]
)
def test_what_is_no_trace_is_none(name: str | None) -> None:
    """Zeros, other lengths and names are no trace's id."""
    assert trace_ids.trace(name) is None


@pytest.mark.parametrize("name", ["", "0" * 16, "00f067aa0ba902b", "span-coder", str(uuid.UUID(TRACE))])
def test_what_is_no_span_is_none(name: str) -> None:
    """Zeros, other lengths, names and UUIDs are no span's id."""
    assert trace_ids.span(name) is None


@given(st.text() | st.uuids().map(str) | st.from_regex(r"[0-9a-fA-F-]{1,40}"))
def test_any_name_is_an_id_or_none(name: str) -> None:
    """Nothing else comes out, whatever goes in."""
    trace, span = trace_ids.trace(name), trace_ids.span(name)
    assert trace is None or re.fullmatch("[0-9a-f]{32}", trace)
    assert span is None or re.fullmatch("[0-9a-f]{16}", span)
