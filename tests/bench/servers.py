"""Starts what is measured, each in an empty folder: the bare service, the web alone, the whole service."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.support.processes import descendants
from tests.support.service import COMMAND, SECRETS, Service, environment, free_port, running, until
from tests.support.tree import ROOT

GUNICORN = ("-m", "gunicorn", "--worker-class", "sync", "--workers", "2", "--no-control-socket", "--log-level", "error")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a service listens, and the process that all of its processes come from."""

    port: int
    pid: int


@contextlib.contextmanager
def bare() -> Iterator[Server]:
    """Run the bare service under gunicorn, two sync workers."""
    port = free_port()
    command = [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{port}", "tests.bench.bare:app"]
    path = {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder, _process(command, Path(folder), path, port) as server:
        yield server


@contextlib.contextmanager
def web(given: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Run this service's web processes, in a given environment, without a worker: deliveries stay in the inbox."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = {**SECRETS, "WHICHRUN_BIND": f"127.0.0.1:{port}", **given}
        subprocess.run([*COMMAND, "migrate"], cwd=folder, env=environment(settings), check=True, capture_output=True)
        with _process([sys.executable, "-m", "receiver.web"], Path(folder), settings, port) as server:
            yield server


@contextlib.contextmanager
def whole() -> Iterator[Service]:
    """Run ``whichrun serve``."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), workers="2") as service:
        yield service


@contextlib.contextmanager
def worker(given: Mapping[str, str]) -> Iterator[int]:
    """Run a worker in a given environment; yield its process's id."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "stderr").open("wb") as stderr:
        command = [sys.executable, "-m", "receiver.worker"]
        process = subprocess.Popen(command, cwd=folder, env=environment({**SECRETS, **given}), stderr=stderr)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def memory(service: Service) -> float:
    """Return the memory of all processes of a service in MiB; what they share counts once (PSS)."""
    processes = [service.process.pid, *descendants(service.process.pid)]
    return sum(map(_pss, processes)) / 1024


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextlib.contextmanager
def _process(command: list[str], folder: Path, settings: Mapping[str, str], port: int) -> Iterator[Server]:
    log = folder / "stderr"
    with log.open("wb") as stderr:  # a line for each delivery: a file takes it as a service's log would
        process = subprocess.Popen(command, cwd=folder, env=environment(settings), stderr=stderr)

    def listens() -> bool:
        assert process.poll() is None, f"{command} ended: {log.read_text()[-2000:]}"
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return True
        return False

    try:
        until(listens)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)
