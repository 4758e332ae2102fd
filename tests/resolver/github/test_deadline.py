"""An answer comes by the deadline, or not at all: whoever sends it, and however."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resolver.errors import GithubDownError
from resolver.github.client import Requests, Wire
from tests.support.scripted import PLACE, over_http

WIRE = Wire(connect=0.5, read=0.5, deadline=0.7)
"""Silence never lasts as long as ``read``: only the deadline ends an answer that drips."""
SLACK = 2.0
LATE = "GitHub did not answer in time"
OK = b"HTTP/1.1 200 OK\r\n"
DROP = 0.05

Speak = Callable[[socket.socket], None]


@contextmanager
def speaking(speak: Speak, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer each connection's first bytes as a function says, at a port; over TLS where there is a context."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            spoken = connection if context is None else context.wrap_socket(connection, server_side=True)
            with spoken:
                spoken.settimeout(10)
                spoken.recv(65536)
                speak(spoken)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threads.append(threading.Thread(target=serve, args=(connection,)))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in (accepting, *threads):
            thread.join(10)
            assert not thread.is_alive()


def dripping(first: bytes, drops: bytes, times: int = 200) -> Speak:
    """Send something, and then some bytes now and then, for ten seconds."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(times):
            connection.sendall(drops)
            time.sleep(DROP)

    return speak


