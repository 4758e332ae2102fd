"""The real service, started for the demonstration alone: own folder, own port, own secrets, and gone afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import requests

import receiver
from resolver.errors import WhichrunError

READY_WITHIN = 30.0
"""Seconds; a start takes about one."""

STOP_WITHIN = 10.0
"""Seconds the service has to finish what it is doing, before it is killed."""

LISTENS = re.compile(r"^whichrun listens at (?P<address>\S+)$", re.MULTILINE)

LOG_LINES = 30
"""Lines of the service's log that are shown when it failed."""


class DemoError(WhichrunError):
    """The demonstration's service did not do what it must."""

    reason = "demo_failed"


def failure(what: str, log: Path) -> DemoError:
    """Return an error that shows the end of the service's log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return DemoError("\n".join([f"{what}; the end of its log:", *(f"  {line}" for line in lines)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service: its address, its secrets, its process, its log."""

    address: str
    token: str
    webhook_secret: str
    process: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def running() -> Iterator[Service]:
    """Start ``whichrun serve`` in a temporary folder; stop it and remove the folder in the end.

    Raises DemoError, with the service's log, when it does not start.
    """
    with _signals_as_exceptions(), tempfile.TemporaryDirectory(prefix="whichrun-demo-") as name:
        folder = Path(name)
        log = folder / "service.log"
        token, webhook_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        settings = {
            "WHICHRUN_BIND": "127.0.0.1:0",  # any free port: the service says which one it took
            "WHICHRUN_DATABASE_URL": "sqlite:///demo.db",
            "WHICHRUN_API_TOKEN": token,
            "WHICHRUN_WEBHOOK_SECRETS": webhook_secret,
            "WHICHRUN_SIGNING_SECRETS": secrets.token_urlsafe(32),
        }
        process = None
        try:
            with _signals_held_back():
                process = _start(folder, settings, log)
            address = _wait_until_ready(process, log)
            yield Service(address=address, token=token, webhook_secret=webhook_secret, process=process, log=log)
        finally:
            if process is not None:
                _stop(process)


def _start(folder: Path, settings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the service. It runs from a clone too: the child finds the packages where this process found them."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("WHICHRUN_")}
    path = os.pathsep.join(filter(None, [str(Path(receiver.__file__).parents[1]), kept.get("PYTHONPATH")]))
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "receiver.cli", "serve"],
            cwd=folder,
            env=kept | settings | {"PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches this process alone, which then stops the service in order.
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the service's address as soon as it answers there."""
    deadline = time.monotonic() + READY_WITHIN
    with requests.Session() as session:
        session.trust_env = False  # no proxy between two processes of one machine
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise failure(f"the service ended at its start with exit code {process.returncode}", log)
            said = LISTENS.search(log.read_text(encoding="utf-8", errors="replace"))
            with contextlib.suppress(requests.RequestException):
                if said is not None and session.get(f"{said['address']}/readyz", timeout=2).ok:
                    return said["address"]
            time.sleep(0.05)
    raise failure(f"the service was not ready within {READY_WITHIN:g} seconds", log)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the service in order; after a while, or at a second Ctrl-C, kill whatever is left of its session."""
    try:
        process.terminate()
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _signals_as_exceptions() -> contextlib.AbstractContextManager[None]:
    """Let SIGTERM and SIGHUP unwind like Ctrl-C does, so that nothing is left running."""
    return _handled_by(_leave, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let signals wait: one that came while a process is being started would leave nobody to stop it."""
    waiting: list[int] = []
    with _handled_by(lambda number, _frame: waiting.append(number), signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        yield
    for number in waiting:
        signal.raise_signal(number)


@contextlib.contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals) -> Iterator[None]:
    # What is ignored stays ignored: that is how `nohup` keeps a program running.
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
