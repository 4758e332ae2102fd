"""The command of SPEC §5.1, ``/agents improve``, and the instruction that the rest of the text gives."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.markdown import COMMAND, read


@dataclass(frozen=True, slots=True)
class Command:
    """A text asked for an improvement; ``instruction`` is what it says besides, as it was written."""

    instruction: str


def find_command(text: str) -> Command | None:
    """Return the command that a text gives in ordinary text; None when it gives none.

    The instruction is the raw text without the commands and without HTML comments, and with no more than one
    blank line between two others. Code and quotes stay: they are what the instruction talks about.
    """
    if COMMAND not in text:
        return None
    ordinary = read(text)
    if not ordinary.commands:
        return None
    kept, place = [], 0
    for piece in sorted((*ordinary.commands, *ordinary.comments), key=lambda piece: piece.start):
        kept.append(text[place : piece.start])
        place = piece.end
    return Command(_fold("".join([*kept, text[place:]])))


def _fold(text: str) -> str:
    """Strip a text, end its lines with a newline only, and fold blank lines that follow each other."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").strip().split("\n"):
        if line.strip():
            lines.append(line)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines)
