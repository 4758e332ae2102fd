from __future__ import annotations

from typing import Any

import pytest

from resolver.reports.registry import BY_TYPE


@pytest.mark.parametrize(
    ("type_", "content", "other"),
    [
        ("dismissal", {"reason": "x"}, {"reason": "x", "note": None}),
        ("suggested_reviewers", [{"login": "mona"}], [{"login": "mona", "name": None, "relevant_commits": []}]),
        (
            "finding",
            {"signal_id": "s", "data_queried": "x", "verified": True},
            {"verified": True, "signal_id": "s", "data_queried": "x", "relevant_code_paths": []},
        ),
        ("note", {"of a": "former shape"}, {"of a": "former shape"}),
    ],
)
def test_two_ways_to_say_one_thing_are_the_same(type_: str, content: Any, other: Any) -> None:  # noqa: ANN401 - JSON
    """What is null, or an empty list, says no more than what is left out; what fits no more is the same as itself."""
    assert BY_TYPE[type_].same(content, other)
    assert BY_TYPE[type_].same(other, content)


@pytest.mark.parametrize(
    ("type_", "content", "other"),
    [
        ("dismissal", {"reason": "x"}, {"note": "x"}),
        ("dismissal", {"reason": "x"}, {"reason": "x", "note": "y"}),
        ("safety_judgment", {"choice": True, "explanation": "x"}, {"choice": "true", "explanation": "x"}),
        ("suggested_reviewers", [{"login": "mona"}, {"login": "lisa"}], [{"login": "lisa"}, {"login": "mona"}]),
        ("note", {"of a": "former shape"}, {"of another": "former shape"}),
        ("note", {"of a": "former shape"}, {"note": "x"}),
    ],
)
def test_two_things_are_not_the_same(type_: str, content: Any, other: Any) -> None:  # noqa: ANN401 - JSON
    """Whatever else differs is something else."""
    assert not BY_TYPE[type_].same(content, other)
    assert not BY_TYPE[type_].same(other, content)
