"""Commits that a person or an agent makes with git, in a real repository with whichrun's hooks in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from receiver.commit_hooks import install
from resolver.claims.claim import Claim
from resolver.claims.ring import parse_ring
from resolver.claims.write import write
from tests.support.command_line import SIGNING_SECRET, answer_of, whichrun
from tests.support.tree import ROOT

WHICHRUN = Path(sys.executable).with_name("whichrun")
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Someone",
    "GIT_AUTHOR_EMAIL": "someone@example.com",
    "GIT_COMMITTER_NAME": "Someone",
    "GIT_COMMITTER_EMAIL": "someone@example.com",
    "GIT_EDITOR": "false",
}


def trailers(span: str = "s1", *, agent: str = "coder") -> str:
    """Return the signed trailers of a run."""
    claim = Claim(span_id=span, workspace="default", repository="acme/widgets", agent_name=agent)
    return write(claim, parse_ring(SIGNING_SECRET, name="-")).commit_trailers


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: this one's without anything of git or whichrun, and what is given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "WHICHRUN_"))}
    return {**inherited, **ENVIRONMENT, **given}


@dataclass(slots=True)
class Work:
    """A repository with a working tree. ``given`` is what the commits' environment has: by default, a run's trailers.

    Its hooks are there unless ``hooked`` is False.
    """

    folder: Path
    given: dict[str, str] = field(default_factory=lambda: {"WHICHRUN_TRAILERS": trailers()})
    hooked: bool = True

    def __post_init__(self) -> None:
        """Make it on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")
        if self.hooked:
            install(self.folder / ".git" / "hooks", str(WHICHRUN), force=False)

    def call(self, *arguments: str, given: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        """Call git, with more in the environment; whatever comes of it."""
        values = environment({**self.given, **more})
        return subprocess.run(
            ("git", *arguments), cwd=self.folder, env=values, input=given, capture_output=True, check=False
        )

    def git(self, *arguments: str, given: bytes = b"", **more: str) -> str:
        """Call git, which has to do it; return what it prints."""
        done = self.call(*arguments, given=given, **more)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def tool(self, *command: str) -> None:
        """Call a program in the working tree, which has to succeed."""
        path = {"PYTHONPATH": str(ROOT)}
        subprocess.run(
            command, cwd=self.folder, env=environment({**self.given, **path}), capture_output=True, check=True
        )

    def commit(self, *arguments: str, given: bytes = b"", **more: str) -> str:
        """Make a commit with a change of its own; return its message."""
        self.change()
        self.git("commit", "--quiet", *arguments, given=given, **more)
        return self.message()

    def by_a_person(self, *arguments: str) -> str:
        """Make a commit while no run is named."""
        self.change()
        self.git("commit", "--quiet", *arguments, WHICHRUN_TRAILERS="", WHICHRUN_RUN="")
        return self.message()

    def change(self) -> None:
        """Put a new file into the index."""
        path = self.folder / f"file-{len(list(self.folder.iterdir()))}-{self.count()}"
        path.write_text(path.name)
        self.git("add", "--all")

    def count(self) -> int:
        """Return how many commits there are, on all branches."""
        return len(self.call("rev-list", "--all").stdout.split())

    def message(self, revision: str = "HEAD") -> str:
        """Return a commit's message."""
        return self.git("log", "-1", "--format=%B", revision)

    def editor(self, script: str) -> str:
        """Return an editor that does what a shell script says with the file ``$1``."""
        path = self.folder.parent / f"editor-{len(list(self.folder.parent.iterdir()))}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)


def runs_in(message: str) -> list[str]:
    """Return the runs whose claims stand in a commit message, as `whichrun verify` reads it: all have to hold."""
    result = whichrun("verify", "--commit", "--json", settings={"signing_secrets": SIGNING_SECRET}, stdin=message)
    return [claim["span_id"] for claim in answer_of(result)["claims"]]
