"""Calling git on this machine, for the commands that work on a clone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from resolver.errors import WhichrunError


class GitError(WhichrunError):
    """Git is not there, or refused; the message is git's own."""

    reason = "git"


def git(*arguments: str, given: bytes = b"", folder: Path | None = None, environment: Mapping[str, str]) -> bytes:
    """Return what git prints, called in a folder (None: the working folder). Raises GitError."""
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            ("git", *arguments),  # noqa: S607 - whichever git the caller uses
            cwd=folder,
            env=dict(environment),
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"git cannot be called: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise GitError(said or f"git {arguments[0]} ended with code {done.returncode}")
    return done.stdout


def path_of(output: bytes, folder: Path) -> Path:
    """Return the path that git printed, seen from the folder where it was called."""
    return folder / os.fsdecode(output.removesuffix(b"\n"))
