"""Keeps the service's processes running: ``python -m receiver.keeper``, what ``whichrun serve`` becomes.

It starts the web and the worker, starts again what dies, and on SIGTERM or SIGINT lets both finish. It runs for as
long as the service does and imports the standard library alone, which keeps it small. The folder where all of them
count together is made here, and goes with this process (``receiver.metrics.folder``).
"""

from __future__ import annotations

import argparse
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from receiver import lineage, logs
from receiver.metrics import folder
from resolver.errors import SettingsError

log = logging.getLogger("receiver.keeper")

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE_SECONDS = 35.0
"""How long children may take to end: a little longer than what gunicorn gives to requests (``receiver.web``)."""

FORGET_SECONDS = 60.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""A child that dies is started again after a pause that doubles with each of its deaths in the last minute."""

MAX_FALSE_STARTS = 5
FALSE_START_SECONDS = 30.0
"""A child that dies so often, so fast, without ever having been ready, will not come up: the service ends."""


@dataclass(slots=True)
class Child:
    """One process that is to run always; times are of the monotonic clock, in seconds."""

    name: str
    command: Sequence[str]
    fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    ready: int = -1
    due: float = 0.0
    deaths: list[tuple[float, bool]] = field(default_factory=list)
    """Of the last minute: when, and whether it had been ready."""

    def start(self) -> None:
        """Start the process, with a pipe that it writes to when it is ready."""
        self.ready, theirs = os.pipe()
        os.set_blocking(self.ready, False)
        command = [*self.command, "--parent", str(os.getpid()), "--ready-fd", str(theirs)]
        try:
            self.process = subprocess.Popen(command, pass_fds=(*self.fds, theirs), stdin=subprocess.DEVNULL)  # noqa: S603
        finally:
            os.close(theirs)

    def look(self, now: float) -> None:
        """See whether the process has ended, and when to start it again."""
        if self.process is None or self.process.poll() is None:
            return
        self.deaths = [death for death in self.deaths if now - death[0] < FORGET_SECONDS]
        self.deaths.append((now, self._was_ready()))
        pause = min(FIRST_PAUSE * 2 ** len(self.deaths), LONGEST_PAUSE)
        log.error("the %s ended (%s); starting it again in %.1f s", self.name, ending(self.process.returncode), pause)
        self.process, self.due = None, now + pause

    def is_hopeless(self, now: float) -> bool:
        """Whether it keeps dying before it is ready."""
        last = self.deaths[-MAX_FALSE_STARTS:]
        fast = len(last) == MAX_FALSE_STARTS and now - last[0][0] < FALSE_START_SECONDS
        return fast and not any(was_ready for _, was_ready in last)

    def _was_ready(self) -> bool:
        try:
            return bool(os.read(self.ready, 1))
        except BlockingIOError:  # a grandchild still holds the pipe, and nobody wrote to it
            return False
        finally:
            os.close(self.ready)


def ending(code: int) -> str:
    """Say how a process ended, by its return code (negative: a signal)."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def keep(children: Sequence[Child]) -> int:
    """Run the children until a signal says stop (0), or one of them cannot be brought up (1)."""
    alarm = _signals()
    while True:
        now = time.monotonic()
        for child in children:
            child.look(now)
            if child.is_hopeless(now):
                log.error("the %s does not come up; its messages above say why", child.name)
                return 1
            if child.process is None and child.due <= now:
                child.start()
        due = [child.due - now for child in children if child.process is None]
        select.select([alarm], [], [], max(0.0, min(due)) if due else None)
        if _stop_is_asked(alarm):
            return 0


def stop(children: Sequence[Child]) -> None:
    """Let the children finish what they are at; end those that take too long."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process %d did not end in time and is killed", process.pid)
            process.kill()
            process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Keep one web and one worker running behind a listening socket; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m receiver.keeper", description="Runs whichrun's web and worker.")
    parser.add_argument("--fd", type=int, required=True, help="the listening socket")
    parser.add_argument("--workers", type=int, required=True, help="how many web processes")
    parser.add_argument("--log-format", choices=("text", "json"), required=True)
    given = parser.parse_args(arguments)
    logs.configure(given.log_format)
    try:
        folder.share()
    except SettingsError as error:
        log.error("%s", error)  # noqa: TRY400 - a sentence for the operator
        return 1
    web = ("--fd", str(given.fd), "--workers", str(given.workers), "--log-format", given.log_format)
    children = (
        Child("web", lineage.python("receiver.web", *web), fds=(given.fd,)),
        Child("worker", lineage.python("receiver.worker")),
    )
    code = 1
    try:
        code = keep(children)
    finally:
        os.close(given.fd)  # from here on nobody new gets in
        stop(children)
    return code


def _signals() -> int:
    """Have signals arrive as bytes in a pipe, where none is lost between a look and a wait; return its end."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    for number in (*STOPS, signal.SIGCHLD):
        signal.signal(number, _noted)
    return ours


def _noted(_number: int, _frame: object) -> None:
    """Do nothing: the byte in the pipe is what counts."""


def _stop_is_asked(alarm: int) -> bool:
    try:
        return any(number in STOPS for number in os.read(alarm, 4096))
    except BlockingIOError:
        return False


if __name__ == "__main__":
    sys.exit(main())
