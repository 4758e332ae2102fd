from __future__ import annotations

import socket
import threading
import time

import pytest

from receiver.supervisor import listen
from resolver.errors import SettingsError


def test_listens_at_the_address() -> None:
    """The socket takes connections as soon as it is there, before anybody accepts them."""
    with listen(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname(), timeout=5).close()


def test_a_port_that_stays_in_use_is_an_error() -> None:
    """A port that something else listens at is a setting to change; the message names it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = other.getsockname()
        with pytest.raises(SettingsError, match=rf"{address[1]}.*WHICHRUN_BIND"):
            listen(address, patience=0)


def test_a_port_that_gets_free_is_taken() -> None:
    """After a kill the former service may hold its port for a moment: that is waited for."""
    other = socket.create_server(("127.0.0.1", 0))
    release = threading.Timer(0.3, other.close)
    release.start()
    started = time.monotonic()

    listen(other.getsockname(), patience=10).close()

    assert time.monotonic() - started < 10
    release.join()


def test_an_address_of_elsewhere_is_an_error() -> None:
    """An address that this machine does not have is a setting to change."""
    with pytest.raises(SettingsError, match="WHICHRUN_BIND"):
        listen(("192.0.2.1", 8000), patience=0)
