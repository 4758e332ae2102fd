from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import GithubAnswerError
from resolver.github import links

HEADER = (
    '<https://api.github.com/repositories/1/issues?per_page=100&page=1>; rel="prev", '
    '<https://api.github.com/repositories/1/issues?per_page=100&page=3>; rel="next", '
    '<https://api.github.com/repositories/1/issues?per_page=100&page=9>; rel="last"'
)


def test_the_pages_that_a_header_names() -> None:
    """Only the numbers are taken; a relation that is not there is None."""
    assert links.page(HEADER, "next") == 3
    assert links.page(HEADER, "last") == 9
    assert links.page(HEADER, "first") is None
    assert links.page(None, "next") is None
    assert links.page("", "next") is None
    assert links.following(HEADER, 2) == 3


def test_a_cursor_is_read_decoded() -> None:
    """The delivery log has cursors instead of numbers."""
    header = '<https://evil.example/x?cursor=v1_%3D7&per_page=100>; rel="next"'
    assert links.parameter(header, "next", "cursor") == "v1_=7"


@pytest.mark.parametrize(
    "address", ["https://api.github.com/x", "https://x/?page=", "https://x/?page=0", "https://x/?page=-1", "https://[x"]
)
def test_a_link_without_a_page_is_no_answer(address: str) -> None:
    """There is more, but nobody says where."""
    with pytest.raises(GithubAnswerError):
        links.page(f'<{address}>; rel="next"', "next")


@pytest.mark.parametrize("present", [3, 4])
def test_a_link_back_is_no_answer(present: int) -> None:
    """Pages that lead in a circle would be read for ever."""
    with pytest.raises(GithubAnswerError, match="leads back"):
        links.following(HEADER, present)


@given(header=st.text() | st.text(alphabet='<>;,"= relnxt?page1'))
def test_any_header_gives_a_number_or_our_error(header: str) -> None:
    """Nothing else comes of a header that is none."""
    try:
        number = links.following(header, 1)
    except GithubAnswerError:
        return
    assert number is None or number > 1
