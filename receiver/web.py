"""The web processes: gunicorn around ``create_app``, started by the keeper, or alone by ``python -m receiver.web``.

The master imports nothing but gunicorn. Each worker builds the application for itself, after the fork: so the store's
connections and locks belong to one process, and the idle service stays small.
"""

from __future__ import annotations

import argparse
import functools
import os
import resource
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from receiver import lineage, logs
from receiver.http_worker import JsonThreadWorker
from receiver.metrics import folder
from receiver.rate import Meter
from receiver.streams import MOST_STREAMS
from receiver.waiting import MOST_DIFFS, MOST_EXPORTS, MOST_SIGN_INS
from resolver.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask

AT_WORK = 4
"""How many requests a process works on at a time.

The threads beyond that wait: for changes (``receiver.streams``), or for GitHub (``receiver.diffs``,
``receiver.signing_in``), or for whoever reads an export (``receiver.api.export``).
"""
THREADS = AT_WORK + MOST_STREAMS + MOST_DIFFS + MOST_SIGN_INS + MOST_EXPORTS
MOST_CONNECTIONS = 1000
"""Of a process, at a time: clients that stall keep theirs for ``receiver.http_worker.ARRIVE_SECONDS``."""
OTHER_FILES = 124
"""What a process has open beside them, and some more."""
KEEPALIVE_SECONDS = 5
GRACEFUL_SECONDS = 30
"""How long requests that are under way may take after SIGTERM."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes its files there by mkstemp and unlinks them at once


class ThroughOurLog(Logger):  # type: ignore[misc]
    """gunicorn's own messages, through the handler that ``logs.configure`` set."""

    def setup(self, cfg: object) -> None:
        """Set up as gunicorn does, then hand all messages on."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def options(*, bind: str, workers: int) -> dict[str, Any]:
    """Return gunicorn's settings: the only place that states them (``deploy/gunicorn.conf.py`` reads it too)."""
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": JsonThreadWorker,
        "threads": THREADS,
        "worker_connections": _connections(),
        "keepalive": KEEPALIVE_SECONDS,
        "graceful_timeout": GRACEFUL_SECONDS,
        "control_socket_disable": True,
        "logger_class": ThroughOurLog,
        "loglevel": "warning",
        # Workers touch a file here every second to show that they live. On a disk that can take long enough for the
        # master to take them for dead; memory does not wait.
        "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK | os.X_OK) else None,
    }


def _connections() -> int:
    """Return how many connections a process may have: one that could open no file any more would end."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(min(MOST_CONNECTIONS, files - OTHER_FILES), 1)


def application(meter: Meter | None = None) -> Flask:
    """Build the application of one web process. Raises SettingsError."""
    from receiver import resolved  # noqa: PLC0415 - only workers carry the application
    from receiver.app import create_app  # noqa: PLC0415
    from receiver.settings import load, require_webhook_secret  # noqa: PLC0415
    from receiver.wiring import now, wire_for_service  # noqa: PLC0415

    settings = load()
    require_webhook_secret(settings, now())
    services = wire_for_service(settings)
    services.keyring.register_if_possible()
    resolved.listen(services.store)
    return create_app(services, meter, at_work=AT_WORK)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by a mapping alone: no file, no command line, no environment of its own."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._meter = Meter()  # before the first fork, so that all workers share it
        super().__init__()

    def load_config(self) -> None:
        """Take the settings over."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in a worker."""
        return application(self._meter)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM. Without arguments, as the settings say."""
    parser = argparse.ArgumentParser(prog="python -m receiver.web", description="The web processes of whichrun.")
    parser.add_argument("--fd", type=int, help="a listening socket; without it the settings decide")
    parser.add_argument("--workers", type=int, default=1, help="how many processes; with --fd")
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="with --fd")
    lineage.add_arguments(parser)
    given = parser.parse_args(arguments)
    lineage.die_with(given.parent)
    if given.fd is None:
        bind, workers, log_format = _from_settings()
    else:  # the keeper has read the settings already
        bind, workers, log_format = f"fd://{given.fd}", given.workers, given.log_format
    logs.configure(log_format)
    try:
        folder.share()
    except SettingsError as error:
        sys.stderr.write(f"whichrun: {error}\n")
        raise SystemExit(1) from None
    configured = options(bind=bind, workers=workers)
    if given.parent is not None:
        configured["when_ready"] = ignore_interrupts
        configured["post_worker_init"] = functools.partial(_started, given.ready_fd)
    Server(configured).run()


def _from_settings() -> tuple[str, int, str]:
    from receiver.settings import load, require_webhook_secret  # noqa: PLC0415 - only where nobody has read them yet

    try:
        settings = load()
        require_webhook_secret(settings, datetime.now(UTC))
    except SettingsError as error:
        sys.stderr.write(f"whichrun: {error}\n")
        raise SystemExit(1) from None
    return settings.bind, settings.workers, settings.log_format


def ignore_interrupts(_server: object) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to whoever started this one; workers ignore it anyway."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _started(ready_fd: int | None, _worker: object) -> None:
    lineage.say_ready(ready_fd)


if __name__ == "__main__":
    main()
