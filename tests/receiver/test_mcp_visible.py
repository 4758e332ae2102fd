from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.mcp.visible import all_visible, is_unseen, visible

ANY_TEXT = st.text(st.characters())
"""Any text at all, half surrogate pairs included."""
HOSTILE_TEXT = st.text(
    st.sampled_from("a\\u202e\u202e\u2066\u200b\u00ad\ufeff\U000e0041\ufe0f\u3164\x00\x1b\x7f\x85\r\n\t\ud800")
)


@given(ANY_TEXT | HOSTILE_TEXT)
def test_nothing_unseen_is_left(text: str) -> None:
    """A result holds no control character but line feeds and tabs, no format character, and can be written as UTF-8."""
    shown = visible(text)

    assert all(unicodedata.category(character) not in {"Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert {character for character in shown if unicodedata.category(character) == "Cc"} <= {"\n", "\t"}
    assert shown.encode().decode() == shown


@given(ANY_TEXT | HOSTILE_TEXT)
def test_what_was_shown_once_stays_as_it_is(text: str) -> None:
    """Showing twice is showing once."""
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    """Letters of any script, signs and emoji are left alone."""
    seen = "".join(character for character in text if not is_unseen(character))

    assert visible(seen) == seen


@given(ANY_TEXT, ANY_TEXT)
def test_texts_are_shown_piece_by_piece(first: str, second: str) -> None:
    """What stands beside a character does not change how it is shown, line ends of two characters excepted."""
    assert visible(f"{first} {second}") == f"{visible(first)} {visible(second)}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("\U000e0041\U000e0042", "\\U000e0041\\U000e0042"),
        ("\U000e0101", "\\U000e0101"),
        ("\u3164\u115f", "\\u3164\\u115f"),
        ("\x1b[2K", "\\x1b[2K"),
        ("\ud800", "\\ud800"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("one\rtwo", "one\\rtwo"),
        ("größe 語 🙂", "größe 語 🙂"),
    ],
    ids=[
        "turned around",
        "no width",
        "tags",
        "selector",
        "fillers",
        "terminal",
        "half a pair",
        "lines",
        "return",
        "plain",
    ],
)
def test_unseen_characters_are_spelled_out(text: str, shown: str) -> None:
    """Each stands as the escape that Python and JSON know it by."""
    assert visible(text) == shown


def test_long_texts_are_shown_whole() -> None:
    """However long a text is, each of its characters is written once."""
    assert visible("\u202ea" * 65_536) == "\\u202ea" * 65_536


def test_json_is_shown_to_its_last_name() -> None:
    """Texts and names at any depth are shown; other values stay, and fields that are null are left out."""
    value = {"a\u202e": ["b\u200b", {"c": None, "d": [None, 1, 2.5, True]}], "e": None}

    assert all_visible(value) == {r"a\u202e": [r"b\u200b", {"d": [None, 1, 2.5, True]}]}
