"""Scanning is linear: twice the hostile text takes about twice the steps (SPEC §2.1).

Steps are counted, not timed: each Python line that runs is one. The searches in between are ``str.find`` and regular
expressions that give nothing back; both kinds of tests below would hang long before they failed otherwise.
"""

import pytest

from resolver import passages
from resolver.claims.scan import scan_commit, scan_text
from resolver.command import find_command
from resolver.markdown import COMMAND, read
from tests.support.steps import fill, steps

pytestmark = pytest.mark.no_cover  # counting lines doubles the time of what only repeats them

HOSTILE = {
    "openings": "<!--",
    "openings of claims": "<!-- agents-run: {",
    "comments that end in three hyphens": "<!-- ---> ",
    "angle brackets": "<",
    "backticks": "`",
    "backtick runs": "`a``b```c",
    "quotes": ">",
    "spaced quotes": "> ",
    "quotes that nothing continues": "> #\nb\n",
    "quoted fences that nothing continues": "> ~~~\nb\n",
    "quoted lists that go on": "> - a\nb\n",
    "lists": "- ",
    "items": "- a\n",
    "brackets": "[",
    "stars": "*",
    "tags": "<a ",
    "tags in quotes of tags": "<a x='<a y=\"' z='",
    "instructions": "<?",
    "CDATA": "<![CDATA[",
    "backslashes": "\\",
    "fences": "~~~\n",
    "pre": "<pre>",
    "raw elements": "<script></textarea>",
    "headings": "a\n=\n",
    "blank lines": " \n",
    "lines of HTML": "<div>\n",
    "commands": "/agents improve ",
    "links": "[a](b 'c') ",
    "unclosed links": "[a](",
    "links in addresses": "[](a[]()",
    "unclosed titles": "[](a '",
    "unclosed titles in parentheses": "[](a (",
    "closings": '](a "',
    "labels": "][",
    "images": "![a",
    "angle brackets in links": "](<a ",
    "definitions": "[a]: b 'c\n",
    "definitions with titles": "[a]: b 'c'\n",
    "addresses": "https://",
    "addresses of the web": "www.",
    "footnotes": "[^1]: a\n",
    "cells": "|a",
    "header rows": "|a|\n|-|\n",
    "header rows apart": "|a|\n|-|\n\n",
    "refused headers": "|a|b|\n|-|\n",
    "refused headers apart": "|a|b|\n|-|\n\n",
    "delimiters": "|-|\n",
    "quoted tables": "> |a|\n> |-|\nb\n",
    "tables in lists": "- |a|\n  |-|\n",
    "mixed": "> - `<!-- <a b='\n\t[x](/agents improve `` ~~~ \\<?\n",
}
COMMITS = {
    "trailers": "Agents-Attribution: e30\n",
    "continuations": "Agents-Attribution: e30\n e30\n  e30\n",
    "one long value": " e30\n",
    "indented": " ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_markdown_takes_linear_steps(unit: str) -> None:
    """Twice the text takes at most 2.5 times the steps, whatever it is made of."""
    once, twice = (steps(read, fill(unit, length)) for length in (4096, 8192))
    assert twice <= 2.5 * once


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_passages_take_linear_steps(unit: str) -> None:
    """Twice the text takes at most 2.5 times the steps here too."""
    once, twice = (steps(passages.read, fill(unit, length)) for length in (4096, 8192))
    assert twice <= 2.5 * once


def test_wide_tables_take_linear_steps() -> None:
    """Short rows below a wide header are not filled up."""
    once, twice = (
        steps(read, f"{COMMAND}\n\n{'|a' * length}\n{'|-' * length}\n" + "b\n" * length) for length in (512, 1024)
    )
    assert twice <= 2.5 * once


@pytest.mark.parametrize("unit", COMMITS.values(), ids=COMMITS)
def test_trailers_take_linear_steps(unit: str) -> None:
    """Twice the commit message takes at most 2.5 times the steps."""
    once, twice = (steps(scan_commit, fill(unit, length)) for length in (4096, 8192))
    assert twice <= 2.5 * once


@pytest.mark.parametrize("unit", [*HOSTILE.values(), *COMMITS.values()])
def test_large_hostile_texts_are_read(unit: str) -> None:
    """64 KiB of anything is read to its end by every scanner."""
    text = fill(unit, 65_536)
    scan_text(text)
    scan_commit(text)
    find_command(text)
    passages.read(text)
