"""Times as another tool wrote them, and how its links compare."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import UnfitError
from resolver.importing import Comparison, compare, read_time
from resolver.model.answers import Answer, Confidence, Finding, Outcome
from resolver.model.feedback import Status
from resolver.model.imported import OldFeedback

ROW = OldFeedback(
    row=1, repo_owner="acme", repo_name="widgets", source_type="issue_comment", raw_body="", linked_span_id="span-1",
    link_confidence="exact",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-18T11:06:18Z",
        "2026-06-18T11:06:18.000000000Z",
        "2026-06-18T13:06:18+02:00",
        "2026-06-18 11:06:18",
        "2026-06-18 11:06:18 +0000 UTC",
        "2026-06-18 13:06:18 +0200 CEST",
        "2026-06-18 13:06:18 +0200 +0200",
        "2026-06-18 11:06:18.0 +0000 UTC m=+0.012345",
    ],
)
def test_a_time_is_read_however_it_was_written(text: str) -> None:
    """RFC 3339, Go's own form with its zone twice and its monotonic reading, and SQLite's current time in UTC."""
    assert read_time(text) == datetime(2026, 6, 18, 11, 6, 18, tzinfo=UTC)


@given(
    st.text()
    | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?( ?[+-][0-9]{4})?\Z")
)
def test_any_text_is_a_time_or_unfit(text: str) -> None:
    """Whatever stands in the column, it is a time in UTC or the one error."""
    found = None
    with contextlib.suppress(UnfitError):
        found = read_time(text)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001 -- given its zone below
def test_every_time_of_go_comes_back(moment: datetime) -> None:
    """What Go writes of a moment is read as that moment, to the microsecond."""
    aware = moment.replace(tzinfo=UTC)
    assert read_time(f"{moment.isoformat(' ')} +0000 UTC") == aware
    assert read_time(f"{moment.isoformat()}Z") == aware


def answer(span: str | None, confidence: Confidence, outcome: Outcome = Outcome.NOTHING) -> Answer:
    """Make an answer of one finding."""
    return Answer(confidence, "inferred", span, None, findings=(Finding("inferred", outcome, "It was so"),))


@pytest.mark.parametrize(
    ("found", "status", "expected"),
    [
        (answer("span-1", Confidence.INFERRED), Status.NEW, Comparison.EQUAL),
        (answer("span-1", Confidence.INFERRED), None, Comparison.EQUAL),
        (answer("span-2", Confidence.INFERRED), Status.NEW, Comparison.DIFFERENT),
        (answer("span-2", Confidence.INFERRED), None, Comparison.UNKNOWN),
        (answer("span-2", Confidence.EXACT), None, Comparison.DIFFERENT),
        (answer(None, Confidence.UNRESOLVED), Status.NEW, Comparison.DIFFERENT),
        (answer(None, Confidence.UNRESOLVED, Outcome.UNKNOWN), Status.NEW, Comparison.UNKNOWN),
        (None, Status.WITHDRAWN, Comparison.DIFFERENT),
        (None, Status.NEW, Comparison.DIFFERENT),
    ],
)
def test_a_link_is_different_only_where_nothing_is_missing(
    found: Answer | None, status: Status | None, expected: Comparison
) -> None:
    """Another answer is unknown while a fact could still be missing, unless it is exact; every answer has reasons."""
    comparison, why = compare(ROW, found, status)
    assert comparison is expected
    assert why
