"""The file with this service's Ed25519 keys (``WHICHRUN_SIGNING_KEY_FILE``): read with care, written atomically.

Blocks of PEM, newest first (``resolver.claims.ed25519``). Whoever reads a private key signs as any run, so the file has
to be its owner's alone. One exception: a file of root that its group may read, as Kubernetes mounts secrets; there the
group is how a process without rights gets at it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from receiver.settings import Settings
from resolver.claims.ed25519 import KeyPair, from_pem, to_pem
from resolver.claims.ring import Ring, together
from resolver.errors import SettingsError

MAX_SIZE = 64 * 1024
"""Bytes: room for some hundred keys."""

_OTHERS = 0o077
_GROUP_READS = 0o040


def own_ring(settings: Settings) -> Ring:
    """Return the keys of this host: secrets, and what the key file holds. Raises SettingsError.

    What the register says of them (``receiver.keyring``) is not in it.
    """
    path = settings.signing_key_file
    return together(settings.signing_secrets.keys, () if path is None else read(path))


def read(path: Path) -> tuple[KeyPair, ...]:
    """Return the keys in a file, newest first.

    Raises SettingsError, which names the file and shows nothing of it, when it cannot be read, holds anything but
    keys, or private keys that others may read.
    """
    text, status = _contents(path)
    try:
        pairs = from_pem(text)
    except SettingsError as error:
        raise SettingsError(f"the key file {path} cannot be used: {error}") from None
    if any(pair.private is not None for pair in pairs):
        _refuse_readable(path, status)
    return pairs


def version(path: Path) -> tuple[int, int, int] | None:
    """Return what tells whether a file has changed; None when it is not there, or out of reach."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def add(path: Path, pair: KeyPair) -> None:
    """Put a private key in front of those in a file; make the file when there is none, readable by its owner alone.

    Nobody ever sees half of it. Of a symbolic link, what it leads to is replaced, if that is a file of this user in a
    folder that it may write. Raises SettingsError, with the file left as it was.
    """
    target = _target(path)
    try:
        with _alone_in(target.parent):
            before, owner = "", None
            if target.exists():
                read(path)
                before, owner = _contents(target)
            _replace(target, f"{to_pem(pair)}{before}", owner)
    except OSError as error:
        raise SettingsError(f"the key file {path} cannot be written: {error.strerror}") from error


def _contents(path: Path) -> tuple[str, os.stat_result]:
    try:
        # Without O_NONBLOCK a pipe that somebody put there would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise SettingsError(f"the key file {path} is no regular file")
            data = file.read(MAX_SIZE + 1)
    except FileNotFoundError:
        raise SettingsError(f"there is no key file {path}: `whichrun keys new` makes it") from None
    except OSError as error:
        raise SettingsError(f"the key file {path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_SIZE:
        raise SettingsError(f"the key file {path} is larger than {MAX_SIZE // 1024} KiB")
    try:
        return data.decode("utf-8"), status
    except UnicodeDecodeError:
        raise SettingsError(f"the key file {path} is no text") from None


def _refuse_readable(path: Path, status: os.stat_result) -> None:
    shared = stat.S_IMODE(status.st_mode) & _OTHERS
    if shared and not (status.st_uid == 0 and shared == _GROUP_READS):
        raise SettingsError(
            f"the key file {path} may be read or written by others than its owner: run `chmod 600 {path}`"
        )


def _target(path: Path) -> Path:
    """Return the file that is to be replaced. Raises SettingsError for a link that leads where it must not be."""
    if not path.is_symlink():
        return path.absolute()
    try:
        target = path.resolve(strict=True)
        fits = target.is_file() and target.stat().st_uid == os.geteuid() and os.access(target.parent, os.W_OK)
    except (OSError, RuntimeError):
        fits = False
    if not fits:
        raise SettingsError(
            f"the key file {path} is a symbolic link to what is not there, or not this user's to write: "
            "name the file itself"
        )
    return target


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep others who add a key to a file of a folder out."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(path: Path, text: str, owner: os.stat_result | None) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)  # mode 0600 from the start
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if owner is not None and owner.st_uid != os.geteuid():
                os.fchown(handle, owner.st_uid, owner.st_gid)  # root adds a key to the service's file
            file.write(text)
            file.flush()
            os.fsync(handle)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