def flooding(drops: bytes) -> Speak:
    """Send the same without a pause, for as long as somebody reads it."""

    def speak(connection: socket.socket) -> None:
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            connection.sendall(drops * 100)

    return speak


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW: dict[str, Speak] = {
    "status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "header's name": dripping(OK, b"x"),
    "header's value": dripping(OK + b"x: ", b"y"),
    "headers": dripping(OK, b"x: y\r\n"),
    "interim answers": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "very many interim answers": flooding(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "interim answer's headers": dripping(b"HTTP/1.1 100 Continue\r\n", b"x: y\r\n"),
    "body": dripping(OK + b"Content-Length: 1000\r\n\r\n", b"x"),
    "body without an end": dripping(OK + b"Connection: close\r\n\r\n", b"x"),
    "chunks": dripping(CHUNKED, b"1\r\nx\r\n"),
    "chunk's length": dripping(CHUNKED, b"0"),
    "chunk's extension": dripping(CHUNKED + b"1;", b"x"),
    "trailer": dripping(CHUNKED + b"1\r\nx\r\n0\r\n", b"x: y\r\n"),
    "redirect": dripping(b"HTTP/1.1 302 Found\r\nLocation: /y\r\n", b"x"),
}


def late(wire: Wire, url: str) -> None:
    """Assert that an answer is given up at the deadline, and that nothing comes along with the error."""
    transport = Requests(wire)
    begun = time.monotonic()
    with pytest.raises(GithubDownError) as down:
        transport.exchange("GET", url, {}, None)
    took = time.monotonic() - begun
    assert str(down.value) == LATE
    assert took < wire.deadline + SLACK
    assert (down.value.__cause__, down.value.__context__) == (None, None)
    transport.close()


@pytest.mark.parametrize("speak", SLOW.values(), ids=SLOW)
def test_an_answer_that_drips_is_given_up_at_the_deadline(speak: Speak) -> None:
    """Wherever it drips: in its head, before it, in its body or after it."""
    with speaking(speak) as port:
        late(WIRE, f"http://127.0.0.1:{port}/x")


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS, and the file with the certificate that proves who it is."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate


@pytest.mark.parametrize("name", ["header's name", "interim answers", "body", "chunk's length"])
def test_so_is_one_that_drips_through_tls(name: str, certified: tuple[ssl.SSLContext, Path]) -> None:
    """As GitHub's own would come."""
    context, certificate = certified
    wire = Wire(connect=WIRE.connect, read=WIRE.read, deadline=WIRE.deadline, certificates=str(certificate))
    with speaking(SLOW[name], context) as port:
        late(wire, f"https://127.0.0.1:{port}/x")


def test_an_answer_through_tls(certified: tuple[ssl.SSLContext, Path]) -> None:
    """One that comes in time is read."""
    context, certificate = certified
    answer = dripping(OK + b"Content-Length: 5\r\n\r\n", b"x", 5)
    transport = Requests(Wire(certificates=str(certificate)))
    with speaking(answer, context) as port:
        assert transport.exchange("GET", f"https://127.0.0.1:{port}/x", {}, None).body == b"xxxxx"
    transport.close()


@pytest.mark.parametrize("name", ["status line", "header's name", "headers"])
def test_a_proxy_that_drips_is_given_up_too(name: str) -> None:
    """It answers before GitHub is even reached."""
    with speaking(SLOW[name]) as port:
        proxy = f"http://127.0.0.1:{port}"
        wire = Wire(connect=WIRE.connect, read=WIRE.read, deadline=WIRE.deadline, proxies={"https": proxy})
        late(wire, "https://github.example/x")


@pytest.mark.parametrize("name", ["interim answers", "body"])
def test_so_is_what_drips_through_a_proxy(name: str) -> None:
    """A proxy that passes on what is asked in the clear."""
    with speaking(SLOW[name]) as port:
        proxy = f"http://127.0.0.1:{port}"
        wire = Wire(connect=WIRE.connect, read=WIRE.read, deadline=WIRE.deadline, proxies={"http": proxy})
        late(wire, "http://127.0.0.1:9/x")


def test_silence_is_given_up_before_the_deadline() -> None:
    """A sender that says nothing at all for ``read`` seconds has gone."""
    transport = Requests(Wire(connect=0.3, read=0.3, deadline=8))
    begun = time.monotonic()
    with speaking(lambda _: time.sleep(1)) as port:
        with pytest.raises(GithubDownError, match=LATE):
            transport.exchange("GET", f"http://127.0.0.1:{port}/x", {}, None)
        assert time.monotonic() - begun < 0.3 + SLACK
    transport.close()


def test_each_question_has_a_deadline_of_its_own() -> None:
    """A connection that is used again is not older for that."""
    asked: list[bytes] = []

    def speak(connection: socket.socket) -> None:
        for _ in range(4):
            for byte in (b"H", b"TTP/1.1 200 OK\r\nContent-Le", b"ngth: 2\r\n", b"\r\no", b"k"):
                connection.sendall(byte)
                time.sleep(DROP)
            asked.append(connection.recv(65536))

    transport = Requests(WIRE)
    with speaking(speak) as port:
        begun = time.monotonic()
        for _ in range(4):
            assert transport.exchange("GET", f"http://127.0.0.1:{port}/x", {}, None).body == b"ok"
        assert time.monotonic() - begun > WIRE.deadline
        transport.close()
    assert len([request for request in asked if request]) == 3


def test_a_client_of_such_a_sender_is_told_that_it_is_down() -> None:
    """It is asked twice, as whoever does not answer."""
    transport = Requests(WIRE)
    with speaking(SLOW["header's name"]) as port:
        github = over_http(f"http://127.0.0.1:{port}", transport)
        begun = time.monotonic()
        with pytest.raises(GithubDownError, match=LATE):
            github.issue_comment(PLACE, 11)
        assert time.monotonic() - begun < 2 * (WIRE.deadline + SLACK)
        github.close()


def test_nothing_is_left_of_an_answer_that_was_given_up() -> None:
    """No thread watches over it, and its connection is closed."""
    ended = threading.Event()
    threads: list[int] = []

    def speak(connection: socket.socket) -> None:
        threads.append(threading.active_count())
        try:
            dripping(OK, b"x")(connection)
        finally:
            threads.append(threading.active_count())
            ended.set()

    transport = Requests(WIRE)
    with speaking(speak) as port:
        with pytest.raises(GithubDownError, match=LATE):
            transport.exchange("GET", f"http://127.0.0.1:{port}/x", {}, None)
        assert ended.wait(2)
    assert threads[0] == threads[1]
    transport.close()
