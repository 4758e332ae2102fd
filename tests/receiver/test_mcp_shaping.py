from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receiver.mcp.schemas import Result
from receiver.mcp.shaping import answer_shown, feedback_shown, page_shown, run_shown, status_set

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
