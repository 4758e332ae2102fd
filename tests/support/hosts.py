"""Two hosts on this machine: network namespaces, each with an address of its own, joined by a bridge.

What runs on a host is started with ``Host.before`` before its command. Only root can make hosts. The addresses are of
198.18.0.0/15, which is kept for measuring (RFC 2544): nothing else answers there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

NETWORKS = "198.18.0.0/15"
LEFT_OUT = "two hosts need root, and the program ip with network namespaces"


@dataclass(frozen=True, slots=True)
class Host:
    """A host: the name of its namespace, and its address."""

    name: str
    address: str

    @property
    def before(self) -> tuple[str, ...]:
        """The words that a command begins with to run on it."""
        return ("ip", "netns", "exec", self.name)


@dataclass(frozen=True, slots=True)
class Network:
    """The hosts, and what is outside of them: an address of this machine that they reach, and the network's own."""

    outside: str
    cidr: str
    hosts: tuple[Host, Host]


def impossible() -> str | None:
    """Say why there can be no hosts here; None when there can."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return LEFT_OUT
    name = f"whichrun-{os.getpid()}-probe"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"{LEFT_OUT}: {made.stderr.strip()}"
    _ip("netns", "delete", name)
    return None


@contextlib.contextmanager
def two_hosts() -> Iterator[Network]:
    """Make two hosts that reach each other and this machine; take them away in the end, with what runs on them."""
    number = os.getpid() % 65_536
    prefix = f"198.{18 + number // 32_768}.{number // 128 % 256}"
    first = number % 128 // 32 * 64  # each process has 64 addresses of its own
    network = f"{prefix}.{first}/26"
    bridge = f"wr{os.getpid()}"
    hosts = tuple(Host(f"whichrun-{os.getpid()}-{one}", f"{prefix}.{first + 10 + one}") for one in (1, 2))
    with contextlib.ExitStack() as stack:
        _ip("link", "add", bridge, "type", "bridge")
        stack.callback(_ip, "link", "delete", bridge)
        _ip("address", "add", f"{prefix}.{first + 1}/26", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for index, host in enumerate(hosts):
            _ip("netns", "add", host.name)
            stack.callback(_ip, "netns", "delete", host.name)
            cable = f"{bridge}v{index}"
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            _ip("link", "set", cable, "master", bridge, "up")
            _ip("-n", host.name, "address", "add", f"{host.address}/26", "dev", "eth0")
            for link in ("lo", "eth0"):
                _ip("-n", host.name, "link", "set", link, "up")
        yield Network(f"{prefix}.{first + 1}", network, (hosts[0], hosts[1]))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
