"""A reader of the documents: a new clone, a shell in it, and the commands of one document after the other.

The clone is a folder of links to this tree, so that nothing is computed in it, and a repository of git. Its ``.venv``
is the environment that runs the tests, taken for just installed. Commands run as they are written, but for the places
that are somebody's own: the ports 8000 and 8001, the address of a PostgreSQL, and what a service said at its start.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import requests

from tests.support.commits import environment
from tests.support.documents import Block
from tests.support.processes import descendants, is_running, kill_tree
from tests.support.service import free_port, until
from tests.support.tree import ROOT

PATIENCE = 120.0
"""Seconds for one block, on a busy machine."""
STRICT = "set -euo pipefail\n"
CURL = "silent\nshow-error\nfail-with-body\n"  # an error of the API fails a command here; readers see it themselves
BINARIES = Path(sys.executable).parent
HERE, TOOLS = "127.0.0.1:8000", "127.0.0.1:8001"
POSTGRES = re.compile(r"postgresql://USER:\S+")
MARK = "the-shell-says-"


@dataclass(frozen=True, slots=True)
class Program:
    """What goes on until somebody stops it, as if in a terminal of its own.

    ``begins`` is how its command begins, ``says`` what it prints once it works (with its address where it has one), and
    ``path`` is below that address and then answers 200. One is stopped by the next of its ``kind``.
    """

    kind: str
    begins: str
    says: str = ""
    path: str | None = None


PROGRAMS = (
    Program("service", r"whichrun serve --setup\b", r"give this code: \S+"),
    Program("service", r"whichrun serve\b", r"(?m)^whichrun listens at (?P<address>\S+)$", "/readyz"),
    Program("demo", r"whichrun demo --serve\b", r'Bearer (?P<token>\S+)" (?P<address>http://[\d.:]+)/', "/readyz"),
    Program("tools", r"whichrun mcp --http\b", r"(?m)^whichrun mcp listens at (?P<address>\S+)$"),
    Program("stream", r"curl -N "),
)


@dataclass
class Reader:
    """A shell in ``folder``. What goes on (a service, a stream) is stopped by the next of its kind."""

    folder: Path
    notes: Path
    """Where what it does and what that prints is kept; not in the clone."""
    postgres: Callable[[], str]
    """Names a database that is there and empty."""
    port: int = field(default_factory=free_port)
    own: dict[str, str] = field(default_factory=dict)
    """What stands in the documents for what is another each time, and what it is now."""
    known: str = ""
    """All commands so far."""
    environment: dict[str, str] = field(init=False)
    _count: int = 0
    _going_on: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the clone, and open the shell."""
        for path in ROOT.iterdir():
            if path.name == ".gitignore" or not path.name.startswith((".", "whichrun.db")):
                (self.folder / path.name).symlink_to(path)
        (self.folder / ".venv").mkdir()
        (self.folder / ".venv" / "bin").symlink_to(BINARIES)
        (self.folder / ".venv" / ".installed").touch()
        self.notes.mkdir()
        (self.notes / ".curlrc").write_text(CURL)
        self.own |= {HERE: f"127.0.0.1:{self.port}", TOOLS: f"127.0.0.1:{free_port()}"}
        self.environment = _surroundings(self.notes, self.port)
        self.shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._tell(f"{STRICT}git init --quiet --initial-branch=main .\n")

    @property
    def url(self) -> str:
        """Where its service listens."""
        return f"http://127.0.0.1:{self.port}"

    def setting(self, name: str) -> str:
        """Return a setting that stands in the clone's ``.env``."""
        lines = (self.folder / ".env").read_text().splitlines()
        (value,) = (line.partition("=")[2] for line in lines if line.startswith(f"{name}="))
        return value

    def do(self, block: Block) -> str:
        """Run a block and return what it printed. Raises AssertionError when a command of it fails."""
        return self.run(block.text, name=str(block))

    def run(self, text: str, *, name: str = "") -> str:
        """Run some commands, as ``do`` does."""
        self._count += 1
        script = self.notes / f"{self._count}.sh"
        script.write_text(self.as_own(text))
        self.known += text
        self._out.touch()
        sourced = f". {script} </dev/null >{self._out} 2>{self._err}"
        program = next((one for one in PROGRAMS if re.match(one.begins, _last(text))), None)
        if program is not None:
            self._stop(program.kind)
            self._tell(f"{sourced} &\necho {MARK}$!\n")
            self._going_on[program.kind] = int(self._hear(name))
            self._wait_until_it_works(program, name)
        else:
            self._tell(f"{sourced}\necho {MARK}done\n")
            self._hear(name)
        return self.printed

    @property
    def printed(self) -> str:
        """What the newest block has printed so far."""
        return self._out.read_text()

    def leave(self) -> None:
        """Stop what goes on, and close the shell."""
        for kind in list(self._going_on):
            self._stop(kind)
        kill_tree(self.shell.pid)
        self.shell.communicate()

    @property
    def _out(self) -> Path:
        return self.notes / f"{self._count}.out"

    @property
    def _err(self) -> Path:
        return self.notes / f"{self._count}.err"

    def as_own(self, text: str) -> str:
        """Put what is this reader's own into a text for what stands there."""
        for written, now in self.own.items():
            text = text.replace(written, now)
        return POSTGRES.sub(lambda _: f"'{self.postgres()}'", text)

    def _tell(self, line: str) -> None:
        _pipe(self.shell.stdin).write(line)
        _pipe(self.shell.stdin).flush()

    def _hear(self, name: str) -> str:
        """Return what the shell says next to this process. It says no more once a command has failed."""
        while True:
            heard, _, _ = select.select([_pipe(self.shell.stdout)], [], [], PATIENCE)
            assert heard, f"takes too long: {self._failed(name)}"
            line = _pipe(self.shell.stdout).readline()
            assert line, self._failed(name)
            if line.startswith(MARK):
                return line.removeprefix(MARK).strip()

    def _failed(self, name: str) -> str:
        out, err = (path.read_text() if path.exists() else "" for path in (self._out, self._err))
        return f"{name}:\n{out}\n{err}"

    def _wait_until_it_works(self, program: Program, name: str) -> None:
        def said() -> re.Match[str] | None:
            assert is_running(self._going_on[program.kind]), self._failed(name)
            return re.search(program.says, self.printed)

        found = until(said, patience=PATIENCE)
        named = found.groupdict() if found is not None else {}
        if program.kind == "demo":
            self.own |= {"http://127.0.0.1:PORT": named["address"], "Bearer TOKEN": f"Bearer {named['token']}"}
        if program.path is not None:
            until(lambda: _answers(f"{named['address']}{program.path}"), patience=PATIENCE)

    def _stop(self, kind: str) -> None:
        """Stop what goes on of a kind."""
        pid = self._going_on.pop(kind, None)
        if pid is None:
            return
        for child in descendants(pid)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        until(lambda: not descendants(pid), patience=PATIENCE)


@contextlib.contextmanager
def reading(folder: Path, postgres: Callable[[], str]) -> Iterator[Reader]:
    """Sit a reader down in a folder, where the clone will be, and send them away in the end."""
    (folder / "clone").mkdir()
    reader = Reader(folder / "clone", folder / "notes", postgres)
    try:
        yield reader
    finally:
        reader.leave()


def _surroundings(notes: Path, port: int) -> dict[str, str]:
    """Return the environment of the shell: of a terminal of 100 columns, without what is set for these tests."""
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(BINARIES)]
    given = {
        "PATH": os.pathsep.join(path),
        "COLUMNS": "100",
        "CURL_HOME": str(notes),
        "WHICHRUN_BIND": f"127.0.0.1:{port}",
        "WHICHRUN_WORKERS": "1",
    }
    return {name: value for name, value in environment(given).items() if not name.lower().endswith("_proxy")}


def _last(text: str) -> str:
    """Return the last command of some."""
    return text.replace("\\\n", " ").strip().splitlines()[-1]


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=5).ok
    return False
