"""Files that hold secrets: their owner's alone from the first byte, and complete as soon as they are there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from resolver.errors import SettingsError


def write_new(path: Path, text: str) -> Path:
    """Write a file that is not there yet; return its whole path.

    Raises SettingsError when the file exists already, or the folder cannot be written.
    """
    try:
        path = path.absolute()
        temporary = _temporary(path, text, None)
        try:
            # A link, unlike a rename, fails when the name is taken: no check, so no race with whoever does the same.
            os.link(temporary, path)
            _sync(path.parent)
        finally:
            temporary.unlink()
    except FileExistsError as error:
        raise SettingsError(f"{path} exists already and is left as it is; remove it first to get a new one") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    return path


def replace(path: Path, text: str, *, check: Callable[[Path], None]) -> None:
    """Put a text in the place of a file, or make that; whoever reads it sees the old text or the new one.

    ``check`` is shown a file with the new text before, and may raise SettingsError. Raises that, and SettingsError when
    the file is a link or cannot be written; it is as it was then.
    """
    refuse_link(path)
    try:
        owner = path.stat() if path.exists() else None
        temporary = _temporary(path, text, owner)
        try:
            check(temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(path.parent)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def refuse_link(path: Path) -> None:
    """Raise SettingsError for a symbolic link: who made it says where secrets would go."""
    if path.is_symlink():
        raise SettingsError(f"{path} is a link: put the file itself there, or name its folder")


def require_writable(path: Path) -> None:
    """Raise SettingsError when no file can be made beside a path."""
    try:
        _temporary(path.absolute(), "", None).unlink()
    except OSError as error:
        raise SettingsError(f"{path.absolute().parent} cannot be written: {error.strerror}") from error


def _temporary(path: Path, text: str, owner: os.stat_result | None) -> Path:
    """Write a text into a file beside another one, on disk when this returns. Raises OSError, and leaves nothing."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)  # mode 0600 from the start
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if owner is not None and owner.st_uid != os.geteuid():
                os.fchown(handle, owner.st_uid, owner.st_gid)  # root writes into the service's file
            file.write(text)
            file.flush()
            os.fsync(handle)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _sync(folder: Path) -> None:
    """Have the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
