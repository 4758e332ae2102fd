"""``whichrun serve``: web and worker in one go (SPEC §8).

Everything that can be wrong is found out here, before anything runs: settings, port, database, schema. The port comes
before the database, so that a service that cannot start leaves none behind; who connects in between waits. Then this
process becomes the keeper (``receiver.keeper``): it is replaced by it, which frees the memory of what was imported.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from receiver import lineage
from receiver.key_file import own_ring
from receiver.settings import Settings, load, require_webhook_secret
from receiver.wiring import now, require_database
from resolver.errors import SettingsError
from store import open_store

BACKLOG = 2048
"""Connections that wait in the kernel, also while the web is started again."""

PORT_SECONDS = 5.0
"""How long to wait for a port: after a kill the former service's last requests may still hold it."""


def serve(settings: Settings, *, migrate: bool = True) -> NoReturn:
    """Check everything, then run the service until SIGTERM or SIGINT, with exit code 0; 1 when it cannot be kept up.

    Raises SettingsError when a setting, the key file, the port or (with ``migrate`` off) the schema will not do,
    StoreError when the database cannot be reached or migrated.
    """
    require_webhook_secret(settings, now())
    own_ring(settings)
    with listen(settings.address) as listener:  # closed when what follows fails
        prepare_store(settings, migrate=migrate)
        _become_keeper(listener, settings)


def set_up(settings: Settings, *, migrate: bool = True) -> NoReturn:
    """Serve the set-up alone, until there is a GitHub App; then run the service, at the same address.

    The socket stays open in between: whoever connects waits. SIGTERM and SIGINT end it, with exit code 0. Raises
    SettingsError where there is nothing to set up, or it ended otherwise, and what ``serve`` raises.
    """
    from receiver.setting_up import keeping  # noqa: PLC0415 - an ordinary start does without

    keeping.refuse_impossible(settings)
    own_ring(settings)
    with listen(settings.address) as listener:
        prepare_store(settings, migrate=migrate)
        if keeping.was_broken_off():
            sys.stderr.write(f"whichrun: warning: {keeping.BROKEN_OFF}\n")
        _serve_set_up(listener, settings)
        made = load()
        if not made.has_app:
            raise SettingsError("the set-up ended before there was an App; nothing is stored")
        require_webhook_secret(made, now())
        _become_keeper(listener, made)


def _serve_set_up(listener: socket.socket, settings: Settings) -> None:
    """Run the set-up's own process to its end. Exits with 0 when a signal asks for that."""
    at = ("--fd", str(listener.fileno()), "--at", _shown(listener), "--parent", str(os.getpid()))
    command = lineage.python("receiver.setting_up.server", *at, "--log-format", settings.log_format)
    process: subprocess.Popen[bytes] | None = None
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if process is not None:
            process.terminate()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    _flush()
    process = subprocess.Popen(command, pass_fds=(listener.fileno(),), stdin=subprocess.DEVNULL)  # noqa: S603
    if stopping:
        process.terminate()
    process.wait()
    if stopping:
        raise SystemExit(0)


def _become_keeper(listener: socket.socket, settings: Settings) -> NoReturn:
    """Say where the service listens, and be replaced by what keeps it running."""
    sys.stdout.write(f"whichrun listens at {_shown(listener)}\n")
    listener.set_inheritable(True)
    command = lineage.python(
        "receiver.keeper",
        *("--fd", str(listener.fileno()), "--workers", str(settings.workers), "--log-format", settings.log_format),
    )
    _flush()
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, and a command without a shell


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def _flush() -> None:
    """Have all that was said out before another process speaks."""
    sys.stdout.flush()
    sys.stderr.flush()


def prepare_store(settings: Settings, *, migrate: bool) -> None:
    """Open the store once, bring its schema up to date or see that it is, and close it again.

    Without ``migrate`` nothing is made: SettingsError when there is no database.
    """
    if not migrate:
        require_database(settings)
    store = open_store(settings.database_url)
    try:
        if migrate:
            store.migrate()
        pending = store.pending_migrations()
        if pending:
            raise SettingsError(f"the database lacks {', '.join(pending)}: run `whichrun migrate` first")
        store.ping()
    finally:
        store.close()


def listen(address: tuple[str, int], *, patience: float = PORT_SECONDS, named: str = "WHICHRUN_BIND") -> socket.socket:
    """Listen at an address; the web inherits the socket, so nobody can take the port in between.

    Waits up to ``patience`` seconds for a port that is in use. Raises SettingsError, which says what the address is
    ``named``.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            reason = "something else listens there" if error.errno == errno.EADDRINUSE else error.strerror
            host, port = address
            message = f"cannot listen at {host} port {port}: {reason}; stop that, or set {named} to another one"
            raise SettingsError(message) from error


def _bound(address: tuple[str, int]) -> socket.socket:
    family, kind, protocol, _, resolved = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(resolved)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
