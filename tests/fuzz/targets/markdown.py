"""Commands, passages and comments of any text: no error, places that are so, and no command in code or quotes."""

from __future__ import annotations

from resolver import passages
from resolver.command import find_command
from resolver.commonmark import parse
from resolver.markdown import COMMAND, read
from resolver.numbers import closes
from tests.fuzz.given import text
from tests.fuzz.reference import ordinary
from tests.fuzz.targets import comments

LONGEST = 600
WORDS = (*comments.WORDS, COMMAND, "agents-run", "fixes #1", "[!NOTE]", "https://github.com/acme/widgets/pull/1")
SEEDS = tuple(seed.replace("\x01", f" {COMMAND} ") for seed in comments.SEEDS)


def check(data: bytes) -> None:
    """Any text is read; each piece is where it is said to be; a lone command counts only where others see text."""
    source = text(data[:LONGEST])
    parse(source)
    found = read(source)
    for comment in found.comments:
        assert source[comment.start : comment.start + 4] == "<!--"
        assert source[: comment.end].endswith(">")
    assert all(source[command.start : command.end] == COMMAND for command in found.commands)
    assert (find_command(source) is not None) == bool(found.commands)
    _check_passages(source)
    if found.commands and source.count(COMMAND) == 1:
        _, shown = ordinary(source)
        assert COMMAND in shown, f"taken from code or a quote: {source!r}"


def _check_passages(source: str) -> None:
    told = passages.read(source)
    assert all(len(quote) >= passages.SHORTEST_QUOTE for quote in told.quotes)
    assert all(number > 0 for number in closes(source, ["acme/widgets"]))
