"""The git hooks that sign commits: where they are put, what stands in them, and how they leave others' hooks alone.

Two are needed. ``prepare-commit-msg`` signs what is known before an editor opens; git calls it for merges, rebases and
``--no-verify`` too. ``commit-msg`` signs what was written in an editor that began empty or with a template: with
trailers in it from the start, git could not tell any more that nothing was written, and would commit.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from receiver.git import GitError, git, path_of
from resolver.errors import ConflictError, WhichrunError

HOOKS = ("prepare-commit-msg", "commit-msg")
KEPT = ".before-whichrun"
"""What the name of a hook that was there before ends with."""

_HEADER = b"#!/bin/sh\n# A hook of whichrun. "
_SCRIPT = """\
It signs the commits of the agent run that the environment names, and does nothing without one.
# `whichrun hook uninstall` takes it away.
before="$0{kept}"
if [ -x "$before" ]; then "$before" "$@" || exit; fi
[ -n "${{WHICHRUN_RUN-}}${{WHICHRUN_TRAILERS-}}" ] || exit 0
{unless}program={program}
[ -x "$program" ] || program=$(command -v whichrun) || {{
  echo "whichrun: the commit is stopped: the program whichrun, which signs it, is not there any more." >&2
  echo "whichrun: install it, or unset WHICHRUN_RUN and WHICHRUN_TRAILERS to commit without." >&2
  exit 1
}}
exec "$program" hook {name} "$@"
"""
_UNLESS = {
    "prepare-commit-msg": "",
    "commit-msg": '[ "${GIT_EDITOR-}" != : ] || exit 0  # nobody edits: prepare-commit-msg has signed it\n',
}
_CHAIN = '[ -z "$WHICHRUN_RUN$WHICHRUN_TRAILERS" ] || whichrun hook {name} "$@" || exit 1'

State = Literal["installed", "updated", "unchanged", "removed", "absent"]


class HookFileError(WhichrunError):
    """A hook cannot be read or written."""

    reason = "hook_file"


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of a repository, and what became of it."""

    path: Path
    state: State
    kept: Path | None


def hooks_folder(environment: Mapping[str, str]) -> Path:
    """Return where git looks for hooks, seen from the working folder. Raises GitError outside a repository."""
    folder = Path.cwd()
    try:
        # A relative core.hooksPath counts from the top of the working tree, wherever one stands in it.
        folder = path_of(git("rev-parse", "--show-toplevel", environment=environment), folder)
    except GitError:
        git("rev-parse", "--git-dir", environment=environment)  # a bare one has no top; anything else is an error
    return path_of(git("rev-parse", "--git-path", "hooks", folder=folder, environment=environment), folder)


def install(folder: Path, program: str, *, force: bool) -> tuple[Hook, ...]:
    """Put the hooks into a folder; ``program`` is the path of whichrun.

    Raises ConflictError, and changes nothing, when a hook of somebody else is there: with ``force`` that is kept
    beside ours, which calls it first. Raises HookFileError.
    """
    paths = [folder / name for name in HOOKS]
    foreign = [path for path in paths if os.path.lexists(path) and not _is_ours(path)]
    for path in foreign:
        kept = _kept(path)
        if os.path.lexists(kept):
            raise ConflictError(f"{path} is not a hook of whichrun, and there is {kept} too: move one of them away")
    if foreign and not force:
        raise ConflictError("\n".join(map(_how_to_chain, foreign)))
    try:
        for path in foreign:
            path.rename(_kept(path))
        return tuple(_put(path, _script(path.name, program)) for path in paths)
    except OSError as error:
        raise HookFileError(f"the hooks in {folder} cannot be written: {error.strerror}") from error


def uninstall(folder: Path) -> tuple[Hook, ...]:
    """Take our hooks away, and put those that were there before back. Raises HookFileError."""
    try:
        return tuple(_remove(folder / name) for name in HOOKS)
    except OSError as error:
        raise HookFileError(f"the hooks in {folder} cannot be taken away: {error.strerror}") from error


def _put(path: Path, script: bytes) -> Hook:
    kept = _kept(path) if os.path.lexists(_kept(path)) else None
    there = path.read_bytes() if path.exists() else None
    if there == script and os.access(path, os.X_OK):
        return Hook(path, "unchanged", kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(script)
        Path(temporary).chmod(0o755)
        Path(temporary).replace(path)  # at once: a commit at this moment meets the old one or the new one
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Hook(path, "installed" if there is None else "updated", kept)


def _remove(path: Path) -> Hook:
    if not os.path.lexists(path) or not _is_ours(path):
        return Hook(path, "absent", None)
    path.unlink()
    if os.path.lexists(_kept(path)):
        _kept(path).rename(path)
    return Hook(path, "removed", None)


def _script(name: str, program: str) -> bytes:
    return _HEADER + os.fsencode(
        _SCRIPT.format(kept=KEPT, unless=_UNLESS[name], name=name, program=shlex.quote(program))
    )


def _kept(path: Path) -> Path:
    return path.with_name(path.name + KEPT)


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except FileNotFoundError:
        return False  # a link that leads nowhere
    except OSError as error:
        raise HookFileError(f"{path} cannot be read: {error.strerror}") from error


def _how_to_chain(path: Path) -> str:
    return (
        f"{path} is not a hook of whichrun, and is left as it is. Add this line to it:\n"
        f"  {_CHAIN.format(name=path.name)}\n"
        f"  or let `whichrun hook install --force` keep it as {path.name}{KEPT} and call it first"
    )
