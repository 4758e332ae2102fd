from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.cli.output import print_table, printable


@given(st.text())
def test_no_control_character_reaches_a_terminal(text: str) -> None:
    """Whatever a text holds, what is printed of it is one line without control or direction characters."""
    shown = printable(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_ordinary_text_is_printed_as_it_is(text: str) -> None:
    """Letters, digits, punctuation and symbols of any script are left alone."""
    assert printable(text) == text


def test_an_escape_sequence_is_shown_instead_of_obeyed() -> None:
    """The escape character, with which a terminal is told what to do, is spelled out."""
    assert printable("a\x1b[2Jb\nc") == "a\\x1b[2Jb c"


def test_a_table_in_a_pipe_holds_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal no cell is cut or folded, markup is plain text, and a dash stands for nothing."""
    long = "[red]word[/red] " * 30
    print_table(["one", "two"], [[long, None], ["\x1b]0;title\x07", "x"]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert long.strip() in lines[1]
    assert lines[1].rstrip().endswith("-")
    assert "\x1b" not in lines[2]
