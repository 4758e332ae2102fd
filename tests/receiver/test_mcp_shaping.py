from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receiver.client import Appended
from receiver.mcp.report_shaping import (
    PRIORITIES,
    entry_appended,
    entry_written,
    report_page_shown,
    report_shown,
)
from receiver.mcp.schemas import Result
from receiver.mcp.shaping import answer_shown, feedback_shown, page_shown, run_shown, status_set
from receiver.mcp.visible import is_unseen

MARK = "§"
"""Begins whatever people wrote here; the service says nothing with it."""
WORDS = st.tuples(st.just(MARK), st.text(), st.sampled_from("a\u202e\x00\ud800")).map("".join)
MAYBE = st.none() | WORDS
TIME = st.just("2026-10-01T12:00:00Z")

RUN = st.fixed_dictionaries({
    "span_id": st.just("span-1"), "agent_name": st.just("coder"), "repository": st.just("acme/widgets"),
    "branch": MAYBE, "number": st.just(5), "numbers": st.just([5]), "internal": st.booleans(), "started_at": TIME,
})  # fmt: skip
CANDIDATE = st.fixed_dictionaries({"span_id": WORDS | st.just("span-2"), "agent_name": MAYBE, "reason": WORDS})
FINDING = st.fixed_dictionaries({
    "step": st.just("direct"), "outcome": st.sampled_from(["decided", "nothing", "not_applicable", "unknown"]),
    "detail": WORDS, "evidence": st.lists(WORDS, max_size=2),
})  # fmt: skip
NAMED = {
    "confidence": st.just("unresolved"), "mode": st.just("direct"), "diagnostic": MAYBE, "cause": WORDS,
    "candidates": st.lists(CANDIDATE, max_size=2), "findings": st.lists(FINDING, max_size=2), "resolved_at": TIME,
}  # fmt: skip
ANSWER = st.fixed_dictionaries({**NAMED, "span_id": MAYBE, "run": st.none()}) | st.fixed_dictionaries({
    **NAMED, "span_id": st.just("span-1"), "run": RUN,
})  # fmt: skip
FEEDBACK = st.fixed_dictionaries({
    "id": st.integers(1), "status": st.just("new"), "repository": st.just("acme/widgets"), "number": st.just(5),
    "source": st.just("issue_comment"), "url": st.just("https://github.com/acme/widgets/issues/5"), "author": WORDS,
    "body": WORDS, "instruction": MAYBE, "path": MAYBE, "diff_hunk": MAYBE, "line": st.none(), "side": st.none(),
    "author_association": st.just("NONE"), "authorized": st.booleans(), "commit_sha": st.none(),
    "created_at": TIME, "updated_at": TIME, "report_id": st.none(), "resolution": st.none() | ANSWER,
})  # fmt: skip

WHO = (
    st.fixed_dictionaries({"kind": st.just("user"), "user": WORDS})
    | st.fixed_dictionaries({"kind": st.just("agent"), "agent": WORDS})
    | st.fixed_dictionaries({"kind": st.just("run"), "run": st.just("span-1")})
    | st.just({"kind": "system"})
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda part: st.lists(part, max_size=2) | st.dictionaries(WORDS, part, max_size=2),
    max_leaves=5,
)


def entries(type_: str, content: st.SearchStrategy[Any], *, valid: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return entries of a type, as the API shows them."""
    return st.fixed_dictionaries({
        "id": st.integers(1), "type": st.just(type_), "content": content, "producer": WHO, "created_at": TIME,
        "updated_at": TIME, "revision": st.integers(1), "edited_by": st.none() | WHO, "valid": st.just(valid),
    })  # fmt: skip


ENTRY = entries("note", JSON, valid=True) | entries("finding", JSON, valid=False)
PRIORITY = entries(
    "priority_judgment",
    st.fixed_dictionaries({"priority": WORDS | st.sampled_from(PRIORITIES), "explanation": WORDS}),
    valid=True,
) | entries("priority_judgment", JSON, valid=False)
ACTIONABILITY = entries(
    "actionability_judgment",
    st.fixed_dictionaries({"actionability": WORDS, "explanation": WORDS, "already_addressed": WORDS}),
    valid=True,
)
REPORT = st.fixed_dictionaries({
    "id": st.just("12"), "title": WORDS, "summary": WORDS, "status": st.just("open"), "snoozed_until": st.none() | TIME,
    "state": st.fixed_dictionaries({
        "safety_judgment": st.none() | entries("safety_judgment", JSON, valid=True),
        "actionability_judgment": st.none() | ACTIONABILITY, "priority_judgment": st.none() | PRIORITY,
    }),
    "feedback_id": st.integers(1), "feedback": st.just({"url": "https://github.com/acme/widgets/issues/5"}),
    "repository": st.just("acme/widgets"), "number": st.none() | st.just(5),
    "resolution": st.none() | ANSWER, "runs": st.lists(RUN.map(lambda run: run | {"purpose": None, "ended_at": None})),
    "implementation": st.none() | st.just("span-1"), "pull_request_url": st.none(), "created_at": TIME,
    "updated_at": TIME,
})  # fmt: skip


def outside(value: object) -> Iterator[object]:
    """Return every name and value of a result that does not stand below ``untrusted``."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            if name != "untrusted":
                yield from outside(part)
    elif isinstance(value, list):
        for part in value:
            yield from outside(part)
    else:
        yield value


def hold(result: Result) -> None:
    """Assert what holds of every result."""
    written = result.written()

    assert not [part for part in outside(written) if part is None or MARK in str(part)]
    json.dumps(written, ensure_ascii=False).encode()  # no half surrogate pair is left, which no transport could carry


@given(FEEDBACK)
def test_feedback_keeps_peoples_words_apart(feedback: dict[str, Any]) -> None:
    """Whatever a person wrote into any field is found below ``untrusted``, in a list as well as alone."""
    hold(feedback_shown(feedback))
    hold(page_shown({"items": [feedback], "next_cursor": None}))
    hold(status_set(feedback))


@given(ANSWER, RUN)
def test_answers_and_runs_keep_peoples_words_apart(answer: dict[str, Any], run: dict[str, Any]) -> None:
    """So it is for answers with their findings and candidates, and for runs."""
    hold(answer_shown(answer))
    hold(run_shown(run))


@given(REPORT, st.lists(ENTRY, max_size=3))
def test_reports_keep_others_words_apart(report: dict[str, Any], log: list[dict[str, Any]]) -> None:
    """Titles, contents of any shape with the names in them, and whoever is no registered run stand below, all seen."""
    shown = report_shown(report, {"items": log, "next_cursor": None})
    hold(shown)
    hold(report_shown(report, None))
    hold(report_page_shown({"items": [report], "next_cursor": None}))

    written = shown.written()["entries"]
    assert [entry.get("valid", True) for entry in written] == [entry["valid"] for entry in log]
    for entry in written:
        assert not [word for word in words_in(entry["untrusted"]) if any(map(is_unseen, word))]


@given(ENTRY, st.booleans())
def test_answers_to_writes_hold_none_of_others_words(entry: dict[str, Any], new: bool) -> None:  # noqa: FBT001
    """What was written is answered with ids, types and runs."""
    for result in (entry_written("12", entry), entry_appended("12", Appended(entry, new=new))):
        hold(result)
        assert "untrusted" not in result.written()


def words_in(value: object) -> Iterator[str]:
    """Return every name and text of a value."""
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    for part in parts:
        yield from words_in(part)
    if isinstance(value, str):
        yield value
