"""The audit of dependencies, as CI runs it: pip-audit itself, and on loopback a service that knows of faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests import audit

FAULT = {
    "id": "GHSA-fake-0000-0001", "aliases": ["CVE-2014-1402"], "summary": "x", "details": "x",
    "affected": [{
        "package": {"name": "jinja2", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.7.2"}]}],
    }],
}  # fmt: skip


@contextmanager
def service(vulnerable: dict[str, str], *, status: int = 200) -> Iterator[str]:
    """Run a service that says of these versions, by the names of their packages, that they are vulnerable."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fits = vulnerable.get(asked["package"]["name"]) == asked["version"]
            body = json.dumps({"vulns": [FAULT]} if fits else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()
            thread.join()


def audited(folder: Path, url: str, pins: str) -> int:
    """Audit some pins by a service; return the exit code."""
    constraints = folder / "constraints.txt"
    constraints.write_text(pins)
    return audit.main(["--osv-url", url, "--constraints", str(constraints), "--tries", "1"])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly, whatever the environment names as a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_a_finding_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pin that is known to be vulnerable ends the audit with exit code 1, and is named with what mends it."""
    with service({"jinja2": "2.4.1"}) as url:
        assert audited(tmp_path, url, "click==8.5.1\njinja2==2.4.1\n") == 1

    assert "VULNERABLE  jinja2 2.4.1: CVE-2014-1402 GHSA-fake-0000-0001; mended in 2.7.2" in capsys.readouterr().out


def test_pins_that_are_well_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the service knows of nothing against the pins, the audit says how many it looked at."""
    with service({"jinja2": "2.4.1"}) as url:
        assert audited(tmp_path, url, "click==8.5.1\njinja2==3.1.6\n") == 0

    assert "2 pins audited, 0 findings, 0 not audited." in capsys.readouterr().out


def test_an_audit_that_cannot_fail_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that knows of nothing against a version known to be vulnerable proves nothing: exit code 1."""
    with service({}) as url:
        assert audited(tmp_path, url, "click==8.5.1\n") == 1

    assert "The audit cannot fail" in capsys.readouterr().out


def test_what_was_not_audited_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that is out of reach is no finding and no all-clear: it is said that nothing was audited."""
    with service({}, status=500) as url:
        assert audited(tmp_path, url, "click==8.5.1\n") == 0
    told = capsys.readouterr().out

    assert "NOT AUDITED" in told
    assert "findings" not in told


def test_what_the_service_does_not_know_is_not_audited() -> None:
    """A pin that pip-audit passes over is told apart from one that is well."""
    document = {
        "dependencies": [
            {"name": "a", "skip_reason": "Dependency not found"}, {"name": "b", "version": "1", "vulns": []},
        ],
        "fixes": [],
    }  # fmt: skip

    assert audit.read(document) == audit.Found((), ("Dependency not found",), 1)
