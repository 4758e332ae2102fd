import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver import cursors

POSITIONS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@given(POSITIONS, st.text())
def test_a_cursor_leads_back_to_its_position(position: int, of: str) -> None:
    """What was written for a list is read again for the same list."""
    assert cursors.read(cursors.write(position, of=of), of=of) == position


@given(POSITIONS, st.text(), st.text())
def test_a_cursor_of_another_list_is_refused(position: int, of: str, other: str) -> None:
    """A cursor leads nowhere in a list with other filters."""
    if of == other:
        return
    with pytest.raises(ValueError, match="not a cursor"):
        cursors.read(cursors.write(position, of=of), of=other)


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    """No text but a cursor is read as one; nothing but ValueError comes of it."""
    with pytest.raises(ValueError, match="not a cursor"):
        cursors.read(text, of="a list")


@given(POSITIONS, st.data())
def test_an_altered_cursor_is_refused(position: int, data: st.DataObject) -> None:
    """A cursor with one character replaced is refused, and never leads to another position."""
    cursor = cursors.write(position, of="a list")
    index = data.draw(st.integers(0, len(cursor) - 1))
    character = data.draw(st.sampled_from("ABCxyz019-_=~").filter(lambda one: one != cursor[index]))
    with pytest.raises(ValueError, match="not a cursor"):
        cursors.read(cursor[:index] + character + cursor[index + 1 :], of="a list")


@pytest.mark.parametrize(
    "fields", [[], {}, {"after": "1"}, {"after": True}, {"after": 1}, {"v": 2, "after": 1}, None, 7]
)
def test_a_forged_cursor_is_refused(fields: object) -> None:
    """JSON that is not exactly what is written here is refused."""
    forged = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    with pytest.raises(ValueError, match="not a cursor"):
        cursors.read(forged, of="a list")
