"""``whichrun hook``: git hooks that sign an agent run's commits. Hooks run with every commit: this imports little."""

from __future__ import annotations

import contextlib
import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import click

from receiver import client_settings
from receiver import commit_hooks as hooks
from receiver.cli.base import Command, LazyGroup, examples
from receiver.cli.output import print_json, print_line
from receiver.commit_signing import Signer
from receiver.git import GitError
from receiver.run_trailers import UnsignedError

COMMANDS = {
    "install": ("receiver.cli.hook:install", "Put the hooks into the present git repository."),
    "uninstall": ("receiver.cli.hook:uninstall", "Take the hooks away again."),
    "prepare-commit-msg": ("receiver.cli.hook:prepare_commit_msg", "Sign a commit message (git's hook calls it)."),
    "commit-msg": ("receiver.cli.hook:commit_msg", "Sign a message that was edited (git's hook calls it)."),
}

hook = LazyGroup(
    "hook",
    commands=COMMANDS,
    help="Sign the commits of agent runs, by git hooks.",
    epilog=examples("whichrun hook install", "WHICHRUN_RUN=428ecb0920459b24 git commit -m 'Fix the parser'"),
)


@click.command(cls=Command, epilog=examples("whichrun hook install"))
@click.option("--force", is_flag=True, help="Keep a hook that is there beside the new one, which calls it first.")
def install(*, force: bool, as_json: bool) -> None:
    """Put the hooks into the present git repository.

    They go where git looks for hooks (core.hooksPath is respected), and add the trailers of the run that WHICHRUN_RUN
    names to each commit. While neither it nor WHICHRUN_TRAILERS is set they do nothing, so people commit as ever.
    """
    _tell(hooks.install(hooks.hooks_folder(os.environ), _program(), force=force), as_json=as_json)


@click.command(cls=Command, epilog=examples("whichrun hook uninstall"))
def uninstall(*, as_json: bool) -> None:
    """Take the hooks away again.

    Hooks of others are left as they are; one that `install --force` kept is put back.
    """
    _tell(hooks.uninstall(hooks.hooks_folder(os.environ)), as_json=as_json)


@click.command(cls=Command, epilog=examples('whichrun hook prepare-commit-msg "$@"'))
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("source", required=False)
@click.argument("sha", required=False)
def prepare_commit_msg(*, file: Path, source: str | None, sha: str | None, as_json: bool) -> None:
    """Sign a commit message (git's hook calls it).

    The arguments are those of git's hook prepare-commit-msg. Nothing is done when no run is named. A run whose
    trailers cannot be had stops the commit: exit code 1.
    """
    del sha  # the commit that the message is from; the message says all that matters
    with _stopping():
        signer = _signer()
        signed = signer is not None and signer.prepare(file, source)
    _say(signed=signed, as_json=as_json)


@click.command(cls=Command, epilog=examples('whichrun hook commit-msg "$@"'))
@click.argument("file", type=click.Path(path_type=Path))
def commit_msg(*, file: Path, as_json: bool) -> None:
    """Sign a message that was edited (git's hook calls it).

    The argument is that of git's hook commit-msg. A message in which nothing was written stays as it is.
    """
    with _stopping():
        signer = _signer()
        signed = signer is not None and signer.finish(file)
    _say(signed=signed, as_json=as_json)


def _signer() -> Signer | None:
    """Return what signs; None when no run is named."""
    settings = client_settings.load()
    return None if settings.run is None and settings.trailers is None else Signer(settings, os.environ)


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    """Say of every error that it stops the commit, and what to do."""
    try:
        yield
    except GitError as error:
        raise UnsignedError(error) from error
    except OSError as error:
        raise UnsignedError(f"{error.filename} cannot be read or written: {error.strerror}") from error


def _say(*, signed: bool, as_json: bool) -> None:
    """Print nothing but with ``--json``: git shows what its hooks print."""
    if as_json:
        print_json({"signed": signed})


def _tell(done: tuple[hooks.Hook, ...], *, as_json: bool) -> None:
    if as_json:
        shown = [
            {"path": str(one.path), "state": one.state, "kept": None if one.kept is None else str(one.kept)}
            for one in done
        ]
        print_json({"hooks": shown})
        return
    for one in done:
        print_line(f"{one.state:<10} {one.path}" + ("" if one.kept is None else f" (calls {one.kept.name} first)"))


def _program() -> str:
    """Return the path of the installed program; its bare name, to be looked for in PATH, when there is none."""
    beside = Path(sysconfig.get_path("scripts")) / "whichrun"
    return str(beside) if beside.exists() else shutil.which("whichrun") or "whichrun"
