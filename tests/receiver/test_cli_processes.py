"""The commands that run until they are stopped, and the outside world that commands meet."""

from __future__ import annotations

import functools
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from receiver import supervisor
from resolver.model.deliveries import DeliveryStatus
from tests.support.api import open_api
from tests.support.command_line import SIGNING_SECRET, error_of, whichrun
from tests.support.service import COMMAND, environment, until
from tests.support.tree import ROOT


def test_worker_processes_the_inbox_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """`worker` takes what is pending, and ends with exit code 0 at SIGTERM."""
    settings = {"WHICHRUN_DATABASE_URL": f"sqlite:///{tmp_path / 'api.db'}", "PYTHONPATH": str(ROOT)}
    with open_api(tmp_path) as api:
        api.record("guid-1")
        process = subprocess.Popen([*COMMAND, "worker"], cwd=tmp_path, env=environment(settings))
        try:

            def settled() -> bool:
                with api.services.store.snapshot() as catalogue:
                    delivery = catalogue.delivery("guid-1")
                return delivery is not None and delivery.status is not DeliveryStatus.PENDING

            until(settled)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()


def test_serve_says_that_its_port_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A port that somebody else listens at is an error in words, with exit code 1; no database is made."""
    monkeypatch.setattr(supervisor, "listen", functools.partial(supervisor.listen, patience=0))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = {"webhook_secrets": "s", "bind": f"127.0.0.1:{port}"}
        error = error_of(whichrun("serve", "--json", settings=settings))
    assert error["code"] == "bad_settings"
    assert str(port) in error["message"]
    assert list(tmp_path.iterdir()) == []


def test_sign_writes_utf8_in_any_locale(tmp_path: Path) -> None:
    """Where the terminal knows Latin-1 alone, `sign` still writes the bytes that were signed, for `verify` to read."""
    settings = {"WHICHRUN_SIGNING_SECRETS": SIGNING_SECRET, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    sign = [*COMMAND, "sign", "--span", "s", "--repository", "o/n", "--agent-name", "レビュー係"]

    def run(command: list[str], text: bytes = b"") -> bytes:
        around = environment(settings)
        return subprocess.run(command, cwd=tmp_path, env=around, input=text, capture_output=True, check=True).stdout

    written = run(sign)
    assert "レビュー係" in written.decode()
    assert run([*COMMAND, "verify"], written).startswith(b"valid    run s by \\u30ec")
