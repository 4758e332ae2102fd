"""The documents as a reader finds them: which there are, in which order, and the blocks of code in each.

A comment directly above a block says what it is, where that does not go without saying:

``<!-- output -->``        what the block of commands before it prints, as ``tests/support/printed.py`` compares it
``<!-- output: part -->``  JSON of which what it prints holds at least this much
``<!-- not run: WHY -->``  commands that no test can run here, and why: one of ``REASONS``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

from markdown_it import MarkdownIt

from tests.support.tree import ROOT, files

README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DEPLOY = ROOT / "deploy"
RUNBOOK = DEPLOY / "runbook.md"
TRYING = DEPLOY / "trying.md"
SECURITY = DEPLOY / "security.md"
GUIDE = DEPLOY / "guide"
SET_UP, CONCEPTS, ANSWERS, SIGNING, API, FEEDBACK, OPERATING = (
    GUIDE / f"{number}-{name}.md"
    for number, name in enumerate(("set-up", "concepts", "answers", "signing", "api", "feedback", "operating"), 1)
)
CHAPTERS = (SET_UP, CONCEPTS, ANSWERS, SIGNING, API, FEEDBACK, OPERATING, CONTRIBUTING)
"""What the README leads through, in the order of reading."""
WRITTEN = (README, *CHAPTERS, RUNBOOK, TRYING, SECURITY)
"""The documents whose every name is held against what there is. Others are made by programs, or tell of the past."""

REASONS = {
    "docker": "needs Docker's daemon, and images from elsewhere",
    "github": "needs GitHub, and an account there",
    "internet": "needs somebody else's service on the internet",
    "systemd": "needs a host where systemd keeps the service",
}
"""Why commands cannot be run by a test. Each has to be one that some block gives."""

OUTPUT, PART, NOT_RUN = "output", "output: part", "not run: "
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->\s*")
_CODE = re.compile(r"^ *```\w*\n(.*?)^ *```$|`([^`]+)`", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the line where it begins (from 1), its language, its text, and the heading (``##``) over it.

    ``note`` is what the comment directly above it says; empty where there is none.
    """

    document: Path
    line: int
    language: str
    text: str
    note: str
    section: str

    @property
    def commands(self) -> bool:
        """Whether it is for a shell."""
        return self.language == "sh"

    @property
    def why_not(self) -> str | None:
        """Why no test can run it; None for one that is run."""
        return self.note.removeprefix(NOT_RUN) if self.note.startswith(NOT_RUN) else None

    def __str__(self) -> str:
        """Name it as failures show it."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@cache
def blocks(document: Path) -> tuple[Block, ...]:
    """Return the blocks of code in a document, those in lists too. Code that is only indented has no language."""
    tokens = MarkdownIt().parse(document.read_text())
    found, section = [], ""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            section = tokens[index + 1].content
        elif token.type in {"fence", "code_block"}:
            before = tokens[index - 1]
            comment = _COMMENT.fullmatch(before.content) if before.type == "html_block" else None
            line = token.map[0] + 1 if token.map else 0
            note = comment.group(1) if comment else ""
            found.append(Block(document, line, token.info, token.content, note, section))
    return tuple(found)


def every_document() -> Iterator[Path]:
    """Yield every document of the tree."""
    yield from files(".md")


def scripts(document: Path) -> list[tuple[Block, Block | None]]:
    """Return the commands of a document that are run, each with the output that is shown for it."""
    own = blocks(document)
    return [
        (block, following if following is not None and following.note in {OUTPUT, PART} else None)
        for block, following in zip_longest(own, own[1:])
        if block.commands and block.why_not is None
    ]


def code(*documents: Path) -> str:
    """Return what some documents set as code, in lines or in blocks: there a name is meant as a name."""
    return "\n".join(code_of(path.read_text()) for path in documents)


def code_of(text: str) -> str:
    """Return what a text sets as code; code in a line is one line, however it is wrapped."""
    return "\n".join(
        match.group(1) if match.group(1) is not None else " ".join(match.group(2).split())
        for match in _CODE.finditer(text)
    )


def section(document: Path, heading: str) -> str:
    """Return the text under a heading of the second level."""
    return document.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]


def title(document: Path) -> str:
    """Return the heading of a document."""
    return document.read_text().splitlines()[0].removeprefix("# ")


def links(document: Path) -> list[str]:
    """Return where the links and pictures of a document lead within the tree, as they are written."""
    return re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", document.read_text())


def anchors(document: Path) -> set[str]:
    """Return the names that GitHub gives to a document's headings; of equal ones the second ends in ``-1``."""
    tokens = MarkdownIt().parse(document.read_text())
    headings = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"]
    names = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    before = [names[:index].count(name) for index, name in enumerate(names)]
    return {f"{name}-{count}" if count else name for name, count in zip(names, before, strict=True)}
