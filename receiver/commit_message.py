"""A commit message on its way into a commit, as git hands it to its hooks, and the trailers that are put into it.

Git itself adds the trailers (``git interpret-trailers``), outside of any repository, so that no configuration of
trailers changes what comes out. What it is given is the message without the part below the scissors line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from receiver.git import GitError, git
from receiver.run_trailers import Trailers
from resolver.claims.trailers import find_trailers

SCISSORS = "------------------------ >8 ------------------------"
MARKERS = "#;@!$%^&|:"
"""Those that git chooses from when ``core.commentChar`` is ``auto``."""

_SETTINGS = r"^(commit\.cleanup|core\.comment(char|string))$"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What git makes of comments: ``marker`` begins them (``auto`` is to be found), ``mode`` is ``commit.cleanup``.

    Not known is a ``--cleanup`` on the command line, which hooks are not told.
    """

    marker: str
    mode: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Cleaning:
        """Read git's configuration. Raises GitError."""
        try:
            listed = git("config", "--null", "--get-regexp", _SETTINGS, environment=environment).decode(
                errors="replace"
            )
        except GitError:
            git("rev-parse", "--git-dir", environment=environment)  # an error here is one; else nothing is set
            return cls("#", "default")
        given = dict(entry.split("\n", 1) for entry in listed.split("\0") if "\n" in entry)
        markers = [value for name, value in given.items() if name.startswith("core.")]
        return cls(markers[-1] if markers and markers[-1] else "#", given.get("commit.cleanup", "default"))

    def strips(self, *, edited: bool) -> bool:
        """Whether comments are taken out; without an editor, a line that begins with the marker is text."""
        return self.mode == "strip" or (edited and self.mode not in {"verbatim", "whitespace", "scissors"})


@dataclass(frozen=True, slots=True)
class Message:
    """A message: ``head`` becomes the commit's, ``tail`` is what git cuts off. Bytes that are no UTF-8 survive."""

    head: str
    tail: str
    marker: str

    @classmethod
    def read(cls, path: Path, marker: str) -> Message:
        """Read the file that git named. Raises OSError."""
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        one = rf"(?P<marker>[{re.escape(MARKERS)}])" if marker == "auto" else f"(?P<marker>{re.escape(marker)})"
        cut = re.search(rf"^{one} {SCISSORS}$", text, flags=re.MULTILINE)
        if cut is not None:
            return cls(text[: cut.start()], text[cut.start() :], cut["marker"])
        return cls(text, "", _last_marker(text) if marker == "auto" else marker)

    def write(self, path: Path) -> None:
        """Write it back. Raises OSError."""
        path.write_bytes((self.head + self.tail).encode("utf-8", "surrogateescape"))

    def lines(self, *, strip: bool) -> list[str]:
        """Return the lines that hold anything, without the comments if they are stripped."""
        lines = (line.rstrip() for line in self.head.split("\n"))
        return [line for line in lines if line and not (strip and line.startswith(self.marker))]

    def carries(self, trailers: Trailers) -> bool:
        """Whether the claim stands in it, wherever: a squash merge indents whole messages."""
        return trailers.attribution in find_trailers(self.head)

    def signed(self, trailers: Trailers, *, strip: bool, environment: Mapping[str, str]) -> Message:
        """Return it with the trailers at its end, each once, behind those of other runs. Raises GitError."""
        if self.carries(trailers):
            return self
        marker = self.marker if strip else _unused(self.head)
        above, words = self._taken_apart(strip=strip)
        # Another run's agent may have the same name: its trailer stands for that run, ours is put behind ours.
        options = ("--if-exists=addIfDifferent", "--if-exists=addIfDifferent", "--if-exists=add")
        added = [
            part for option, line in zip(options, trailers.lines, strict=False) for part in (option, "--trailer", line)
        ]
        told = git(
            *("-c", f"core.commentChar={marker}", "interpret-trailers", "--no-divider", "--where=end"),
            *("--if-missing=add", *added),
            given=words.encode("utf-8", "surrogateescape"),
            folder=Path("/"),
            environment=_without_configuration(environment),
        )
        message = replace(self, head=above + told.decode("utf-8", "surrogateescape"))
        if not message.carries(trailers):
            raise GitError("git did not add the trailers to the message")
        return message

    def _taken_apart(self, *, strip: bool) -> tuple[str, str]:
        """Return what stands above the title, and the rest, whose last line ends.

        Git's command takes the first lines for the title, be they empty; and without an end it sees no last line.
        """
        lines = re.findall(r"[^\n]*\n|[^\n]+$", self.head)
        title = next(
            index for index, line in enumerate(lines) if line.strip() and not (strip and line.startswith(self.marker))
        )
        words = "".join(lines[title:])
        return "".join(lines[:title]), words if words.endswith("\n") else f"{words}\n"


def _last_marker(text: str) -> str:
    """Return what the last line begins with, if git may have chosen that for its comments."""
    last = text.rstrip().rpartition("\n")[2][:1]
    return last if last and last in MARKERS else "#"


def _unused(text: str) -> str:
    """Return a character that no line begins with: then git takes every line for text."""
    used = {line[:1] for line in text.split("\n")}
    codes = (*range(1, 9), *range(14, 32), *range(33, 127))
    return next((chr(code) for code in codes if chr(code) not in used), "\x01")


def _without_configuration(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value for name, value in environment.items() if not name.startswith("GIT_") or name == "GIT_EXEC_PATH"
    }
    return {**kept, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
