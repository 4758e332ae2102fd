"""The command `/agents improve` and its instruction (SPEC §5.1)."""

import pytest

from resolver.command import find_command


@pytest.mark.parametrize(
    ("text", "instruction"),
    [
        ("/agents improve", ""),
        ("/agents improve use tabs", "use tabs"),
        ("/agents improve\r\n\r\nuse tabs\r\n", "use tabs"),
        ("use tabs\n/agents improve", "use tabs"),
        ("Please /agents improve: use tabs", "Please : use tabs"),
        ("(/agents improve) use tabs", "() use tabs"),
        ("**/agents improve**", "****"),
        ("_/agents improve_", "__"),
        ("/agents improve.", "."),
        ("/agents improve- use tabs", "- use tabs"),
        ('"/agents improve", he said', '"", he said'),
        ("/agents improve /agents improve twice", "twice"),
        ("/agents improve\tuse tabs", "use tabs"),
        ("-/agents improve", "-"),
        ("a\n\n\n/agents improve\n\n \n\nb", "a\n\nb"),
        ("/agents improve <!-- agents-run: {} -->use tabs<!-- x -->", "use tabs"),
        ("/agents improve not `/agents improve`", "not `/agents improve`"),
        ("/agents improve\n> quoted\n\n```\ncode\n```", "> quoted\n\n```\ncode\n```"),
        ("/agents improve `<!-- kept -->`", "`<!-- kept -->`"),
    ],
)
def test_command(text: str, instruction: str) -> None:
    """The command may touch punctuation; the rest is the instruction, without comments and surplus blank lines."""
    command = find_command(text)
    assert command is not None
    assert command.instruction == instruction


@pytest.mark.parametrize(
    "text",
    [
        "",
        "agents improve",
        "/agents  improve",
        "/agents\timprove",
        "/agents\nimprove",
        "/agents\u00a0improve",
        "/Agents improve",
        "/AGENTS IMPROVE",
        "/agents Improve",
        "/agents improvement",
        "/agents improve2",
        "/agents improve-ments",
        "/agents improve_it",
        "/agents improveé",
        "x/agents improve",
        "9/agents improve",
        "é/agents improve",
        "//agents improve",
        "\\/agents improve",
        "https://example.com/agents improve",
        "`/agents improve`",
        "> /agents improve",
        "<!-- /agents improve -->",
        "<!-- \n/agents improve",
    ],
)
def test_no_command(text: str) -> None:
    """Anything else, in case, spacing or as part of a longer word, is no command; nor is one in code or quotes."""
    assert find_command(text) is None
