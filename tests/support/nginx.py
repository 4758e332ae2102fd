"""nginx with ``deploy/nginx.conf``, as it is but for the ports and the certificate, in front of a service.

Its main configuration is Debian's where that matters: 768 connections for each of its processes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.service import free_port, until
from tests.support.tree import ROOT

SITE = ROOT / "deploy" / "nginx.conf"
NAME = "whichrun.example.com"
LEFT_OUT = "nginx is not here"

_MAIN = """\
daemon off;
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str | None:
    """Return where nginx is; Debian has it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def configured(folder: Path, *, port: int, service: int, site: str | None = None) -> Path:
    """Write a configuration with which nginx listens at a port, in front of a service; return its file.

    Raises ValueError when the site says something else than what is put in its place here.
    """
    _certify(folder)
    text = SITE.read_text() if site is None else site
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("listen [::]:443 ssl;", ""),
        ("/etc/ssl/certs/whichrun.pem", f"{folder}/certificate.pem"),
        ("/etc/ssl/private/whichrun.key", f"{folder}/key.pem"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service};"),
    ):
        if text.count(old) != 1:
            raise ValueError(f"deploy/nginx.conf does not say {old!r} once")
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
    return main


def tested(main: Path) -> subprocess.CompletedProcess[str]:
    """Have nginx itself read a configuration (``nginx -t``)."""
    return subprocess.run([str(program()), "-t", "-c", main], capture_output=True, text=True, check=False)


@contextlib.contextmanager
def proxied(folder: Path, service: int, *, site: str | None = None) -> Iterator[int]:
    """Run nginx in front of a service's port; yield its own, which speaks TLS."""
    port = free_port()
    main = configured(folder, port=port, service=service, site=site)
    process = subprocess.Popen([str(program()), "-c", main], stderr=subprocess.DEVNULL)

    def listens() -> bool:
        assert process.poll() is None, (folder / "error.log").read_text()
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return True
        return False

    try:
        until(listens)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def trusting(folder: Path) -> ssl.SSLContext:
    """Return what a client needs to trust this nginx."""
    return ssl.create_default_context(cafile=str(folder / "certificate.pem"))


def _certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
