"""Generated histories: several runs and people rewrite the same files, rename, merge and squash. Git knows the truth.

Every line but the blank ones has a text of its own, so that a line that went through a squash is found again before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.support.asking import when
from tests.support.clone import NewCommit
from tests.support.places import Marks, Place

PATHS = ("src/app.py", "src/parser.py", "src/store.py", "docs/guide.md")
_LENGTH = 45
"""Lines of a file, about."""
_STEP = 0.2
"""Minutes between two commits."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A pull request: what it would be merged into, its last commit, and the squash that it became, if any."""

    number: int
    base: str
    head: str
    squash: str | None = None
    merge: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a pull request's diff shows, and the run that signed the commit that wrote (LEFT: removed) it.

    ``squashed``: git blames a squash for it, and the run is of a commit before that.
    """

    pull: Wrote
    path: str
    line: int
    side: str
    run: Marks | None
    squashed: bool = False


@dataclass
class History:
    """A repository's history, to be grown: ``run`` None is a person."""

    place: Place
    runs: list[Marks]
    random: Random
    pulls: list[Wrote] = field(default_factory=list)
    _files: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _signed: dict[str, Marks | None] = field(default_factory=dict)
    _parents: dict[str, list[str]] = field(default_factory=dict)
    _lines: int = 0
    main: str = ""

    def grow(self, pulls: int) -> None:
        """Write a beginning on main, then pull requests one after the other."""
        for path, run in zip(PATHS, (*self.runs, None), strict=False):
            files = {**self._files.get(self.main, {}), path: self._new(_LENGTH)}
            self.main = self._sign(files, [self.main] if self.main else [], run)
        for _ in range(4):
            self.main = self._commit(self.main, most=4)
        for number in range(1, pulls + 1):
            self._pull(100 + number)

    def lines(self, pull: Wrote) -> Iterator[Line]:
        """Tell of every line that the diff of a pull request shows, but of blank ones that nobody can tell apart."""
        for before, after, rows in self._diff(pull):
            for old, new, mark, text in rows:
                if mark == "-":
                    if text and before == after and not self._holds(pull.head, text):  # git may show one as moved
                        yield Line(pull, before, old, "LEFT", self._signed[self._remover(pull, text)])
                    continue
                writer = self._writer(pull, after, new, text)
                if writer is not None:
                    squashed = writer != self.place.clone.writers(pull.head, after)[new - 1]
                    yield Line(pull, after, new, "RIGHT", self._signed[writer], squashed)

    def _pull(self, number: int) -> None:
        base = head = self.main
        runs: list[Marks] = []
        for step in range(self.random.randint(4, 7)):
            head = self._commit(head, renames=True)
            if (run := self._signed[head]) is not None and run not in runs:
                runs.append(run)
            if step == 2 and self.random.random() < 0.6:
                self.main = self._commit(self.main, most=1)
                merged = self._merged(head, self.main)
                if merged is not None:
                    base = self.main
                    head = self._keep("Merge main", merged, [head, self.main], None)
        if self.random.random() < 0.5:
            self.main = self._commit(self.main, most=1)
        merged = self._merged(self.main, head)
        end = self.random.choice(["squash", "squash", "squash", "merge", "merge", "open"])
        squash = merge = None
        if merged is not None and end == "squash":
            trailers = "\n\n".join(run.trailers for run in runs)
            squash = self.main = self._keep(f"Do it (#{number})\n\n{trailers}".strip(), merged, [self.main], None)
        elif merged is not None and end == "merge":
            merge = self.main = self._keep(f"Merge #{number}", merged, [self.main, head], None)
        self.pulls.append(Wrote(number, base, head, squash, merge))

    def _commit(self, parent: str, *, most: int = 2, renames: bool = False) -> str:
        """Change a few places of ``most`` files, or fewer."""
        run = self.random.choice([*self.runs, None])
        files = dict(self._files[parent])
        for path in self.random.sample(sorted(files), k=self.random.randint(1, most)):
            lines = list(files[path])
            for _ in range(self.random.randint(1, most)):
                self._change(lines)
            files[path] = lines
            if renames and self.random.random() < 0.08:
                folder, _, name = path.rpartition("/")
                files[f"{folder}/{self._lines}_{name.rpartition('_')[2]}"] = files.pop(path)
        return self._sign(files, [parent], run)

    def _sign(self, files: Mapping[str, list[str]], parents: list[str], run: Marks | None) -> str:
        return self._keep("Change something" if run is None else run.message(), files, parents, run)

    def _change(self, lines: list[str]) -> None:
        begin, count = self.random.randrange(len(lines)), self.random.randint(1, 3)
        what = self.random.choice(["replace", "replace", "insert", "delete"])
        if what == "insert" or len(lines) < _LENGTH - 15:
            lines[begin:begin] = self._new(count)
        elif what == "delete" or len(lines) > _LENGTH + 15:
            del lines[begin : begin + count]
        else:
            lines[begin : begin + count] = self._new(len(lines[begin : begin + count]))

    def _new(self, count: int) -> list[str]:
        made = []
        for _ in range(count):
            self._lines += 1
            made.append("" if self.random.random() < 0.08 else f"{self.random.choice('abcdef') * 6} {self._lines}")
        return made

    def _keep(self, message: str, files: Mapping[str, list[str]], parents: list[str], run: Marks | None) -> str:
        old = self._files[parents[0]] if parents else {}
        changed = {path: "".join(f"{line}\n" for line in files[path]) for path in files if files[path] != old.get(path)}
        gone = {path: None for path in old if path not in files}
        at = when(_STEP * len(self._files))
        [sha] = self.place.clone.write([NewCommit(message, {**gone, **changed}, parents, at=at)])
        self._files[sha], self._signed[sha], self._parents[sha] = dict(files), run, parents
        return sha

    def _merged(self, ours: str, theirs: str) -> dict[str, list[str]] | None:
        """Return the files of a merge; None where git finds a conflict."""
        git = self.place.clone.git
        try:
            tree = git("merge-tree", "--write-tree", ours, theirs).decode().strip()
        except Exception:  # noqa: BLE001 -- git says by its exit code that there is a conflict
            return None
        paths = git("ls-tree", "-r", "--name-only", "-z", tree).decode().split("\0")[:-1]
        return {path: git("cat-file", "blob", f"{tree}:{path}").decode().split("\n")[:-1] for path in paths}

    def _diff(self, pull: Wrote) -> Iterator[tuple[str, str, list[tuple[int, int, str, str]]]]:
        """Tell of the files of a diff that are on both sides: paths, and rows of old and new number, mark and text."""
        shown = self.place.clone.git("diff", "-M", f"{pull.base}...{pull.head}", "--").decode().split("\n")
        before = after = ""
        rows: list[tuple[int, int, str, str]] = []
        old = new = 0
        for row in [*shown, "diff --git"]:
            if row.startswith("diff --git"):
                if before and after:
                    yield before, after, rows
                before, after, rows = "", "", []
            elif row.startswith("--- "):
                before = row.partition("/")[2] if row.startswith("--- a/") else ""
            elif row.startswith("+++ "):
                after = row.partition("/")[2] if row.startswith("+++ b/") else ""
            elif row.startswith("@@ "):
                old, new = (int(word.split(",")[0][1:]) - 1 for word in row.split(" ")[1:3])
            elif row[:1] in {" ", "-", "+"}:
                old, new = old + (row[0] != "+"), new + (row[0] != "-")
                rows.append((old, new, row[0], row[1:]))

    def _writer(self, pull: Wrote, path: str, line: int, text: str) -> str | None:
        """Return the commit that git blames for a line, before any squash; None for a blank line that was squashed."""
        squashes = {one.squash: one for one in self.pulls if one.squash is not None}
        sha = self.place.clone.writers(pull.head, path)[line - 1]
        while sha in squashes:
            if not text:
                return None
            head = squashes[sha].head
            places = [(there, lines.index(text) + 1) for there, lines in self._files[head].items() if text in lines]
            if not places:
                return sha
            [(path, line)] = places
            sha = self.place.clone.writers(head, path)[line - 1]
        return sha

    def _remover(self, pull: Wrote, text: str) -> str:
        """Return the commit of a pull request that removed a line: its parent had the text, and it has not."""
        git = self.place.clone.git
        shas = git("rev-list", "--no-merges", f"{pull.base}..{pull.head}", "--").decode().split()
        [sha] = [sha for sha in shas if self._holds(self._parents[sha][0], text) and not self._holds(sha, text)]
        return sha

    def _holds(self, sha: str, text: str) -> bool:
        return any(text in lines for lines in self._files[sha].values())
