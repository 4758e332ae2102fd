from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests

from tests.support.inbox import headers
from tests.support.processes import descendants, is_running, named
from tests.support.service import (
    COMMAND,
    PATIENCE,
    SECRETS,
    WEBHOOK_SECRET,
    Service,
    environment,
    free_port,
    running,
    until,
)
from tests.support.tree import ROOT

BOUND_BY_MODES = """
import ctypes, os, sys
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
if os.geteuid() == 0 and ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0):
    sys.exit("root cannot be kept from writing here")
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command for which files are read-only even when it is root's."""

PING = b'{"zen":"Responsive is better than fast.","hook_id":1}'


def deliver(service: Service, guid: str, body: bytes = PING) -> requests.Response:
    """Post a signed ping."""
    given = headers(body, WEBHOOK_SECRET, x_github_delivery=guid)
    return requests.post(f"{service.url}/webhooks/github", data=body, headers=given, timeout=10)


def statuses(service: Service) -> dict[str, str]:
    """Return what became of every delivery, by its GUID."""
    found: dict[str, str] = {}
    query: dict[str, str | int] = {"limit": 500}
    while True:
        url = f"{service.url}/v1/deliveries"
        page = requests.get(url, params=query, headers=service.authorization, timeout=10).json()
        found |= {item["guid"]: item["status"] for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def refuses(folder: Path, *arguments: str, command: Sequence[str] = COMMAND, **settings: str) -> str:
    """Run a service that cannot start; return what it says on standard error, after exit code 1."""
    given = {**SECRETS, "WHICHRUN_BIND": f"127.0.0.1:{free_port()}", **settings}
    result = subprocess.run(
        [*command, "serve", *arguments],
        cwd=folder,
        env=environment({name: value for name, value in given.items() if value}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    for secret in SECRETS.values():
        assert secret not in result.stderr
    return result.stderr


def test_serve_receives_processes_and_answers(tmp_path: Path) -> None:
    """One command is the whole service: it says where it listens, takes a delivery and processes it."""
    with running(tmp_path, workers="2") as service:
        assert f"{service.url}\n" in (tmp_path / "stdout").read_text()
        assert deliver(service, "one").json() == {"status": "accepted", "delivery": "one"}
        until(lambda: statuses(service)["one"] == "done")
        assert requests.get(f"{service.url}/healthz", timeout=10).json() == {"status": "ok"}
        assert (tmp_path / "whichrun.db").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals, tmp_path: Path) -> None:
    """On SIGTERM or SIGINT a request under way is answered, then every process ends, with exit code 0."""
    with running(tmp_path, workers="2") as service:
        processes = descendants(service.process.pid)
        assert processes
        with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
            given = headers(PING, WEBHOOK_SECRET, x_github_delivery="under-way", content_length=str(len(PING)))
            lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
            connection.sendall(f"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + PING[:5])
            time.sleep(0.2)  # until the head has arrived, which nothing shows from outside
            service.process.send_signal(number)
            time.sleep(0.2)  # until the signal has
            assert service.process.poll() is None
            connection.sendall(PING[5:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 202 ")
        assert service.process.wait(PATIENCE) == 0
        assert [pid for pid in processes if is_running(pid)] == []
    with running(tmp_path, workers="2") as service:
        until(lambda: statuses(service)["under-way"] == "done")


def test_ctrl_c_in_a_terminal_ends_it_in_order(tmp_path: Path) -> None:
    """A terminal sends SIGINT to all processes at once; requests under way are answered all the same."""
    with running(tmp_path, workers="2") as service:
        everyone = [*descendants(service.process.pid), service.process.pid]
        for pid in everyone:
            os.kill(pid, signal.SIGINT)
        assert service.process.wait(PATIENCE) == 0
        assert "Traceback" not in service.output()


def test_nothing_outlives_a_killed_service(tmp_path: Path) -> None:
    """After kill -9 of the first process the others end by themselves, and it can be started at the same address."""
    with running(tmp_path, workers="2") as service:
        processes = descendants(service.process.pid)
        assert len(processes) >= 4
        service.process.kill()
        service.process.wait()
        again = Service(service.folder, service.port, service.settings)
        try:
            until(lambda: not any(map(is_running, processes)))
            again.wait_ready()
        finally:
            assert again.stop() == 0


@pytest.mark.parametrize("module", ["receiver.web", "receiver.worker"])
def test_what_dies_is_started_again(module: str, tmp_path: Path) -> None:
    """A web master or a worker that is killed is replaced, and the service goes on."""
    with running(tmp_path, workers="2") as service:
        before = named(service.process.pid, module)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: set(named(service.process.pid, module)) - set(before))
        service.wait_ready()
        assert deliver(service, "after").status_code == 202
        until(lambda: statuses(service)["after"] == "done")


@contextlib.contextmanager
def under_load(service: Service) -> Iterator[set[str]]:
    """Send deliveries from several clients until the service stops answering; yield those that it acknowledged."""
    acknowledged: set[str] = set()
    stop = threading.Event()

    def send(name: str) -> None:
        for number in range(100_000):
            if stop.is_set():
                return
            guid = f"{name}-{number}"
            try:
                if deliver(service, guid).status_code == 202:
                    acknowledged.add(guid)
            except requests.RequestException:
                return

    clients = [threading.Thread(target=send, args=(f"client{number}",)) for number in range(4)]
    for client in clients:
        client.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for client in clients:
            client.join(PATIENCE)


def test_killing_everything_loses_nothing(tmp_path: Path) -> None:
    """Whatever was acknowledged before every process was killed is there afterwards, and is processed."""
    with running(tmp_path, workers="2") as service:
        with under_load(service) as acknowledged:
            until(lambda: len(acknowledged) > 50)
            for pid in [service.process.pid, *descendants(service.process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            service.process.wait()
        again = Service(service.folder, service.port, service.settings)
        try:
            again.wait_ready()
            assert acknowledged <= set(statuses(again))
            until(lambda: set(statuses(again).values()) == {"done"})
        finally:
            again.stop()


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """Where something else listens, the service says so, names the setting, and leaves nothing behind."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refuses(tmp_path, WHICHRUN_BIND=f"127.0.0.1:{port}")

    assert str(port) in said
    assert "WHICHRUN_BIND" in said
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_elsewhere_is_told(tmp_path: Path) -> None:
    """An address that this machine does not have is an error that names the setting."""
    assert "WHICHRUN_BIND" in refuses(tmp_path, WHICHRUN_BIND="192.0.2.1:8000")


def test_a_missing_webhook_secret_is_told(tmp_path: Path) -> None:
    """Without a webhook secret nothing starts, and the command that makes one is named."""
    assert "whichrun init" in refuses(tmp_path, WHICHRUN_WEBHOOK_SECRETS="")

    command = [sys.executable, "-m", "receiver.web"]
    alone = subprocess.run(command, cwd=tmp_path, env=environment({}), capture_output=True, text=True, check=False)
    assert alone.returncode == 1
    assert "whichrun init" in alone.stderr


def test_a_misspelt_setting_is_told(tmp_path: Path) -> None:
    """An unknown setting stops the start, with the nearest one that there is."""
    assert "WHICHRUN_WORKERS" in refuses(tmp_path, WHICHRUN_WORKER="3")


def test_a_database_out_of_reach_is_told(tmp_path: Path) -> None:
    """A database that cannot be opened stops the start."""
    refuses(tmp_path, WHICHRUN_DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/whichrun.db")
    refuses(tmp_path, WHICHRUN_DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")


def test_an_old_schema_is_told(tmp_path: Path) -> None:
    """Told not to migrate, the service does not start on a schema that lacks something, nor makes a database."""
    assert "whichrun migrate" in refuses(tmp_path, "--no-migrate")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "whichrun.db").touch()
    assert "run `whichrun migrate` first" in refuses(tmp_path, "--no-migrate")


def test_a_broken_env_file_is_told(tmp_path: Path) -> None:
    """A line of ``.env`` that cannot be read stops the start, in one line that names it; no library says its own."""
    (tmp_path / ".env").write_text("WHICHRUN_WORKERS=2\nnonsense here\n")
    said = refuses(tmp_path)
    assert said.startswith("whichrun: .env, line 2: ")
    assert said.count("\n") == 1


def test_a_read_only_database_is_told(tmp_path: Path) -> None:
    """A database that cannot be written stops the start."""
    with running(tmp_path, workers="2") as service:
        assert service.stop() == 0
    for path in tmp_path.iterdir():
        path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        said = refuses(tmp_path, command=[sys.executable, "-c", BOUND_BY_MODES, *COMMAND])
    finally:
        tmp_path.chmod(0o755)

    assert "whichrun.db" in said


def test_gunicorn_can_be_run_by_itself(tmp_path: Path) -> None:
    """With ``deploy/gunicorn.conf.py`` gunicorn serves the same application by the same settings."""
    port = free_port()
    settings = {**SECRETS, "WHICHRUN_BIND": f"127.0.0.1:{port}"}
    subprocess.run([*COMMAND, "migrate"], cwd=tmp_path, env=environment(settings), check=True, capture_output=True)
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py")]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(settings)) as process:
        try:

            def ready() -> bool:
                with contextlib.suppress(requests.RequestException):
                    return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
                return False

            until(ready)
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0
