"""Real repositories, written and asked with git: who wrote a line is known from git itself.

``Clone.write`` makes commits, ``Clone.hunk`` is the diff that GitHub sends with a comment, and ``CloneBlamer`` says who
wrote its lines. What a person could type never reaches git as an option.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from resolver.model.github import Blame, BlameRange, Lines

LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)
_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
_SHA = re.compile(r"[0-9a-f]{40}")
_BLAMED = re.compile(rb"([0-9a-f]{40}) [0-9]+ ([0-9]+)(?: [0-9]+)?")
_HUNK = re.compile(r"@@ -([0-9]+)(?:,[0-9]+)? \+([0-9]+)(?:,[0-9]+)? @@")


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A commit to be written: ``files`` by path with their whole text, None for one that is removed.

    Each parent is a commit id, or the place of an earlier commit of the same list; files are changed from the first.
    """

    message: str
    files: Mapping[str, str | None]
    parents: Sequence[str | int] = ()
    author: str = "Someone"
    at: datetime = LONG_AGO


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths that a commit touched, as a push names them: a renamed file is one removed and one added."""

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(slots=True)
class Clone:
    """A repository without a working folder. Its methods raise CalledProcessError when git refuses."""

    folder: Path
    _named: int = field(default=0, init=False)

    def make(self) -> Clone:
        """Make it on disk, empty."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", ".")
        return self

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        """Call git, and return what it prints."""
        command = ("git", "--literal-pathspecs", *arguments)
        environment = {"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT}
        return subprocess.run(
            command, cwd=self.folder, env=environment, input=given, capture_output=True, check=True
        ).stdout

    def write(self, commits: Sequence[NewCommit]) -> list[str]:
        """Write commits in one go, parents first; return their ids."""
        self._named += 1
        stream = b"".join(_imported(commit, mark, self._named) for mark, commit in enumerate(commits, start=1))
        asked = b"".join(b"get-mark :%d\n" % mark for mark in range(1, len(commits) + 1))
        options = ("fast-import", "--quiet", "--force", "--date-format=raw", "--done")
        return self.git(*options, given=stream + asked + b"done\n").decode().split()

    def touched(self, shas: Sequence[str]) -> dict[str, Touched]:
        """Return the paths that each of some commits touched; a merge, against its first parent."""
        options = ("--stdin", "--root", "-r", "--diff-merges=first-parent", "--no-renames", "--name-status", "-z")
        shown = (
            self.git("diff-tree", *options, given="".join(f"{sha}\n" for sha in shas).encode()).decode().rstrip("\0")
        )
        paths: dict[str, dict[str, list[str]]] = {sha: {"A": [], "M": [], "D": []} for sha in shas}
        words, sha = iter(shown.split("\0")), ""
        for word in words:
            if _SHA.match(word):
                sha = word[:40]
            else:
                paths[sha][word].append(next(words))
        return {sha: Touched(*(tuple(found[letter]) for letter in "AMD")) for sha, found in paths.items()}

    def hunk(self, base: str, sha: str, path: str, *, line: int, side: str = "RIGHT") -> str | None:
        """Return the hunk of ``git diff base...sha`` that shows a line, cut so that it ends with that line.

        None when the diff does not show the line. ``side`` is LEFT for a line as it is numbered where the diff begins.
        """
        shown = self.git("diff", "-M", f"{base}...{sha}", "--").decode()
        ours = (
            part for part in re.split(r"^diff --git .*\n", shown, flags=re.MULTILINE) if _is_about(part, path, side)
        )
        for part in ours:
            for hunk in re.split(r"^(?=@@ )", part, flags=re.MULTILINE)[1:]:
                if (cut := _cut(hunk, line, side)) is not None:
                    return cut
        return None

    def writers(self, sha: str, path: str) -> list[str]:
        """Return the commit that wrote each line of a file, as plain ``git blame`` shows them."""
        return [
            line.split(" ")[0].lstrip("^")
            for line in self.git("blame", "-s", "-l", "--root", sha, "--", path).decode().splitlines()
        ]


@dataclass(frozen=True, slots=True)
class CloneBlamer:
    """Asks a clone who last changed some lines. Whatever it is asked, it answers or says None."""

    clone: Clone

    def blame(self, lines: Lines, *, base: str | None) -> Blame | None:
        """Return who last changed some lines, or removed them on the way from ``base``."""
        if not _SHA.fullmatch(lines.sha) or not 1 <= lines.first <= lines.last:
            return None
        try:
            if lines.side == "RIGHT":
                ranges = self._wrote(lines)
            elif lines.side == "LEFT" and base is not None and _SHA.fullmatch(base):
                ranges = self._removed(lines, base)
            else:
                return None
        except (subprocess.CalledProcessError, ValueError):
            # Git knows no such commit, file or line; or the path is none that a process can be given.
            return None
        if ranges is None:
            return None
        hunk = lines.hunk if lines.side == "LEFT" else None
        return Blame(lines.repository_id, lines.sha, lines.path, lines.side, ranges, hunk)

    def _wrote(self, lines: Lines) -> tuple[BlameRange, ...] | None:
        blamed = self._blamed(lines, lines.sha)
        return None if blamed is None else _ranges(lines, blamed)

    def _removed(self, lines: Lines, base: str) -> tuple[BlameRange, ...] | None:
        """Take the last commit that still had each line: the next one to touch the file removed it."""
        begins = self.clone.git("merge-base", base, lines.sha).decode().strip()
        lasted = self._blamed(lines, f"{begins}..{lines.sha}", "--reverse")
        if lasted is None:
            return None
        removers = {sha: self._next(sha, lines) for sha in set(lasted)}
        found = [sha for last in lasted if (sha := removers[last]) is not None]
        return _ranges(lines, found) if len(found) == len(lasted) else None

    def _blamed(self, lines: Lines, where: str, *options: str) -> list[str] | None:
        """Return the commit that git names for each line; None when the last line's text is another."""
        span = f"{lines.first},{lines.last}"
        shown = self.clone.git("blame", "--porcelain", *options, "-L", span, where, "--", lines.path)
        shas: list[str] = []
        text = b""
        for row in shown.split(b"\n"):
            if row.startswith(b"\t"):
                text = row[1:]
            elif found := _BLAMED.fullmatch(row):
                shas.append(found[1].decode())
        told = None if lines.text is None else lines.text.encode().removesuffix(b"\r")
        is_so = told is None or told == text.removesuffix(b"\r")
        return shas if is_so and len(shas) == lines.last - lines.first + 1 else None

    def _next(self, sha: str, lines: Lines) -> str | None:
        """Return the commit after one that touched the file next; None when the way forks or the file was moved."""
        way = f"{sha}..{lines.sha}"
        if self.clone.git("rev-list", "--merges", way, "--"):
            return None
        touching = self.clone.git("rev-list", "--reverse", way, "--", lines.path).decode().split()
        if not touching:
            return None
        changes = self.clone.git("diff-tree", "-r", "-M", "--no-commit-id", "--name-status", "-z", touching[0]).decode()
        moved = re.search(rf"(?:^|\0)R[0-9]+\0{re.escape(lines.path)}\0", changes)
        return None if moved else touching[0]


def _imported(commit: NewCommit, mark: int, branch: int) -> bytes:
    """Write a commit in the language of ``git fast-import``."""
    when = f"{commit.author} <someone@example.com> {int(commit.at.timestamp())} +0000"
    # Held by a name of its own, which is no branch: those are made by whoever tells a story.
    rows = [f"commit refs/stories/{branch}-{mark}", f"mark :{mark}", f"author {when}", f"committer {when}"]
    message = commit.message.encode()
    text = "\n".join(rows).encode() + b"\ndata %d\n%s\n" % (len(message), message)
    for word, parent in zip(_words(), commit.parents, strict=False):
        text += f"{word} {f':{parent + 1}' if isinstance(parent, int) else parent}\n".encode()
    for path, content in commit.files.items():
        if content is None:
            text += f"D {path}\n".encode()
        else:
            data = content.encode()
            text += f"M 100644 inline {path}\n".encode() + b"data %d\n%s\n" % (len(data), data)
    return text + b"\n"


def _words() -> Iterable[str]:
    yield "from"
    while True:
        yield "merge"


def _is_about(part: str, path: str, side: str) -> bool:
    """Whether one file's part of a diff is about a path, as it is called on a side."""
    named = re.search(r"^--- a/(.*)$" if side == "LEFT" else r"^\+\+\+ b/(.*)$", part, flags=re.MULTILINE)
    return named is not None and named[1] == path


def _cut(hunk: str, line: int, side: str) -> str | None:
    """Cut a hunk after a line; None when it does not show that line."""
    rows = hunk.removesuffix("\n").split("\n")
    begun = _HUNK.match(rows[0])
    if begun is None:
        return None
    old, new = int(begun[1]) - 1, int(begun[2]) - 1
    for index, row in enumerate(rows[1:], start=1):
        old, new = old + (row[:1] in {" ", "-"}), new + (row[:1] in {" ", "+"})
        shows = row[:1] == "-" and old == line if side == "LEFT" else row[:1] in {" ", "+"} and new == line
        if shows:
            return "\n".join(rows[: index + 1])
    return None


def _ranges(lines: Lines, shas: Sequence[str]) -> tuple[BlameRange, ...]:
    """Put lines of one commit that follow each other together."""
    ranges: list[BlameRange] = []
    for number, sha in enumerate(shas, start=lines.first):
        if ranges and ranges[-1].sha == sha:
            ranges[-1] = BlameRange(ranges[-1].first, number, sha)
        else:
            ranges.append(BlameRange(number, number, sha))
    return tuple(ranges)
