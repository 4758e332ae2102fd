"""The process that serves a set-up: ``python -m receiver.setting_up.server``, started by ``receiver.supervisor``.

One worker holds all there is to know, in its memory: when it ends, for whatever reason, the set-up is over. It shows
the code on standard output, which nothing else does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gunicorn.errors import HaltServer  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from receiver import lineage, logs
from receiver.http_worker import JsonThreadWorker
from receiver.setting_up.door import CODE_LASTS, MOST_TRIES, new_code
from receiver.web import Server, ignore_interrupts, options

if TYPE_CHECKING:
    from flask import Flask

GRACEFUL_SECONDS = 3
"""How long requests that are under way may take in the end."""
THREADS = 4


class PlainWorker(JsonThreadWorker):
    """The service's worker without a store: deliveries are not taken."""

    def run(self) -> None:
        """Answer requests until the end."""
        ThreadWorker.run(self)


class SetUpServer(Server):
    """gunicorn around the set-up."""

    def __init__(self, settings: dict[str, Any], code: str) -> None:
        self._code = code
        super().__init__(settings)

    def load(self) -> Flask:
        """Build the application, in the worker. Raises SettingsError when there is nothing to set up any more."""
        from receiver import settings  # noqa: PLC0415 - only the worker carries the application
        from receiver.setting_up import keeping  # noqa: PLC0415
        from receiver.setting_up.app import create_app  # noqa: PLC0415

        current = settings.load()
        keeping.refuse_impossible(current)
        return create_app(current, self._code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the App is stored, or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m receiver.setting_up.server", description="The set-up of whichrun.")
    parser.add_argument("--fd", type=int, required=True, help="a listening socket")
    parser.add_argument("--at", required=True, help="where that is, for people")
    parser.add_argument("--log-format", choices=("text", "json"), required=True)
    lineage.add_arguments(parser)
    given = parser.parse_args(arguments)
    lineage.die_with(given.parent)
    logs.configure(given.log_format)
    code = new_code()
    sys.stdout.write(
        f"whichrun is to be set up at {given.at}/setup\n"
        f"Open that in a browser, and give this code: {code}\n"
        f"It is good for {int(CODE_LASTS.total_seconds() // 60)} minutes, and may be mistyped {MOST_TRIES - 1} times.\n"
    )
    sys.stdout.flush()
    configured = options(bind=f"fd://{given.fd}", workers=1) | {
        "worker_class": PlainWorker,
        "threads": THREADS,
        "graceful_timeout": GRACEFUL_SECONDS,
        "when_ready": ignore_interrupts,
        "child_exit": _over,
    }
    SetUpServer(configured, code).run()


def _over(server: Any, _worker: object) -> None:  # noqa: ANN401 - gunicorn's arbiter
    """End with the worker: another one would know nothing of what was done."""
    if server.LISTENERS:  # otherwise it is ending already
        raise HaltServer("the set-up is over", 0)


if __name__ == "__main__":
    main()
