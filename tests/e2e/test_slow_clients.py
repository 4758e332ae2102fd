from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import nginx
from tests.support.service import Service, running
from tests.support.stalled import Door, all_at_once, deliver, is_open, largest, memory_watched, stalling

STALLED = 500
VALID = 20
LARGE = 16
MOST_MEMORY = 1_000
"""MiB by which all processes together may grow while sixteen bodies of 25 MiB arrive: what these take is 400."""

needs_nginx = pytest.mark.skipif(nginx.program() is None, reason=nginx.LEFT_OUT)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with two web processes."""
    folder = tmp_path / "service"
    folder.mkdir()
    with running(folder, workers="2") as service:
        yield service


@pytest.fixture
def door(service: Service, tmp_path: Path) -> Iterator[Door]:
    """The way to the service through nginx."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    with nginx.proxied(folder, service.port) as port:
        yield Door(port, nginx.trusting(folder))


@needs_nginx
def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    """``nginx -t`` finds no fault in ``deploy/nginx.conf``, and would find one."""
    sound = nginx.tested(nginx.configured(tmp_path, port=44300, service=8000))
    assert sound.returncode == 0, sound.stderr

    broken = nginx.SITE.read_text().replace("proxy_buffering on;", "proxy_buffering perhaps;")
    assert nginx.tested(nginx.configured(tmp_path, port=44300, service=8000, site=broken)).returncode != 0


@needs_nginx
def test_deliveries_are_taken_while_500_clients_stall_behind_nginx(door: Door) -> None:
    """Clients that stall in headers, in bodies and before their answers keep nobody from delivering."""
    with stalling(door, STALLED) as stalled:
        statuses = [deliver(door, b"{}", guid=f"valid-{number}")[0] for number in range(VALID)]
        waiting = sum(map(is_open, stalled))

    assert statuses == [202] * VALID
    assert waiting > 0


def test_memory_stays_bounded_while_sixteen_largest_bodies_arrive(service: Service) -> None:
    """Sixteen bodies of 25 MiB at once are taken or told to come again, and the service's memory stays bounded."""
    bodies = [largest(number) for number in range(LARGE)]
    with memory_watched(service.process.pid) as watched:
        statuses = all_at_once(lambda n: deliver(Door(service.port), bodies[n], guid=f"large-{n}")[0], LARGE)

    assert set(statuses) <= {202, 413, 503}
    assert watched.growth < MOST_MEMORY
    assert deliver(Door(service.port), b"{}", guid="afterwards")[0] == 202
