"""Every command that is written is one that there is; ``tests/e2e/test_guide.py`` runs those in blocks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

import click

from receiver.cli import main
from tests.support.documents import (
    NOT_RUN,
    OUTPUT,
    PART,
    REASONS,
    WRITTEN,
    Block,
    blocks,
    code,
    code_of,
    every_document,
    scripts,
)
from tests.support.printed import holds, prints
from tests.support.tree import ROOT

LANGUAGES = {"sh", "text", "json", "python"}
"""What a block may be. One without a language, or one that is only indented, could hide commands."""

COMMAND = re.compile(r"(?<![\w./-])whichrun +([a-z](?:[^|&;`()#]|<(?=[a-z]))*)")


def every_block() -> Iterator[Block]:
    """Yield the blocks of all documents."""
    for document in every_document():
        yield from blocks(document)


def commands(text: str) -> list[list[str]]:
    """Return the words of each ``whichrun …`` in a text of commands, without what a shell does with it."""
    lines = text.replace("\\\n", " ").splitlines()
    found = [match for line in lines for match in COMMAND.findall(line)]
    return [shlex.split(re.split(r"\s[<>]", words)[0]) for words in found]


def fault(words: Sequence[str], *, whole: bool) -> str | None:
    """Say what is wrong with the words after ``whichrun``; None when nothing is.

    ``whole`` ones have all that the command wants; others, as a sentence mentions them, may leave arguments out.
    """
    command: click.Command = main
    context = click.Context(main, info_name="whichrun")
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        name = rest.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"whichrun {' '.join(words)}: there is no {name}"
        command, context = found, click.Context(found, parent=context, info_name=name)
    try:
        if whole:
            command.make_context(context.info_name, rest, parent=context.parent)
            return None
        _, left, _ = command.make_parser(context).parse_args(rest)
    except click.ClickException as error:
        return f"whichrun {' '.join(words)}: {error.format_message()}"
    return f"whichrun {' '.join(words)}: one word too many" if left else None


def test_every_rule_of_make_that_is_named_exists() -> None:
    """Each ``make X`` in the documents is a rule of the Makefile."""
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    named = re.findall(r"\bmake ([a-z-]+)", code(*WRITTEN))

    assert named
    assert set(named) - set(rules) == set()


def test_every_command_that_is_named_exists() -> None:
    """Each ``whichrun X …`` in a line or in a block of commands is a command, with options and words that it takes."""
    inline = [re.sub(r"^ *```.*?^ *```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL) for path in WRITTEN]
    texts = [*map(code_of, inline), *(block.text for block in every_block() if block.commands)]
    named = [words for text in texts for words in commands(text)]

    assert {"serve", "token", "keys", "import"} <= {words[0] for words in named}
    assert [told for words in named if (told := fault(words, whole=False))] == []


def test_commands_that_are_not_run_are_whole_all_the_same() -> None:
    """Where a block cannot be run, each ``whichrun …`` in it is read by the command line as it stands."""
    left_out = [block for block in every_block() if block.commands and block.why_not is not None]

    assert left_out
    assert [told for block in left_out for words in commands(block.text) if (told := fault(words, whole=True))] == []


def test_a_wrong_command_is_noticed() -> None:
    """An unknown command, subcommand, option or word is a fault, and so is an argument that is wanting."""
    for words in ("no-such", "token give NAME", "feedback --no-such", "feedback word", "keys retire A B"):
        assert fault(words.split(), whole=False)
    assert fault(["replay", "--status", "no-such"], whole=True)
    assert fault(["keys", "retire"], whole=True)
    assert not fault(["keys", "retire"], whole=False)
    assert commands("a | whichrun verify --jwks URL < x.md && whichrun sign --span 1 > y # z") == [
        ["verify", "--jwks", "URL"],
        ["sign", "--span", "1"],
    ]


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    """A block that no test runs names one of a few reasons, and each of these is used."""
    reasons = [(str(block), block.why_not) for block in every_block() if block.why_not is not None]
    run = {block for document in every_document() for block, _ in scripts(document)}

    assert [block for block, why in reasons if why not in REASONS] == []
    assert {why for _, why in reasons} == set(REASONS)
    assert run | {block for block in every_block() if block.why_not} == {one for one in every_block() if one.commands}


def test_every_block_says_what_it_is() -> None:
    """Its language is one of a few, and a comment above it is one that the tests know."""
    for block in every_block():
        assert block.language in LANGUAGES, block
        assert block.note in {"", OUTPUT, PART} or block.note.startswith(NOT_RUN), block
        assert block.why_not is None or block.commands, block


def test_what_is_shown_is_compared_line_by_line() -> None:
    """``…`` stands for anything in a line, alone for any lines; a run's id that is another each time stays the same."""
    one, other = "1f52139505e1eaeb", "21e352d2c3bd1d7d"

    assert prints("a … c\n", "a b and c  \n")
    assert not prints("a … c", "a\nc")
    assert prints("first\n…\nlast", "first\nmore\nand more\nlast")
    assert not prints("first\nlast", "first\nmore\nlast")
    assert prints(f"{one} {one}", f"{other} {other}")
    assert not prints(f"{one} {one}", f"{one} {other}")
    assert not prints(one, other, known=f"--span {one}")


def test_part_of_json_is_held_against_the_whole() -> None:
    """More members and elements may be printed than are shown, but no other ones, and in no other order."""
    printed = '{"a": 1, "b": [{"c": "x7"}, {"c": "y", "d": null}]}\n{}'

    assert holds('{"a": 1, "b": [{"c": "x…"}]}\n{}', printed)
    assert holds('{"b": [{"d": null}]} {}', printed)
    for other in ('{"a": 1}', '{"a": 2} {}', '{"a": true} {}', '{"b": [{"c": "y"}, {"c": "x7"}]} {}', '{"e": 1} {}'):
        assert not holds(other, printed)


def test_every_output_follows_commands_that_are_run() -> None:
    """What is shown as output is compared: the block before it is one that the tests run."""
    shown = {output for document in every_document() for _, output in scripts(document) if output is not None}

    assert shown
    assert {block for block in every_block() if block.note in {OUTPUT, PART}} == shown
