"""What is written for operators works as it is written: GitHub's addresses alone."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.support import nginx
from tests.support.service import running
from tests.support.tree import ROOT

GITHUB = ROOT / "deploy" / "nginx-github.conf"
INCLUDED = "/etc/nginx/snippets/whichrun-github*.conf"


def site(folder: Path, *more: str) -> str:
    """Return nginx.conf with the addresses that may deliver in a folder of the test, and some more of them."""
    (folder / "whichrun-github.conf").write_text("\n".join((*more, GITHUB.read_text())))
    return nginx.SITE.read_text().replace(INCLUDED, f"{folder}/whichrun-github*.conf")


def asked(folder: Path, port: int, method: str, path: str) -> int:
    """Send a request without a body through nginx; return the status of the answer."""
    context = nginx.trusting(folder)
    context.check_hostname = False  # it is called by its number here
    with closing(HTTPSConnection("127.0.0.1", port, timeout=20, context=context)) as connection:
        connection.request(method, path)
        return connection.getresponse().status


@pytest.mark.skipif(nginx.program() is None, reason=nginx.LEFT_OUT)
def test_with_githubs_addresses_nobody_else_delivers(tmp_path: Path) -> None:
    """Others get 403 at the webhook, and everything else as ever; whoever is listed gets the service's own answer."""
    with running(tmp_path) as service:
        for more, status in (((), 403), (("allow 127.0.0.1;",), 400)):
            folder = tmp_path / str(status)
            folder.mkdir()
            with nginx.proxied(folder, service.port, site=site(folder, *more)) as port:
                answers = [asked(folder, port, *what) for what in (("POST", "/webhooks/github"), ("GET", "/healthz"))]
            assert answers == [status, 200]


@pytest.mark.skipif(nginx.program() is None, reason=nginx.LEFT_OUT)
def test_nginx_reads_its_files(tmp_path: Path) -> None:
    """``nginx -t`` takes the site with and without the list of addresses."""
    for text in (None, site(tmp_path)):
        done = nginx.tested(nginx.configured(tmp_path, port=8443, service=8000, site=text))
        assert done.returncode == 0, done.stderr
