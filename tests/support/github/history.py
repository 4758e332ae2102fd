"""What git says of a clone: commits, what they changed, who wrote which line. Nothing that is asked for is an option.

Answers about commit ids never change and are kept. None, or an empty list, is "git knows no such thing".
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.support.clone import Clone

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The id that git gives to a folder without files."""

_SHA = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"(?!-|.*(?:\.\.|@\{))[^\x00-\x20\x7f~^:?*\[\\]+")
_FILE_OF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*:[A-Za-z0-9_./-]+")
_FORMAT = "%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f%B"
_BLAMED = re.compile(rb"([0-9a-f]{40}) [0-9]+ ([0-9]+)(?: [0-9]+)?")
_STATUS = {"A": "added", "C": "copied", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who wrote or committed, and when: ``date`` as GitHub writes it."""

    name: str
    email: str
    date: str


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Hand
    committer: Hand
    message: str


@dataclass(frozen=True, slots=True)
class GitFile:
    """A file that differs between two commits: ``patch`` begins at its first hunk; None for a binary file."""

    filename: str
    status: str
    previous_filename: str | None
    blob: str
    patch: str | None

    @property
    def additions(self) -> int:
        """How many lines were added."""
        return self._count("+")

    @property
    def deletions(self) -> int:
        """How many lines were removed."""
        return self._count("-")

    def _count(self, mark: str) -> int:
        return sum(line.startswith(mark) for line in (self.patch or "").split("\n"))


@dataclass(slots=True)
class History:
    """A clone, asked with git. Threads may share it."""

    clone: Clone
    _commits: dict[str, GitCommit] = field(default_factory=dict)
    _changes: dict[tuple[str, str], tuple[GitFile, ...]] = field(default_factory=dict)
    _blamed: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        """Return the id of the commit that a branch's name, or an id (or its beginning), stands for."""
        wanted = (name,) if re.fullmatch(r"[0-9a-f]{7,40}", name) else (f"refs/heads/{name}", f"refs/tags/{name}")
        if not _REF.fullmatch(name):
            return None
        for word in wanted:
            if shown := self._try("rev-parse", "--quiet", "--verify", "--end-of-options", f"{word}^{{commit}}"):
                return shown.decode().strip()
        return None

    def heads(self, sha: str) -> list[str]:
        """Return the names of the branches whose last commit is this one."""
        shown = self.clone.git("for-each-ref", f"--points-at={sha}", "--format=%(refname:lstrip=2)", "refs/heads/")
        return shown.decode().split()

    def tree(self, sha: str, *, recursive: bool) -> list[tuple[str, str, str, str]]:
        """Return mode, kind, id and path of what stands in a commit's tree; in folders too if ``recursive``."""
        shown = self.clone.git("ls-tree", "-z", *(["-r", "-t"] if recursive else []), sha).decode(errors="replace")
        rows = (row.partition("\t") for row in shown.split("\0") if row)
        return [(*head.split(" "), path) for head, _, path in rows]  # type: ignore[misc]

    def text(self, expression: str) -> str | None:
        """Return the text of a file that an expression names (``COMMIT:PATH``); None for anything else."""
        found = self._try("cat-file", "blob", expression) if _FILE_OF.fullmatch(expression) else None
        return None if found is None else found.decode("utf-8", "replace")

    def is_commit(self, sha: str) -> bool:
        """Whether there is a commit of this id."""
        return _SHA.fullmatch(sha) is not None and (
            sha in self._commits or self._try("cat-file", "-e", f"{sha}^{{commit}}") is not None
        )

    def commits(self, shas: Sequence[str]) -> list[GitCommit]:
        """Return commits in the order of their ids, which must be known."""
        missing = [sha for sha in shas if sha not in self._commits]
        if missing:
            options = ("--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", f"--format={_FORMAT}")
            given = "".join(f"{sha}\n" for sha in missing).encode()
            for told in self.clone.git("log", *options, given=given).decode(errors="replace").split("\0"):
                if told:
                    commit = _commit(told)
                    self._commits[commit.sha] = commit
        return [self._commits[sha] for sha in shas]

    def between(self, base: str, head: str) -> list[str]:
        """Return the ids of the commits that ``head`` has and ``base`` has not, oldest first."""
        return self._list("--reverse", "--topo-order", f"{base}..{head}")

    def log(self, head: str, *options: str, path: str | None = None) -> list[str]:
        """Return the ids of a commit and all before it, newest first: of those that touch a path, if one is given.

        ``options`` are those of ``git rev-list``.
        """
        return self._list(*options, head, path=path)

    def merge_base(self, one: str, other: str) -> str | None:
        """Return where the ways of two commits part."""
        shown = self._try("merge-base", one, other)
        return None if shown is None else shown.decode().split()[0]

    def is_before(self, sha: str, head: str) -> bool:
        """Whether a commit is another one, or leads to it."""
        return self._try("merge-base", "--is-ancestor", sha, head) is not None

    def files(self, commit: GitCommit) -> tuple[GitFile, ...]:
        """Return what a commit changed, of a merge against its first parent; all of it, for a first commit."""
        return self.changes(commit.parents[0] if commit.parents else EMPTY_TREE, commit.sha)

    def changes(self, old: str, new: str) -> tuple[GitFile, ...]:
        """Return the files that differ between two commits; renames are found as git's defaults do."""
        if (old, new) not in self._changes:
            raw = self.clone.git("diff-tree", "-r", "-M", "-z", "--raw", "--no-abbrev", old, new)
            patches = self.clone.git("diff-tree", "-r", "-M", "-p", old, new) if raw else b""
            self._changes[old, new] = tuple(_files(raw.decode(errors="replace"), _patches(patches)))
        return self._changes[old, new]

    def writers(self, sha: str, path: str) -> list[str] | None:
        """Return the commit that git, with its defaults, blames for each line of a file."""
        if (sha, path) not in self._blamed:
            if "\0" in path or not path or path.startswith("/"):
                return None
            shown = self._try("blame", "--porcelain", sha, "--", path)
            if shown is None:
                return None
            rows = (_BLAMED.fullmatch(row) for row in _headers(shown))
            self._blamed[sha, path] = [row[1].decode() for row in rows if row is not None]
        return self._blamed[sha, path]

    def _list(self, *words: str, path: str | None = None) -> list[str]:
        return self.clone.git("rev-list", *words, "--", *([] if path is None else [path])).decode().split()

    def _try(self, *words: str) -> bytes | None:
        try:
            return self.clone.git(*words)
        except (subprocess.CalledProcessError, UnicodeEncodeError):
            return None


def _commit(told: str) -> GitCommit:
    sha, tree, parents, *rest = told.split("\x1f", 9)
    name, email, at, committer, mail, when, message = rest
    return GitCommit(
        sha,
        tree,
        tuple(parents.split()),
        Hand(name, email, _date(at)),
        Hand(committer, mail, _date(when)),
        message.rstrip("\n"),
    )


def _date(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _headers(shown: bytes) -> Iterable[bytes]:
    return (row for row in shown.split(b"\n") if not row.startswith(b"\t"))


def _files(raw: str, patches: list[str | None]) -> Iterable[GitFile]:
    """Read ``--raw -z``; the patches stand in the same order (a changed type takes two: removed, added)."""
    words, patch = iter(raw.split("\0")), iter(patches)
    for word in words:
        if not word:
            continue
        *_, old_blob, new_blob, letter = word.split(" ")
        path, before = next(words), None
        if letter[0] in "RC":
            before, path = path, next(words)
        text = next(patch)
        if letter == "T":
            next(patch)
            text = None
        yield GitFile(path, _STATUS[letter[0]], before, old_blob if letter == "D" else new_blob, text)


def _patches(shown: bytes) -> list[str | None]:
    """Cut ``-p`` into the patches of its files; None for one without hunks."""
    found: list[list[bytes] | None] = []
    for row in shown.split(b"\n"):
        if row.startswith(b"diff --git "):
            found.append(None)
        elif found and found[-1] is not None:
            found[-1].append(row)
        elif found and row.startswith(b"@@ "):
            found[-1] = [row]
    return [None if rows is None else b"\n".join(rows).decode(errors="replace").rstrip("\n") for rows in found]
