"""Which issues a pull request closes."""

from __future__ import annotations

import pytest

from resolver.numbers import closes

NAMES = ("acme/widgets", "acme/old-widgets")


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("Closes #5", {5}),
        ("fixes: #5, resolves #6", {5, 6}),
        ("Fixed acme/Widgets#7", {7}),
        ("resolved acme/old-widgets#8", {8}),
        ("close https://github.com/acme/widgets/issues/9", {9}),
        ("closes other/repo#5", set()),
        ("see #5", set()),
        ("encloses #5", set()),
        ("closes #0", set()),
        ("closes #5x", set()),
        ("", set()),
    ],
)
def test_closing_keywords(body: str, numbers: set[int]) -> None:
    """GitHub's keywords before a number of the same repository close it, under any name it has borne."""
    assert closes(body, NAMES) == numbers
